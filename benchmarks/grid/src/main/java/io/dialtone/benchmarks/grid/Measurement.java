package io.dialtone.benchmarks.grid;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measures two worker processes from a third, which is not counted: each has half of the load and, where there is a second copy, keeps that of the other. Dialtone's are measured
 * with backups and without in turn, in the same processes: what differs is what replication adds.
 */
final class Measurement {
    private static final int WORKERS = 2;
    private static final int WARM_UP_WINDOW = 128;

    private static final int WARM_UP_PER_SECOND = 20_000;

    /** Longer than a measured time: what is compiled is as much as can be, also of clients that bring much code. */
    private static final long WARM_UP_MS = 6_000;

    private static final long TICK_NS = 10_000_000L;

    private final String grid;
    private final String place;
    private final int imageBytes;
    private final long durationMs;
    private final int rounds;
    private final String[] modes;
    private final List<Worker> workers = new ArrayList<>();
    private final long[] pids;

    Measurement(final String[] args) throws IOException {
        grid = args[1];
        place = args[2];
        imageBytes = Integer.parseInt(args[3]);
        durationMs = (long) (Double.parseDouble(args[4]) * 1e3);
        rounds = Integer.parseInt(args[5]);
        modes = args[6].split(",", -1);
        for (int i = 0; i < WORKERS; i++) {
            workers.add(Worker.start(grid, place, imageBytes, i));
        }
        final long[] others = args[7].isEmpty()
                ? new long[0]
                : Arrays.stream(args[7].split(",", -1))
                        .mapToLong(Long::parseLong)
                        .toArray();
        pids = Arrays.copyOf(workers.stream().mapToLong(Worker::pid).toArray(), WORKERS + others.length);
        System.arraycopy(others, 0, pids, WORKERS, others.length);
    }

    void run() throws IOException {
        try {
            awaitAll("ready");
            final boolean isOurs = "dialtone".equals(grid);
            if (isOurs) {
                load(WARM_UP_WINDOW, 0, WARM_UP_MS);
                withBackups();
                load(WARM_UP_WINDOW, 0, WARM_UP_MS);
                // What was compiled for one case only is thrown away in the other, and made anew.
                withoutBackups();
                load(WARM_UP_WINDOW, WARM_UP_PER_SECOND, WARM_UP_MS);
                withBackups();
                load(WARM_UP_WINDOW, WARM_UP_PER_SECOND, WARM_UP_MS);
            }
            load(WARM_UP_WINDOW, 0, WARM_UP_MS);
            for (final String mode : modes) {
                final String[] parts = mode.split("/", 2);
                final int window = Integer.parseInt(parts[0]);
                final int perSecond = Integer.parseInt(parts[1]);
                for (int round = 0; round < rounds; round++) {
                    if (isOurs) {
                        withoutBackups();
                        measure("no-backup", window, perSecond);
                        withBackups();
                    }
                    measure(grid, window, perSecond);
                }
            }
        } finally {
            workers.forEach(Worker::stop);
        }
    }

    private void withBackups() throws IOException {
        tell("hold", "settled");
        tell("teach", "settled");
    }

    private void withoutBackups() throws IOException {
        tell("teach-nobody", "settled");
        tell("hold-nothing", "settled");
    }

    private void measure(final String name, final int window, final int perSecond) throws IOException {
        load(window, perSecond, durationMs / 4);
        final long[] before = cpuNs();
        final Result result = load(window, perSecond, durationMs);
        final long[] after = cpuNs();
        final StringBuilder shares = new StringBuilder();
        double cpuUs = 0;
        for (int i = 0; i < pids.length; i++) {
            final double share = (after[i] - before[i]) / 1e3 / result.events();
            cpuUs += share;
            shares.append(i == 0 ? "" : " + ").append(String.format(Locale.ROOT, "%.2f", share));
        }
        System.out.printf(
                Locale.ROOT,
                "%-15s image %4d B window %3d paced %6d | cpu %7.2f us/event  rate %7.0f /s  p50 %8.1f us  p99 %8.1f us  workers + others %s%n",
                name,
                imageBytes,
                window,
                perSecond,
                cpuUs,
                result.events() / result.seconds(),
                result.p50Us(),
                result.p99Us(),
                shares);
    }

    /** Events of both workers together, and the latencies of the slower one. */
    private record Result(long events, double seconds, double p50Us, double p99Us) {}

    private Result load(final int window, final int perSecond, final long ms) throws IOException {
        workers.forEach(worker -> worker.tell("run " + window / WORKERS + " " + perSecond / WORKERS + " " + ms));
        long events = 0;
        double seconds = 0;
        double p50 = 0;
        double p99 = 0;
        for (final Worker worker : workers) {
            final String[] words = worker.await("done").split(" ", -1);
            events += Long.parseLong(words[1]);
            seconds = Math.max(seconds, Double.parseDouble(words[2]));
            p50 = Math.max(p50, Double.parseDouble(words[3]));
            p99 = Math.max(p99, Double.parseDouble(words[4]));
        }
        return new Result(events, seconds, p50, p99);
    }

    private void tell(final String command, final String answer) throws IOException {
        workers.forEach(worker -> worker.tell(command));
        awaitAll(answer);
    }

    private void awaitAll(final String answer) throws IOException {
        for (final Worker worker : workers) {
            worker.await(answer);
        }
    }

    /** CPU time of whole processes, user and system. */
    private long[] cpuNs() throws IOException {
        final long[] times = new long[pids.length];
        for (int i = 0; i < pids.length; i++) {
            final String stat = Files.readString(Path.of("/proc/" + pids[i] + "/stat"));
            final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            times[i] = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NS;
        }
        return times;
    }

    /** A worker process; the same virtual machine and options as this one. */
    private record Worker(Process process, PrintStream to, BufferedReader from) {
        static Worker start(final String grid, final String place, final int imageBytes, final int number)
                throws IOException {
            final List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), GridMain.class.getName()));
            command.addAll(List.of("worker", grid, place, Integer.toString(imageBytes), Integer.toString(number)));
            final Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return new Worker(
                    process,
                    new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII),
                    process.inputReader(StandardCharsets.US_ASCII));
        }

        long pid() {
            return process.pid();
        }

        void tell(final String command) {
            to.println(command);
        }

        String await(final String word) throws IOException {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                if (line.startsWith(word)) {
                    return line;
                }
            }
            throw new IOException("a worker has ended before it said " + word);
        }

        void stop() {
            process.destroyForcibly();
        }
    }
}
