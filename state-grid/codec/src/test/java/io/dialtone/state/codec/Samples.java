package io.dialtone.state.codec;

import io.dialtone.api.StateName;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A state with everything in it, and seeded examples of it. */
final class Samples {
    private Samples() {}

    enum Phase {
        RINGING,
        UP,
        @StateName("ON_HOLD")
        HELD
    }

    record Numbers(
            boolean flag,
            byte octet,
            short port,
            char letter,
            int count,
            long bytes,
            float load,
            double price,
            @Nullable Boolean flagBox,
            @Nullable Integer countBox,
            @Nullable Long bytesBox,
            @Nullable Double priceBox,
            OptionalInt maybeCount,
            OptionalLong maybeBytes,
            OptionalDouble maybePrice) {}

    record Times(Instant at, Duration lasting, LocalDate day, LocalTime time, LocalDateTime dayAndTime, UUID id) {}

    sealed interface Leg permits Inbound, Side {}

    sealed interface Side extends Leg permits Outbound, Media {}

    record Inbound(String from, int port) implements Leg {}

    record Outbound(String to, Optional<Duration> rings) implements Side {}

    record Media() implements Side {}

    record Pair<A, B>(A first, B second) {}

    @SuppressWarnings("ArrayRecordComponent") // states of services have such
    record Arrays0(
            byte[] sdp,
            boolean[] flags,
            short[] shorts,
            char[] chars,
            int[] ints,
            long[] longs,
            float[] floats,
            double[] doubles) {
        @Override
        public boolean equals(final Object other) {
            return other instanceof final Arrays0 that
                    && Arrays.equals(sdp, that.sdp)
                    && Arrays.equals(flags, that.flags)
                    && Arrays.equals(shorts, that.shorts)
                    && Arrays.equals(chars, that.chars)
                    && Arrays.equals(ints, that.ints)
                    && Arrays.equals(longs, that.longs)
                    && Arrays.equals(floats, that.floats)
                    && Arrays.equals(doubles, that.doubles);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(ints);
        }
    }

    record Everything(
            Numbers numbers,
            Times times,
            Arrays0 arrays,
            @Nullable String name,
            Phase phase,
            List<Leg> legs,
            Set<Phase> phases,
            Map<String, List<Integer>> table,
            Optional<Leg> spare,
            Pair<String, Pair<Long, UUID>> pair,
            List<@Nullable String> notes) {}

    static Everything everything(final RandomGenerator random) {
        return new Everything(
                numbers(random),
                times(random),
                arrays(random),
                maybe(random, () -> text(random)),
                phase(random),
                list(random, () -> leg(random)),
                new LinkedHashSet<>(list(random, () -> phase(random))),
                table(random),
                Optional.ofNullable(maybe(random, () -> leg(random))),
                new Pair<>(text(random), new Pair<>(number(random), id(random))),
                list(random, () -> maybe(random, () -> text(random))));
    }

    private static Numbers numbers(final RandomGenerator random) {
        return new Numbers(
                random.nextBoolean(),
                (byte) random.nextInt(),
                (short) random.nextInt(),
                (char) random.nextInt(),
                (int) number(random),
                number(random),
                Float.intBitsToFloat(random.nextInt() & ~1),
                Double.longBitsToDouble(random.nextLong() & ~1L),
                maybe(random, random::nextBoolean),
                maybe(random, random::nextInt),
                maybe(random, () -> number(random)),
                maybe(random, random::nextDouble),
                random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of((int) number(random)),
                random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(number(random)),
                random.nextBoolean() ? OptionalDouble.empty() : OptionalDouble.of(random.nextDouble()));
    }

    private static Times times(final RandomGenerator random) {
        return new Times(
                Instant.ofEpochSecond(random.nextLong(Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond()))
                        .plusNanos(random.nextInt(1_000_000_000)),
                Duration.ofSeconds(random.nextLong(), random.nextInt(1_000_000_000)),
                LocalDate.ofEpochDay(random.nextInt()),
                LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000_000L)),
                LocalDateTime.of(
                        LocalDate.ofEpochDay(random.nextInt(100_000)),
                        LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000_000L))),
                id(random));
    }

    private static Arrays0 arrays(final RandomGenerator random) {
        final int size = random.nextInt(5);
        final Arrays0 arrays = new Arrays0(
                new byte[size],
                new boolean[size],
                new short[size],
                new char[size],
                new int[size],
                new long[size],
                new float[size],
                new double[size]);
        random.nextBytes(arrays.sdp);
        for (int i = 0; i < size; i++) {
            arrays.flags[i] = random.nextBoolean();
            arrays.shorts[i] = (short) random.nextInt();
            arrays.chars[i] = (char) random.nextInt();
            arrays.ints[i] = random.nextInt();
            arrays.longs[i] = random.nextLong();
            arrays.floats[i] = random.nextFloat();
            arrays.doubles[i] = random.nextDouble();
        }
        return arrays;
    }

    private static Leg leg(final RandomGenerator random) {
        return switch (random.nextInt(3)) {
            case 0 -> new Inbound(text(random), random.nextInt(65_536));
            case 1 ->
                new Outbound(
                        text(random), Optional.ofNullable(maybe(random, () -> Duration.ofMillis(random.nextInt()))));
            default -> new Media();
        };
    }

    private static Map<String, List<Integer>> table(final RandomGenerator random) {
        final Map<String, List<Integer>> table = new LinkedHashMap<>();
        final int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            table.put(text(random), list(random, random::nextInt));
        }
        return table;
    }

    private static <T> List<T> list(final RandomGenerator random, final Supplier<T> element) {
        final List<T> list = new ArrayList<>();
        final int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            list.add(element.get());
        }
        return list;
    }

    private static <T> @Nullable T maybe(final RandomGenerator random, final Supplier<T> value) {
        return random.nextInt(3) == 0 ? null : value.get();
    }

    private static Phase phase(final RandomGenerator random) {
        return Phase.values()[random.nextInt(Phase.values().length)];
    }

    private static UUID id(final RandomGenerator random) {
        return new UUID(random.nextLong(), random.nextLong());
    }

    /** Numbers of all lengths. */
    private static long number(final RandomGenerator random) {
        return random.nextLong() >> random.nextInt(64);
    }

    /** Texts in ASCII, in Latin-1, and of any chars at all, broken surrogates among them. */
    private static String text(final RandomGenerator random) {
        final int most = new int[] {0x7F, 0xFF, 0xFFFF}[random.nextInt(3)];
        final char[] chars = new char[random.nextInt(20)];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) random.nextInt(most + 1);
        }
        return new String(chars);
    }
}
