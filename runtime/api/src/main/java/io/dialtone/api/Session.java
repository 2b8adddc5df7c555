package io.dialtone.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One session as its handler sees it: state, timers, and requests that still want an answer. Valid until the handler's method returns, on that thread only.
 *
 * <p>A session begins with the first request that has its affinity key. It is over when it has no call, no request to answer or of its own, no subscription of either kind and no timer left,
 * or when the handler calls {@link #end}.
 *
 * @param <S> the state, an immutable record
 */
public interface Session<S extends Record> {
    /** The affinity key: by default the Call-ID. */
    String key();

    /** The slot the key falls into. */
    int slot();

    /** The state as of the last {@link #update}. */
    S state();

    /** Replaces the state. */
    void update(S state);

    /**
     * Starts the timer of this name, or starts it anew when it runs. {@link SipHandler#onTimer} is called once when it runs out.
     *
     * @throws IllegalStateException when the session has as many timers as it may have
     */
    void startTimer(String name, Duration delay);

    /** Stops the timer of this name if it runs. */
    void cancelTimer(String name);

    /** What is left of the time of this timer, as it is after what the method has asked for; empty if it does not run. */
    Optional<Duration> timeLeft(String name);

    /** The oldest request of this method that has no final answer yet: the INVITE that still rings, for instance. */
    Optional<PendingRequest> pending(SipMethod method);

    /**
     * Begins a request of our own outside any call. An INVITE begins a leg of this session; any other method stands alone. Nothing leaves before the handler returns, and it
     * leaves by the edge and the listener by which the session's last initial request came in.
     *
     * @param leg the name that legs and answers are known by; letters, digits, - and _, none that another leg of the session has
     * @param uri the Request-URI
     */
    OutgoingRequest request(SipMethod method, String leg, String uri);

    /** The leg of this name, from its first answer to its end: or, if we have begun it, from its beginning. */
    Optional<SipLeg> leg(String name);

    /** Who is to be told of something, oldest first ({@link SipHandler#eventPackages}). */
    List<SipSubscription> subscriptions();

    /**
     * Begins a subscription of our own, outside any call (RFC 6665 section 4.1): to one of the {@linkplain SipHandler#watchedEvents packages that the service wants}. Event, Expires and what keeps it are the
     * platform's business; Accept and whatever else each SUBSCRIBE is to say are added by {@link OutgoingRequest#header}. How the first SUBSCRIBE ends is told by {@link SipHandler#onResponse}, what comes
     * then by {@link SipHandler#onNotify} (perhaps before that), and its end by {@link SipHandler#onWatchEnd}.
     *
     * @param name the name that it is known by; letters, digits, - and _, none that another of the session has
     * @param uri whom to ask: the Request-URI
     */
    OutgoingRequest subscribe(String name, String uri, EventInterest interest);

    /** What the service has subscribed to under this name. */
    Optional<SipWatch> watch(String name);

    /** What the service has subscribed to, oldest first. */
    List<SipWatch> watches();

    /**
     * Ends the session when the handler returns: hangs up its calls with BYE or CANCEL, answers with 480 what still has no final answer, ends its subscriptions and those to it, forgets timers and state.
     */
    void end();
}
