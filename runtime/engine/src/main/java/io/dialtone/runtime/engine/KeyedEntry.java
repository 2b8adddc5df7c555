package io.dialtone.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Something that a {@link KeyedTable} finds by the bytes of its key; made to be pooled. Called only by the owning worker.
 */
public abstract class KeyedEntry {
    /** A longer key's memory is given up when the entry goes back to its pool. */
    private static final int KEY_BYTES_KEPT = 256;

    private static final byte[] NO_KEY = {};
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private long keyHash;
    private byte[] key = NO_KEY;
    private int keyLength;

    /** Copies the key; the entry must not be in a table. */
    public final void key(final long hash, final DirectBuffer buffer, final int offset, final int length) {
        if (key.length < length) {
            key = new byte[Math.max(64, length)];
        }
        buffer.getBytes(offset, key, 0, length);
        keyHash = hash;
        keyLength = length;
    }

    /** Forgets the key before the entry goes back to a pool. */
    public final void clearKey() {
        keyLength = 0;
        keyHash = 0;
        if (key.length > KEY_BYTES_KEPT) {
            key = NO_KEY;
        }
    }

    public final long keyHash() {
        return keyHash;
    }

    public final int keyLength() {
        return keyLength;
    }

    /** The key's bytes; the first {@link #keyLength} count. Not to be changed. */
    public final byte[] keyBytes() {
        return key;
    }

    final boolean hasKey(final DirectBuffer buffer, final int offset, final int length) {
        if (length != keyLength) {
            return false;
        }
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            if (buffer.getLong(offset + i) != (long) LONGS.get(key, i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (buffer.getByte(offset + i) != key[i]) {
                return false;
            }
        }
        return true;
    }
}
