package io.dialtone.state.codec;

import io.dialtone.state.api.StateCodec;
import io.dialtone.state.api.StateFormatException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Turns the states of one service into bytes and back, by a codec derived from their record type when the service is deployed. Each worker has its own, by {@link
 * #forAnotherWorker}; it is called only by that worker.
 *
 * <p>{@link WireType} draws the bytes; {@code docs/reference/session-state.md} says what a developer may put into a state and change from version to version.
 *
 * @param <S> the state, an immutable record
 */
public final class RecordStateCodec<S extends Record> implements StateCodec<S> {
    private final Class<S> type;
    private final RecordCodec root;
    private final StateLimits limits;
    private final StateSchema schema;
    private final StateWriter writer;
    private final StateReader reader = new StateReader();

    private RecordStateCodec(
            final Class<S> type, final RecordCodec root, final StateLimits limits, final StateSchema schema) {
        this.type = type;
        this.root = root;
        this.limits = limits;
        this.schema = schema;
        writer = new StateWriter(limits);
    }

    /**
     * Derives a codec. Runs static initialisers and constructors of the service's records, for their defaults.
     *
     * @throws StateFormatException if the type cannot be a state: a line for each reason, for the developer
     */
    public static <S extends Record> RecordStateCodec<S> of(final Class<S> type, final StateLimits limits) {
        final RecordCodec root = CodecPlan.of(type, limits);
        return new RecordStateCodec<>(type, root, limits, new StateSchema(root.schema()));
    }

    /** The same codec with buffers of its own. */
    public RecordStateCodec<S> forAnotherWorker() {
        return new RecordStateCodec<>(type, root, limits, schema);
    }

    /** What other versions of the service need to know of this one. */
    public StateSchema schema() {
        return schema;
    }

    /** After {@link #TOO_LONG}: the limit of {@link StateLimits} that the state has met, for the log; else null. */
    public @Nullable String limitMet() {
        return writer.limit();
    }

    @Override
    public int encode(final S state, final MutableDirectBuffer buffer, final int offset) {
        writer.begin();
        root.writeComponents(writer, state);
        writer.finish();
        return writer.isFull() ? TOO_LONG : writer.copyTo(buffer, offset);
    }

    @Override
    public S decode(final DirectBuffer buffer, final int offset, final int length) {
        reader.at(type.getSimpleName());
        reader.wrap(buffer, offset, length);
        return type.cast(root.readComponents(reader));
    }
}
