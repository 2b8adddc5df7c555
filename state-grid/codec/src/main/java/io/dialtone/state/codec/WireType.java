package io.dialtone.state.codec;

/**
 * How a value lies in the bytes. All numbers are little-endian.
 *
 * <pre>
 *  state    +--------+--------------------------+
 *           | FORMAT | component*               |
 *           +--------+--------------------------+
 *
 *  component (in any order)            element of a collection
 *  0                   1               +--------+---------
 *  0 1 2 3 4 5 6 7 8 9 0 ... 31        |  type  |  value
 *  +-------+---------------------+---  +--------+---------
 *  | type  | id: hash of its name| value
 *  +-------+---------------------+---
 *
 *  value of   NULL                nothing
 *             I8 I16 I32 I64      the shortest that holds the number (boolean, byte, short, char, int, long, date, time)
 *             F32 F64             IEEE 754
 *             LATIN1              length (varint), a byte a character
 *             UTF16               length in bytes (varint), two bytes a char: every String survives, broken surrogates too
 *             BYTES               length (varint), bytes
 *             PACKED              length in bytes after the type (varint), type of all elements (I8, I16, I32, I64, F32, F64), elements
 *             PAIR                two longs: Instant, Duration, LocalDateTime, UUID
 *             NAME                32 bits: id of an enum's constant
 *             LIST                length in bytes of what follows (32 bits), count (32 bits), elements
 *             MAP                 length in bytes of what follows (32 bits), count (32 bits), key and value by turns
 *             STRUCT              length in bytes of what follows (32 bits), components; a record of a sealed family begins with
 *                                 component {@link #FAMILY} of type NAME: which record it is
 * </pre>
 *
 * <p>So each value can be skipped by a reader that knows nothing of it, without recursion.
 */
final class WireType {
    /** First byte of each state. Another form would have another. */
    static final byte FORMAT = 0x51;

    static final int NULL = 0;
    static final int I8 = 1;
    static final int I16 = 2;
    static final int I32 = 3;
    static final int I64 = 4;
    static final int F32 = 5;
    static final int F64 = 6;
    static final int LATIN1 = 7;
    static final int UTF16 = 8;
    static final int BYTES = 9;
    static final int PACKED = 10;
    static final int LIST = 11;
    static final int MAP = 12;
    static final int STRUCT = 13;
    static final int PAIR = 14;
    static final int NAME = 15;

    static final int MASK = 0xF;
    static final int BITS = 4;

    /** In place of a component's tag: the value stands in a collection and has none. */
    static final int ELEMENT = 0;

    /** The tag of the component that says which record of a sealed family follows. */
    static final int FAMILY = 1 << BITS;

    /** Ids below are the codec's own. */
    private static final int FIRST_ID = 2;

    private static final int ID_BITS = Integer.SIZE - BITS;
    private static final int FNV_OFFSET = 0x811C_9DC5;
    private static final int FNV_PRIME = 0x0100_0193;

    private WireType() {}

    /** The tag of a name: its id in the upper 28 bits. The same for ever: states in memory depend on it. */
    static int tagOf(final String name) {
        int hash = FNV_OFFSET;
        for (int i = 0; i < name.length(); i++) {
            final char c = name.charAt(i);
            hash = (hash ^ (c & 0xFF)) * FNV_PRIME;
            hash = (hash ^ (c >>> 8)) * FNV_PRIME;
        }
        // Folded rather than cut: the upper bits of this hash are as good as the lower.
        final int id = (hash ^ hash >>> ID_BITS) & (1 << ID_BITS) - 1;
        return Math.max(id, FIRST_ID) << BITS;
    }

    static String nameOf(final int type) {
        return switch (type) {
            case NULL -> "nothing";
            case I8, I16, I32, I64 -> "a whole number";
            case F32, F64 -> "a floating-point number";
            case LATIN1, UTF16 -> "a String";
            case BYTES -> "bytes";
            case PACKED -> "an array";
            case LIST -> "a list";
            case MAP -> "a map";
            case STRUCT -> "a record";
            case PAIR -> "a time or UUID";
            case NAME -> "an enum's constant";
            default -> "type " + type;
        };
    }
}
