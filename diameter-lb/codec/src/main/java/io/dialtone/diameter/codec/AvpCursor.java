package io.dialtone.diameter.codec;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Walks over the AVPs of a message or of a group, one after the other, for whoever reads more than the index of {@link DiameterMessage} holds. One per thread and level of groups;
 * valid as long as the bytes.
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------------------------------------------------------+
 *   |                           AVP Code                            |
 *   +-+-+-+---------+-----------------------------------------------+
 *   |V M P r r r r r|                  AVP Length                   |
 *   +---------------+-----------------------------------------------+
 *   |                        Vendor-ID, if V                        |
 *   +---------------------------------------------------------------+
 *   |  Value ...                                     |   Padding    |
 * </pre>
 *
 * <p>An AVP whose length lies ends the walk: {@link #next()} is false and {@link #isMalformed()} true. The last AVP of a group may lack its padding, as some send it.
 *
 * <pre>
 *   message.avps(cursor);
 *   while (cursor.next()) {
 *       if (cursor.code() == SUBSCRIPTION_ID &amp;&amp; cursor.enter(members)) {
 *           while (members.next()) ...
 * </pre>
 */
public final class AvpCursor {
    static final int FLAGS_OFFSET = 4;
    static final int VENDOR_ID_OFFSET = 8;
    static final int HEADER_BYTES = 8;
    static final int VENDOR_HEADER_BYTES = 12;

    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

    private int limit;
    private int next;
    private int depth;
    private int depthMax;
    private boolean malformed;

    private int avpOffset;
    private int code;
    private int flags;
    private int vendorId;
    private int avpLength;
    private int headerLength;

    /** A cursor over nothing. */
    public AvpCursor() {
        stop(0);
    }

    /** Sets it before the first AVP of these bytes, with the default bound for groups within groups. */
    public void wrap(final DirectBuffer from, final int offset, final int length) {
        wrap(from, offset, length, 0, DiameterLimits.defaults().depthMax());
    }

    void wrap(final DirectBuffer from, final int offset, final int length, final int atDepth, final int depthBound) {
        if (!Octets.isSameMemory(from, buffer)) {
            buffer.wrap(from);
        }
        buffer.boundsCheck(offset, length);
        depth = atDepth;
        depthMax = depthBound;
        limit = offset + length;
        stop(offset);
    }

    private void stop(final int at) {
        next = at;
        malformed = false;
        nothing();
    }

    private void nothing() {
        avpOffset = -1;
        code = 0;
        flags = 0;
        vendorId = 0;
        avpLength = 0;
        headerLength = 0;
    }

    /** Goes to the next AVP. False at the end, and where an AVP's length lies; then there is no AVP to ask for. */
    public boolean next() {
        final int left = limit - next;
        if (left == 0 || malformed) {
            nothing();
            return false;
        }
        if (!isAvp(next, left)) {
            malformed = true;
            nothing();
            return false;
        }
        final int word = buffer.getInt(next + FLAGS_OFFSET, DiameterMessage.NETWORK);
        avpOffset = next;
        code = buffer.getInt(next, DiameterMessage.NETWORK);
        flags = word >>> 24;
        avpLength = word & 0xFF_FFFF;
        if (word < 0) {
            headerLength = VENDOR_HEADER_BYTES;
            vendorId = buffer.getInt(next + VENDOR_ID_OFFSET, DiameterMessage.NETWORK);
        } else {
            headerLength = HEADER_BYTES;
            vendorId = 0;
        }
        next += paddedLength();
        return true;
    }

    private boolean isAvp(final int at, final int left) {
        if (left < HEADER_BYTES) {
            return false;
        }
        final int word = buffer.getInt(at + FLAGS_OFFSET, DiameterMessage.NETWORK);
        final int length = word & 0xFF_FFFF;
        return length <= left && length >= (word < 0 ? VENDOR_HEADER_BYTES : HEADER_BYTES);
    }

    /** Whether the walk ended at bytes that are no AVP. */
    public boolean isMalformed() {
        return malformed;
    }

    /** The memory that all offsets refer to. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Groups that these AVPs are in: 0 at the top level of a message. */
    public int depth() {
        return depth;
    }

    // The AVP it stands on

    /** Unsigned; together with {@link #vendorId()} it says which AVP this is. */
    public int code() {
        return code;
    }

    /** Bits of {@link AvpFlags}, and reserved ones as they came. */
    public int flags() {
        return flags;
    }

    /** Unsigned; 0 for AVPs without a vendor, whether or not they have the V bit. */
    public int vendorId() {
        return vendorId;
    }

    public boolean isMandatory() {
        return (flags & AvpFlags.MANDATORY) != 0;
    }

    public boolean isVendorSpecific() {
        return (flags & AvpFlags.VENDOR) != 0;
    }

    /** Whether it is this AVP; vendor 0 for those without. */
    public boolean is(final int expectedCode, final int expectedVendorId) {
        return avpOffset >= 0 && code == expectedCode && vendorId == expectedVendorId;
    }

    /** Where its header begins, or -1 if the cursor stands on none. */
    public int avpOffset() {
        return avpOffset;
    }

    /** Length with header and without padding. */
    public int avpLength() {
        return avpLength;
    }

    /** Length with header and as much padding as there is. */
    public int paddedLength() {
        return avpOffset < 0 ? 0 : Math.min(Octets.padded(avpLength), limit - avpOffset);
    }

    public int valueOffset() {
        return avpOffset < 0 ? -1 : avpOffset + headerLength;
    }

    public int valueLength() {
        return avpLength - headerLength;
    }

    /** The value as a number from 0 to 2^32 - 1; -1 if it does not have four bytes. */
    public long unsigned32() {
        return valueLength() == 4 ? Octets.unsigned32(buffer, valueOffset()) : -1;
    }

    /** The value as eight bytes, which as an unsigned number may be negative here; {@code missing} if it does not have eight bytes. */
    public long unsigned64(final long missing) {
        return valueLength() == 8 ? buffer.getLong(valueOffset(), DiameterMessage.NETWORK) : missing;
    }

    /** A Time in seconds since 1970; {@code missing} if it does not have four bytes. */
    public long epochSecond(final long missing) {
        return valueLength() == 4 ? DiameterTime.epochSecond(Octets.unsigned32(buffer, valueOffset())) : missing;
    }

    /** Whether the value has exactly these bytes. */
    public boolean valueEquals(final byte[] expected) {
        return avpOffset >= 0 && Octets.equal(buffer, valueOffset(), valueLength(), expected);
    }

    /** As {@link #valueEquals}, but letters of either case are the same: identities and realms are names of DNS. */
    public boolean valueEqualsIgnoreCase(final byte[] expected) {
        return avpOffset >= 0 && Octets.equalIgnoringCase(buffer, valueOffset(), valueLength(), expected);
    }

    // Groups

    /**
     * Sets another cursor before the members of this AVP. Whether an AVP is a group only a dictionary knows; here only its first member is looked at.
     *
     * @return false if it does not begin with an AVP, or is in too many groups already; the other cursor then has nothing
     */
    public boolean enter(final AvpCursor child) {
        assert child != this : "a level of groups has a cursor of its own";
        final int length = valueLength();
        if (avpOffset < 0 || depth >= depthMax || (length > 0 && !isAvp(valueOffset(), length))) {
            child.limit = 0;
            child.stop(0);
            return false;
        }
        child.wrap(buffer, valueOffset(), length, depth + 1, depthMax);
        return true;
    }
}
