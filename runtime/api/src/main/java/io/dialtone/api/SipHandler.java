package io.dialtone.api;

import java.util.Optional;
import java.util.Set;

/**
 * A SIP service: the one class a developer writes. Its methods are called by the worker that owns the session, one at a time for each session.
 *
 * <p>The platform speaks SIP; a handler decides. Retransmissions, the ACK of a refusal, the matching of CANCEL, To tags, Contact, Record-Route and all timers of
 * RFC 3261 section 17 never reach it. A request reaches it once.
 *
 * <p>Rules for a handler:
 *
 * <ul>
 *   <li>What it must remember of a session goes into the session's state, an immutable record. A worker makes one handler and shows it many sessions; a field that
 *       changes is a bug, because a session may live on in another process.
 *   <li>It never blocks and never starts a thread: its worker serves thousands of other calls.
 *   <li>It is all or nothing. State, timers and replies take effect when the method returns. If it throws they are forgotten, the request is answered with 500, and
 *       nobody else is harmed.
 * </ul>
 *
 * @param <S> the state of one session
 */
public interface SipHandler<S extends Record> {
    /** The state of a new session, made just before its first request is handled. */
    S initialState(SipRequest request);

    /**
     * A request to be answered: everything but ACK and CANCEL. It is answered now by {@link SipRequest#reply}, or later, say from a timer, by way of
     * {@link Session#pending}.
     */
    void onRequest(SipRequest request, Session<S> session);

    /** The caller confirmed our 2xx; the call is up. An offer made in the 2xx has its answer in this body. */
    default void onAck(final SipRequest ack, final Session<S> session) {}

    /**
     * The caller gave up an INVITE we had not answered. Both it (487) and the CANCEL (200) are answered already. If the INVITE is being proxied, its branches are withdrawn, and what
     * they say last goes back.
     */
    default void onCancel(final SipRequest cancel, final Session<S> session) {}

    /** Our 2xx was never confirmed: no ACK came for 32 s (RFC 3261 section 13.3.1.4). The platform has hung up. */
    default void onAckMissing(final Session<S> session) {}

    /**
     * An answer to a request of ours: provisional, 2xx or refusal. A 2xx to an INVITE is acknowledged by the platform when this returns, unless {@linkplain SipLeg#isAckDue the
     * ACK must carry an answer}. If this throws, what the answer was for gets 500, and a call that was just answered is hung up.
     */
    default void onResponse(final SipResponse response, final Session<S> session) {}

    /**
     * A branch of a proxied request has answered, or has not for too long ({@linkplain SipResponse#isLocal local} 408). Told only if that was {@linkplain Proxying#watch asked for}, and
     * after the answer is on its way back, if that is where it goes. {@link SipResponse#leg} is the URI that the branch went to.
     */
    default void onBranch(final SipResponse response, final Session<S> session) {}

    /**
     * Nobody has accepted a proxied request, and nobody is left to ask; this is the best of what they said, and goes back when this returns. Unless the handler names
     * {@linkplain PendingRequest#proxy further targets} for {@link SipResponse#onBehalfOf}, or answers that itself. Not told of a 6xx, after which nobody may be asked, nor when the caller has given up.
     */
    default void onBestResponse(final SipResponse best, final Session<S> session) {}

    /**
     * Somebody has accepted an INVITE that was passed on, and the 2xx is on its way back. Told only if the service {@linkplain Proxying#keepCall keeps} the call; once for each who accepts, however often the
     * 2xx comes.
     */
    default void onProxiedAnswered(final ProxiedCall call, final Session<S> session) {}

    /**
     * A call that was passed on is over: one side has hung up, nobody has accepted, or nothing was heard of it for too long. Told only if the service {@linkplain Proxying#keepCall keeps} the call; once
     * for each that was {@linkplain #onProxiedAnswered answered}, or once if none was.
     */
    default void onProxiedEnd(final ProxiedCall call, final Session<S> session) {}

    /**
     * A call is over because its peer is gone: nobody has refreshed it in time, or the peer did not know it any more when we did (RFC 4028). The platform has hung up; other calls of the session
     * are as they were. Only if the service has {@link #sessionTimers}.
     *
     * @param leg name of the call
     */
    default void onSessionExpired(final String leg, final Session<S> session) {}

    /**
     * A SUBSCRIBE for one of the {@link #eventPackages}: to begin a subscription, to refresh it, or (with no {@linkplain SipSubscription#timeLeft time left}) to be told once and no more. A refusal is
     * given by {@link SipRequest#reply}; without an answer the platform gives 200. What is {@linkplain SipSubscription#tell told} here goes into the NOTIFY that follows at once, or else that NOTIFY has no
     * body.
     */
    default void onSubscribe(
            final SipSubscription subscription, final SipRequest subscribe, final Session<S> session) {}

    /** A subscription is over, and not because the service ended it or the session. Nothing can be told any more. */
    default void onSubscriptionEnd(final SipSubscription subscription, final Session<S> session) {}

    /**
     * A NOTIFY of something that the service has {@linkplain Session#subscribe subscribed} to: each of them, in their order, also the last one, of which {@link SipWatch#end} says why. Without an answer the
     * platform gives 200; one that is answered with 481 is the last.
     */
    default void onNotify(final SipWatch watch, final SipRequest notify, final Session<S> session) {}

    /**
     * Something that the service has subscribed to is over, whoever has ended it; after the last NOTIFY, if one has come. Not told if its first SUBSCRIBE was refused, which {@link #onResponse} has told, if
     * the platform subscribes {@linkplain EventInterest#renewed anew}, or if the session has ended.
     */
    default void onWatchEnd(final SipWatch watch, final Session<S> session) {}

    /** A timer of the session has run out. */
    default void onTimer(final String timer, final Session<S> session) {}

    /**
     * The methods this service understands. Others are answered with 405, or 501 when nobody knows them; Allow lists these. Asked once, when the worker starts.
     */
    default Set<SipMethod> methods() {
        return SipMethod.OF_A_CALL;
    }

    /**
     * The methods of requests that this service passes on ({@link PendingRequest#proxy}) rather than answers. Of such a request only what a proxy must look at is looked at (RFC 3261
     * section 16.3): neither Require nor its body, and one that comes by two ways is shown twice. Asked once, when the worker starts.
     */
    default Set<SipMethod> proxied() {
        return Set.of();
    }

    /**
     * The option tags this service understands, such as {@code path}: what a request may have in Require. With another one it is answered with 420. Asked once, when the
     * worker starts.
     */
    default Set<String> extensions() {
        return Set.of();
    }

    /** Which requests must prove who sent them, and to whom; by default none. Asked once, when the worker starts. */
    default Optional<DigestPolicy> digest() {
        return Optional.empty();
    }

    /**
     * How calls of this service are kept alive (RFC 4028); by default they are not. With it the platform writes {@code Session-Expires}, {@code Min-SE} and {@code timer} into whatever negotiates
     * them, and refreshes what it has to. An UPDATE without a body is answered by the platform unless it is among the {@link #methods}. Asked once, when the worker starts.
     */
    default Optional<SessionTimers> sessionTimers() {
        return Optional.empty();
    }

    /**
     * What this service tells subscribers about (RFC 6665); by default nothing. With it SUBSCRIBE is among its methods and comes to {@link #onSubscribe}; for another package it is answered with 489. Asked
     * once, when the worker starts.
     */
    default Set<EventPackage> eventPackages() {
        return Set.of();
    }

    /**
     * The event packages that this service may {@linkplain Session#subscribe subscribe} to; by default none. With it NOTIFY is among its methods: those of its own subscriptions come to {@link #onNotify},
     * and others are answered with 481. Asked once, when the worker starts.
     */
    default Set<String> watchedEvents() {
        return Set.of();
    }

    /**
     * The types of body this service reads and writes. A request with another is answered with 415. With <code>*&#47;*</code> among them none is, nor for its encoding: for
     * services that pass bodies on. Asked once, when the worker starts.
     */
    default Set<String> contentTypes() {
        return Set.of("application/sdp");
    }
}
