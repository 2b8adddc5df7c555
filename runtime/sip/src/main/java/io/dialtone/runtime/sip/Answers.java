package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The answers of a worker: the platform's own, sent at once, and the handler's, which are written down while it runs and sent when it has returned. Called only by the
 * owning worker.
 */
final class Answers {
    private static final int SCRATCH_BYTES = 1 << 17;
    private static final int SIPS_LINES_BYTES_MAX = 512;

    private final ReplyComposer composer;
    private final DialogTable dialogs;
    private final RegistrationNames names;
    private final ReplyBuilder builder;
    private final StagedReplies staged = new StagedReplies();
    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter noLines = new AsciiWriter(0);
    private final AsciiWriter sipsLines = new AsciiWriter(SIPS_LINES_BYTES_MAX);
    private final SipMessage storedMessage;
    private final UnsafeBuffer storedView = new UnsafeBuffer(0, 0);
    private final SipMessage noMessage;

    /** The request being worked on lies in {@code currentMessage}; all others are read from where their transaction keeps them. */
    private @Nullable ServerTransaction current;

    private SipMessage currentMessage;
    private boolean inEvent;

    Answers(
            final SipContext context,
            final ReplyComposer composer,
            final DialogTable dialogs,
            final RegistrationNames names) {
        this.names = names;
        this.composer = composer;
        builder = new ReplyBuilder(this, composer.intervals());
        this.dialogs = dialogs;
        storedMessage = new SipMessage(context.limits());
        noMessage = new SipMessage(context.limits());
        currentMessage = noMessage;
    }

    // ---- the request being worked on

    void begin(final ServerTransaction transaction, final SipMessage message) {
        current = transaction;
        currentMessage = message;
    }

    void end() {
        current = null;
        currentMessage = noMessage;
    }

    /** The current request is to be answered later. */
    void keepRequest(final ServerTransaction transaction) {
        transaction.keepRequest(requestOf(transaction));
    }

    /** Takes from the INVITE that still rings what a request within its dialog needs; false if there is none. */
    boolean learn(final Dialog dialog) {
        final ServerTransaction invite = dialog.invite;
        if (invite == null) {
            return false;
        }
        dialogs.learn(invite, requestOf(invite));
        return dialog.peer.isKnown();
    }

    /** The request of a transaction that has no final answer yet. */
    SipMessage requestOf(final ServerTransaction transaction) {
        if (transaction == current) {
            return currentMessage;
        }
        final byte[] request = Objects.requireNonNull(transaction.request(), "a request without final answer is kept");
        storedView.wrap(request, 0, transaction.requestLength());
        storedMessage.parseDatagram(storedView, 0, transaction.requestLength());
        return storedMessage;
    }

    /** The door that a request came by as text; that of a REGISTER has the name already that it gets if it is accepted. */
    String flowText(final ServerTransaction transaction) {
        return transaction.method == SipMethod.REGISTER
                ? FlowTexts.write(transaction.port, names.of(requestOf(transaction), transaction.port))
                : FlowTexts.write(transaction.port);
    }

    // ---- the platform's own

    /** Answers at once. */
    void respond(final ServerTransaction transaction, final int status, final long nowNs) {
        respond(transaction, status, noLines, nowNs);
    }

    /** Answers at once, with further header lines; without them if they are too long. */
    void respond(final ServerTransaction transaction, final int status, final AsciiWriter lines, final long nowNs) {
        final int length = composer.compose(
                scratch, 0, requestOf(transaction), transaction, status, lines.isOverflown() ? noLines : lines);
        assert length > 0 : "an answer is hardly longer than its request";
        apply(transaction, status, scratch, 0, length, nowNs);
    }

    /** Says that nobody can be reached by TLS, as a {@code sips} URI wants (RFC 5630 section 5.3). */
    void refuseSips(final ServerTransaction transaction, final long nowNs) {
        composer.sips().putWarning(sipsLines.clear(), transaction.port);
        respond(transaction, SipsRules.NOT_ALLOWED, sipsLines, nowNs);
    }

    /** Writes the answer to a malformed request to {@link #scratch}; a negative says that there is no way back. */
    int composeRefusal(final SipMessage request, final Malformation malformation, final int slot) {
        return composer.composeRefusal(scratch, request, malformation, slot);
    }

    /** Writes a 503 for a request that cannot be remembered to {@link #scratch}. */
    int composeOverloaded(final SipMessage request, final int slot) {
        return composer.composeOverloaded(scratch, request, slot);
    }

    /** Writes the answer to a request that is not remembered to {@link #scratch}; a negative says that there is no way back. */
    int composeStateless(final SipMessage request, final int slot, final int status, final AsciiWriter lines) {
        return composer.composeStateless(scratch, request, slot, status, lines);
    }

    UnsafeBuffer scratch() {
        return scratch;
    }

    void ensureTag(final ServerTransaction transaction) {
        composer.ensureTag(transaction);
    }

    // ---- the handler's

    void beginEvent() {
        assert staged.size() == 0 : "an event begins with nothing written down";
        inEvent = true;
    }

    void endEvent() {
        inEvent = false;
        builder.abandon();
    }

    void checkNoneOpen() {
        if (builder.isOpen()) {
            throw new IllegalStateException("reply(" + builder.status() + ") was begun but not sent");
        }
    }

    ReplyBuilder beginReply(final ServerTransaction transaction, final int status) {
        if (!inEvent) {
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

    /** Sends what is written down. */
    void commit(final long nowNs) {
        for (int i = 0; i < staged.size(); i++) {
            apply(staged.transaction(i), staged.status(i), staged.buffer(), staged.offset(i), staged.length(i), nowNs);
        }
        staged.clear();
    }

    /** A REGISTER is about to get this answer, ours or that of whom it was proxied to: if it is accepted, its connection has a name from then on. */
    void onRegistered(final ServerTransaction transaction, final int status) {
        if (transaction.method == SipMethod.REGISTER && status >= 200 && status < 300) {
            names.onAccepted(requestOf(transaction), transaction.port);
        }
    }

    /** Forgets what is written down. */
    void rollback() {
        staged.clear();
    }

    // ---- either

    private void apply(
            final ServerTransaction transaction,
            final int status,
            final DirectBuffer answer,
            final int offset,
            final int length,
            final long nowNs) {
        if (transaction.method == SipMethod.INVITE && status > 100 && status < 300) {
            prepareDialog(transaction, status);
        } else if (transaction.method == SipMethod.UPDATE
                && status >= 200
                && status < 300
                && transaction.dialog != null) {
            onTargetRefreshed(transaction.dialog, transaction);
        }
        final Subscription subscription = transaction.subscription;
        if (status >= 200 && status < 300 && subscription != null) {
            transaction
                    .layer
                    .core()
                    .uac()
                    .notifier()
                    .onAccepted(transaction, subscription, requestOf(transaction), nowNs);
        }
        if (status >= 200 && status < 300 && transaction.dialog != null) {
            transaction
                    .layer
                    .core()
                    .uac()
                    .refresher()
                    .onOurAnswer(transaction.dialog, requestOf(transaction), answer, offset, length, nowNs);
        }
        onRegistered(transaction, status);
        transaction.respond(status, answer, offset, length, nowNs);
        if (transaction.callerNumber != LegNames.NO_CALLER && transaction.session != null) {
            transaction.session.calls.onAnswer(
                    LegNames.ofCaller(transaction.callerNumber),
                    status,
                    CallRecord.EndedBy.SERVICE,
                    transaction.layer.time().toWallNs(nowNs));
        }
        if (status < 200) {
            return;
        }
        if (transaction.context != null) {
            transaction.layer.core().uac().proxy().onAnsweredHere(transaction.context, status, nowNs);
        }
        if (transaction instanceof InviteServerTransaction invite) {
            dialogs.onInviteAnswered(invite, status, nowNs);
        }
        if (transaction.session != null) {
            transaction.session.pending.remove(transaction);
            transaction.session = null;
        }
        transaction.dialog = null;
    }

    /** RFC 3311 section 5.2; in a dialog that is early, perhaps before anything else of the peer was learnt. */
    private void onTargetRefreshed(final Dialog dialog, final ServerTransaction update) {
        if (dialog.peer.isKnown() || learn(dialog)) {
            dialogs.learnTarget(dialog, requestOf(update));
        }
    }

    private void prepareDialog(final ServerTransaction invite, final int status) {
        if (invite.dialog != null && status < 200) {
            return;
        }
        final SipMessage message = requestOf(invite);
        dialogs.beginIfFirst(invite, message);
        if (status >= 200) {
            dialogs.learn(invite, message);
        }
    }
}
