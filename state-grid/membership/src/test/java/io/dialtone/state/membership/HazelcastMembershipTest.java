package io.dialtone.state.membership;

import static io.dialtone.state.membership.Processes.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.dialtone.state.api.MemberFigures;
import io.dialtone.state.api.MemberProcess;
import io.dialtone.state.api.Membership;
import io.dialtone.state.api.MembershipListener;
import io.dialtone.state.api.WatchedProcesses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several memberships in this process, over loopback. */
@Timeout(60)
final class HazelcastMembershipTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final AtomicInteger CLUSTERS = new AtomicInteger();

    private final String cluster = "test-" + ProcessHandle.current().pid() + "-" + CLUSTERS.incrementAndGet();
    private final List<HazelcastMembership> started = new ArrayList<>();
    private final Map<Integer, Recorder> heard = new ConcurrentHashMap<>();
    private List<Integer> ports = List.of();

    @AfterEach
    void close() {
        started.parallelStream().forEach(HazelcastMembership::close);
    }

    private HazelcastMembership start(final MemberProcess self) {
        return start(self, heard.computeIfAbsent(self.number(), number -> new Recorder()));
    }

    private HazelcastMembership start(final MemberProcess self, final MembershipListener listener) {
        final HazelcastMembership membership = HazelcastMembership.start(settings(self.number()), self, listener);
        started.add(membership);
        return membership;
    }

    private MembershipSettings settings(final int number) {
        final List<String> seeds =
                ports.stream().map(port -> "127.0.0.1:" + port).toList();
        return MembershipSettings.of(cluster, "127.0.0.1", ports.get(number), new Discovery.Seeds(seeds))
                .withRetryMs(100);
    }

    /** Ports that the system has just given and taken back. */
    private void reservePorts(final int count) throws IOException {
        final List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(new ServerSocket(0, 1, LOOPBACK));
        }
        ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
        for (final ServerSocket socket : sockets) {
            socket.close();
        }
    }

    private List<HazelcastMembership> startAndMeet(final int count) throws IOException {
        reservePorts(count);
        final List<HazelcastMembership> all = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            final HazelcastMembership membership = start(node(number, 100 + number));
            all.add(membership);
            awaitThat("member " + number + " runs", () -> membership.state() == Membership.State.RUNNING);
        }
        all.forEach(one -> awaitThat("all see all", () -> one.processes().size() == count));
        return all;
    }

    private void awaitThat(final String what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                fail("not seen within 30 s: " + what + "; heard " + describe());
            }
            Thread.onSpinWait();
            try {
                Thread.sleep(5);
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private String describe() {
        final StringBuilder text = new StringBuilder();
        heard.forEach((number, recorder) ->
                text.append(number).append(recorder.lines()).append(' '));
        started.forEach(one -> text.append(one.state())
                .append(one.problem())
                .append(one.counts())
                .append(' '));
        return text.toString();
    }

    private List<String> heardBy(final int number) {
        final Recorder recorder = heard.get(number);
        return recorder == null ? List.of() : recorder.lines();
    }

    @Test
    void shouldIntroduceProcessesToEachOther() throws IOException {
        final List<HazelcastMembership> three = startAndMeet(3);

        for (final HazelcastMembership one : three) {
            assertEquals(List.of(node(0, 100), node(1, 101), node(2, 102)), one.processes());
        }
        awaitThat("0 has heard of 1 and 2", () -> heardBy(0).containsAll(List.of("node-1 joined", "node-2 joined")));
        assertFalse(heardBy(0).contains("node-0 joined"));
    }

    @Test
    void shouldSpreadFiguresAndWordsOfExits() throws IOException {
        final List<HazelcastMembership> two = startAndMeet(2);

        two.get(0).say(71, 1_234);
        two.get(1).reportExit(7, 77);

        awaitThat("1 knows 0's figures", () -> two.get(1).figures().contains(new MemberFigures(0, 100, 71, 1_234)));
        awaitThat("0 has heard of the exit", () -> heardBy(0).contains("7/77 EXIT_SEEN"));
        two.get(0).say(72, 1_235);
        awaitThat(
                "1 knows 0's newer figures",
                () -> two.get(1).figures().equals(List.of(new MemberFigures(0, 100, 72, 1_235))));
    }

    @Test
    void shouldSayWhomAProcessWatchesAsLongAsItIsThere() throws IOException {
        final List<HazelcastMembership> two = startAndMeet(2);
        final List<MemberFigures> nodes = List.of(new MemberFigures(8, 88, 30, 500), new MemberFigures(9, 99, 0, 0));

        two.get(1).sayWatched(nodes);

        awaitThat(
                "0 knows whom 1 watches",
                () -> two.get(0).watched().equals(List.of(new WatchedProcesses(1, 101, nodes))));
        two.get(1).close();
        awaitThat("0 forgets it with 1", () -> two.get(0).watched().isEmpty());
    }

    @Test
    void shouldSayThatItsAddressIsNotThere() {
        for (final String address : List.of("192.0.2.1", "no-such-host.invalid")) {
            final HazelcastMembership membership = HazelcastMembership.start(
                    MembershipSettings.of(cluster, address, 5_701, new Discovery.Seeds(List.of("127.0.0.1:5701"))),
                    node(0, 100),
                    new Recorder());
            started.add(membership);

            awaitThat("it has given up once", () -> membership.counts().startsFailed() > 0);
            assertEquals(Membership.State.UNAVAILABLE, membership.state());
            assertTrue(
                    membership.problem().contains("this machine has no such address")
                            || membership.problem().contains("nobody knows the host"),
                    membership.problem());
        }
    }

    @Test
    void shouldTellACrashFromAGoodbye() throws IOException {
        final List<HazelcastMembership> three = startAndMeet(3);

        three.get(1).crash();
        awaitThat("0 has a hint", () -> heardBy(0).contains("1/101 LOST"));
        awaitThat("2 has a hint", () -> heardBy(2).contains("1/101 LOST"));
        three.get(2).close();

        awaitThat("0 misses 2", () -> heardBy(0).contains("node-2 left"));
        assertTrue(heardBy(0).contains("2/102 SAID_GOODBYE"), heardBy(0).toString());
        assertEquals(List.of(node(0, 100)), three.get(0).processes());
        assertEquals(2, three.get(0).counts().deathHints());
    }

    @Test
    void shouldHintAtTheOldIncarnationWhenAProcessIsBack() throws IOException {
        final List<HazelcastMembership> two = startAndMeet(2);

        two.get(1).crash();
        start(node(1, 999));

        awaitThat("0 sees the new process", () -> two.get(0).processes().contains(node(1, 999)));
        awaitThat("0 has a hint at the old one", () -> heardBy(0).stream().anyMatch(line -> line.startsWith("1/101 ")));
        assertTrue(
                heardBy(0).stream().noneMatch(line -> line.startsWith("1/999 ")),
                heardBy(0).toString());
    }

    @Test
    void shouldSayWhyItDoesNotStartAndTryAgain() throws IOException {
        final HazelcastMembership membership;
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
            ports = List.of(taken.getLocalPort());
            membership = start(node(0, 100));

            awaitThat("it has given up once", () -> membership.counts().startsFailed() > 0);
            assertEquals(Membership.State.UNAVAILABLE, membership.state());
            assertEquals(
                    "Membership on 127.0.0.1:" + taken.getLocalPort()
                            + " does not start: the port is taken. Maybe another process of this host has it; give each its own."
                            + " Calls go on without it; next try in 100 ms.",
                    membership.problem());
            assertEquals(List.of(node(0, 100)), membership.processes());
            membership.say(10, 10);
            for (int i = 0; i < HazelcastMembership.EXITS_MAX + 5; i++) {
                membership.reportExit(1, i);
            }
            assertEquals(5, membership.counts().exitsDropped());
        }

        awaitThat("it runs when the port is free", () -> membership.state() == Membership.State.RUNNING);
        assertEquals("", membership.problem());
    }

    @Test
    void shouldAnswerAtOnceWhileItsListenerBlocksOrThrows() throws IOException, InterruptedException {
        reservePorts(2);
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        final HazelcastMembership membership = start(node(0, 100), new MembershipListener() {
            @Override
            public void onJoined(final MemberProcess process) {
                entered.countDown();
                try {
                    release.await();
                } catch (final InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new IllegalStateException("a listener that throws, on purpose");
            }

            @Override
            public void onLeft(final MemberProcess process) {}

            @Override
            public void onDeathHint(final int number, final long incarnation, final DeathHint why) {}
        });
        awaitThat("0 runs", () -> membership.state() == Membership.State.RUNNING);
        start(node(1, 101));

        assertTrue(entered.await(30, TimeUnit.SECONDS));
        assertEquals(2, membership.processes().size());
        membership.say(5, 5);
        membership.reportExit(4, 4);
        assertEquals(0, membership.counts().failures());
        release.countDown();

        awaitThat("the throw is counted", () -> membership.counts().failures() == 1);
        awaitThat("it goes on", () -> membership.figures().contains(new MemberFigures(0, 100, 5, 5)));
        assertEquals(Membership.State.RUNNING, membership.state());
    }

    @Test
    void shouldTakeCallsAfterItWasClosed() throws IOException {
        reservePorts(1);
        final HazelcastMembership membership = start(node(0, 100));

        membership.close();
        awaitThat("it is closed", () -> membership.state() == Membership.State.CLOSED);

        membership.say(1, 1);
        membership.reportExit(1, 1);
        assertEquals(List.of(node(0, 100)), membership.processes());
    }
}
