package io.dialtone.runtime.sip;

import io.dialtone.api.EventInterest;
import io.dialtone.api.SipWatch;
import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.TurnTime;
import io.dialtone.state.api.SessionRecord;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Something that a service has subscribed to (RFC 6665 section 4.1): how far it has come, what its SUBSCRIBE says, and when the next thing is to be done. Belongs to a session; its dialog, which its first
 * NOTIFY begins, is its own. Called only by the owning worker.
 */
final class Watch extends Deadline {
    /** A longer SUBSCRIBE could not be kept. */
    static final int REQUEST_BYTES_MAX = 1 << 13;

    private static final int FLAG_RENEWED = 1;
    private static final int FLAG_BY_FLOW = 2;
    private static final int FLAG_LEAVING = 4;
    private static final int FLAG_LEAVE_SENT = 8;
    private static final int FLAG_REFRESH_ASKED = 16;

    /** Codes of images; a number, once given, never means another. */
    private static final SipWatch.State[] STATES = {
        SipWatch.State.ASKED, SipWatch.State.PENDING, SipWatch.State.ACTIVE, SipWatch.State.LEAVING, SipWatch.State.AWAY
    };

    final SipSession<?> session;
    final String name;
    final String event;
    final String id;
    final boolean isRenewed;
    /** True if its SUBSCRIBE goes the way that its door leads, whatever its routes say. */
    final boolean isByFlow;
    /** By which its SUBSCRIBE leaves that begins it. */
    final ReplyPort door = new ReplyPort();

    /** The SUBSCRIBE that has begun it, as it was sent last. */
    private final UnsafeBuffer request = new UnsafeBuffer(0, 0);

    SipWatch.State state = SipWatch.State.ASKED;
    /** For how long it is asked for. */
    int seconds;
    /** Null before its first NOTIFY, and when it is over or away. */
    @Nullable
    Dialog dialog;

    /** The SUBSCRIBE that has no answer yet. */
    @Nullable
    ClientTransaction outstanding;

    /** True if nothing more is wanted. */
    boolean isLeaving;
    /** True if that was said. */
    boolean isLeaveSent;
    /** True if the service wants it refreshed when the SUBSCRIBE before has its answer. */
    boolean isRefreshAsked;

    long expiresNs = SessionRecord.NO_DEADLINE;
    /** When to say SUBSCRIBE next. */
    long askNs = SessionRecord.NO_DEADLINE;
    /** When to wait no longer: for the first NOTIFY (timer N), or for the last. */
    long patienceNs = SessionRecord.NO_DEADLINE;
    /** When its first NOTIFY came. */
    long begunNs = SessionRecord.NO_DEADLINE;
    /** How often a longer time was wanted. */
    int raises;
    /** How often in a row it was begun anew and has not lasted. */
    int returns;
    /** The last refusal of a SUBSCRIBE, or 0. */
    int status;

    /** How it has ended, in the event in which it has. */
    SipWatch.@Nullable Cause cause;

    String reason = "";
    int retryAfterSeconds = SubscriptionState.UNSAID;

    Watch(final SipSession<?> session, final String name, final EventInterest interest, final boolean isByFlow) {
        this.session = session;
        this.name = name;
        event = interest.event();
        id = interest.id();
        seconds = (int) interest.expires().toSeconds();
        isRenewed = interest.isRenewed();
        this.isByFlow = isByFlow;
        isLeaving = seconds == 0;
    }

    private Watch(
            final SipSession<?> session,
            final String name,
            final String event,
            final String id,
            final boolean isRenewed,
            final boolean isByFlow) {
        this.session = session;
        this.name = name;
        this.event = event;
        this.id = id;
        this.isRenewed = isRenewed;
        this.isByFlow = isByFlow;
    }

    /** Keeps the SUBSCRIBE that begins it. */
    void keep(final DirectBuffer message, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        message.getBytes(offset, bytes);
        request.wrap(bytes);
    }

    DirectBuffer request() {
        return request;
    }

    /** True if it was asked for only once. */
    boolean isFetch() {
        return seconds == 0;
    }

    /** True if a NOTIFY has come since its SUBSCRIBE. */
    boolean isBegun() {
        return begunNs != SessionRecord.NO_DEADLINE;
    }

    /** The next thing that time brings. */
    long nextNs() {
        return Math.min(Math.min(expiresNs, askNs), patienceNs);
    }

    /** Nothing is to be done any more. */
    void stopTimers() {
        expiresNs = SessionRecord.NO_DEADLINE;
        askNs = SessionRecord.NO_DEADLINE;
        patienceNs = SessionRecord.NO_DEADLINE;
    }

    /**
     * Writes what another owner must know to go on.
     *
     * <pre>
     *  name, event, id, each: length (16), characters (16 each) · flags (8): 1 renewed, 2 by flow, 4 leaving, 8 that was said, 16 to be refreshed · state (8) · seconds asked for (32)
     *  raises (8) · returns (8) · last refusal (16) · end, next SUBSCRIBE, end of patience, first NOTIFY, each ns since 1970 (64), or never
     *  place of its dialog (16), or -1 · place of the SUBSCRIBE without answer among the requests of our own (16), or -1 · door, as ReplyPort writes it
     *  the SUBSCRIBE that has begun it: length (32), bytes
     * </pre>
     */
    void encode(final TurnTime time, final ImageWriter image) {
        image.putText(name)
                .putText(event)
                .putText(id)
                .putByte((isRenewed ? FLAG_RENEWED : 0)
                        | (isByFlow ? FLAG_BY_FLOW : 0)
                        | (isLeaving ? FLAG_LEAVING : 0)
                        | (isLeaveSent ? FLAG_LEAVE_SENT : 0)
                        | (isRefreshAsked ? FLAG_REFRESH_ASKED : 0))
                .putByte(stateCode())
                .putInt(seconds)
                .putByte(raises)
                .putByte(returns)
                .putShort(status)
                .putLong(time.toWallNs(expiresNs))
                .putLong(time.toWallNs(askNs))
                .putLong(time.toWallNs(patienceNs))
                .putLong(time.toWallNs(begunNs))
                .putShort(session.placeOf(dialog))
                .putShort(outstanding == null ? -1 : session.clients.indexOf(outstanding));
        door.encode(image);
        image.putBytes(request, 0, request.capacity());
    }

    private int stateCode() {
        for (int code = 0; code < STATES.length; code++) {
            if (STATES[code] == state) {
                return code;
            }
        }
        throw new AssertionError(state + " is never written");
    }

    /** Reads what {@link #encode} wrote; whether its SUBSCRIBE is one is for who reads it. */
    static @Nullable Watch decode(final TurnTime time, final SipSession<?> session, final ImageReader image) {
        final String name = image.readText();
        final String event = image.readText();
        final String id = image.readText();
        final int flags = image.readByte();
        final Watch read =
                new Watch(session, name, event, id, (flags & FLAG_RENEWED) != 0, (flags & FLAG_BY_FLOW) != 0);
        read.isLeaving = (flags & FLAG_LEAVING) != 0;
        read.isLeaveSent = (flags & FLAG_LEAVE_SENT) != 0;
        read.isRefreshAsked = (flags & FLAG_REFRESH_ASKED) != 0;
        final int code = image.readByte();
        read.seconds = image.readInt();
        read.raises = image.readByte();
        read.returns = image.readByte();
        read.status = image.readShort();
        read.expiresNs = time.toMonotonicNs(image.readLong());
        read.askNs = time.toMonotonicNs(image.readLong());
        read.patienceNs = time.toMonotonicNs(image.readLong());
        read.begunNs = time.toMonotonicNs(image.readLong());
        read.dialog = session.dialogAt(image.readShort(), image);
        final int place = image.readShort();
        read.outstanding = place == -1 ? null : session.clientAt(place, image);
        read.door.decode(image);
        final int length = image.readLength(REQUEST_BYTES_MAX);
        if (length <= 0 || code < 0 || code >= STATES.length || read.seconds < 0) {
            image.refuse();
            return null;
        }
        read.keep(image.buffer(), image.position(), length);
        image.skip(length);
        read.state = STATES[code];
        if (read.outstanding == null && read.nextNs() == SessionRecord.NO_DEADLINE) {
            image.refuse(); // nothing would ever end it
        }
        return image.isIntact() ? read : null;
    }

    @Override
    protected int slot() {
        return session.slot();
    }

    @Override
    protected void onDeadline(final long nowNs) {
        session.subscriber().onDue(this, nowNs);
    }
}
