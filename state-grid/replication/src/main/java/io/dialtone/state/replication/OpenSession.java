package io.dialtone.state.replication;

import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * All outputs of one session that a former owner has left open, in the order they were made. Used by a worker that becomes owner.
 *
 * <p>They become one record, because there is only one image to go with them: the session as it is now. A backup that had this image and not all of the outputs would
 * believe, if it became owner next, that those it lacks have left.
 */
final class OpenSession {
    private static final int BYTES_MIN = 1 << 9;

    private final long keyHash;
    private final UnsafeBuffer key;
    private final UnsafeBuffer outputs = new UnsafeBuffer(new byte[BYTES_MIN]);
    private int length;
    private int count;

    OpenSession(final long keyHash, final byte[] key) {
        this.keyHash = keyHash;
        this.key = new UnsafeBuffer(key);
    }

    void add(final Entry record) {
        final int more = record.outputsLength();
        if (length + more > outputs.capacity()) {
            outputs.wrap(Arrays.copyOf(outputs.byteArray(), Math.max(length + more, 2 * outputs.capacity())));
        }
        outputs.putBytes(length, record.buffer(), record.outputsOffset(), more);
        length += more;
        count += more > 0 ? 1 : 0;
    }

    long keyHash() {
        return keyHash;
    }

    /** Empty for outputs that belong to no session. */
    UnsafeBuffer key() {
        return key;
    }

    UnsafeBuffer outputs() {
        return outputs;
    }

    int outputsLength() {
        return length;
    }

    /** How many records have outputs here. */
    int count() {
        return count;
    }
}
