package io.dialtone.state.codec;

import org.jspecify.annotations.Nullable;

/** The box of a primitive: its value, or nothing. Immutable. */
final class BoxCodec extends ValueCodec {
    private final SchemaType schema;
    private final ValueCodec of;

    BoxCodec(final ValueCodec of) {
        schema = new SchemaType.Maybe(of.schema());
        this.of = of;
    }

    @Override
    SchemaType schema() {
        return schema;
    }

    @Override
    void write(final StateWriter writer, final int tag, final Object value) {
        of.write(writer, tag, value);
    }

    @Override
    Object read(final StateReader reader, final int type) {
        return of.read(reader, type);
    }

    @Override
    @Nullable
    Object zero() {
        return of.zero();
    }
}
