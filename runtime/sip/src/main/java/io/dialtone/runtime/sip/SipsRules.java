package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * What {@code sips} asks of us: to be reached by TLS and no otherwise, and to say so where we write a URI of our own (RFC 3261 sections 8.1.1.8, 12.1.1, 12.1.2, 16.6 step 4 and 26.2.2, RFC
 * 5630). One for each worker; called only by it.
 */
final class SipsRules {
    /** What is answered where {@code sips} cannot be had. */
    static final int NOT_ALLOWED = 480;

    private static final byte[] WARNING = "Warning: 380 ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOT_ALLOWED_TEXT = " \"SIPS Not Allowed\"\r\n".getBytes(StandardCharsets.US_ASCII);

    private final EdgeAddresses edges;
    private final NameAddrView address = new NameAddrView();

    SipsRules(final EdgeAddresses edges) {
        this.edges = edges;
    }

    static boolean isUri(final DirectBuffer buffer) {
        return UriView.isSips(buffer, 0, buffer.capacity());
    }

    static boolean isRequestUri(final SipMessage request) {
        return UriView.isSips(request.buffer(), request.requestUriOffset(), request.requestUriLength());
    }

    /** True if the first URI of a header's first line is one. */
    boolean isFirst(final SipMessage message, final HeaderName name) {
        final int header = message.firstHeader(name);
        return header >= 0
                && address.wrap(message, header)
                && UriView.isSips(message.buffer(), address.uriOffset(), address.uriLength());
    }

    /** True if the first of some values of Route is one. */
    boolean isFirst(final DirectBuffer routes, final int offset, final int length) {
        return length > 0
                && address.wrap(routes, offset, length)
                && UriView.isSips(routes, address.uriOffset(), address.uriLength());
    }

    /** True if the answer to a request that begins a dialog must have a {@code sips} Contact (section 12.1.1). */
    boolean isAskedBy(final SipMessage request) {
        return isRequestUri(request)
                || isFirst(
                        request,
                        request.firstHeader(HeaderName.RECORD_ROUTE) >= 0
                                ? HeaderName.RECORD_ROUTE
                                : HeaderName.CONTACT);
    }

    /** True if what goes by this port goes by TLS. */
    static boolean isSecure(final ReplyPort port) {
        final ViaTransport transport = ViaTransport.of(port.transport());
        return transport != null && transport.isSecure();
    }

    /** True if somebody can be reached by TLS from where this port is: by itself, or another listener of its edge. */
    boolean hasWay(final ReplyPort port) {
        return isSecure(port)
                || edges.listener(port.member(), ViaTransport.TLS, true) >= 0
                || edges.listener(port.member(), ViaTransport.TLS, false) >= 0;
    }

    /**
     * True if a request cannot be worked on: it has a {@code sips} Request-URI and came neither by TLS nor from another service of the worker. What ends something, and what nobody answers, may come anyhow.
     */
    static boolean isBarred(final SipMessage request, final ReplyPort port) {
        final SipMethod method = request.method();
        return isRequestUri(request)
                && !isSecure(port)
                && !port.isWithin()
                && method != SipMethod.BYE
                && method != SipMethod.ACK
                && method != SipMethod.CANCEL;
    }

    /** The same where we answer ourselves: also if the dialog that would begin were one by TLS, and there is no listener for that. */
    boolean isBarredHere(final SipMessage request, final ReplyPort port) {
        return isBarred(request, port) || (beginsDialog(request) && !hasWay(port) && isAskedBy(request));
    }

    private static boolean beginsDialog(final SipMessage request) {
        return request.toTagLength() <= 0
                && (request.method() == SipMethod.INVITE || request.method() == SipMethod.SUBSCRIBE);
    }

    /** Writes the line that goes with {@link #NOT_ALLOWED} (RFC 5630 section 5.3). */
    void putWarning(final AsciiWriter lines, final ReplyPort port) {
        lines.put(WARNING).put(edges.hostPort(port.member(), port.listener())).put(NOT_ALLOWED_TEXT);
    }

    /** Index of the listener by which a {@code sips} URI of ours leads here: the port's own if it speaks TLS, else one of its edge that does; the port's own where there is none. */
    int listenerOf(final ReplyPort port) {
        if (isSecure(port)) {
            return port.listener();
        }
        final boolean ipv4 = edges.hostPort(port.member(), port.listener())[0] != '[';
        final int listener = edges.listener(port.member(), ViaTransport.TLS, ipv4);
        return listener >= 0 ? listener : port.listener();
    }
}
