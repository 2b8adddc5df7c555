package io.dialtone.runtime.node;

import io.dialtone.api.SipHandler;
import io.dialtone.state.api.StateCodec;
import io.dialtone.state.api.StateFormatException;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import io.dialtone.state.codec.StateSchema;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The record that a service keeps as the state of a session, and how to write it down. Found by the main thread, at start.
 *
 * @param codec to be copied for each worker
 */
record ServiceState(RecordStateCodec<?> codec) {
    /** What a longer schema would need: the registry takes it as one message. */
    static final int SCHEMA_CHARS_MAX = 8 * 1024;

    /** The state of this handler; adds what keeps it from being written down to the problems. */
    static Optional<ServiceState> of(final Class<?> handler, final StateLimits limits, final Problems problems) {
        final Type state = stateOf(handler, new HashMap<>());
        if (!(state instanceof Class<?> type) || !type.isRecord()) {
            problems.add(NodeSettings.HANDLER.key() + ": " + handler.getName()
                    + " (expected: a class that implements SipHandler"
                    + " of a record of its own, so that sessions can be kept on other nodes).");
            return Optional.empty();
        }
        try {
            final RecordStateCodec<?> codec = RecordStateCodec.of(type.asSubclass(Record.class), limits);
            if (codec.schema().text().length() > SCHEMA_CHARS_MAX) {
                problems.add(NodeSettings.HANDLER.key() + ": " + handler.getName() + " keeps a state whose schema has "
                        + codec.schema().text().length() + " characters (expected: at most " + SCHEMA_CHARS_MAX
                        + "). Maybe fewer components, or shorter names.");
                return Optional.empty();
            }
            return Optional.of(new ServiceState(codec));
        } catch (StateFormatException e) {
            problems.add(NodeSettings.HANDLER.key() + ": " + handler.getName() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /** A codec for one more worker. */
    StateCodec<?> newCodec() {
        return codec.forAnotherWorker();
    }

    StateSchema schema() {
        return codec.schema();
    }

    /** What stands for S in {@code SipHandler<S>} when this type is asked. */
    private static @Nullable Type stateOf(final Type type, final Map<TypeVariable<?>, Type> known) {
        final Class<?> raw;
        if (type instanceof ParameterizedType parameterized && parameterized.getRawType() instanceof Class<?> of) {
            raw = of;
            for (int i = 0; i < of.getTypeParameters().length; i++) {
                final Type argument = parameterized.getActualTypeArguments()[i];
                known.put(of.getTypeParameters()[i], known.getOrDefault(argument, argument));
            }
        } else if (type instanceof Class<?> of) {
            raw = of;
        } else {
            return null;
        }
        if (raw == SipHandler.class) {
            return known.get(SipHandler.class.getTypeParameters()[0]);
        }
        for (final Type above : raw.getGenericInterfaces()) {
            final Type found = stateOf(above, known);
            if (found != null) {
                return found;
            }
        }
        final Type above = raw.getGenericSuperclass();
        return above == null ? null : stateOf(above, known);
    }
}
