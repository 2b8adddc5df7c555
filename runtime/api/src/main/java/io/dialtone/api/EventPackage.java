package io.dialtone.api;

import java.time.Duration;

/**
 * An event package (RFC 6665 section 7) that a service tells subscribers about, and for how long they may subscribe.
 *
 * @param name as it stands in Event, {@code message-summary} for instance
 * @param usual for how long, if a subscriber does not say
 * @param shortest who wants less is answered with 423; at most an hour, as RFC 6665 section 4.2.1.1 wants it
 * @param longest who wants more gets this
 */
public record EventPackage(String name, Duration usual, Duration shortest, Duration longest) {
    private static final Duration LONGEST_MINIMUM = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(365);

    public EventPackage {
        checkName(name);
        if (shortest.isNegative() || shortest.compareTo(LONGEST_MINIMUM) > 0) {
            throw new IllegalArgumentException(name + ": shortest " + shortest + " (expected: at most an hour)");
        }
        if (usual.compareTo(shortest) < 0
                || usual.toSeconds() < 1
                || longest.compareTo(usual) < 0
                || longest.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + ": usual " + usual + ", longest " + longest
                    + " (expected: shortest <= usual <= longest <= 365 days). Maybe an hour and a day.");
        }
    }

    /** For an hour, if a subscriber does not say; for a minute to a day, if it does. */
    public static EventPackage of(final String name) {
        return new EventPackage(name, Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofDays(1));
    }

    static void checkName(final String name) {
        if (name.isEmpty() || !name.chars().allMatch(EventPackage::isInToken)) {
            throw new IllegalArgumentException(
                    "event package: \"" + name + "\" (expected: a token). Maybe message-summary.");
        }
    }

    static boolean isInToken(final int c) {
        return (c < 0x7F && Character.isLetterOrDigit(c)) || "-.!%*_+`'~".indexOf(c) >= 0;
    }
}
