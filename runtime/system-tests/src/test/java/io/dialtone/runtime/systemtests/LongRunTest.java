package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * 1 000 calls/s for a minute, without a failure and without growth of memory after the first 20 s. Takes minutes, so it runs only with
 * {@code -Ddialtone.load=full}.
 */
class LongRunTest {
    private static final int CALLS_PER_SECOND = 1000;
    private static final int SECONDS = Integer.getInteger("dialtone.load.seconds", 60);
    private static final int WARM_UP_SECONDS = Math.min(20, SECONDS / 3);
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(SECONDS + 60L);
    /** Pages touched for the first time, counters' and histograms' growth; a leak of 100 bytes a call would be ten times this. */
    private static final long GROWTH_KB_MAX = 6_000;

    @RegisterExtension
    final Stage stage = new Stage();

    @BeforeEach
    void onlyWhenAsked() {
        Assumptions.assumeTrue(
                "full".equals(System.getProperty("dialtone.load")),
                "SKIPPED: a long run, only with -Ddialtone.load=full");
    }

    @Test
    void shouldCarryAThousandCallsASecondThroughTheBalancer() {
        final SippRun one = SippRun.named(stage, "uas-1").scenario("uas").answers();
        final SippRun two = SippRun.named(stage, "uas-2").scenario("uas").answers();
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()));

        final SippRun uac = calls(balancer.address());
        final Growth growth = Growth.watch(List.of(balancer.process()), uac);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals((long) CALLS_PER_SECOND * SECONDS, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        growth.assertNone();
        assertEquals(0, growth.collections(), growth::toString);
    }

    @Test
    void shouldCarryAThousandCallsASecondThroughEdgeAndNodes() {
        final Platform platform = Platform.ofProcesses(stage, Platform.ANSWERING, 2);

        final SippRun uac = calls(platform.address());
        final Growth growth = Growth.watch(platform.processes(), uac);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals((long) CALLS_PER_SECOND * SECONDS, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        growth.assertNone();
    }

    private SippRun calls(final String target) {
        return SippRun.named(stage, "uac")
                .scenario("uac")
                .option("-d", "200", "-timer_resol", "1")
                .calls(target, CALLS_PER_SECOND, CALLS_PER_SECOND * SECONDS);
    }

    /** Memory and collections of processes between the end of the warm-up and the last calls. */
    private static final class Growth {
        private final List<Child> processes;
        private final List<Long> residentBefore = new ArrayList<>();
        private final List<Long> residentAfter = new ArrayList<>();
        private long collectionsBefore;
        private long collectionsAfter;

        private Growth(final List<Child> processes) {
            this.processes = processes;
        }

        static Growth watch(final List<Child> processes, final SippRun uac) {
            final Growth growth = new Growth(processes);
            awaitCalls(uac, (long) CALLS_PER_SECOND * WARM_UP_SECONDS);
            processes.forEach(process -> growth.residentBefore.add(process.residentKb()));
            growth.collectionsBefore = collectionsOf(processes);
            awaitCalls(uac, (long) CALLS_PER_SECOND * (SECONDS - 3));
            processes.forEach(process -> growth.residentAfter.add(process.residentKb()));
            growth.collectionsAfter = collectionsOf(processes);
            return growth;
        }

        private static void awaitCalls(final SippRun uac, final long calls) {
            Await.until(
                    calls + " calls were made",
                    LONG_ENOUGH,
                    () -> {
                        LockSupport.parkNanos(200_000_000L); // its figures change once a second
                        return uac.figure("TotalCallCreated") >= calls
                                || !uac.process().isAlive();
                    },
                    uac::toString);
        }

        void assertNone() {
            for (int i = 0; i < processes.size(); i++) {
                final long grown = residentAfter.get(i) - residentBefore.get(i);
                assertTrue(grown < GROWTH_KB_MAX, processes.get(i).name() + " grew by " + grown + " kB: " + this);
            }
        }

        long collections() {
            return collectionsAfter - collectionsBefore;
        }

        /** Young and old collections so far, as jstat counts them. */
        private static long collectionsOf(final List<Child> processes) {
            long sum = 0;
            for (final Child process : processes) {
                try {
                    final Process jstat = new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "jstat")
                                            .toString(),
                                    "-gcutil",
                                    Long.toString(process.pid()))
                            .redirectErrorStream(true)
                            .start();
                    final List<String> lines = new String(
                                    jstat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                            .lines()
                            .toList();
                    final String[] names = lines.getFirst().strip().split("\\s+", -1);
                    final String[] values = lines.getLast().strip().split("\\s+", -1);
                    for (int i = 0; i < names.length; i++) {
                        if (names[i].equals("YGC") || names[i].equals("FGC")) {
                            sum += Long.parseLong(values[i]);
                        }
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return sum;
        }

        @Override
        public String toString() {
            return "resident kB " + residentBefore + " -> " + residentAfter + ", collections " + collectionsBefore
                    + " -> " + collectionsAfter;
        }
    }
}
