package io.dialtone.diameter.routing;

import static io.dialtone.diameter.routing.RelayHarness.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.ResultCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers come and go, lose, delay and repeat messages, all from a seed. Whatever they do, each request has exactly one answer if the connection that it came by is still there, and no
 * answer goes to anybody else.
 */
final class RelayModelTest {
    private static final int STEPS = 6_000;

    private final List<ScriptedPeer> clients = new ArrayList<>();
    private final List<ScriptedPeer> servers = new ArrayList<>();

    /** Answers on their way, with when they arrive. */
    private record OnTheWay(ScriptedPeer from, long connection, Message request, int resultCode, long atNs) {}

    private final List<OnTheWay> onTheWay = new ArrayList<>();

    /** Requests that were asked, by End-to-End Identifier: who asked, over which connection, with which Hop-by-Hop Identifier. */
    private record Asked(ScriptedPeer client, long connection, int hopByHopId) {}

    private final Map<Integer, Asked> asked = new HashMap<>();
    private final Map<Integer, Integer> answered = new HashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldGiveEachRequestOneAnswerAndNobodyAnotherOnes(final long seed) {
        final Random random = new Random(seed);
        final String[] hosts = {"srv0.test.realm", "srv1.test.realm", "srv2.test.realm", "srv3.test.realm"};
        final RelayHarness relay = new RelayHarness(RelayHarness.config()
                .withLimits(new RelayLimits(1 << 6, 1 << 15, 1 << 5, Duration.ofSeconds(2), 16))
                .withTimers(new AnswerTimers(Duration.ofMillis(200), Map.of()))
                .withSuspicion(new Suspicion(Duration.ofMillis(50), 4, Duration.ofMillis(100), Duration.ofMillis(100)))
                .withSlowStart(Duration.ofMillis(100)));
        final Algorithm algorithm = List.of(Algorithm.values()).get((int) (seed % 3));
        relay.core.routes(new RouteTable(
                List.of(PeerGroup.of("servers", hosts).withAlgorithm(algorithm)),
                List.of(),
                List.of(Route.of(Requests.REALM, "servers"))));
        for (int i = 0; i < 3; i++) {
            clients.add(relay.peer("cli" + i + ".test.realm"));
        }
        for (final String host : hosts) {
            servers.add(relay.peer(host));
        }

        for (int step = 0; step < STEPS; step++) {
            relay.nowNs += random.nextLong(2 * MS);
            act(relay, random, step);
            relay.core.doWork(relay.nowNs, 1 + random.nextInt(8));
            deliver(relay, random);
            collect(seed);
        }
        servers.forEach(server -> server.isTaking = true);
        for (int i = 0; i < 2_000; i++) {
            relay.nowNs += MS;
            relay.core.doWork(relay.nowNs, 64);
            deliver(relay, random);
            collect(seed);
        }

        assertEquals(0, relay.core.pendingCount(), "seed " + seed);
        for (final Map.Entry<Integer, Asked> each : asked.entrySet()) {
            final Asked request = each.getValue();
            if (request.client().open.contains(request.connection())) {
                assertEquals(1, answered.getOrDefault(each.getKey(), 0), "seed " + seed + ", " + each.getKey());
            }
        }
        assertTrue(answered.size() > 1_000, "seed " + seed + ": few answers, " + answered.size());
        assertTrue(relay.count(RelayCounter.REQUESTS_RESENT) > 50, "seed " + seed + ": nothing was sent again");
        for (final ScriptedPeer each : servers) {
            assertEquals(0, relay.count(each, RelayPeerCounter.PENDING), "seed " + seed);
            assertEquals(0, relay.known(each).pending(), "seed " + seed);
        }
    }

    private void act(final RelayHarness relay, final Random random, final int step) {
        final ScriptedPeer server = servers.get(random.nextInt(servers.size()));
        final ScriptedPeer client = clients.get(random.nextInt(clients.size()));
        final int what = random.nextInt(200);
        if (what < 150) {
            ask(relay, random, client, step);
        } else if (what < 153) {
            if (server.open.isEmpty()) {
                relay.reopen(server);
            } else {
                relay.close(server);
            }
        } else if (what < 154) {
            relay.close(client).reopen(client);
        } else if (what < 157) {
            server.isTaking = !server.isTaking;
        } else if (what < 160) {
            server.isUsable = !server.isUsable;
            if (server.isUsable) {
                relay.core.onRecovered(relay.known(server), relay.nowNs);
            } else {
                relay.core.onSuspect(relay.known(server), server.connection);
            }
        } else if (what < 163 && !server.requests.isEmpty()) {
            // It repeats an answer to whatever it was ever asked.
            final Message request = server.requests.get(random.nextInt(server.requests.size()));
            onTheWay.add(new OnTheWay(server, server.connection, request, ResultCode.SUCCESS, relay.nowNs));
        }
    }

    private void ask(final RelayHarness relay, final Random random, final ScriptedPeer client, final int step) {
        final int hopByHopId = random.nextInt(10);
        final Requests request = Requests.ccr()
                .ids(hopByHopId, step)
                .session("s;" + random.nextInt(60))
                .with(BaseAvp.USER_NAME, "x".repeat(random.nextInt(1_500)));
        if (random.nextInt(10) == 0) {
            request.host("srv" + random.nextInt(5) + ".test.realm");
        }
        asked.put(step, new Asked(client, client.connection, hopByHopId));
        relay.send(client, request);
    }

    /** Servers answer what they were sent and did not lose, sooner or later, mostly with success; a connection that is closed loses what is on the way. */
    private void deliver(final RelayHarness relay, final Random random) {
        for (final ScriptedPeer server : servers) {
            for (int i = server.answeredTo; i < server.requests.size(); i++) {
                if (random.nextInt(10) > 0) {
                    final int result = random.nextInt(8) > 0 ? ResultCode.SUCCESS : ResultCode.TOO_BUSY;
                    final long delayNs = random.nextInt(12) > 0 ? random.nextLong(20 * MS) : random.nextLong(400 * MS);
                    onTheWay.add(new OnTheWay(
                            server, server.connection, server.requests.get(i), result, relay.nowNs + delayNs));
                }
            }
            server.answeredTo = server.requests.size();
        }
        for (int i = onTheWay.size() - 1; i >= 0; i--) {
            final OnTheWay answer = onTheWay.get(i);
            if (answer.atNs() <= relay.nowNs) {
                onTheWay.remove(i);
                if (answer.from().open.contains(answer.connection())
                        && answer.from().connection == answer.connection()) {
                    relay.answer(answer.from(), answer.request(), answer.resultCode());
                }
            }
        }
    }

    private void collect(final long seed) {
        for (final ScriptedPeer client : clients) {
            for (final Message answer : client.answers) {
                final Asked request = Objects.requireNonNull(asked.get(answer.endToEndId()));
                assertTrue(request.client() == client, "seed " + seed + ": somebody else's answer");
                assertEquals(request.hopByHopId(), answer.hopByHopId(), "seed " + seed);
                assertEquals(1, answered.merge(answer.endToEndId(), 1, Integer::sum), "seed " + seed + ": twice");
            }
            client.answers.clear();
        }
    }
}
