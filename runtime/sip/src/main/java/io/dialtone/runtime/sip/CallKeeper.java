package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SipHash;
import io.dialtone.runtime.engine.DeadlineWheel;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.TurnTime;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.runtime.sip.CallRecord.EndedBy;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.util.ArrayDeque;
import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * Follows calls that were passed on with Record-Route, for handlers that keep them and for call records: from the INVITE to the answer of a BYE, or to the time after which nobody believes in the call any
 * more. Called only by the owning worker.
 *
 * <p>A call is over when its BYE has an answer after which its sender gives up (RFC 3261 section 15.1.1: 2xx, 481, 408 or none), not when the BYE passes: it may be challenged, and sent again.
 */
final class CallKeeper {
    private static final int SPARES_MAX = 1 << 16;
    private static final long S = 1_000_000_000L;
    private static final String FORK = "-fork-";

    private final WorkerParts parts;
    private final SipContext context;
    private final UasCore<?> uas;
    private final SipHash hash;
    private final NameAddrView address = new NameAddrView();
    private final KeptCallView view = new KeptCallView();
    private final ArrayDeque<KeptCall> spares = new ArrayDeque<>();
    /** Ended calls of which the handler is to be told as soon as that can be. */
    private final ArrayDeque<KeptCall> untold = new ArrayDeque<>(2);

    CallKeeper(final WorkerParts parts, final SipContext context, final UasCore<?> uas) {
        this.parts = parts;
        this.context = context;
        this.uas = uas;
        hash = parts.keyHash();
    }

    DeadlineWheel deadlines() {
        return parts.deadlines();
    }

    TurnTime time() {
        return parts.time();
    }

    KeptCallView view() {
        return view;
    }

    /** True if a session keeps as many calls as it may. */
    boolean refusesAnother(final SipSession<?> session) {
        return session.keptCalls.size() >= context.settings().proxy().keptCallsMax();
    }

    // ---- the INVITE

    /** An INVITE is passed on from now on, or there is more to it: it is kept if the handler wants that, or if there are call records. */
    void begin(final ResponseContext proxied, final String leg, final SipMessage request, final long nowNs) {
        final SipSession<?> session = proxied.holder;
        if (session == null || proxied.isWithin || proxied.method != SipMethod.INVITE || !proxied.isRecordRouting) {
            return;
        }
        final KeptCall before = proxied.call;
        if (before != null) {
            before.isTold |= proxied.isKept;
            return;
        }
        if (!proxied.isKept && !session.calls.isOn()) {
            return;
        }
        final CallRecord begun = session.calls.take(leg);
        if (refusesAnother(session)) {
            context.counters().increment(SipCounter.CALLS_NOT_KEPT);
            if (begun != null) {
                session.calls.giveBack(begun);
            }
            return;
        }
        final KeptCall call = newCall(session);
        call.isTold = proxied.isKept;
        call.callId = hashOf(request.buffer(), request.callIdOffset(), request.callIdLength());
        call.callerTag = hashOf(request.buffer(), request.fromTagOffset(), request.fromTagLength());
        if (begun == null) {
            final CallRecord record = session.calls.spare();
            record.begin(leg, false, request, address, session.calls.log(), time().toWallNs(nowNs));
            call.record = record;
        } else {
            call.record = begun;
        }
        recordOf(call).onProxied();
        proxied.call = call;
    }

    /** Somebody rings. */
    void onRinging(final ResponseContext proxied, final int status, final long nowNs) {
        if (proxied.call != null) {
            recordOf(proxied.call).onRinging(status, time().toWallNs(nowNs));
        }
    }

    /** A 2xx has gone back. */
    void onSuccess(
            final ResponseContext proxied,
            final SipMessage response,
            final ClientTransaction branch,
            final long nowNs) {
        final KeptCall call = proxied.call;
        if (call == null) {
            return;
        }
        if (!proxied.isWithin) {
            onAccepted(proxied, call, response, branch, nowNs);
        } else if (proxied.method == SipMethod.BYE) {
            onByeAnswered(proxied, call, response.statusCode(), nowNs);
        } else if (proxied.method == SipMethod.INVITE || proxied.method == SipMethod.UPDATE) {
            readSessionExpires(call, response);
            heard(call, nowNs);
        }
    }

    private void onAccepted(
            final ResponseContext proxied,
            final KeptCall first,
            final SipMessage response,
            final ClientTransaction branch,
            final long nowNs) {
        final long tag = hashOf(response.buffer(), response.toTagOffset(), response.toTagLength());
        final SipSession<?> session = proxied.holder;
        if (session == null || first.calleeTag == tag) {
            return;
        }
        KeptCall call = first;
        if (first.calleeTag != 0) {
            final int before = forksOf(session, first, tag);
            if (before < 0) {
                return; // the same again
            }
            if (refusesAnother(session)) {
                context.counters().increment(SipCounter.CALLS_NOT_KEPT);
                return;
            }
            call = fork(session, first, before + 1);
        }
        call.calleeTag = tag;
        call.isUp = true;
        final CallRecord record = recordOf(call);
        record.target(branch.leg);
        record.onAnswered(response.statusCode(), time().toWallNs(nowNs));
        readSessionExpires(call, response);
        heard(call, nowNs);
        tell(call, false, nowNs);
    }

    /** How many have accepted the same INVITE; -1 if this one is among them. */
    private static int forksOf(final SipSession<?> session, final KeptCall first, final long tag) {
        int count = 0;
        for (int i = 0; i < session.keptCalls.size(); i++) {
            final KeptCall other = session.keptCalls.get(i);
            if (other.callId == first.callId && other.callerTag == first.callerTag) {
                if (other.calleeTag == tag) {
                    return -1;
                }
                count++;
            }
        }
        return count;
    }

    private KeptCall fork(final SipSession<?> session, final KeptCall first, final int number) {
        final KeptCall call = newCall(session);
        call.isTold = first.isTold;
        call.callId = first.callId;
        call.callerTag = first.callerTag;
        final CallRecord record = session.calls.spare();
        record.beginFork(recordOf(first), recordOf(first).leg() + FORK + number);
        call.record = record;
        return call;
    }

    /** The request has a final answer that is no 2xx, or is not to get one. */
    void onFailure(final ResponseContext proxied, final int status, final EndedBy by, final long nowNs) {
        final KeptCall call = proxied.call;
        if (call == null) {
            return;
        }
        if (proxied.isWithin) {
            if (proxied.method == SipMethod.BYE) {
                onByeAnswered(proxied, call, status, nowNs);
            }
        } else if (!call.isUp) {
            recordOf(call).status(status);
            end(call, by, time().toWallNs(nowNs), nowNs);
        }
    }

    /** The request was answered by the service, or by the platform for it. */
    void onAnsweredHere(final ResponseContext proxied, final int status, final long nowNs) {
        final KeptCall call = proxied.call;
        if (call == null) {
            return;
        }
        if (proxied.isWithin) {
            onFailure(proxied, status, EndedBy.SERVICE, nowNs);
        } else if (call.isUp) {
            return;
        } else if (status < 300) {
            drop(call); // the service has taken the call itself
        } else {
            final CallRecord record = recordOf(call);
            record.status(status);
            record.onEnded(
                    proxied.isCallerGone ? EndedBy.CALLER : status == 408 ? EndedBy.TIMEOUT : EndedBy.SERVICE,
                    time().toWallNs(nowNs));
            detach(Objects.requireNonNull(call.session), call);
            untold.addLast(call); // what the handler has said is being sent
        }
    }

    /** Tells of calls that the service has answered itself, when all that it said is on its way. */
    void tellUntold(final long nowNs) {
        for (KeptCall call = untold.pollFirst(); call != null; call = untold.pollFirst()) {
            tellEnd(call, nowNs);
        }
    }

    // ---- within the call

    /** A request within a dialog passes. */
    void onRequestWithin(final ResponseContext within, final SipMessage request, final long nowNs) {
        final SipSession<?> session = within.holder;
        if (session == null || session.keptCalls.isEmpty()) {
            return;
        }
        final DirectBuffer buffer = request.buffer();
        final long callId = hashOf(buffer, request.callIdOffset(), request.callIdLength());
        final long from = hashOf(buffer, request.fromTagOffset(), request.fromTagLength());
        final long to = hashOf(buffer, request.toTagOffset(), request.toTagLength());
        for (int i = 0; i < session.keptCalls.size(); i++) {
            final KeptCall call = session.keptCalls.get(i);
            final EndedBy sender = call.senderOf(callId, from, to);
            if (sender != EndedBy.NOBODY) {
                within.call = call;
                if (request.method() == SipMethod.BYE && call.byeOf == EndedBy.NOBODY) {
                    call.byeOf = sender;
                    call.byeNs = time().toWallNs(nowNs);
                }
                heard(call, nowNs);
                return;
            }
        }
    }

    private void onByeAnswered(final ResponseContext within, final KeptCall call, final int status, final long nowNs) {
        final SipSession<?> session = call.session;
        within.call = null;
        if (status < 300 || status == 481 || status == 408) {
            end(call, call.byeOf, call.byeNs == 0 ? time().toWallNs(nowNs) : call.byeNs, nowNs);
            uas.endIfOver(session, nowNs);
        } else {
            call.byeOf = EndedBy.NOBODY;
            call.byeNs = 0;
        }
    }

    /** Something was heard of the call: its time begins anew. */
    private void heard(final KeptCall call, final long nowNs) {
        final long graceNs = context.settings().sixtyFourT1Ns();
        call.silentUntil(nowNs
                + (call.sessionExpiresNs == 0
                        ? context.settings().proxy().keptCallSilenceMaxNs()
                        : call.sessionExpiresNs + graceNs));
        final SipSession<?> session = call.session;
        if (session != null) {
            parts.journal().touch(session);
        }
    }

    /** What a 2xx says of the session timer (RFC 4028 section 4); one without it has none any more. */
    private static void readSessionExpires(final KeptCall call, final SipMessage response) {
        call.sessionExpiresNs = SessionInterval.writtenSeconds(response, HeaderName.SESSION_EXPIRES) * S;
    }

    // ---- the end

    /** Nothing was heard of a call for too long. */
    void onSilent(final KeptCall call, final long nowNs) {
        context.counters().increment(SipCounter.KEPT_CALLS_SILENT);
        final SipSession<?> session = call.session;
        end(call, EndedBy.SILENCE, time().toWallNs(nowNs), nowNs);
        uas.endIfOver(session, nowNs);
    }

    private void end(final KeptCall call, final EndedBy by, final long wallNs, final long nowNs) {
        final SipSession<?> session = call.session;
        if (session == null) {
            return;
        }
        recordOf(call).onEnded(by, wallNs);
        detach(session, call);
        tellEnd(call, nowNs);
    }

    private void tellEnd(final KeptCall call, final long nowNs) {
        tell(call, true, nowNs);
        Objects.requireNonNull(call.session).calls.onKeptEnded(recordOf(call));
        call.record = null;
        release(call);
    }

    private void drop(final KeptCall call) {
        if (call.session != null) {
            detach(call.session, call);
        }
        release(call);
    }

    private void detach(final SipSession<?> session, final KeptCall call) {
        parts.journal().touch(session);
        session.keptCalls.remove(call);
        for (int i = 0; i < session.contexts.size(); i++) {
            if (session.contexts.get(i).call == call) {
                session.contexts.get(i).call = null;
            }
        }
        context.counters().add(SipCounter.KEPT_CALLS, -1);
    }

    private void tell(final KeptCall call, final boolean isEnd, final long nowNs) {
        final SipSession<?> session = call.session;
        if (call.isTold && session != null && session.isBegun()) {
            view.wrap(recordOf(call), time().toWallNs(nowNs));
            uas.tellKept(session, isEnd, nowNs);
            view.unwrap();
        }
    }

    /** The handler's part of a session is over: nobody hears of its calls any more, and those without a record are forgotten. */
    void onHandlerGone(final SipSession<?> session) {
        for (int i = session.keptCalls.size() - 1; i >= 0; i--) {
            final KeptCall call = session.keptCalls.get(i);
            call.isTold = false;
            if (!session.calls.isOn()) {
                drop(call);
            }
        }
    }

    // ---- calls that come and go

    private KeptCall newCall(final SipSession<?> session) {
        final KeptCall spare = spares.pollLast();
        final KeptCall call = spare == null ? new KeptCall(this) : spare;
        call.session = session;
        session.keptCalls.add(call);
        context.counters().add(SipCounter.KEPT_CALLS, 1);
        return call;
    }

    private void release(final KeptCall call) {
        call.close();
        if (spares.size() < SPARES_MAX) {
            spares.addLast(call);
        }
    }

    /** Forgets the calls of a session; nobody hears of it. */
    void forget(final SipSession<?> session) {
        while (!session.keptCalls.isEmpty()) {
            release(session.keptCalls.removeLast());
            context.counters().add(SipCounter.KEPT_CALLS, -1);
        }
    }

    /** Reads a call of a session that is being made again. */
    void restore(final SipSession<?> session, final ImageReader image) {
        newCall(session).decode(session, image);
    }

    private static CallRecord recordOf(final KeptCall call) {
        return Objects.requireNonNull(call.record, "a call that is kept has a record");
    }

    /** Never 0, which says that there is none yet. */
    private long hashOf(final DirectBuffer buffer, final int offset, final int length) {
        return offset < 0 ? 1 : hash.hash(buffer, offset, length) | 1;
    }
}
