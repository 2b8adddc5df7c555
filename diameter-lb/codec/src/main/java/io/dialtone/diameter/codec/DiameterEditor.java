package io.dialtone.diameter.codec;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Changes a message on its way without building it again: identifiers and flags in place, or a copy in which AVPs are left out, have another value, or stand at the end. For
 * agents; one per thread.
 *
 * <p>The message must not change between {@link #begin} and {@link #end}. Positions are those of AVPs at top level of the message as it was parsed; changes may be asked for in any
 * order, and of two for one AVP the later holds. What does not fit makes {@link #end} return 0, and then nothing was written.
 *
 * <pre>
 *   editor.begin(request, buffer, 0, capacity);
 *   editor.hopByHopId(ours);
 *   editor.append(BaseAvp.ROUTE_RECORD.code(), AvpFlags.MANDATORY, 0, previousPeer);
 *   final int length = editor.end();
 * </pre>
 */
public final class DiameterEditor {
    /** AVPs that can be left out or get another value. */
    public static final int EDITS_MAX = 16;
    /** Bytes of AVPs that can be appended. */
    public static final int APPENDED_BYTES_MAX = 8_192;
    /** Bytes of all other values together. */
    public static final int REPLACED_BYTES_MAX = 8_192;

    private static final int REMOVED = -1;
    private static final int PROXY_HOST = 280;
    private static final int PROXY_STATE = 33;

    private final DiameterWriter appended = new DiameterWriter();
    private final UnsafeBuffer appendedBytes =
            new UnsafeBuffer(ByteBuffer.allocateDirect(DiameterMessage.HEADER_BYTES + APPENDED_BYTES_MAX));
    private final UnsafeBuffer replacedBytes = new UnsafeBuffer(ByteBuffer.allocateDirect(REPLACED_BYTES_MAX));
    private final int[] at = new int[EDITS_MAX];
    private final int[] valueFrom = new int[EDITS_MAX];
    private final int[] valueLength = new int[EDITS_MAX];
    private final UnsafeBuffer from = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer to = new UnsafeBuffer(0, 0);

    private int fromOffset;
    private int fromLength;
    private int toOffset;
    private int capacity;
    private int flags;
    private int hopByHopId;
    private int endToEndId;
    private int edits;
    private int replacedLength;
    private boolean refused;

    // In place

    /** Writes another Hop-by-Hop Identifier into the message that begins there. */
    public static void hopByHopId(final MutableDirectBuffer buffer, final int messageOffset, final int id) {
        buffer.putInt(messageOffset + DiameterMessage.HOP_BY_HOP_ID_OFFSET, id, DiameterMessage.NETWORK);
    }

    /** Writes other flags into the message that begins there. */
    public static void flags(final MutableDirectBuffer buffer, final int messageOffset, final int flags) {
        buffer.putByte(messageOffset + DiameterMessage.FLAGS_OFFSET, (byte) flags);
    }

    // A copy

    /**
     * Forgets all changes and takes up a message that was parsed as COMPLETE.
     *
     * @param target where the copy goes; not where the message lies
     */
    public void begin(
            final DiameterMessage message, final MutableDirectBuffer target, final int offset, final int room) {
        if (!Octets.isSameMemory(message.buffer(), from)) {
            from.wrap(message.buffer());
        }
        if (!Octets.isSameMemory(target, to)) {
            to.wrap(target);
        }
        to.boundsCheck(offset, room);
        fromOffset = message.offset();
        fromLength = message.messageLength();
        toOffset = offset;
        capacity = Math.min(room, DiameterMessage.LENGTH_MAX);
        flags = message.flags();
        hopByHopId = message.hopByHopId();
        endToEndId = message.endToEndId();
        edits = 0;
        replacedLength = 0;
        refused = fromLength == 0;
        appended.begin(appendedBytes, 0, appendedBytes.capacity(), 0, 0, 0, 0, 0);
    }

    public void hopByHopId(final int id) {
        hopByHopId = id;
    }

    public void endToEndId(final int id) {
        endToEndId = id;
    }

    public void flags(final int bits) {
        flags = bits;
    }

    /** Leaves out the AVP that begins there. */
    public void remove(final int avpOffset) {
        edit(avpOffset, 0, REMOVED);
    }

    /** Gives the AVP that begins there another value, of any length. */
    public void replaceValue(final int avpOffset, final byte[] value, final int offset, final int length) {
        if (length > REPLACED_BYTES_MAX - replacedLength) {
            refused = true;
            return;
        }
        replacedBytes.putBytes(replacedLength, value, offset, length);
        edit(avpOffset, replacedLength, length);
        replacedLength += length;
    }

    /** As above, of bytes in a buffer. */
    public void replaceValue(final int avpOffset, final DirectBuffer value, final int offset, final int length) {
        if (length > REPLACED_BYTES_MAX - replacedLength) {
            refused = true;
            return;
        }
        replacedBytes.putBytes(replacedLength, value, offset, length);
        edit(avpOffset, replacedLength, length);
        replacedLength += length;
    }

    /** Appends an AVP. */
    public void append(final int code, final int avpFlags, final int vendorId, final byte[] value) {
        appended.bytes(code, avpFlags, vendorId, value);
    }

    /** As above, of bytes in a buffer. */
    public void append(
            final int code,
            final int avpFlags,
            final int vendorId,
            final DirectBuffer value,
            final int offset,
            final int length) {
        appended.bytes(code, avpFlags, vendorId, value, offset, length);
    }

    /** Appends an AVP with a number. */
    public void append(final int code, final int avpFlags, final int vendorId, final long unsigned32) {
        appended.unsigned32(code, avpFlags, vendorId, unsigned32);
    }

    /** What is appended until {@link #endGroup} is within this AVP. */
    public void beginGroup(final int code, final int avpFlags, final int vendorId) {
        appended.beginGroup(code, avpFlags, vendorId);
    }

    public void endGroup() {
        appended.endGroup();
    }

    /** Appends a Proxy-Info: our name, and what we want back with the answer (RFC 6733 section 6.7.2). */
    public void appendProxyInfo(final byte[] host, final DirectBuffer state, final int offset, final int length) {
        beginGroup(BaseAvp.PROXY_INFO.code(), AvpFlags.MANDATORY, 0);
        append(PROXY_HOST, AvpFlags.MANDATORY, 0, host);
        append(PROXY_STATE, AvpFlags.MANDATORY, 0, state, offset, length);
        endGroup();
    }

    /** Writes the copy and returns its length; 0 if it does not fit, or if there were too many changes. */
    public int end() {
        final int appendedLength = appended.end() - DiameterMessage.HEADER_BYTES;
        if (refused || appendedLength < 0) {
            return 0;
        }
        final int length = fromLength + growth() + appendedLength;
        if (length > capacity) {
            return 0;
        }
        int source = fromOffset;
        int target = toOffset;
        for (int i = 0; i < edits; i++) {
            to.putBytes(target, from, source, at[i] - source);
            target += at[i] - source;
            if (valueLength[i] != REMOVED) {
                target = putReplaced(i, target);
            }
            source = at[i] + paddedLength(at[i]);
        }
        to.putBytes(target, from, source, fromOffset + fromLength - source);
        target += fromOffset + fromLength - source;
        to.putBytes(target, appendedBytes, DiameterMessage.HEADER_BYTES, appendedLength);
        to.putInt(toOffset, DiameterMessage.VERSION << 24 | length, DiameterMessage.NETWORK);
        flags(to, toOffset, flags);
        hopByHopId(to, toOffset, hopByHopId);
        to.putInt(toOffset + DiameterMessage.END_TO_END_ID_OFFSET, endToEndId, DiameterMessage.NETWORK);
        return length;
    }

    private int growth() {
        int growth = 0;
        for (int i = 0; i < edits; i++) {
            growth -= paddedLength(at[i]);
            if (valueLength[i] != REMOVED) {
                growth += Octets.padded(headerLength(at[i]) + valueLength[i]);
            }
        }
        return growth;
    }

    private int putReplaced(final int edit, final int target) {
        final int headerLength = headerLength(at[edit]);
        final int length = headerLength + valueLength[edit];
        to.putBytes(target, from, at[edit], headerLength);
        final int bits = to.getByte(target + AvpCursor.FLAGS_OFFSET) & 0xFF;
        to.putInt(target + AvpCursor.FLAGS_OFFSET, bits << 24 | length, DiameterMessage.NETWORK);
        to.putBytes(target + headerLength, replacedBytes, valueFrom[edit], valueLength[edit]);
        for (int i = length; (i & 3) != 0; i++) {
            to.putByte(target + i, (byte) 0);
        }
        return target + Octets.padded(length);
    }

    /** Edits are kept in the order of their places. */
    private void edit(final int avpOffset, final int place, final int length) {
        assert isTopLevel(avpOffset) : "no AVP at top level begins at " + avpOffset;
        int i = edits;
        while (i > 0 && at[i - 1] > avpOffset) {
            i--;
        }
        if (i > 0 && at[i - 1] == avpOffset) {
            valueFrom[i - 1] = place;
            valueLength[i - 1] = length;
            return;
        }
        if (edits == EDITS_MAX) {
            refused = true;
            return;
        }
        for (int n = edits; n > i; n--) {
            at[n] = at[n - 1];
            valueFrom[n] = valueFrom[n - 1];
            valueLength[n] = valueLength[n - 1];
        }
        at[i] = avpOffset;
        valueFrom[i] = place;
        valueLength[i] = length;
        edits++;
    }

    private boolean isTopLevel(final int avpOffset) {
        int place = fromOffset + DiameterMessage.HEADER_BYTES;
        while (place < avpOffset && place < fromOffset + fromLength) {
            place += paddedLength(place);
        }
        return place == avpOffset && place < fromOffset + fromLength;
    }

    private int headerLength(final int avpOffset) {
        return from.getByte(avpOffset + AvpCursor.FLAGS_OFFSET) < 0
                ? AvpCursor.VENDOR_HEADER_BYTES
                : AvpCursor.HEADER_BYTES;
    }

    private int paddedLength(final int avpOffset) {
        return Octets.padded(from.getInt(avpOffset + AvpCursor.FLAGS_OFFSET, DiameterMessage.NETWORK) & 0xFF_FFFF);
    }
}
