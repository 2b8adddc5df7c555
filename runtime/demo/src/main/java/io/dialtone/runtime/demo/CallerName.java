package io.dialtone.runtime.demo;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * How one run's caller names itself: sent-by, Call-ID, tag and branch, all made from the call's number, so that an answer leads back to its call
 * without a search. Not thread safe; owned by a {@link CallGenerator}.
 */
final class CallerName {
    private static final byte[] MAGIC_COOKIE = SipText.ascii("z9hG4bK");
    private static final int NUMBER_DIGITS_MAX = 10;

    final String host;
    final int port;
    /** {@code host:port}, IPv6 in brackets. */
    final byte[] sentBy;
    /** Tells runs apart, so that answers to an earlier run are not taken for ours. */
    final byte[] run;
    /** What follows the number in every Call-ID. */
    private final byte[] callIdTail;

    CallerName(final InetSocketAddress local, final long incarnation) {
        host = literal(local.getAddress());
        port = local.getPort();
        sentBy = SipText.ascii(host + ":" + port);
        run = SipText.ascii(Long.toHexString(incarnation));
        callIdTail = SipText.ascii("-" + Long.toHexString(incarnation) + "@" + host);
    }

    static String literal(final InetAddress address) {
        final String text = address.getHostAddress();
        if (!(address instanceof Inet6Address)) {
            return text;
        }
        final int zone = text.indexOf('%');
        return "[" + (zone < 0 ? text : text.substring(0, zone)) + "]";
    }

    void putCallId(final SipText text, final long number) {
        text.put(number).put(callIdTail);
    }

    void putTag(final SipText text, final long number) {
        text.put(number).put("-").put(run);
    }

    /** One branch per transaction; ACK to a 2xx is a transaction of its own, CANCEL and ACK to a refusal share INVITE's. */
    void putBranch(final SipText text, final long number, final long cseq, final char kind) {
        text.put(MAGIC_COOKIE).put(run).put("-").put(number).put("-").put(cseq).put(String.valueOf(kind));
    }

    /** The Call-ID of a call, as text. */
    String callId(final long number) {
        return number + new String(callIdTail, StandardCharsets.US_ASCII);
    }

    /** The call's number in a Call-ID of this run, or -1. */
    long numberOf(final DirectBuffer buffer, final int offset, final int length) {
        int digits = 0;
        long number = 0;
        while (digits < length && digits < NUMBER_DIGITS_MAX) {
            final int digit = buffer.getByte(offset + digits) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = number * 10 + digit;
            digits++;
        }
        return digits > 0 && equal(buffer, offset + digits, length - digits, callIdTail) ? number : -1;
    }

    static boolean equal(final DirectBuffer buffer, final int offset, final int length, final byte[] expected) {
        if (length != expected.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    static boolean equal(
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final DirectBuffer expected,
            final int expectedLength) {
        if (length != expectedLength) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) != expected.getByte(i)) {
                return false;
            }
        }
        return true;
    }
}
