package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.peer.PeerIdentity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Answers that the relay makes itself (RFC 6733 sections 6.2 and 7.2). Called only by the relay's thread.
 *
 * <pre>
 *   Session-Id, Result-Code, Origin-Host, Origin-Realm, Error-Message, Failed-AVP, Redirect-Host..., Proxy-Info...
 * </pre>
 */
final class OwnAnswers {
    /** Session-Id, Proxy-Infos and what is failed are the request's, so an answer is not much longer than it. */
    private static final int MORE_BYTES = 4_096;

    private static final byte[] LOCAL = ascii("not for relaying, and nobody here serves it");
    private static final byte[] NO_PEER = ascii("no peer to send it to");
    private static final byte[] REALM = ascii("no route for this realm");
    private static final byte[] BUSY = ascii("too much is pending");
    private static final byte[] LOOP = ascii("was here before");
    private static final byte[] APPLICATION = ascii("no peer has this application");
    private static final byte[] BITS = ascii("E bit in a request");
    private static final byte[] NO_REALM = ascii("Destination-Realm is missing");
    private static final byte[] REDIRECT = ascii("ask the redirect hosts");
    private static final byte[] REFUSED = ascii("refused by a rule");

    private final DiameterWriter writer = new DiameterWriter();
    private final UnsafeBuffer buffer;
    private final byte[] host;
    private final byte[] realm;

    OwnAnswers(final PeerIdentity local, final int messageBytesMax) {
        this.buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(messageBytesMax + MORE_BYTES));
        this.host = ascii(local.host());
        this.realm = ascii(local.realm());
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What Error-Message says: for people, and short. */
    private static byte[] wordsOf(final int resultCode) {
        return switch (resultCode) {
            case ResultCode.COMMAND_UNSUPPORTED -> LOCAL;
            case ResultCode.UNABLE_TO_DELIVER -> NO_PEER;
            case ResultCode.REALM_NOT_SERVED -> REALM;
            case ResultCode.TOO_BUSY -> BUSY;
            case ResultCode.LOOP_DETECTED -> LOOP;
            case ResultCode.REDIRECT_INDICATION -> REDIRECT;
            case ResultCode.APPLICATION_UNSUPPORTED -> APPLICATION;
            case ResultCode.INVALID_HDR_BITS -> BITS;
            case ResultCode.MISSING_AVP -> NO_REALM;
            default -> REFUSED;
        };
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    /** Writes the answer to the beginning of {@link #buffer()}; returns its length, 0 if it has no room. */
    int write(final DiameterMessage request, final int resultCode) {
        begin(request, resultCode);
        if (resultCode == ResultCode.MISSING_AVP) {
            writer.beginGroup(BaseAvp.FAILED_AVP.code(), AvpFlags.MANDATORY, 0);
            writer.bytes(BaseAvp.DESTINATION_REALM.code(), AvpFlags.MANDATORY, 0, buffer, 0, 0);
            writer.endGroup();
        }
        return end(request);
    }

    /** As above, for an answer 3006. */
    int writeRedirect(final DiameterMessage request, final RouteAction.Redirect redirect) {
        begin(request, ResultCode.REDIRECT_INDICATION);
        for (final byte[] uri : redirect.hosts()) {
            writer.bytes(BaseAvp.REDIRECT_HOST.code(), AvpFlags.MANDATORY, 0, uri);
        }
        writer.unsigned32(BaseAvp.REDIRECT_HOST_USAGE.code(), AvpFlags.MANDATORY, 0, redirect.usage());
        if (redirect.usage() != 0) {
            writer.unsigned32(BaseAvp.REDIRECT_MAX_CACHE_TIME.code(), AvpFlags.MANDATORY, 0, redirect.cacheSeconds());
        }
        return end(request);
    }

    private void begin(final DiameterMessage request, final int resultCode) {
        writer.answer(buffer, 0, buffer.capacity(), request, resultCode);
        writer.bytes(BaseAvp.ORIGIN_HOST.code(), AvpFlags.MANDATORY, 0, host);
        writer.bytes(BaseAvp.ORIGIN_REALM.code(), AvpFlags.MANDATORY, 0, realm);
        writer.bytes(BaseAvp.ERROR_MESSAGE.code(), 0, 0, wordsOf(resultCode));
    }

    private int end(final DiameterMessage request) {
        writer.copyAll(request, BaseAvp.PROXY_INFO);
        return writer.end();
    }
}
