package io.dialtone.api;

import java.time.Duration;
import java.util.Optional;

/**
 * A call that the service has passed on and {@linkplain Proxying#keepCall keeps}: who talks to whom, and how it ended. Valid until the handler's method returns; text is made only when asked for.
 *
 * <p>An INVITE that went to several targets may be accepted by more than one (RFC 3261 section 13.2.2.4). Each that accepts is a call of its own, with its own {@link #target} and its own end.
 */
public interface ProxiedCall {
    /** Who ended a call. */
    enum EndedBy {
        /** The caller hung up, or gave up before anybody had accepted. */
        CALLER,
        /** The callee hung up, or all who were asked have refused. */
        CALLEE,
        /** The service answered with a refusal of its own, or the platform did. */
        SERVICE,
        /** Nobody answered in time. */
        TIMEOUT,
        /** Nothing was heard of the call for so long that it is taken for dead: its session timer has run out (RFC 4028), or it was silent for {@code node.kept-call-silence-max}. */
        SILENCE
    }

    String callId();

    /** The URI of From. */
    String from();

    /** The URI of To. */
    String to();

    /** The URI of the target that has accepted; empty if none has. */
    String target();

    /** True if a 2xx has gone back. */
    boolean isAnswered();

    /** The last status of its INVITE. */
    int status();

    /** Who ended it; empty while it goes on. */
    Optional<EndedBy> endedBy();

    /** From the 2xx to the end, or to now; nothing if it was not answered. */
    Duration duration();
}
