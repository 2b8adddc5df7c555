package io.dialtone.sip.routing;

import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipWriter;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes and sends the OPTIONS by which a backend is probed, from our own sockets. The branch carries backend and number with a keyed check, so
 * that any I/O thread knows the answer. Called only by the thread that probes.
 */
final class Prober implements ProbeSender {
    private static final byte[] PROBE_MARK = ascii("z9hG4bKdp");
    private static final byte[] USER = ascii("<sip:probe@");
    private static final byte[] TAG = ascii(">;tag=");
    private static final byte[] BRANCH = ascii(";branch=");
    private static final byte[] SCHEME = ascii("sip:");
    private static final byte[] USER_AGENT = ascii("dialtone");
    private static final byte[] ACCEPT = ascii("application/sdp");
    private static final int MAX_FORWARDS = 70;

    private final ProxyLoop loop;
    /** What is written of each listener: how it speaks and is called in Via, its address, and what a URI says of how it speaks. */
    private final byte[][] via;

    private final byte[][] sentBy;
    private final byte[][] uriParam;
    private final SipWriter writer = new SipWriter();
    private final AsciiWriter uri = new AsciiWriter(64);
    private final UnsafeBuffer mark = new UnsafeBuffer(new byte[2 * Base32.INT_LENGTH + Base32.LONG_LENGTH]);
    private final SipFlow to = new SipFlow();

    Prober(final ProxyLoop loop) {
        this.loop = loop;
        final int listeners = loop.listeners.length;
        this.via = new byte[listeners][];
        this.sentBy = new byte[listeners][];
        this.uriParam = new byte[listeners][];
        for (int i = 0; i < listeners; i++) {
            final SipListener listener = loop.egress.listener(i);
            final String address = listener.advertisedHost() + ":" + listener.advertisedPort();
            via[i] = ascii("SIP/2.0/" + listener.speaks().viaName() + " " + address);
            sentBy[i] = ascii(address);
            uriParam[i] = ascii(listener.speaks().uriParam());
        }
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
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
                .put(uriParam[listener]);
        final UnsafeBuffer buffer = loop.egress.claim();
        writer.wrap(buffer, 0, SipEgress.CLAIM_BYTES)
                .request(SipMethod.OPTIONS, uri.buffer(), uri.offset(), uri.length());
        writer.begin(HeaderName.VIA).put(via[listener]).put(BRANCH).put(PROBE_MARK);
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
