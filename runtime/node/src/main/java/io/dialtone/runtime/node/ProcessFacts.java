package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What every process can say of itself. Immutable; read by any thread.
 *
 * @param role sip-lb, edge, node, host or run
 */
record ProcessFacts(String role, String name, Instant started) {
    private static final int PAGE_BYTES = 4096;

    static ProcessFacts of(final String role, final String name) {
        return new ProcessFacts(
                role, name, ProcessHandle.current().info().startInstant().orElseGet(Instant::now));
    }

    void status(final ObjectNode status) {
        status.put("role", role)
                .put("name", name)
                .put("pid", ProcessHandle.current().pid())
                .put("version", Version.number())
                .put("java", Runtime.version().toString())
                .put("started", started.toString())
                .put("uptimeSeconds", Duration.between(started, Instant.now()).toSeconds())
                .put("residentBytes", residentBytes())
                .put("cpuSeconds", cpuSeconds());
    }

    void metrics(final MetricsPage page) {
        page.gauge("dialtone_info", "What runs here; the value is always 1.")
                .sample(1, "role", role, "name", name, "version", Version.number());
        page.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.")
                .sample(started.toEpochMilli() / 1000.0);
        page.counter("process_cpu_seconds_total", "CPU time of the process, user and system.")
                .sample(cpuSeconds());
        page.gauge("process_resident_memory_bytes", "Memory of the process that is in RAM.")
                .sample(residentBytes());
        final Runtime runtime = Runtime.getRuntime();
        page.gauge("jvm_heap_used_bytes", "Heap in use, garbage that is not collected yet included.")
                .sample(runtime.totalMemory() - runtime.freeMemory());
        page.gauge("jvm_heap_committed_bytes", "Heap taken from the system.").sample(runtime.totalMemory());
    }

    private static double cpuSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1000.0;
    }

    private static long residentBytes() {
        try {
            final List<String> words =
                    List.of(Files.readString(Path.of("/proc/self/statm")).trim().split(" ", -1));
            return Long.parseLong(words.get(1)) * PAGE_BYTES;
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            return 0;
        }
    }
}
