package io.dialtone.diameter.codec;

import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One Diameter message where it lies: its header, and where its base AVPs are in the buffer it was read from, for everything that forwards or answers. Reused for
 * message after message by one thread; what it says is valid until the next parse or until the bytes change.
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------+-----------------------------------------------+
 *   |    Version    |                 Message Length                |
 *   +-+-+-+-+-------+-----------------------------------------------+
 *   |R P E T r r r r|                  Command Code                 |
 *   +---------------+-----------------------------------------------+
 *   |                         Application-ID                        |
 *   +---------------------------------------------------------------+
 *   |                      Hop-by-Hop Identifier                    |
 *   +---------------------------------------------------------------+
 *   |                      End-to-End Identifier                    |
 *   +---------------------------------------------------------------+
 *   |  AVPs ...
 * </pre>
 *
 * <p>Parsing walks over the AVPs at top level once, from header to header, and decides what must be right before a message can be forwarded: version, lengths, the
 * E bit, and that AVPs which say where a message goes are there once. Values and groups are left to who asks. Bytes outside the range handed in are never read. Nothing
 * that can be in the range makes it throw or allocate.
 *
 * <p>After {@link ParseResult#MALFORMED} what was understood can still be read, so that an answer can be built: the header if 20 bytes were there, and every AVP before the
 * one that is wrong; every offset that is not known is -1 and its length 0.
 */
@SuppressWarnings("EnumOrdinal") // The index holds ordinals: nothing outlives the process.
public final class DiameterMessage {
    /** Bytes before the first AVP. */
    public static final int HEADER_BYTES = 20;
    /** Longest message the wire allows, a multiple of four. */
    public static final int LENGTH_MAX = 0xFF_FFFC;
    /** The only version there is. */
    public static final int VERSION = 1;

    static final int FLAGS_OFFSET = 4;
    static final int APPLICATION_ID_OFFSET = 8;
    static final int HOP_BY_HOP_ID_OFFSET = 12;
    static final int END_TO_END_ID_OFFSET = 16;
    static final ByteOrder NETWORK = ByteOrder.BIG_ENDIAN;

    private static final int LENGTH_BYTES = 4;

    private final DiameterLimits limits;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final int[] first = new int[BaseAvp.COUNT];
    private final int[] count = new int[BaseAvp.COUNT];

    private Malformation malformation = Malformation.NONE;
    private int offset;
    private int messageLength;
    private boolean header;
    private int version;
    private int flags;
    private int commandCode;
    private int applicationId;
    private int hopByHopId;
    private int endToEndId;
    private int avpCount;
    private int avpsEnd;
    private int failedAvpOffset;
    private int failedAvpLength;

    public DiameterMessage(final DiameterLimits limits) {
        this.limits = limits;
        clear(0);
    }

    /**
     * Reads the first message of a stream's bytes.
     *
     * @return NEEDS_MORE if the message is not all there; {@link #messageLength()} says how long it is once four bytes are there
     */
    public ParseResult parse(final DirectBuffer from, final int fromOffset, final int available) {
        if (!Octets.isSameMemory(from, buffer)) {
            buffer.wrap(from);
        }
        buffer.boundsCheck(fromOffset, available);
        clear(fromOffset);
        if (available < LENGTH_BYTES) {
            return ParseResult.NEEDS_MORE;
        }
        final int word = buffer.getInt(fromOffset, NETWORK);
        final int length = word & 0xFF_FFFF;
        version = word >>> 24;
        if (version != VERSION) {
            return unreadable(Malformation.VERSION, available);
        }
        if (length < HEADER_BYTES || (length & 3) != 0) {
            return unreadable(Malformation.MESSAGE_LENGTH, available);
        }
        if (length > limits.messageBytesMax()) {
            return unreadable(Malformation.MESSAGE_TOO_LONG, available);
        }
        messageLength = length;
        if (available < length) {
            return ParseResult.NEEDS_MORE;
        }
        readHeader();
        if ((flags & (CommandFlags.REQUEST | CommandFlags.ERROR)) == (CommandFlags.REQUEST | CommandFlags.ERROR)) {
            fault(Malformation.HEADER_BITS);
        }
        walk(fromOffset + HEADER_BYTES, fromOffset + length);
        return malformation == Malformation.NONE ? ParseResult.COMPLETE : ParseResult.MALFORMED;
    }

    private void clear(final int from) {
        malformation = Malformation.NONE;
        offset = from;
        messageLength = 0;
        header = false;
        version = 0;
        flags = 0;
        commandCode = 0;
        applicationId = 0;
        hopByHopId = 0;
        endToEndId = 0;
        avpCount = 0;
        avpsEnd = from;
        failedAvpOffset = -1;
        failedAvpLength = 0;
        Arrays.fill(first, -1);
        Arrays.fill(count, 0);
    }

    /** Said as soon as four bytes are there: who waits for more may wait for 16 MiB. */
    private ParseResult unreadable(final Malformation why, final int available) {
        fault(why);
        if (available >= HEADER_BYTES) {
            readHeader();
        }
        return ParseResult.MALFORMED;
    }

    private void readHeader() {
        final int word = buffer.getInt(offset + FLAGS_OFFSET, NETWORK);
        header = true;
        flags = word >>> 24;
        commandCode = word & 0xFF_FFFF;
        applicationId = buffer.getInt(offset + APPLICATION_ID_OFFSET, NETWORK);
        hopByHopId = buffer.getInt(offset + HOP_BY_HOP_ID_OFFSET, NETWORK);
        endToEndId = buffer.getInt(offset + END_TO_END_ID_OFFSET, NETWORK);
        avpsEnd = offset + HEADER_BYTES;
    }

    /** Both ends are a multiple of four away from each other, so an AVP that ends within the message has its padding there, too. */
    private void walk(final int from, final int end) {
        int at = from;
        while (at < end) {
            final int left = end - at;
            if (left < AvpCursor.HEADER_BYTES) {
                faultAt(Malformation.AVP_LENGTH, at, left);
                return;
            }
            final int word = buffer.getInt(at + AvpCursor.FLAGS_OFFSET, NETWORK);
            final int length = word & 0xFF_FFFF;
            final boolean vendor = word < 0;
            final int headerLength = vendor ? AvpCursor.VENDOR_HEADER_BYTES : AvpCursor.HEADER_BYTES;
            if (length < headerLength || length > left) {
                faultAt(Malformation.AVP_LENGTH, at, Math.min(headerLength, left));
                return;
            }
            if (avpCount == limits.avpsMax()) {
                fault(Malformation.TOO_MANY_AVPS);
                return;
            }
            avpCount++;
            if (!vendor || buffer.getInt(at + AvpCursor.VENDOR_ID_OFFSET) == 0) {
                note(at, length);
            }
            at += Octets.padded(length);
            avpsEnd = at;
        }
    }

    private void note(final int at, final int length) {
        final int ordinal = BaseAvp.ordinalOf(buffer.getInt(at, NETWORK));
        if (ordinal == BaseAvp.NONE) {
            return;
        }
        if (count[ordinal]++ == 0) {
            first[ordinal] = at;
        } else if (BaseAvp.isAtMostOnce(ordinal)) {
            faultAt(Malformation.REPEATED_AVP, at, length);
        }
    }

    private void faultAt(final Malformation why, final int at, final int length) {
        if (malformation == Malformation.NONE) {
            malformation = why;
            failedAvpOffset = at;
            failedAvpLength = length;
        }
    }

    /** The first fault is the one that is answered. */
    private void fault(final Malformation why) {
        if (malformation == Malformation.NONE) {
            malformation = why;
        }
    }

    // The message

    /** Length of the message with its header, known as soon as four bytes are there; 0 before, and when {@link Malformation#closes()}. */
    public int messageLength() {
        return messageLength;
    }

    /** What is wrong with the message; NONE unless it was MALFORMED. */
    public Malformation malformation() {
        return malformation;
    }

    /** Whether it was a request and its header was there: only then can an answer be built. */
    public boolean isAnswerable() {
        return header && isRequest();
    }

    /** The memory that all offsets refer to. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Where the message begins. */
    public int offset() {
        return offset;
    }

    // The header

    public int version() {
        return version;
    }

    /** Bits of {@link CommandFlags}, and reserved ones as they came. */
    public int flags() {
        return flags;
    }

    public boolean isRequest() {
        return (flags & CommandFlags.REQUEST) != 0;
    }

    public boolean isProxiable() {
        return (flags & CommandFlags.PROXIABLE) != 0;
    }

    public boolean isError() {
        return (flags & CommandFlags.ERROR) != 0;
    }

    public boolean isRetransmitted() {
        return (flags & CommandFlags.RETRANSMITTED) != 0;
    }

    public int commandCode() {
        return commandCode;
    }

    /** Unsigned. */
    public int applicationId() {
        return applicationId;
    }

    /** Unsigned. */
    public int hopByHopId() {
        return hopByHopId;
    }

    /** Unsigned. */
    public int endToEndId() {
        return endToEndId;
    }

    // AVPs

    /** AVPs at top level that were understood. */
    public int avpCount() {
        return avpCount;
    }

    /** Where the first such AVP begins, or -1. */
    public int find(final BaseAvp avp) {
        return first[avp.ordinal()];
    }

    /** How many such AVPs there are at top level. */
    public int count(final BaseAvp avp) {
        return count[avp.ordinal()];
    }

    public boolean has(final BaseAvp avp) {
        return first[avp.ordinal()] >= 0;
    }

    /** Where the value of the first such AVP begins, or -1. */
    public int valueOffset(final BaseAvp avp) {
        final int at = first[avp.ordinal()];
        return at < 0 ? -1 : at + headerLength(at);
    }

    /** Length of that value without padding; 0 if there is none. */
    public int valueLength(final BaseAvp avp) {
        final int at = first[avp.ordinal()];
        return at < 0 ? 0 : avpLength(at) - headerLength(at);
    }

    /** Value of the first such AVP as a number from 0 to 2^32 - 1; -1 if there is none or it does not have four bytes. */
    public long unsigned32(final BaseAvp avp) {
        return valueLength(avp) == 4 ? Octets.unsigned32(buffer, valueOffset(avp)) : -1;
    }

    /** Whether the first such AVP has exactly these bytes. */
    public boolean valueEquals(final BaseAvp avp, final byte[] expected) {
        return has(avp) && Octets.equal(buffer, valueOffset(avp), valueLength(avp), expected);
    }

    /** As {@link #valueEquals}, but letters of either case are the same: identities and realms are names of DNS. */
    public boolean valueEqualsIgnoreCase(final BaseAvp avp, final byte[] expected) {
        return has(avp) && Octets.equalIgnoringCase(buffer, valueOffset(avp), valueLength(avp), expected);
    }

    private int headerLength(final int at) {
        return buffer.getByte(at + AvpCursor.FLAGS_OFFSET) < 0 ? AvpCursor.VENDOR_HEADER_BYTES : AvpCursor.HEADER_BYTES;
    }

    private int avpLength(final int at) {
        return buffer.getInt(at + AvpCursor.FLAGS_OFFSET, NETWORK) & 0xFF_FFFF;
    }

    /** Sets a cursor before the first AVP; it goes over those that were understood. */
    public void avps(final AvpCursor cursor) {
        final int from = Math.min(offset + HEADER_BYTES, avpsEnd);
        cursor.wrap(buffer, from, avpsEnd - from, 0, limits.depthMax());
    }

    /** Where the AVP that is wrong begins, or -1. */
    public int failedAvpOffset() {
        return failedAvpOffset;
    }

    /** Bytes of it that are within the message: only those of its header, or fewer, if its length lies. */
    public int failedAvpLength() {
        return failedAvpLength;
    }
}
