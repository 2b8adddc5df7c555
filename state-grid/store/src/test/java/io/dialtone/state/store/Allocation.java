package io.dialtone.state.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/** Shows that a piece of work makes no garbage: after a warm-up, the best of several windows allocates nothing. */
final class Allocation {
    private static final int WARM_UP = 20_000;
    private static final int WINDOWS = 10;
    private static final int TURNS = 2_000;

    static volatile long sink;

    private Allocation() {}

    static void assertNone(final LongSupplier work) {
        final com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        run(work, WARM_UP);
        long best = Long.MAX_VALUE;
        for (int window = 0; window < WINDOWS; window++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            run(work, TURNS);
            best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, best, "bytes allocated in the best of " + WINDOWS + " windows");
    }

    private static void run(final LongSupplier work, final int turns) {
        long sum = 0;
        for (int i = 0; i < turns; i++) {
            sum += work.getAsLong();
        }
        sink = sum;
    }
}
