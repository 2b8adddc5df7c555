package io.dialtone.state.codec;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Optionals: what is in them, or nothing. Immutable. */
abstract sealed class OptionalCodec extends ValueCodec {
    static final ValueCodec INT = new OfInt();
    static final ValueCodec LONG = new OfLong();
    static final ValueCodec DOUBLE = new OfDouble();

    private final SchemaType schema;
    private final ValueCodec of;
    private final Object empty;

    private OptionalCodec(final ValueCodec of, final Object empty) {
        schema = of.schema() instanceof SchemaType.Maybe ? of.schema() : new SchemaType.Maybe(of.schema());
        this.of = of;
        this.empty = empty;
    }

    static ValueCodec of(final ValueCodec of) {
        return new OfObject(of);
    }

    final ValueCodec of() {
        return of;
    }

    @Override
    final SchemaType schema() {
        return schema;
    }

    @Override
    final Object absent() {
        return empty;
    }

    @Override
    final Object zero() {
        return empty;
    }

    @Override
    final boolean isShareable() {
        return of.isShareable();
    }

    @Override
    final int nesting() {
        return 1 + of.nesting();
    }

    private static final class OfObject extends OptionalCodec {
        OfObject(final ValueCodec of) {
            super(of, Optional.empty());
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            of().writeAny(writer, tag, ((Optional<?>) value).orElse(null));
        }

        @Override
        Object read(final StateReader reader, final int type) {
            return Optional.of(of().read(reader, type));
        }
    }

    private static final class OfInt extends OptionalCodec {
        OfInt() {
            super(WholeCodec.INT, OptionalInt.empty());
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final OptionalInt optional = (OptionalInt) value;
            if (optional.isPresent()) {
                writer.putInteger(tag, optional.getAsInt());
            } else {
                writer.putNull(tag);
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            return OptionalInt.of((int) reader.readInteger(type, Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
    }

    private static final class OfLong extends OptionalCodec {
        OfLong() {
            super(WholeCodec.LONG, OptionalLong.empty());
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final OptionalLong optional = (OptionalLong) value;
            if (optional.isPresent()) {
                writer.putInteger(tag, optional.getAsLong());
            } else {
                writer.putNull(tag);
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            return OptionalLong.of(reader.readInteger(type, Long.MIN_VALUE, Long.MAX_VALUE));
        }
    }

    private static final class OfDouble extends OptionalCodec {
        OfDouble() {
            super(PlainCodec.DOUBLE, OptionalDouble.empty());
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final OptionalDouble optional = (OptionalDouble) value;
            if (optional.isPresent()) {
                writer.putDouble(tag, optional.getAsDouble());
            } else {
                writer.putNull(tag);
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            return OptionalDouble.of(reader.readDouble(type));
        }
    }
}
