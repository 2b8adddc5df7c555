package io.dialtone.runtime.systemtests;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for something to be seen, never for time to pass. */
final class Await {
    private static final long LOOK_EVERY_NS = 20_000_000L;

    private Await() {}

    static void until(final String what, final Duration atMost, final BooleanSupplier seen) {
        until(what, atMost, seen, () -> "");
    }

    /**
     * @param detail what to say of the state when it was not seen in time
     */
    static void until(
            final String what, final Duration atMost, final BooleanSupplier seen, final Supplier<String> detail) {
        final long deadlineNs = System.nanoTime() + atMost.toNanos();
        while (!seen.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError("not within " + atMost.toMillis() + " ms: " + what + " " + detail.get());
            }
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }
}
