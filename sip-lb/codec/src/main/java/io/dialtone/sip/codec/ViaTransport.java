package io.dialtone.sip.codec;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** How a message travels, as Via and URI name it (RFC 3261 sections 18 and 19.1.1, RFC 7118). Link frames and images hold {@link #code}: a number, once given, never means another. */
public enum ViaTransport {
    UDP(0, "UDP", "", 5060),
    TCP(1, "TCP", ";transport=tcp", 5060),
    TLS(2, "TLS", ";transport=tls", 5061),
    /** SIP over WebSocket. */
    WS(3, "WS", ";transport=ws", 80),
    /** SIP over WebSocket over TLS; a URI says {@code ws} for both. */
    WSS(4, "WSS", ";transport=ws", 443);

    private static final byte[] PARAM = {'t', 'r', 'a', 'n', 's', 'p', 'o', 'r', 't'};
    private static final ViaTransport[] BY_CODE = values();

    private final int code;
    private final String viaName;
    private final String uriParam;
    private final int defaultPort;

    @SuppressWarnings("ImmutableEnumChecker") // Never written after construction, never handed out.
    private final byte[] lowerName;

    private final String scheme;

    ViaTransport(final int code, final String viaName, final String uriParam, final int defaultPort) {
        this.code = code;
        this.viaName = viaName;
        this.uriParam = uriParam;
        this.defaultPort = defaultPort;
        scheme = viaName.toLowerCase(Locale.ROOT);
        lowerName = scheme.getBytes(StandardCharsets.US_ASCII);
    }

    /** The transport of a code, or null if there is none. */
    public static @Nullable ViaTransport of(final int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** What a URI asks for: its parameter, or else TLS for {@code sips} and UDP for {@code sip}; null for what we do not know, or what {@code sips} cannot go by. */
    public static @Nullable ViaTransport ofUri(final DirectBuffer buffer, final UriView uri) {
        final boolean secure = uri.scheme() == UriView.Scheme.SIPS;
        if (!uri.findParam(PARAM)) {
            return secure ? TLS : UDP;
        }
        for (final ViaTransport each : BY_CODE) {
            if (each.isName(buffer, uri.paramValueOffset(), uri.paramValueLength())) {
                return secure ? each.secured() : each;
            }
        }
        return null;
    }

    public int code() {
        return code;
    }

    /** What stands behind {@code SIP/2.0/} in Via. */
    public String viaName() {
        return viaName;
    }

    /** What operators write before a listener's host, without its colon. */
    public String scheme() {
        return scheme;
    }

    /** What a URI of ours says, with its semicolon; nothing for UDP. */
    public String uriParam() {
        return uriParam;
    }

    /** The same in a {@code sips} URI, that says TLS by itself (RFC 5630 section 3.1.4). */
    public String sipsUriParam() {
        return isWebSocket() ? uriParam : "";
    }

    /** Port where none is written (RFC 3261 section 19.1.2). */
    public int defaultPort() {
        return defaultPort;
    }

    /** True if hands are shaken by TLS. */
    public boolean isSecure() {
        return this == TLS || this == WSS;
    }

    /** True if only the peer can connect. */
    public boolean isWebSocket() {
        return this == WS || this == WSS;
    }

    private boolean isName(final DirectBuffer buffer, final int offset, final int length) {
        if (length != lowerName.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if ((buffer.getByte(offset + i) | 0x20) != lowerName[i]) {
                return false;
            }
        }
        return true;
    }

    private @Nullable ViaTransport secured() {
        return switch (this) {
            case TCP -> TLS;
            case WS -> WSS;
            case TLS, WSS -> this;
            case UDP -> null;
        };
    }
}
