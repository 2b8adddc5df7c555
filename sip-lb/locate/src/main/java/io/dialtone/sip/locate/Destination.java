package io.dialtone.sip.locate;

import io.dialtone.sip.codec.ViaTransport;
import org.jspecify.annotations.Nullable;

/**
 * Where a request is to go, as a URI says it (the TARGET of RFC 3263 section 4). Immutable.
 *
 * @param host a name in lower case, or an address; IPv6 with or without brackets
 * @param port 0 if none is written
 * @param transport what the URI asks for; null if it does not say
 * @param isSecure true for {@code sips}: by TLS or not at all
 */
public record Destination(String host, int port, @Nullable ViaTransport transport, boolean isSecure) {
    public Destination {
        host = Question.plain(host);
    }

    /** True if it is an address, or a name that DNS can be asked for. */
    public boolean isLookable() {
        return host.startsWith("[") || Question.isName(host);
    }

    @Override
    public String toString() {
        return (isSecure ? "sips:" : "sip:")
                + host
                + (port == 0 ? "" : ":" + port)
                + (transport == null ? "" : transport.uriParam());
    }
}
