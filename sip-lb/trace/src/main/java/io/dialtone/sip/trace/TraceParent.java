package io.dialtone.sip.trace;

import io.dialtone.sip.codec.SipMessage;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Reads the header by which a peer may say in which span of its own it asks (W3C Trace Context, for HTTP; nobody has specified it for SIP). What it says becomes a link and nothing else: a stranger does
 * not choose into which trace we write. For one thread.
 *
 * <pre>
 *  traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
 * </pre>
 */
final class TraceParent {
    private static final byte[] NAME = "traceparent".getBytes(StandardCharsets.US_ASCII);
    private static final int LENGTH = 55;
    private static final int TRACE = 3;
    private static final int TRACE_LOW = 19;
    private static final int SPAN = 36;
    private static final int FLAGS = 53;
    private static final int LONG_DIGITS = 16;

    private final byte[] value = new byte[LENGTH];

    Optional<Span.Link> read(final SipMessage message) {
        final int header = message.findHeader(NAME);
        if (header < 0 || message.headerValueLength(header) != LENGTH) {
            return Optional.empty();
        }
        message.buffer().getBytes(message.headerValueOffset(header), value);
        if (!isWellFormed()) {
            return Optional.empty();
        }
        final long high = number(TRACE);
        final long low = number(TRACE_LOW);
        final long span = number(SPAN);
        return (high | low) == 0 || span == 0 ? Optional.empty() : Optional.of(new Span.Link(high, low, span));
    }

    private boolean isWellFormed() {
        for (int i = 0; i < LENGTH; i++) {
            final boolean isDash = i == TRACE - 1 || i == SPAN - 1 || i == FLAGS - 1;
            if (isDash ? value[i] != '-' : !isLowerHex(value[i])) {
                return false;
            }
        }
        return value[0] == '0' && value[1] == '0';
    }

    private static boolean isLowerHex(final byte c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    private long number(final int from) {
        return HexFormat.fromHexDigitsToLong(new String(value, from, LONG_DIGITS, StandardCharsets.US_ASCII));
    }
}
