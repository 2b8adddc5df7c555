package io.dialtone.sip.codec;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The bytes by which a request names the session it belongs to; the Call-ID if it lacks what is asked for. Edges choose a slot by them and nodes find the session by them, so
 * there is one reader for both. One per thread; valid until the message changes.
 *
 * <p>Users are compared as RFC 3261 section 19.1.4 does: an escaped character equals itself unescaped, an escape's digits have no case.
 */
public final class AffinityKeyView {
    /** Where the key stands. */
    public enum Place {
        CALL_ID,
        HEADER,
        FROM_USER,
        TO_USER,
        REQUEST_URI_USER,
        /**
         * The address of record a request is about: of a REGISTER the one in To, of all others the Request-URI. Made comparable as RFC 3261 section 10.3 step 5 says: user
         * without escapes, {@code @}, host in lower case; no password, port, parameters or scheme. Of a tel URI the number without visual separators. It needs a user.
         */
        ADDRESS_OF_RECORD
    }

    private static final int USER_BYTES_MAX = 1024;
    private static final int HOST_BYTES_MAX = 512;

    private final Place place;
    private final byte[] header;
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[USER_BYTES_MAX + 1 + HOST_BYTES_MAX]);

    private UnsafeBuffer buffer = scratch;
    private int offset;
    private int length;

    /**
     * @param place where the key stands
     * @param header name of the header for {@link Place#HEADER}, in lower case, else empty
     */
    public AffinityKeyView(final Place place, final String header) {
        this.place = place;
        this.header = header.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads the key of a message that has a Call-ID. */
    public AffinityKeyView wrap(final SipMessage request) {
        buffer = request.buffer();
        final boolean found = switch (place) {
            case CALL_ID -> false;
            case HEADER -> wrapHeader(request);
            case FROM_USER -> parse(request, HeaderName.FROM) && wrapUser();
            case TO_USER -> parse(request, HeaderName.TO) && wrapUser();
            case REQUEST_URI_USER -> parseRequestUri(request) && wrapUser();
            case ADDRESS_OF_RECORD ->
                (request.method() == SipMethod.REGISTER ? parse(request, HeaderName.TO) : parseRequestUri(request))
                        && wrapAddressOfRecord();
        };
        return found ? this : wrapCallId(request);
    }

    /**
     * Reads the key of a REGISTER for who knows nothing of sessions: what the rule names where it names registrations, else the user of its address of
     * record, which is its To (RFC 3261 section 10.2). Devices of a user have their own Call-IDs and, behind a gateway, another From; a registrar must
     * see all of a user's bindings.
     */
    public AffinityKeyView wrapRegistration(final SipMessage request) {
        if (place == Place.ADDRESS_OF_RECORD) {
            // User and host, as calls for them have it.
            return wrap(request);
        }
        buffer = request.buffer();
        final boolean found =
                (place == Place.HEADER && wrapHeader(request)) || (parse(request, HeaderName.TO) && wrapUser());
        return found ? this : wrapCallId(request);
    }

    private AffinityKeyView wrapCallId(final SipMessage request) {
        buffer = request.buffer();
        offset = request.callIdOffset();
        length = request.callIdLength();
        return this;
    }

    private boolean parseRequestUri(final SipMessage request) {
        return request.isRequest() && uri.parse(buffer, request.requestUriOffset(), request.requestUriLength());
    }

    private boolean parse(final SipMessage request, final HeaderName name) {
        final int index = request.firstHeader(name);
        return index >= 0
                && address.wrap(request, index)
                && uri.parse(buffer, address.uriOffset(), address.uriLength());
    }

    private boolean wrapHeader(final SipMessage request) {
        final int index = request.findHeader(header);
        if (index < 0 || request.headerValueLength(index) == 0) {
            return false;
        }
        offset = request.headerValueOffset(index);
        length = request.headerValueLength(index);
        return true;
    }

    private boolean wrapUser() {
        offset = uri.userOffset();
        length = uri.userLength();
        if (length <= 0) {
            return false;
        }
        // A user too long for the scratch memory is taken as it stands.
        if (length <= USER_BYTES_MAX && hasEscape()) {
            length = unescapeUser();
            offset = 0;
            buffer = scratch;
        }
        return true;
    }

    private boolean hasEscape() {
        for (int at = offset, end = offset + length; at < end; at++) {
            if (buffer.getByte(at) == '%') {
                return true;
            }
        }
        return false;
    }

    private boolean wrapAddressOfRecord() {
        if (uri.userLength() <= 0 || uri.userLength() > USER_BYTES_MAX || uri.hostLength() > HOST_BYTES_MAX) {
            return false;
        }
        int end;
        if (uri.scheme() == UriView.Scheme.TEL) {
            end = copyNumber();
        } else {
            end = unescapeUser();
            scratch.putByte(end++, (byte) '@');
            for (int i = 0; i < uri.hostLength(); i++) {
                scratch.putByte(end++, (byte) Ascii.lower(buffer.getByte(uri.hostOffset() + i)));
            }
        }
        buffer = scratch;
        offset = 0;
        length = end;
        return length > 0;
    }

    private int copyNumber() {
        int to = 0;
        for (int i = 0; i < uri.userLength(); i++) {
            final byte c = (byte) Ascii.lower(buffer.getByte(uri.userOffset() + i));
            if (c != '-' && c != '.' && c != '(' && c != ')') {
                scratch.putByte(to++, c);
            }
        }
        return to;
    }

    /** Writes the user without escapes to the scratch memory; returns its length. */
    private int unescapeUser() {
        return Escapes.read(buffer, uri.userOffset(), uri.userLength(), scratch, 0);
    }

    public UnsafeBuffer buffer() {
        return buffer;
    }

    public int offset() {
        return offset;
    }

    public int length() {
        return length;
    }
}
