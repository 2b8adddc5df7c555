package io.dialtone.state.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.SlotRules;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A night's worth of simulated worlds, by several threads, range by range; what is done is written down, so that a run that was broken off goes on where it was. Started by
 * {@code .ci/simulate}; its name keeps it out of every build.
 */
class SimulatorNight {
    private static final int RANGE = 5_000;
    private static final int VIOLATIONS_MAX = 20;

    private final long from = Long.getLong("dialtone.sim.from", 1);
    private final long seeds = Long.getLong("dialtone.sim.seeds", 1_000_000);
    private final int threads = Integer.getInteger("dialtone.sim.threads", 2);
    private final Path directory = Path.of(System.getProperty("dialtone.sim.dir", "target/simulator"));
    private final AtomicLong violations = new AtomicLong();
    private final AtomicLong nextRange = new AtomicLong();
    private final SimulatorJournal journal;

    SimulatorNight() throws IOException {
        Files.createDirectories(directory);
        journal = new SimulatorJournal(directory.resolve("journal-" + codeIdentity() + ".csv"));
    }

    @Test
    void shouldKeepAllPromisesInEveryWorldOfTheNight() throws IOException, InterruptedException, ExecutionException {
        final List<Future<?>> runs = new ArrayList<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                runs.add(workers.submit(() -> {
                    runRanges();
                    return null;
                }));
            }
        }
        for (final Future<?> run : runs) {
            run.get();
        }

        final SimulatorJournal.Sum sum = journal.sum(from, seeds);
        final String report = "code " + codeIdentity() + "\n" + sum;
        Files.writeString(directory.resolve("report-" + from + "-" + (from + seeds - 1) + ".txt"), report);
        System.out.println(report);
        assertEquals(List.of(), sum.violations(), "replay with -Dtest=SimulatorTest -Ddialtone.sim.seed=SEED");
        assertEquals(seeds, sum.seeds());
        assertTrue(
                sum.coverage().unseen().isEmpty(),
                () -> "never happened: " + sum.coverage().unseen());
    }

    private void runRanges() throws IOException {
        for (long begin = from + RANGE * nextRange.getAndIncrement();
                begin < from + seeds && violations.get() < VIOLATIONS_MAX;
                begin = from + RANGE * nextRange.getAndIncrement()) {
            final int size = (int) Math.min(RANGE, from + seeds - begin);
            if (!journal.isDone(begin, size)) {
                runRange(begin, size);
            }
        }
    }

    private void runRange(final long begin, final int size) throws IOException {
        final long cpuNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        final Coverage coverage = new Coverage();
        final List<Long> failed = new ArrayList<>();
        long events = 0;
        for (long seed = begin; seed < begin + size; seed++) {
            try {
                events += Simulator.run(seed, Mutation.NONE, coverage);
            } catch (final RuntimeException | AssertionError failure) {
                failed.add(seed);
                violations.incrementAndGet();
                System.out.println("seed " + seed + ": " + failure);
                Files.writeString(directory.resolve("seed-" + seed + ".txt"), Simulator.trace(seed, Mutation.NONE));
            }
        }
        final long usedNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuNs;
        journal.add(new SimulatorJournal.Range(begin, size, events, usedNs, failed, coverage));
    }

    /** Names the code that runs, so that what other code has done does not count. */
    private static String codeIdentity() {
        try {
            final MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (final Class<?> one : List.of(Replicator.class, Simulator.class, SlotRules.class)) {
                final Path root = Path.of(
                        one.getProtectionDomain().getCodeSource().getLocation().toURI());
                final List<Path> files;
                try (Stream<Path> all = Files.walk(root)) {
                    files = all.filter(file -> file.toString().endsWith(".class"))
                            .sorted()
                            .toList();
                }
                for (final Path file : files) {
                    digest.update(Files.readAllBytes(file));
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (final NoSuchAlgorithmException | URISyntaxException | IOException failure) {
            throw new IllegalStateException("the classes that run cannot be read", failure);
        }
    }
}
