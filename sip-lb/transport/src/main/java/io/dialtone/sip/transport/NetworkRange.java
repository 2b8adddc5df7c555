package io.dialtone.sip.transport;

import io.dialtone.sip.codec.IpLiteral;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An address, or all whose first bits are the same: {@code 192.0.2.10}, {@code 198.51.100.0/24}, {@code 2001:db8::/32}. Immutable, for any thread.
 *
 * @param high first eight bytes of the IPv6 (or IPv4-mapped) address, big-endian
 * @param low last eight bytes
 * @param bits how many bits of the 128 count
 */
public record NetworkRange(long high, long low, int bits) {
    private static final int BITS_MAX = 128;
    private static final int MAPPED_BITS = 96;

    public NetworkRange {
        if (bits < 0 || bits > BITS_MAX) {
            throw new IllegalArgumentException("bits: " + bits + " (expected: 0 to 128)");
        }
    }

    /**
     * Reads what an operator writes.
     *
     * @throws IllegalArgumentException if it is no address, or too many bits
     */
    public static NetworkRange parse(final String text) {
        final String[] parts = text.split("/", 2);
        final byte[] address = parts[0].getBytes(StandardCharsets.US_ASCII);
        final IpLiteral literal = new IpLiteral();
        if (!literal.parse(new UnsafeBuffer(address), 0, address.length)) {
            throw new IllegalArgumentException(text + " (expected: an address, or ADDRESS/BITS)");
        }
        final int before = literal.isIpv4() && parts[0].indexOf(':') < 0 ? MAPPED_BITS : 0;
        int bits = BITS_MAX;
        if (parts.length == 2) {
            if (!parts[1].matches("\\d{1,3}")) {
                throw new IllegalArgumentException(text + " (expected: an address, or ADDRESS/BITS)");
            }
            bits = before + Integer.parseInt(parts[1]);
        }
        return new NetworkRange(literal.high(), literal.low(), bits);
    }

    /** Whether an address is one of these. */
    boolean contains(final long itsHigh, final long itsLow) {
        return ((itsHigh ^ high) & maskOf(bits)) == 0 && ((itsLow ^ low) & maskOf(bits - Long.SIZE)) == 0;
    }

    private static long maskOf(final int ones) {
        if (ones <= 0) {
            return 0;
        }
        return ones >= Long.SIZE ? -1L : -1L << (Long.SIZE - ones);
    }

    @Override
    public String toString() {
        final byte[] text = new byte[IpLiteral.TEXT_BYTES_MAX];
        final int length = IpLiteral.write(new UnsafeBuffer(text), 0, high, low, false);
        final int before = IpLiteral.isIpv4(high, low) && bits >= MAPPED_BITS ? MAPPED_BITS : 0;
        final String address = new String(text, 0, length, StandardCharsets.US_ASCII);
        return bits == BITS_MAX ? address : address + "/" + (bits - before);
    }
}
