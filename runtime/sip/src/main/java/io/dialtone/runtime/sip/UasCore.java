package io.dialtone.runtime.sip;

import io.dialtone.api.SipHandler;
import io.dialtone.placement.table.SipHash;
import io.dialtone.runtime.engine.KeyedTable;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import java.util.ArrayDeque;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The user agent server's core (RFC 3261 section 8.2, 9.2, 12.2.2, 13.3, 14.2, 15.1.2): finds or begins the session and the dialog of a request, shows it to the handler,
 * and makes what the handler decided so. Called only by the owning worker.
 */
final class UasCore<S extends Record> {
    private static final int SPARES_MAX = 1 << 16;
    private static final int SCRATCH_BYTES = 1 << 17;
    private static final int EXTRA_BYTES_MAX = 1 << 15;
    private static final String NO_TIMER = "";

    /** What a handler is told. */
    private enum Event {
        REQUEST,
        FIRST_REQUEST,
        ACK,
        ACK_MISSING,
        CANCEL,
        TIMER
    }

    private final WorkerParts parts;
    private final SipContext context;
    private final SipHandler<S> handler;
    private final SipHash tableHash;
    private final TransactionLayer layer;
    private final RequestChecks checks;
    private final ReplyComposer composer;
    private final AffinityKey affinityKey;
    private final HandlerFailures failures;
    private final KeyedTable<Dialog> dialogs;
    private final TransactionKey key = new TransactionKey();
    private final ArrayDeque<SipSession<S>> spareSessions = new ArrayDeque<>();
    private final ArrayDeque<Dialog> spareDialogs = new ArrayDeque<>();

    private final ReplyBuilder builder = new ReplyBuilder(this);
    private final StagedReplies staged = new StagedReplies();
    private final RequestView view = new RequestView();
    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter extra = new AsciiWriter(EXTRA_BYTES_MAX);
    private final SipMessage storedMessage;
    private final UnsafeBuffer storedView = new UnsafeBuffer(0, 0);

    /** The request being worked on lies in {@code currentMessage}; all others are read from where their transaction keeps them. */
    private @Nullable ServerTransaction current;

    private boolean isTelling;

    private final SipMessage noMessage;
    private SipMessage currentMessage;

    UasCore(final WorkerParts parts, final SipContext context, final SipHandler<S> handler) {
        this.parts = parts;
        this.context = context;
        this.handler = handler;
        tableHash = parts.tableHash();
        layer = new TransactionLayer(parts, context, this);
        checks = new RequestChecks(handler.methods(), handler.contentTypes());
        composer = new ReplyComposer(context, Methods.allow(handler.methods()), checks.acceptLine());
        affinityKey = new AffinityKey(context.service().affinity());
        failures = new HandlerFailures(context.service().name());
        dialogs = new KeyedTable<>(context.settings().dialogsMax());
        storedMessage = new SipMessage(context.limits());
        noMessage = new SipMessage(context.limits());
        currentMessage = noMessage;
    }

    // ---- requests

    /** A well-formed request. */
    void onRequest(
            final SipMessage message,
            final ViaView via,
            final int slot,
            final long epoch,
            final ReplyPort port,
            final long nowNs) {
        if (message.method() == SipMethod.ACK) {
            onAck(message, via, nowNs);
            return;
        }
        final ServerTransaction known = layer.find(message, via, message.method());
        if (known != null) {
            context.counters().increment(SipCounter.RETRANSMISSIONS);
            known.onRetransmission(nowNs);
            return;
        }
        final ServerTransaction transaction = layer.begin(message, via, slot, epoch, port);
        if (transaction == null) {
            refuseWithoutTransaction(message, slot, epoch, port);
            return;
        }
        current = transaction;
        currentMessage = message;
        if (message.method() == SipMethod.CANCEL) {
            onCancel(message, via, transaction, nowNs);
        } else if (message.toTagLength() > 0) {
            onRequestInDialog(message, transaction, nowNs);
        } else {
            onInitialRequest(message, transaction, nowNs);
        }
        current = null;
        currentMessage = noMessage;
    }

    private void onInitialRequest(final SipMessage message, final ServerTransaction transaction, final long nowNs) {
        if (!layer.rememberInitial(message, transaction)) {
            context.counters().increment(SipCounter.REQUESTS_MERGED);
            respond(transaction, 482, nowNs);
            return;
        }
        if (isRefused(message, transaction, nowNs)) {
            return;
        }
        if (transaction.method == SipMethod.INVITE && dialogs.isFull()) {
            context.counters().increment(SipCounter.DIALOGS_REFUSED);
            respond(transaction, 503, nowNs);
            return;
        }
        affinityKey.read(message);
        final DirectBuffer buffer = message.buffer();
        final long hash = tableHash.hash(buffer, affinityKey.offset(), affinityKey.length());
        SipSession<S> session = findSession(transaction.slot, hash, buffer);
        Event event = Event.REQUEST;
        if (session == null) {
            if (parts.sessions().refusesAnother()) {
                respond(transaction, 503, nowNs);
                return;
            }
            session = beginSession(transaction, hash, buffer);
            event = Event.FIRST_REQUEST;
        }
        deliver(event, transaction, session, message, nowNs);
    }

    private void onRequestInDialog(final SipMessage message, final ServerTransaction transaction, final long nowNs) {
        final Dialog dialog = findDialog(message);
        if (dialog == null || dialog.session == null) {
            context.counters().increment(SipCounter.REQUESTS_OF_UNKNOWN_DIALOG);
            respond(transaction, 481, nowNs);
            return;
        }
        if (message.cseqNumber() < dialog.remoteCseq) {
            context.counters().increment(SipCounter.REQUESTS_OUT_OF_ORDER);
            respond(transaction, 500, nowNs);
            return;
        }
        if (transaction.method == SipMethod.INVITE && isTooEarlyForInvite(dialog, transaction, nowNs)) {
            return;
        }
        dialog.remoteCseq = message.cseqNumber();
        if (isRefused(message, transaction, nowNs)) {
            return;
        }
        transaction.dialog = dialog;
        if (transaction.method == SipMethod.INVITE) {
            dialog.invite = transaction;
        }
        deliver(Event.REQUEST, transaction, sessionOf(dialog.session), message, nowNs);
    }

    /** A second INVITE before the first has its final answer: 500, to be tried later (RFC 3261 section 14.2); before its ACK: 491 (RFC 5407 section 3.1.5). */
    private boolean isTooEarlyForInvite(final Dialog dialog, final ServerTransaction transaction, final long nowNs) {
        if (dialog.invite != null) {
            extra.clear()
                    .put("Retry-After: ")
                    .putNumber(tableHash.hash(nowNs) >>> 1 & 7)
                    .putLineEnd();
            respond(transaction, 500, extra, nowNs);
            return true;
        }
        if (dialog.ackWait.isWaiting()) {
            respond(transaction, 491, nowNs);
            return true;
        }
        return false;
    }

    private boolean isRefused(final SipMessage message, final ServerTransaction transaction, final long nowNs) {
        extra.clear();
        final int status = checks.check(message, extra);
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
        respond(transaction, status, extra, nowNs);
        return true;
    }

    private void deliver(
            final Event event,
            final ServerTransaction transaction,
            final SipSession<S> session,
            final SipMessage message,
            final long nowNs) {
        transaction.session = session;
        session.pending.add(transaction);
        view.wrap(message, transaction);
        final boolean ok = tell(event, session, NO_TIMER);
        final Dialog ended = transaction.method == SipMethod.BYE ? transaction.dialog : null;
        settle(session, ok, nowNs);
        if (!transaction.hasFinal()) {
            onLeftUnanswered(transaction, session, ok, nowNs);
        }
        if (ended != null) {
            endDialog(ended, session, nowNs);
        }
        endIfOver(session, nowNs);
    }

    private void onLeftUnanswered(
            final ServerTransaction transaction, final SipSession<S> session, final boolean ok, final long nowNs) {
        if (!ok) {
            respond(transaction, 500, nowNs);
        } else if (transaction.method == SipMethod.BYE) {
            respond(transaction, 200, nowNs);
        } else if (transaction.method == SipMethod.INVITE || session.hasTimers()) {
            transaction.keepRequest(currentMessage);
            transaction.onLeftPending(nowNs);
        } else if (!session.isEndAsked()) {
            context.counters().increment(SipCounter.REQUESTS_LEFT_UNANSWERED);
            respond(transaction, 500, nowNs);
        }
    }

    // ---- ACK, CANCEL

    private void onAck(final SipMessage message, final ViaView via, final long nowNs) {
        if (layer.find(message, via, SipMethod.INVITE) instanceof InviteServerTransaction invite
                && !invite.onAck(nowNs)) {
            return;
        }
        final Dialog dialog = findDialog(message);
        if (dialog == null || dialog.session == null || !dialog.ackWait.isFor(message.cseqNumber())) {
            context.counters().increment(SipCounter.ACKS_STRAY);
            return;
        }
        dialog.ackWait.stop();
        view.wrap(message, null);
        final SipSession<S> session = sessionOf(dialog.session);
        settle(session, tell(Event.ACK, session, NO_TIMER), nowNs);
        endIfOver(session, nowNs);
    }

    private void onCancel(
            final SipMessage message, final ViaView via, final ServerTransaction cancel, final long nowNs) {
        if (!(layer.find(message, via, SipMethod.INVITE) instanceof InviteServerTransaction invite)) {
            context.counters().increment(SipCounter.CANCELS_STRAY);
            respond(cancel, 481, nowNs);
            return;
        }
        composer.ensureTag(invite);
        cancel.localTag.copyFrom(invite.localTag); // RFC 3261 section 9.2: both answers should have the same tag
        respond(cancel, 200, nowNs);
        final SipSession<?> waiting = invite.session;
        if (invite.hasFinal() || waiting == null) {
            return;
        }
        respond(invite, 487, nowNs);
        final SipSession<S> session = sessionOf(waiting);
        view.wrap(message, cancel);
        settle(session, tell(Event.CANCEL, session, NO_TIMER), nowNs);
        endIfOver(session, nowNs);
    }

    // ---- what time brings

    void onTimer(final SipSession<S> session, final String timer, final long nowNs) {
        settle(session, tell(Event.TIMER, session, timer), nowNs);
        endIfOver(session, nowNs);
    }

    void onAckMissing(final Dialog dialog, final long nowNs) {
        context.counters().increment(SipCounter.ACCEPTS_NOT_ACKED);
        final SipSession<?> waiting = dialog.session;
        if (waiting == null) {
            return;
        }
        final SipSession<S> session = sessionOf(waiting);
        endDialog(dialog, session, nowNs);
        settle(session, tell(Event.ACK_MISSING, session, NO_TIMER), nowNs);
        endIfOver(session, nowNs);
    }

    void sendTrying(final InviteServerTransaction invite, final long nowNs) {
        respond(invite, 100, nowNs);
    }

    void onRingingTooLong(final InviteServerTransaction invite, final long nowNs) {
        context.counters().increment(SipCounter.INVITES_TIMED_OUT);
        final SipSession<?> waiting = invite.session;
        respond(invite, 408, nowNs);
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

    /** Tells the handler; false if it threw. Nothing it asked for has happened yet: {@link #settle} is next. */
    private boolean tell(final Event event, final SipSession<S> session, final String timer) {
        staged.clear();
        session.beginEvent();
        isTelling = true;
        try {
            switch (event) {
                case FIRST_REQUEST -> {
                    session.update(handler.initialState(view));
                    handler.onRequest(view, session);
                }
                case REQUEST -> handler.onRequest(view, session);
                case ACK -> handler.onAck(view, session);
                case ACK_MISSING -> handler.onAckMissing(session);
                case CANCEL -> handler.onCancel(view, session);
                case TIMER -> handler.onTimer(timer, session);
            }
            if (builder.isOpen()) {
                throw new IllegalStateException("reply(" + builder.status() + ") was begun but not sent");
            }
            return true;
        } catch (Exception | StackOverflowError | AssertionError | LinkageError e) {
            parts.counters().increment(WorkerCounter.HANDLER_FAILURES);
            failures.onFailure(e, session.slot());
            return false;
        } finally {
            isTelling = false;
            builder.abandon();
            view.unwrap();
        }
    }

    /** Makes what the handler asked for so, or forgets it. */
    private void settle(final SipSession<S> session, final boolean ok, final long nowNs) {
        if (!ok) {
            staged.clear();
            session.rollback();
            return;
        }
        session.commit(nowNs);
        for (int i = 0; i < staged.size(); i++) {
            apply(staged.transaction(i), staged.status(i), staged.buffer(), staged.offset(i), staged.length(i), nowNs);
        }
        staged.clear();
    }

    ReplyBuilder beginReply(final ServerTransaction transaction, final int status) {
        if (!isTelling) {
            throw new IllegalStateException("a request is the handler's only until its method returns");
        }
        return builder.begin(transaction, status);
    }

    /** Writes down an answer of the handler. */
    void stage(
            final ServerTransaction transaction,
            final int status,
            final byte[] reason,
            final AsciiWriter lines,
            final DirectBuffer body) {
        if (staged.isFull()) {
            throw new IllegalStateException("more than " + StagedReplies.REPLIES_MAX + " answers in one go");
        }
        final int length = composer.compose(
                staged.buffer(),
                staged.end(),
                requestOf(transaction),
                transaction,
                status,
                reason,
                lines,
                body,
                body.capacity());
        if (length < 0) {
            throw new IllegalStateException("reply(" + status + ") is longer than a message may be");
        }
        staged.add(transaction, status, length);
    }

    // ---- answers

    /** Answers on the platform's own account. */
    private void respond(final ServerTransaction transaction, final int status, final long nowNs) {
        respond(transaction, status, extra.clear(), nowNs);
    }

    private void respond(
            final ServerTransaction transaction, final int status, final AsciiWriter lines, final long nowNs) {
        final int length = composer.compose(scratch, 0, requestOf(transaction), transaction, status, lines);
        assert length > 0 : "an answer is hardly longer than its request";
        if (length > 0) {
            apply(transaction, status, scratch, 0, length, nowNs);
        }
    }

    private void apply(
            final ServerTransaction transaction,
            final int status,
            final DirectBuffer answer,
            final int offset,
            final int length,
            final long nowNs) {
        if (transaction.method == SipMethod.INVITE && status > 100 && status < 300 && transaction.dialog == null) {
            beginDialog(transaction);
        }
        transaction.respond(status, answer, offset, length, nowNs);
        if (status < 200) {
            return;
        }
        if (transaction instanceof InviteServerTransaction invite) {
            onInviteAnswered(invite, status, nowNs);
        }
        if (transaction.session != null) {
            transaction.session.pending.remove(transaction);
            transaction.session = null;
        }
        transaction.dialog = null;
    }

    private void onInviteAnswered(final InviteServerTransaction invite, final int status, final long nowNs) {
        final Dialog dialog = invite.dialog;
        if (dialog == null) {
            return;
        }
        dialog.invite = null;
        if (status < 300) {
            if (dialog.state == Dialog.State.EARLY) {
                dialog.state = Dialog.State.CONFIRMED;
                context.counters().increment(SipCounter.DIALOGS_CONFIRMED);
            }
            dialog.ackWait.start(invite, invite.cseq, nowNs);
        } else if (dialog.state == Dialog.State.EARLY && dialog.session != null) {
            remove(dialog, dialog.session);
        }
    }

    private SipMessage requestOf(final ServerTransaction transaction) {
        if (transaction == current) {
            return currentMessage;
        }
        final byte[] request = Objects.requireNonNull(transaction.request(), "a request without final answer is kept");
        storedView.wrap(request, 0, transaction.requestLength());
        storedMessage.parseDatagram(storedView, 0, transaction.requestLength());
        return storedMessage;
    }

    int composeRefusal(
            final UnsafeBuffer to, final SipMessage message, final Malformation malformation, final int slot) {
        return composer.composeRefusal(to, message, malformation, slot);
    }

    /** As many transactions as there may be: answered and forgotten. */
    private void refuseWithoutTransaction(
            final SipMessage message, final int slot, final long epoch, final ReplyPort port) {
        final int length = composer.composeOverloaded(scratch, message, slot);
        if (length > 0) {
            parts.outbox().addSip(slot, epoch, port, scratch, 0, length);
        }
    }

    // ---- dialogs and sessions

    private @Nullable Dialog findDialog(final SipMessage message) {
        key.writeDialog(message, message.buffer(), message.toTagOffset(), message.toTagLength());
        return dialogs.find(tableHash.hash(key.buffer(), 0, key.length()), key.buffer(), 0, key.length());
    }

    private void beginDialog(final ServerTransaction invite) {
        final SipSession<?> session = Objects.requireNonNull(invite.session, "a dialog begins in a session");
        final SipMessage message = requestOf(invite);
        final Dialog spare = spareDialogs.pollLast();
        final Dialog dialog = spare == null ? new Dialog(layer) : spare;
        dialog.state = Dialog.State.EARLY;
        dialog.session = session;
        dialog.remoteCseq = invite.cseq;
        dialog.invite = invite;
        dialog.localTag.copyFrom(invite.localTag);
        key.writeDialog(message, dialog.localTag.buffer(), 0, dialog.localTag.length());
        dialog.key(tableHash.hash(key.buffer(), 0, key.length()), key.buffer(), 0, key.length());
        if (dialogs.add(dialog)) {
            session.dialogs.add(dialog);
            invite.dialog = dialog;
        } else {
            context.counters().increment(SipCounter.DIALOGS_REFUSED);
        }
        context.counters().set(SipCounter.DIALOGS, dialogs.size());
    }

    /** Ends a dialog; what it still had to answer gets 487 (RFC 3261 section 15.1.2). */
    private void endDialog(final Dialog dialog, final SipSession<S> session, final long nowNs) {
        for (int i = session.pending.size() - 1; i >= 0; i--) {
            final ServerTransaction waiting = session.pending.get(i);
            if (waiting.dialog == dialog) {
                waiting.dialog = null;
                respond(waiting, 487, nowNs);
            }
        }
        remove(dialog, session);
    }

    private void remove(final Dialog dialog, final SipSession<?> session) {
        if (dialogs.remove(dialog)) {
            session.dialogs.remove(dialog);
            dialog.close();
            if (spareDialogs.size() < SPARES_MAX) {
                spareDialogs.addLast(dialog);
            }
            context.counters().set(SipCounter.DIALOGS, dialogs.size());
        }
    }

    @SuppressWarnings("unchecked") // all sessions of this worker are of this service
    private SipSession<S> sessionOf(final SipSession<?> session) {
        return (SipSession<S>) session;
    }

    @SuppressWarnings("unchecked") // all sessions of this worker are of this service
    private @Nullable SipSession<S> findSession(final int slot, final long hash, final DirectBuffer buffer) {
        return (SipSession<S>) parts.sessions().find(slot, hash, buffer, affinityKey.offset(), affinityKey.length());
    }

    private SipSession<S> beginSession(
            final ServerTransaction transaction, final long hash, final DirectBuffer buffer) {
        final SipSession<S> spare = spareSessions.pollLast();
        final SipSession<S> session = spare == null ? new SipSession<>(parts, this) : spare;
        session.key(hash, buffer, affinityKey.offset(), affinityKey.length());
        session.open(transaction.slot, transaction.epoch);
        parts.sessions().add(session);
        return session;
    }

    private void endIfOver(final SipSession<S> session, final long nowNs) {
        if (session.isEndAsked()) {
            for (int i = session.dialogs.size() - 1; i >= 0; i--) {
                remove(session.dialogs.get(i), session);
            }
            for (int i = session.pending.size() - 1; i >= 0; i--) {
                final ServerTransaction waiting = session.pending.get(i);
                waiting.dialog = null;
                respond(waiting, 480, nowNs);
            }
        } else if (!session.isOver()) {
            return;
        }
        parts.sessions().remove(session);
        session.close();
        if (spareSessions.size() < SPARES_MAX) {
            spareSessions.addLast(session);
        }
    }
}
