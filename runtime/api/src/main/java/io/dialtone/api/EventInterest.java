package io.dialtone.api;

import java.time.Duration;

/**
 * What a service wants to be told of ({@link Session#subscribe}), for how long, and what happens when who tells it does not want to any more.
 *
 * @param event the event package, as it stands in Event
 * @param id tells several subscriptions of one package apart; empty for none
 * @param expires for how long it is asked for each time; the platform asks again before that is over. Nothing means once: be told how things are, and no more
 * @param isRenewed true if the platform is to subscribe anew when a subscription ends that may come again (RFC 6665 section 4.1.3)
 */
public record EventInterest(String event, String id, Duration expires, boolean isRenewed) {
    private static final Duration USUAL = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final int ID_CHARACTERS_MAX = 128;

    public EventInterest {
        EventPackage.checkName(event);
        if (id.length() > ID_CHARACTERS_MAX || !id.chars().allMatch(EventPackage::isInToken)) {
            throw new IllegalArgumentException(
                    event + ": id \"" + id + "\" (expected: a token of at most " + ID_CHARACTERS_MAX + " characters)");
        }
        if (expires.isNegative() || expires.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(event + ": expires " + expires + " (expected: 0 to 365 days)");
        }
    }

    /** For an hour, and another, until one side ends it. */
    public static EventInterest of(final String event) {
        return new EventInterest(event, "", USUAL, false);
    }

    /** For so long each time. */
    public EventInterest lasting(final Duration time) {
        return new EventInterest(event, id, time, isRenewed);
    }

    /** How things are now, and no more. */
    public EventInterest once() {
        return new EventInterest(event, id, Duration.ZERO, false);
    }

    /** With this {@code id} in Event. */
    public EventInterest withId(final String itsId) {
        return new EventInterest(event, itsId, expires, isRenewed);
    }

    /** Anew when it is ended and may come again, and when who tells it does not know it any more. */
    public EventInterest renewed() {
        return new EventInterest(event, id, expires, true);
    }
}
