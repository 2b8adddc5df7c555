package io.dialtone.api;

import java.time.Duration;
import java.util.Optional;

/**
 * Something that a service has subscribed to (RFC 6665), as the service sees it: begun by {@link Session#subscribe}, and refreshed by the platform until one side ends it. Valid until the handler's method
 * returns. What is asked of it happens when the method has returned.
 */
public interface SipWatch {
    /** How far it has come. */
    enum State {
        /** It is asked for; no NOTIFY has come yet. */
        ASKED,
        /** Nobody has decided yet whether we may. */
        PENDING,
        /** We are told. */
        ACTIVE,
        /** We have said that we want no more, or wanted it only once; the last NOTIFY is to come. */
        LEAVING,
        /** It was ended, and the platform will subscribe anew. */
        AWAY,
        /** It is over. */
        OVER
    }

    /** What ended it. */
    enum Cause {
        /** A NOTIFY has said so. */
        TERMINATED,
        /** A SUBSCRIBE that was to keep it, or to begin it anew, was refused, or had no answer (408). */
        REFUSED,
        /** Its SUBSCRIBE was accepted, and no NOTIFY came for 64*T1 (timer N). */
        SILENT,
        /** It could not be refreshed in time. */
        EXPIRED,
        /** We wanted no more. */
        LEFT
    }

    /**
     * How it ended.
     *
     * @param reason as the last NOTIFY gave it, in lower case: {@code deactivated}, {@code probation}, {@code rejected}, {@code timeout}, {@code giveup}, {@code noresource}, {@code invariant}, or another;
     *     empty if there was none
     * @param retryAfter when to come again, if anybody has said
     * @param status the last refusal of a SUBSCRIBE; 0 if there was none
     */
    record End(Cause cause, String reason, Optional<Duration> retryAfter, int status) {}

    /** The name that {@link Session#subscribe} gave it. */
    String name();

    /** The event package. */
    String event();

    /** The {@code id} in Event; empty if there is none. */
    String id();

    State state();

    /** How long it lasts if it is not refreshed, as far as we know. */
    Duration timeLeft();

    /** How it ended; empty while it has not. */
    Optional<End> end();

    /** Asks now to be told how things are, all of it: when something was missed, for instance. Does nothing before the first NOTIFY, and when it is to end. */
    void refresh();

    /** Ends it: nothing more is wanted. A last NOTIFY may come, for which the platform waits for 64*T1 at most; then {@link SipHandler#onWatchEnd} is told. */
    void leave();
}
