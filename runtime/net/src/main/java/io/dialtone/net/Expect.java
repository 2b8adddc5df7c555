package io.dialtone.net;

/** Words for a wrong setting: which, what was expected, what might be meant. For set-up. */
public final class Expect {
    private Expect() {}

    public static void between(final String name, final long value, final long min, final long max, final long maybe) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: " + min + " to " + max + "). Maybe " + maybe + ".");
        }
    }
}
