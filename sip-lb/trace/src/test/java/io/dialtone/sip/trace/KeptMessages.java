package io.dialtone.sip.trace;

import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.routing.SipFlow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages in the memories of I/O threads, and the spans that are made of them. Call-IDs of one session are the same up to a dot. Times are ms since the first message. */
final class KeptMessages {
    static final long BEGIN_NS = 1_790_000_000_000_000_000L;
    private static final long NS_PER_MS = 1_000_000;

    final List<Span> spans = new ArrayList<>();
    final SpanBook book;
    final SpanReader reader;
    private final List<TraceRing> rings;
    private final SipFlow alice = new SipFlow().remoteIpv4(0xC0000209, 40_000);
    private final SipFlow bob = new SipFlow().remoteIpv4(0xC000020A, 5_060);
    private int loop;
    private int slot = TraceRing.NONE;
    private long epoch;
    private int member = TraceRing.NONE;

    KeptMessages(final SpanLimits limits, final int loops) {
        rings = IntStream.range(0, loops)
                .mapToObj(i -> new TraceRing(TraceRing.CAPACITY_MIN))
                .toList();
        book = new SpanBook(limits, KeptMessages::session, number -> "node-" + number, spans::add);
        reader = new SpanReader(
                rings.stream()
                        .map(ring -> new TraceReader(ring, new TraceSource(0, List.of())))
                        .toList(),
                book);
    }

    static KeptMessages ofOneLoop() {
        return new KeptMessages(new SpanLimits(1_000, 1, Long.MAX_VALUE), 1);
    }

    private static long session(final SipMessage message) {
        final byte[] callId = new byte[message.callIdLength()];
        message.buffer().getBytes(message.callIdOffset(), callId);
        return new String(callId, StandardCharsets.US_ASCII).split("\\.", -1)[0].hashCode();
    }

    /** The I/O thread that keeps what follows. */
    KeptMessages loop(final int index) {
        loop = index;
        return this;
    }

    /** Whose what follows is. */
    KeptMessages owner(final int ofSlot, final long inEpoch, final int ownedBy) {
        slot = ofSlot;
        epoch = inEpoch;
        member = ownedBy;
        return this;
    }

    KeptMessages fromAlice(final long atMs, final String message) {
        return keep(TraceKind.IN, atMs, alice, message);
    }

    KeptMessages toAlice(final long atMs, final String message) {
        return keep(TraceKind.OUT, atMs, alice, message);
    }

    KeptMessages fromBob(final long atMs, final String message) {
        return keep(TraceKind.IN, atMs, bob, message);
    }

    KeptMessages toBob(final long atMs, final String message) {
        return keep(TraceKind.OUT, atMs, bob, message);
    }

    KeptMessages handedOver(final long atMs, final String message) {
        return keep(TraceKind.HANDED_OVER, atMs, alice, message);
    }

    private KeptMessages keep(final TraceKind kind, final long atMs, final SipFlow peer, final String message) {
        keep(kind, atMs, peer, message.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    void keep(final TraceKind kind, final long atMs, final SipFlow peer, final byte[] message) {
        final TraceRing ring = rings.get(loop);
        ring.claim(kind, timeNs(atMs), peer, new UnsafeBuffer(message), 0, message.length);
        ring.node(slot, epoch, member);
        ring.publish();
    }

    SipFlow alice() {
        return alice;
    }

    static long timeNs(final long atMs) {
        return BEGIN_NS + atMs * NS_PER_MS;
    }

    /** Works until nothing is left to do at that time. */
    KeptMessages work(final long atMs) {
        int work = 1;
        while (work > 0) {
            work = reader.doWork(timeNs(atMs));
        }
        return this;
    }

    /** The same second for second, as time goes by. */
    KeptMessages workUntil(final long fromMs, final long atMs) {
        for (long ms = fromMs; ms <= atMs; ms += 500) {
            work(ms);
        }
        return this;
    }

    Span span(final String name, final Span.Kind kind) {
        final List<Span> found = spans(name, kind);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " spans " + name + " " + kind + " in " + spans);
        }
        return found.getFirst();
    }

    List<Span> spans(final String name, final Span.Kind kind) {
        return spans.stream()
                .filter(span -> span.name().equals(name) && span.kind() == kind)
                .toList();
    }

    static String attribute(final Span span, final String name) {
        return attribute(span.details().attributes(), name);
    }

    static String attribute(final List<Span.Attribute> attributes, final String name) {
        return attributes.stream()
                .filter(each -> each.name().equals(name))
                .map(each -> switch (each) {
                    case Span.Words(String ignored, String value) -> value;
                    case Span.Count(String ignored, long value) -> String.valueOf(value);
                })
                .findFirst()
                .orElse("");
    }

    /** Events with what they say, in a word or two each. */
    static List<String> events(final Span span) {
        return span.details().events().stream()
                .map(event -> (event.timeNs() - BEGIN_NS) / NS_PER_MS + " "
                        + event.name().substring(event.name().lastIndexOf('.') + 1)
                        + event.attributes().stream()
                                .map(each -> " "
                                        + switch (each) {
                                            case Span.Words(String ignored, String value) -> value;
                                            case Span.Count(String ignored, long value) -> String.valueOf(value);
                                        })
                                .reduce("", String::concat))
                .toList();
    }

    // ---- messages

    static String request(
            final String method, final String callId, final int cseq, final String toTag, final String... branches) {
        return method + " sip:bob@example.com SIP/2.0\r\n" + vias(branches)
                + "From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>"
                + (toTag.isEmpty() ? "" : ";tag=" + toTag) + "\r\nCall-ID: " + callId + "\r\nCSeq: " + cseq + " "
                + method + "\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    }

    static String answer(
            final int code,
            final String method,
            final String callId,
            final int cseq,
            final String toTag,
            final String... branches) {
        return "SIP/2.0 " + code + " Words\r\n" + vias(branches)
                + "From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>;tag=" + toTag + "\r\nCall-ID: "
                + callId + "\r\nCSeq: " + cseq + " " + method + "\r\nContent-Length: 0\r\n\r\n";
    }

    private static String vias(final String... branches) {
        final StringBuilder vias = new StringBuilder();
        for (final String branch : branches) {
            vias.append("Via: SIP/2.0/UDP 192.0.2.77:5060;branch=z9hG4bK")
                    .append(branch)
                    .append("\r\n");
        }
        return vias.toString();
    }
}
