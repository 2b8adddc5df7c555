package io.dialtone.state.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dialtone.api.StateName;
import io.dialtone.state.api.StateFormatException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sessions that change hands between versions N and N+1, both ways: nested classes {@code Old} and {@code New} stand for them. */
@SuppressWarnings("ArrayRecordComponent") // states of services have such
class StateEvolutionTest {
    private static void assertBothWays(final Class<? extends Record> old, final Class<? extends Record> next) {
        assertEquals(
                List.of(),
                StateSchema.check(Bytes.codec(old).schema(), Bytes.codec(next).schema()));
    }

    static final class Added {
        enum Tone {
            DIAL,
            BUSY
        }

        record Route(String host, int port) {}

        record Old(String peer) {}

        record New(
                String peer,
                int count,
                long bytes,
                boolean flag,
                double price,
                String name,
                @Nullable String note,
                Optional<String> maybe,
                List<String> list,
                Set<String> set,
                Map<String, String> map,
                byte[] sdp,
                Instant at,
                Duration lasting,
                Tone tone,
                Route route) {}
    }

    @Test
    void shouldReadZeroAndEmptyForAddedComponents() {
        final Added.New read = Bytes.handOver(new Added.Old("bob"), Added.New.class);

        assertEquals("bob", read.peer());
        assertEquals(0, read.count());
        assertEquals(0, read.bytes());
        assertEquals(false, read.flag());
        assertEquals(0.0, read.price());
        assertEquals("", read.name());
        assertEquals(null, read.note());
        assertEquals(Optional.empty(), read.maybe());
        assertEquals(List.of(), read.list());
        assertEquals(Set.of(), read.set());
        assertEquals(Map.of(), read.map());
        assertEquals(0, read.sdp().length);
        assertEquals(Instant.EPOCH, read.at());
        assertEquals(Duration.ZERO, read.lasting());
        assertEquals(Added.Tone.DIAL, read.tone());
        assertEquals(new Added.Route("", 0), read.route());
        assertBothWays(Added.Old.class, Added.New.class);
    }

    @Test
    void shouldSkipWhatItDoesNotKnow() {
        final Added.New state = new Added.New(
                "bob",
                1,
                1L << 40,
                true,
                1.5,
                "\u20ac",
                null,
                Optional.of("x"),
                List.of("a"),
                Set.of("b"),
                Map.of("c", "d"),
                new byte[] {1},
                Instant.MAX,
                Duration.ofDays(1),
                Added.Tone.BUSY,
                new Added.Route("h", 5_060));

        assertEquals(new Added.Old("bob"), Bytes.handOver(state, Added.Old.class));
    }

    static final class Removed {
        record Old(int a, String gone, List<List<String>> goneToo, int z) {}

        record New(int a, int z) {}
    }

    @Test
    void shouldForgetRemovedComponentsAndGiveTheOldVersionItsDefaults() {
        assertEquals(
                new Removed.New(1, 2),
                Bytes.handOver(new Removed.Old(1, "x", List.of(List.of("y")), 2), Removed.New.class));
        assertEquals(new Removed.Old(1, "", List.of(), 2), Bytes.handOver(new Removed.New(1, 2), Removed.Old.class));
        assertBothWays(Removed.Old.class, Removed.New.class);
    }

    static final class Moved {
        record Old(int a, String b, long c) {}

        record New(long c, int a, String b) {}
    }

    @Test
    void shouldNotMindTheOrderOfComponents() {
        assertEquals(new Moved.New(3, 1, "2"), Bytes.handOver(new Moved.Old(1, "2", 3), Moved.New.class));
        assertEquals(new Moved.Old(1, "2", 3), Bytes.handOver(new Moved.New(3, 1, "2"), Moved.Old.class));
    }

    static final class Renamed {
        enum OldPhase {
            RINGING,
            UP
        }

        enum NewPhase {
            @StateName("UP")
            ANSWERED,
            RINGING
        }

        record Old(String peer, OldPhase phase) {}

        record New(@StateName("peer") String remoteParty, NewPhase phase) {}
    }

    @Test
    void shouldFindWhatWasRenamed() {
        assertEquals(
                new Renamed.New("bob", Renamed.NewPhase.ANSWERED),
                Bytes.handOver(new Renamed.Old("bob", Renamed.OldPhase.UP), Renamed.New.class));
        assertEquals(
                new Renamed.Old("bob", Renamed.OldPhase.RINGING),
                Bytes.handOver(new Renamed.New("bob", Renamed.NewPhase.RINGING), Renamed.Old.class));
        assertBothWays(Renamed.Old.class, Renamed.New.class);
    }

    static final class Widened {
        record Old(byte a, short b, int c, float d, int[] e, List<Integer> f, Integer g) {}

        record New(int a, long b, long c, double d, long[] e, List<Long> f, Optional<Long> g) {}

        record Back(byte a, short b, int c, int[] e) {}

        record Forth(int a, long b, long c, long[] e) {}
    }

    @Test
    void shouldReadNarrowNumbersIntoWideOnes() {
        final Widened.New read = Bytes.handOver(
                new Widened.Old(
                        (byte) -5, (short) -300, Integer.MIN_VALUE, 1.5f, new int[] {-1, 70_000}, List.of(7), 8),
                Widened.New.class);

        assertEquals(-5, read.a());
        assertEquals(-300, read.b());
        assertEquals(Integer.MIN_VALUE, read.c());
        assertEquals(1.5, read.d());
        assertArrayEquals(new long[] {-1, 70_000}, read.e());
        assertEquals(List.of(7L), read.f());
        assertEquals(Optional.of(8L), read.g());
    }

    @Test
    void shouldReadWideNumbersIntoNarrowOnesAsLongAsTheyFit() {
        final Widened.Back read =
                Bytes.handOver(new Widened.Forth(-5, -300, Integer.MAX_VALUE, new long[] {3}), Widened.Back.class);

        assertEquals(Integer.MAX_VALUE, read.c());
        assertArrayEquals(new int[] {3}, read.e());
        assertThrows(
                StateFormatException.class,
                () -> Bytes.handOver(new Widened.Forth(128, 0, 0, new long[0]), Widened.Back.class));
        assertThrows(
                StateFormatException.class,
                () -> Bytes.handOver(new Widened.Forth(0, 0, 1L << 31, new long[0]), Widened.Back.class));
        assertBothWays(Widened.Back.class, Widened.Forth.class);
    }

    static final class MadeOptional {
        record Old(String peer, int count) {}

        record New(Optional<String> peer, Optional<Integer> count) {}
    }

    @Test
    void shouldReadAValueAsAnOptionalAndBack() {
        assertEquals(
                new MadeOptional.New(Optional.of("bob"), Optional.of(3)),
                Bytes.handOver(new MadeOptional.Old("bob", 3), MadeOptional.New.class));
        assertEquals(
                new MadeOptional.Old("bob", 0),
                Bytes.handOver(new MadeOptional.New(Optional.of("bob"), Optional.empty()), MadeOptional.Old.class));
        assertBothWays(MadeOptional.Old.class, MadeOptional.New.class);
    }

    static final class Constants {
        enum OldState {
            RINGING,
            UP
        }

        enum OldTolerant {
            RINGING,
            UP,
            UNKNOWN
        }

        enum NewState {
            UP,
            HELD,
            RINGING
        }

        record Old(OldState phase) {}

        record Tolerant(OldTolerant phase) {}

        record New(NewState phase) {}
    }

    @Test
    void shouldReadConstantsByNameAndUnknownOnesAsUnknown() {
        assertEquals(
                new Constants.New(Constants.NewState.RINGING),
                Bytes.handOver(new Constants.Old(Constants.OldState.RINGING), Constants.New.class));
        assertEquals(
                new Constants.Tolerant(Constants.OldTolerant.UNKNOWN),
                Bytes.handOver(new Constants.New(Constants.NewState.HELD), Constants.Tolerant.class));
        assertThrows(
                StateFormatException.class,
                () -> Bytes.handOver(new Constants.New(Constants.NewState.HELD), Constants.Old.class));
    }

    static final class Families {
        sealed interface OldLeg {}

        record In(String from) implements OldLeg {}

        record Old(OldLeg leg) {}

        sealed interface NewLeg {}

        @StateName("In")
        record Inbound(String from, int port) implements NewLeg {}

        record Out(String to) implements NewLeg {}

        record New(NewLeg leg) {}
    }

    @Test
    void shouldReadMembersOfAFamilyByName() {
        assertEquals(
                new Families.New(new Families.Inbound("bob", 0)),
                Bytes.handOver(new Families.Old(new Families.In("bob")), Families.New.class));
        assertEquals(
                new Families.Old(new Families.In("bob")),
                Bytes.handOver(new Families.New(new Families.Inbound("bob", 5_060)), Families.Old.class));
        assertThrows(
                StateFormatException.class,
                () -> Bytes.handOver(new Families.New(new Families.Out("x")), Families.Old.class));
    }

    static final class Defaults {
        record Old(int a) {}

        record ByField(int a, int retries, String realm, List<String> list, byte[] key) {
            static final ByField DEFAULTS = new ByField(9, 3, "example.org", List.of("x"), new byte[] {7});
        }

        record ByConstructor(int a, int retries) {
            ByConstructor() {
                this(9, 4);
            }
        }

        record Inner(int a, ByConstructor inner) {}
    }

    @Test
    void shouldTakeDefaultsFromTheRecordItself() {
        final Defaults.ByField read = Bytes.handOver(new Defaults.Old(1), Defaults.ByField.class);

        assertEquals(1, read.a());
        assertEquals(3, read.retries());
        assertEquals("example.org", read.realm());
        assertEquals(List.of("x"), read.list());
        assertArrayEquals(new byte[] {7}, read.key());
        assertNotSame(Defaults.ByField.DEFAULTS.key(), read.key());
        assertEquals(
                new Defaults.ByConstructor(1, 4), Bytes.handOver(new Defaults.Old(1), Defaults.ByConstructor.class));
        assertEquals(
                new Defaults.Inner(1, new Defaults.ByConstructor(9, 4)),
                Bytes.handOver(new Defaults.Old(1), Defaults.Inner.class));
    }

    @Test
    void shouldRefuseAStateWithoutAComponentThatHasNoDefault() {
        final StateFormatException e =
                assertThrows(StateFormatException.class, () -> Bytes.handOver(new Defaults.Old(1), Families.New.class));

        assertEquals(
                "New.leg: not there, and it has no default. Maybe give its record a static final DEFAULTS, or make the component an Optional.",
                e.getMessage());
    }
}
