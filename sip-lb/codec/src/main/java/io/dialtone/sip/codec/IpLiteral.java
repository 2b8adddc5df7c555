package io.dialtone.sip.codec;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * An IPv4 or IPv6 address as text on one side and as two longs on the other, IPv4 mapped into IPv6, for everybody who compares or writes addresses. One per
 * thread.
 */
public final class IpLiteral {
    /** Longest text {@link #write} can make. */
    public static final int TEXT_BYTES_MAX = 45;

    private static final long MAPPED_PREFIX = 0xFFFFL << 32;
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private final Bytes own = new Bytes();
    private long high;
    private long low;

    /** Reads an address, IPv6 with or without brackets. False if the text is none: a name, for instance. */
    public boolean parse(final DirectBuffer buffer, final int offset, final int length) {
        if (length <= 0) {
            return false;
        }
        own.wrap(buffer, offset, length);
        return parse(own, offset, length);
    }

    boolean parse(final Bytes bytes, final int offset, final int length) {
        high = 0;
        low = 0;
        if (length < 2 || length > TEXT_BYTES_MAX + 2) {
            return false;
        }
        final int from = offset;
        final int to = offset + length;
        if (bytes.getByte(from) == '[') {
            if (bytes.getByte(to - 1) != ']') {
                return false;
            }
            return parseIpv6(bytes, from + 1, to - 1);
        }
        for (int i = from; i < Math.min(to, from + 5); i++) {
            if (bytes.getByte(i) == ':') {
                return parseIpv6(bytes, from, to);
            }
        }
        final long ipv4 = parseIpv4(bytes, from, to);
        if (ipv4 < 0) {
            return false;
        }
        low = MAPPED_PREFIX | ipv4;
        return true;
    }

    /** First eight bytes of the address, big-endian. */
    public long high() {
        return high;
    }

    /** Last eight bytes of the address, big-endian. */
    public long low() {
        return low;
    }

    public boolean isIpv4() {
        return isIpv4(high, low);
    }

    public static boolean isIpv4(final long high, final long low) {
        return high == 0 && low >>> 32 == 0xFFFFL;
    }

    private static long parseIpv4(final Bytes bytes, final int from, final int to) {
        long address = 0;
        int at = from;
        for (int part = 0; part < 4; part++) {
            if (part > 0) {
                if (at >= to || bytes.getByte(at) != '.') {
                    return -1;
                }
                at++;
            }
            int value = 0;
            final int first = at;
            while (at < to && at - first < 3) {
                final int digit = bytes.getByte(at) - '0';
                if (digit < 0 || digit > 9) {
                    break;
                }
                value = value * 10 + digit;
                at++;
            }
            if (at == first || value > 255) {
                return -1;
            }
            address = (address << 8) | value;
        }
        return at == to ? address : -1;
    }

    private boolean parseIpv6(final Bytes bytes, final int from, final int to) {
        long front = 0;
        long frontLow = 0;
        int groups = 0;
        int gap = -1;
        int at = from;
        if (to - from < 2) {
            return false;
        }
        if (bytes.getByte(at) == ':') {
            if (bytes.getByte(at + 1) != ':') {
                return false;
            }
            gap = 0;
            at += 2;
        }
        while (at < to) {
            final int first = at;
            int value = 0;
            while (at < to && at - first < 4 && Ascii.is(bytes.getByte(at), Ascii.HEX)) {
                final byte c = bytes.getByte(at);
                value = (value << 4) | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
                at++;
            }
            if (at == first) {
                return false;
            }
            if (at < to && bytes.getByte(at) == '.') {
                final long ipv4 = parseIpv4(bytes, first, to);
                if (ipv4 < 0 || groups > 6) {
                    return false;
                }
                front = (front << 32) | (frontLow >>> 32);
                frontLow = (frontLow << 32) | ipv4;
                groups += 2;
                at = to;
                break;
            }
            if (groups == 8) {
                return false;
            }
            front = (front << 16) | (frontLow >>> 48);
            frontLow = (frontLow << 16) | value;
            groups++;
            if (at == to) {
                break;
            }
            if (bytes.getByte(at) != ':') {
                return false;
            }
            at++;
            if (at == to) {
                return false;
            }
            if (bytes.getByte(at) == ':') {
                if (gap >= 0) {
                    return false;
                }
                gap = groups;
                at++;
                // RFC 3261's own grammar asked for one colon too many before an IPv4 address (RFC 5118 section 4.10).
                if (at + 1 < to && bytes.getByte(at) == ':' && parseIpv4(bytes, at + 1, to) >= 0) {
                    at++;
                }
            }
        }
        if (gap < 0) {
            high = front;
            low = frontLow;
            return groups == 8;
        }
        if (groups > 7) {
            return false;
        }
        spread(front, frontLow, groups, gap);
        return true;
    }

    /** Puts the groups before the gap to the front and leaves those after it at the end. */
    private void spread(final long front, final long frontLow, final int groups, final int gap) {
        high = 0;
        low = 0;
        for (int i = 0; i < groups; i++) {
            final int fromEnd = groups - 1 - i;
            final long value = (fromEnd < 4 ? frontLow >>> (16 * fromEnd) : front >>> (16 * (fromEnd - 4))) & 0xFFFF;
            final int place = i < gap ? 7 - i : fromEnd;
            if (place < 4) {
                low |= value << (16 * place);
            } else {
                high |= value << (16 * (place - 4));
            }
        }
    }

    /**
     * Writes an address, IPv6 as RFC 5952 wants it.
     *
     * @param brackets whether IPv6 stands in brackets, as in a host; in a Via's received it does not
     * @return how many bytes
     */
    public static int write(
            final MutableDirectBuffer buffer,
            final int offset,
            final long high,
            final long low,
            final boolean brackets) {
        if (isIpv4(high, low)) {
            return writeIpv4(buffer, offset, low);
        }
        int at = offset;
        if (brackets) {
            buffer.putByte(at++, (byte) '[');
        }
        at = writeIpv6(buffer, at, high, low);
        if (brackets) {
            buffer.putByte(at++, (byte) ']');
        }
        return at - offset;
    }

    private static int writeIpv4(final MutableDirectBuffer buffer, final int offset, final long address) {
        int at = offset;
        for (int shift = 24; shift >= 0; shift -= 8) {
            final int part = (int) (address >>> shift) & 0xFF;
            if (part >= 100) {
                buffer.putByte(at++, (byte) ('0' + part / 100));
            }
            if (part >= 10) {
                buffer.putByte(at++, (byte) ('0' + part / 10 % 10));
            }
            buffer.putByte(at++, (byte) ('0' + part % 10));
            if (shift > 0) {
                buffer.putByte(at++, (byte) '.');
            }
        }
        return at - offset;
    }

    private static int group(final long high, final long low, final int i) {
        return (int) ((i < 4 ? high >>> (48 - 16 * i) : low >>> (48 - 16 * (i - 4))) & 0xFFFF);
    }

    private static int writeIpv6(final MutableDirectBuffer buffer, final int offset, final long high, final long low) {
        int longest = 1;
        int gap = -1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && group(high, low, i + run) == 0) {
                run++;
            }
            if (run > longest) {
                longest = run;
                gap = i;
            }
            i += run;
        }
        int at = offset;
        int i = 0;
        while (i < 8) {
            if (i == gap) {
                buffer.putByte(at++, (byte) ':');
                buffer.putByte(at++, (byte) ':');
                i += longest;
                continue;
            }
            if (i > 0 && i != gap + longest) {
                buffer.putByte(at++, (byte) ':');
            }
            final int value = group(high, low, i);
            for (int shift = 12; shift >= 0; shift -= 4) {
                if (shift == 0 || value >>> shift != 0) {
                    buffer.putByte(at++, HEX[(value >>> shift) & 0xF]);
                }
            }
            i++;
        }
        return at;
    }
}
