package io.dialtone.state.codec;

import io.dialtone.state.codec.SchemaType.Kind;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/** What is a whole number, or can be counted: written as short as it is, read from any width that fits. Immutable. */
final class WholeCodec<T> extends ValueCodec {
    static final WholeCodec<Boolean> BOOLEAN =
            new WholeCodec<>(Boolean.class, Kind.BOOLEAN, 0, 1, v -> v ? 1 : 0, v -> v != 0);
    static final WholeCodec<Byte> BYTE =
            new WholeCodec<>(Byte.class, Kind.BYTE, Byte.MIN_VALUE, Byte.MAX_VALUE, Byte::longValue, v -> (byte) v);
    static final WholeCodec<Short> SHORT = new WholeCodec<>(
            Short.class, Kind.SHORT, Short.MIN_VALUE, Short.MAX_VALUE, Short::longValue, v -> (short) v);
    static final WholeCodec<Character> CHAR = new WholeCodec<>(
            Character.class, Kind.CHAR, Character.MIN_VALUE, Character.MAX_VALUE, v -> v, v -> (char) v);
    static final WholeCodec<Integer> INT = new WholeCodec<>(
            Integer.class, Kind.INT, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer::longValue, v -> (int) v);
    static final WholeCodec<Long> LONG =
            new WholeCodec<>(Long.class, Kind.LONG, Long.MIN_VALUE, Long.MAX_VALUE, Long::longValue, v -> v);
    static final WholeCodec<LocalDate> DATE = new WholeCodec<>(
            LocalDate.class,
            Kind.DATE,
            LocalDate.MIN.toEpochDay(),
            LocalDate.MAX.toEpochDay(),
            LocalDate::toEpochDay,
            LocalDate::ofEpochDay);
    static final WholeCodec<LocalTime> TIME = new WholeCodec<>(
            LocalTime.class, Kind.TIME, 0, LocalTime.MAX.toNanoOfDay(), LocalTime::toNanoOfDay, LocalTime::ofNanoOfDay);

    private final Class<T> type;
    private final SchemaType schema;
    private final long least;
    private final long most;
    private final ToLongFunction<T> toLong;
    private final LongFunction<T> ofLong;

    private WholeCodec(
            final Class<T> type,
            final Kind kind,
            final long least,
            final long most,
            final ToLongFunction<T> toLong,
            final LongFunction<T> ofLong) {
        this.type = type;
        schema = new SchemaType.Plain(kind);
        this.least = least;
        this.most = most;
        this.toLong = toLong;
        this.ofLong = ofLong;
    }

    @Override
    SchemaType schema() {
        return schema;
    }

    @Override
    void write(final StateWriter writer, final int tag, final Object value) {
        writer.putInteger(tag, toLong.applyAsLong(type.cast(value)));
    }

    @Override
    Object read(final StateReader reader, final int wireType) {
        return ofLong.apply(reader.readInteger(wireType, least, most));
    }

    @Override
    Object zero() {
        return ofLong.apply(0);
    }
}
