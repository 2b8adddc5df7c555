package io.dialtone.diameter.dictionary;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures what a thread allocates. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WINDOWS = 12;
    private static final int WARM_UP_TURNS = 20_000;

    private Allocation() {}

    /** Bytes allocated in the best of several windows: compilation and class loading fall into some, a hot path that allocates falls into all. */
    static long leastBytes(final int turnsPerWindow, final Runnable turn) {
        for (int i = 0; i < WARM_UP_TURNS; i++) {
            turn.run();
        }
        long least = Long.MAX_VALUE;
        for (int window = 0; window < WINDOWS; window++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < turnsPerWindow; i++) {
                turn.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
