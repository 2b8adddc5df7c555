package io.dialtone.sip.codec;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/** The dialog that a Replaces (RFC 3891) or Join (RFC 3911) header names: Call-ID and both tags, where they stand in the message. Valid as long as the message. For one thread. */
public final class DialogNameView {
    private static final byte[] TO_TAG = "to-tag".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FROM_TAG = "from-tag".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EARLY_ONLY = "early-only".getBytes(StandardCharsets.US_ASCII);

    private int callIdOffset;
    private int callIdLength;
    private int toTagOffset;
    private int toTagLength;
    private int fromTagOffset;
    private int fromTagLength;
    private boolean earlyOnly;

    /** Reads a header's value; false if it does not name a dialog: then nothing else may be asked. */
    public boolean wrap(final SipMessage message, final int header) {
        final DirectBuffer buffer = message.buffer();
        final int end = message.headerValueOffset(header) + message.headerValueLength(header);
        callIdOffset = message.headerValueOffset(header);
        toTagLength = 0;
        fromTagLength = 0;
        earlyOnly = false;
        int at = tokenEnd(buffer, callIdOffset, end);
        callIdLength = at - callIdOffset;
        int toTags = 0;
        int fromTags = 0;
        while (at < end) {
            final int name = skip(buffer, at, end);
            final int nameEnd = tokenEnd(buffer, name, end);
            int value = nameEnd;
            at = nameEnd;
            while (at < end && buffer.getByte(at) <= ' ') {
                at++;
            }
            if (at < end && buffer.getByte(at) == '=') {
                value = skip(buffer, at, end);
                at = tokenEnd(buffer, value, end);
            }
            if (isToken(buffer, name, nameEnd, TO_TAG)) {
                toTagOffset = value;
                toTagLength = at - value;
                toTags++;
            } else if (isToken(buffer, name, nameEnd, FROM_TAG)) {
                fromTagOffset = value;
                fromTagLength = at - value;
                fromTags++;
            } else if (isToken(buffer, name, nameEnd, EARLY_ONLY)) {
                earlyOnly = true;
            }
            while (at < end && buffer.getByte(at) != ';') {
                at++;
            }
        }
        return callIdLength > 0 && toTags == 1 && fromTags == 1 && toTagLength > 0 && fromTagLength > 0;
    }

    public int callIdOffset() {
        return callIdOffset;
    }

    public int callIdLength() {
        return callIdLength;
    }

    /** The tag of who gets the message. */
    public int toTagOffset() {
        return toTagOffset;
    }

    public int toTagLength() {
        return toTagLength;
    }

    /** The tag of that one's peer. */
    public int fromTagOffset() {
        return fromTagOffset;
    }

    public int fromTagLength() {
        return fromTagLength;
    }

    /** True if a dialog is meant only as long as it is early. */
    public boolean isEarlyOnly() {
        return earlyOnly;
    }

    /** Past one separator and what blanks are around it. */
    private static int skip(final DirectBuffer buffer, final int from, final int end) {
        int at = from;
        while (at < end && (buffer.getByte(at) <= ' ' || buffer.getByte(at) == ';' || buffer.getByte(at) == '=')) {
            at++;
        }
        return at;
    }

    private static int tokenEnd(final DirectBuffer buffer, final int from, final int end) {
        int at = from;
        while (at < end) {
            final byte b = buffer.getByte(at);
            if (b <= ' ' || b == ';' || b == '=') {
                break;
            }
            at++;
        }
        return at;
    }

    private static boolean isToken(final DirectBuffer buffer, final int from, final int to, final byte[] lowerCase) {
        if (to - from != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if (Ascii.lower(buffer.getByte(from + i)) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }
}
