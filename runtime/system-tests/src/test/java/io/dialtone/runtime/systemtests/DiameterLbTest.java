package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.ResultCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code dialtone diameter-lb} between peers: freeDiameter, which others wrote, with tshark to look on; and scripted ones that are killed, freeze, or are nobody that it knows. */
class DiameterLbTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
    /** Far shorter than the watchdog, which would take a minute to leave a peer. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final String REALM = DiameterPeer.REALM;
    private static final String CLIENT = "cli." + REALM;
    private static final int WINDOW = 64;

    @RegisterExtension
    final Stage stage = new Stage();

    private final int port = Ports.free();

    // ---- with freeDiameter

    @Test
    void shouldServeAFreeDiameterThatDials() {
        final Capture capture = Capture.start(stage, List.of(port), "diameter");
        final Agent agent = start(List.of(), "--watchdog", "1s", "--accept", FreeDiameter.HOST);
        final FreeDiameter other = FreeDiameter.start(stage, Ports.free(), Agent.HOST, port);

        agent.awaitPeer(FreeDiameter.HOST, "open", LONG_ENOUGH);
        agent.awaitCounter("peers.dwa.received", 2, LONG_ENOUGH);
        final long suspected = agent.counter("peers.suspected");
        agent.process().signal("TERM");
        final int exit = agent.process().awaitExit(LONG_ENOUGH);
        capture.stop();

        assertEquals(0, exit, agent.process()::tail);
        assertEquals(0, suspected);
        assertTrue(other.process().isAlive(), other.process()::tail);
        assertParted(capture, "tcp.srcport==" + port);
    }

    @Test
    void shouldDialAFreeDiameterAndAnswerItsWatchdog() {
        final int otherPort = Ports.free();
        final Capture capture = Capture.start(stage, List.of(otherPort), "diameter");
        // It dials a port where nobody is, so that the connection is ours.
        final FreeDiameter other = FreeDiameter.start(stage, otherPort, Agent.HOST, Ports.free());
        final Agent agent = Agent.start(
                stage,
                List.of(
                        "--peer",
                        FreeDiameter.HOST + "=tcp:127.0.0.1:" + otherPort,
                        "--reconnect-first",
                        "100ms",
                        "--reconnect-max",
                        "1s"));

        agent.awaitPeer(FreeDiameter.HOST, "open", LONG_ENOUGH);
        agent.awaitCounter("peers.dwr.received", 1, LONG_ENOUGH); // after 6 s, the least that it allows
        agent.process().signal("TERM");
        final int exit = agent.process().awaitExit(LONG_ENOUGH);
        capture.stop();

        assertEquals(0, exit, agent.process()::tail);
        assertTrue(other.process().isAlive(), other.process()::tail);
        assertParted(capture, "tcp.dstport==" + otherPort);
    }

    /** Capabilities, watchdogs and a Disconnect-Peer were seen, asked and answered with success, and nothing that the decoder objects to. */
    private static void assertParted(final Capture capture, final String ours) {
        assertEquals(Set.of(), Set.copyOf(capture.objections()));
        assertEquals(
                Set.of("2001"),
                capture.values("diameter.flags.request==0", "diameter.Result-Code"),
                "every answer is a success");
        for (final int command : new int[] {257, 280, 282}) {
            final String isIt = "diameter.cmd.code==" + command;
            assertFalse(capture.values(isIt + " && diameter.flags.request==1", "frame.number")
                    .isEmpty());
            assertFalse(capture.values(isIt + " && diameter.flags.request==0", "frame.number")
                    .isEmpty());
        }
        assertEquals(
                Set.of("0"),
                capture.values("diameter.cmd.code==282 && diameter.flags.request==1", "diameter.Disconnect-Cause"),
                "REBOOTING");
        assertEquals(Set.of(Agent.HOST), capture.values("diameter && " + ours, "diameter.Origin-Host"));
    }

    // ---- between scripted peers

    @Test
    void shouldAnswerEachRequestOnceAndKeepSessionsAtTheirServer() {
        final DiameterPeer one = DiameterPeer.serving(stage, "srv1." + REALM);
        final DiameterPeer two = DiameterPeer.serving(stage, "srv2." + REALM);
        final Agent agent = start(List.of(one, two));
        final DiameterPeer client = client(agent, one, two);

        client.sendAll(requests(client, 1, 2_000, 500), WINDOW);
        client.awaitAnswers(2_000, LONG_ENOUGH);

        assertAnsweredOnce(client, 2_000);
        assertEquals(2_000, one.requests().size() + two.requests().size());
        final Set<String> sessionsOfOne = sessions(one);
        final Set<String> sessionsOfTwo = sessions(two);
        assertEquals(500, sessionsOfOne.size() + sessionsOfTwo.size(), "each session has one server");
        assertTrue(sessionsOfOne.size() > 100 && sessionsOfTwo.size() > 100, () -> "spread " + sessionsOfOne.size());
        for (final DiameterPeer server : List.of(one, two)) {
            for (final SeenMessage request : server.requests()) {
                assertFalse(request.message().isRetransmitted());
                assertEquals(List.of(CLIENT), request.texts(BaseAvp.ROUTE_RECORD));
                assertEquals(List.of(CLIENT), request.texts(BaseAvp.ORIGIN_HOST));
                assertTrue(request.texts(BaseAvp.PROXY_INFO)
                        .getFirst()
                        .contains(DiameterPeer.PROXY_STATE + request.endToEndId()));
            }
        }
        assertEquals(2_000, agent.counter("relay.answers_sent"));
        assertEquals(0, agent.counter("relay.requests_resent") + agent.counter("relay.own_answers"));
    }

    @Test
    void shouldSendWhatAKilledServerHasNotAnsweredToTheOther() {
        final DiameterPeer one = DiameterPeer.serving(stage, "srv1." + REALM);
        final DiameterPeer two = DiameterPeer.serving(stage, "srv2." + REALM);
        // Silence alone moves nothing here, only the loss does.
        final Agent agent = start(List.of(one, two), "--suspect-after", "1m", "--answer-timeout", "1m");
        final DiameterPeer client = client(agent, one, two);
        one.hold();
        client.sendAll(requests(client, 1, 40, 40), WINDOW);
        Await.until(
                "each request is held by one server or answered by the other",
                LONG_ENOUGH,
                () -> one.requests().size() + client.answers().size() == 40);
        final Set<Integer> held = one.requestIds(false);

        one.close();
        client.awaitAnswers(40, LONG_ENOUGH);

        assertFalse(held.isEmpty());
        assertAnsweredOnce(client, 40);
        assertEquals(held, two.requestIds(true), "with the T bit and the same End-to-End Identifiers");
        assertEquals(40, two.requests().size(), "none twice");
        assertEquals(held.size(), agent.counter("relay.resent_after_loss"));
        assertEquals(held.size(), agent.counter("relay.requests_resent"));
        assertNotEquals("open", agent.peer(one.host()).path("state").asText());
    }

    @Test
    void shouldLeaveAFrozenServerLongBeforeItsWatchdogSaysSo() {
        final DiameterPeer one = DiameterPeer.serving(stage, "srv1." + REALM);
        final DiameterPeer two = DiameterPeer.serving(stage, "srv2." + REALM);
        final Agent agent = start(List.of(one, two), "--watchdog", "30s", "--answer-timeout", "1m");
        final DiameterPeer client = client(agent, one, two);
        one.freeze();

        client.sendAll(requests(client, 1, 40, 40), WINDOW);
        client.awaitAnswers(40, SOON);
        final Set<Integer> resent = two.requestIds(true);
        client.sendAll(requests(client, 41, 40, 40), WINDOW);
        client.awaitAnswers(80, SOON);

        final AtomicInteger last = new AtomicInteger(80);
        Await.until("a request shows whether it answers again, and is answered by the other", LONG_ENOUGH, () -> {
            final int id = last.incrementAndGet();
            client.sendAll(requests(client, id, 1, 1), WINDOW);
            client.awaitAnswers(id, SOON);
            return agent.counter("relay.probes") > 0;
        });

        assertAnsweredOnce(client, last.get());
        assertFalse(resent.isEmpty());
        assertTrue(agent.counter("relay.suspicions") > 0);
        assertEquals(two.requestIds(true).size(), agent.counter("relay.resent_after_suspicion"));
        assertEquals(0, agent.counter("relay.timeouts"));
        assertEquals(0, agent.counter("peers.suspected") + agent.counter("peers.lost") + agent.counter("peers.down"));

        // Its answers come after all: nobody gets a second one.
        one.thaw();
        agent.awaitCounter("relay.answers_late", resent.size() + 1, LONG_ENOUGH);

        assertAnsweredOnce(client, last.get());
    }

    // ---- operators

    @Test
    void shouldDrainAPeerAndUseItAgain() throws IOException {
        final DiameterPeer one = DiameterPeer.serving(stage, "srv1." + REALM);
        final DiameterPeer two = DiameterPeer.serving(stage, "srv2." + REALM);
        final Agent agent = start(List.of(one, two), "--slow-start", "0ms");
        final DiameterPeer client = client(agent, one, two);

        agent.command("peers", "drain", one.host(), "--cause", "busy");
        Await.until(
                "the drained peer sees a DPR", LONG_ENOUGH, () -> one.partings().size() == 1);
        client.sendAll(requests(client, 1, 40, 40), WINDOW);
        client.awaitAnswers(40, LONG_ENOUGH);

        assertEquals(1, one.partings().getFirst().message().unsigned32(BaseAvp.DISCONNECT_CAUSE), "BUSY");
        assertEquals(0, one.requests().size());
        final Child refused = agent.ended("peers", "add", "srv3.test.realm=sctp:127.0.0.1:3868");
        assertNotEquals(0, refused.exitValue());
        assertTrue(refused.output().contains("SCTP"), refused::output);
        final JsonNode listed = new ObjectMapper().readTree(agent.command("peers", "list", "--json"));
        assertEquals("drained", stateOf(one.host(), listed));
        assertEquals("open", stateOf(two.host(), listed));

        agent.command("peers", "connect", one.host());
        agent.awaitPeer(one.host(), "open", LONG_ENOUGH);
        client.sendAll(requests(client, 41, 40, 40), WINDOW);
        client.awaitAnswers(80, LONG_ENOUGH);

        assertAnsweredOnce(client, 80);
        assertFalse(one.requests().isEmpty());
        final String metrics = agent.metrics();
        assertTrue(metrics.contains("\ndialtone_diameter_relay_requests_total 80\n"), metrics);
        assertTrue(metrics.contains("\ndialtone_diameter_peer_usable{peer=\"" + one.host() + "\"} 1\n"), metrics);
        assertTrue(metrics.contains("\ndialtone_diameter_dpr_sent_total 1\n"), metrics);
    }

    private static String stateOf(final String host, final JsonNode listed) {
        for (final JsonNode peer : listed) {
            if (peer.path("identity").asText().equals(host)) {
                return peer.path("state").asText();
            }
        }
        return "";
    }

    @Test
    void shouldReadRoutesAgainOrSayWhichLineIsWrong() throws IOException {
        final DiameterPeer one = DiameterPeer.serving(stage, "srv1." + REALM);
        final DiameterPeer two = DiameterPeer.serving(stage, "srv2." + REALM);
        final Path routes = stage.write("routes", """
                group all srv1.test.realm
                route test.realm 4 all
                """);
        final Agent agent = start(List.of(one, two), "--routes-file", routes.toString());
        final DiameterPeer client = client(agent, one, two);
        client.sendAll(requests(client, 1, 20, 20), WINDOW);
        client.awaitAnswers(20, LONG_ENOUGH);

        Files.writeString(routes, """
                group all srv2.test.realm
                route test.realm 4 nobody-has-this-name;wrong=yes
                route test.realm four all
                """);
        final Child refused = agent.ended("reload");
        client.sendAll(requests(client, 21, 20, 20), WINDOW);
        client.awaitAnswers(40, LONG_ENOUGH);
        Files.writeString(routes, """
                group all srv2.test.realm
                route test.realm 4 all
                """);
        agent.command("reload");
        client.sendAll(requests(client, 41, 20, 20), WINDOW);
        client.awaitAnswers(60, LONG_ENOUGH);

        assertNotEquals(0, refused.exitValue());
        assertTrue(refused.output().contains(routes + ":3"), refused::output);
        assertEquals(40, one.requests().size(), "a wrong line changes nothing");
        assertEquals(20, two.requests().size(), "routes as the file says now");
        assertAnsweredOnce(client, 60);
    }

    // ---- whom and what it refuses

    @Test
    void shouldRefuseStrangersAndGarbageWhileOthersGoOn() throws IOException {
        final DiameterPeer one = DiameterPeer.serving(stage, "srv1." + REALM);
        final Agent agent = start(List.of(one));
        final DiameterPeer client = client(agent, one);

        final DiameterPeer stranger = DiameterPeer.dialling(stage, "stranger.example", port);
        stranger.awaitClosed(LONG_ENOUGH);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) LONG_ENOUGH.toMillis());
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: relay\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
        client.sendAll(
                List.of(
                        client.creditControl(1, "known", 0, REALM),
                        client.creditControl(2, "elsewhere", 0, "elsewhere.example"),
                        client.creditControl(3, "loop", 0, REALM, "first.example", Agent.HOST)),
                WINDOW);
        client.awaitAnswers(3, LONG_ENOUGH);

        assertEquals(ResultCode.UNKNOWN_PEER, stranger.capabilities().resultCode());
        assertEquals(1, agent.counter("peers.cer.unknown-peer"));
        assertEquals(1, agent.counter("io.closed_unreadable"));
        assertEquals(ResultCode.SUCCESS, client.answer(1).resultCode());
        assertEquals(ResultCode.REALM_NOT_SERVED, client.answer(2).resultCode());
        assertEquals(ResultCode.LOOP_DETECTED, client.answer(3).resultCode());
        assertEquals(1, one.requests().size());
        assertTrue(client.answer(3).message().isError());
        assertEquals(List.of(Agent.HOST), client.answer(3).texts(BaseAvp.ORIGIN_HOST));
    }

    // ---- what they share

    private Agent start(final List<DiameterPeer> servers, final String... options) {
        final List<String> all = new ArrayList<>(List.of("--listen", "tcp:127.0.0.1:" + port, "--accept", CLIENT));
        for (final DiameterPeer server : servers) {
            all.addAll(List.of("--peer", server.address()));
        }
        all.addAll(List.of(options));
        return Agent.start(stage, all);
    }

    /** Connects the client when all servers are open. */
    private DiameterPeer client(final Agent agent, final DiameterPeer... servers) {
        for (final DiameterPeer server : servers) {
            agent.awaitPeer(server.host(), "open", LONG_ENOUGH);
        }
        final DiameterPeer client = DiameterPeer.dialling(stage, CLIENT, port);
        assertEquals(ResultCode.SUCCESS, client.capabilities().resultCode());
        return client;
    }

    /** CCRs with End-to-End Identifiers in a row, the requests of so many sessions in turn. */
    private static List<byte[]> requests(
            final DiameterPeer client, final int firstId, final int count, final int sessions) {
        final List<byte[]> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final int id = firstId + i;
            final String session = CLIENT + ";" + firstId + ";" + i % sessions;
            requests.add(client.creditControl(id, session, i / sessions, REALM));
        }
        return requests;
    }

    /** Requests 1 to {@code count} have one answer each: success, of a server, with the identifiers and the Proxy-Info that they had. */
    private static void assertAnsweredOnce(final DiameterPeer client, final int count) {
        assertEquals(count, client.answers().size());
        client.answers().forEach((id, answers) -> {
            assertEquals(1, answers.size(), () -> "answers to " + id);
            final SeenMessage answer = answers.getFirst();
            assertEquals(ResultCode.SUCCESS, answer.resultCode());
            assertEquals(DiameterPeer.hopByHopId(id), answer.message().hopByHopId());
            assertTrue(answer.texts(BaseAvp.ORIGIN_HOST).getFirst().startsWith("srv"));
            assertEquals(1, answer.message().count(BaseAvp.PROXY_INFO));
            assertTrue(answer.texts(BaseAvp.PROXY_INFO).getFirst().endsWith(padded(DiameterPeer.PROXY_STATE + id)));
        });
    }

    /** As an AVP's value stands in a group. */
    private static String padded(final String value) {
        return value + "\0".repeat((4 - value.length() % 4) % 4);
    }

    private static Set<String> sessions(final DiameterPeer server) {
        final Set<String> sessions = new HashSet<>();
        server.requests().forEach(request -> sessions.add(request.session()));
        return sessions;
    }
}
