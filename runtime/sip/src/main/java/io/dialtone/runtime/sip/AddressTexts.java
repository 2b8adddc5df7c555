package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.locate.Destination;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the addresses that a handler gives as text, and finds out where a request goes. Called only by the owning worker; refuses by throwing, at the handler. */
final class AddressTexts {
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private final IpLiteral literal = new IpLiteral();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final EdgeAddresses edges;
    private final WaysWithin within;

    AddressTexts(final SipContext context) {
        edges = context.edges();
        within = new WaysWithin(context);
    }

    /** The ways to other services of the worker. */
    WaysWithin within() {
        return within;
    }

    /** Writes a URI, or a name with a URI in brackets, as From and To want it. */
    void put(final String what, final String text, final AsciiWriter out) {
        final byte[] bytes = ReplyBuilder.utf8(what, text.strip());
        view.wrap(bytes);
        if (uri.parse(view, 0, bytes.length)) {
            out.put('<').put(bytes).put('>');
            return;
        }
        if (!address.wrap(view, 0, bytes.length)
                || !address.isBracketed()
                || address.nextValueOffset() >= 0
                || !uri.parse(view, address.uriOffset(), address.uriLength())) {
            throw new IllegalArgumentException(
                    what + ": \"" + text
                            + "\" (expected: a URI, or a name with a URI in brackets). Maybe \"Alice\" <sip:alice@example.com>?");
        }
        out.put(bytes, 0, address.paramsOffset());
    }

    /** Adds a Route. */
    void putRoute(final String text, final AsciiWriter out) {
        final byte[] bytes = ReplyBuilder.utf8("route", text.strip());
        view.wrap(bytes);
        if (!uri.parse(view, 0, bytes.length) || !uri.isLooseRouter()) {
            throw new IllegalArgumentException(
                    "route: \"" + text + "\" (expected: a URI that ends in ;lr). Maybe sip:192.0.2.1:5060;lr?");
        }
        if (out.length() > 0) {
            out.put(',').put(' ');
        }
        out.put('<').put(bytes).put('>');
    }

    /**
     * Aims a request outside any dialog: at its first route, or else at its Request-URI.
     *
     * @return the name it goes to, which is still to be looked up; null if it is aimed at an address
     * @throws IllegalArgumentException when that names nobody we can send to
     */
    @Nullable
    Destination aim(final ReplyPort port, final AsciiWriter routes, final byte[] requestUri) {
        final String text;
        final boolean isParsed;
        DirectBuffer buffer = routes.buffer();
        if (routes.length() > 0) {
            text = "route";
            isParsed = address.wrap(buffer, routes.offset(), routes.length())
                    && uri.parse(buffer, address.uriOffset(), address.uriLength());
        } else {
            text = "uri";
            view.wrap(requestUri);
            buffer = view;
            isParsed = uri.parse(view, 0, requestUri.length);
        }
        if (!isParsed) {
            throw new IllegalArgumentException(text + ": \"" + new String(requestUri, StandardCharsets.UTF_8)
                    + "\" (expected: a SIP URI). Maybe sip:192.0.2.1:5060?");
        }
        if (!uri.isSip()) {
            throw new IllegalArgumentException(text + ": \"" + textOf(buffer)
                    + "\" (expected: a sip or sips URI; a number wants a route to who knows it)");
        }
        if (!literal.parse(buffer, uri.hostOffset(), uri.hostLength())) {
            return nameOrThrow(text, buffer);
        }
        if (!aimAtAddress(port, buffer)) {
            throw new IllegalArgumentException(
                    text + ": \"" + textOf(buffer)
                            + "\" (expected: a transport that the edge listens by, TLS for sips; nobody can be called by WebSocket, but those who are connected, by their flow)");
        }
        return null;
    }

    private Destination nameOrThrow(final String text, final DirectBuffer buffer) {
        final Destination name = nameOfUri(buffer);
        if (name == null) {
            throw new IllegalArgumentException(text + ": \"" + textOf(buffer)
                    + "\" (expected: a name that DNS may know, and a transport by which somebody can be called)");
        }
        return name;
    }

    /** The name in the URI that was read, null if nobody could be reached by what it asks for. */
    private @Nullable Destination nameOfUri(final DirectBuffer buffer) {
        final Destination name = Destinations.of(buffer, uri);
        return name == null || (name.transport() != null && name.transport().isWebSocket()) ? null : name;
    }

    /** The name in a URI, to be looked up; null if there is none, or nobody could be reached by what it asks for. */
    @Nullable
    Destination nameIn(final DirectBuffer buffer, final int offset, final int length) {
        if (!uri.parse(buffer, offset, length)
                || !uri.isSip()
                || literal.parse(buffer, uri.hostOffset(), uri.hostLength())) {
            return null;
        }
        return nameOfUri(buffer);
    }

    /** The name in the first of some values of Route. */
    @Nullable
    Destination nameInRoute(final DirectBuffer routes) {
        return address.wrap(routes, 0, routes.capacity())
                ? nameIn(routes, address.uriOffset(), address.uriLength())
                : null;
    }

    /** Aims at the address that a URI has for a host; false if that is nobody we can send to, or a name. */
    boolean tryAim(final ReplyPort port, final DirectBuffer buffer, final int offset, final int length) {
        if (!uri.parse(buffer, offset, length)
                || !uri.isSip()
                || !literal.parse(buffer, uri.hostOffset(), uri.hostLength())) {
            return false;
        }
        return aimAtAddress(port, buffer);
    }

    /** Aims at the address that was read, by a listener that the URI may be called by; false if there is none. */
    private boolean aimAtAddress(final ReplyPort port, final DirectBuffer buffer) {
        port.remote(literal.high(), literal.low(), 0);
        final ViaTransport transport = findListener(port, buffer);
        if (transport == null) {
            return false;
        }
        port.remotePort(uri.port() > 0 ? uri.port() : transport.defaultPort());
        return true;
    }

    /**
     * By the transport that the URI asks for, if the edge listens by it; else by the one the session's requests come by, as long as it can be connected to. A {@code sips} URI is never
     * followed by another one.
     */
    private @Nullable ViaTransport findListener(final ReplyPort port, final DirectBuffer buffer) {
        final ViaTransport own = ViaTransport.of(port.transport());
        final ViaTransport asked = ViaTransport.ofUri(buffer, uri);
        if (asked != null && asked != own && !asked.isWebSocket()) {
            final boolean ipv4 = IpLiteral.isIpv4(literal.high(), literal.low());
            final int listener = edges.listener(port.member(), asked, ipv4);
            if (listener >= 0) {
                port.listener(asked.code(), listener);
                return asked;
            }
        }
        if (asked == null || own == null || own.isWebSocket()) {
            return null;
        }
        return uri.scheme() == UriView.Scheme.SIPS && own != asked ? null : own;
    }

    private String textOf(final DirectBuffer buffer) {
        return buffer.getStringWithoutLengthUtf8(uri.offset(), uri.length());
    }
}
