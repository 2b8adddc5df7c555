package io.dialtone.sip.routing;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.DirectBuffer;

/** Knows the option tags in Proxy-Require that may pass because a backend takes care of them. One per I/O thread. */
final class ProxyRequire {
    private final byte[][] passed;

    /** Takes the tags in lower case. */
    ProxyRequire(final List<String> passed) {
        this.passed = passed.stream()
                .map(tag -> tag.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    /** Whether all tags of the request's Proxy-Require may pass. */
    boolean isPassed(final SipMessage request) {
        for (int i = request.firstHeader(HeaderName.PROXY_REQUIRE); i >= 0; i = request.nextHeader(i)) {
            final int end = request.headerValueOffset(i) + request.headerValueLength(i);
            int at = request.headerValueOffset(i);
            while (at < end) {
                final int from = at;
                while (at < end && request.buffer().getByte(at) != ',') {
                    at++;
                }
                if (!isPassed(request.buffer(), from, at)) {
                    return false;
                }
                at++;
            }
        }
        return true;
    }

    private boolean isPassed(final DirectBuffer buffer, final int from, final int to) {
        int first = from;
        int last = to;
        while (first < last && isBlank(buffer.getByte(first))) {
            first++;
        }
        while (last > first && isBlank(buffer.getByte(last - 1))) {
            last--;
        }
        if (first == last) {
            return true;
        }
        for (final byte[] tag : passed) {
            if (isEqual(buffer, first, last - first, tag)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEqual(final DirectBuffer buffer, final int offset, final int length, final byte[] lower) {
        if (length != lower.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (Character.toLowerCase(buffer.getByte(offset + i)) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(final byte c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
