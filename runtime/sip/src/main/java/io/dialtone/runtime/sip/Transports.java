package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;

/** What the transport of an edge's listener adds to what we write. Any thread. */
final class Transports {
    private static final byte[] ALIAS = ";alias".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};
    private static final ViaTransport[] ALL = ViaTransport.values();
    private static final byte[][] VIA_STARTS = new byte[ALL.length][];
    private static final byte[][] URI_PARAMS = new byte[ALL.length][];
    private static final byte[][] SIPS_URI_PARAMS = new byte[ALL.length][];

    static {
        for (final ViaTransport each : ALL) {
            VIA_STARTS[each.code()] = ("SIP/2.0/" + each.viaName() + " ").getBytes(StandardCharsets.US_ASCII);
            URI_PARAMS[each.code()] = each.uriParam().getBytes(StandardCharsets.US_ASCII);
            final String ofSips = each.isSecure() ? each.sipsUriParam() : ""; // then it leads to a listener with TLS
            SIPS_URI_PARAMS[each.code()] = ofSips.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private Transports() {}

    /** What a Via of ours begins with, up to its sent-by. */
    static byte[] viaStart(final ReplyPort port) {
        return VIA_STARTS[code(port)];
    }

    /** What a Via of ours ends with: by TLS that we take requests by the connection that it goes by (RFC 5923 section 4). */
    static byte[] viaEnd(final ReplyPort port) {
        return code(port) == ViaTransport.TLS.code() ? ALIAS : NOTHING;
    }

    /** What a URI of ours says of it, with its semicolon. */
    static byte[] uriParam(final ReplyPort port) {
        return URI_PARAMS[code(port)];
    }

    /** The same in a URI of ours that is {@code sips}. */
    static byte[] sipsUriParam(final ReplyPort port) {
        return SIPS_URI_PARAMS[code(port)];
    }

    /** A number that we do not know, of an edge that is newer than we are, is written as UDP. */
    private static int code(final ReplyPort port) {
        return port.transport() < ALL.length ? port.transport() : ViaTransport.UDP.code();
    }
}
