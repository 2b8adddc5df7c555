package io.dialtone.diameter.routing;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** What the value of an AVP must be. Immutable; texts are compared without case, as identities and realms are. */
public sealed interface AvpMatch permits AvpMatch.Is, AvpMatch.BeginsWith, AvpMatch.EndsWith, AvpMatch.Within {
    /** Whether these bytes are such a value. Does not allocate. */
    boolean matches(DirectBuffer buffer, int offset, int length);

    /** The whole text. */
    final class Is implements AvpMatch {
        private final byte[] text;

        public Is(final String text) {
            this.text = bytes(text);
        }

        @Override
        public boolean matches(final DirectBuffer buffer, final int offset, final int length) {
            return Names.equal(text, buffer, offset, length);
        }
    }

    /** Its beginning, for instance MCC and MNC of an IMSI. */
    final class BeginsWith implements AvpMatch {
        private final byte[] text;

        public BeginsWith(final String text) {
            this.text = bytes(text);
        }

        @Override
        public boolean matches(final DirectBuffer buffer, final int offset, final int length) {
            return length >= text.length && Names.equal(text, buffer, offset, text.length);
        }
    }

    /** Its end, for instance the realm of a Network Access Identifier. */
    final class EndsWith implements AvpMatch {
        private final byte[] text;

        public EndsWith(final String text) {
            this.text = bytes(text);
        }

        @Override
        public boolean matches(final DirectBuffer buffer, final int offset, final int length) {
            return length >= text.length && Names.equal(text, buffer, offset + length - text.length, text.length);
        }
    }

    /**
     * A number in a range, both ends included: an Unsigned32, Unsigned64 or Enumerated, or text of up to 18 digits as an IMSI or MSISDN is. A text of four or eight digits
     * is a number, too: those are the ones between 0x30303030 and 0x39393939, which no 32-bit AVP to route on has.
     */
    final class Within implements AvpMatch {
        private static final int DIGITS_MAX = 18;
        private static final long NONE = -1;

        private final long min;
        private final long max;

        public Within(final long min, final long max) {
            if (min < 0 || max < min) {
                throw new IllegalArgumentException("range: " + min + " to " + max + " (expected: 0 or more, in order)");
            }
            this.min = min;
            this.max = max;
        }

        @Override
        public boolean matches(final DirectBuffer buffer, final int offset, final int length) {
            final long digits = digits(buffer, offset, length);
            final long number = digits == NONE ? binary(buffer, offset, length) : digits;
            return number >= min && number <= max;
        }

        private static long binary(final DirectBuffer buffer, final int offset, final int length) {
            return switch (length) {
                case Integer.BYTES -> Integer.toUnsignedLong(buffer.getInt(offset, ByteOrder.BIG_ENDIAN));
                case Long.BYTES -> buffer.getLong(offset, ByteOrder.BIG_ENDIAN);
                default -> NONE;
            };
        }

        private static long digits(final DirectBuffer buffer, final int offset, final int length) {
            if (length == 0 || length > DIGITS_MAX) {
                return NONE;
            }
            long number = 0;
            for (int i = 0; i < length; i++) {
                final int digit = buffer.getByte(offset + i) - '0';
                if (digit < 0 || digit > 9) {
                    return NONE;
                }
                number = 10 * number + digit;
            }
            return number;
        }
    }

    private static byte[] bytes(final String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("text to compare an AVP with: empty (expected: at least one character)");
        }
        return Names.bytes(text);
    }
}
