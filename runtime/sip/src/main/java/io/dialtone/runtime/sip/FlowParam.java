package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SipHash;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes and reads a door as a parameter of a Record-Route of ours: requests within the dialog leave by the listener that the peer knows, and find the connection
 * again of one that nobody can connect to (RFC 5626 section 5.3). A keyed check says
 * that we wrote it, for this slot; it is the same on all nodes. Called only by the owning worker.
 *
 * <pre>
 *  df= member (16 bits), thread (8), transport (8), listener (16), port (16) · address (128) · check (64), each 64 bits as 13 characters
 *      and the registration of the connection (64) before the check, if it has one
 * </pre>
 */
final class FlowParam {
    static final byte[] NAME = {'d', 'f'};

    private static final int WORDS = 4;
    private static final int LENGTH = WORDS * Base32.LONG_CHARACTERS;
    private static final int NAMED_WORDS = WORDS + 1;
    private static final int NAMED_LENGTH = NAMED_WORDS * Base32.LONG_CHARACTERS;
    private static final int BYTE = 8;
    private static final int SHORT = 16;
    private static final int TRANSPORT_SHIFT = 2 * SHORT;
    private static final int THREAD_SHIFT = TRANSPORT_SHIFT + BYTE;
    private static final int MEMBER_SHIFT = 3 * SHORT;
    private static final byte[] PARAM = ";df=".getBytes(StandardCharsets.US_ASCII);

    private final SipHash keyHash;
    private final UnsafeBuffer text = new UnsafeBuffer(new byte[NAMED_LENGTH]);
    private final UnsafeBuffer checked = new UnsafeBuffer(new byte[NAMED_WORDS * Long.BYTES]);

    FlowParam(final SipHash keyHash) {
        this.keyHash = keyHash;
    }

    /**
     * Writes the whole parameter, with its semicolon.
     *
     * @param withPeer false if the peer is found by its address, so that only the listener counts; address and port are 0 then
     */
    void put(final AsciiWriter out, final ReplyPort port, final int slot, final boolean withPeer) {
        final long high = withPeer ? port.remoteHigh() : 0;
        final long low = withPeer ? port.remoteLow() : 0;
        final long door = ((long) port.member() << BYTE | port.thread()) << BYTE | port.transport();
        final long packed = (door << SHORT | port.listener()) << SHORT | (withPeer ? port.remotePort() : 0);
        write(0, packed);
        write(1, high);
        write(2, low);
        final long registration = withPeer ? port.registration() : 0;
        if (registration == 0) {
            write(3, checkOf(packed, high, low, slot, 0));
            out.put(PARAM).put(text, 0, LENGTH);
        } else {
            write(3, registration);
            write(4, checkOf(packed, high, low, slot, registration));
            out.put(PARAM).put(text, 0, NAMED_LENGTH);
        }
    }

    /** Reads what {@link #put} wrote as the parameter's value; false if we did not write it for this slot. */
    boolean read(final DirectBuffer buffer, final int offset, final int length, final int slot, final ReplyPort port) {
        if (length != LENGTH && length != NAMED_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            final byte b = buffer.getByte(offset + i);
            text.putByte(i, b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b);
        }
        for (int word = 0; word * Base32.LONG_CHARACTERS < length; word++) {
            if (!Base32.isLong(text, word * Base32.LONG_CHARACTERS)) {
                return false;
            }
        }
        final long packed = Base32.read(text, 0);
        final long high = Base32.read(text, Base32.LONG_CHARACTERS);
        final long low = Base32.read(text, 2 * Base32.LONG_CHARACTERS);
        final int transport = (int) (packed >>> TRANSPORT_SHIFT) & 0xFF;
        final long registration = length == LENGTH ? 0 : Base32.read(text, LENGTH - Base32.LONG_CHARACTERS);
        if (Base32.read(text, length - Base32.LONG_CHARACTERS) != checkOf(packed, high, low, slot, registration)
                || ViaTransport.of(transport) == null) {
            return false;
        }
        port.edge((int) (packed >>> MEMBER_SHIFT), (int) (packed >>> THREAD_SHIFT) & 0xFF)
                .listener(transport, (int) (packed >>> SHORT) & 0xFFFF)
                .remote(high, low, (int) packed & 0xFFFF)
                .registration(registration);
        return true;
    }

    private void write(final int word, final long value) {
        Base32.write(value, text, word * Base32.LONG_CHARACTERS);
    }

    private long checkOf(final long packed, final long high, final long low, final int slot, final long registration) {
        checked.putLong(0, packed);
        checked.putLong(Long.BYTES, high);
        checked.putLong(2 * Long.BYTES, low);
        checked.putLong(3 * Long.BYTES, slot);
        checked.putLong(4 * Long.BYTES, registration);
        return keyHash.hash(checked, 0, checked.capacity());
    }
}
