package io.dialtone.state.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.StateName;
import io.dialtone.state.api.StateFormatException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a developer reads, when the service is deployed, of a state that cannot be kept. */
class UnkeepableTypesTest {
    record CallState(Socket peer) {}

    @SuppressWarnings("ArrayRecordComponent") // that is what it is about
    record Many(
            Socket peer,
            Object any,
            Date at,
            AtomicInteger count,
            ArrayList<String> list,
            List<Thread> threads,
            String[] names,
            Runnable task,
            Plain plain,
            Optional<Optional<String>> twice) {}

    static final class Plain {}

    @SuppressWarnings("rawtypes") // that is what it is about
    record Raw(List list, Map map) {}

    record Node(int value, Optional<Node> next) {}

    record Ring(List<Link> links) {}

    record Link(Ring ring) {}

    record SameName(int a, @StateName("a") int b) {}

    record SameId(int c26810, String c80690) {}

    record BadName(@StateName("a:b") int a) {}

    record Deep(List<List<List<List<String>>>> list) {}

    record Open<T>(T value) {}

    sealed interface Half permits Good, Bad {}

    record Good() implements Half {}

    static final class Bad implements Half {}

    record Halves(Half half) {}

    record NoDefaults(int a) {
        static final NoDefaults DEFAULTS = none();

        private static NoDefaults none() {
            throw new IllegalStateException("not today");
        }
    }

    @SuppressWarnings("UnusedVariable") // components for the test's sake
    private static List<String> problemsOf(final Class<? extends Record> type) {
        final StateFormatException e =
                assertThrows(StateFormatException.class, () -> RecordStateCodec.of(type, StateLimits.defaults()));
        return String.valueOf(e.getMessage()).lines().toList();
    }

    @Test
    void shouldNameTheComponentAndWhatMayBeMeant() {
        assertEquals(
                List.of("CallState.peer: java.net.Socket cannot be kept in a session's state. Maybe a String."),
                problemsOf(CallState.class));
    }

    @Test
    void shouldNameAllThatIsWrongAtOnce() {
        final String cannot = " cannot be kept in a session's state. Maybe ";

        assertEquals(
                List.of(
                        "Many.peer: java.net.Socket" + cannot + "a String.",
                        "Many.any: java.lang.Object" + cannot + "a record, or a sealed interface of records.",
                        "Many.at: java.util.Date" + cannot + "an Instant.",
                        "Many.count: java.util.concurrent.atomic.AtomicInteger" + cannot + "an int.",
                        "Many.list: java.util.ArrayList" + cannot + "a List.",
                        "Many.threads: java.lang.Thread" + cannot + "Session.startTimer.",
                        "Many.names: java.lang.String[]" + cannot + "a List.",
                        "Many.task: java.lang.Runnable" + cannot + "a String.",
                        "Many.plain: io.dialtone.state.codec.UnkeepableTypesTest$Plain" + cannot + "a record.",
                        "Many.twice: an Optional in an Optional" + cannot + "one of them."),
                problemsOf(Many.class));
    }

    @Test
    void shouldAskForTypeArguments() {
        assertEquals(
                List.of(
                        "Raw.list: List of what? Maybe List<String>.",
                        "Raw.map: Map of what? Maybe Map<String, String>."),
                problemsOf(Raw.class));
        assertEquals(List.of("Open: Open of what? Maybe Open<String>."), problemsOf(Open.class));
    }

    @Test
    void shouldRefuseTypesWithoutEnd() {
        assertEquals(
                List.of("Node.next: Node contains itself; a state has an end. Maybe a List of what it is made of."),
                problemsOf(Node.class));
        assertEquals(
                List.of("Link.ring: Ring contains itself; a state has an end. Maybe a List of what it is made of."),
                problemsOf(Ring.class));
    }

    @Test
    void shouldRefuseNamesThatClash() {
        assertEquals(
                List.of("SameName: two parts are kept as a. Maybe another @StateName for one of them."),
                problemsOf(SameName.class));
        assertEquals(
                List.of("SameId: c80690 and c26810 have the same id. Maybe a @StateName for one of them."),
                problemsOf(SameId.class));
        assertEquals(
                List.of(
                        "BadName: \"a:b\" cannot be a name in a state (expected: a Java name). Maybe another @StateName."),
                problemsOf(BadName.class));
    }

    @Test
    void shouldRefuseTypesThatAreTooDeep() {
        final StateFormatException e = assertThrows(
                StateFormatException.class, () -> RecordStateCodec.of(Deep.class, new StateLimits(65_536, 16, 16, 4)));

        assertEquals("Deep: 5 records, collections and optionals within each other (nesting-max: 4).", e.getMessage());
    }

    @Test
    void shouldRefuseFamiliesWithAnotherThanRecords() {
        assertEquals(
                List.of(
                        "Halves.half: io.dialtone.state.codec.UnkeepableTypesTest$Bad in Half is no record. Maybe make it one."),
                problemsOf(Halves.class));
    }

    @Test
    void shouldSayWhenDefaultsCannotBeHad() {
        final List<String> problems = problemsOf(NoDefaults.class);

        assertEquals(1, problems.size());
        assertTrue(problems.getFirst().startsWith("NoDefaults: DEFAULTS cannot be had: "), problems::getFirst);
    }
}
