package io.dialtone.diameter.dictionary;

import io.dialtone.diameter.codec.AvpCursor;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterMessage;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Prints a message for people: a line for its header, then a line for each AVP with name and value, members of groups further to the right. Used off the message path, by one thread at a
 * time.
 *
 * <p>It prints whatever the bytes are. What the dictionary does not know, and values whose length is wrong for their type, are printed as bytes; characters that a terminal could act on
 * are escaped; bytes that are no AVP get a line that says so. Nothing makes it throw, and the text is never much longer than {@link TextLimits#charsMax()}.
 *
 * <pre>
 * CCR Credit-Control-Request (272), application Credit-Control (4), RP, hop-by-hop 0x00000001, end-to-end 0x00000002, 96 bytes
 *   Session-Id (263, M): "client.example.net;1;2"
 *   CC-Request-Type (416, M): INITIAL_REQUEST (1)
 *   Subscription-Id (443, M)
 *     Subscription-Id-Type (450, M): END_USER_IMSI (1)
 * </pre>
 */
public final class MessageText {
    private static final int VERSION_AND_LENGTH = 0;
    private static final int FLAGS_AND_COMMAND = 4;
    private static final int APPLICATION_ID = 8;
    private static final int HOP_BY_HOP_ID = 12;
    private static final int END_TO_END_ID = 16;
    private static final int LOW_24_BITS = 0xFF_FFFF;

    private static final int EXPERIMENTAL_RESULT = 297;
    private static final int VENDOR_ID = 266;

    private final Dictionary dictionary;
    private final TextLimits limits;
    private final ValueText values;
    private final AvpCursor[] cursors;
    private final AvpCursor ahead = new AvpCursor();

    public MessageText(final Dictionary dictionary, final TextLimits limits) {
        this.dictionary = dictionary;
        this.limits = limits;
        this.values = new ValueText(dictionary, limits.valueBytesMax());
        this.cursors = new AvpCursor[limits.depthMax() + 1];
        for (int i = 0; i < cursors.length; i++) {
            cursors[i] = new AvpCursor();
        }
    }

    /** The text of a message, which begins at an offset, in lines that each end with a line feed. */
    public String text(final DirectBuffer buffer, final int offset, final int length) {
        final StringBuilder to = new StringBuilder();
        append(buffer, offset, length, to);
        return to.toString();
    }

    /** Appends what {@link #text} gives. */
    public void append(final DirectBuffer buffer, final int offset, final int length, final StringBuilder to) {
        final int start = Math.clamp(offset, 0, buffer.capacity());
        final int here = Math.clamp(length, 0, buffer.capacity() - start);
        if (here < DiameterMessage.HEADER_BYTES) {
            to.append("no message: ").append(here).append(" bytes ");
            values.appendBytes(buffer, start, here, to);
            to.append('\n');
            return;
        }
        final int messageLength = buffer.getInt(start + VERSION_AND_LENGTH, ByteOrder.BIG_ENDIAN) & LOW_24_BITS;
        appendHeader(buffer, start, messageLength, here, to);
        final int from = start + DiameterMessage.HEADER_BYTES;
        final int end = start + Math.clamp(messageLength, DiameterMessage.HEADER_BYTES, here);
        cursors[0].wrap(buffer, from, end - from);
        appendAvps(0, from, end, 0, to.length() + limits.charsMax(), to);
    }

    private void appendHeader(
            final DirectBuffer buffer,
            final int start,
            final int messageLength,
            final int here,
            final StringBuilder to) {
        final int version = buffer.getByte(start) & 0xFF;
        final int word = buffer.getInt(start + FLAGS_AND_COMMAND, ByteOrder.BIG_ENDIAN);
        final int flags = word >>> 24;
        final int code = word & LOW_24_BITS;
        final boolean isRequest = (flags & CommandFlags.REQUEST) != 0;
        final CommandDefinition command = dictionary.command(code);
        if (command.isKnown()) {
            to.append(command.abbreviation(isRequest))
                    .append(' ')
                    .append(command.messageName(isRequest))
                    .append(" (")
                    .append(code)
                    .append(')');
        } else {
            to.append(isRequest ? "request " : "answer ").append(code);
        }
        to.append(", application ");
        final int applicationId = buffer.getInt(start + APPLICATION_ID, ByteOrder.BIG_ENDIAN);
        values.appendNamed(dictionary.application(applicationId).name(), applicationId, to);
        to.append(", ");
        appendCommandFlags(flags, to);
        to.append(", hop-by-hop ");
        ValueText.appendHex32(buffer.getInt(start + HOP_BY_HOP_ID, ByteOrder.BIG_ENDIAN), to);
        to.append(", end-to-end ");
        ValueText.appendHex32(buffer.getInt(start + END_TO_END_ID, ByteOrder.BIG_ENDIAN), to);
        to.append(", ").append(messageLength).append(" bytes");
        if (messageLength > here) {
            to.append(" of which ").append(here).append(" are here");
        }
        if (version != DiameterMessage.VERSION) {
            to.append(", version ").append(version);
        }
        to.append('\n');
    }

    private static void appendCommandFlags(final int flags, final StringBuilder to) {
        final int before = to.length();
        appendIf(flags, CommandFlags.REQUEST, 'R', to);
        appendIf(flags, CommandFlags.PROXIABLE, 'P', to);
        appendIf(flags, CommandFlags.ERROR, 'E', to);
        appendIf(flags, CommandFlags.RETRANSMITTED, 'T', to);
        // Reserved bits, of which a peer should set none.
        appendIf(flags, 0x0F, 'r', to);
        if (to.length() == before) {
            to.append("no flags");
        }
    }

    private static void appendIf(final int flags, final int mask, final char letter, final StringBuilder to) {
        if ((flags & mask) != 0) {
            to.append(letter);
        }
    }

    /**
     * Prints what a cursor is set before.
     *
     * @param start where the bytes of these AVPs begin
     * @param end where they end
     * @param resultVendorId whose an Experimental-Result-Code among them is
     * @param full length of the text at which no further line begins
     * @return false if the text is full
     */
    private boolean appendAvps(
            final int depth,
            final int start,
            final int end,
            final int resultVendorId,
            final int full,
            final StringBuilder to) {
        final AvpCursor cursor = cursors[depth];
        int read = start;
        while (cursor.next()) {
            if (to.length() >= full) {
                to.append("... and more than there is room for\n");
                return false;
            }
            read = cursor.avpOffset() + cursor.paddedLength();
            if (!appendAvp(depth, resultVendorId, full, to)) {
                return false;
            }
        }
        if (cursor.isMalformed()) {
            indent(depth, to);
            to.append("no AVP: ");
            values.appendBytes(cursor.buffer(), read, end - read, to);
            to.append('\n');
        }
        return true;
    }

    /** Prints the AVP that the cursor of a depth stands on; false if the text is full. */
    private boolean appendAvp(final int depth, final int resultVendorId, final int full, final StringBuilder to) {
        final AvpCursor cursor = cursors[depth];
        final AvpDefinition avp = dictionary.avp(cursor.vendorId(), cursor.code());
        indent(depth, to);
        to.append(avp.isKnown() ? avp.name() : "unknown").append(" (");
        if (cursor.isVendorSpecific()) {
            final VendorDefinition vendor = dictionary.vendor(cursor.vendorId());
            to.append(vendor.isKnown() ? vendor.name() : Integer.toUnsignedString(cursor.vendorId()))
                    .append(':');
        }
        to.append(Integer.toUnsignedString(cursor.code()));
        appendAvpFlags(cursor.flags(), to);
        to.append(')');
        if (avp.type() != AvpType.GROUPED) {
            to.append(": ");
            values.append(avp, cursor, resultVendorId, to);
            to.append('\n');
            return true;
        }
        if (depth == limits.depthMax() || !cursor.enter(cursors[depth + 1])) {
            to.append(": ");
            values.appendBytes(cursor.buffer(), cursor.valueOffset(), cursor.valueLength(), to);
            to.append('\n');
            return true;
        }
        to.append('\n');
        final int start = cursor.valueOffset();
        return appendAvps(depth + 1, start, start + cursor.valueLength(), vendorWithin(cursor), full, to);
    }

    /** The Vendor-Id among the members of an Experimental-Result, which need not come first; 0 for other groups. */
    private int vendorWithin(final AvpCursor group) {
        if (group.is(EXPERIMENTAL_RESULT, 0) && group.enter(ahead)) {
            while (ahead.next()) {
                if (ahead.is(VENDOR_ID, 0) && ahead.valueLength() == Integer.BYTES) {
                    return (int) ahead.unsigned32();
                }
            }
        }
        return 0;
    }

    private static void appendAvpFlags(final int flags, final StringBuilder to) {
        if (flags != 0) {
            to.append(", ");
            appendIf(flags, AvpFlags.VENDOR, 'V', to);
            appendIf(flags, AvpFlags.MANDATORY, 'M', to);
            appendIf(flags, AvpFlags.PROTECTED, 'P', to);
            // Reserved bits, which mean nothing yet.
            appendIf(flags, 0x1F, 'r', to);
        }
    }

    private static void indent(final int depth, final StringBuilder to) {
        for (int i = 0; i <= depth; i++) {
            to.append("  ");
        }
    }
}
