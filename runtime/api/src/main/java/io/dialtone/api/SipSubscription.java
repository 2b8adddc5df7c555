package io.dialtone.api;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Somebody who wants to be told of something (RFC 6665), as the service that tells sees it. Valid until the handler's method returns. What is asked of it happens when the method has returned.
 *
 * <p>The platform sends what is told one NOTIFY after the other, each when the one before is answered. A subscriber that does not answer, or says that it knows of no subscription, is not told any more.
 */
public interface SipSubscription {
    /** How it ended without the service's doing. */
    enum End {
        /** Nobody has refreshed it in time. */
        EXPIRED,
        /** A NOTIFY was refused, or nobody has answered it. */
        LOST
    }

    /** Why the service ends it (RFC 6665 section 4.1.3): tells its subscriber whether to come again. */
    enum Reason {
        /** Come again at once. */
        DEACTIVATED,
        /** Come again later. */
        PROBATION,
        /** The policy has changed: do not come again. */
        REJECTED,
        /** Nobody has decided in time whether it may: come again later. */
        GIVEUP,
        /** What it was about is gone: do not come again. */
        NORESOURCE,
        /** What it was about does not change any more: there is nothing more to tell. */
        INVARIANT;

        /** As it stands in Subscription-State. */
        public String token() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A number that no other subscription of the session has or had. */
    int number();

    /** The event package. */
    String event();

    /** The {@code id} in Event, by which a subscriber tells several of one package apart; empty if there is none. */
    String id();

    /** How long it lasts if it is not refreshed; nothing for who only asks once, or is leaving. */
    Duration timeLeft();

    /** True if the service has said {@link #hold}. */
    boolean isPending();

    /** How it ended; empty while it has not. */
    Optional<End> end();

    /**
     * Tells its subscriber how things are.
     *
     * @return false, and counted, if as many as there may be wait for the subscriber's answer to the one before, or the subscription is over: then tell again what has changed when it is
     */
    boolean tell(String contentType, String body);

    /** As {@link #tell(String, String)}. */
    boolean tell(String contentType, byte[] body);

    /** Nobody has decided yet whether it may: its state is {@code pending} until {@link #activate}. */
    void hold();

    /** It may, after all: its state is {@code active}, and it is told so. */
    void activate();

    /** Ends it, after what was told before. */
    void terminate(Reason reason);

    /** Ends it, and says when to come again. */
    void terminate(Reason reason, Duration retryAfter);
}
