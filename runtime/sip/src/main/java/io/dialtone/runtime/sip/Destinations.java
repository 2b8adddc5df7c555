package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.locate.Destination;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Reads from a URI where a request is to go (RFC 3263 section 4). Any thread. */
final class Destinations {
    private static final byte[] TRANSPORT = "transport".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MADDR = "maddr".getBytes(StandardCharsets.US_ASCII);

    /** Where a {@code sips} URI leads that nobody here can follow: no other way is good enough for it. */
    static final Destination BY_TLS_TO_NOBODY = new Destination("0.0.0.0", 0, ViaTransport.UDP, true);

    private Destinations() {}

    /** What a URI with a name says; null if it asks for a transport that nobody here speaks, or has no name that could be looked up. */
    static @Nullable Destination of(final DirectBuffer buffer, final UriView uri) {
        final boolean isSecure = uri.scheme() == UriView.Scheme.SIPS;
        if (!isSecure && uri.scheme() != UriView.Scheme.SIP) {
            return null;
        }
        final ViaTransport transport = ViaTransport.ofUri(buffer, uri);
        if (transport == null) {
            return null;
        }
        final boolean isAsked = uri.hasParam(TRANSPORT);
        final int port = Math.max(0, uri.port());
        final Destination destination = uri.findParam(MADDR)
                ? destination(
                        buffer,
                        uri.paramValueOffset(),
                        uri.paramValueLength(),
                        port,
                        isAsked ? transport : null,
                        isSecure)
                : destination(buffer, uri.hostOffset(), uri.hostLength(), port, isAsked ? transport : null, isSecure);
        return destination.isLookable() ? destination : null;
    }

    private static Destination destination(
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final int port,
            final @Nullable ViaTransport transport,
            final boolean isSecure) {
        return new Destination(
                buffer.getStringWithoutLengthUtf8(offset, Math.max(0, length)), port, transport, isSecure);
    }
}
