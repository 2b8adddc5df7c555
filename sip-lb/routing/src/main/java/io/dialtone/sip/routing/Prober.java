package io.dialtone.sip.routing;

import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipWriter;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes and sends the OPTIONS by which a backend is probed, from our own sockets. The branch carries backend and number with a keyed check, so
 * that any I/O thread knows the answer. Called only by the thread that probes.
 */
final class Prober implements ProbeSender {
    private static final byte[] PROBE_MARK = "z9hG4bKdp".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] USER = "<sip:probe@".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAG = ">;tag=".getBytes(StandardCharsets.US_ASCII);
    private static final byte[][] VIA = ofTransports(transport -> "SIP/2.0/" + transport.viaName() + " ");
    private static final byte[][] URI_PARAM = ofTransports(ViaTransport::uriParam);
    private static final byte[] BRANCH = ";branch=".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SCHEME = "sip:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] USER_AGENT = "dialtone".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ACCEPT = "application/sdp".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_FORWARDS = 70;

    private final ProxyLoop loop;
    private final byte[][] sentBy;
    private final SipWriter writer = new SipWriter();
    private final AsciiWriter uri = new AsciiWriter(64);
    private final UnsafeBuffer mark = new UnsafeBuffer(new byte[2 * Base32.INT_LENGTH + Base32.LONG_LENGTH]);
    private final SipFlow to = new SipFlow();

    Prober(final ProxyLoop loop) {
        this.loop = loop;
        this.sentBy = new byte[loop.listeners.length][];
        for (int i = 0; i < sentBy.length; i++) {
            final SipListener listener = loop.egress.listener(i);
            sentBy[i] =
                    (listener.advertisedHost() + ":" + listener.advertisedPort()).getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** What is written for each transport, by its code. */
    private static byte[][] ofTransports(final Function<ViaTransport, String> text) {
        final byte[][] texts = new byte[ViaTransport.values().length][];
        for (final ViaTransport transport : ViaTransport.values()) {
            texts[transport.code()] = text.apply(transport).getBytes(StandardCharsets.US_ASCII);
        }
        return texts;
    }

    @Override
    public void sendProbe(final Backend backend, final int sequence, final long nowNs) {
        final ViaTransport transport = backend.transport();
        final int listener = loop.listenerTowards(transport, backend.isIpv4(), 0);
        if (listener < 0) {
            return;
        }
        Base32.write(backend.id() & 0xFFFF_FFFFL, mark, 0, Base32.INT_LENGTH);
        Base32.write(sequence, mark, Base32.INT_LENGTH, Base32.INT_LENGTH);
        Base32.write(loop.keys.probe(backend.id(), sequence), mark, 2 * Base32.INT_LENGTH, Base32.LONG_LENGTH);
        uri.clear()
                .put(SCHEME)
                .putAddress(backend.high(), backend.low(), true)
                .put(':')
                .putNumber(backend.port())
                .put(URI_PARAM[transport.code()]);
        final UnsafeBuffer buffer = loop.egress.claim();
        writer.wrap(buffer, 0, SipEgress.CLAIM_BYTES)
                .request(SipMethod.OPTIONS, uri.buffer(), uri.offset(), uri.length());
        writer.begin(HeaderName.VIA)
                .put(VIA[transport.code()])
                .put(sentBy[listener])
                .put(BRANCH)
                .put(PROBE_MARK);
        writer.out().put(mark, 0, mark.capacity());
        writer.end().header(HeaderName.MAX_FORWARDS, MAX_FORWARDS);
        writer.begin(HeaderName.FROM).put(USER).put(sentBy[listener]).put(TAG).put(mark, 0, mark.capacity());
        writer.end()
                .begin(HeaderName.TO)
                .put('<')
                .put(uri.buffer(), uri.offset(), uri.length())
                .put('>');
        writer.end()
                .begin(HeaderName.CALL_ID)
                .put(mark, 0, mark.capacity())
                .put('@')
                .put(sentBy[listener]);
        writer.end().begin(HeaderName.CSEQ).putNumber(sequence).put(' ').put(SipMethod.OPTIONS);
        writer.end().header(HeaderName.ACCEPT, ACCEPT).header(HeaderName.USER_AGENT, USER_AGENT);
        final int length = writer.finish();
        to.set(listener, transport.code(), backend.high(), backend.low(), backend.port());
        if (length < 0 || !loop.egress.send(buffer, 0, length, to)) {
            loop.count(ProxyCounter.DROPPED_BY_EGRESS);
        }
    }
}
