package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.locate.Destination;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps calls alive and sees that others die (RFC 4028): takes from 2xx answers of either side what was agreed, refreshes with UPDATE or with the INVITE that was last, raises intervals that a peer finds
 * too short, and hangs up what nobody has refreshed. Called only by the owning worker.
 */
final class Refresher {
    private static final int SCRATCH_BYTES = 1 << 16;
    private static final long S = 1_000_000_000L;
    private static final long MS = 1_000_000L;
    /** While an INVITE is under way, or there are too many transactions. */
    private static final long WAIT_NS = 2 * S;
    /** Between one failed refresh and the next, at least. */
    private static final long PAUSE_NS_MIN = 5 * S;
    /** An INVITE outside any call begins with CSeq 1, and is sent again so often with a longer interval. */
    private static final int RAISES_MAX = 3;

    private final WorkerParts parts;
    private final SipContext context;
    private final UasCore<?> uas;
    private final UacCore<?> uac;
    private final DialogTable dialogs;
    private final ClientLayer clients;
    private final RequestComposer composer;
    private final RemoteParty.Scratch scratch;
    private final BytesPool bytes;
    private final IntervalRules rules;
    private final SessionInterval interval = new SessionInterval();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter branch = new AsciiWriter(ClientLayer.BRANCH_BYTES_MAX);
    private final ReplyPort door = new ReplyPort();
    /** A message of ours, laid open. */
    private final SipMessage ours;
    /** The INVITE that is being accepted, whose transaction forgets it. */
    private final UnsafeBuffer accepted = new UnsafeBuffer(new byte[SCRATCH_BYTES]);

    private int acceptedLength;

    Refresher(
            final WorkerParts parts,
            final SipContext context,
            final UasCore<?> uas,
            final UacCore<?> uac,
            final UacCore.CoreParts shared,
            final ClientLayer clients,
            final RequestComposer composer) {
        this.parts = parts;
        this.context = context;
        this.uas = uas;
        this.uac = uac;
        this.clients = clients;
        this.composer = composer;
        dialogs = shared.dialogs();
        scratch = shared.scratch();
        bytes = shared.bytes();
        rules = shared.replies().intervals();
        ours = new SipMessage(context.limits());
    }

    // ---- what was agreed

    /** A 2xx of ours is about to leave, to an INVITE, or an UPDATE in a call that is up. */
    void onOurAnswer(
            final Dialog dialog,
            final SipMessage request,
            final DirectBuffer answer,
            final int offset,
            final int length,
            final long nowNs) {
        if (!rules.isOn() || !rules.negotiates(request.method(), dialog)) {
            return;
        }
        rules.decide(request, dialog.refresh);
        final RefreshTimer timer = timerOf(dialog);
        timer.atLeast(interval.wrap(request).minimumSeconds());
        timer.learn(request);
        timer.start(rules.seconds(), rules.isOurs(), nowNs);
        if (request.method() == SipMethod.INVITE && !timer.takesUpdate()) {
            describe(timer, answer, offset, length);
        }
    }

    /** An INVITE of ours is being accepted: what it said is still here. */
    void onAccepting(final InviteClientTransaction invite) {
        if (rules.isOn()) {
            acceptedLength = invite.hasMessage() ? invite.message().capacity() : 0;
            accepted.putBytes(0, invite.message(), 0, acceptedLength);
        }
    }

    /** The 2xx that {@link #onAccepting} told of. */
    void onAccepted(final Dialog dialog, final SipMessage response, final long nowNs) {
        if (rules.isOn()) {
            onPeersAnswer(dialog, response, nowNs);
            final RefreshTimer timer = timerOf(dialog);
            if (ours.parseDatagram(accepted, 0, acceptedLength) == ParseResult.COMPLETE) {
                timer.atLeast(interval.wrap(ours).minimumSeconds());
                timer.describe(ours);
            }
        }
    }

    /** A 2xx of the peer to an INVITE, or an UPDATE in a call that is up: one without Session-Expires ends what was agreed before (section 7.2). */
    void onPeersAnswer(final Dialog dialog, final SipMessage response, final long nowNs) {
        if (!rules.isOn() || dialog.state != Dialog.State.CONFIRMED) {
            return;
        }
        final RefreshTimer timer = timerOf(dialog);
        timer.learn(response);
        interval.wrap(response);
        if (interval.seconds() == SessionInterval.NONE) {
            timer.stop();
        } else {
            timer.start(interval.seconds(), interval.refresher() != SessionInterval.Refresher.UAS, nowNs);
        }
    }

    /** The ACK by which a service has answered the offer in a 2xx. */
    void onAck(final Dialog dialog, final DirectBuffer ack, final int offset, final int length) {
        final RefreshTimer timer = dialog.refresh;
        if (timer != null && timer.isOn()) {
            describe(timer, ack, offset, length);
        }
    }

    private void describe(final RefreshTimer timer, final DirectBuffer said, final int offset, final int length) {
        if (ours.parseDatagram(said, offset, length) == ParseResult.COMPLETE) {
            timer.describe(ours);
        }
    }

    private RefreshTimer timerOf(final Dialog dialog) {
        RefreshTimer timer = dialog.refresh;
        if (timer == null) {
            timer = new RefreshTimer(dialog, bytes);
            dialog.refresh = timer;
        }
        return timer;
    }

    // ---- what time brings

    void onDue(final Dialog dialog, final RefreshTimer timer, final long nowNs) {
        if (nowNs >= timer.hangUpNs()) {
            expire(dialog, nowNs);
            return;
        }
        final boolean byUpdate = timer.takesUpdate() || !timer.isDescribed();
        if ((!byUpdate && !dialog.mayInvite()) || clients.refusesAnother()) {
            timer.refreshIn(WAIT_NS, nowNs);
        } else {
            refresh(dialog, timer, byUpdate ? SipMethod.UPDATE : SipMethod.INVITE, nowNs);
        }
    }

    private void refresh(final Dialog dialog, final RefreshTimer timer, final SipMethod method, final long nowNs) {
        door.copyFrom(dialog.port);
        final Destination destination =
                dialog.peer.aim(door, dialog.slot, scratch, uac.requests().addresses());
        dialog.localCseq++;
        final int length =
                composer.composeRefresh(message, dialog, timer, method, door, dialog.localCseq, branch.clear());
        timer.onAsked();
        if (length <= 0) {
            return; // it has grown too long to be said again, and time will end it
        }
        final ClientTransaction transaction = clients.open(method, branch, dialog.slot, dialog.holder);
        transaction.cseq = dialog.localCseq;
        transaction.leg = dialog.leg();
        transaction.dialog = dialog;
        transaction.isRefresh = true;
        transaction.port.copyFrom(door);
        if (transaction instanceof InviteClientTransaction invite) {
            invite.hasBody = true;
            invite.isWithin = true;
            dialog.ownInvite = invite;
        }
        uac.begin(transaction, destination, message, 0, length, nowNs);
    }

    /** A refresh of ours has its final answer, or there was none. */
    void onRefreshEnded(
            final @Nullable Dialog dialog, final int status, final @Nullable SipMessage response, final long nowNs) {
        final RefreshTimer timer = dialog == null ? null : dialog.refresh;
        if (dialog == null || timer == null) {
            return; // the call is over
        }
        if (status < 300) {
            context.counters().increment(SipCounter.SESSIONS_REFRESHED);
            return;
        }
        context.counters().increment(SipCounter.REFRESHES_REFUSED);
        if (status == 408 || status == 481) {
            expire(dialog, nowNs);
        } else if (timer.isOn() && timer.isOurs()) {
            timer.refreshIn(pauseNs(dialog, timer, status, response, nowNs), nowNs);
        }
    }

    /** How long to wait after a refresh was refused: as RFC 3261 section 14.1 wants it for 491, as the peer wants it, or half of the time that is left. */
    private long pauseNs(
            final Dialog dialog,
            final RefreshTimer timer,
            final int status,
            final @Nullable SipMessage response,
            final long nowNs) {
        if (status == 491) {
            final long random = parts.tableHash().hash(nowNs) >>> 1;
            return dialog.isOurs() ? 2_100 * MS + random % (1_900 * MS) : random % (2_000 * MS);
        }
        final int after = response == null ? 0 : SessionInterval.seconds(response, HeaderName.RETRY_AFTER);
        return after > 0 ? after * S : Math.max(PAUSE_NS_MIN, (timer.hangUpNs() - nowNs) / 2);
    }

    private void expire(final Dialog dialog, final long nowNs) {
        context.counters().increment(SipCounter.SESSIONS_EXPIRED);
        uas.onSessionExpired(dialog, nowNs);
    }

    // ---- intervals that are too short

    /**
     * A 422: the same request in a new transaction, with the interval that the peer wants at least (section 7.3); {@link ClientTransaction#go} sends it. Null if the peer does not say, or has said so too
     * often, or nobody wants the request any more.
     */
    @Nullable
    ClientTransaction raise(final ClientTransaction refused, final SipMessage response) {
        if (!rules.isOn() || refused.isUnwanted() || !refused.hasMessage() || clients.refusesAnother()) {
            return null;
        }
        final int least = interval.wrap(response).minimumSeconds();
        final DirectBuffer request = refused.message();
        if (ours.parseDatagram(request, 0, request.capacity()) != ParseResult.COMPLETE
                || interval.wrap(ours).seconds() == SessionInterval.NONE
                || interval.seconds() >= least) {
            return null;
        }
        final Dialog dialog = refused.dialog;
        if (dialog == null ? refused.cseq > RAISES_MAX : !timerOf(dialog).tryRaise()) {
            return null;
        }
        final long cseq = dialog == null ? refused.cseq + 1 : dialog.localCseq + 1;
        final int length = composer.composeRaised(
                message, ours, least, interval.refresher(), refused.port, refused.slot, cseq, branch.clear());
        if (length <= 0) {
            return null;
        }
        if (dialog != null) {
            timerOf(dialog).atLeast(least);
            dialog.localCseq = cseq;
        }
        context.counters().increment(SipCounter.INTERVALS_RAISED);
        final ClientTransaction again = clients.openAgain(refused, branch, cseq, message, length);
        if (again instanceof InviteClientTransaction invite && refused instanceof InviteClientTransaction former) {
            dialogs.endEarlyOwn(former, null);
            if (dialog != null && dialog.ownInvite == former) {
                dialog.ownInvite = invite;
                dialog.touch();
            }
        }
        refused.dialog = null;
        refused.unheard();
        return again;
    }

    // ---- image

    /** Writes, if there are any or something follows: how many calls of a session are kept alive (16), each its place among the dialogs (16) and what {@link RefreshTimer} writes. */
    static void encode(final SipSession<?> session, final ImageWriter image) {
        int count = 0;
        for (int i = 0; i < session.dialogs.size(); i++) {
            count += session.dialogs.get(i).isKeptAlive() ? 1 : 0;
        }
        if (count == 0 && session.subscriptionsBegun == 0 && session.watches.isEmpty()) {
            return;
        }
        image.putShort(count);
        for (int i = 0; i < session.dialogs.size(); i++) {
            final RefreshTimer timer = session.dialogs.get(i).refresh;
            if (timer != null && timer.isOn()) {
                image.putShort(i);
                timer.encode(image);
            }
        }
    }

    /** Reads what {@link #encode} wrote. */
    void restore(final SipSession<?> session, final ImageReader image) {
        if (!image.hasMore()) {
            return;
        }
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            final Dialog dialog = session.dialogAt(image.readShort(), image);
            if (dialog == null) {
                image.refuse();
                return;
            }
            timerOf(dialog).decode(image);
        }
    }
}
