package io.dialtone.sip.transport;

import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipMessage;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Cuts the bytes of one connection into messages (RFC 3261 section 18.3) and pings (RFC 5626 section 4.4.1). A message that has come whole is shown where it was read; only
 * the beginning of one whose rest is on its way is kept, so that an idle connection keeps nothing. Called only by the loop's thread.
 */
final class StreamFramer {
    /** What was cut out. */
    interface Sink {
        /** A message with nothing before or after it; valid until this returns. What is wrong within it is for the reader to say. */
        void onMessage(DirectBuffer buffer, int offset, int length);

        /** CR LF CR LF between messages, which wants a CR LF back. */
        void onPing();
    }

    private static final byte[] NOTHING = new byte[0];
    private static final int PING_BYTES = 4;
    private static final int KEPT_BYTES_MIN = 1 << 10;

    /** Shared by all connections of a loop: nothing of it outlasts a call. */
    private final SipMessage message;

    private final Sink sink;
    private final UnsafeBuffer kept = new UnsafeBuffer(NOTHING);
    private int keptLength;
    private int keptLengthWanted;

    /** The head of the message at the beginning of what is kept has no end before this place; 0 if it has one. */
    private int headSearchedTo;

    private Malformation malformation = Malformation.NONE;

    StreamFramer(final SipMessage message, final Sink sink) {
        this.message = message;
        this.sink = sink;
    }

    /** What made the stream unreadable; NONE while it is not. */
    Malformation malformation() {
        return malformation;
    }

    /** True while the rest of a message is waited for. */
    boolean isWithinMessage() {
        return keptLengthWanted > 0;
    }

    /** Bytes kept for a message whose rest is on its way. */
    int keptBytes() {
        return kept.capacity();
    }

    /**
     * Takes what was read next.
     *
     * @return false if where the next message begins is not known: the connection is of no more use
     */
    boolean read(final DirectBuffer buffer, final int offset, final int length) {
        if (keptLength == 0) {
            return cut(buffer, offset, offset + length, false);
        }
        keep(keptLength, buffer, offset, length);
        if (keptLength < keptLengthWanted || !isHeadEnded()) {
            return true;
        }
        return cut(kept, 0, keptLength, true);
    }

    private boolean cut(final DirectBuffer buffer, final int offset, final int limit, final boolean isKept) {
        int at = offset;
        keptLengthWanted = 0;
        headSearchedTo = 0;
        while (at < limit) {
            final byte first = buffer.getByte(at);
            if (first == '\r' || first == '\n') {
                final int same = samePing(buffer, at, limit);
                if (same < PING_BYTES && at + same == limit) {
                    break;
                }
                if (same == PING_BYTES) {
                    sink.onPing();
                }
                at += same == PING_BYTES ? PING_BYTES : 1;
                continue;
            }
            final ParseResult result = message.parseStream(buffer, at, limit - at);
            if (result == ParseResult.NEEDS_MORE) {
                keptLengthWanted = limit - at + message.bytesNeeded();
                headSearchedTo = message.bytesNeeded() > 1 ? 0 : limit - at;
                break;
            }
            final int length = message.messageLength();
            if (length == 0) {
                malformation = message.malformation();
                return false;
            }
            sink.onMessage(buffer, at, length);
            at += length;
        }
        keepRest(buffer, at, limit - at, isKept);
        return true;
    }

    /** How many bytes of a ping are at this place. */
    private static int samePing(final DirectBuffer buffer, final int at, final int limit) {
        int same = 0;
        while (same < PING_BYTES && at + same < limit && buffer.getByte(at + same) == (same % 2 == 0 ? '\r' : '\n')) {
            same++;
        }
        return same;
    }

    /** Looks at each byte of a head once, however slowly it comes; to read it anew with each byte would be a gift to whoever sends it so. */
    private boolean isHeadEnded() {
        if (headSearchedTo == 0) {
            return true;
        }
        for (int i = Math.max(2, headSearchedTo); i < keptLength; i++) {
            if (kept.getByte(i) == '\n'
                    && (kept.getByte(i - 1) == '\n' || (kept.getByte(i - 1) == '\r' && kept.getByte(i - 2) == '\n'))) {
                return true;
            }
        }
        headSearchedTo = keptLength;
        return keptLength > message.limits().messageBytesMax();
    }

    private void keepRest(final DirectBuffer buffer, final int offset, final int length, final boolean isKept) {
        if (length == 0) {
            kept.wrap(NOTHING);
            keptLength = 0;
        } else if (isKept) {
            kept.putBytes(0, kept, offset, length);
            keptLength = length;
        } else {
            keep(0, buffer, offset, length);
        }
    }

    private void keep(final int at, final DirectBuffer buffer, final int offset, final int length) {
        if (kept.capacity() < at + length) {
            final int capacity = Math.max(KEPT_BYTES_MIN, Integer.highestOneBit(at + length - 1) << 1);
            final byte[] larger = new byte[capacity];
            kept.getBytes(0, larger, 0, at);
            kept.wrap(larger);
        }
        kept.putBytes(at, buffer, offset, length);
        keptLength = at + length;
    }
}
