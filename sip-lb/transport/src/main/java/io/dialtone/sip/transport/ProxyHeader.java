package io.dialtone.sip.transport;

import io.dialtone.sip.codec.IpLiteral;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads the header by which a proxy says for whom it has connected: version 1 (a line) and 2 (bytes) of haproxy's PROXY protocol. One per loop and listener; what it says is valid until the
 * next reading.
 *
 * <pre>
 *   version 1    PROXY TCP4 192.0.2.1 198.51.100.2 40000 5061 CR LF      or TCP6, or UNKNOWN and anything
 *
 *   version 2    signature (12 bytes) · 2 and command (4 bits each): 0 local, 1 proxy · family and protocol (4 bits each): 11 TCP over IPv4, 21 over IPv6, 31 Unix, 00 unknown
 *                length of what follows (16) · source address, destination address (32 or 128 each) · source port, destination port (16 each) · what we do not read
 * </pre>
 */
final class ProxyHeader {
    /** What a reading comes to. */
    enum Result {
        COMPLETE,
        NEEDS_MORE,
        MALFORMED
    }

    /** Longest line of version 1, its end included, as its specification says. */
    static final int LINE_BYTES_MAX = 107;

    /** Addresses and what we do not read, of version 2: certificates' names and the like are some hundred bytes. */
    static final int BODY_BYTES_MAX = 4096;

    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
    private static final int START_BYTES = 16;
    private static final int COMMAND_OFFSET = 12;
    private static final int FAMILY_OFFSET = 13;
    private static final int LENGTH_OFFSET = 14;
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int UNSPECIFIED = 0x00;
    private static final int TCP_IPV4 = 0x11;
    private static final int TCP_IPV6 = 0x21;
    private static final int UNIX_STREAM = 0x31;
    private static final int IPV4_BYTES = 12;
    private static final int IPV6_BYTES = 36;
    private static final int UNIX_BYTES = 216;
    private static final long MAPPED_PREFIX = 0xFFFFL << 32;

    private static final byte[] NAME = ascii("PROXY ");
    private static final byte[] UNKNOWN = ascii("UNKNOWN");
    private static final byte[] TCP4 = ascii("TCP4 ");
    private static final byte[] TCP6 = ascii("TCP6 ");
    private static final int PORT_MAX = 0xFFFF;
    private static final int PORT_DIGITS_MAX = 5;

    private final IpLiteral literal = new IpLiteral();
    private final UnsafeBuffer line = new UnsafeBuffer(new byte[LINE_BYTES_MAX]);
    private int length;
    private boolean hasPeer;
    private long high;
    private long low;
    private int port;

    /** Reads what has come so far of a connection; nothing is taken from it. */
    Result read(final ByteBuf bytes) {
        length = 0;
        hasPeer = false;
        final int count = bytes.readableBytes();
        if (count == 0) {
            return Result.NEEDS_MORE;
        }
        return bytes.getByte(bytes.readerIndex()) == SIGNATURE[0] ? readBytes(bytes, count) : readLine(bytes, count);
    }

    /** How long the header is that was read. */
    int length() {
        return length;
    }

    /** False if the proxy speaks for itself, as it does to see whether we live, or does not know for whom it speaks. */
    boolean hasPeer() {
        return hasPeer;
    }

    /** First eight bytes of the peer's IPv6 (or IPv4-mapped) address, big-endian. */
    long high() {
        return high;
    }

    /** Last eight bytes of the peer's IPv6 (or IPv4-mapped) address, big-endian. */
    long low() {
        return low;
    }

    int port() {
        return port;
    }

    // ---- version 2

    private Result readBytes(final ByteBuf bytes, final int count) {
        final int from = bytes.readerIndex();
        if (!begins(bytes, SIGNATURE, count)) {
            return Result.MALFORMED;
        }
        if (count < START_BYTES) {
            return Result.NEEDS_MORE;
        }
        final int command = bytes.getUnsignedByte(from + COMMAND_OFFSET);
        final int family = bytes.getUnsignedByte(from + FAMILY_OFFSET);
        final int body = bytes.getUnsignedShort(from + LENGTH_OFFSET);
        if ((command != LOCAL && command != PROXY) || body > BODY_BYTES_MAX) {
            return Result.MALFORMED;
        }
        if (count < START_BYTES + body) {
            return Result.NEEDS_MORE;
        }
        length = START_BYTES + body;
        return command == LOCAL ? Result.COMPLETE : readAddresses(bytes, from + START_BYTES, family, body);
    }

    private Result readAddresses(final ByteBuf bytes, final int at, final int family, final int body) {
        return switch (family) {
            case TCP_IPV4 ->
                body < IPV4_BYTES
                        ? Result.MALFORMED
                        : peer(0, MAPPED_PREFIX | bytes.getUnsignedInt(at), bytes.getUnsignedShort(at + 8));
            case TCP_IPV6 ->
                body < IPV6_BYTES
                        ? Result.MALFORMED
                        : peer(bytes.getLong(at), bytes.getLong(at + Long.BYTES), bytes.getUnsignedShort(at + 32));
            case UNIX_STREAM -> body < UNIX_BYTES ? Result.MALFORMED : Result.COMPLETE;
            case UNSPECIFIED -> Result.COMPLETE;
            default -> Result.MALFORMED;
        };
    }

    // ---- version 1

    private Result readLine(final ByteBuf bytes, final int count) {
        if (!begins(bytes, NAME, count)) {
            return Result.MALFORMED;
        }
        final int from = bytes.readerIndex();
        final int end = bytes.indexOf(from, from + Math.min(count, LINE_BYTES_MAX), (byte) '\n');
        if (end < 0) {
            return count >= LINE_BYTES_MAX ? Result.MALFORMED : Result.NEEDS_MORE;
        }
        length = end + 1 - from;
        if (bytes.getByte(end - 1) != '\r') {
            return Result.MALFORMED;
        }
        for (int i = 0; i < length; i++) {
            line.putByte(i, bytes.getByte(from + i));
        }
        return readWords(length - 2);
    }

    private Result readWords(final int end) {
        int at = NAME.length;
        if (startsWith(at, end, UNKNOWN)) {
            at += UNKNOWN.length;
            return at == end || line.getByte(at) == ' ' ? Result.COMPLETE : Result.MALFORMED;
        }
        final boolean isIpv4 = startsWith(at, end, TCP4);
        if (!isIpv4 && !startsWith(at, end, TCP6)) {
            return Result.MALFORMED;
        }
        at += TCP4.length;
        final int source = wordEnd(at, end);
        final int destination = wordEnd(source + 1, end);
        final int sourcePort = wordEnd(destination + 1, end);
        if (sourcePort >= end || !isAddress(source + 1, destination, isIpv4) || portIn(sourcePort + 1, end) < 0) {
            return Result.MALFORMED;
        }
        return isAddress(at, source, isIpv4)
                ? peer(literal.high(), literal.low(), portIn(destination + 1, sourcePort))
                : Result.MALFORMED;
    }

    private boolean isAddress(final int from, final int to, final boolean isIpv4) {
        if (from >= to || line.getByte(from) == '[' || !literal.parse(line, from, to - from)) {
            return false;
        }
        return isIpv4 ? isDotted(from, to) : !isDotted(from, to);
    }

    private boolean isDotted(final int from, final int to) {
        for (int i = from; i < to; i++) {
            if (line.getByte(i) == ':') {
                return false;
            }
        }
        return true;
    }

    private int wordEnd(final int from, final int end) {
        int at = from;
        while (at < end && line.getByte(at) != ' ') {
            at++;
        }
        return at;
    }

    /** A port, or -1. */
    private int portIn(final int from, final int to) {
        if (from >= to || to - from > PORT_DIGITS_MAX) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            final int digit = line.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value > PORT_MAX ? -1 : value;
    }

    private boolean startsWith(final int at, final int end, final byte[] word) {
        if (end - at < word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (line.getByte(at + i) != word[i]) {
                return false;
            }
        }
        return true;
    }

    // ---- both

    /** Notes whose connection it is; somebody must be able to have it. */
    private Result peer(final long itsHigh, final long itsLow, final int itsPort) {
        final boolean isIpv4 = IpLiteral.isIpv4(itsHigh, itsLow);
        final int first = (int) itsLow >>> 24;
        final boolean isOne = isIpv4 ? first != 0 && first < 224 : itsHigh >>> 56 != 0xFF && (itsHigh | itsLow) != 0;
        if (!isOne || itsPort < 1) {
            return Result.MALFORMED;
        }
        hasPeer = true;
        high = itsHigh;
        low = itsLow;
        port = itsPort;
        return Result.COMPLETE;
    }

    private static boolean begins(final ByteBuf bytes, final byte[] with, final int count) {
        final int from = bytes.readerIndex();
        for (int i = 0; i < Math.min(count, with.length); i++) {
            if (bytes.getByte(from + i) != with[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
