package io.dialtone.diameter.codec;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes messages of our own from the first byte, one at a time: requests, and answers to a request. Called only by the thread that owns it.
 *
 * <p>What does not fit makes {@link #isTooLong()} true and everything after it a no-op; nothing is written past the end. The V bit follows from the vendor: it is set
 * if that is not 0, whatever the flags say.
 *
 * <pre>
 *   writer.answer(buffer, 0, 4096, request, ResultCode.TOO_BUSY);
 *   writer.bytes(BaseAvp.ORIGIN_HOST.code(), AvpFlags.MANDATORY, 0, host);
 *   writer.bytes(BaseAvp.ORIGIN_REALM.code(), AvpFlags.MANDATORY, 0, realm);
 *   writer.copyAll(request, BaseAvp.PROXY_INFO);
 *   final int length = writer.end();
 * </pre>
 */
public final class DiameterWriter {
    /** Groups within groups that can be open at once. */
    public static final int GROUPS_MAX = 16;

    private final UnsafeBuffer out = new UnsafeBuffer(0, 0);
    private final int[] groups = new int[GROUPS_MAX];
    private final AvpCursor cursor = new AvpCursor();

    private int start;
    private int limit;
    private int position;
    private int openGroups;
    private boolean tooLong;

    /** Begins a message; its capacity need not be a multiple of four. */
    public void begin(
            final MutableDirectBuffer buffer,
            final int offset,
            final int capacity,
            final int flags,
            final int commandCode,
            final int applicationId,
            final int hopByHopId,
            final int endToEndId) {
        if (!Octets.isSameMemory(buffer, out)) {
            out.wrap(buffer);
        }
        out.boundsCheck(offset, capacity);
        start = offset;
        limit = offset + Math.min(capacity, DiameterMessage.LENGTH_MAX);
        position = offset;
        openGroups = 0;
        tooLong = false;
        if (reserve(DiameterMessage.HEADER_BYTES)) {
            putWord(0, DiameterMessage.VERSION << 24);
            putWord(DiameterMessage.FLAGS_OFFSET, flags << 24 | (commandCode & 0xFF_FFFF));
            putWord(DiameterMessage.APPLICATION_ID_OFFSET, applicationId);
            putWord(DiameterMessage.HOP_BY_HOP_ID_OFFSET, hopByHopId);
            putWord(DiameterMessage.END_TO_END_ID_OFFSET, endToEndId);
            position += DiameterMessage.HEADER_BYTES;
        }
    }

    /**
     * Begins an answer as RFC 6733 section 6.2 wants it: identifiers and P bit of the request, its Session-Id if it has one, Result-Code. The E bit is set for protocol errors.
     * The caller adds Origin-Host and Origin-Realm, {@link #failedAvp} if there is one, and at last {@code copyAll(request, BaseAvp.PROXY_INFO)}.
     */
    public void answer(
            final MutableDirectBuffer buffer,
            final int offset,
            final int capacity,
            final DiameterMessage request,
            final int resultCode) {
        begin(
                buffer,
                offset,
                capacity,
                (request.flags() & CommandFlags.PROXIABLE)
                        | (ResultCode.isProtocolError(resultCode) ? CommandFlags.ERROR : 0),
                request.commandCode(),
                request.applicationId(),
                request.hopByHopId(),
                request.endToEndId());
        copyFirst(request, BaseAvp.SESSION_ID);
        unsigned32(BaseAvp.RESULT_CODE.code(), AvpFlags.MANDATORY, 0, resultCode);
    }

    // Values

    /** Also for Integer32 and Enumerated: the lower 32 bits are written. */
    public void unsigned32(final int code, final int flags, final int vendorId, final long value) {
        if (header(code, flags, vendorId, 4)) {
            putWord(0, (int) value);
            position += 4;
        }
    }

    /** Also for Integer64. */
    public void unsigned64(final int code, final int flags, final int vendorId, final long value) {
        if (header(code, flags, vendorId, 8)) {
            putWord(0, (int) (value >>> 32));
            putWord(4, (int) value);
            position += 8;
        }
    }

    /** A Time of seconds since 1970. */
    public void time(final int code, final int flags, final int vendorId, final long epochSecond) {
        unsigned32(code, flags, vendorId, DiameterTime.wire(epochSecond));
    }

    public void bytes(final int code, final int flags, final int vendorId, final byte[] value) {
        if (header(code, flags, vendorId, value.length)) {
            out.putBytes(position, value);
            pad(value.length);
        }
    }

    public void bytes(
            final int code,
            final int flags,
            final int vendorId,
            final DirectBuffer value,
            final int offset,
            final int length) {
        if (header(code, flags, vendorId, length)) {
            out.putBytes(position, value, offset, length);
            pad(length);
        }
    }

    /** Text as UTF-8. Allocates: not for the message path. */
    public void text(final int code, final int flags, final int vendorId, final String value) {
        bytes(code, flags, vendorId, value.getBytes(StandardCharsets.UTF_8));
    }

    /** An Address. Allocates: not for the message path. */
    public void address(final int code, final int flags, final int vendorId, final InetAddress address) {
        final byte[] bytes = address.getAddress();
        final int length = DiameterAddress.FAMILY_BYTES + bytes.length;
        if (header(code, flags, vendorId, length)) {
            out.putShort(
                    position,
                    (short) (bytes.length == 4 ? DiameterAddress.FAMILY_IPV4 : DiameterAddress.FAMILY_IPV6),
                    DiameterMessage.NETWORK);
            out.putBytes(position + DiameterAddress.FAMILY_BYTES, bytes);
            pad(length);
        }
    }

    // AVPs of another message

    /** Copies an AVP with its header as it is; the length is that without padding. */
    public void copyAvp(final DirectBuffer from, final int avpOffset, final int avpLength) {
        if (reserve(avpLength)) {
            out.putBytes(position, from, avpOffset, avpLength);
            pad(avpLength);
        }
    }

    /** Copies all such AVPs at top level in their order. */
    public void copyAll(final DiameterMessage from, final BaseAvp avp) {
        int left = from.count(avp);
        from.avps(cursor);
        while (left > 0 && cursor.next()) {
            if (cursor.is(avp.code(), 0)) {
                copyAvp(cursor.buffer(), cursor.avpOffset(), cursor.avpLength());
                left--;
            }
        }
    }

    /** Copies the first such AVP at top level, if there is one. */
    public void copyFirst(final DiameterMessage from, final BaseAvp avp) {
        final int at = from.find(avp);
        if (at >= 0) {
            copyAvp(from.buffer(), at, from.valueOffset(avp) - at + from.valueLength(avp));
        }
    }

    /**
     * Adds a Failed-AVP with the AVP that made a message malformed, if there is one. Where its length lies, RFC 6733 section 7.1.5 wants its header and the shortest payload of zeros: the
     * length is set right, or our answer would be as malformed as the request, and what of the header was not there is zero, too.
     */
    public void failedAvp(final DiameterMessage request) {
        final int at = request.failedAvpOffset();
        if (at < 0) {
            return;
        }
        final int length = request.failedAvpLength();
        beginGroup(BaseAvp.FAILED_AVP.code(), AvpFlags.MANDATORY, 0);
        if (request.malformation() == Malformation.AVP_LENGTH) {
            zeroAvp(request.buffer(), at, length);
        } else {
            copyAvp(request.buffer(), at, length);
        }
        endGroup();
    }

    private void zeroAvp(final DirectBuffer from, final int at, final int length) {
        final int code = from.getInt(at, DiameterMessage.NETWORK);
        final int flags = length > AvpCursor.FLAGS_OFFSET ? from.getByte(at + AvpCursor.FLAGS_OFFSET) & 0xFF : 0;
        final boolean vendor = (flags & AvpFlags.VENDOR) != 0;
        final int vendorId = length >= AvpCursor.VENDOR_HEADER_BYTES
                ? from.getInt(at + AvpCursor.VENDOR_ID_OFFSET, DiameterMessage.NETWORK)
                : 0;
        final int headerLength = vendor ? AvpCursor.VENDOR_HEADER_BYTES : AvpCursor.HEADER_BYTES;
        final int valueLength = vendor ? 0 : BaseAvp.valueBytesMin(code);
        if (reserve(headerLength + valueLength)) {
            putWord(0, code);
            putWord(AvpCursor.FLAGS_OFFSET, flags << 24 | (headerLength + valueLength));
            if (vendor) {
                putWord(AvpCursor.VENDOR_ID_OFFSET, vendorId);
            }
            out.setMemory(position + headerLength, Octets.padded(valueLength), (byte) 0);
            position += headerLength + Octets.padded(valueLength);
        }
    }

    // Groups

    /** What is written until {@link #endGroup} is within this AVP. */
    public void beginGroup(final int code, final int flags, final int vendorId) {
        final int at = position;
        if (openGroups == GROUPS_MAX) {
            tooLong = true;
        }
        if (header(code, flags, vendorId, 0)) {
            groups[openGroups] = at;
        }
        openGroups++;
    }

    public void endGroup() {
        if (openGroups == 0) {
            throw new IllegalStateException("no group is open");
        }
        openGroups--;
        if (!tooLong) {
            final int at = groups[openGroups] + AvpCursor.FLAGS_OFFSET;
            final int flags = out.getByte(at) & 0xFF;
            out.putInt(at, flags << 24 | (position - groups[openGroups]), DiameterMessage.NETWORK);
        }
    }

    // The end

    /** Fills in the message's length and returns it; 0 if it did not fit. */
    public int end() {
        if (openGroups != 0) {
            throw new IllegalStateException(openGroups + " groups are open");
        }
        if (tooLong) {
            return 0;
        }
        final int length = position - start;
        out.putInt(start, DiameterMessage.VERSION << 24 | length, DiameterMessage.NETWORK);
        return length;
    }

    /** Whether something did not fit: too little room, more than the wire allows, or too many groups. */
    public boolean isTooLong() {
        return tooLong;
    }

    private boolean header(final int code, final int flags, final int vendorId, final int valueLength) {
        final int headerLength = vendorId == 0 ? AvpCursor.HEADER_BYTES : AvpCursor.VENDOR_HEADER_BYTES;
        if (valueLength < 0 || valueLength > DiameterMessage.LENGTH_MAX || !reserve(headerLength + valueLength)) {
            tooLong = true;
            return false;
        }
        final int bits = vendorId == 0 ? flags & ~AvpFlags.VENDOR : flags | AvpFlags.VENDOR;
        putWord(0, code);
        putWord(AvpCursor.FLAGS_OFFSET, bits << 24 | (headerLength + valueLength));
        if (vendorId != 0) {
            putWord(AvpCursor.VENDOR_ID_OFFSET, vendorId);
        }
        position += headerLength;
        return true;
    }

    private boolean reserve(final int length) {
        if (tooLong || Octets.padded(length) > limit - position) {
            tooLong = true;
            return false;
        }
        return true;
    }

    private void pad(final int length) {
        position += length;
        for (int i = length; (i & 3) != 0; i++) {
            out.putByte(position++, (byte) 0);
        }
    }

    private void putWord(final int at, final int word) {
        out.putInt(position + at, word, DiameterMessage.NETWORK);
    }
}
