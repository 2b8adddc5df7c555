package io.dialtone.api;

import java.time.Duration;

/**
 * A request on its way through us (RFC 3261 section 16): who is to be asked, in which order, and whether we stay in the path. Used within one handler method; nothing leaves before
 * that returns.
 *
 * <p>Targets are in groups. Those of a group are tried at once; the next group is tried when nobody of the one before has accepted: all have refused, or {@link #ringFor} is over. The
 * first 2xx goes back at once and ends the search, a 6xx ends it too; else the best of all refusals goes back ({@link SipHandler#onBestResponse}).
 *
 * <pre>{@code
 * request.proxy()
 *         .to("sip:bob@192.0.2.7").to("sip:bob@192.0.2.8").ringFor(Duration.ofSeconds(20))
 *         .thenTo("sip:voicemail@192.0.2.9")
 *         .recordRoute()
 *         .start();
 * }</pre>
 */
public interface Proxying {
    /** Adds a target to the group named last: the Request-URI that the request gets there. */
    Proxying to(String uri);

    /** Adds a target that begins another group, which is tried when the one before has not brought the answer. */
    Proxying thenTo(String uri);

    /** Adds a Route with this URI, which ends in {@code ;lr}, for the target named last; before those that the request has. */
    Proxying route(String uri);

    /** The target named last is reached the way that another request came ({@link SipRequest#flow}), whatever its URI and routes say. */
    Proxying flow(String name);

    /** How long the targets of the group named last may ring. Without this: as long as timer C lets them. */
    Proxying ringFor(Duration time);

    /**
     * Adds a header line for all targets.
     *
     * @throws IllegalArgumentException when the name is no token, the value holds a line break, or the header is the platform's business
     */
    Proxying header(String name, String value);

    /** We stay in the path: what both sides say to each other later comes through us, and is passed on without asking the handler. */
    Proxying recordRoute();

    /**
     * We stay in the path of an INVITE's call, and the session lasts as long as the call does: its handler hears when it is answered and how it ends ({@link SipHandler#onProxiedAnswered},
     * {@link SipHandler#onProxiedEnd}). This says {@link #recordRoute} as well; for other methods it says nothing more.
     *
     * <p>A call of which nothing is heard for too long is taken for ended, so the session ends some day ({@link ProxiedCall.EndedBy#SILENCE}).
     */
    Proxying keepCall();

    /**
     * A target that answers 3xx is replaced by those it names in Contact: the ones with the highest q at once, the others one group after the other, before the targets that are named here and not tried yet.
     * Nobody is asked twice, and of a 3xx only those contacts go back that were not tried. Without this a 3xx is a refusal like others, and may be the best response.
     *
     * @param max how many targets may be added so to this request; there may not be more than {@code node.branches-max} altogether either
     * @throws IllegalArgumentException when it is not positive
     */
    Proxying followRedirects(int max);

    /** The handler is shown what every branch says ({@link SipHandler#onBranch}). */
    Proxying watch();

    /**
     * Begins when the handler returns.
     *
     * @throws IllegalArgumentException when a target is nobody we can send to
     * @throws IllegalStateException when there is no target, or there are more than there may be
     */
    void start();
}
