package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import io.dialtone.state.codec.SchemaType.Kind;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.UUID;
import java.util.function.ToLongFunction;

/** What is two longs. Immutable. */
final class PairCodec<T> extends ValueCodec {
    /** Makes a value of two longs. */
    private interface OfPair<T> {
        T of(long first, long second);
    }

    static final PairCodec<Instant> INSTANT = new PairCodec<>(
            Instant.class, Kind.INSTANT, Instant::getEpochSecond, Instant::getNano, Instant::ofEpochSecond);
    static final PairCodec<Duration> DURATION = new PairCodec<>(
            Duration.class, Kind.DURATION, Duration::getSeconds, Duration::getNano, Duration::ofSeconds);
    static final PairCodec<LocalDateTime> DATE_TIME = new PairCodec<>(
            LocalDateTime.class,
            Kind.DATETIME,
            v -> v.toLocalDate().toEpochDay(),
            v -> v.toLocalTime().toNanoOfDay(),
            (day, nano) -> LocalDateTime.of(LocalDate.ofEpochDay(day), LocalTime.ofNanoOfDay(nano)));
    static final PairCodec<UUID> ID = new PairCodec<>(
            UUID.class, Kind.UUID, UUID::getMostSignificantBits, UUID::getLeastSignificantBits, UUID::new);

    private final Class<T> type;
    private final SchemaType schema;
    private final ToLongFunction<T> first;
    private final ToLongFunction<T> second;
    private final OfPair<T> ofPair;

    private PairCodec(
            final Class<T> type,
            final Kind kind,
            final ToLongFunction<T> first,
            final ToLongFunction<T> second,
            final OfPair<T> ofPair) {
        this.type = type;
        schema = new SchemaType.Plain(kind);
        this.first = first;
        this.second = second;
        this.ofPair = ofPair;
    }

    @Override
    SchemaType schema() {
        return schema;
    }

    @Override
    void write(final StateWriter writer, final int tag, final Object value) {
        final T typed = type.cast(value);
        writer.putPair(tag, first.applyAsLong(typed), second.applyAsLong(typed));
    }

    @Override
    Object read(final StateReader reader, final int wireType) {
        reader.expectPair(wireType);
        final long one = reader.readLong();
        final long two = reader.readLong();
        try {
            return ofPair.of(one, two);
        } catch (final DateTimeException | ArithmeticException e) {
            throw new StateFormatException(
                    reader.path() + ": no " + type.getSimpleName() + " is " + one + " and " + two + ".");
        }
    }

    @Override
    Object zero() {
        return ofPair.of(0, 0);
    }
}
