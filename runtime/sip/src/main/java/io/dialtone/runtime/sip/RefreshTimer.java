package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.state.api.SessionRecord;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The session timer of one dialog (RFC 4028): when to refresh it, if we are to, and when to hang it up because nobody has. Lives and is pooled with its dialog; called only by the owning worker.
 */
final class RefreshTimer extends Deadline {
    private static final long S = 1_000_000_000L;
    /** A peer that answers with less is not followed further than this. */
    private static final int SECONDS_MIN = 10;

    private static final long HANG_UP_EARLIER_NS_MAX = 32 * S;
    private static final int RAISES_MAX = 3;
    private static final int FLAG_OURS = 1;
    private static final int FLAG_UPDATE = 2;

    private final Dialog dialog;
    private final BytesPool pool;
    private final UnsafeBuffer description = new UnsafeBuffer(0, 0);
    private byte @Nullable [] descriptionBytes;
    private int typeLength;
    private int seconds;
    private int minimumSeconds;
    private int raises;
    private boolean isOurs;
    private boolean takesUpdate;
    private long hangUpNs = SessionRecord.NO_DEADLINE;
    private long refreshNs = SessionRecord.NO_DEADLINE;

    RefreshTimer(final Dialog dialog, final BytesPool pool) {
        this.dialog = dialog;
        this.pool = pool;
    }

    /** Both have agreed on an interval, or on this one once more. */
    void start(final int agreedSeconds, final boolean weRefresh, final long nowNs) {
        seconds = Math.max(SECONDS_MIN, agreedSeconds);
        isOurs = weRefresh;
        raises = 0;
        final long intervalNs = seconds * S;
        hangUpNs = nowNs + intervalNs - Math.min(HANG_UP_EARLIER_NS_MAX, intervalNs / 3);
        refreshNs = weRefresh ? nowNs + intervalNs / 2 : SessionRecord.NO_DEADLINE;
        schedule();
    }

    /** The call has no interval any more. */
    void stop() {
        if (isOn()) {
            seconds = 0;
            hangUpNs = SessionRecord.NO_DEADLINE;
            refreshNs = SessionRecord.NO_DEADLINE;
            letGoOfDescription();
            dialog.ackWait.layer().deadlines().cancel(this);
            dialog.touch();
        }
    }

    /** A refresh is on its way. */
    void onAsked() {
        refreshNs = SessionRecord.NO_DEADLINE;
        schedule();
    }

    /** A refresh is to be tried, or tried again. */
    void refreshIn(final long ns, final long nowNs) {
        refreshNs = nowNs + ns;
        schedule();
    }

    private void schedule() {
        dialog.ackWait.layer().deadlines().schedule(this, Math.min(refreshNs, hangUpNs));
        dialog.touch();
    }

    boolean isOn() {
        return seconds > 0;
    }

    int seconds() {
        return seconds;
    }

    /** True if it is us who refresh. */
    boolean isOurs() {
        return isOurs;
    }

    /** True if the peer lists UPDATE. */
    boolean takesUpdate() {
        return takesUpdate;
    }

    long hangUpNs() {
        return hangUpNs;
    }

    /** The highest Min-SE that was heard of the call. */
    int minimumSeconds() {
        return minimumSeconds;
    }

    void atLeast(final int itsMinimumSeconds) {
        minimumSeconds = Math.max(minimumSeconds, itsMinimumSeconds);
    }

    /** False if intervals were refused so often that enough is enough. */
    boolean tryRaise() {
        raises++;
        return raises <= RAISES_MAX;
    }

    /** Takes from a message of the peer whether it understands UPDATE; one without Allow says nothing. */
    void learn(final SipMessage message) {
        if (message.firstHeader(HeaderName.ALLOW) >= 0) {
            takesUpdate = SessionInterval.allowsUpdate(message);
        }
    }

    // ---- what an INVITE says again

    /** What we have said last of our media, type and body: a re-INVITE that only refreshes offers the same (section 7.4). Not kept for peers that understand UPDATE. */
    void describe(final SipMessage message) {
        final int type = message.firstHeader(HeaderName.CONTENT_TYPE);
        if (takesUpdate || type < 0 || message.bodyLength() == 0) {
            return;
        }
        letGoOfDescription();
        typeLength = message.headerValueLength(type);
        final int length = typeLength + message.bodyLength();
        final byte[] bytes = pool.acquire(length);
        message.buffer().getBytes(message.headerValueOffset(type), bytes, 0, typeLength);
        message.buffer().getBytes(message.bodyOffset(), bytes, typeLength, message.bodyLength());
        descriptionBytes = bytes;
        description.wrap(bytes, 0, length);
        dialog.touch();
    }

    boolean isDescribed() {
        return descriptionBytes != null;
    }

    /** Its type, and from {@link #typeLength} on the body. */
    DirectBuffer description() {
        return description;
    }

    int typeLength() {
        return typeLength;
    }

    private void letGoOfDescription() {
        if (descriptionBytes != null) {
            description.wrap(0, 0);
            pool.release(descriptionBytes);
            descriptionBytes = null;
        }
    }

    // ---- image

    /**
     * Writes what another owner must know to keep the call alive.
     *
     * <pre>
     *  interval, s (32) · flags (8): 1 we refresh, 2 the peer takes UPDATE · highest Min-SE, s (32) · refused intervals (8)
     *  when to hang up, ns since 1970 (64) · when to refresh, ns since 1970 (64), or never · length of the description's type (16) · description: length (32) or -1, bytes
     * </pre>
     */
    void encode(final ImageWriter image) {
        image.putInt(seconds)
                .putByte((isOurs ? FLAG_OURS : 0) | (takesUpdate ? FLAG_UPDATE : 0))
                .putInt(minimumSeconds)
                .putByte(raises)
                .putLong(dialog.ackWait.layer().time().toWallNs(hangUpNs))
                .putLong(dialog.ackWait.layer().time().toWallNs(refreshNs))
                .putShort(typeLength);
        PooledBytes.encode(descriptionBytes, description.capacity(), image);
    }

    /** Reads what {@link #encode} wrote. */
    void decode(final ImageReader image) {
        seconds = image.readInt();
        final int flags = image.readByte();
        isOurs = (flags & FLAG_OURS) != 0;
        takesUpdate = (flags & FLAG_UPDATE) != 0;
        minimumSeconds = image.readInt();
        raises = image.readByte();
        hangUpNs = dialog.ackWait.layer().time().toMonotonicNs(image.readLong());
        refreshNs = dialog.ackWait.layer().time().toMonotonicNs(image.readLong());
        typeLength = image.readShort() & 0xFFFF;
        descriptionBytes = PooledBytes.decode(image, description, pool);
        if (seconds <= 0
                || hangUpNs == SessionRecord.NO_DEADLINE
                || (isDescribed() && typeLength > description.capacity())) {
            image.refuse();
        }
        if (image.isIntact()) {
            dialog.ackWait.layer().deadlines().schedule(this, Math.min(refreshNs, hangUpNs));
        } else {
            seconds = 0;
        }
    }

    /** Forgets everything before its dialog goes back to its pool. */
    void close() {
        dialog.ackWait.layer().deadlines().cancel(this);
        letGoOfDescription();
        seconds = 0;
        minimumSeconds = 0;
        raises = 0;
        isOurs = false;
        takesUpdate = false;
        hangUpNs = SessionRecord.NO_DEADLINE;
        refreshNs = SessionRecord.NO_DEADLINE;
    }

    @Override
    protected int slot() {
        return dialog.slot;
    }

    @Override
    protected void onDeadline(final long nowNs) {
        dialog.ackWait.layer().core().uac().refresher().onDue(dialog, this, nowNs);
    }
}
