package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What operators see of calls that SIPp makes: by {@code dialtone trace}, in a file that tshark reads, at a receiver of HEP, in call records. */
class TraceTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final String BRIDGING = BridgingService.class.getName();
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    final Stage stage = new Stage();

    private int commands;

    private Child trace(final Platform platform, final List<String> members, final String... arguments) {
        final List<String> command = new ArrayList<>(List.of("trace"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--admin", platform.adminOf(members.getFirst())));
        members.stream().skip(1).forEach(member -> command.addAll(List.of("--also", platform.adminOf(member))));
        return stage.start("trace-" + ++commands, Dialtone.command(command), Dialtone.ENVIRONMENT);
    }

    private String shown(final Platform platform, final String... arguments) {
        final Child child = trace(platform, List.of("run"), arguments);
        assertEquals(0, child.awaitExit(LONG_ENOUGH), child::output);
        return child.output();
    }

    private JsonNode json(final Platform platform, final List<String> members, final String callId) throws IOException {
        final Child child = trace(platform, members, callId, "--json");
        assertEquals(0, child.awaitExit(LONG_ENOUGH), child::output);
        return JSON.readTree(child.output());
    }

    private SippRun uas() {
        return SippRun.named(stage, "uas").scenario("uas-reinvite").answers();
    }

    private SippRun calls(
            final Platform platform, final SippRun uas, final String holdMs, final int rate, final int calls) {
        return SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-d", holdMs, "-s", String.valueOf(uas.port()), "-cid_str", "traced-%u@%s")
                .calls(platform.address(), rate, calls);
    }

    private static List<String> titles(final JsonNode trace, final int leg) {
        final List<String> titles = new ArrayList<>();
        trace.path("messages").forEach(message -> {
            if (message.path("leg").asInt() == leg) {
                titles.add(message.path("title").asText());
            }
        });
        return titles;
    }

    @Test
    void shouldShowBothLegsOfACallAndWhoTookItOver() throws IOException {
        final Path cdr = stage.directory().resolve("cdr");
        // Many processes on a small machine: one that waits for a processor is not dead. Its end is seen by its host
        // all the same.
        final Platform platform = Platform.withGridAndSettings(
                stage,
                BRIDGING,
                3,
                "link: { peer-silence-max: 3s }\n",
                "--class-path",
                Dialtone.testClasses(),
                "--cdr-directory",
                cdr.toString());
        final SippRun uas = uas();
        final SippRun uac = calls(platform, uas, "12000", 10, 30);
        Await.until("calls are up", LONG_ENOUGH, () -> uac.figure("CurrentCall") >= 25, uac::toString);
        final Predicate<String> ofVictim = platform.callsOf(Set.of("node-1"));
        final String callId = IntStream.rangeClosed(5, 25)
                .mapToObj(i -> "traced-" + i + "@127.0.0.1")
                .filter(ofVictim)
                .findFirst()
                .orElseThrow();

        platform.kill("node-1");

        final JsonNode during = json(platform, List.of("edge-1", "node-2", "node-3"), callId);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(30, uac.successful());
        final JsonNode after = json(platform, List.of("edge-1", "node-2", "node-3"), callId);

        assertEquals(2, during.path("legs").size(), during::toPrettyString);
        assertEquals(1, during.path("calls").size(), during::toPrettyString);
        assertNotEquals("node-1", during.at("/calls/0/node").asText());
        assertEquals(callId, during.at("/calls/0/key").asText());
        assertEquals(2, during.at("/calls/0/legs").size());
        assertEquals(2, after.path("legs").size(), after::toPrettyString);
        assertTrue(titles(after, 1).contains("BYE"), after::toPrettyString);
        assertTrue(titles(after, 2).contains("BYE"), after::toPrettyString);
        final List<String> events = after.findValuesAsText("event");
        assertEquals(1, events.size(), events::toString);
        assertTrue(events.getFirst().contains(" has taken over from node-1 (epoch "), events::toString);

        Await.until(
                "all calls are written down",
                LONG_ENOUGH,
                () -> WrittenCalls.ids(WrittenCalls.in(cdr)).size() == 60,
                () -> cdr.toString());
        final List<JsonNode> ofCall = WrittenCalls.in(cdr).stream()
                .filter(record -> record.path("callId").asText().equals(callId))
                .toList();
        assertEquals(1, WrittenCalls.ids(ofCall).size(), ofCall::toString);
        assertEquals(1, ofCall.getLast().path("takeOvers").asInt(), ofCall::toString);
        assertEquals("node-1", ofCall.getLast().at("/owners/0").asText());
        assertEquals("peer", ofCall.getLast().path("endedBy").asText());
        assertTrue(ofCall.getLast().path("durationMs").asLong() >= 12_000, ofCall::toString);
    }

    @Test
    void shouldWriteAFileThatTsharkReadsAndSendHepOfBothLegs() throws Exception {
        final HepReceiver receiver = HepReceiver.listen(stage);
        final Path key = stage.write("hep.key", "myhep\n");
        final Platform platform = Platform.inOneProcess(
                stage,
                BRIDGING,
                "--class-path",
                Dialtone.testClasses(),
                "--trace-hep",
                receiver.address(),
                "--trace-hep-id",
                "228",
                "--trace-hep-key-file",
                key.toString());
        final SippRun uas = uas();
        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-t", "t1", "-d", "100", "-s", String.valueOf(uas.port()), "-cid_str", "traced-%u@%s")
                .calls(platform.address(), 2, 3);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);

        final Path file = stage.directory().resolve("call.pcapng");
        shown(platform, "traced-2@127.0.0.1", "--pcapng", file.toString());
        final JsonNode trace = json(platform, List.of("run"), "traced-2@127.0.0.1");
        final int messages = trace.path("messages").size();

        assertTrue(messages >= 24, trace::toPrettyString);
        assertEquals(messages, tshark(file, "sip", "frame.number").size());
        assertEquals(
                List.of(),
                tshark(file, "!sip || _ws.malformed || _ws.expert.severity >= 0x600000", "_ws.expert.message"));
        assertEquals(2, new HashSet<>(tshark(file, "sip", "sip.Call-ID")).size());
        final String port = String.valueOf(platform.port());
        assertEquals(
                messages,
                tshark(
                                file,
                                "exported_pdu.ipv4_src == 127.0.0.1 && (exported_pdu.src_port == " + port
                                        + " || exported_pdu.dst_port == " + port + ")",
                                "frame.time")
                        .size());

        Await.until(
                "HEP of all messages has come",
                LONG_ENOUGH,
                () -> of(receiver, trace.at("/legs/0").asText()).size()
                                + of(receiver, trace.at("/legs/1").asText()).size()
                        == messages,
                () -> receiver.packets().size() + " packets");
        assertEquals(List.of(), receiver.complaints());
        final Set<String> correlations = new TreeSet<>();
        of(receiver, trace.at("/legs/0").asText()).forEach(packet -> correlations.add(packet.correlation()));
        of(receiver, trace.at("/legs/1").asText()).forEach(packet -> correlations.add(packet.correlation()));
        assertEquals(1, correlations.size(), correlations::toString);
        assertNotEquals("", correlations.iterator().next());
        assertTrue(receiver.packets().stream()
                .allMatch(packet -> packet.captureId() == 228 && packet.key().equals("myhep")));
        assertTrue(of(receiver, trace.at("/legs/0").asText()).stream().allMatch(packet -> packet.protocol() == 6));
        assertTrue(of(receiver, trace.at("/legs/1").asText()).stream().allMatch(packet -> packet.protocol() == 17));
    }

    private static List<HepReceiver.Packet> of(final HepReceiver receiver, final String callId) {
        return receiver.packets().stream()
                .filter(packet -> packet.header("Call-ID").equals(callId))
                .toList();
    }

    private List<String> tshark(final Path file, final String filter, final String field) throws Exception {
        final Path output = stage.directory().resolve("tshark.txt");
        final Process process = new ProcessBuilder(
                        Peer.TSHARK.path(), "-r", file.toString(), "-n", "-Y", filter, "-T", "fields", "-e", field)
                .redirectError(stage.directory().resolve("tshark.err").toFile())
                .redirectOutput(output.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> "tshark " + filter);
        return Files.readAllLines(output);
    }

    @Test
    void shouldSendHepThatKamailioTakes() throws IOException {
        final KamailioCapture kamailio = KamailioCapture.start(stage);
        final Platform platform = Platform.inOneProcess(
                stage, BRIDGING, "--class-path", Dialtone.testClasses(), "--trace-hep", kamailio.address());
        final SippRun uas = uas();

        final SippRun uac = calls(platform, uas, "100", 2, 2);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);

        Await.until(
                "Kamailio has read the end of a call",
                LONG_ENOUGH,
                () -> kamailio.captured("traced-2@127.0.0.1").stream().anyMatch(line -> line.startsWith("BYE")),
                kamailio.process()::tail);
        final List<String> captured = kamailio.captured("traced-2@127.0.0.1");
        assertTrue(captured.getFirst().startsWith("INVITE of traced-2@127.0.0.1 from port "), captured::toString);
        assertTrue(captured.contains("200 of traced-2@127.0.0.1 from port " + platform.port()), captured::toString);
    }

    @Test
    void shouldFindOddAndLargeMessagesAmongThousands() throws Exception {
        final String odd = "o%41+<y>\"\\[?{}'~()/:`_.!*-";
        final Platform platform = Platform.inOneProcess(stage, Platform.ANSWERING, "--trace-memory-max", "32m");
        try (DatagramSocket phone = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            phone.setReceiveBufferSize(1 << 22);
            send(platform, phone, options(odd, "x", ""));
            send(platform, phone, options("large", "y", "z".repeat(60_000)));
            for (int i = 0; i < 10_000; i++) {
                send(platform, phone, options("many-" + i, "b" + i, ""));
                if (i % 50 == 0) {
                    Thread.sleep(5); // so that the socket's buffer holds them
                }
            }
            send(
                    platform,
                    phone,
                    options("masked", "m", "")
                            .replace("Max-F", "Authorization: Digest username=\"bob\", response=\"c0ffee\"\r\nMax-F"));
        }
        Await.until(
                "all were read",
                LONG_ENOUGH,
                () -> platform.status("run").at("/trace/messages").asLong() >= 10_003,
                () -> platform.status("run").at("/trace").toString());

        assertTrue(shown(platform, odd).contains("OPTIONS"));
        assertTrue(shown(platform, "large", "--full").contains("z".repeat(60_000)));
        assertTrue(shown(platform, "many-9999").contains("200 OK (OPTIONS)"));
        final String masked = shown(platform, "masked", "--full");
        assertFalse(masked.contains("c0ffee"), masked);
        assertTrue(masked.contains("response=\"******\""), masked);
        assertTrue(shown(platform, "masked", "--full", "--with-credentials").contains("c0ffee"));
        final Child unknown = trace(platform, List.of("run"), "nobody-knows\u001b[2Jthis");
        assertEquals(1, unknown.awaitExit(LONG_ENOUGH), unknown::output);
        assertTrue(unknown.output().contains("is left: run keeps all, back to "), unknown::output);
        assertFalse(unknown.output().contains("\u001b"));
        assertEquals(
                1,
                trace(platform, List.of("run"), "--start", "--address", "example.com")
                        .awaitExit(LONG_ENOUGH));
        assertTrue(
                shown(platform, "--start", "--user", "carol", "--for", "1m").contains("keeps all, user carol for 1"));
        assertTrue(shown(platform, "--stop").contains("keeps all, as it is set"));
        platform.assertAllAlive();
    }

    private static void send(final Platform platform, final DatagramSocket phone, final String message)
            throws IOException {
        final byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        phone.send(new DatagramPacket(bytes, bytes.length, platform.socketAddress()));
    }

    private static String options(final String callId, final String branch, final String body) {
        return "OPTIONS sip:service@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK" + branch
                + "\r\nFrom: <sip:alice@127.0.0.1>;tag=1\r\nTo: <sip:service@127.0.0.1>\r\nCall-ID: " + callId
                + "\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
                + (body.isEmpty() ? "" : "Content-Type: text/plain\r\n") + "Content-Length: "
                + body.length() + "\r\n\r\n" + body;
    }
}
