package io.dialtone.state.replication;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What edges and workers of a simulated world say to each other, behind the link's header.
 *
 * <pre>
 *   0  kind (32), edge (32)
 *   8  transaction or timer (64)
 *  16  session (64)
 *  24  version (32), or of a request: timer's delay in microseconds (32)
 *  28  0 (32)
 *  32  hash (64)
 * </pre>
 */
record Message(int kind, int edge, long id, long key, int version, long hash) {
    static final int BYTES = 40;

    static final int TYPE_REQUEST = 100;
    static final int TYPE_REPLY = 101;

    // ---- requests
    static final int CREATE = 1;
    static final int UPDATE = 2;
    static final int READ = 3;
    static final int END = 4;

    // ---- replies
    static final int DONE = 11;
    static final int SEEN = 12;
    static final int ENDED = 13;
    static final int NO_SESSION = 14;
    static final int TIMER = 15;
    /** Nothing has happened: ask again later. */
    static final int BUSY = 16;

    byte[] toBytes() {
        final byte[] bytes = new byte[BYTES];
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        buffer.putInt(0, kind);
        buffer.putInt(4, edge);
        buffer.putLong(8, id);
        buffer.putLong(16, key);
        buffer.putInt(24, version);
        buffer.putLong(32, hash);
        return bytes;
    }

    static Message of(final DirectBuffer buffer, final int offset) {
        return new Message(
                buffer.getInt(offset),
                buffer.getInt(offset + 4),
                buffer.getLong(offset + 8),
                buffer.getLong(offset + 16),
                buffer.getInt(offset + 24),
                buffer.getLong(offset + 32));
    }
}
