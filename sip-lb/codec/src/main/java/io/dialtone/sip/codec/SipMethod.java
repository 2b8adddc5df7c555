package io.dialtone.sip.codec;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Methods that have a name here; every other token is {@link #UNKNOWN} and its bytes are in the message. */
@SuppressWarnings("EnumOrdinal") // Only to keep the names' words in an array.
public enum SipMethod {
    INVITE,
    ACK,
    BYE,
    CANCEL,
    OPTIONS,
    REGISTER,
    PRACK,
    SUBSCRIBE,
    NOTIFY,
    PUBLISH,
    INFO,
    REFER,
    MESSAGE,
    UPDATE,
    UNKNOWN;

    private static final SipMethod[] BY_ORDINAL = values();
    private static final int NAME_BYTES_MAX = 9;
    private static final long[] WORDS = new long[BY_ORDINAL.length];

    static {
        for (final SipMethod method : BY_ORDINAL) {
            WORDS[method.ordinal()] = Swar.word(method.name, 0, Math.min(8, method.name.length));
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // Never written after construction, never handed out.
    private final byte[] name;

    SipMethod() {
        name = name().getBytes(StandardCharsets.US_ASCII);
    }

    /** Length of the method's name in bytes. */
    public int length() {
        return name.length;
    }

    /** Writes the method's name; returns its length. */
    public int copyTo(final MutableDirectBuffer buffer, final int offset) {
        buffer.putBytes(offset, name);
        return name.length;
    }

    /** The method whose name stands there; method names are compared with their case (RFC 3261 section 7.1). */
    public static SipMethod of(final DirectBuffer buffer, final int offset, final int length) {
        if (length < 3 || length > NAME_BYTES_MAX) {
            return UNKNOWN;
        }
        return ofWord(
                Swar.word(buffer, offset, Math.min(8, length)),
                length,
                length == NAME_BYTES_MAX ? buffer.getByte(offset + 8) : 0);
    }

    static SipMethod of(final Bytes bytes, final int offset, final int length) {
        if (length < 3 || length > NAME_BYTES_MAX) {
            return UNKNOWN;
        }
        return ofWord(
                Swar.word(bytes, offset, Math.min(8, length)),
                length,
                length == NAME_BYTES_MAX ? bytes.getByte(offset + 8) : 0);
    }

    /** As {@link #of}, where the caller knows that eight bytes may be read. */
    static SipMethod ofReadable(final Bytes bytes, final int offset, final int length) {
        if (length < 3 || length > NAME_BYTES_MAX) {
            return UNKNOWN;
        }
        final long word = Swar.load(bytes, offset);
        return ofWord(
                length < 8 ? word & Swar.lowBytes(length) : word,
                length,
                length == NAME_BYTES_MAX ? bytes.getByte(offset + 8) : 0);
    }

    private static SipMethod ofWord(final long word, final int length, final int ninth) {
        return switch (length) {
            case 3 -> pick(word, ACK, BYE);
            case 4 -> pick(word, INFO, INFO);
            case 5 -> pick(word, PRACK, REFER);
            case 6 ->
                word == WORDS[INVITE.ordinal()]
                        ? INVITE
                        : word == WORDS[CANCEL.ordinal()] ? CANCEL : pick(word, NOTIFY, UPDATE);
            case 7 -> word == WORDS[OPTIONS.ordinal()] ? OPTIONS : pick(word, MESSAGE, PUBLISH);
            case 8 -> pick(word, REGISTER, REGISTER);
            case 9 -> ninth == 'E' ? pick(word, SUBSCRIBE, SUBSCRIBE) : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    private static SipMethod pick(final long word, final SipMethod one, final SipMethod other) {
        if (word == WORDS[one.ordinal()]) {
            return one;
        }
        return word == WORDS[other.ordinal()] ? other : UNKNOWN;
    }
}
