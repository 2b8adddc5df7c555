package io.dialtone.runtime.sip;

import io.dialtone.api.AffinityRule;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;
import java.nio.charset.StandardCharsets;

/**
 * Finds in a request the bytes that name its session, by the service's rule; the Call-ID when the rule finds nothing. Called only by the owning worker.
 */
final class AffinityKey {
    private final AffinityRule rule;
    private final byte[] header;
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private int offset;
    private int length;

    AffinityKey(final AffinityRule rule) {
        this.rule = rule;
        header = rule.header().getBytes(StandardCharsets.US_ASCII);
    }

    void read(final SipMessage request) {
        final boolean found = switch (rule.kind()) {
            case CALL_ID -> false;
            case HEADER -> readHeader(request);
            case FROM_USER -> readUser(request, HeaderName.FROM);
            case TO_USER -> readUser(request, HeaderName.TO);
            case REQUEST_URI_USER ->
                uri.parse(request.buffer(), request.requestUriOffset(), request.requestUriLength()) && takeUser();
        };
        if (!found) {
            offset = request.callIdOffset();
            length = request.callIdLength();
        }
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    private boolean readHeader(final SipMessage request) {
        final int index = request.findHeader(header);
        if (index < 0 || request.headerValueLength(index) == 0) {
            return false;
        }
        offset = request.headerValueOffset(index);
        length = request.headerValueLength(index);
        return true;
    }

    private boolean readUser(final SipMessage request, final HeaderName name) {
        final int index = request.firstHeader(name);
        return index >= 0
                && address.wrap(request, index)
                && uri.parse(request.buffer(), address.uriOffset(), address.uriLength())
                && takeUser();
    }

    private boolean takeUser() {
        offset = uri.userOffset();
        length = uri.userLength();
        return offset >= 0 && length > 0;
    }
}
