package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.state.api.MemberFigures;
import io.dialtone.state.api.MemberProcess;
import io.dialtone.state.api.Membership;
import io.dialtone.state.api.MembershipListener;
import io.dialtone.state.api.MembershipListener.DeathHint;
import io.dialtone.state.api.WatchedProcesses;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The membership of hosts as a host has it: with one that is played, and two real ones over loopback. */
@Timeout(120)
class MembershipRoomTest {
    private static final int A = KnownProcesses.HOST_NUMBER_FIRST;
    private static final int B = A + 1;
    private static final long LONG_ENOUGH_NS = TimeUnit.SECONDS.toNanos(60);
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final PlayedMembership played = new PlayedMembership();
    private final StandingNodes nodes = new StandingNodes();

    @Test
    void shouldDoNothingWhenItIsOff() {
        final MembershipRoom room = MembershipRoom.of(Optional.empty(), (plan, self, listener) -> fail("started"));

        room.start("127.0.0.1:9060", nodes);
        room.reportExit(1, 1);
        room.close();

        assertFalse(status(room).has("membership"));
        assertFalse(metrics(room).contains("membership"));
    }

    @Test
    void shouldSayHowItsNodesAreAndIntroduceItself() {
        final MembershipRoom room = start();
        nodes.watched(0, 0x10, 120).watched(1, 0x11, 80);

        played.listener.onTurn();
        room.reportExit(1, 0x11);
        room.close();

        assertEquals("a HOST " + A + " a 127.0.0.1:9060", played.introduction());
        assertEquals(200, played.saidSessions);
        assertEquals(
                List.of("0/10 120", "1/11 80"),
                played.saidWatched.stream()
                        .map(each -> each.number() + "/" + Long.toHexString(each.incarnation()) + " " + each.sessions())
                        .toList());
        assertEquals(List.of("1/11"), played.exits);
        assertTrue(played.isClosed);
    }

    @Test
    void shouldShowWhatItHearsAndPassHintsOn() {
        final MembershipRoom room = start();
        nodes.registry(2, 0x12);
        played.listener.onJoined(
                new MemberProcess("b", MemberProcess.Role.HOST, B, 0xb, "b", "b", "", "127.0.0.1:9061"));
        played.figures = List.of(new MemberFigures(B, 0xb, 40, 700));
        played.watched = List.of(new WatchedProcesses(B, 0xb, List.of(new MemberFigures(2, 0x12, 30, 500))));
        played.listener.onTurn();

        final JsonNode before = status(room).path("membership");
        assertEquals("running", before.path("state").asText());
        assertEquals("host b there 40 700", line(before, "b"));
        assertEquals("node node-2 there 30 500", line(before, "node-2"));
        final String text = text(status(room));
        assertTrue(text.contains("hosts as they see each other, running, 2 of 2 hosts there"), text);
        assertTrue(text.contains("host b is there"), text);

        played.listener.onDeathHint(B, 0xb, DeathHint.LOST);

        assertEquals("host b lost 0 0", line(status(room).path("membership"), "b"));
        assertEquals(List.of("2/12"), nodes.hints());
        final String metrics = metrics(room);
        assertTrue(metrics.contains("dialtone_membership_up 1\n"), metrics);
        assertTrue(metrics.contains("dialtone_membership_hosts_seen 1\n"), metrics);
        assertTrue(metrics.contains("dialtone_membership_hints_total{why=\"lost\"} 1\n"), metrics);
        assertTrue(metrics.contains("dialtone_membership_hints_passed_total 1\n"), metrics);
    }

    @Test
    void shouldSayWhyItDoesNotWork() {
        final MembershipRoom room = start();
        played.state = Membership.State.UNAVAILABLE;
        played.problem = "the port is taken";

        final JsonNode status = status(room).path("membership");

        assertEquals("unavailable", status.path("state").asText());
        assertEquals("the port is taken", status.path("problem").asText());
        assertTrue(text(status(room)).contains("the port is taken"));
        assertTrue(metrics(room).contains("dialtone_membership_up 0\n"), metrics(room));
    }

    @Test
    void shouldLetTwoHostsSeeEachOtherUntilOneEnds() throws IOException {
        final List<Integer> ports = freePorts();
        final StandingNodes nodesOfB = new StandingNodes().watched(1, 0x11, 500);
        final MembershipRoom a = MembershipRoom.of(Optional.of(plan("a", ports.get(0), ports)));
        final MembershipRoom b = MembershipRoom.of(Optional.of(plan("b", ports.get(1), ports)));
        try {
            a.start("127.0.0.1:9060", nodes);
            b.start("127.0.0.1:9061", nodesOfB);

            await(a, () -> line(status(a).path("membership"), "node-1").matches("node node-1 there [0-9]+ 500"));
            await(b, () -> line(status(b).path("membership"), "a").startsWith("host a there "));
            assertTrue(events(a).contains("host b is there"), () -> events(a).toString());

            b.reportExit(1, 0x11);
            await(a, () -> events(a).contains("node-1 on b has ended: EXIT_SEEN"));
            b.close();

            await(a, () -> events(a).contains("host b has ended, as it said"));
            assertEquals("host b ended 0 0", line(status(a).path("membership"), "b"));
            assertEquals(1, status(a).path("membership").path("hostsSeen").asInt());
        } finally {
            b.close();
            a.close();
        }
        assertEquals("closed", status(a).path("membership").path("state").asText());
    }

    @Test
    void shouldGoOnTryingWhileItsPortIsTaken() throws IOException {
        final MembershipRoom room;
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
            room = MembershipRoom.of(Optional.of(plan("a", taken.getLocalPort(), List.of(taken.getLocalPort()))));
            room.start("127.0.0.1:9060", nodes);
            await(
                    room,
                    () -> status(room).path("membership").path("state").asText().equals("unavailable"));
            final String problem =
                    status(room).path("membership").path("problem").asText();
            assertTrue(problem.contains("the port is taken"), problem);
        }
        try {
            await(
                    room,
                    () -> status(room).path("membership").path("state").asText().equals("running"));
        } finally {
            room.close();
        }
    }

    private MembershipRoom start() {
        final MembershipRoom room = MembershipRoom.of(Optional.of(plan("a", 5_701, List.of(5_701))), played);
        room.start("127.0.0.1:9060", nodes);
        return room;
    }

    private static MembershipPlan plan(final String host, final int port, final List<Integer> seeds) {
        return new MembershipPlan(
                host,
                HostSightingsTest.known(),
                DiscoveryUse.SEEDS,
                new Endpoint("127.0.0.1", port),
                seeds.stream().map(seed -> new Endpoint("127.0.0.1", seed)).toList(),
                new Endpoint("239.255.57.1", 54_327),
                "room-test-" + ProcessHandle.current().pid(),
                10);
    }

    private static List<Integer> freePorts() throws IOException {
        try (ServerSocket one = new ServerSocket(0, 1, LOOPBACK);
                ServerSocket other = new ServerSocket(0, 1, LOOPBACK)) {
            return List.of(one.getLocalPort(), other.getLocalPort());
        }
    }

    private static ObjectNode status(final MembershipRoom room) {
        final ObjectNode status = Json.object();
        room.status(status);
        return status;
    }

    private static String metrics(final MembershipRoom room) {
        final MetricsPage page = new MetricsPage();
        room.metrics(page);
        return page.toString();
    }

    private static String text(final JsonNode status) {
        final StringWriter text = new StringWriter();
        final PrintWriter out = new PrintWriter(text);
        new StatusText(out, false).print(List.of(status));
        out.flush();
        return text.toString();
    }

    private static String line(final JsonNode membership, final String name) {
        for (final JsonNode each : membership.path("processes")) {
            if (each.path("name").asText().equals(name)) {
                return each.path("role").asText() + " " + name + " "
                        + each.path("state").asText() + " "
                        + each.path("loadPercent").asText() + " "
                        + each.path("sessions").asText();
            }
        }
        return name + " has no line";
    }

    private static List<String> events(final MembershipRoom room) {
        final List<String> events = new ArrayList<>();
        status(room)
                .path("membership")
                .path("events")
                .forEach(each -> events.add(each.path("what").asText()));
        return events;
    }

    private static void await(final MembershipRoom room, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + LONG_ENOUGH_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, () -> "not in time: " + status(room));
            LockSupport.parkNanos(5_000_000L);
        }
    }

    /** A membership whose others are the test. */
    private static final class PlayedMembership implements Membership, MembershipRoom.Starter {
        private MembershipListener listener = new MembershipListener() {
            @Override
            public void onJoined(final MemberProcess process) {}

            @Override
            public void onLeft(final MemberProcess process) {}

            @Override
            public void onDeathHint(final int number, final long incarnation, final DeathHint why) {}
        };

        private final List<MemberProcess> introduced = new ArrayList<>();
        private final List<String> exits = new ArrayList<>();
        private State state = State.RUNNING;
        private String problem = "";
        private List<MemberFigures> figures = List.of();
        private List<WatchedProcesses> watched = List.of();
        private List<MemberFigures> saidWatched = List.of();
        private long saidSessions;
        private boolean isClosed;

        @Override
        public Membership start(
                final MembershipPlan plan, final MemberProcess self, final MembershipListener itsListener) {
            introduced.add(self);
            listener = itsListener;
            return this;
        }

        String introduction() {
            final MemberProcess self = introduced.getFirst();
            return self.name() + " " + self.role() + " " + self.number() + " " + self.host() + " "
                    + self.adminAddress();
        }

        @Override
        public State state() {
            return state;
        }

        @Override
        public String problem() {
            return problem;
        }

        @Override
        public List<MemberProcess> processes() {
            return introduced;
        }

        @Override
        public List<MemberFigures> figures() {
            return figures;
        }

        @Override
        public void say(final int loadPercent, final long sessions) {
            saidSessions = sessions;
        }

        @Override
        public void sayWatched(final List<MemberFigures> processes) {
            saidWatched = processes;
        }

        @Override
        public List<WatchedProcesses> watched() {
            return watched;
        }

        @Override
        public void reportExit(final int number, final long incarnation) {
            exits.add(number + "/" + Long.toHexString(incarnation));
        }

        @Override
        public Counts counts() {
            return new Counts(0, 0, 0, 0, 0, 0, 0);
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }
}
