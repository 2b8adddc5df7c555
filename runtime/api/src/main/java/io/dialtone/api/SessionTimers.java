package io.dialtone.api;

import java.time.Duration;

/**
 * How the calls of a service are kept alive, and how their deaths are seen (RFC 4028). Applies to every call of the service, in either direction; the platform negotiates, refreshes and hangs up.
 *
 * @param interval for how long a call may go without a refresh, if the peer does not want less
 * @param minimum the shortest interval that is taken from peers who negotiate; others get 422
 * @param refresher who refreshes where the peer leaves that to us
 */
public record SessionTimers(Duration interval, Duration minimum, Refresher refresher) {
    /** RFC 4028 section 4: nobody may ask for less. */
    public static final Duration SHORTEST = Duration.ofSeconds(90);

    private static final Duration LONGEST = Duration.ofDays(365);

    /** Who refreshes. */
    public enum Refresher {
        /** We do: whoever does it learns first that the peer is gone. */
        US,
        /** The peer does, if it can. */
        PEER
    }

    public SessionTimers {
        if (minimum.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "session timers: minimum " + minimum + " (expected: at least 90 s, RFC 4028 section 4)");
        }
        if (interval.compareTo(minimum) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("session timers: interval " + interval
                    + " (expected: at least the minimum of " + minimum + "). Maybe 30 minutes.");
        }
    }

    /** Calls are to be refreshed within this interval, by us where we may choose; as little as 90 s is taken. */
    public static SessionTimers of(final Duration interval) {
        return new SessionTimers(interval, SHORTEST, Refresher.US);
    }

    public SessionTimers withMinimum(final Duration shortest) {
        return new SessionTimers(interval, shortest, refresher);
    }

    public SessionTimers refreshedByPeer() {
        return new SessionTimers(interval, minimum, Refresher.PEER);
    }
}
