package io.dialtone.benchmarks.grid;

import io.dialtone.runtime.link.LinkDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** One process of the comparison, as {@code benchmarks/load/grid/compare.sh} starts it. */
public final class GridMain {
    private static final int SESSIONS = 10_000;
    private static final int WINDOW_MAX = 256;
    private static final int IMAP_PORT = 24_101;
    private static final int IMAP_OTHER_PORT = 24_102;
    private static final long TICK_NS = 10_000_000L;

    private GridMain() {}

    /**
     * Runs a process until it is killed, or until it has measured.
     *
     * @param args {@code driver DIRECTORY}, {@code backup DIRECTORY}, {@code imap-backup}, or {@code alone|dialtone|imap|redis|redis-replica PLACE IMAGE_BYTES SECONDS MODES
     *     PIDS}: a place is a directory or port, a mode {@code WINDOW/PER_SECOND}, pids are those of the other processes
     */
    public static void main(final String[] args) throws IOException {
        switch (args[0]) {
            case "driver" -> driver(Path.of(args[1]));
            case "backup" -> backup(Path.of(args[1]));
            case "imap-backup" -> {
                ImapGrid.member(IMAP_OTHER_PORT, IMAP_PORT);
                LockSupport.park();
            }
            default -> measure(args);
        }
    }

    private static void driver(final Path directory) {
        LinkDriver.start(DialtoneMember.settings(directory), (what, cause) -> {
            System.err.println(what);
            Runtime.getRuntime().halt(1);
        });
        while (true) {
            LockSupport.park();
        }
    }

    private static IdleStrategy idle() {
        return new BackoffIdleStrategy(10, 5, 1_000, parkMaxNs());
    }

    private static long parkMaxNs() {
        return Long.getLong("park.us", 100) * 1_000;
    }

    private static void backup(final Path directory) {
        final DialtoneMember member = new DialtoneMember(DialtoneMember.BACKUP, directory);
        final IdleStrategy idle = idle();
        while (true) {
            final long nowNs = System.nanoTime();
            idle.idle(member.receive(nowNs) + member.replicator().flush(nowNs));
        }
    }

    private static Grid grid(final String name, final String place, final Workload workload) throws IOException {
        return switch (name) {
            case "alone" -> new AloneGrid(workload);
            case "dialtone" -> new DialtoneGrid(workload, Path.of(place));
            case "imap" -> new ImapGrid(workload, IMAP_PORT, IMAP_OTHER_PORT);
            case "redis" -> new RedisGrid(workload, Integer.parseInt(place), false);
            case "redis-replica" -> new RedisGrid(workload, Integer.parseInt(place), true);
            default ->
                throw new IllegalArgumentException(name + " (expected: alone, dialtone, imap, redis, redis-replica)");
        };
    }

    private static void measure(final String[] args) throws IOException {
        final Workload workload = new Workload(SESSIONS, Integer.parseInt(args[2]), WINDOW_MAX, parkMaxNs());
        final long durationNs = (long) (Double.parseDouble(args[3]) * 1e9);
        final String all = ProcessHandle.current().pid() + (args[5].isEmpty() ? "" : "," + args[5]);
        final long[] pids =
                Arrays.stream(all.split(",", -1)).mapToLong(Long::parseLong).toArray();
        try (Grid grid = grid(args[0], args[1], workload)) {
            workload.run(grid, 64, 0, durationNs);
            for (final String mode : args[4].split(",", -1)) {
                final String[] parts = mode.split("/", 2);
                final int window = Integer.parseInt(parts[0]);
                final int perSecond = Integer.parseInt(parts[1]);
                workload.run(grid, window, perSecond, durationNs / 4);
                final long[] cpuBefore = cpuNs(pids);
                final long before = System.nanoTime();
                workload.run(grid, window, perSecond, durationNs);
                final double seconds = (System.nanoTime() - before) / 1e9;
                final long[] cpu = cpuNs(pids);
                final StringBuilder shares = new StringBuilder();
                double cpuUs = 0;
                for (int i = 0; i < cpu.length; i++) {
                    final double share = (cpu[i] - cpuBefore[i]) / 1e3 / workload.done();
                    cpuUs += share;
                    shares.append(i == 0 ? "" : " + ").append(String.format(Locale.ROOT, "%.2f", share));
                }
                System.out.printf(
                        Locale.ROOT,
                        "%-13s image %4d B window %3d paced %6d | cpu %7.2f us/event  rate %7.0f /s  p50 %8.1f us  p99 %8.1f us  worker + others %s%n",
                        args[0],
                        workload.imageBytes(),
                        window,
                        perSecond,
                        cpuUs,
                        workload.done() / seconds,
                        workload.latencyUs(50),
                        workload.latencyUs(99),
                        shares);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** CPU time of whole processes, user and system. */
    private static long[] cpuNs(final long[] pids) throws IOException {
        final long[] times = new long[pids.length];
        for (int i = 0; i < pids.length; i++) {
            final String stat = Files.readString(Path.of("/proc/" + pids[i] + "/stat"));
            final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            times[i] = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NS;
        }
        return times;
    }
}
