package io.dialtone.state.codec;

import io.dialtone.state.codec.SchemaType.Kind;
import java.lang.reflect.Array;

/** Arrays of primitives other than byte[], elements packed. Immutable. */
abstract sealed class ArrayCodec extends ValueCodec {
    static final ValueCodec BOOLEANS = new OfBooleans();
    static final ValueCodec SHORTS = new OfShorts();
    static final ValueCodec CHARS = new OfChars();
    static final ValueCodec INTS = new OfInts();
    static final ValueCodec LONGS = new OfLongs();
    static final ValueCodec FLOATS = new OfFloats();
    static final ValueCodec DOUBLES = new OfDoubles();

    private final SchemaType schema;
    private final Class<?> element;

    private ArrayCodec(final Kind kind, final Class<?> element) {
        schema = new SchemaType.Plain(kind);
        this.element = element;
    }

    @Override
    final SchemaType schema() {
        return schema;
    }

    @Override
    final Object zero() {
        return Array.newInstance(element, 0);
    }

    @Override
    final boolean isShareable() {
        return false;
    }

    private static final class OfBooleans extends ArrayCodec {
        OfBooleans() {
            super(Kind.BOOLEANS, boolean.class);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final boolean[] array = (boolean[]) value;
            if (writer.beginPacked(tag, WireType.I8, Byte.BYTES, array.length)) {
                for (final boolean element : array) {
                    writer.pack8(element ? 1 : 0);
                }
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            final int elementType = reader.enterPacked(type);
            final boolean[] array = new boolean[reader.packedCount()];
            for (int i = 0; i < array.length; i++) {
                array[i] = reader.readInteger(elementType, 0, 1) != 0;
            }
            return array;
        }
    }

    private static final class OfShorts extends ArrayCodec {
        OfShorts() {
            super(Kind.SHORTS, short.class);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final short[] array = (short[]) value;
            if (writer.beginPacked(tag, WireType.I16, Short.BYTES, array.length)) {
                for (final short element : array) {
                    writer.pack16(element);
                }
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            final int elementType = reader.enterPacked(type);
            final short[] array = new short[reader.packedCount()];
            for (int i = 0; i < array.length; i++) {
                array[i] = (short) reader.readInteger(elementType, Short.MIN_VALUE, Short.MAX_VALUE);
            }
            return array;
        }
    }

    private static final class OfChars extends ArrayCodec {
        OfChars() {
            super(Kind.CHARS, char.class);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final char[] array = (char[]) value;
            if (writer.beginPacked(tag, WireType.I16, Character.BYTES, array.length)) {
                for (final char element : array) {
                    writer.pack16(element);
                }
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            final int elementType = reader.enterPacked(type);
            final char[] array = new char[reader.packedCount()];
            for (int i = 0; i < array.length; i++) {
                array[i] = (char) reader.readInteger(elementType, Short.MIN_VALUE, Short.MAX_VALUE);
            }
            return array;
        }
    }

    private static final class OfInts extends ArrayCodec {
        OfInts() {
            super(Kind.INTS, int.class);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final int[] array = (int[]) value;
            if (writer.beginPacked(tag, WireType.I32, Integer.BYTES, array.length)) {
                for (final int element : array) {
                    writer.pack32(element);
                }
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            final int elementType = reader.enterPacked(type);
            final int[] array = new int[reader.packedCount()];
            for (int i = 0; i < array.length; i++) {
                array[i] = (int) reader.readInteger(elementType, Integer.MIN_VALUE, Integer.MAX_VALUE);
            }
            return array;
        }
    }

    private static final class OfLongs extends ArrayCodec {
        OfLongs() {
            super(Kind.LONGS, long.class);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final long[] array = (long[]) value;
            if (writer.beginPacked(tag, WireType.I64, Long.BYTES, array.length)) {
                for (final long element : array) {
                    writer.pack64(element);
                }
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            final int elementType = reader.enterPacked(type);
            final long[] array = new long[reader.packedCount()];
            for (int i = 0; i < array.length; i++) {
                array[i] = reader.readInteger(elementType, Long.MIN_VALUE, Long.MAX_VALUE);
            }
            return array;
        }
    }

    private static final class OfFloats extends ArrayCodec {
        OfFloats() {
            super(Kind.FLOATS, float.class);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final float[] array = (float[]) value;
            if (writer.beginPacked(tag, WireType.F32, Float.BYTES, array.length)) {
                for (final float element : array) {
                    writer.pack32(Float.floatToRawIntBits(element));
                }
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            final int elementType = reader.enterPacked(type);
            final float[] array = new float[reader.packedCount()];
            for (int i = 0; i < array.length; i++) {
                array[i] = reader.readFloat(elementType);
            }
            return array;
        }
    }

    private static final class OfDoubles extends ArrayCodec {
        OfDoubles() {
            super(Kind.DOUBLES, double.class);
        }

        @Override
        void write(final StateWriter writer, final int tag, final Object value) {
            final double[] array = (double[]) value;
            if (writer.beginPacked(tag, WireType.F64, Double.BYTES, array.length)) {
                for (final double element : array) {
                    writer.pack64(Double.doubleToRawLongBits(element));
                }
            }
        }

        @Override
        Object read(final StateReader reader, final int type) {
            final int elementType = reader.enterPacked(type);
            final double[] array = new double[reader.packedCount()];
            for (int i = 0; i < array.length; i++) {
                array[i] = reader.readDouble(elementType);
            }
            return array;
        }
    }
}
