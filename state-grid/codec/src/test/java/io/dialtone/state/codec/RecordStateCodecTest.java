package io.dialtone.state.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.StateCodec;
import io.dialtone.state.api.StateFormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.ExpandableArrayBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** States as bytes and back, by one version. */
class RecordStateCodecTest {
    private static final long SEED = 20_261_120;
    private static final int ROUND_TRIPS = 2_000;

    record Call(String peer, int requests) {}

    record Nothing() {}

    record Texts(@Nullable String text) {}

    record Lists(List<String> list) {}

    record Tables(Map<String, Integer> table) {}

    @SuppressWarnings("ArrayRecordComponent") // states of services have such
    record Blob(byte[] bytes) {}

    record Widths(long number) {}

    @Test
    void shouldReadBackWhateverItWrote() {
        final RecordStateCodec<Samples.Everything> codec = Bytes.codec(Samples.Everything.class);
        for (int i = 0; i < ROUND_TRIPS; i++) {
            final long seed = SEED + i;
            final Samples.Everything state = Samples.everything(new SplittableRandom(seed));

            final byte[] bytes = Bytes.of(codec, state);
            final Samples.Everything read = Bytes.read(codec, bytes);

            assertEquals(state, read, () -> "seed " + seed);
            assertArrayEquals(bytes, Bytes.of(codec, read), () -> "seed " + seed);
        }
    }

    @Test
    void shouldWriteTheSameBytesInEveryWorker() {
        final RecordStateCodec<Call> codec = Bytes.codec(Call.class);
        final RecordStateCodec<Call> another = codec.forAnotherWorker();

        assertArrayEquals(
                Bytes.of(codec, new Call("sip:bob@example.org", 3)),
                Bytes.of(another, new Call("sip:bob@example.org", 3)));
        assertEquals(codec.schema(), another.schema());
    }

    @Test
    void shouldKeepTheFormForEver() {
        final byte[] bytes = Bytes.of(Bytes.codec(Call.class), new Call("bob", 300));

        final String form = "51";
        final String peer = "07" + "68ed02" + "03" + "626f62"; // LATIN1
        final String requests = "92" + "bc331d" + "2c01"; // I16
        assertEquals(form + peer + requests, HexFormat.of().formatHex(bytes));
    }

    @Test
    void shouldWriteNumbersAsShortAsTheyAre() {
        final RecordStateCodec<Widths> codec = Bytes.codec(Widths.class);
        final int head = 1 + Integer.BYTES;

        assertEquals(head + 1, Bytes.of(codec, new Widths(-128)).length);
        assertEquals(head + 2, Bytes.of(codec, new Widths(128)).length);
        assertEquals(head + 2, Bytes.of(codec, new Widths(-32_768)).length);
        assertEquals(head + 4, Bytes.of(codec, new Widths(32_768)).length);
        assertEquals(head + 8, Bytes.of(codec, new Widths(1L << 31)).length);
    }

    @Test
    void shouldKeepNullsAndTheEmptyState() {
        assertEquals(new Texts(null), Bytes.roundTrip(Texts.class, new Texts(null)));
        assertEquals(new Nothing(), Bytes.roundTrip(Nothing.class, new Nothing()));
        assertEquals(1, Bytes.of(Bytes.codec(Nothing.class), new Nothing()).length);
    }

    @Test
    @SuppressWarnings("JdkObsolete") // a service may still have one
    void shouldTakeAnyListAndGiveOneThatCannotBeChanged() {
        final List<String> linked = new LinkedList<>(List.of("a", "b"));

        final Lists read = Bytes.roundTrip(Lists.class, new Lists(linked));

        assertEquals(linked, read.list());
        assertThrows(UnsupportedOperationException.class, () -> read.list().add("c"));
    }

    @Test
    void shouldKeepTheOrderOfAMap() {
        final Map<String, Integer> table = Collections.unmodifiableMap(new HashMap<>(Map.of("b", 1, "a", 2, "c", 3)));

        final Tables read = Bytes.roundTrip(Tables.class, new Tables(table));

        assertEquals(
                new ArrayList<>(table.keySet()), new ArrayList<>(read.table().keySet()));
    }

    @Test
    void shouldGiveEachReaderAnArrayOfItsOwn() {
        final RecordStateCodec<Blob> codec = Bytes.codec(Blob.class);
        final byte[] bytes = Bytes.of(codec, new Blob(new byte[] {1, 2, 3}));

        assertNotSame(Bytes.read(codec, bytes).bytes(), Bytes.read(codec, bytes).bytes());
        assertArrayEquals(new byte[] {1, 2, 3}, Bytes.read(codec, bytes).bytes());
    }

    @Test
    void shouldAnswerTooLongForAStateOverItsLimitAndTakeOneThatIsJustWithin() {
        final RecordStateCodec<Blob> codec =
                RecordStateCodec.of(Blob.class, StateLimits.defaults().withStateBytesMax(1_000));
        final int head = 1 + Integer.BYTES + 2;

        assertEquals(1_000, Bytes.of(codec, new Blob(new byte[1_000 - head])).length);
        assertNull(codec.limitMet());
        assertEquals(
                StateCodec.TOO_LONG, codec.encode(new Blob(new byte[1_001 - head]), new ExpandableArrayBuffer(), 0));
        assertEquals("state-bytes-max", codec.limitMet());
        assertEquals(StateCodec.TOO_LONG, codec.encode(new Blob(new byte[10_000_000]), new ExpandableArrayBuffer(), 0));
        assertEquals(1_000, Bytes.of(codec, new Blob(new byte[1_000 - head])).length);
    }

    @Test
    void shouldAnswerTooLongForLongStringsAndManyElements() {
        final StateLimits limits = new StateLimits(65_536, 10, 5, 16);
        final RecordStateCodec<Lists> codec = RecordStateCodec.of(Lists.class, limits);

        assertEquals(
                StateCodec.TOO_LONG, codec.encode(new Lists(List.of("12345678901")), new ExpandableArrayBuffer(), 0));
        assertEquals("string-chars-max", codec.limitMet());
        assertEquals(
                StateCodec.TOO_LONG,
                codec.encode(new Lists(Collections.nCopies(6, "")), new ExpandableArrayBuffer(), 0));
        assertEquals("elements-max", codec.limitMet());
        assertTrue(codec.encode(new Lists(Collections.nCopies(5, "1234567890")), new ExpandableArrayBuffer(), 0) > 0);
    }

    @Test
    void shouldAnswerTooLongInTheMiddleOfAnything() {
        final Samples.Everything state = Samples.everything(new SplittableRandom(SEED));
        final int length = Bytes.of(Bytes.codec(Samples.Everything.class), state).length;
        for (int most = StateLimits.defaults().nestingMax() * 4; most < length; most++) {
            final RecordStateCodec<Samples.Everything> codec = RecordStateCodec.of(
                    Samples.Everything.class, StateLimits.defaults().withStateBytesMax(most));

            assertEquals(StateCodec.TOO_LONG, codec.encode(state, new ExpandableArrayBuffer(), 0));
        }
    }

    @Test
    void shouldReadWhatIsLongerThanItsOwnLimits() {
        final byte[] bytes = Bytes.of(Bytes.codec(Lists.class), new Lists(Collections.nCopies(100, "1234567890")));

        final Lists read = Bytes.read(RecordStateCodec.of(Lists.class, new StateLimits(64, 1, 1, 16)), bytes);

        assertEquals(100, read.list().size());
    }

    @Test
    void shouldSayWhatIsWrongWithBytes() {
        final RecordStateCodec<Call> codec = Bytes.codec(Call.class);
        final byte[] bytes = Bytes.of(codec, new Call("bob", 3));

        assertMessage("A state of 0 bytes", codec, new byte[0]);
        assertMessage("not a state's bytes", codec, new byte[] {1, 2, 3});
        assertMessage("Call.peer: more announced than there is.", codec, Arrays.copyOf(bytes, 8));
        final byte[] other = Bytes.of(Bytes.codec(OtherCall.class), new OtherCall(7));
        assertMessage("Call.peer: a whole number (expected: a String).", codec, other);
        final byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length - 1);
        System.arraycopy(bytes, 1, twice, bytes.length, bytes.length - 1);
        assertMessage("Call.peer: twice.", codec, twice);
    }

    record OtherCall(int peer) {}

    record Careful(int port) {
        Careful {
            if (port > 65_535) {
                throw new IllegalArgumentException("port " + port);
            }
        }
    }

    record Careless(int port) {}

    @Test
    void shouldSayWhenAConstructorRefuses() {
        final byte[] bytes = Bytes.of(Bytes.codec(Careless.class), new Careless(70_000));

        assertMessage(
                "Careful: its constructor refuses what was kept: java.lang.IllegalArgumentException: port 70000",
                Bytes.codec(Careful.class),
                bytes);
    }

    private static void assertMessage(
            final String expected, final RecordStateCodec<? extends Record> codec, final byte[] bytes) {
        final StateFormatException e = assertThrows(StateFormatException.class, () -> Bytes.read(codec, bytes));
        assertTrue(String.valueOf(e.getMessage()).contains(expected), e::getMessage);
    }
}
