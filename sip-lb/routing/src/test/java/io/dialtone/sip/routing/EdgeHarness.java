package io.dialtone.sip.routing;

import io.dialtone.api.AffinityRule;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotHash;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.ViaTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** An edge of one I/O thread between a client and scripted nodes, with time driven by hand. */
final class EdgeHarness {
    static final int SLOTS = 16;
    static final int NODES = 3;
    static final long MS = 1_000_000;
    static final long WALL_NS = 1_790_000_000_000_000_000L;
    private static final ClusterKey KEY = ClusterKey.parse("a secret for the tests of the edge");

    final CapturingEgress egress = new CapturingEgress(new SipListener(
            0,
            SipFlow.TRANSPORT_UDP,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 5060),
            "127.0.0.1",
            5060));
    final ScriptedLink link = new ScriptedLink(1 + NODES, 1);
    final SlotTableHolder slots = new SlotTableHolder(SlotTable.roundRobin(SLOTS, 1, 2, 3));
    final Edge edge;
    final EdgeRouter router;
    long nowNs = 5_000 * MS;

    private final SlotHash slotHash = SlotHash.of(KEY, SLOTS);
    private final SipFlow from =
            new SipFlow().set(0, SipFlow.TRANSPORT_UDP, 0, 0, 0).remoteIpv4(0xC0000201, 40_000);
    private final SipFlow connection =
            new SipFlow().set(0, ViaTransport.TCP.code(), 0, 0, 0).remoteIpv4(0xC0000201, 40_001);
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[SipIngress.HEADROOM_BYTES + 70_000]);

    EdgeHarness(final RedriveConfig redrive) {
        this(redrive, AffinityRule.CALL_ID);
    }

    EdgeHarness(final RedriveConfig redrive, final AffinityRule rule) {
        final EdgeConfig config = new EdgeConfig(rule, SipLimits.defaults(), 4_000, 5, 100_000, 64, 1 << 14, redrive);
        edge = new Edge(config, KEY, 0, slots, () -> WALL_NS + nowNs, 1);
        router = edge.router(0, egress, link, nowNs);
        turn();
    }

    static EdgeHarness ofDefaults() {
        return new EdgeHarness(RedriveConfig.defaults());
    }

    /** A branch that a node in the slot would write. */
    String branchOf(final int slot) {
        final UnsafeBuffer text = new UnsafeBuffer(new byte[SlotToken.LENGTH]);
        SlotToken.of(KEY, 0, SLOTS).write(slot, text, 0);
        return "z9hG4bK" + text.getStringWithoutLengthAscii(0, SlotToken.LENGTH) + "0001";
    }

    /** A Call-ID that lives in the slot. */
    String callIn(final int slot, final String name) {
        for (int i = 0; ; i++) {
            final String callId = name + "-" + i;
            if (slotHash.slotOf(callId.getBytes(StandardCharsets.US_ASCII)) == slot) {
                return callId;
            }
        }
    }

    static String request(final String method, final String callId, final int cseq) {
        return request(method, callId, "z9hG4bK" + callId + cseq, cseq, "");
    }

    static String request(
            final String method, final String callId, final String branch, final int cseq, final String more) {
        return method + " sip:bob@example.com SIP/2.0\r\n"
                + "Via: SIP/2.0/UDP 192.0.2.1:40000;branch=" + branch + "\r\n"
                + more
                + "Max-Forwards: 70\r\n"
                + "To: Bob <sip:bob@example.com>\r\n"
                + "From: Alice <sip:alice@example.com>;tag=1928301774\r\n"
                + "Call-ID: " + callId + "\r\n"
                + "CSeq: " + cseq + " " + method + "\r\n"
                + "Content-Length: 0\r\n"
                + "\r\n";
    }

    void receive(final String message) {
        final byte[] bytes = message.getBytes(StandardCharsets.ISO_8859_1);
        receive(bytes);
    }

    /** The message comes by a connection. */
    void receiveByStream(final String message) {
        receive(message.getBytes(StandardCharsets.ISO_8859_1), connection);
    }

    void receive(final byte[] bytes) {
        receive(bytes, from);
    }

    private void receive(final byte[] bytes, final SipFlow flow) {
        buffer.putBytes(SipIngress.HEADROOM_BYTES, bytes);
        router.onMessage(buffer, SipIngress.HEADROOM_BYTES, bytes.length, flow, nowNs);
    }

    int turn() {
        return router.doWork(nowNs);
    }

    /** Lets time pass, and the edge have a turn at its end. */
    int after(final long ms) {
        nowNs += ms * MS;
        return turn();
    }

    /** A turn each millisecond. */
    void run(final long ms) {
        for (int i = 0; i < ms; i++) {
            after(1);
        }
    }

    int ownerOf(final int slot) {
        return slots.table().ownerOf(slot);
    }

    /** Gives a slot to another member in the next epoch; returns the member. */
    int give(final int slot, final int member) {
        slots.publish(slots.table().withOwner(slot, member, slots.table().epochOf(slot) + 1));
        return member;
    }

    /** The owner that got the frame answers it. */
    void answer(final ScriptedLink.Offer offer, final int status) {
        answer(
                offer,
                status,
                offer.member(),
                offer.frame().epoch(),
                offer.frame().request());
    }

    void answer(
            final ScriptedLink.Offer offer, final int status, final int member, final long epoch, final long number) {
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE)
                .slot(offer.frame().slot())
                .epoch(epoch)
                .member(member)
                .listener(offer.frame().listener())
                .remotePort(offer.frame().remotePort())
                .remoteHigh(offer.frame().remoteHigh())
                .remoteLow(offer.frame().remoteLow())
                .request(number);
        link.send(frame, header, response(offer.message(), status));
        turn();
    }

    /** A response with the headers that RFC 3261 section 8.2.6.2 wants copied. */
    static String response(final String request, final int status) {
        final StringBuilder text = new StringBuilder("SIP/2.0 " + status + " Answer\r\n");
        request.lines()
                .skip(1)
                .filter(line -> List.of("Via", "From", "To", "Call-ID", "CSeq").contains(line.split(":", 2)[0]))
                .forEach(line -> text.append(line).append("\r\n"));
        return text.append("Content-Length: 0\r\n\r\n").toString();
    }

    long count(final EdgeCounter counter) {
        return edge.status().counter(counter);
    }

    long level(final EdgeGauge gauge) {
        return edge.status().gauge(gauge);
    }

    /** The first lines' methods and Call-IDs of frames, for comparison. */
    static List<String> names(final List<ScriptedLink.Offer> offers) {
        return offers.stream().map(offer -> name(offer.message())).toList();
    }

    static String name(final String message) {
        final String callId = message.lines()
                .filter(line -> line.startsWith("Call-ID: "))
                .findFirst()
                .orElseThrow()
                .substring("Call-ID: ".length());
        return message.substring(0, message.indexOf(' ')) + " " + callId;
    }
}
