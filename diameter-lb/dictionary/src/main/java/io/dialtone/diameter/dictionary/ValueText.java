package io.dialtone.diameter.dictionary;

import io.dialtone.diameter.codec.AvpCursor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.agrona.DirectBuffer;

/** Prints the value of an AVP by its type, or as bytes where it is none of that type. Called only by {@link MessageText}, off the path. */
final class ValueText {
    private static final int AUTH_APPLICATION_ID = 258;
    private static final int ACCT_APPLICATION_ID = 259;
    private static final int SUPPORTED_VENDOR_ID = 265;
    private static final int VENDOR_ID = 266;
    private static final int RESULT_CODE = 268;
    private static final int EXPERIMENTAL_RESULT_CODE = 298;
    private static final int NAS_IP_ADDRESS = 4;
    private static final int FRAMED_IP_ADDRESS = 8;
    private static final int FRAMED_IPV6_PREFIX = 97;

    /** Families of Address (RFC 6733 section 4.3.1, IANA's address family numbers). */
    private static final int FAMILY_BYTES = 2;

    private static final int FAMILY_IPV4 = 1;
    private static final int FAMILY_IPV6 = 2;
    private static final int FAMILY_E164 = 8;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final int PREFIX_HEADER_BYTES = 2;

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final Dictionary dictionary;
    private final int bytesMax;

    ValueText(final Dictionary dictionary, final int bytesMax) {
        this.dictionary = dictionary;
        this.bytesMax = bytesMax;
    }

    /** Prints the value of the AVP that a cursor stands on. */
    void append(final AvpDefinition avp, final AvpCursor cursor, final int resultVendorId, final StringBuilder to) {
        final DirectBuffer buffer = cursor.buffer();
        final int offset = cursor.valueOffset();
        final int length = cursor.valueLength();
        if (avp.type().valueBytes() != AvpType.ANY_BYTES && avp.type().valueBytes() != length) {
            appendBytes(buffer, offset, length, to);
            to.append(" (")
                    .append(avp.type().specName())
                    .append(" has ")
                    .append(avp.type().valueBytes());
            to.append(" bytes)");
            return;
        }
        switch (avp.type()) {
            case OCTET_STRING, GROUPED -> appendOctets(avp, buffer, offset, length, to);
            case INTEGER_32, ENUMERATED -> {
                final int value = (int) cursor.unsigned32();
                appendName(avp.valueName(value), to).append(value);
                closeName(avp.valueName(value), to);
            }
            case UNSIGNED_32 -> {
                final int value = (int) cursor.unsigned32();
                appendNamed(unsigned32Name(avp, value, resultVendorId), value, to);
            }
            case INTEGER_64 -> to.append(cursor.unsigned64(0));
            case UNSIGNED_64 -> to.append(Long.toUnsignedString(cursor.unsigned64(0)));
            case FLOAT_32 -> to.append(Float.intBitsToFloat((int) cursor.unsigned32()));
            case FLOAT_64 -> to.append(Double.longBitsToDouble(cursor.unsigned64(0)));
            case TIME -> to.append(Instant.ofEpochSecond(cursor.epochSecond(0)));
            case ADDRESS -> appendAddress(buffer, offset, length, to);
            case UTF8_STRING, DIAMETER_IDENTITY, DIAMETER_URI, IP_FILTER_RULE, QOS_FILTER_RULE ->
                appendText(buffer, offset, length, to);
        }
    }

    private String unsigned32Name(final AvpDefinition avp, final int value, final int resultVendorId) {
        if (avp.vendorId() != 0) {
            return avp.valueName(value);
        }
        return switch (avp.code()) {
            case AUTH_APPLICATION_ID, ACCT_APPLICATION_ID ->
                dictionary.application(value).name();
            case VENDOR_ID, SUPPORTED_VENDOR_ID -> dictionary.vendor(value).name();
            case RESULT_CODE -> dictionary.result(0, value).name();
            case EXPERIMENTAL_RESULT_CODE ->
                dictionary.result(resultVendorId, value).name();
            default -> avp.valueName(value);
        };
    }

    /** {@code NAME (7)}, or {@code 7} if it has no name. */
    void appendNamed(final String name, final int unsigned, final StringBuilder to) {
        appendName(name, to).append(Integer.toUnsignedString(unsigned));
        closeName(name, to);
    }

    private static StringBuilder appendName(final String name, final StringBuilder to) {
        return name.isEmpty() ? to : to.append(name).append(" (");
    }

    private static void closeName(final String name, final StringBuilder to) {
        if (!name.isEmpty()) {
            to.append(')');
        }
    }

    /** Bytes, and what they say if that is an address or characters. */
    private void appendOctets(
            final AvpDefinition avp,
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final StringBuilder to) {
        appendBytes(buffer, offset, length, to);
        if (avp.vendorId() == 0 && isAddress(avp.code()) && length == IPV4_BYTES) {
            to.append(' ').append(address(buffer, offset, IPV4_BYTES, IPV4_BYTES));
        } else if (avp.vendorId() == 0
                && avp.code() == FRAMED_IPV6_PREFIX
                && length >= PREFIX_HEADER_BYTES
                && length <= PREFIX_HEADER_BYTES + IPV6_BYTES) {
            to.append(' ')
                    .append(address(buffer, offset + PREFIX_HEADER_BYTES, length - PREFIX_HEADER_BYTES, IPV6_BYTES))
                    .append('/')
                    .append(buffer.getByte(offset + 1) & 0xFF);
        } else if (avp.isKnown() && isPrintable(buffer, offset, length)) {
            to.append(' ');
            appendText(buffer, offset, length, to);
        }
    }

    private static boolean isAddress(final int code) {
        return code == FRAMED_IP_ADDRESS || code == NAS_IP_ADDRESS;
    }

    private static boolean isPrintable(final DirectBuffer buffer, final int offset, final int length) {
        for (int i = 0; i < length; i++) {
            final byte b = buffer.getByte(offset + i);
            if ((b < ' ' || b > '~') && b != '\r' && b != '\n' && b != '\t') {
                return false;
            }
        }
        return length > 0;
    }

    private void appendAddress(final DirectBuffer buffer, final int offset, final int length, final StringBuilder to) {
        final int family = length < FAMILY_BYTES ? 0 : buffer.getShort(offset, ByteOrder.BIG_ENDIAN);
        final int addressBytes = length - FAMILY_BYTES;
        if ((family == FAMILY_IPV4 && addressBytes == IPV4_BYTES)
                || (family == FAMILY_IPV6 && addressBytes == IPV6_BYTES)) {
            to.append(address(buffer, offset + FAMILY_BYTES, addressBytes, addressBytes));
        } else if (family == FAMILY_E164) {
            to.append("E.164 ");
            appendText(buffer, offset + FAMILY_BYTES, addressBytes, to);
        } else {
            appendBytes(buffer, offset, length, to);
        }
    }

    /** An address whose last bytes, which are not there, are 0. */
    private static String address(final DirectBuffer buffer, final int offset, final int here, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes, 0, here);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (final UnknownHostException e) {
            throw new IllegalStateException("an address of " + length + " bytes", e);
        }
    }

    /** {@code 0x0123}; nothing but {@code 0x} for no bytes. */
    void appendBytes(final DirectBuffer buffer, final int offset, final int length, final StringBuilder to) {
        final int shown = Math.min(length, bytesMax);
        to.append("0x");
        for (int i = 0; i < shown; i++) {
            appendHex8(buffer.getByte(offset + i), to);
        }
        appendRest(length - shown, to);
    }

    private static void appendRest(final int left, final StringBuilder to) {
        if (left > 0) {
            to.append("... and ").append(left).append(" more bytes");
        }
    }

    /** Characters in quotes; those that could do something to a terminal, or are none, are escaped. */
    private void appendText(final DirectBuffer buffer, final int offset, final int length, final StringBuilder to) {
        final int shown = Math.min(length, bytesMax);
        final byte[] bytes = new byte[shown];
        buffer.getBytes(offset, bytes);
        to.append('"');
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .codePoints()
                    .forEach(c -> appendCharacter(c, to));
        } catch (final CharacterCodingException e) {
            // No UTF-8, or cut within a character.
            for (final byte b : bytes) {
                if (b >= 0) {
                    appendCharacter(b, to);
                } else {
                    appendHex8(b, to.append("\\x"));
                }
            }
        }
        to.append('"');
        appendRest(length - shown, to);
    }

    private static void appendCharacter(final int c, final StringBuilder to) {
        switch (c) {
            case '"' -> to.append("\\\"");
            case '\\' -> to.append("\\\\");
            case '\n' -> to.append("\\n");
            case '\r' -> to.append("\\r");
            case '\t' -> to.append("\\t");
            default -> {
                if (isPlain(c)) {
                    to.appendCodePoint(c);
                } else {
                    to.append("\\u{").append(Integer.toHexString(c)).append('}');
                }
            }
        }
    }

    /** Neither a control nor one of those that turn or hide what follows. */
    private static boolean isPlain(final int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    private static void appendHex8(final byte b, final StringBuilder to) {
        to.append(HEX[(b & 0xFF) >>> 4]).append(HEX[b & 0xF]);
    }

    static void appendHex32(final int value, final StringBuilder to) {
        to.append("0x");
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            appendHex8((byte) (value >>> shift), to);
        }
    }
}
