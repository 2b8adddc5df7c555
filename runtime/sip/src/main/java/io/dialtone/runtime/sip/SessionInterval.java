package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/** What a message says about session timers (RFC 4028): Session-Expires, Min-SE, and whether its sender knows them. Laid over one message after the other; called only by the owning worker. */
final class SessionInterval {
    /** The header is not there. */
    static final int NONE = 0;

    /** Who refreshes, seen from the transaction. */
    enum Refresher {
        UNSAID,
        UAC,
        UAS
    }

    /** Longer ones are taken for this. */
    private static final int SECONDS_MAX = 999_999_999;

    private static final byte[] TIMER = ascii("timer");
    private static final byte[] UPDATE = ascii("update");
    private static final byte[] REFRESHER = ascii("refresher");
    private static final byte[] UAC = ascii("uac");
    private static final byte[] UAS = ascii("uas");

    private int seconds;
    private int minimumSeconds;
    private Refresher refresher = Refresher.UNSAID;
    private boolean knowsTimers;

    /** Reads a well-formed message. */
    SessionInterval wrap(final SipMessage message) {
        seconds = seconds(message, HeaderName.SESSION_EXPIRES);
        minimumSeconds = seconds(message, HeaderName.MIN_SE);
        refresher = seconds == NONE ? Refresher.UNSAID : refresherOf(message);
        knowsTimers = lists(message, HeaderName.SUPPORTED, TIMER) || lists(message, HeaderName.REQUIRE, TIMER);
        return this;
    }

    /** Session-Expires in seconds, or {@link #NONE}. */
    int seconds() {
        return seconds;
    }

    /** Min-SE in seconds, or {@link #NONE}. */
    int minimumSeconds() {
        return minimumSeconds;
    }

    Refresher refresher() {
        return refresher;
    }

    /** True if the option tag {@code timer} stands in Supported, or in Require. */
    boolean knowsTimers() {
        return knowsTimers;
    }

    /** True if Allow lists UPDATE. */
    static boolean allowsUpdate(final SipMessage message) {
        return lists(message, HeaderName.ALLOW, UPDATE);
    }

    /** The seconds in a header, at least 1, or {@link #NONE} if it is not there. */
    static int seconds(final SipMessage message, final HeaderName name) {
        return message.firstHeader(name) < 0 ? NONE : Math.max(1, writtenSeconds(message, name));
    }

    /** The seconds as they stand in a header, or 0 if it is not there. */
    static int writtenSeconds(final SipMessage message, final HeaderName name) {
        final int header = message.firstHeader(name);
        if (header < 0) {
            return 0;
        }
        final DirectBuffer buffer = message.buffer();
        final int end = message.headerValueOffset(header) + message.headerValueLength(header);
        long number = 0;
        for (int at = message.headerValueOffset(header); at < end; at++) {
            final int digit = buffer.getByte(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = Math.min(SECONDS_MAX, 10 * number + digit);
        }
        return (int) number;
    }

    private static Refresher refresherOf(final SipMessage message) {
        final int header = message.firstHeader(HeaderName.SESSION_EXPIRES);
        final DirectBuffer buffer = message.buffer();
        final int end = message.headerValueOffset(header) + message.headerValueLength(header);
        int at = message.headerValueOffset(header);
        while (at < end) {
            if (buffer.getByte(at) != ';') {
                at++;
                continue;
            }
            at = skipSpace(buffer, at + 1, end);
            final int nameEnd = tokenEnd(buffer, at, end);
            if (!isToken(buffer, at, nameEnd, REFRESHER)) {
                continue;
            }
            at = skipSpace(buffer, nameEnd, end);
            if (at < end && buffer.getByte(at) == '=') {
                at = skipSpace(buffer, at + 1, end);
                final int valueEnd = tokenEnd(buffer, at, end);
                return isToken(buffer, at, valueEnd, UAC)
                        ? Refresher.UAC
                        : isToken(buffer, at, valueEnd, UAS) ? Refresher.UAS : Refresher.UNSAID;
            }
        }
        return Refresher.UNSAID;
    }

    /** True if a token stands in a header's list. */
    private static boolean lists(final SipMessage message, final HeaderName name, final byte[] lowerCase) {
        final DirectBuffer buffer = message.buffer();
        for (int i = message.firstHeader(name); i >= 0; i = message.nextHeader(i)) {
            final int end = message.headerValueOffset(i) + message.headerValueLength(i);
            int at = message.headerValueOffset(i);
            while (at < end) {
                at = skipSpace(buffer, at, end);
                final int tokenEnd = tokenEnd(buffer, at, end);
                if (isToken(buffer, at, tokenEnd, lowerCase)) {
                    return true;
                }
                at = tokenEnd;
                while (at < end && buffer.getByte(at) != ',') {
                    at++;
                }
                at++;
            }
        }
        return false;
    }

    private static int skipSpace(final DirectBuffer buffer, final int from, final int end) {
        int at = from;
        while (at < end && buffer.getByte(at) <= ' ') {
            at++;
        }
        return at;
    }

    private static int tokenEnd(final DirectBuffer buffer, final int from, final int end) {
        int at = from;
        while (at < end) {
            final byte b = buffer.getByte(at);
            if (b <= ' ' || b == ',' || b == ';' || b == '=') {
                break;
            }
            at++;
        }
        return at;
    }

    private static boolean isToken(final DirectBuffer buffer, final int from, final int to, final byte[] lowerCase) {
        if (to - from != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            final byte b = buffer.getByte(from + i);
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
