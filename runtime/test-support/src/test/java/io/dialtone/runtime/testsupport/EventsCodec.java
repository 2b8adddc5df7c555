package io.dialtone.runtime.testsupport;

import io.dialtone.state.api.StateCodec;
import io.dialtone.state.api.StateFormatException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Writes the state of a {@link ScriptedHandler} by hand; a state from a given size on is too long. */
final class EventsCodec implements StateCodec<ScriptedHandler.Events> {
    static final int TOO_MANY = 1_000;

    @Override
    public int encode(final ScriptedHandler.Events state, final MutableDirectBuffer buffer, final int offset) {
        if (state.count() >= TOO_MANY) {
            return TOO_LONG;
        }
        buffer.putInt(offset, state.count());
        return Integer.BYTES;
    }

    @Override
    public ScriptedHandler.Events decode(final DirectBuffer buffer, final int offset, final int length) {
        if (length != Integer.BYTES) {
            throw new StateFormatException(length + " bytes");
        }
        final int count = buffer.getInt(offset);
        if (count >= TOO_MANY) {
            throw new StateFormatException(count + " events, which nobody could have written");
        }
        return new ScriptedHandler.Events(count);
    }
}
