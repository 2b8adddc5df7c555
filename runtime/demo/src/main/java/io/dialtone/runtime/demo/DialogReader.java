package io.dialtone.runtime.demo;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Takes from a 2xx to INVITE what later requests of the dialog need: Request-URI, Route lines, next hop (RFC 3261 12.1.2, 12.2.1.1).
 * Not thread safe; owned by a {@link CallGenerator}.
 */
final class DialogReader {
    private static final int SIP_PORT = 5060;
    private static final byte[] ROUTE = SipText.ascii("Route: ");
    private static final byte[] CRLF = {'\r', '\n'};
    /** Room for routes beyond this would leave none for the request itself. */
    private static final int ROUTE_BYTES_MAX = 8_192;

    private final NameAddrView value = new NameAddrView();
    private final UriView uri = new UriView();
    private final IpLiteral literal = new IpLiteral();
    private final InetSocketAddress fallback;
    private final List<InetSocketAddress> hops = new ArrayList<>();

    /**
     * @param fallback next hop where a URI names a host by name: nothing is looked up while calls run
     */
    DialogReader(final InetSocketAddress fallback) {
        this.fallback = fallback;
        hops.add(fallback);
    }

    /** Fills the call's Request-URI, routes and hop. False if the answer has no usable Contact. */
    boolean read(final SipMessage answer, final Call call) {
        final byte[] contact = contactOf(answer);
        if (contact.length == 0) {
            return false;
        }
        final InetSocketAddress contactHop = hop(answer);
        final List<byte[]> routes = new ArrayList<>();
        InetSocketAddress firstHop = contactHop;
        boolean strict = false;
        byte[] firstUri = Call.NONE;
        int bytes = 0;
        for (int h = answer.firstHeader(HeaderName.RECORD_ROUTE); h >= 0; h = answer.nextHeader(h)) {
            boolean more = value.wrap(answer, h);
            while (more) {
                routes.add(copy(answer.buffer(), value.valueOffset(), value.valueEnd() - value.valueOffset()));
                bytes += routes.getLast().length;
                // The last value is nearest to us: the route set is Record-Route backwards.
                if (uri.parse(answer.buffer(), value.uriOffset(), value.uriLength())) {
                    strict = !uri.isLooseRouter();
                    firstUri = copy(answer.buffer(), value.uriOffset(), value.uriLength());
                    firstHop = hopOfUri(answer.buffer());
                }
                more = value.next();
            }
        }
        if (bytes > ROUTE_BYTES_MAX || contact.length > ROUTE_BYTES_MAX / 2) {
            return false;
        }
        Collections.reverse(routes);
        if (strict) {
            // A strict router wants its own URI as Request-URI, and the real one as the last Route.
            routes.removeFirst();
            routes.add(bracketed(contact));
            call.requestUri = firstUri;
        } else {
            call.requestUri = contact;
        }
        call.routes = lines(routes);
        call.hop = firstHop;
        return true;
    }

    /** A 2xx to a re-INVITE may name a new Contact; the route set stays (RFC 3261 12.2). */
    void refreshTarget(final SipMessage answer, final Call call) {
        final byte[] contact = contactOf(answer);
        if (contact.length > 0 && call.routes.length == 0) {
            call.requestUri = contact;
            call.hop = hop(answer);
        } else if (contact.length > 0 && call.routes.length > 0 && isLoose(call)) {
            call.requestUri = contact;
        }
    }

    private static boolean isLoose(final Call call) {
        final int length = call.routes.length;
        for (int i = 0; i + 2 < length && call.routes[i] != '\r'; i++) {
            if (call.routes[i] == ';' && call.routes[i + 1] == 'l' && call.routes[i + 2] == 'r') {
                return true;
            }
        }
        return false;
    }

    private byte[] contactOf(final SipMessage answer) {
        final int header = answer.firstHeader(HeaderName.CONTACT);
        if (header < 0
                || !value.wrap(answer, header)
                || value.isStar()
                || !uri.parse(answer.buffer(), value.uriOffset(), value.uriLength())) {
            return Call.NONE;
        }
        return copy(answer.buffer(), value.uriOffset(), value.uriLength());
    }

    private InetSocketAddress hop(final SipMessage answer) {
        return hopOfUri(answer.buffer());
    }

    private InetSocketAddress hopOfUri(final DirectBuffer buffer) {
        if (!literal.parse(buffer, uri.hostOffset(), uri.hostLength())) {
            return fallback;
        }
        final int port = uri.port() < 0 ? SIP_PORT : uri.port();
        final byte[] bytes = address();
        for (final InetSocketAddress known : hops) {
            if (known.getPort() == port
                    && java.util.Arrays.equals(known.getAddress().getAddress(), bytes)) {
                return known;
            }
        }
        try {
            final InetSocketAddress hop = new InetSocketAddress(InetAddress.getByAddress(bytes), port);
            hops.add(hop);
            return hop;
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are always an address", e);
        }
    }

    private byte[] address() {
        final byte[] bytes = new byte[literal.isIpv4() ? 4 : 16];
        for (int i = 0; i < bytes.length; i++) {
            final int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) (fromEnd < 8 ? literal.low() >>> (8 * fromEnd) : literal.high() >>> (8 * (fromEnd - 8)));
        }
        return bytes;
    }

    private static byte[] bracketed(final byte[] uri) {
        final byte[] bytes = new byte[uri.length + 2];
        bytes[0] = '<';
        System.arraycopy(uri, 0, bytes, 1, uri.length);
        bytes[bytes.length - 1] = '>';
        return bytes;
    }

    private static byte[] lines(final List<byte[]> routes) {
        if (routes.isEmpty()) {
            return Call.NONE;
        }
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        for (final byte[] route : routes) {
            bytes.writeBytes(ROUTE);
            bytes.writeBytes(route);
            bytes.writeBytes(CRLF);
        }
        return bytes.toByteArray();
    }

    private static byte[] copy(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }
}
