package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What will be said of a call when it has ended: who, when, how. It is a part of its session's image, so that whoever owns the session at the end knows the beginning. Pooled with its session; for one
 * thread.
 *
 * <pre>
 *  flags (8): 1 of ours, 2 answered, 4 ended, 8 passed on · ended by (8) · last status (16) · number of owners (8) · take-overs (8) · length of the leg's name (8) · free (8)
 *  began, rang, answered, ended: ns since 1970 (64 each), 0 for never · incarnation of the last owner (64) · incarnation of who has told of the end (64), or 0
 *  members that owned it, the first {@value #OWNERS_MAX} (16 each) · lengths of Call-ID, From, To and target (16 each) · name of the leg · Call-ID · URI of From · URI of To · URI of the target
 * </pre>
 */
public final class CallRecord {
    /** Who ended a call. */
    public enum EndedBy {
        /** Nobody yet. */
        NOBODY,
        /** The other end: a BYE, a CANCEL, a refusal of our INVITE. */
        PEER,
        /** The service, or the platform for it: a BYE, a CANCEL, a refusal of the peer's INVITE. */
        SERVICE,
        /** An answer or an ACK that never came. */
        TIMEOUT,
        /** The caller of a call that was passed on: a BYE, a CANCEL. */
        CALLER,
        /** The callee of a call that was passed on: a BYE, a refusal. */
        CALLEE,
        /** Nobody: a call that was passed on, and of which nothing was heard for too long. */
        SILENCE
    }

    /** So many owners are named; more are counted. */
    public static final int OWNERS_MAX = 8;

    /** No longer one is written whole. */
    static final int CALL_ID_BYTES_MAX = 512;

    static final int URI_BYTES_MAX = 256;

    private static final int FLAGS_OFFSET = 0;
    private static final int ENDED_BY_OFFSET = 1;
    private static final int STATUS_OFFSET = 2;
    private static final int OWNERS_COUNT_OFFSET = 4;
    private static final int TAKE_OVERS_OFFSET = 5;
    private static final int LEG_LENGTH_OFFSET = 6;
    private static final int TIMES_OFFSET = 8;
    private static final int OWNER_INCARNATION_OFFSET = 40;
    private static final int TOLD_BY_OFFSET = 48;
    private static final int OWNERS_OFFSET = 56;
    private static final int TEXT_LENGTHS_OFFSET = OWNERS_OFFSET + OWNERS_MAX * Short.BYTES;
    private static final int HEADER_BYTES = TEXT_LENGTHS_OFFSET + 4 * Short.BYTES;
    private static final int LEG_BYTES_MAX = 127;
    /** Place of the target among the texts. */
    private static final int TARGET = 3;

    /** The longest that {@link #encode} writes. */
    public static final int ENCODED_BYTES_MAX = HEADER_BYTES + LEG_BYTES_MAX + CALL_ID_BYTES_MAX + 3 * URI_BYTES_MAX;

    private static final int FLAG_OURS = 1;
    private static final int FLAG_ANSWERED = 2;
    private static final int FLAG_ENDED = 4;
    private static final int FLAG_PROXIED = 8;
    private static final int BYTE_MAX = 255;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final EndedBy[] ENDED_BY = EndedBy.values();

    private final short[] owners = new short[OWNERS_MAX];
    private final int[] textLengths = new int[4];
    private byte[] text = new byte[256];
    private String leg = "";
    private int flags;
    private EndedBy endedBy = EndedBy.NOBODY;
    private int status;
    private int ownersCount;
    private int takeOvers;
    private long beganNs;
    private long rangNs;
    private long answeredNs;
    private long endedNs;
    private long ownerIncarnation;
    private long toldBy;

    /** An empty one. */
    public CallRecord() {}

    // ---- what happens; called only by the owning worker

    void begin(
            final String name,
            final boolean isOurs,
            final SipMessage invite,
            final NameAddrView address,
            final CallLog log,
            final long wallNs) {
        leg = name;
        flags = isOurs ? FLAG_OURS : 0;
        endedBy = EndedBy.NOBODY;
        status = 0;
        ownersCount = 0;
        takeOvers = 0;
        beganNs = wallNs;
        rangNs = 0;
        answeredNs = 0;
        endedNs = 0;
        toldBy = 0;
        Arrays.fill(textLengths, 0);
        putText(0, invite.buffer(), invite.callIdOffset(), Math.min(invite.callIdLength(), CALL_ID_BYTES_MAX));
        putUri(1, invite, HeaderName.FROM, address);
        putUri(2, invite, HeaderName.TO, address);
        addOwner(log);
    }

    private void putUri(final int which, final SipMessage invite, final HeaderName header, final NameAddrView address) {
        final int index = invite.firstHeader(header);
        if (index >= 0 && address.wrap(invite, index)) {
            putText(which, invite.buffer(), address.uriOffset(), Math.min(address.uriLength(), URI_BYTES_MAX));
        }
    }

    private void putText(final int which, final DirectBuffer buffer, final int offset, final int length) {
        final int end = textEnd(which);
        ensure(end + length);
        buffer.getBytes(offset, text, end, length);
        textLengths[which] = length;
    }

    private void ensure(final int length) {
        if (text.length < length) {
            text = Arrays.copyOf(text, Math.max(2 * text.length, length));
        }
    }

    private int textEnd(final int which) {
        int end = 0;
        for (int i = 0; i < which; i++) {
            end += textLengths[i];
        }
        return end;
    }

    void onRinging(final int newStatus, final long wallNs) {
        status = newStatus;
        rangNs = rangNs == 0 ? wallNs : rangNs;
    }

    void onAnswered(final int newStatus, final long wallNs) {
        status = newStatus;
        flags |= FLAG_ANSWERED;
        answeredNs = wallNs;
    }

    void onEnded(final EndedBy by, final long wallNs) {
        flags |= FLAG_ENDED;
        endedBy = by;
        endedNs = wallNs;
    }

    void status(final int newStatus) {
        status = newStatus;
    }

    /** From now on the call is one that was passed on. */
    void onProxied() {
        flags |= FLAG_PROXIED;
    }

    /** Who has accepted it, of those it was passed on to. */
    void target(final String uri) {
        textLengths[TARGET] = 0;
        final int end = textEnd(TARGET);
        final int length = Math.min(uri.length(), URI_BYTES_MAX);
        ensure(end + length);
        for (int i = 0; i < length; i++) {
            text[end + i] = (byte) uri.charAt(i); // URIs are ASCII
        }
        textLengths[TARGET] = length;
    }

    /** Another who has accepted the same INVITE. */
    void beginFork(final CallRecord first, final String name) {
        leg = name;
        flags = first.flags & ~(FLAG_ANSWERED | FLAG_ENDED);
        endedBy = EndedBy.NOBODY;
        status = first.status;
        ownersCount = first.ownersCount;
        takeOvers = first.takeOvers;
        System.arraycopy(first.owners, 0, owners, 0, OWNERS_MAX);
        beganNs = first.beganNs;
        rangNs = first.rangNs;
        answeredNs = 0;
        endedNs = 0;
        ownerIncarnation = first.ownerIncarnation;
        toldBy = 0;
        System.arraycopy(first.textLengths, 0, textLengths, 0, textLengths.length);
        ensure(first.text.length);
        System.arraycopy(first.text, 0, text, 0, first.text.length);
        textLengths[TARGET] = 0;
    }

    /** Its session has come to this node; true if it has ended, and this node has not told anybody yet. */
    boolean onOwner(final CallLog log) {
        if (isEnded()) {
            return toldBy != log.incarnation();
        }
        if (ownerIncarnation != log.incarnation()) {
            takeOvers = Math.min(takeOvers + 1, BYTE_MAX);
            addOwner(log);
        }
        return false;
    }

    private void addOwner(final CallLog log) {
        ownerIncarnation = log.incarnation();
        if (ownersCount < OWNERS_MAX) {
            owners[ownersCount++] = (short) log.member();
        }
    }

    void toldBy(final long incarnation) {
        toldBy = incarnation;
    }

    // ---- as bytes

    /** Writes it; returns its length, at most {@link #ENCODED_BYTES_MAX}. */
    public int encode(final MutableDirectBuffer to, final int offset) {
        to.putByte(offset + FLAGS_OFFSET, (byte) flags);
        to.putByte(offset + ENDED_BY_OFFSET, codeOf(endedBy));
        to.putShort(offset + STATUS_OFFSET, (short) status, ORDER);
        to.putByte(offset + OWNERS_COUNT_OFFSET, (byte) ownersCount);
        to.putByte(offset + TAKE_OVERS_OFFSET, (byte) takeOvers);
        to.putByte(offset + LEG_LENGTH_OFFSET, (byte) leg.length());
        to.putByte(offset + LEG_LENGTH_OFFSET + 1, (byte) 0);
        to.putLong(offset + TIMES_OFFSET, beganNs, ORDER);
        to.putLong(offset + TIMES_OFFSET + 8, rangNs, ORDER);
        to.putLong(offset + TIMES_OFFSET + 16, answeredNs, ORDER);
        to.putLong(offset + TIMES_OFFSET + 24, endedNs, ORDER);
        to.putLong(offset + OWNER_INCARNATION_OFFSET, ownerIncarnation, ORDER);
        to.putLong(offset + TOLD_BY_OFFSET, toldBy, ORDER);
        for (int i = 0; i < OWNERS_MAX; i++) {
            to.putShort(offset + OWNERS_OFFSET + i * Short.BYTES, owners[i], ORDER);
        }
        for (int i = 0; i < textLengths.length; i++) {
            to.putShort(offset + TEXT_LENGTHS_OFFSET + i * Short.BYTES, (short) textLengths[i], ORDER);
        }
        int at = offset + HEADER_BYTES;
        for (int i = 0; i < leg.length(); i++) {
            to.putByte(at++, (byte) leg.charAt(i)); // names of legs are ASCII
        }
        final int textLength = textEnd(textLengths.length);
        to.putBytes(at, text, 0, textLength);
        return at + textLength - offset;
    }

    /** Reads what {@link #encode} wrote; false if these bytes are none. */
    public boolean decode(final DirectBuffer from, final int offset, final int length) {
        if (length < HEADER_BYTES || length > ENCODED_BYTES_MAX) {
            return false;
        }
        flags = from.getByte(offset + FLAGS_OFFSET);
        final int by = from.getByte(offset + ENDED_BY_OFFSET);
        status = from.getShort(offset + STATUS_OFFSET, ORDER);
        ownersCount = from.getByte(offset + OWNERS_COUNT_OFFSET);
        takeOvers = from.getByte(offset + TAKE_OVERS_OFFSET) & BYTE_MAX;
        final int legLength = from.getByte(offset + LEG_LENGTH_OFFSET);
        beganNs = from.getLong(offset + TIMES_OFFSET, ORDER);
        rangNs = from.getLong(offset + TIMES_OFFSET + 8, ORDER);
        answeredNs = from.getLong(offset + TIMES_OFFSET + 16, ORDER);
        endedNs = from.getLong(offset + TIMES_OFFSET + 24, ORDER);
        ownerIncarnation = from.getLong(offset + OWNER_INCARNATION_OFFSET, ORDER);
        toldBy = from.getLong(offset + TOLD_BY_OFFSET, ORDER);
        for (int i = 0; i < OWNERS_MAX; i++) {
            owners[i] = from.getShort(offset + OWNERS_OFFSET + i * Short.BYTES, ORDER);
        }
        int textLength = 0;
        for (int i = 0; i < textLengths.length; i++) {
            textLengths[i] = from.getShort(offset + TEXT_LENGTHS_OFFSET + i * Short.BYTES, ORDER) & 0xFFFF;
            textLength += textLengths[i];
        }
        if (by < 0
                || by >= ENDED_BY.length
                || ownersCount < 0
                || ownersCount > OWNERS_MAX
                || legLength < 0
                || HEADER_BYTES + legLength + textLength != length) {
            return false;
        }
        endedBy = ENDED_BY[by];
        final byte[] name = new byte[legLength];
        from.getBytes(offset + HEADER_BYTES, name);
        leg = new String(name, StandardCharsets.US_ASCII);
        if (text.length < textLength) {
            text = new byte[textLength];
        }
        from.getBytes(offset + HEADER_BYTES + legLength, text, 0, textLength);
        return true;
    }

    private static byte codeOf(final EndedBy by) {
        return switch (by) {
            case NOBODY -> 0;
            case PEER -> 1;
            case SERVICE -> 2;
            case TIMEOUT -> 3;
            case CALLER -> 4;
            case CALLEE -> 5;
            case SILENCE -> 6;
        };
    }

    // ---- for who tells

    public String leg() {
        return leg;
    }

    /** True if the service has begun the call. */
    public boolean isOurs() {
        return (flags & FLAG_OURS) != 0;
    }

    /** True if the service has passed the call on. */
    public boolean isProxied() {
        return (flags & FLAG_PROXIED) != 0;
    }

    public boolean isAnswered() {
        return (flags & FLAG_ANSWERED) != 0;
    }

    public boolean isEnded() {
        return (flags & FLAG_ENDED) != 0;
    }

    public EndedBy endedBy() {
        return endedBy;
    }

    /** The last status of its INVITE. */
    public int status() {
        return status;
    }

    public String callId() {
        return text(0);
    }

    /** URI of From. */
    public String from() {
        return text(1);
    }

    /** URI of To. */
    public String to() {
        return text(2);
    }

    /** URI of the target that has accepted a call that was passed on; empty if it is none, or nobody has. */
    public String target() {
        return text(TARGET);
    }

    private String text(final int which) {
        return new String(text, textEnd(which), textLengths[which], StandardCharsets.UTF_8);
    }

    /** In ns since 1970, as are all its times; 0 for what has not happened. */
    public long beganNs() {
        return beganNs;
    }

    public long rangNs() {
        return rangNs;
    }

    public long answeredNs() {
        return answeredNs;
    }

    public long endedNs() {
        return endedNs;
    }

    /** Members that have owned its session, oldest first. */
    public int[] owners() {
        final int[] numbers = new int[ownersCount];
        for (int i = 0; i < ownersCount; i++) {
            numbers[i] = owners[i] & 0xFFFF;
        }
        return numbers;
    }

    /** How often its session has gone to another node, as far as something happened to it there. */
    public int takeOvers() {
        return takeOvers;
    }
}
