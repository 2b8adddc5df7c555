package io.dialtone.runtime.node;

import io.dialtone.api.SipHandler;
import io.dialtone.state.api.StateCodec;
import io.dialtone.state.api.StateFormatException;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds the record that a service keeps as the state of a session, and how to write it down. Used by the main thread, at start. */
final class ServiceState {
    private ServiceState() {}

    /** Codecs for the state of this handler, one for each worker; adds what keeps it from being written down to the problems. */
    static Optional<Supplier<StateCodec<?>>> codecs(final Class<?> handler, final Problems problems) {
        final Type state = stateOf(handler, new HashMap<>());
        if (!(state instanceof Class<?> type) || !type.isRecord()) {
            problems.add(NodeSettings.HANDLER.key() + ": " + handler.getName()
                    + " (expected: a class that implements SipHandler"
                    + " of a record of its own, so that sessions can be kept on other nodes).");
            return Optional.empty();
        }
        try {
            final RecordStateCodec<?> codec =
                    RecordStateCodec.of(type.asSubclass(Record.class), StateLimits.defaults());
            return Optional.of(codec::forAnotherWorker);
        } catch (StateFormatException e) {
            problems.add(NodeSettings.HANDLER.key() + ": " + handler.getName() + ": " + e.getMessage());
            return Optional.empty();
        }
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
