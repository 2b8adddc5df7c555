package io.dialtone.state.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.StateFormatException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is said of two versions before the second is deployed over the first one's live sessions. */
class StateSchemaTest {
    private static final int MUTATIONS = 20_000;

    private static StateSchema schema(final Class<? extends Record> type) {
        return Bytes.codec(type).schema();
    }

    private static List<String> check(final Class<? extends Record> live, final Class<? extends Record> next) {
        return StateSchema.check(schema(live), schema(next));
    }

    private static List<String> cautions(final Class<? extends Record> live, final Class<? extends Record> next) {
        return StateSchema.cautions(schema(live), schema(next));
    }

    enum Tone {
        DIAL,
        BUSY
    }

    sealed interface Leg {}

    record In(int port) implements Leg {}

    record Out() implements Leg {}

    record Call(String peer, Tone tone, Map<String, List<Long>> table, Leg leg, Set<Tone> tones, Optional<In> spare) {}

    @Test
    void shouldWriteATypeAsOneLine() {
        assertEquals(
                "state/1 Call{peer:string,tone:enum Tone(DIAL,BUSY),table:map<string,list<long?>>,"
                        + "leg:one Leg[In{port:int},Out{}]!,tones:set<enum Tone(DIAL,BUSY)>,spare:record In{port:int}?}",
                schema(Call.class).text());
    }

    @Test
    void shouldHoldAChainAgainstAnotherServiceByService() {
        final StateSchema chain =
                StateSchema.ofChain(List.of("the-gate", "answer"), List.of(schema(In.class), schema(Call.class)));
        final StateSchema read = StateSchema.parse(chain.text());

        assertEquals(chain, read);
        assertEquals(List.of(), StateSchema.check(chain, read));
        final StateSchema other =
                StateSchema.ofChain(List.of("the-gate", "answer"), List.of(schema(In.class), schema(In.class)));
        assertTrue(!StateSchema.check(chain, other).isEmpty());
    }

    @Test
    void shouldRefuseAnotherListOfServices() {
        final StateSchema chain =
                StateSchema.ofChain(List.of("the-gate", "answer"), List.of(schema(In.class), schema(In.class)));
        final StateSchema turned =
                StateSchema.ofChain(List.of("answer", "the-gate"), List.of(schema(In.class), schema(In.class)));

        assertEquals(
                List.of(
                        "the services of the live sessions are the-gate, answer, those of this version answer, the-gate."
                                + " Maybe end all sessions first, for a chain cannot change under them."),
                StateSchema.check(chain, turned));
        assertTrue(
                StateSchema.check(schema(In.class), chain).getFirst().contains("are one alone, those of this version"));
    }

    @Test
    void shouldReadWhatItWrote() {
        final StateSchema everything = schema(Samples.Everything.class);

        final StateSchema read = StateSchema.parse(everything.text());

        assertEquals(everything, read);
        assertEquals(List.of(), StateSchema.check(everything, read));
        assertEquals(List.of(), StateSchema.cautions(everything, read));
    }

    @Test
    void shouldTakeNoTextThatIsNoSchema() {
        final String text = schema(Samples.Everything.class).text();
        final SplittableRandom random = new SplittableRandom(7);
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            final StringBuilder mutated = new StringBuilder(text);
            for (int j = random.nextInt(3); j >= 0 && mutated.length() > 1; j--) {
                final int at = random.nextInt(mutated.length());
                switch (random.nextInt(3)) {
                    case 0 -> mutated.setCharAt(at, "{}[]<>(),:!? ax".charAt(random.nextInt(15)));
                    case 1 -> mutated.deleteCharAt(at);
                    default -> mutated.setLength(at + 1);
                }
            }
            try {
                assertEquals(
                        mutated.toString(),
                        StateSchema.parse(mutated.toString()).text());
            } catch (final StateFormatException e) {
                refused++;
            }
        }
        assertTrue(refused > MUTATIONS / 2);
        final String deep = "state/1 A{b:" + "list<".repeat(1_000) + "int" + ">".repeat(1_000) + "}";
        assertThrows(StateFormatException.class, () -> StateSchema.parse(deep));
    }

    record WideNumber(long seconds) {}

    record NarrowNumber(int seconds) {}

    record TextNumber(String seconds) {}

    @Test
    void shouldRefuseAnotherTypeUnderTheSameName() {
        assertEquals(
                List.of(
                        "TextNumber.seconds: long before, string now. Maybe a new component, and the old one later removed."),
                check(WideNumber.class, TextNumber.class));
    }

    @Test
    void shouldRefuseNarrowerNumbersAndWarnOfWiderOnes() {
        assertEquals(
                List.of(
                        "NarrowNumber.seconds: long before, int now, which does not hold all that may be in memory. Maybe keep the long."),
                check(WideNumber.class, NarrowNumber.class));
        assertEquals(List.of(), check(NarrowNumber.class, WideNumber.class));
        assertEquals(
                List.of(
                        "WideNumber.seconds: int before, long now: the old version cannot read a session with a greater number in it."),
                cautions(NarrowNumber.class, WideNumber.class));
    }

    record Price(double price) {}

    record RoughPrice(float price) {}

    @Test
    void shouldRefuseDoublesWhereTheOldVersionHasFloats() {
        assertEquals(
                List.of(
                        "Price.price: float before, double now, which the old version cannot read. Maybe a new component, and the old one later removed."),
                check(RoughPrice.class, Price.class));
        assertEquals(
                List.of(
                        "RoughPrice.price: double before, float now, which does not hold all that may be in memory. Maybe keep the double."),
                check(Price.class, RoughPrice.class));
    }

    record NoLeg(int a) {}

    record WithLeg(int a, Leg leg) {}

    record WithMaybeLeg(int a, Optional<Leg> leg) {}

    @Test
    void shouldRefuseAComponentWithoutDefaultComingOrGoing() {
        assertEquals(
                List.of(
                        "WithLeg.leg: new, and it has no default. Maybe give WithLeg a static final DEFAULTS, or make it an Optional."),
                check(NoLeg.class, WithLeg.class));
        assertEquals(
                List.of(
                        "WithLeg.leg: gone, and for the old version it has no default. Maybe give WithLeg a static final DEFAULTS, or make it an Optional."),
                check(WithLeg.class, NoLeg.class));
        assertEquals(List.of(), check(NoLeg.class, WithMaybeLeg.class));
    }

    @Test
    void shouldWarnOfWhatIsForgotten() {
        assertEquals(
                List.of("WithMaybeLeg.leg: new; the old version forgets it when it writes a session."),
                cautions(NoLeg.class, WithMaybeLeg.class));
        assertEquals(
                List.of("WithMaybeLeg.leg: gone; the new version forgets it when it writes a session."),
                cautions(WithMaybeLeg.class, NoLeg.class));
    }

    static final class Tones {
        enum Tolerant {
            DIAL,
            UNKNOWN
        }

        enum More {
            DIAL,
            BUSY,
            UNKNOWN
        }

        enum Fewer {
            DIAL
        }

        record Old(Tone tone) {}

        record OldTolerant(Tolerant tone) {}

        record New(More tone) {}

        record Less(Fewer tone) {}
    }

    @Test
    void shouldRefuseConstantsThatTheOtherVersionCannotRead() {
        assertEquals(
                List.of(
                        "Tone.UNKNOWN: new, and the old version does not know it. Maybe first deploy a version whose Tone has an UNKNOWN."),
                check(Tones.Old.class, Tones.New.class));
        assertEquals(
                List.of("Fewer.BUSY: gone, and sessions may have it. Maybe keep it, or have an UNKNOWN."),
                check(Tones.Old.class, Tones.Less.class));
        assertEquals(List.of(), check(Tones.OldTolerant.class, Tones.New.class));
        assertEquals(
                List.of("Tolerant.BUSY: new, and the old version does not know it; it will be read as UNKNOWN."),
                cautions(Tones.OldTolerant.class, Tones.New.class));
    }

    static final class Legs {
        sealed interface MoreLegs {}

        record In(int port) implements MoreLegs {}

        record Out() implements MoreLegs {}

        record Media() implements MoreLegs {}

        record Old(Leg leg) {}

        record New(MoreLegs leg) {}
    }

    @Test
    void shouldRefuseRecordsOfAFamilyThatTheOtherVersionDoesNotPermit() {
        assertEquals(
                List.of(
                        "Leg.Media: new, and the old version does not know it. Maybe first deploy a version that permits it and makes none."),
                check(Legs.Old.class, Legs.New.class));
        assertEquals(
                List.of("Leg.Media: gone, and sessions may have it. Maybe keep it."),
                check(Legs.New.class, Legs.Old.class));
    }

    @Test
    void shouldLookIntoWhatIsNested() {
        final StateSchema live =
                StateSchema.parse("state/1 A{legs:list<record Leg{ports:map<string,long>}>,spare:record Leg{x:int}?}");
        final StateSchema next = StateSchema.parse(
                "state/1 A{legs:list<record Leg{ports:map<string,int>}>,spare:record Leg{x:string}?}");

        assertEquals(
                List.of(
                        "Leg.ports: long before, int now, which does not hold all that may be in memory. Maybe keep the long.",
                        "Leg.x: int before, string now. Maybe a new component, and the old one later removed."),
                StateSchema.check(live, next));
    }

    @Test
    void shouldRefuseTwoNamesOfOneId() {
        // Found by trying some 800 000.
        assertEquals(WireType.tagOf("c26810"), WireType.tagOf("c80690"));

        assertEquals(
                List.of("A: c26810, now c80690, two names of one id. Maybe a @StateName for the new one."),
                StateSchema.check(
                        StateSchema.parse("state/1 A{c26810:int}"), StateSchema.parse("state/1 A{c80690:int}")));
    }
}
