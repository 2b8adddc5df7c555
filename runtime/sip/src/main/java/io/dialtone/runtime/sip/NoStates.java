package io.dialtone.runtime.sip;

import io.dialtone.state.api.StateCodec;
import io.dialtone.state.api.StateFormatException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The codec of a service whose sessions nobody keeps; never asked. */
final class NoStates<S extends Record> implements StateCodec<S> {
    @Override
    public int encode(final S state, final MutableDirectBuffer buffer, final int offset) {
        return TOO_LONG;
    }

    @Override
    public S decode(final DirectBuffer buffer, final int offset, final int length) {
        throw new StateFormatException("a service without a codec has no images");
    }
}
