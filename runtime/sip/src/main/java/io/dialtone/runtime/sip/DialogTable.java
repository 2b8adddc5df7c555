package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SipHash;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.KeyedTable;
import io.dialtone.sip.codec.DialogNameView;
import io.dialtone.sip.codec.SipMessage;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The dialogs of a worker, found by Call-ID and both tags. Called only by that worker. */
final class DialogTable {
    private static final int SPARES_MAX = 1 << 16;

    private final SipContext context;
    private final SipHash tableHash;
    private final TransactionLayer layer;
    private final KeyedTable<Dialog> dialogs;
    private final RemoteParty.Scratch scratch;
    private final TransactionKey key = new TransactionKey();
    private final ArrayDeque<Dialog> spares = new ArrayDeque<>();
    private final SipsRules sips;

    DialogTable(
            final SipContext context,
            final SipHash tableHash,
            final TransactionLayer layer,
            final RemoteParty.Scratch scratch,
            final SipsRules sips) {
        this.sips = sips;
        this.scratch = scratch;
        this.context = context;
        this.tableHash = tableHash;
        this.layer = layer;
        dialogs = new KeyedTable<>(context.settings().dialogsMax());
    }

    /** Reads a dialog of a session that is being made again. */
    void restore(final SipSession<?> holder, final boolean isOrphan, final ImageReader image) {
        final int code = image.readByte();
        final int length = image.readLength(PooledBytes.BYTES_MAX);
        if (length <= 0) {
            image.refuse();
            return;
        }
        if (dialogs.isFull()) {
            image.postpone();
            return;
        }
        final Dialog dialog = spare();
        dialog.key(tableHash.hash(image.buffer(), image.position(), length), image.buffer(), image.position(), length);
        image.skip(length);
        dialogs.add(dialog);
        (isOrphan ? holder.orphans : holder.dialogs).add(dialog);
        dialog.decode(code, holder, isOrphan, image);
        context.counters().set(SipCounter.DIALOGS, dialogs.size());
    }

    /** Forgets the dialogs of a session; nothing is sent, and nobody hears of it. */
    void forget(final SipSession<?> holder) {
        forget(holder.dialogs);
        forget(holder.orphans);
        context.counters().set(SipCounter.DIALOGS, dialogs.size());
    }

    private void forget(final List<Dialog> list) {
        while (!list.isEmpty()) {
            final Dialog dialog = list.removeLast();
            dialog.holder = null;
            dialogs.remove(dialog);
            end(dialog);
        }
    }

    /** The session ends before the dialog. */
    void orphan(final Dialog dialog) {
        final SipSession<?> holder = Objects.requireNonNull(dialog.session);
        dialog.stopKeepingAlive();
        holder.dialogs.remove(dialog);
        holder.orphans.add(dialog);
        dialog.session = null;
    }

    /** True, and counted, if no dialog may be added. */
    boolean refusesAnother() {
        if (dialogs.isFull()) {
            context.counters().increment(SipCounter.DIALOGS_REFUSED);
            return true;
        }
        return false;
    }

    /** Takes from a request of the peer within the dialog where to find it now. */
    void learnTarget(final Dialog dialog, final SipMessage request) {
        dialog.peer.learnTarget(request, scratch);
        dialog.touch();
    }

    /** Takes from an answer of the peer within the dialog where to find it now. */
    void learnTargetFromAnswer(final Dialog dialog, final SipMessage response) {
        dialog.peer.learnTargetFromAnswer(response, scratch);
        dialog.touch();
    }

    /** The dialog a request of the peer belongs to. */
    @Nullable
    Dialog find(final SipMessage message) {
        key.writeDialog(message, message.buffer(), message.toTagOffset(), message.toTagLength());
        return dialogs.find(tableHash.hash(key.buffer(), 0, key.length()), key.buffer(), 0, key.length());
    }

    /** The dialog that Replaces or Join names. */
    @Nullable
    Dialog find(final SipMessage message, final DialogNameView name) {
        key.writeNamed(message, name);
        return dialogs.find(tableHash.hash(key.buffer(), 0, key.length()), key.buffer(), 0, key.length());
    }

    /** Begins the dialog of an INVITE that is about to be answered with a tag, if it has none yet (RFC 3261 section 12.1.1). */
    void beginIfFirst(final ServerTransaction invite, final SipMessage message) {
        if (invite.dialog != null || refusesAnother()) {
            return;
        }
        final SipSession<?> session = Objects.requireNonNull(invite.session, "a dialog begins in a session");
        final Dialog dialog = spare();
        dialog.open(invite, session);
        dialog.isSips = sips.isAskedBy(message);
        key.writeDialog(message, dialog.localTag.buffer(), 0, dialog.localTag.length());
        add(dialog, session);
        invite.dialog = dialog;
    }

    /** Begins the dialog of a SUBSCRIBE that is accepted (RFC 6665 section 4.2.1), and learns from it. */
    void beginWithoutCall(final ServerTransaction subscribe, final SipSession<?> session, final SipMessage message) {
        final Dialog dialog = spare();
        dialog.openWithoutCall(subscribe, session);
        dialog.isSips = sips.isAskedBy(message);
        key.writeDialog(message, dialog.localTag.buffer(), 0, dialog.localTag.length());
        add(dialog, session);
        dialog.peer.learn(message, dialog.localTag, scratch);
        subscribe.dialog = dialog;
    }

    /** Begins the dialog of something that we have subscribed to, and learns from its first NOTIFY (RFC 6665 section 4.4.1); there must be {@linkplain #refusesAnother room} for it. */
    Dialog beginOfNotify(
            final ServerTransaction notify,
            final SipSession<?> session,
            final SipMessage message,
            final long cseqOfSubscribe) {
        final Dialog dialog = spare();
        dialog.openOfNotify(notify, session, cseqOfSubscribe);
        dialog.isSips = SipsRules.isRequestUri(message); // as we have said in our Contact
        key.writeDialog(message, message.buffer(), message.toTagOffset(), message.toTagLength());
        add(dialog, session);
        dialog.peer.learnFromNotify(message, scratch);
        dialog.touch();
        return dialog;
    }

    private Dialog spare() {
        final Dialog spare = spares.pollLast();
        return spare == null ? new Dialog(layer) : spare;
    }

    /** A dialog is found from now on, by the key that was just written. */
    private void add(final Dialog dialog, final SipSession<?> session) {
        dialog.key(tableHash.hash(key.buffer(), 0, key.length()), key.buffer(), 0, key.length());
        dialogs.add(dialog);
        session.dialogs.add(dialog);
        context.counters().set(SipCounter.DIALOGS, dialogs.size());
    }

    /** The dialog that an answer to our INVITE belongs to. */
    @Nullable
    Dialog findOfAnswer(final SipMessage response) {
        key.writeDialogOfAnswer(response);
        return dialogs.find(tableHash.hash(key.buffer(), 0, key.length()), key.buffer(), 0, key.length());
    }

    /** What names the dialog of an answer to our INVITE on all nodes. */
    long hashOfAnswer(final SipMessage response, final SipHash keyHash) {
        key.writeDialogOfAnswer(response);
        return keyHash.hash(key.buffer(), 0, key.length());
    }

    /** Begins the dialog of an answer to our INVITE, and learns from it (RFC 3261 section 12.1.2); null if there are as many dialogs as there may be. */
    @Nullable
    Dialog beginOwn(final InviteClientTransaction invite, final SipSession<?> session, final SipMessage response) {
        if (refusesAnother()) {
            return null;
        }
        final Dialog dialog = spare();
        dialog.openOwn(invite, session);
        key.writeDialogOfAnswer(response);
        add(dialog, session);
        dialog.peer.learnFromAnswer(response, scratch);
        dialog.touch();
        return dialog;
    }

    /** Confirms a dialog that our INVITE began; all is learnt anew (RFC 3261 section 13.2.2.4). */
    void confirmOwn(final Dialog dialog, final SipMessage response) {
        dialog.peer.learnFromAnswer(response, scratch);
        dialog.state = Dialog.State.CONFIRMED;
        dialog.touch();
        context.counters().increment(SipCounter.DIALOGS_CONFIRMED);
    }

    /** Our INVITE was answered, or is not wanted any more: its early dialogs are over, but for one. */
    void endEarlyOwn(final InviteClientTransaction invite, final @Nullable Dialog but) {
        final SipSession<?> session = invite.holder;
        if (session != null) {
            for (int i = session.dialogs.size() - 1; i >= 0; i--) {
                final Dialog dialog = session.dialogs.get(i);
                if (dialog != but && dialog.state == Dialog.State.EARLY && dialog.ownInvite == invite) {
                    remove(dialog);
                }
            }
        }
    }

    /** Takes from an INVITE that is about to be accepted what the dialog will need, while the INVITE is still here. */
    void learn(final ServerTransaction invite, final SipMessage message) {
        final Dialog dialog = invite.dialog;
        if (dialog == null) {
            return;
        }
        if (dialog.state == Dialog.State.EARLY) {
            if (!dialog.peer.isKnown()) { // or an UPDATE may have given another target meanwhile
                dialog.peer.learn(message, dialog.localTag, scratch);
            }
        } else {
            dialog.peer.learnTarget(message, scratch);
        }
    }

    /** An INVITE has its final answer: its dialog is confirmed, or was early and is over. */
    void onInviteAnswered(final InviteServerTransaction invite, final int status, final long nowNs) {
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
        } else if (dialog.state == Dialog.State.EARLY) {
            remove(dialog);
        }
    }

    /** Ends the call of a dialog, and the dialog unless somebody subscribes within it (RFC 5057 section 4.1, RFC 6665 section 4.4.1). */
    void endCall(final Dialog dialog) {
        final SipSession<?> session = dialog.session;
        if (session == null || !session.hasSubscriptionWithin(dialog)) {
            remove(dialog);
            return;
        }
        noteEnd(dialog, session);
        session.forgetCall(dialog);
        dialog.endCall();
        dialog.touch();
    }

    private void noteEnd(final Dialog dialog, final SipSession<?> holder) {
        if (dialog.state == Dialog.State.CONFIRMED && dialog.isCall) {
            holder.calls.onDialogEnded(
                    dialog.leg(),
                    dialog.isHungUpByPeer ? CallRecord.EndedBy.PEER : CallRecord.EndedBy.SERVICE,
                    layer.time().toWallNs(layer.time().nowNs()));
        }
    }

    /** Ends a dialog; nobody may use it afterwards. */
    void remove(final Dialog dialog) {
        if (dialogs.remove(dialog)) {
            final SipSession<?> holder = dialog.holder;
            if (holder != null) {
                noteEnd(dialog, holder);
                dialog.touch();
                holder.forgetDialog(dialog);
                (dialog.session == null ? holder.orphans : holder.dialogs).remove(dialog);
            }
            end(dialog);
            context.counters().set(SipCounter.DIALOGS, dialogs.size());
        }
    }

    private void end(final Dialog dialog) {
        dialog.close();
        if (spares.size() < SPARES_MAX) {
            spares.addLast(dialog);
        }
    }
}
