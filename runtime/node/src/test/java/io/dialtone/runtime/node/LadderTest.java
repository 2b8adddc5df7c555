package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class LadderTest {
    private static final long BEGIN_NS = 1_790_000_000_000_000_000L;
    private static final String ALICE = "192.0.2.9:5060";
    private static final String BOB = "192.0.2.20:5060";

    private final StringWriter text = new StringWriter();
    private final Ladder ladder = new Ladder(new PrintWriter(text), ZoneOffset.UTC);
    private final TraceStory story = new TraceStory();

    private static TraceEntry entry(
            final int ms,
            final String what,
            final String peer,
            final String callId,
            final String node,
            final long epoch,
            final String message) {
        return new TraceEntry(
                BEGIN_NS + ms * 1_000_000L,
                "edge-1",
                what,
                "udp",
                peer,
                "192.0.2.1:5060",
                callId,
                node,
                node.isEmpty() ? -1 : 17,
                epoch,
                message.getBytes(StandardCharsets.UTF_8));
    }

    private static String request(final String method) {
        return method + " sip:bob@example.com SIP/2.0\r\nCSeq: 1 " + method + "\r\n\r\n";
    }

    private static String response(final String status, final String method) {
        return "SIP/2.0 " + status + "\r\nCSeq: 1 " + method + "\r\n\r\n";
    }

    private String drawn(final TraceEntry... entries) {
        ladder.draw(story.add(List.of(entries)));
        return text.toString().replace("\r", "");
    }

    @Test
    void shouldDrawBothLegsOfACallAndTheTakeOverBetween() {
        final TraceEntry invite = entry(
                0,
                "in",
                ALICE,
                "c1",
                "node-1",
                3,
                "INVITE sip:bob@example.com SIP/2.0\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\r\nv=0");
        final TraceEntry again =
                entry(500, "in", ALICE, "c1", "node-1", 3, new String(invite.message(), StandardCharsets.UTF_8));

        assertEquals(
                """
                                   192.0.2.9:5060          edge-1                  node-1                  node-2                  192.0.2.20:5060
                14:13:20.000000  1 |---------INVITE--------+---------------------->|                       |                       |  SDP
                14:13:20.010000  2 |                       |                       |---------INVITE--------+---------------------->|
                14:13:20.500000  1 |---------INVITE--------+---------------------->|                       |                       |  SDP retransmission
                14:13:20.700000  2 |                       |                       |<----------------------+------180 Ringing------|
                                   *** slot 17: node-2 has taken over from node-1 (epoch 3 -> 4)
                14:13:21.000000  1 |                       |---------INVITE--------+---------------------->|                       |  handed over late or again
                14:13:21.001000  1 |<----------------------+-----------------------+------180 Ringing------|                       |
                14:13:22.000000  1 |<--503 Busy (OPTIONS)--|                       |                       |                       |
                """,
                drawn(
                        invite,
                        entry(10, "out", BOB, "c2", "node-1", 3, request("INVITE")),
                        again,
                        entry(700, "in", BOB, "c2", "node-1", 3, response("180 Ringing", "INVITE")),
                        entry(1_000, "handed-over", ALICE, "c1", "node-2", 4, request("INVITE")),
                        entry(1_001, "out", ALICE, "c1", "node-2", 4, response("180 Ringing", "INVITE")),
                        entry(2_000, "out", ALICE, "c1", "", 0, response("503 Busy", "OPTIONS"))));
        assertEquals(List.of("c1", "c2"), story.legs());
    }

    @Test
    void shouldDrawHeadingsAgainWhenSomebodyNewComes() {
        drawn(entry(0, "in", ALICE, "c1", "", 0, request("OPTIONS")));
        final int before = text.toString().split("edge-1", -1).length;

        drawn(entry(1, "in", ALICE, "c1", "", 0, response("200 OK", "OPTIONS")));
        assertEquals(before, text.toString().split("edge-1", -1).length);
        drawn(entry(2, "out", BOB, "c1", "", 0, request("OPTIONS")));
        assertEquals(before + 1, text.toString().split("edge-1", -1).length);
    }

    @Test
    void shouldNotLetAMessageTellTheTerminalWhatToDo() {
        final String drawn = drawn(entry(0, "in", ALICE, "c1", "", 0, "\u001b[2J\u0007X sip:a SIP/2.0\r\n\r\n"));

        assertEquals(-1, drawn.indexOf('\u001b'));
        assertEquals(-1, drawn.indexOf('\u0007'));
    }

    @Test
    void shouldDrawWhatIsNoMessageAtAll() {
        drawn(
                entry(0, "in", ALICE, "c1", "", 0, ""),
                entry(1, "in", ALICE, "c1", "", 0, "\r\n\r\n"),
                entry(2, "out", BOB, "c1", "", 0, "SIP/2.0"),
                entry(3, "out", BOB, "c1", "", 0, "x".repeat(65_535)));
        assertEquals(5, text.toString().lines().count());
    }
}
