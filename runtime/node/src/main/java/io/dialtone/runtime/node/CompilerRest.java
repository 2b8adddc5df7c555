package io.dialtone.runtime.node;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Says when the JVM's compilers have come to rest: what runs hot is compiled then. Used by one thread, which asks often. */
final class CompilerRest {
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(200);

    /** They rest if they have worked less than this between two looks. */
    private static final long BUSY_MS = 40;

    private final LongSupplier compiledMs;
    private long lookNs;
    private long before;
    private boolean isResting;

    /** @param compiledMs how long they have worked since the start, in milliseconds */
    CompilerRest(final LongSupplier compiledMs, final long nowNs) {
        this.compiledMs = compiledMs;
        lookNs = nowNs + LOOK_NS;
        before = compiledMs.getAsLong();
    }

    boolean isResting(final long nowNs) {
        if (nowNs - lookNs >= 0) {
            lookNs = nowNs + LOOK_NS;
            final long now = compiledMs.getAsLong();
            isResting = now - before < BUSY_MS;
            before = now;
        }
        return isResting;
    }
}
