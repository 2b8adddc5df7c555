package io.dialtone.runtime.sip;

import io.dialtone.api.DialogName;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.KeyedEntry;
import io.dialtone.runtime.engine.ReplyPort;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A dialog (RFC 3261 section 12), of a call that came in or of one that a service has begun. Found by Call-ID and both tags. Pooled; called only by the owning worker.
 *
 * <p>It belongs to a session until that ends. A call that was answered and not yet acknowledged outlives its session, because it must not be hung up before its ACK
 * (RFC 3261 section 15).
 */
final class Dialog extends KeyedEntry {
    /** RFC 3261 section 12: early from a provisional answer on, confirmed by a 2xx. */
    enum State {
        EARLY,
        CONFIRMED,
        TERMINATED
    }

    private static final int EARLY_CODE = 1;
    private static final int CONFIRMED_CODE = 2;
    private static final int WITHOUT_CALL_CODE = 3;
    private static final int STATE_MASK = 0xF;
    private static final int SIPS_FLAG = 0x10;

    final LocalTag localTag = new LocalTag();
    final AckWait ackWait;
    final RemoteParty peer;
    /** The door its INVITE came in by. */
    final ReplyPort port = new ReplyPort();

    State state = State.TERMINATED;
    int slot;
    /** Highest CSeq number seen from the peer. */
    long remoteCseq;
    /** CSeq number of our last request. */
    long localCseq;
    /** Which of the session's calls that came in this is; {@link LegNames#NO_CALLER} if we have begun it. */
    int callerNumber;
    /** Its name if we have begun it. */
    private String legOfOurs = "";
    /** False for a dialog that is there for the sake of subscriptions only. */
    boolean isCall = true;
    /** True if it was begun by {@code sips}, and goes on so: the secure flag of RFC 3261 section 12.1.1. */
    boolean isSips;
    /** True while the peer's BYE is worked on. */
    boolean isHungUpByPeer;
    /** How often this object was another dialog, or had another call. */
    int life;
    /** Null when the session has ended before the dialog. */
    @Nullable
    SipSession<?> session;

    /** The session whose image holds this dialog, whether that has ended or not. */
    @Nullable
    SipSession<?> holder;
    /** The INVITE of this dialog that has no final answer yet. */
    @Nullable
    ServerTransaction invite;
    /** Our INVITE that has no final answer yet, or whose 2xx has no ACK yet. */
    @Nullable
    InviteClientTransaction ownInvite;

    /** When it is refreshed or given up; null if no call has wanted that. */
    @Nullable
    RefreshTimer refresh;

    private int ownInvitePlace = -1;

    Dialog(final TransactionLayer layer) {
        ackWait = new AckWait(layer, this);
        peer = new RemoteParty(layer.bytes());
    }

    void open(final ServerTransaction firstInvite, final SipSession<?> itsSession) {
        state = State.EARLY;
        slot = firstInvite.slot;
        remoteCseq = firstInvite.cseq;
        session = itsSession;
        holder = itsSession;
        invite = firstInvite;
        callerNumber = firstInvite.callerNumber;
        localTag.copyFrom(firstInvite.localTag);
        port.copyFrom(firstInvite.port).forgetArrival();
    }

    /** A SUBSCRIBE outside any dialog begins one. */
    void openWithoutCall(final ServerTransaction subscribe, final SipSession<?> itsSession) {
        open(subscribe, itsSession);
        state = State.CONFIRMED;
        invite = null;
        isCall = false;
    }

    /** The first NOTIFY of something that we have subscribed to begins one; the SUBSCRIBE had this CSeq. */
    void openOfNotify(final ServerTransaction notify, final SipSession<?> itsSession, final long cseqOfSubscribe) {
        state = State.CONFIRMED;
        isCall = false;
        slot = notify.slot;
        localCseq = cseqOfSubscribe;
        session = itsSession;
        holder = itsSession;
        port.copyFrom(notify.port).forgetArrival();
    }

    /** Its call is over, but somebody who subscribes within it is still to be told. */
    void endCall() {
        isCall = false;
        isHungUpByPeer = false;
        invite = null;
        ownInvite = null;
        ackWait.stop();
        stopKeepingAlive();
        life++;
    }

    /** An answer to our INVITE begins a dialog. */
    void openOwn(final InviteClientTransaction firstInvite, final SipSession<?> itsSession) {
        state = State.EARLY;
        slot = firstInvite.slot;
        localCseq = firstInvite.cseq;
        session = itsSession;
        holder = itsSession;
        ownInvite = firstInvite;
        legOfOurs = firstInvite.leg;
        port.copyFrom(firstInvite.port);
        if (port.isWithin()) {
            port.remotePort(0); // that of the caller
        }
    }

    /** Name of the leg. */
    String leg() {
        return callerNumber == LegNames.NO_CALLER ? legOfOurs : LegNames.ofCaller(callerNumber);
    }

    boolean isOurs() {
        return callerNumber == LegNames.NO_CALLER;
    }

    /** What its key says, as the peer would have it said. */
    DialogName peersName() {
        final UnsafeBuffer key = new UnsafeBuffer(keyBytes(), 0, keyLength());
        final String[] parts = new String[3];
        int at = 0;
        for (int i = 0; i < parts.length; i++) {
            final int length = key.getInt(at);
            parts[i] = key.getStringWithoutLengthUtf8(at + Integer.BYTES, length);
            at += Integer.BYTES + length;
        }
        return new DialogName(parts[0], parts[2], parts[1], false);
    }

    /** True if an INVITE of ours would not meet another (RFC 3261 section 14.1). */
    boolean mayInvite() {
        return state == State.CONFIRMED && invite == null && ownInvite == null && !ackWait.isWaiting();
    }

    /** True if it is to be refreshed, or given up. */
    boolean isKeptAlive() {
        return refresh != null && refresh.isOn();
    }

    /** The session ends before the dialog, which must only be hung up. */
    void stopKeepingAlive() {
        if (refresh != null) {
            refresh.stop();
        }
    }

    /** The next of its timers. */
    long nextDeadlineNs() {
        return refresh == null ? ackWait.dueNs() : Math.min(ackWait.dueNs(), refresh.dueNs());
    }

    /** Something of it has changed that the next owner must know. */
    void touch() {
        if (holder != null) {
            ackWait.layer().touch(holder);
        }
    }

    /**
     * Writes what another owner must know to be the same end of the dialog.
     *
     * <pre>
     *  state (8): 1 early, 2 confirmed, 3 confirmed without a call, and 16 if it is sips · key: length (32), bytes · our tag: length (32), bytes · door, as ReplyPort writes it · CSeq of the peer (32)
     *  place of the INVITE without final answer (16), or -1 · our CSeq (32) · number of the call that came in (16), or 0 and the leg: length (16), characters (16 each)
     *  place of our INVITE without final answer or ACK among the requests of our own (16), or -1 · the peer, as RemoteParty writes it · who waits for an ACK, as AckWait writes it
     * </pre>
     */
    void encode(final ImageWriter image) {
        final int code = state != State.CONFIRMED ? EARLY_CODE : isCall ? CONFIRMED_CODE : WITHOUT_CALL_CODE;
        image.putByte(isSips ? code | SIPS_FLAG : code).putBytes(keyBytes(), keyLength());
        localTag.encode(image);
        port.encode(image);
        image.putInt((int) remoteCseq)
                .putShort(invite == null ? -1 : invite.place)
                .putInt((int) localCseq)
                .putShort(callerNumber);
        if (isOurs()) {
            image.putText(legOfOurs);
        }
        image.putShort(holder == null || ownInvite == null ? -1 : holder.clients.indexOf(ownInvite));
        peer.encode(image);
        ackWait.encode(image);
    }

    /** Reads what comes after the key, which {@link DialogTable} reads. */
    void decode(final int flagged, final SipSession<?> itsHolder, final boolean isOrphan, final ImageReader image) {
        final int code = flagged & STATE_MASK;
        isSips = (flagged & SIPS_FLAG) != 0;
        state = code == EARLY_CODE ? State.EARLY : State.CONFIRMED;
        isCall = code != WITHOUT_CALL_CODE;
        holder = itsHolder;
        session = isOrphan ? null : itsHolder;
        slot = itsHolder.slot();
        localTag.decode(image);
        port.decode(image);
        remoteCseq = image.readInt() & 0xFFFF_FFFFL;
        invite = itsHolder.transactionAt(image.readShort(), image);
        localCseq = image.readInt() & 0xFFFF_FFFFL;
        callerNumber = image.readShort() & 0xFFFF;
        if (isOurs()) {
            legOfOurs = image.readText();
        }
        ownInvitePlace = image.readShort();
        peer.decode(image);
        ackWait.decode(itsHolder, image);
    }

    /** The requests of our own have been read as well. */
    void bindOwnInvite(final SipSession<?> itsHolder, final ImageReader image) {
        ownInvite = itsHolder.ownInviteAt(ownInvitePlace, image);
        ownInvitePlace = -1;
    }

    /** Forgets everything before it goes back to its pool. */
    void close() {
        ackWait.stop();
        if (refresh != null) {
            refresh.close();
        }
        peer.close();
        state = State.TERMINATED;
        session = null;
        holder = null;
        invite = null;
        ownInvite = null;
        ownInvitePlace = -1;
        remoteCseq = 0;
        localCseq = 0;
        callerNumber = LegNames.NO_CALLER;
        legOfOurs = "";
        isHungUpByPeer = false;
        isCall = true;
        isSips = false;
        life++;
        localTag.clear();
        clearKey();
    }
}
