package io.dialtone.runtime.engine;

import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The key of a session as tables and images have it. That of the first, or only, service of a worker is what the affinity rule names, byte for byte. Other services of its chain put before it what says
 * whose session it is, so that each may have one of the same name. Called only by the owning worker.
 *
 * <pre>
 *  line feed (8) · the service's place in the chain, from 2 (8) · what the affinity rule names
 * </pre>
 *
 * <p>No value of a header or URI begins with a line feed, so nobody outside can name such a key.
 */
public final class SessionKeyView {
    private static final int FIRST = 1;
    private static final byte MARK = '\n';
    private static final int PREFIX_BYTES = 2;
    private static final int USUAL_BYTES = 256;

    private final int service;
    private final ExpandableArrayBuffer text = new ExpandableArrayBuffer(USUAL_BYTES);
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    public SessionKeyView(final int service) {
        this.service = service;
        text.putByte(0, MARK);
        text.putByte(1, (byte) service);
    }

    /** Takes what the affinity rule names. */
    public SessionKeyView wrap(final DirectBuffer buffer, final int offset, final int length) {
        if (service == FIRST) {
            view.wrap(buffer, offset, length);
        } else {
            text.putBytes(PREFIX_BYTES, buffer, offset, length);
            view.wrap(text, 0, PREFIX_BYTES + length);
        }
        return this;
    }

    /** All of it is the key; valid until the next {@link #wrap}. */
    public DirectBuffer buffer() {
        return view;
    }

    public int length() {
        return view.capacity();
    }

    /** The place in the chain of the service whose session has this key. */
    public static int serviceOf(final DirectBuffer key) {
        return key.capacity() >= PREFIX_BYTES && key.getByte(0) == MARK ? key.getByte(1) : FIRST;
    }

    /** How many bytes come before what the affinity rule names. */
    static int prefixBytes(final byte[] key, final int length) {
        return length >= PREFIX_BYTES && key[0] == MARK ? PREFIX_BYTES : 0;
    }
}
