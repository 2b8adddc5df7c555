package io.dialtone.sip.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.management.ThreadMXBean;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.sip.routing.RouteTap;
import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class TracerTest {
    private static final long WALL_NS = 1_790_000_000_000_000_000L;
    private static final int WINDOWS = 8;
    private static final int MESSAGES = 5_000;
    private static final int SLOT = 9;
    private static final int NODE = 4;

    /** What is around stands around this. */
    @FunctionalInterface
    private interface Routing {
        void on(UnsafeBuffer buffer, int length);
    }

    private final FixedEgress egress = new FixedEgress();
    private final SipFlow alice = new SipFlow().remoteIpv4(0xC0000209, 40_000);
    private final SipFlow bob = new SipFlow().remoteIpv4(0xC000020A, 5_060);
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private long nowNs = 1_000;

    /** What the routing does with a message, or in a turn if there is none. */
    private Routing routing = (buffer, length) -> {};

    private RouteTap tap = RouteTap.NONE;
    private SipEgress out = egress;

    private SipIngress around(final Tracer tracer) {
        final BiFunction<SipEgress, RouteTap, SipIngress> made = (way, told) -> {
            out = way;
            tap = told;
            return new SipIngress() {
                @Override
                public void onMessage(
                        final UnsafeBuffer buffer,
                        final int offset,
                        final int length,
                        final SipFlow from,
                        final long atNs) {
                    routing.on(buffer, length);
                }

                @Override
                public int doWork(final long atNs) {
                    routing.on(new UnsafeBuffer(0, 0), 0);
                    return 0;
                }

                @Override
                public long nextDeadlineNs() {
                    return Long.MAX_VALUE;
                }
            };
        };
        return tracer.around(0, egress, nowNs, made);
    }

    private static Tracer tracer(final TraceFilter usual) {
        return new Tracer(1 << 20, 1, usual, () -> WALL_NS);
    }

    private static String invite(final String callId, final String from, final String to) {
        return "INVITE sip:" + to
                + "@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:40000;branch=z9hG4bK1\r\nFrom: <sip:" + from
                + "@example.com>;tag=1\r\nTo: <sip:" + to + "@example.com>\r\nCall-ID: " + callId
                + "\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    }

    private static UnsafeBuffer bytes(final String message) {
        return new UnsafeBuffer(message.getBytes(StandardCharsets.US_ASCII));
    }

    private void receive(final SipIngress ingress, final String message) {
        final UnsafeBuffer buffer = bytes(message);
        ingress.onMessage(buffer, 0, buffer.capacity(), alice, nowNs++);
    }

    private LinkFrame frame() {
        return frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                .slot(SLOT)
                .epoch(3)
                .member(NODE)
                .remoteLow(alice.remoteLow())
                .remotePort(alice.remotePort());
    }

    private static List<String> kept(final Tracer tracer) {
        final List<String> all = new ArrayList<>();
        for (final TraceReader reader : tracer.readers()) {
            while (reader.next()) {
                final TracedMessage message = reader.message();
                final String text = new String(message.toBytes(), StandardCharsets.US_ASCII);
                all.add(message.kind() + " " + text.substring(0, text.indexOf(' ')) + " " + message.slot() + " "
                        + message.member());
            }
        }
        return all;
    }

    @Test
    void shouldKeepAMessageAsItCameThoughItIsEdited() {
        final Tracer tracer = tracer(TraceFilter.ALL);
        routing = (buffer, length) -> buffer.setMemory(0, length, (byte) 'x');
        receive(around(tracer), invite("c1", "alice", "bob"));

        final TraceReader reader = tracer.readers().getFirst();
        reader.next();

        assertEquals(invite("c1", "alice", "bob"), new String(reader.message().toBytes(), StandardCharsets.US_ASCII));
        assertEquals("/192.0.2.9:40000", reader.message().peer().toString());
        assertEquals("/192.0.2.1:5060", reader.message().local().toString());
        assertEquals(WALL_NS, reader.message().timeNs());
    }

    @Test
    void shouldSayWhichNodeHasAMessageAndWhoseItIs() {
        final Tracer tracer = tracer(TraceFilter.ALL);
        final SipIngress ingress = around(tracer);
        routing = (buffer, length) -> tap.onHandedOver(frame(), NODE, buffer, 0, length);
        receive(ingress, invite("c1", "alice", "bob"));
        routing = (buffer, length) -> {
            tap.onMessageOfNode(frame());
            out.sendCopy(bytes("SIP/2.0 200 OK\r\n\r\n"), 0, 18, alice);
            out.send(bytes("SIP/2.0 503 No\r\n\r\n"), 0, 18, bob);
        };
        ingress.doWork(nowNs);

        assertEquals(List.of("IN INVITE 9 4", "OUT SIP/2.0 9 4", "OUT SIP/2.0 -1 -1"), kept(tracer));
    }

    @Test
    void shouldKeepARefusedMessageBeforeItsRefusal() {
        final Tracer tracer = tracer(TraceFilter.ALL);
        routing = (buffer, length) -> out.send(bytes("SIP/2.0 503 No\r\n\r\n"), 0, 18, alice);
        receive(around(tracer), invite("c1", "alice", "bob"));

        assertEquals(List.of("IN INVITE -1 -1", "OUT SIP/2.0 -1 -1"), kept(tracer));
    }

    @Test
    void shouldMarkWhatIsHandedOverInALaterTurn() {
        final Tracer tracer = tracer(TraceFilter.ALL);
        final SipIngress ingress = around(tracer);
        receive(ingress, invite("c1", "alice", "bob"));
        final UnsafeBuffer held = bytes(invite("c1", "alice", "bob"));
        routing = (buffer, length) -> tap.onHandedOver(frame(), NODE, held, 0, held.capacity());
        ingress.doWork(nowNs);

        assertEquals(List.of("IN INVITE -1 -1", "HANDED_OVER INVITE 9 4"), kept(tracer));
    }

    @Test
    void shouldNotShowWhatTheTransportHasNotTaken() {
        final Tracer tracer = tracer(TraceFilter.ALL);
        final SipIngress ingress = around(tracer);
        egress.refuses = true;
        routing = (buffer, length) -> out.send(bytes("SIP/2.0 503 No\r\n\r\n"), 0, 18, alice);
        ingress.doWork(nowNs);

        assertEquals(List.of(), kept(tracer));
    }

    @Test
    void shouldKeepOnlyWhatIsAskedForAndForAsLongAsItIs() {
        final Tracer tracer = tracer(TraceFilter.NOTHING);
        final SipIngress ingress = around(tracer);
        receive(ingress, invite("c1", "alice", "bob"));

        tracer.start(new TraceFilter(1, Optional.of("carol"), Optional.empty()), 1_000, nowNs);
        receive(ingress, invite("c2", "alice", "bob"));
        receive(ingress, invite("c3", "alice", "carol"));
        receive(ingress, invite("c4", "carol", "bob"));
        receive(ingress, "garbage that is no message");
        assertEquals(2, kept(tracer).size());

        tracer.start(
                new TraceFilter(1, Optional.empty(), Optional.of(InetAddress.ofLiteral("192.0.2.10"))), 1_000, nowNs);
        receive(ingress, invite("c5", "alice", "bob"));
        assertEquals(2, kept(tracer).size());

        tracer.start(TraceFilter.ALL, 1_000, nowNs);
        receive(ingress, invite("c6", "alice", "bob"));
        assertEquals(3, kept(tracer).size());
        nowNs += 2_000;
        receive(ingress, invite("c7", "alice", "bob"));
        assertEquals(3, kept(tracer).size());
        assertEquals(0, tracer.leftNs(nowNs));
    }

    @Test
    void shouldKeepOneOfSoManyCallsWholly() {
        final Tracer tracer = tracer(new TraceFilter(10, Optional.empty(), Optional.empty()));
        final SipIngress ingress = around(tracer);
        final int calls = 1_000;
        for (int i = 0; i < calls; i++) {
            receive(ingress, invite("call-" + i, "alice", "bob"));
            receive(ingress, invite("call-" + i, "alice", "bob"));
        }

        final int kept = kept(tracer).size();
        assertEquals(0, kept % 2, "both messages of a call, or none");
        assertEquals(2 * calls / 10.0, kept, calls * 0.1);
    }

    @Test
    void shouldKeepNothingWithoutMemory() {
        final Tracer tracer = new Tracer(1_000, 1, TraceFilter.ALL, () -> WALL_NS);
        receive(around(tracer), invite("c1", "alice", "bob"));

        assertFalse(tracer.isOn());
        assertEquals(List.of(), kept(tracer));
        assertEquals(0, tracer.bytes());
    }

    @Test
    void shouldNotAllocateWhateverTheFilter() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (final TraceFilter filter : List.of(
                TraceFilter.ALL,
                new TraceFilter(3, Optional.empty(), Optional.empty()),
                new TraceFilter(
                        1,
                        Optional.of("bob"),
                        Optional.of(alice.toSocketAddress().getAddress())))) {
            final SipIngress ingress = around(tracer(filter));
            final UnsafeBuffer message = bytes(invite("c1", "alice", "bob"));
            final UnsafeBuffer answer = bytes("SIP/2.0 200 OK\r\nCall-ID: c1\r\n\r\n");
            routing = (buffer, length) -> {
                tap.onHandedOver(frame(), NODE, buffer, 0, length);
                tap.onMessageOfNode(frame);
                out.sendCopy(answer, 0, answer.capacity(), alice);
            };
            long best = Long.MAX_VALUE;
            for (int window = 0; window < WINDOWS && best > 0; window++) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < MESSAGES; i++) {
                    ingress.onMessage(message, 0, message.capacity(), alice, nowNs++);
                }
                best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, best, () -> "bytes in the best window with " + filter);
        }
    }
}
