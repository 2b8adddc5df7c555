package io.dialtone.sip.routing;

import io.dialtone.api.AffinityRule;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds the bytes of a request that an {@link AffinityRule} names; the Call-ID if the request lacks them. One per I/O thread; valid until the
 * message changes.
 *
 * <p>Users are compared as RFC 3261 section 19.1.4 does: an escaped character equals itself unescaped, an escape's digits have no case.
 */
final class AffinityKey {
    private static final int UNESCAPED_BYTES_MAX = 1024;

    private final AffinityRule rule;
    private final byte[] header;
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private final UnsafeBuffer unescaped = new UnsafeBuffer(new byte[UNESCAPED_BYTES_MAX]);

    private UnsafeBuffer buffer = unescaped;
    private int offset;
    private int length;

    AffinityKey(final AffinityRule rule) {
        this.rule = rule;
        this.header = rule.header().getBytes(StandardCharsets.US_ASCII);
    }

    AffinityKey wrap(final SipMessage request) {
        buffer = request.buffer();
        final boolean found = switch (rule.kind()) {
            case CALL_ID -> false;
            case FROM_USER -> wrapUserOf(request, HeaderName.FROM);
            case TO_USER -> wrapUserOf(request, HeaderName.TO);
            case REQUEST_URI_USER -> wrapUser(request.requestUriOffset(), request.requestUriLength());
            case HEADER -> wrapHeader(request);
        };
        return found ? this : wrapCallId(request);
    }

    /**
     * The key of a REGISTER: what a header rule names, else the user of its address of record, which is its To (RFC 3261 section 10.2). Devices of a
     * user have their own Call-IDs and, behind a gateway, another From; a registrar must see all of a user's bindings.
     */
    AffinityKey wrapRegistration(final SipMessage request) {
        buffer = request.buffer();
        final boolean found =
                (rule.kind() == AffinityRule.Kind.HEADER && wrapHeader(request)) || wrapUserOf(request, HeaderName.TO);
        return found ? this : wrapCallId(request);
    }

    private AffinityKey wrapCallId(final SipMessage request) {
        buffer = request.buffer();
        offset = request.callIdOffset();
        length = request.callIdLength();
        return this;
    }

    private boolean wrapUserOf(final SipMessage request, final HeaderName name) {
        final int header = request.firstHeader(name);
        return header >= 0 && address.wrap(request, header) && wrapUser(address.uriOffset(), address.uriLength());
    }

    private boolean wrapUser(final int uriOffset, final int uriLength) {
        if (!uri.parse(buffer, uriOffset, uriLength) || uri.userLength() <= 0) {
            return false;
        }
        offset = uri.userOffset();
        length = uri.userLength();
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) == '%') {
                unescapeSlowPath();
                break;
            }
        }
        return true;
    }

    private boolean wrapHeader(final SipMessage request) {
        final int found = request.findHeader(header);
        if (found < 0 || request.headerValueLength(found) == 0) {
            return false;
        }
        offset = request.headerValueOffset(found);
        length = request.headerValueLength(found);
        return true;
    }

    /** A user too long for the scratch memory is taken as it stands. */
    private void unescapeSlowPath() {
        if (length > UNESCAPED_BYTES_MAX) {
            return;
        }
        int to = 0;
        for (int i = 0; i < length; i++) {
            final byte c = buffer.getByte(offset + i);
            if (c == '%' && i + 2 < length) {
                final int high = Character.digit(buffer.getByte(offset + i + 1), 16);
                final int low = Character.digit(buffer.getByte(offset + i + 2), 16);
                if (high >= 0 && low >= 0) {
                    unescaped.putByte(to++, (byte) (high << 4 | low));
                    i += 2;
                    continue;
                }
            }
            unescaped.putByte(to++, c);
        }
        buffer = unescaped;
        offset = 0;
        length = to;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }
}
