package io.dialtone.state.api;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Turns a session's state into bytes and back. One instance a worker: it may keep buffers.
 *
 * @param <S> the state, an immutable record
 */
public interface StateCodec<S extends Record> {
    /** The state is longer than a session's may be. */
    int TOO_LONG = -1;

    /**
     * Writes the state at {@code offset} of a buffer that grows as needed.
     *
     * @return bytes written, or {@link #TOO_LONG}
     */
    int encode(S state, MutableDirectBuffer buffer, int offset);

    /**
     * Reads what any version of the service has written that this one was checked against.
     *
     * @throws StateFormatException if the bytes are not such a state
     */
    S decode(DirectBuffer buffer, int offset, int length);
}
