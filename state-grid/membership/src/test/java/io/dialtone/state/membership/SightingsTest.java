package io.dialtone.state.membership;

import static io.dialtone.state.membership.Processes.node;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SightingsTest {
    private final Recorder heard = new Recorder();
    private final Sightings sightings = new Sightings(heard);

    @Test
    void shouldSayWhoHasComeOnce() {
        sightings.look(List.of(node(1, 11)), true);
        sightings.look(List.of(node(1, 11), node(2, 22)), true);

        assertEquals(List.of("node-1 joined", "node-2 joined"), heard.lines());
    }

    @Test
    void shouldHintAtTheDeathOfWhoIsMissing() {
        sightings.look(List.of(node(1, 11), node(2, 22)), true);
        sightings.look(List.of(node(1, 11)), true);

        assertEquals(List.of("2/22 LOST", "node-2 left"), lastTwo());
    }

    @Test
    void shouldNotHintWhenSightItselfWasLost() {
        sightings.look(List.of(node(1, 11), node(2, 22)), true);
        sightings.look(List.of(node(1, 11)), false);

        assertEquals(List.of("node-1 joined", "node-2 joined", "node-2 left"), heard.lines());
    }

    @Test
    void shouldTellAGoodbyeFromALoss() {
        sightings.look(List.of(node(1, 11)), true);
        sightings.onGoodbye(1, 11);
        sightings.look(List.of(), true);

        assertEquals(List.of("1/11 SAID_GOODBYE", "node-1 left"), lastTwo());
    }

    @Test
    void shouldNotBelieveTheGoodbyeOfAnotherIncarnation() {
        sightings.look(List.of(node(1, 11)), true);
        sightings.onGoodbye(1, 10);
        sightings.onGoodbye(2, 11);
        sightings.look(List.of(), true);

        assertEquals(List.of("1/11 LOST", "node-1 left"), lastTwo());
    }

    @Test
    void shouldHintAtTheOldProcessWhenANewOneHasItsNumber() {
        sightings.look(List.of(node(1, 11)), true);
        sightings.look(List.of(node(1, 11), node(1, 12)), true);
        sightings.look(List.of(node(1, 12)), true);

        assertEquals(List.of("node-1 joined", "1/11 REPLACED", "node-1 joined", "node-1 left"), heard.lines());
    }

    @Test
    void shouldHintAtTheOldProcessEvenIfSightWasLostBetween() {
        sightings.look(List.of(node(1, 11)), true);
        sightings.look(List.of(node(1, 12)), false);

        assertEquals(List.of("node-1 joined", "1/11 REPLACED", "node-1 left", "node-1 joined"), heard.lines());
    }

    private List<String> lastTwo() {
        return heard.lines().subList(heard.lines().size() - 2, heard.lines().size());
    }
}
