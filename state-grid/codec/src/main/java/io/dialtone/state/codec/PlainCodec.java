package io.dialtone.state.codec;

import io.dialtone.state.codec.SchemaType.Kind;

/** Strings, bytes and floating-point numbers. Immutable. */
abstract sealed class PlainCodec extends ValueCodec {
    static final ValueCodec STRING = new OfString();
    static final ValueCodec BYTES = new OfBytes();
    static final ValueCodec FLOAT = new OfFloat();
    static final ValueCodec DOUBLE = new OfDouble();

    private final SchemaType schema;
    private final Object zero;

    private PlainCodec(final Kind kind, final Object zero) {
        schema = new SchemaType.Plain(kind);
        this.zero = zero;
    }

    @Override
    final SchemaType schema() {
        return schema;
    }

    @Override
    final Object zero() {
        return zero;
    }

    private static final class OfString extends PlainCodec {
        OfString() {
            super(Kind.STRING, "");
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            writer.putString(tag, (String) value);
        }

        @Override
        Object read(final StateReader reader, final int type) {
            return reader.readString(type);
        }
    }

    private static final class OfBytes extends PlainCodec {
        OfBytes() {
            super(Kind.BYTES, new byte[0]);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            writer.putBytes(tag, (byte[]) value);
        }

        @Override
        Object read(final StateReader reader, final int type) {
            return reader.readBytes(type);
        }

        @Override
        boolean isShareable() {
            return false;
        }
    }

    private static final class OfFloat extends PlainCodec {
        OfFloat() {
            super(Kind.FLOAT, 0f);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            writer.putFloat(tag, (Float) value);
        }

        @Override
        Object read(final StateReader reader, final int type) {
            return reader.readFloat(type);
        }
    }

    private static final class OfDouble extends PlainCodec {
        OfDouble() {
            super(Kind.DOUBLE, 0d);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            writer.putDouble(tag, (Double) value);
        }

        @Override
        Object read(final StateReader reader, final int type) {
            return reader.readDouble(type);
        }
    }
}
