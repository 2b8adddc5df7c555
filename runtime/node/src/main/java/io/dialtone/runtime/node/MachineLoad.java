package io.dialtone.runtime.node;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How busy this machine is, and what part of it single processes take: each time since the last look. Used by one thread. */
final class MachineLoad {
    private record Reading(long cpuNs, long atNs) {}

    private static final int PERCENT = 100;

    private final int processors = Runtime.getRuntime().availableProcessors();
    private final Map<Long, Reading> last = new HashMap<>();

    /** Of all processors together. */
    int percent() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? Math.clamp(Math.round(system.getCpuLoad() * PERCENT), 0, PERCENT)
                : 0;
    }

    /** What a process takes of all processors; 0 at the first look, and if it cannot be seen. */
    int percentOf(final long pid, final long nowNs) {
        final Duration cpu = ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
        final Reading now = new Reading(cpu.toNanos(), nowNs);
        final Reading before = last.put(pid, now);
        if (before == null || nowNs <= before.atNs) {
            return 0;
        }
        return Math.clamp((now.cpuNs - before.cpuNs) * PERCENT / (nowNs - before.atNs) / processors, 0, PERCENT);
    }

    /** Forgets all processes but these. */
    void keepOnly(final Set<Long> pids) {
        last.keySet().retainAll(pids);
    }
}
