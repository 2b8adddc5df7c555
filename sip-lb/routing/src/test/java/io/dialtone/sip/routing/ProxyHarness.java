package io.dialtone.sip.routing;

import io.dialtone.placement.table.ClusterKey;
import io.dialtone.sip.codec.ViaTransport;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A balancer of one I/O thread without sockets: messages go in as text, time is moved by hand, what leaves is looked at. */
final class ProxyHarness {
    static final ClusterKey KEY = ClusterKey.parse("a secret for tests, nothing more");
    static final InetSocketAddress CALLER = new InetSocketAddress("192.0.2.1", 5060);
    static final String FIRST_BACKEND = "10.0.0.1:5070";
    static final String SECOND_BACKEND = "10.0.0.2:5070";

    private static final int ROOM = SipIngress.HEADROOM_BYTES + 65_535 + SipIngress.TAILROOM_BYTES;

    final CapturingEgress egress;
    final Balancer balancer;
    final SipProxy proxy;
    final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(ROOM));
    final SipFlow from = new SipFlow();
    long nowNs = 1_000_000_000L;

    private ProxyHarness(final CapturingEgress egress, final ProxyConfig config) throws UnknownHostException {
        this.egress = egress;
        this.balancer = new Balancer(config, 1);
        this.proxy = balancer.proxy(0, egress);
    }

    static ProxyHarness of(final ProxyConfig.Builder config, final SipListener... listeners) {
        return of(config, KEY, listeners);
    }

    static ProxyHarness of(final ProxyConfig.Builder config, final ClusterKey key, final SipListener... listeners) {
        try {
            return new ProxyHarness(
                    new CapturingEgress(listeners), config.key(key).build());
        } catch (UnknownHostException e) {
            throw new AssertionError("tests use addresses only", e);
        }
    }

    /** One IPv4 listener, 198.51.100.1:5060. */
    static ProxyHarness of(final ProxyConfig.Builder config) {
        return of(config, ipv4Listener(0, "198.51.100.1", 5060));
    }

    static ProxyHarness withBackends(final String... backends) {
        return of(config(backends));
    }

    static ProxyConfig.Builder config(final String... backends) {
        return ProxyConfig.builder()
                .backends(Arrays.stream(backends).map(BackendSpec::parse).toList())
                .limits(ProxyConfig.Limits.defaults().withMemoryEntries(1 << 12));
    }

    static SipListener ipv4Listener(final int index, final String host, final int port) {
        return ipv4Listener(index, ViaTransport.UDP, host, port);
    }

    static SipListener ipv4Listener(final int index, final ViaTransport transport, final String host, final int port) {
        return new SipListener(index, transport.code(), new InetSocketAddress(host, port), host, port);
    }

    static SipListener ipv6Listener(final int index, final String host, final int port) {
        return new SipListener(index, SipFlow.TRANSPORT_UDP, new InetSocketAddress(host, port), "[" + host + "]", port);
    }

    ProxyHarness receive(final String message) {
        return receive(message, CALLER);
    }

    ProxyHarness receive(final String message, final InetSocketAddress source) {
        return receive(message, source, 0);
    }

    ProxyHarness receive(final String message, final InetSocketAddress source, final int listener) {
        return receive(message.getBytes(StandardCharsets.ISO_8859_1), source, listener);
    }

    ProxyHarness receive(final byte[] bytes, final InetSocketAddress source, final int listener) {
        buffer.putBytes(SipIngress.HEADROOM_BYTES, bytes);
        from.set(listener, egress.listener(listener).speaks().code(), 0, 0, 0).remote(source);
        proxy.onMessage(buffer, SipIngress.HEADROOM_BYTES, bytes.length, from, nowNs);
        return this;
    }

    /** The connection to which this was sent does not come about. */
    ProxyHarness isUnsent(final CapturingEgress.Sent sent) {
        final byte[] bytes = sent.text().getBytes(StandardCharsets.ISO_8859_1);
        from.set(sent.listener(), egress.listener(sent.listener()).speaks().code(), 0, 0, 0)
                .remote(sent.to());
        proxy.onUnsent(new UnsafeBuffer(bytes), 0, bytes.length, from, nowNs);
        return this;
    }

    /** A turn of the I/O thread after so much time. */
    ProxyHarness after(final Duration time) {
        nowNs += time.toNanos();
        proxy.doWork(nowNs);
        return this;
    }

    /** What the only message sent since the last look was. */
    CapturingEgress.Sent sent() {
        return egress.only();
    }

    long count(final ProxyCounter counter) {
        return balancer.status().counter(counter);
    }

    static InetSocketAddress address(final String hostAndPort) {
        final int colon = hostAndPort.lastIndexOf(':');
        return new InetSocketAddress(
                hostAndPort.substring(0, colon).replace("[", "").replace("]", ""),
                Integer.parseInt(hostAndPort.substring(colon + 1)));
    }

    // Messages

    /** Text with the line ends of the wire; the last line gets its own and an empty one follows. */
    static String message(final String... lines) {
        final List<String> all = new ArrayList<>(List.of(lines));
        return String.join("\r\n", all) + "\r\n\r\n";
    }

    static String invite(final String callId, final String branch) {
        return request("INVITE", "sip:bob@example.com", callId, branch, 1, "");
    }

    static String request(
            final String method,
            final String uri,
            final String callId,
            final String branch,
            final int cseq,
            final String toTag,
            final String... more) {
        final List<String> lines = new ArrayList<>(List.of(
                method + " " + uri + " SIP/2.0",
                "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=" + branch,
                "Max-Forwards: 70",
                "From: <sip:alice@example.com>;tag=alice1",
                "To: <sip:bob@example.com>" + (toTag.isEmpty() ? "" : ";tag=" + toTag),
                "Call-ID: " + callId,
                "CSeq: " + cseq + " " + method));
        lines.addAll(List.of(more));
        lines.add("Content-Length: 0");
        return message(lines.toArray(String[]::new));
    }

    /** A server's response to a request it got: all Vias and Record-Routes, a To tag. */
    static String response(final int status, final CapturingEgress.Sent request) {
        final List<String> lines = new ArrayList<>();
        lines.add("SIP/2.0 " + status + " Whatever");
        for (final String via : request.headers("Via")) {
            lines.add("Via: " + via);
        }
        for (final String route : request.headers("Record-Route")) {
            lines.add("Record-Route: " + route);
        }
        lines.add("From: " + request.header("From"));
        final String to = request.header("To");
        lines.add("To: " + to + (to.contains("tag=") || status == 100 ? "" : ";tag=bob1"));
        lines.add("Call-ID: " + request.header("Call-ID"));
        lines.add("CSeq: " + request.header("CSeq"));
        lines.add("Contact: <sip:bob@" + request.to().getHostString() + ":"
                + request.to().getPort() + ">");
        lines.add("Content-Length: 0");
        return message(lines.toArray(String[]::new));
    }

    /** Probes of the backends are of no interest: takes them away. */
    ProxyHarness withoutProbes() {
        egress.sent.removeIf(sent -> sent.branch().startsWith("z9hG4bKdp"));
        return this;
    }
}
