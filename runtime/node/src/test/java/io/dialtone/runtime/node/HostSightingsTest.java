package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.link.LinkMember;
import io.dialtone.runtime.link.LinkMembers;
import io.dialtone.runtime.link.LinkRole;
import io.dialtone.state.api.MemberFigures;
import io.dialtone.state.api.MemberProcess;
import io.dialtone.state.api.MembershipListener.DeathHint;
import io.dialtone.state.api.WatchedProcesses;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Host a with node 0 looks at host b with nodes 1 and 2. */
class HostSightingsTest {
    private static final int A = KnownProcesses.HOST_NUMBER_FIRST;
    private static final int B = A + 1;

    private final StandingNodes nodes = new StandingNodes();
    private final HostSightings sightings = new HostSightings(known(), "a", nodes, Clock.systemUTC());

    @BeforeEach
    void begin() {
        sightings.onSelf(host("a", A, 0xa));
        nodes.registry(0, 0x10).registry(1, 0x11).registry(2, 0x12);
    }

    @Test
    void shouldShowWhoIsThereAndHowTheyAre() {
        sightings.onJoined(host("b", B, 0xb));
        sightings.onFigures(
                List.of(new MemberFigures(B, 0xb, 40, 700)),
                List.of(new WatchedProcesses(
                        B, 0xb, List.of(new MemberFigures(1, 0x11, 30, 500), new MemberFigures(2, 0x12, 5, 200)))));

        assertEquals(
                "node-0 UNSEEN 0 0, node-1 THERE 30 500, node-2 THERE 5 200, a THERE 0 0, b THERE 40 700", table());
        assertEquals(2, sightings.there(MemberProcess.Role.HOST));
        assertEquals(List.of("host b is there"), events());
    }

    @Test
    void shouldPassOnAHintAboutTheNodesOfALostHostThatTheRegistryKnows() {
        meetB();
        nodes.registry(2, 0);

        sightings.onDeathHint(B, 0xb, DeathHint.LOST);
        sightings.onLeft(host("b", B, 0xb));

        assertEquals(List.of("1/11"), nodes.hints());
        assertEquals("node-0 UNSEEN, node-1 LOST, node-2 LOST, a THERE, b LOST", states());
        assertEquals(List.of("host b is there", "host b is gone: LOST"), events());
        assertEquals(1, sightings.hints(DeathHint.LOST));
        assertEquals(1, sightings.hintsPassed());
    }

    @Test
    void shouldPassOnAnExitOnceAndOnlyOfTheProcessThatTheRegistryKnows() {
        meetB();

        sightings.onDeathHint(1, 0x99, DeathHint.EXIT_SEEN);
        assertEquals(List.of(), nodes.hints());
        sightings.onDeathHint(1, 0x11, DeathHint.EXIT_SEEN);
        sightings.onDeathHint(1, 0x11, DeathHint.EXIT_SEEN);
        sightings.onFigures(List.of(), List.of(watchOfB())); // older than the exit

        assertEquals(List.of("1/11"), nodes.hints());
        assertEquals("node-0 UNSEEN, node-1 ENDED, node-2 THERE, a THERE, b THERE", states());
        assertEquals(List.of("host b is there", "node-1 on b has ended: EXIT_SEEN"), events());
        assertEquals(3, sightings.hints(DeathHint.EXIT_SEEN));
    }

    @Test
    void shouldShowAnExitThatTheRegistryHasHeardOfBefore() {
        meetB();
        nodes.registry(1, 0);

        sightings.onDeathHint(1, 0x11, DeathHint.EXIT_SEEN);

        assertEquals(List.of(), nodes.hints());
        assertEquals("node-0 UNSEEN, node-1 ENDED, node-2 THERE, a THERE, b THERE", states());
    }

    @Test
    void shouldSayNothingToItsNodesAboutEachOther() {
        sightings.onDeathHint(0, 0x10, DeathHint.EXIT_SEEN);
        sightings.onDeathHint(A, 0xa, DeathHint.LOST);

        assertEquals("node-0 ENDED, node-1 UNSEEN, node-2 UNSEEN, a THERE, b UNSEEN", states());
        assertEquals(List.of(), nodes.hints());
        assertEquals(0, sightings.hintsPassed());
    }

    @Test
    void shouldConcludeNothingFromAGoodbyeOrFromLostSight() {
        meetB();
        sightings.onLeft(host("b", B, 0xb));
        assertEquals("node-0 UNSEEN, node-1 UNSEEN, node-2 UNSEEN, a THERE, b UNSEEN", states());

        meetB();
        sightings.onDeathHint(B, 0xb, DeathHint.SAID_GOODBYE);
        sightings.onLeft(host("b", B, 0xb));
        assertEquals("node-0 UNSEEN, node-1 UNSEEN, node-2 UNSEEN, a THERE, b ENDED", states());

        assertEquals(List.of(), nodes.hints());
        assertEquals(
                List.of(
                        "host b is there",
                        "host b is not seen from here any more",
                        "host b is there",
                        "host b has ended, as it said"),
                events());
    }

    @Test
    void shouldKeepTheNewProcessOfAHostWhenTheOldOneIsMissed() {
        meetB();

        sightings.onDeathHint(B, 0xb, DeathHint.REPLACED);
        sightings.onJoined(host("b", B, 0xbb));
        sightings.onLeft(host("b", B, 0xb));
        sightings.onDeathHint(B, 0xb, DeathHint.LOST);

        assertTrue(states().endsWith("b THERE"), states());
        assertEquals(List.of(), nodes.hints());
    }

    @Test
    void shouldBelieveOnlyAHostAboutItsOwnNodes() {
        meetB();

        sightings.onFigures(
                List.of(new MemberFigures(B, 0xbad, 90, 90), new MemberFigures(1, 0x11, 90, 90)),
                List.of(
                        new WatchedProcesses(A, 0xa, List.of(new MemberFigures(1, 0x77, 1, 1))),
                        new WatchedProcesses(B, 0xbad, List.of(new MemberFigures(2, 0x78, 1, 1))),
                        new WatchedProcesses(B, 0xb, List.of(new MemberFigures(B, 0x79, 1, 1)))));

        assertEquals("node-0 UNSEEN 0 0, node-1 UNSEEN 0 0, node-2 UNSEEN 0 0, a THERE 0 0, b THERE 0 0", table());
    }

    @Test
    void shouldCountStrangersAndNameTheFirst() {
        sightings.onJoined(host("x", B + 1, 1));
        sightings.onJoined(host("x", B, 1));
        sightings.onJoined(new MemberProcess("node-1", MemberProcess.Role.HOST, 1, 1, "x", "x", "", ""));
        sightings.onJoined(host("a", A, 1)); // which is this one

        assertEquals(4, sightings.strangers());
        assertEquals(1, sightings.there(MemberProcess.Role.HOST));
        assertEquals(1, events().size());
        assertTrue(events().getFirst().startsWith("a stranger says that it is host x,"), events()::toString);
    }

    @Test
    void shouldKeepTheLastEvents() {
        for (int i = 0; i < 2 * HostSightings.EVENTS_MAX; i++) {
            meetB();
            sightings.onDeathHint(B, 0xb, DeathHint.LOST);
        }

        assertEquals(HostSightings.EVENTS_MAX, sightings.events().size());
        assertEquals("host b is gone: LOST", events().getLast());
    }

    private void meetB() {
        sightings.onJoined(host("b", B, 0xb));
        sightings.onFigures(List.of(), List.of(watchOfB()));
    }

    private static WatchedProcesses watchOfB() {
        return new WatchedProcesses(
                B, 0xb, List.of(new MemberFigures(1, 0x11, 1, 1), new MemberFigures(2, 0x12, 1, 1)));
    }

    static KnownProcesses known() {
        return new KnownProcesses(
                List.of("a", "b"), new LinkMembers(List.of(node(0, "a"), node(1, "b"), node(2, "b"))));
    }

    private static LinkMember node(final int number, final String host) {
        return new LinkMember(number, "node-" + number, LinkRole.NODE, "127.0.0.1", 20_000 + number, host, 1);
    }

    private static MemberProcess host(final String name, final int number, final long incarnation) {
        return new MemberProcess(name, MemberProcess.Role.HOST, number, incarnation, name, name, "", "127.0.0.1:9060");
    }

    private String states() {
        return String.join(
                ", ",
                sightings.list().stream()
                        .map(each -> each.name() + " " + each.state())
                        .toList());
    }

    private String table() {
        return String.join(
                ", ",
                sightings.list().stream()
                        .map(each ->
                                each.name() + " " + each.state() + " " + each.loadPercent() + " " + each.sessions())
                        .toList());
    }

    private List<String> events() {
        return sightings.events().stream().map(GridEvents.Event::what).toList();
    }
}
