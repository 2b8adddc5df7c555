package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls that SIPp makes through a service with two legs, as a collector of OpenTelemetry sees them. */
class SpansTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final String BRIDGING = BridgingService.class.getName();
    private static final int CALLS = 20;

    @RegisterExtension
    final Stage stage = new Stage();

    private SippRun calls(final Platform platform, final String name, final int calls) {
        final SippRun uas =
                SippRun.named(stage, name + "-uas").scenario("uas-reinvite").answers();
        return SippRun.named(stage, name)
                .scenario("uac-reinvite")
                .option("-d", "200", "-s", String.valueOf(uas.port()), "-cid_str", name + "-%u@%s")
                .calls(platform.address(), 10, calls);
    }

    private static Set<String> tracesOf(final Collection<SpanCollector.Received> spans) {
        return spans.stream().map(SpanCollector.Received::trace).collect(Collectors.toSet());
    }

    private static List<SpanCollector.Received> calls(final SpanCollector collector, final String name) {
        return collector.spans().stream()
                .filter(span -> span.title().equals("call 1")
                        && span.attribute("sip.call_id").startsWith(name + "-"))
                .toList();
    }

    @Test
    void shouldSendOneTraceForACallWithTheTransactionsOfBothLegs() {
        final SpanCollector collector = SpanCollector.listen(stage);
        final Path headers = stage.write("otlp.headers", "x-api-key: s3cret\n");
        final Platform platform = Platform.inOneProcess(
                stage,
                BRIDGING,
                "--class-path",
                Dialtone.testClasses(),
                "--name",
                "sbc-7",
                "--trace-otlp",
                collector.url(),
                "--trace-otlp-headers-file",
                headers.toString());

        final SippRun uac = calls(platform, "traced", CALLS);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        Await.until(
                "all calls have their spans",
                LONG_ENOUGH,
                () -> calls(collector, "traced").size() >= CALLS,
                () -> collector.spans().size() + " spans");

        assertEquals(List.of(), collector.complaints());
        final List<SpanCollector.Received> calls = calls(collector, "traced");
        assertEquals(CALLS, calls.size());
        assertEquals(CALLS, tracesOf(calls).size(), "a trace for each");
        final SpanCollector.Received call = calls.getFirst();
        assertEquals("s3cret", call.key());
        assertEquals("sbc-7", call.instance());
        assertEquals("answered", call.attribute("dialtone.call.outcome"));
        assertEquals("2", call.attribute("dialtone.legs"));
        assertEquals("", call.parent());
        for (final SpanCollector.Received each : calls) {
            assertTraceIsWhole(collector, each);
        }
        assertEquals(
                collector.spans().size(),
                new HashSet<>(collector.spans().stream()
                                .map(span -> span.trace() + span.id())
                                .toList())
                        .size(),
                "no span twice");
        platform.assertAllAlive();
    }

    private static void assertTraceIsWhole(final SpanCollector collector, final SpanCollector.Received call) {
        final List<SpanCollector.Received> trace = collector.traceWith("sip.call_id", call.attribute("sip.call_id"));
        final List<String> titles = new ArrayList<>();
        final Set<String> callIds = new TreeSet<>();
        for (final SpanCollector.Received span : trace) {
            if (span.equals(call)) {
                continue;
            }
            titles.add(span.title());
            callIds.add(span.attribute("sip.call_id"));
            assertEquals(call.id(), span.parent(), span::toString);
            assertEquals("200", span.attribute("sip.status_code"), span::toString);
            assertEquals("127.0.0.1", span.attribute("network.peer.address"));
            assertNotEquals("", span.attribute("dialtone.slot"), span::toString);
            if (span.title().startsWith("INVITE")) {
                assertTrue(span.events().contains("sip.ack"), span::toString);
            }
        }
        titles.sort(null);
        // SIPp invites, invites anew, asks for options, informs and hangs up; 2 has come to us, 3 was sent by us.
        assertEquals(
                List.of(
                        "BYE 2",
                        "BYE 3",
                        "INFO 2",
                        "INFO 3",
                        "INVITE 2",
                        "INVITE 2",
                        "INVITE 3",
                        "INVITE 3",
                        "OPTIONS 2",
                        "OPTIONS 3"),
                titles,
                trace::toString);
        assertEquals(2, callIds.size(), callIds::toString);
        assertTrue(trace.stream().anyMatch(span -> span.events().contains("sip.response180")), trace::toString);
    }

    @Test
    void shouldServeCallsWithoutACollectorAndSendToTheOneThatComesBack() throws IOException {
        final SpanCollector collector = SpanCollector.listen(stage);
        collector.takeDown();
        final Platform platform = Platform.inOneProcess(
                stage, BRIDGING, "--class-path", Dialtone.testClasses(), "--trace-otlp", collector.url());

        final SippRun without = calls(platform, "without", 5);
        assertEquals(0, without.awaitEnd(LONG_ENOUGH), without::toString);
        Await.until(
                "the log says that the collector is not there",
                LONG_ENOUGH,
                () -> platform.process("run").output().contains("OTLP: spans are not taken by " + collector.url()),
                () -> platform.process("run").tail());
        collector.comeBack();
        Await.until(
                "what has waited comes",
                LONG_ENOUGH,
                () -> calls(collector, "without").size() == 5,
                () -> collector.spans().size() + " spans");

        final String log = platform.process("run").output();
        assertEquals(
                1,
                log.lines()
                        .filter(line -> line.contains("OTLP: spans are not taken"))
                        .count(),
                log);
        Await.until(
                "the log says that it is back",
                LONG_ENOUGH,
                () -> platform.process("run").output().contains("takes spans again; 0 were lost meanwhile"),
                () -> platform.process("run").tail());
        assertEquals(List.of(), collector.complaints());
        platform.assertAllAlive();
    }

    @Test
    void shouldPutWhatTwoEdgesSeeOfACallIntoOneTrace() throws IOException {
        final SpanCollector collector = SpanCollector.listen(stage);
        final int secondPort = Ports.free();
        final Platform platform = Platform.withGridAndEdges(
                stage,
                Platform.ANSWERING,
                2,
                List.of("udp:127.0.0.1:" + Ports.free(), "udp:127.0.0.1:" + secondPort),
                "trace: { otlp: \"" + collector.url() + "\", otlp-silence-max: 10s }\n");

        try (DatagramSocket phone = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            phone.setSoTimeout((int) LONG_ENOUGH.toMillis());
            final InetSocketAddress first = platform.socketAddress();
            final String target = "sip:bob@" + platform.address();
            send(phone, first, request(phone, "INVITE", target, 1, ""));
            final String ok = receive(phone);
            final String tag = ok.replaceFirst("(?s).*\r\nTo: [^\r]*;tag=([^;\r]*).*", "$1");
            final String contact = ok.replaceFirst("(?s).*\r\nContact: <([^>]*)>.*", "$1");
            send(phone, first, request(phone, "ACK", contact, 1, tag));
            send(
                    phone,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), secondPort),
                    request(phone, "BYE", contact, 2, tag));
            assertTrue(receive(phone).startsWith("SIP/2.0 200 "));
        }
        Await.until(
                "three spans have come",
                LONG_ENOUGH,
                () -> collector.spans().size() >= 3,
                () -> collector.spans().toString());

        assertEquals(List.of(), collector.complaints());
        assertEquals(
                1, tracesOf(collector.spans()).size(), () -> collector.spans().toString());
        final SpanCollector.Received call = calls(collector, "two-edges").getFirst();
        assertEquals("edge-1", call.instance());
        assertEquals("silence", call.attribute("dialtone.incomplete"), "its end was not seen there");
        for (final SpanCollector.Received span : collector.spans()) {
            if (!span.equals(call)) {
                assertEquals(span.title().equals("BYE 2") ? "edge-2" : "edge-1", span.instance());
                assertEquals(call.id(), span.parent());
            }
        }
        platform.assertAllAlive();
    }

    private static void send(final DatagramSocket phone, final InetSocketAddress to, final String message)
            throws IOException {
        final byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
        phone.send(new DatagramPacket(bytes, bytes.length, to));
    }

    /** The next final answer. */
    private static String receive(final DatagramSocket phone) throws IOException {
        final DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        String answer;
        do {
            packet.setLength(65_535);
            phone.receive(packet);
            answer = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
        } while (answer.startsWith("SIP/2.0 1"));
        return answer;
    }

    private static String request(
            final DatagramSocket phone, final String method, final String uri, final int cseq, final String toTag) {
        return String.join(
                "\r\n",
                method + " " + uri + " SIP/2.0",
                "Via: SIP/2.0/UDP 127.0.0.1:" + phone.getLocalPort() + ";branch=z9hG4bK-" + method + ";rport",
                "Max-Forwards: 70",
                "From: <sip:alice@127.0.0.1>;tag=a1",
                "To: <sip:bob@127.0.0.1>" + (toTag.isEmpty() ? "" : ";tag=" + toTag),
                "Call-ID: two-edges-1@127.0.0.1",
                "CSeq: " + cseq + " " + method,
                "Contact: <sip:alice@127.0.0.1:" + phone.getLocalPort() + ">",
                "Content-Length: 0",
                "",
                "");
    }
}
