package io.dialtone.diameter.peer;

import java.time.Duration;

/** Words for a wrong setting: which, what was expected, what might be meant. For set-up, here and in agents. */
public final class Expect {
    private Expect() {}

    public static void between(final String name, final long value, final long min, final long max, final long maybe) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: " + min + " to " + max + "). Maybe " + maybe + ", the default.");
        }
    }

    public static void between(
            final String name, final Duration value, final Duration min, final Duration max, final Duration maybe) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + ": " + value.toMillis() + " ms (expected: " + min.toMillis()
                    + " ms to " + max.toMillis() + " ms). Maybe " + maybe.toMillis() + " ms, the default.");
        }
    }
}
