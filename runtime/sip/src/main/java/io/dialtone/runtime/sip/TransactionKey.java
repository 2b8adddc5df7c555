package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.DialogNameView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes the keys by which the tables of a worker know transactions, dialogs and merged requests. Called only by the owning worker.
 *
 * <p>A transaction is known by branch, sent-by and method, ACK and CANCEL finding the INVITE under its method (RFC 3261 section 17.2.3). Call-ID and
 * CSeq number are the same for all of these, and are compared as well: peers whose branches are not unique exist, even in RFC 4475. Without the magic cookie
 * it is known as RFC 2543 did: Request-URI, From tag, Call-ID, CSeq number and topmost Via.
 */
final class TransactionKey {
    private static final byte RFC_3261 = 1;
    private static final byte RFC_2543 = 2;

    private final MutableDirectBuffer key = new ExpandableArrayBuffer(1024);
    private int length;

    DirectBuffer buffer() {
        return key;
    }

    int length() {
        return length;
    }

    /** The key of the server transaction of this request, or of the one that a method found in another place belongs to. */
    void writeTransaction(final SipMessage message, final ViaView via, final SipMethod method) {
        length = 0;
        final DirectBuffer buffer = message.buffer();
        if (via.hasMagicCookie()) {
            put(RFC_3261);
            putMethod(message, method);
            putRange(buffer, via.branchOffset(), via.branchLength());
            putLowerCase(buffer, via.hostOffset(), via.hostLength());
            putInt(via.port());
            putRange(buffer, message.callIdOffset(), message.callIdLength());
            putInt((int) message.cseqNumber());
        } else {
            put(RFC_2543);
            putMethod(message, method);
            putRange(buffer, message.requestUriOffset(), message.requestUriLength());
            putRange(buffer, message.fromTagOffset(), message.fromTagLength());
            putRange(buffer, message.callIdOffset(), message.callIdLength());
            putInt((int) message.cseqNumber());
            putRange(buffer, via.valueOffset(), via.valueEnd() - via.valueOffset());
        }
    }

    /** The key of a dialog: Call-ID, our tag, the peer's tag. */
    void writeDialog(
            final SipMessage message, final DirectBuffer localTag, final int localTagOffset, final int localTagLength) {
        length = 0;
        final DirectBuffer buffer = message.buffer();
        putRange(buffer, message.callIdOffset(), message.callIdLength());
        putRange(localTag, localTagOffset, localTagLength);
        putRange(buffer, message.fromTagOffset(), message.fromTagLength());
    }

    /** The key of the dialog that another message names. */
    void writeNamed(final SipMessage message, final DialogNameView name) {
        length = 0;
        final DirectBuffer buffer = message.buffer();
        putRange(buffer, name.callIdOffset(), name.callIdLength());
        putRange(buffer, name.toTagOffset(), name.toTagLength());
        putRange(buffer, name.fromTagOffset(), name.fromTagLength());
    }

    /** The key of the dialog that an answer to our INVITE belongs to: Call-ID, our tag, the peer's tag. */
    void writeDialogOfAnswer(final SipMessage response) {
        length = 0;
        final DirectBuffer buffer = response.buffer();
        putRange(buffer, response.callIdOffset(), response.callIdLength());
        putRange(buffer, response.fromTagOffset(), response.fromTagLength());
        putRange(buffer, response.toTagOffset(), response.toTagLength());
    }

    /** What RFC 3261 section 8.2.2.2 compares to find a request that came by a second way: From tag, Call-ID and CSeq. */
    void writeMerged(final SipMessage message) {
        length = 0;
        final DirectBuffer buffer = message.buffer();
        putMethod(message, message.method());
        putRange(buffer, message.fromTagOffset(), message.fromTagLength());
        putRange(buffer, message.callIdOffset(), message.callIdLength());
        putInt((int) message.cseqNumber());
    }

    private void putMethod(final SipMessage message, final SipMethod method) {
        if (method == SipMethod.UNKNOWN) {
            putRange(message.buffer(), message.methodOffset(), message.methodLength());
        } else {
            length += method.copyTo(key, length);
        }
        put((byte) 0);
    }

    private void put(final byte value) {
        key.putByte(length++, value);
    }

    private void putInt(final int value) {
        key.putInt(length, value);
        length += Integer.BYTES;
    }

    /** A range with its length before it, so that no two lists of ranges look the same. */
    private void putRange(final DirectBuffer buffer, final int offset, final int rangeLength) {
        putInt(rangeLength);
        if (rangeLength > 0) {
            key.putBytes(length, buffer, offset, rangeLength);
            length += rangeLength;
        }
    }

    private void putLowerCase(final DirectBuffer buffer, final int offset, final int rangeLength) {
        putInt(rangeLength);
        for (int i = 0; i < rangeLength; i++) {
            final byte b = buffer.getByte(offset + i);
            put(b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b);
        }
    }
}
