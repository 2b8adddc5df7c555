package io.dialtone.runtime.sip;

import io.dialtone.api.AffinityRule;
import io.dialtone.api.ServicePolicy.WhenAlone;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipSubscription;
import io.dialtone.api.SipWatch;
import io.dialtone.placement.table.SipHash;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.SessionKeyView;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.runtime.engine.WorkerSession;
import io.dialtone.sip.codec.AffinityKeyView;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.DialogNameView;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.StateCodec;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The user agent server's core (RFC 3261 section 8.2, 9.2, 12.2.2, 13.3, 14.2, 15.1.2): finds or begins the session and the dialog of a request, shows it to the handler,
 * and makes what the handler decided so. Called only by the owning worker.
 */
final class UasCore<S extends Record> {
    private static final int SPARES_MAX = 1 << 16;
    private static final int EXTRA_BYTES_MAX = 1 << 15;
    private static final long MS = 1_000_000L;
    private static final String NO_NAME = "";

    /** What a handler is told. */
    private enum Event {
        REQUEST,
        FIRST_REQUEST,
        ACK,
        ACK_MISSING,
        CANCEL,
        TIMER,
        SESSION_EXPIRED,
        SUBSCRIPTION_END,
        NOTIFY,
        WATCH_END,
        RESPONSE,
        BRANCH,
        BEST_RESPONSE,
        PROXIED_ANSWERED,
        PROXIED_END
    }

    private final WorkerParts parts;
    private final SipContext context;
    private final SipHandler<S> handler;
    private final StateCodec<S> codec;
    private final SipHash tableHash;
    private final TransactionLayer layer;
    private final RequestChecks checks;
    private final EventRules events;
    private final AffinityKeyView affinityKey;
    private final SessionKeyView sessionKey;
    private final boolean isEstablishedOnlyWhenAlone;
    /** True if peers refresh by UPDATE, which the handler does not want to see. */
    private final boolean answersUpdates;

    private final HandlerFailures failures;
    private final @Nullable DigestGuard guard;
    private final SipsRules sips;
    private final DialogTable dialogs;
    private final UacCore<S> uac;
    private final OwnCallId ownCallId;
    private final NamedDialogs named;
    private final SessionCalls noCalls = SessionCalls.none();
    private final NameAddrView address = new NameAddrView();
    private final ArrayDeque<SipSession<S>> spareSessions = new ArrayDeque<>();

    private final Answers answers;
    private final RequestView view = new RequestView();
    private final ImageWriter stateScratch = new ImageWriter();
    private final AsciiWriter extra = new AsciiWriter(EXTRA_BYTES_MAX);
    private int failureStatus;
    /** The subscription whose end the handler is told of. */
    private @Nullable SipSubscription endedSubscription;
    /** The subscription of the service itself whose NOTIFY, or end, the handler is told of. */
    private @Nullable SipWatch shownWatch;
    /** True if the message in hand is sent within a dialog that we are in the path of, and have no part in. */
    private boolean isThroughUs;
    /** True if the message in hand answers something that we have passed on. */
    private boolean isForwarded;

    UasCore(final WorkerParts parts, final SipContext context, final SipHandler<S> handler, final StateCodec<S> codec) {
        this.parts = parts;
        this.context = context;
        this.handler = handler;
        this.codec = codec;
        tableHash = parts.tableHash();
        layer = new TransactionLayer(parts, context, this);
        final IntervalRules intervals = IntervalRules.of(handler.sessionTimers());
        events = new EventRules(handler.eventPackages(), handler.watchedEvents(), handler.methods());
        final Set<io.dialtone.api.SipMethod> methods = events.methodsAnd(intervals.methodsAnd(handler.methods()));
        answersUpdates = !handler.methods().contains(io.dialtone.api.SipMethod.UPDATE);
        checks = new RequestChecks(
                methods,
                handler.proxied(),
                handler.contentTypes(),
                intervals.extensionsAnd(handler.extensions()),
                intervals);
        final AffinityRule affinity = context.service().affinity();
        affinityKey = new AffinityKeyView(
                AffinityKeyView.Place.valueOf(affinity.kind().name()), affinity.header());
        sessionKey = new SessionKeyView(parts.service());
        isEstablishedOnlyWhenAlone = context.service().policy().whenAlone() == WhenAlone.ESTABLISHED_ONLY;
        final LocalTag.Source unique = new LocalTag.Source(context.tagHash());
        failures = new HandlerFailures(context.service().name());
        guard = DigestGuard.of(handler.digest(), context, unique, failures).orElse(null);
        ownCallId = new OwnCallId(context.tokens());
        final RemoteParty.Scratch scratch = new RemoteParty.Scratch();
        final ReplyComposer replies =
                new ReplyComposer(context, unique, Methods.allow(methods), checks.acceptLine(), intervals, events);
        sips = replies.sips();
        dialogs = new DialogTable(context, tableHash, layer, scratch, sips);
        named = new NamedDialogs(handler.extensions(), dialogs);
        answers = new Answers(
                context,
                replies,
                dialogs,
                new RegistrationNames(parts.sessions().keyHash()));
        uac = new UacCore<>(
                parts, context, this, new UacCore.CoreParts(answers, dialogs, scratch, layer.bytes(), unique, replies));
    }

    UacCore<S> uac() {
        return uac;
    }

    // ---- requests

    /** A well-formed request. */
    void onRequest(
            final SipMessage message, final ViaView via, final int slot, final ReplyPort port, final long nowNs) {
        wake(message, via, slot);
        if (message.method() == SipMethod.ACK) {
            onAck(message, via, slot, port, nowNs);
            return;
        }
        final ServerTransaction known = layer.find(message, via, message.method());
        if (known != null) {
            context.counters().increment(SipCounter.RETRANSMISSIONS);
            known.onRetransmission(nowNs);
            return;
        }
        if (guard != null && guard.asks(message) && isTurnedAway(guard, message, slot, port, nowNs)) {
            return;
        }
        final ServerTransaction transaction = layer.begin(message, via, slot, port);
        if (transaction == null) {
            refuseWithoutTransaction(message, slot, port);
            return;
        }
        answers.begin(transaction, message);
        if (message.method() == SipMethod.CANCEL) {
            onCancel(message, via, transaction, nowNs);
        } else if (isThroughUs) {
            onRequestThroughUs(message, transaction, nowNs);
        } else if (message.toTagLength() > 0) {
            onRequestInDialog(message, transaction, nowNs);
        } else {
            onInitialRequest(message, transaction, nowNs);
        }
        answers.end();
    }

    /** True if a request has no right credentials, or none that its session has not had before: it is answered without a transaction, as RFC 3261 section 8.2.7 advises, and leaves nothing behind. */
    private boolean isTurnedAway(
            final DigestGuard asking,
            final SipMessage message,
            final int slot,
            final ReplyPort port,
            final long nowNs) {
        final long wallNs = parts.time().toWallNs(nowNs);
        final DirectBuffer buffer = affinityKey.wrap(message).buffer();
        DigestGuard.Outcome outcome = asking.check(message, affinityKey, slot, nowNs, wallNs);
        if (outcome == DigestGuard.Outcome.LET_IN) {
            final long hash = parts.keyHash().hash(buffer, affinityKey.offset(), affinityKey.length());
            final SipSession<S> session = findSession(slot, hash, buffer);
            if (session != null) {
                outcome = asking.take(session.nonces, affinityKey, slot, nowNs, wallNs);
                if (outcome == DigestGuard.Outcome.LET_IN) {
                    session.onNonceTaken();
                }
            }
        }
        if (outcome == DigestGuard.Outcome.CHALLENGE) {
            sendComposed(answers.composeStateless(message, slot, asking.status(), asking.challenges()), slot, port);
        }
        return outcome != DigestGuard.Outcome.LET_IN;
    }

    private void onInitialRequest(final SipMessage message, final ServerTransaction transaction, final long nowNs) {
        final boolean isProxied = checks.isProxied(transaction.method);
        if (!isProxied && !layer.rememberInitial(message, transaction)) {
            context.counters().increment(SipCounter.REQUESTS_MERGED);
            answers.respond(transaction, 482, nowNs);
            return;
        }
        if (isProxied ? isRefusedByProxy(message, transaction, nowNs) : isRefused(message, transaction, nowNs)) {
            return;
        }
        if (!isProxied && transaction.method == SipMethod.INVITE && dialogs.refusesAnother()) {
            answers.respond(transaction, 503, nowNs);
            return;
        }
        if (!isProxied && named.isNaming(message)) {
            onInviteNaming(message, transaction, nowNs);
            return;
        }
        final DirectBuffer buffer = affinityKey.wrap(message).buffer();
        final long hash = parts.keyHash().hash(buffer, affinityKey.offset(), affinityKey.length());
        SipSession<S> session = findSession(transaction.slot, hash, buffer);
        Event event = Event.REQUEST;
        if (session == null || !session.isBegun()) {
            if (refusesSession(transaction.slot)) {
                answers.respond(transaction, 503, nowNs);
                return;
            }
            if (session == null) {
                session = addSession(transaction, hash, buffer);
                if (guard != null && guard.asks(message)) {
                    guard.take(
                            session.nonces,
                            affinityKey,
                            transaction.slot,
                            nowNs,
                            parts.time().toWallNs(nowNs));
                }
            }
            parts.sessions().begin(session);
            event = Event.FIRST_REQUEST;
        }
        deliver(event, transaction, session, message, nowNs);
    }

    /** An INVITE that is to replace or join a call belongs to the session of that call. */
    private void onInviteNaming(final SipMessage message, final ServerTransaction transaction, final long nowNs) {
        final int status = named.find(message);
        final Dialog dialog = named.found();
        if (dialog == null || dialog.session == null) {
            context.counters().increment(SipCounter.REQUESTS_REFUSED);
            answers.respond(transaction, status, nowNs);
            return;
        }
        final SipSession<S> session = sessionOf(dialog.session);
        if (guard != null && guard.asks(message)) {
            final long wallNs = parts.time().toWallNs(nowNs);
            affinityKey.wrap(message);
            if (guard.take(session.nonces, affinityKey, transaction.slot, nowNs, wallNs)
                    != DigestGuard.Outcome.LET_IN) {
                answers.respond(transaction, guard.status(), guard.challenges(), nowNs);
                named.clear();
                return;
            }
        }
        deliver(Event.REQUEST, transaction, session, message, nowNs);
        named.clear();
    }

    /** True, and counted, if no session may be begun in the slot now. What is begun already never asks. */
    private boolean refusesSession(final int slot) {
        if (isEstablishedOnlyWhenAlone && parts.journal().isAlone(slot)) {
            parts.counters().increment(WorkerCounter.SESSIONS_REFUSED_ALONE);
            return true;
        }
        return parts.sessions().refusesAnother();
    }

    /** A request within a dialog that we have no part in but that of a proxy: its Call-ID names the session that remembers it, whether a handler has one or not. */
    private void onRequestThroughUs(final SipMessage message, final ServerTransaction transaction, final long nowNs) {
        final DirectBuffer buffer = message.buffer();
        final int offset = message.callIdOffset();
        final int length = message.callIdLength();
        final ThroughUs through = uac.proxy().throughUs();
        final long hash = through.callIdHash(message);
        WorkerSession<?> holder = through.namesSession() ? findOurs(transaction.slot, through.sessionHash()) : null;
        if (holder == null) {
            sessionKey.wrap(buffer, offset, length);
            holder = parts.sessions().find(transaction.slot, hash, sessionKey.buffer(), 0, sessionKey.length());
        }
        if (holder == null) {
            final SipSession<S> fresh = newSession();
            fresh.key(hash, sessionKey.buffer(), 0, sessionKey.length());
            fresh.open(transaction.slot);
            parts.sessions().add(fresh);
            holder = fresh;
        }
        layer.hold(transaction, sessionOf((SipSession<?>) holder));
        if (!isRefusedByProxy(message, transaction, nowNs)) {
            uac.proxy().throughUs().onRequest(message, transaction, sessionOf((SipSession<?>) holder), nowNs);
        }
    }

    /** Looks at what is to be passed on as a proxy must (RFC 3261 section 16.3). */
    private boolean isRefusedByProxy(final SipMessage message, final ServerTransaction transaction, final long nowNs) {
        extra.clear();
        int status = checks.checkForward(message, extra);
        if (status == 483) {
            context.counters().increment(SipCounter.HOPS_USED_UP);
        } else if (status == RequestChecks.FINE && uac.proxy().isLoop(message)) {
            context.counters().increment(SipCounter.REQUESTS_LOOPED);
            status = 482;
        } else if (status == RequestChecks.FINE && SipsRules.isBarred(message, transaction.port)) {
            status = refusesSips(transaction);
        }
        if (status == RequestChecks.FINE) {
            return false;
        }
        context.counters().increment(SipCounter.REQUESTS_REFUSED);
        answers.respond(transaction, status, extra, nowNs);
        return true;
    }

    private void onRequestInDialog(final SipMessage message, final ServerTransaction transaction, final long nowNs) {
        final Dialog dialog = dialogs.find(message);
        if (dialog != null && dialog.holder != null) {
            layer.hold(transaction, dialog.holder);
        }
        if (transaction.method == SipMethod.NOTIFY && uac.subscriber().onNotify(message, transaction, dialog, nowNs)) {
            return;
        }
        if (dialog == null || dialog.session == null) {
            onRequestOfNoSession(dialog, transaction, nowNs);
            return;
        }
        if (message.cseqNumber() < dialog.remoteCseq) {
            context.counters().increment(SipCounter.REQUESTS_OUT_OF_ORDER);
            answers.respond(transaction, 500, nowNs);
            return;
        }
        final int withoutCall = dialog.isCall ? RequestChecks.FINE : Notifier.refusalWithoutCall(transaction.method);
        if (withoutCall != RequestChecks.FINE) {
            answers.respond(transaction, withoutCall, nowNs);
            return;
        }
        if (transaction.method == SipMethod.INVITE && isTooEarlyForInvite(dialog, transaction, nowNs)) {
            return;
        }
        dialog.remoteCseq = message.cseqNumber();
        follow(dialog, transaction.port);
        if (isRefused(message, transaction, nowNs)) {
            return;
        }
        transaction.dialog = dialog;
        if (transaction.method == SipMethod.UPDATE && answersUpdates) {
            answers.respond(transaction, message.bodyLength() == 0 ? 200 : 488, nowNs);
            return;
        }
        if (transaction.method == SipMethod.INVITE) {
            dialog.invite = transaction;
        }
        deliver(Event.REQUEST, transaction, sessionOf(dialog.session), message, nowNs);
    }

    /** Requests of ours go the way that the peer came last: its connection, or the edge it spoke by before, may be gone. So do those that have no answer yet, at once. */
    void follow(final Dialog dialog, final ReplyPort way) {
        final boolean isAnother = way.isStream() && !way.isWithin() && !way.leadsWhere(dialog.port);
        dialog.port.copyFrom(way).forgetArrival();
        if (isAnother) {
            uac.sendAgainByItsPort(dialog);
        }
    }

    private void onRequestOfNoSession(
            final @Nullable Dialog dialog, final ServerTransaction transaction, final long nowNs) {
        if (dialog != null && transaction.method == SipMethod.BYE) {
            dialogs.remove(dialog); // we were about to hang up as well
            answers.respond(transaction, 200, nowNs);
        } else {
            context.counters().increment(SipCounter.REQUESTS_OF_UNKNOWN_DIALOG);
            answers.respond(transaction, 481, nowNs);
        }
    }

    /**
     * A second INVITE before the first has its final answer: 500, to be tried later (RFC 3261 section 14.2); before its ACK, or while one of ours is under way: 491 (RFC 5407
     * section 3.1.5, RFC 3261 section 14.2).
     */
    private boolean isTooEarlyForInvite(final Dialog dialog, final ServerTransaction transaction, final long nowNs) {
        if (dialog.invite != null) {
            extra.clear()
                    .put("Retry-After: ")
                    .putNumber(tableHash.hash(nowNs) >>> 1 & 7)
                    .putLineEnd();
            answers.respond(transaction, 500, extra, nowNs);
            return true;
        }
        if (dialog.ackWait.isWaiting() || dialog.ownInvite != null) {
            answers.respond(transaction, 491, nowNs);
            return true;
        }
        return false;
    }

    private boolean isRefused(final SipMessage message, final ServerTransaction transaction, final long nowNs) {
        extra.clear();
        int status = events.isUnsolicited(message.method()) ? 481 : checks.check(message, extra);
        if (status == RequestChecks.FINE) {
            status = events.check(message, extra.clear());
        }
        if (status == RequestChecks.FINE && sips.isBarredHere(message, transaction.port)) {
            status = refusesSips(transaction);
        }
        if (status == RequestChecks.FINE) {
            return false;
        }
        context.counters().increment(SipCounter.REQUESTS_REFUSED);
        if (status == 401) {
            extra.put("WWW-Authenticate: Digest realm=\"")
                    .put(context.service().name())
                    .put("\", nonce=\"")
                    .putHex(context.tagHash().hash(nowNs))
                    .put("\"")
                    .putLineEnd();
        }
        answers.respond(transaction, status, extra, nowNs);
        return true;
    }

    private int refusesSips(final ServerTransaction transaction) {
        context.counters().increment(SipCounter.SIPS_REFUSED);
        sips.putWarning(extra.clear(), transaction.port);
        return SipsRules.NOT_ALLOWED;
    }

    /** A request is remembered with the session that it is for, however it is answered. */
    void hold(final ServerTransaction transaction, final SipSession<?> session) {
        layer.hold(transaction, session);
    }

    /** True if the sender of a NOTIFY requires what we do not know: it has its answer. Which types we take, our SUBSCRIBE has said. */
    boolean isNotifyRefused(final SipMessage message, final ServerTransaction notify, final long nowNs) {
        if (!checks.requiresUnknown(message, extra.clear())) {
            return false;
        }
        answers.respond(notify, 420, extra, nowNs);
        return true;
    }

    /** Shows the handler a NOTIFY of something that the service has subscribed to. */
    void deliverNotify(
            final ServerTransaction notify,
            final SipSession<?> session,
            final SipMessage message,
            final SipWatch watch,
            final long nowNs) {
        shownWatch = watch;
        deliver(Event.NOTIFY, notify, sessionOf(session), message, nowNs);
        shownWatch = null;
    }

    private void deliver(
            final Event event,
            final ServerTransaction transaction,
            final SipSession<S> session,
            final SipMessage message,
            final long nowNs) {
        layer.hold(transaction, session);
        transaction.session = session;
        if (transaction.dialog == null) {
            session.door.copyFrom(transaction.port).forgetArrival();
            if (transaction.method == SipMethod.INVITE) {
                transaction.callerNumber = session.nextCallerNumber();
                session.calls.begin(
                        transaction.leg(), false, message, address, parts.time().toWallNs(nowNs));
            }
        }
        if (uac.notifier().isAsked(transaction.method)) {
            final int status = uac.notifier().begin(transaction, session);
            if (status != RequestChecks.FINE) {
                answers.respond(transaction, status, nowNs);
                endIfOver(session, nowNs);
                return;
            }
        }
        session.pending.add(transaction);
        view.wrap(message, transaction, transaction.leg());
        named.show(view);
        if (guard != null && guard.asks(message)) {
            view.sentBy(guard.user());
        }
        final Dialog ended = transaction.method == SipMethod.BYE ? transaction.dialog : null;
        if (ended != null) {
            ended.isHungUpByPeer = true;
        }
        final boolean ok = tell(event, session, NO_NAME);
        settle(session, ok, nowNs);
        if (!transaction.hasFinal()) {
            onLeftUnanswered(transaction, session, ok, nowNs);
        }
        uac.notifier().onAnswered(transaction, nowNs);
        if (ended != null) {
            endDialog(ended, session, nowNs);
        }
        endIfOver(session, nowNs);
    }

    private void onLeftUnanswered(
            final ServerTransaction transaction, final SipSession<S> session, final boolean ok, final long nowNs) {
        if (!ok) {
            answers.respond(transaction, failureStatus, nowNs);
        } else if (transaction.context != null) {
            answers.keepRequest(transaction);
            transaction.onProxied(nowNs);
        } else if (transaction.method == SipMethod.BYE || transaction.subscription != null || shownWatch != null) {
            answers.respond(transaction, 200, nowNs);
        } else if (transaction.method == SipMethod.INVITE || session.hasTimers() || session.isAskedFor(transaction)) {
            answers.keepRequest(transaction);
            transaction.onLeftPending(nowNs);
        } else if (!session.isEndAsked()) {
            context.counters().increment(SipCounter.REQUESTS_LEFT_UNANSWERED);
            answers.respond(transaction, 500, nowNs);
        }
    }

    /** An answer to a request of ours. */
    void onResponse(
            final SipMessage message, final ViaView via, final int slot, final ReplyPort port, final long nowNs) {
        wake(message, via, slot);
        if (!uac.onResponse(message, via, port, nowNs)) {
            context.counters().increment(SipCounter.RESPONSES_STRAY);
        }
    }

    /** An edge could not send a request of ours. */
    void onUnsent(final SipMessage request, final ViaView via, final int slot, final ReplyPort way, final long nowNs) {
        isThroughUs = false;
        isForwarded = uac.proxy().isForwarded(request, via);
        wake(request, via, slot);
        uac.onUnsent(request, via, way, nowNs);
    }

    /** Shows the handler an answer, and makes what it decides so; false if it threw. */
    boolean tellResponse(final SipSession<?> session, final long nowNs) {
        final SipSession<S> listener = sessionOf(session);
        final boolean ok = tell(Event.RESPONSE, listener, NO_NAME);
        settle(listener, ok, nowNs);
        return ok;
    }

    /** Shows the handler what a branch of a proxied request said, or the best of all, and makes what it decides so. */
    void tellProxied(final SipSession<?> session, final boolean isBest, final long nowNs) {
        final SipSession<S> listener = sessionOf(session);
        settle(listener, tell(isBest ? Event.BEST_RESPONSE : Event.BRANCH, listener, NO_NAME), nowNs);
    }

    /** Shows the handler that a call which was passed on is answered or over, and makes what it decides so. */
    void tellKept(final SipSession<?> session, final boolean isEnd, final long nowNs) {
        final SipSession<S> listener = sessionOf(session);
        settle(listener, tell(isEnd ? Event.PROXIED_END : Event.PROXIED_ANSWERED, listener, NO_NAME), nowNs);
    }

    /** What the service takes. */
    RequestChecks checks() {
        return checks;
    }

    /** True if a CANCEL or ACK has the branch of an INVITE that is remembered here. */
    boolean hasInvite(final SipMessage message, final ViaView via) {
        return layer.find(message, via, SipMethod.INVITE) != null;
    }

    /** True for a method whose requests may be passed on. */
    boolean proxies(final SipMethod method) {
        return checks.isProxied(method);
    }

    /** Looks at a message that has just come: true if the grammar of its headers is not our business, but that of who gets it. */
    boolean isPassedOn(final SipMessage message, final ViaView via) {
        isThroughUs = message.isRequest() && uac.proxy().throughUs().isThrough(message);
        isForwarded = !message.isRequest() && uac.proxy().isForwarded(message, via);
        return isThroughUs || isForwarded || (message.isRequest() && checks.isProxied(message.method()));
    }

    // ---- ACK, CANCEL

    private void onAck(
            final SipMessage message, final ViaView via, final int slot, final ReplyPort port, final long nowNs) {
        if (layer.find(message, via, SipMethod.INVITE) instanceof InviteServerTransaction invite
                && !invite.onAck(nowNs)) {
            return;
        }
        if (isThroughUs) {
            uac.proxy().throughUs().onAck(message, via, slot, port, nowNs);
            return;
        }
        final Dialog dialog = dialogs.find(message);
        if (dialog == null || !dialog.ackWait.isFor(message.cseqNumber())) {
            context.counters().increment(SipCounter.ACKS_STRAY);
            return;
        }
        dialog.ackWait.stop();
        if (dialog.session == null) {
            uac.sendBye(dialog, nowNs); // its session has ended meanwhile
            dialogs.remove(dialog);
            return;
        }
        view.wrap(message, null, dialog.leg());
        final SipSession<S> session = sessionOf(dialog.session);
        settle(session, tell(Event.ACK, session, NO_NAME), nowNs);
        endIfOver(session, nowNs);
    }

    private void onCancel(
            final SipMessage message, final ViaView via, final ServerTransaction cancel, final long nowNs) {
        if (!(layer.find(message, via, SipMethod.INVITE) instanceof InviteServerTransaction invite)) {
            context.counters().increment(SipCounter.CANCELS_STRAY);
            answers.respond(cancel, 481, nowNs);
            return;
        }
        if (invite.holder != null) {
            layer.hold(cancel, invite.holder);
        }
        answers.ensureTag(invite);
        cancel.localTag.copyFrom(invite.localTag); // RFC 3261 section 9.2: both answers should have the same tag
        answers.respond(cancel, 200, nowNs);
        final SipSession<?> waiting = invite.session;
        final ResponseContext proxied = invite.context;
        if (invite.hasFinal() || (waiting == null && proxied == null)) {
            return;
        }
        final String leg = invite.leg();
        if (proxied != null) {
            uac.proxy().onCancel(proxied, nowNs);
        } else if (waiting != null) {
            if (invite.callerNumber != LegNames.NO_CALLER) {
                waiting.calls.onAnswer(
                        leg, 487, CallRecord.EndedBy.PEER, parts.time().toWallNs(nowNs));
            }
            answers.respond(invite, 487, nowNs);
        }
        if (waiting == null) {
            return;
        }
        final SipSession<S> session = sessionOf(waiting);
        view.wrap(message, cancel, leg);
        settle(session, tell(Event.CANCEL, session, NO_NAME), nowNs);
        endIfOver(session, nowNs);
    }

    // ---- what time brings

    void onTimer(final SipSession<S> session, final String timer, final long nowNs) {
        settle(session, tell(Event.TIMER, session, timer), nowNs);
        endIfOver(session, nowNs);
    }

    void onAckMissing(final Dialog dialog, final long nowNs) {
        context.counters().increment(SipCounter.ACCEPTS_NOT_ACKED);
        uac.sendBye(dialog, nowNs);
        final SipSession<?> waiting = dialog.session;
        if (waiting == null) {
            dialogs.remove(dialog);
            return;
        }
        final SipSession<S> session = sessionOf(waiting);
        endDialog(dialog, session, nowNs);
        settle(session, tell(Event.ACK_MISSING, session, NO_NAME), nowNs);
        endIfOver(session, nowNs);
    }

    /** Nobody keeps a call alive: it is hung up, and the handler told. */
    void onSessionExpired(final Dialog dialog, final long nowNs) {
        final SipSession<?> waiting = dialog.session;
        if (waiting == null || dialog.isHungUpByPeer) {
            return;
        }
        final SipSession<S> session = sessionOf(waiting);
        final String leg = dialog.leg();
        session.calls.onDialogEnded(
                leg, CallRecord.EndedBy.TIMEOUT, parts.time().toWallNs(nowNs));
        hangUpCall(dialog, session, nowNs);
        settle(session, tell(Event.SESSION_EXPIRED, session, leg), nowNs);
        endIfOver(session, nowNs);
    }

    void onRingingTooLong(final InviteServerTransaction invite, final long nowNs) {
        context.counters().increment(SipCounter.INVITES_TIMED_OUT);
        final SipSession<?> waiting = invite.session;
        answers.respond(invite, 408, nowNs);
        if (waiting != null) {
            endIfOver(sessionOf(waiting), nowNs);
        }
    }

    /** Its client has given up; the transaction ends when this returns. */
    void onNeverAnswered(final ServerTransaction transaction, final long nowNs) {
        context.counters().increment(SipCounter.REQUESTS_LEFT_UNANSWERED);
        final SipSession<?> waiting = transaction.session;
        if (waiting != null) {
            waiting.pending.remove(transaction);
            endIfOver(sessionOf(waiting), nowNs);
        }
    }

    // ---- the handler

    /** Tells the handler, with the name of a timer or leg; false if it threw. Nothing it asked for has happened yet: {@link #settle} is next. */
    private boolean tell(final Event event, final SipSession<S> session, final String name) {
        session.beginEvent();
        answers.beginEvent();
        uac.beginEvent();
        uac.proxy().orders().beginEvent();
        failureStatus = 500;
        try {
            switch (event) {
                case FIRST_REQUEST -> {
                    session.update(handler.initialState(view));
                    show(session);
                }
                case REQUEST -> show(session);
                case ACK -> handler.onAck(view, session);
                case ACK_MISSING -> handler.onAckMissing(session);
                case CANCEL -> handler.onCancel(view, session);
                case TIMER -> handler.onTimer(name, session);
                case SESSION_EXPIRED -> handler.onSessionExpired(name, session);
                case SUBSCRIPTION_END -> handler.onSubscriptionEnd(Objects.requireNonNull(endedSubscription), session);
                case NOTIFY -> handler.onNotify(Objects.requireNonNull(shownWatch), view, session);
                case WATCH_END -> handler.onWatchEnd(Objects.requireNonNull(shownWatch), session);
                case RESPONSE -> handler.onResponse(uac.view(), session);
                case BRANCH -> handler.onBranch(uac.proxy().branchAnswers().view(), session);
                case BEST_RESPONSE ->
                    handler.onBestResponse(uac.proxy().branchAnswers().view(), session);
                case PROXIED_ANSWERED ->
                    handler.onProxiedAnswered(uac.proxy().keeper().view(), session);
                case PROXIED_END -> handler.onProxiedEnd(uac.proxy().keeper().view(), session);
            }
            answers.checkNoneOpen();
            uac.requests().checkNoneOpen();
            uac.proxy().orders().checkNoneOpen();
            return isKeepable(session);
        } catch (NoRoomException e) {
            failureStatus = 503;
            return false;
        } catch (Exception | StackOverflowError | AssertionError | LinkageError e) {
            parts.counters().increment(WorkerCounter.HANDLER_FAILURES);
            failures.onFailure(e, session.slot());
            return false;
        } finally {
            answers.endEvent();
            uac.endEvent();
            uac.proxy().orders().endEvent();
            view.unwrap();
        }
    }

    private void show(final SipSession<S> session) {
        final SipSubscription subscription = uac.notifier().shown();
        if (subscription == null) {
            handler.onRequest(view, session);
        } else {
            handler.onSubscribe(subscription, view, session);
        }
    }

    /** A subscription is over, and the handler is told. */
    void tellSubscriptionEnd(final SipSession<?> session, final SipSubscription subscription, final long nowNs) {
        final SipSession<S> listener = sessionOf(session);
        endedSubscription = subscription;
        settle(listener, tell(Event.SUBSCRIPTION_END, listener, NO_NAME), nowNs);
        endedSubscription = null;
    }

    /** Something that the service has subscribed to is over, and the handler is told. */
    void tellWatchEnd(final SipSession<?> session, final SipWatch watch, final long nowNs) {
        final SipSession<S> listener = sessionOf(session);
        shownWatch = watch;
        settle(listener, tell(Event.WATCH_END, listener, NO_NAME), nowNs);
        shownWatch = null;
    }

    /** False, and counted, if the handler has made more state than a session may have: as if it had thrown. */
    private boolean isKeepable(final SipSession<S> session) {
        if (!parts.journal().keepsImages() || session.fits(stateScratch)) {
            return true;
        }
        context.counters().increment(SipCounter.STATES_TOO_LONG);
        return false;
    }

    /** Makes what the handler asked for so, or forgets it. */
    private void settle(final SipSession<S> session, final boolean ok, final long nowNs) {
        if (ok) {
            session.commit(nowNs);
            answers.commit(nowNs);
            uac.commit(session, nowNs);
            uac.proxy().orders().commit(nowNs);
            uac.proxy().keeper().tellUntold(nowNs);
        } else {
            session.rollback();
            answers.rollback();
            uac.rollback();
            uac.proxy().orders().rollback();
        }
    }

    /** What a request gets whose handler has just failed. */
    int failureStatus() {
        return failureStatus;
    }

    Answers answers() {
        return answers;
    }

    /** As many transactions as there may be, or no room for the session: answered and forgotten. */
    void refuseWithoutTransaction(final SipMessage message, final int slot, final ReplyPort port) {
        sendComposed(answers.composeOverloaded(message, slot), slot, port);
    }

    /** Answered with this status, and forgotten. */
    void refuseWithoutTransaction(final SipMessage message, final int slot, final ReplyPort port, final int status) {
        sendComposed(answers.composeStateless(message, slot, status, extra.clear()), slot, port);
    }

    private void sendComposed(final int length, final int slot, final ReplyPort port) {
        if (length > 0) {
            parts.outbox().addSip(slot, port, answers.scratch(), 0, length);
        }
    }

    // ---- dialogs and sessions

    /** Ends the call of a dialog; what it still had to answer gets 487 (RFC 3261 section 15.1.2). */
    private void endDialog(final Dialog dialog, final SipSession<S> session, final long nowNs) {
        answerWaiting(dialog, session, nowNs);
        dialogs.endCall(dialog);
    }

    /** The same, for one that the handler ends. */
    void endDialogOf(final Dialog dialog, final SipSession<?> session, final long nowNs) {
        endDialog(dialog, sessionOf(session), nowNs);
    }

    /** Hangs up one call of a session that goes on. */
    void hangUpCall(final Dialog dialog, final SipSession<?> session, final long nowNs) {
        if (dialog.ownInvite != null && dialog.ownInvite.isHeard) {
            dialog.ownInvite.unheard();
        }
        answerWaiting(dialog, sessionOf(session), nowNs);
        hangUp(dialog, nowNs);
    }

    private void answerWaiting(final Dialog dialog, final SipSession<S> session, final long nowNs) {
        for (int i = session.pending.size() - 1; i >= 0; i--) {
            final ServerTransaction waiting = session.pending.get(i);
            if (waiting.dialog == dialog) {
                waiting.dialog = null;
                answers.respond(waiting, 487, nowNs);
            }
        }
    }

    @SuppressWarnings("unchecked") // what is asked for is of this service
    private SipSession<S> sessionOf(final SipSession<?> session) {
        return (SipSession<S>) session;
    }

    @SuppressWarnings("unchecked") // the key says that it is of this service
    private @Nullable SipSession<S> findSession(final int slot, final long hash, final DirectBuffer buffer) {
        sessionKey.wrap(buffer, affinityKey.offset(), affinityKey.length());
        return (SipSession<S>) parts.sessions().find(slot, hash, sessionKey.buffer(), 0, sessionKey.length());
    }

    private SipSession<S> addSession(final ServerTransaction transaction, final long hash, final DirectBuffer buffer) {
        final SipSession<S> session = newSession();
        sessionKey.wrap(buffer, affinityKey.offset(), affinityKey.length());
        session.key(hash, sessionKey.buffer(), 0, sessionKey.length());
        session.open(transaction.slot);
        parts.sessions().add(session);
        return session;
    }

    /** Sends the BYE of a confirmed dialog, though not before its ACK has come (RFC 3261 section 15). */
    private void hangUp(final Dialog dialog, final long nowNs) {
        if (dialog.ackWait.isWaiting()) {
            if (dialog.session != null) {
                uac.notifier().endAll(dialog.session, dialog, nowNs);
            }
            dialogs.orphan(dialog);
            return;
        }
        if (dialog.state == Dialog.State.CONFIRMED) {
            uac.sendBye(dialog, nowNs);
        }
        dialogs.endCall(dialog);
    }

    /** The session may be over, if it was not before. */
    void endIfOver(final @Nullable SipSession<?> session, final long nowNs) {
        uac.proxy().keeper().tellUntold(nowNs);
        if (session == null || !session.isBegun()) {
            return;
        }
        if (session.isEndAsked()) {
            uac.abandonAll(session, nowNs);
            uac.notifier().endAll(session, null, nowNs);
            uac.subscriber().leaveAll(session, nowNs);
            for (int i = session.dialogs.size() - 1; i >= 0; i--) {
                hangUp(session.dialogs.get(i), nowNs);
            }
            for (int i = session.pending.size() - 1; i >= 0; i--) {
                final ServerTransaction waiting = session.pending.get(i);
                waiting.dialog = null;
                answers.respond(waiting, 480, nowNs);
            }
        } else if (!session.isIdle()) {
            return;
        }
        uac.proxy().keeper().onHandlerGone(session);
        session.endHandlersPart();
        parts.journal().touch(session);
    }

    // ---- sessions that come and go as images

    StateCodec<S> codec() {
        return codec;
    }

    /** Until when a session must be remembered for its nonces' sake, or {@link SessionRecord#NO_DEADLINE}. What nobody takes any more is forgotten. */
    long noncesEndNs(final NonceMemory nonces) {
        final long nowNs = parts.time().nowNs();
        if (guard == null || nonces.isEmpty()) {
            nonces.clear();
            return SessionRecord.NO_DEADLINE;
        }
        nonces.forgetBefore(guard.deadBeforeMs(parts.time().toWallNs(nowNs) / MS));
        return nonces.isEmpty() ? SessionRecord.NO_DEADLINE : deathOfNewestNs(nonces);
    }

    /** When nobody takes any of a session's nonces any more, be that long ago. */
    long deathOfNewestNs(final NonceMemory nonces) {
        return guard == null
                ? parts.time().nowNs()
                : parts.time().toMonotonicNs((guard.deadAfterMs(nonces.newestMs()) + 1) * MS);
    }

    /** Where a session notes its calls. */
    SessionCalls callsOf(final SipSession<S> session) {
        return context.calls().isOn() ? SessionCalls.of(context.calls(), session) : noCalls;
    }

    void touch(final SipSession<S> session) {
        parts.journal().touch(session);
    }

    /** Every message leads to its session first: what it belongs to may lie in the store of images. */
    private void wake(final SipMessage message, final ViaView via, final int slot) {
        if (!parts.dormant().hasAny(slot)) {
            return;
        }
        if (isForwarded) {
            wake(slot, uac.proxy().sessionHash(message, via));
            return;
        }
        if (isThroughUs) {
            final ThroughUs through = uac.proxy().throughUs();
            if (through.namesSession()) {
                wake(slot, through.sessionHash());
            }
            if (!through.namesSession() || findOurs(slot, through.sessionHash()) == null) {
                wake(slot, through.callIdHash(message));
            }
            return;
        }
        if (named.isNaming(message)) {
            wakeNamed(message, slot);
        }
        final int tag = message.isRequest() ? message.toTagOffset() : message.fromTagOffset();
        final int tagLength = message.isRequest() ? message.toTagLength() : message.fromTagLength();
        if (LocalTag.isNaming(context.tokens(), slot, message.buffer(), tag, tagLength)) {
            final long hash = LocalTag.sessionHash(message.buffer(), tag);
            wake(slot, hash);
            if (isFor(slot, hash)) {
                return;
            }
        }
        if (ownCallId.read(message, slot)) {
            wake(slot, ownCallId.sessionHash());
            if (isFor(slot, ownCallId.sessionHash())) {
                return;
            }
        }
        if (!namesSessionInEachMessage() && !beginsSomething(message)) {
            parts.dormant().wakeAll(slot);
            return;
        }
        final DirectBuffer buffer = affinityKey.wrap(message).buffer();
        final long hash = parts.keyHash().hash(buffer, affinityKey.offset(), affinityKey.length());
        if (findSession(slot, hash, buffer) == null) {
            parts.dormant().wake(slot, hash, sessionKey.buffer(), 0, sessionKey.length());
        }
    }

    /** False if what a message names is the session of another service of the chain, which has sent it to us: ours has the name that the affinity rule says. */
    private boolean isFor(final int slot, final long sessionHash) {
        return context.chain().isAlone() || findOurs(slot, sessionHash) != null;
    }

    private @Nullable WorkerSession<?> findOurs(final int slot, final long sessionHash) {
        final WorkerSession<?> found = parts.sessions().find(slot, sessionHash);
        return found == null || found.service() != parts.service() ? null : found;
    }

    /** The session of a call that is to be replaced or joined. */
    private void wakeNamed(final SipMessage message, final int slot) {
        final DialogNameView name = named.name(message);
        if (name == null) {
            return;
        }
        final DirectBuffer buffer = message.buffer();
        if (LocalTag.isNaming(context.tokens(), slot, buffer, name.toTagOffset(), name.toTagLength())) {
            wake(slot, LocalTag.sessionHash(buffer, name.toTagOffset()));
        } else if (ownCallId.read(buffer, name.callIdOffset(), name.callIdLength(), slot)) {
            wake(slot, ownCallId.sessionHash());
        } else {
            wake(slot, parts.keyHash().hash(buffer, name.callIdOffset(), name.callIdLength()));
        }
    }

    private void wake(final int slot, final long sessionHash) {
        if (parts.sessions().find(slot, sessionHash) == null) {
            parts.dormant().wake(slot, sessionHash);
        }
    }

    /**
     * What is said within a call carries our tag, which names its session. Else it is a request outside, or a CANCEL or ACK with the Call-ID, the URI, the From and the To of one (RFC 3261 sections 9.1, 17.1.1.3):
     * but not with its other headers.
     */
    boolean namesSessionInEachMessage() {
        return context.service().affinity().kind() != AffinityRule.Kind.HEADER;
    }

    /** A request outside any dialog, by which its sender names a session as the rule wants it named. */
    private static boolean beginsSomething(final SipMessage message) {
        return message.isRequest()
                && message.toTagLength() <= 0
                && message.method() != SipMethod.CANCEL
                && message.method() != SipMethod.ACK;
    }

    SipSession<S> newSession() {
        final SipSession<S> spare = spareSessions.pollLast();
        return spare == null ? new SipSession<>(parts, this) : spare;
    }

    void restoreTransaction(final SipSession<S> session, final ImageReader image) {
        layer.restore(session, image);
    }

    void restoreDialog(final SipSession<S> session, final boolean isOrphan, final ImageReader image) {
        dialogs.restore(session, isOrphan, image);
    }

    /** Forgets a session as if it had never been here. */
    void forget(final WorkerSession<?> session) {
        final SipSession<S> forgotten = sessionOf((SipSession<?>) session);
        uac.proxy().forget(forgotten);
        uac.notifier().forget(forgotten, null);
        uac.subscriber().forget(forgotten);
        dialogs.forget(forgotten);
        layer.forget(forgotten);
        uac.forget(forgotten);
        parts.sessions().remove(forgotten);
        forgotten.close();
        if (spareSessions.size() < SPARES_MAX) {
            spareSessions.addLast(forgotten);
        }
    }

    void forgetStrays(final int slot) {
        layer.forgetStrays(slot);
    }
}
