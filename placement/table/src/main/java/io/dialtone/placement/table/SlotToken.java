package io.dialtone.placement.table;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes and reads the token that says in which slot a session lives, for nodes that put it in what they originate and edges that route by it.
 * Immutable: any thread may call it.
 *
 * <p>A token is {@link #LENGTH} characters of lower-case base32 (RFC 4648 alphabet, no padding), fit for a URI parameter, a tag and a Via
 * branch. Read without regard to case, because URI parameters may be folded on the way. Eighty bits, first bit first:
 *
 * <pre>
 *   0       4               12                                      32                                            80
 *  +-------+---------------+---------------------------------------+---------------------------------------------+
 *  |Version|     Group     |                 Slot                  |     Check: SipHash-2-4 of the 32 bits       |
 *  +-------+---------------+---------------------------------------+---------------------------------------------+
 * </pre>
 *
 * <p>The check has 48 bits: who guesses 100 000 tokens a second needs 45 years for one. A token is bound to no call: who has seen one may
 * send other requests to that slot, which an affinity key allows as well; what a session accepts is the session's own business.
 *
 * <p>Where it stands: {@code ;dt=TOKEN} in a Contact or Record-Route URI; the first {@link #LENGTH} characters of a tag; the first
 * {@link #LENGTH} characters of a Via branch after the magic cookie. What follows in tag and branch makes them unique.
 */
public final class SlotToken {
    /** Characters of a token. */
    public static final int LENGTH = 16;

    /** The answer of {@link #parse} to anything that is no token of ours. */
    public static final int NOT_A_TOKEN = -1;

    /** Name of the URI parameter that carries a token, in lower case. */
    public static final String URI_PARAM = "dt";

    public static final int GROUP_MAX = 0xFF;

    private static final String PURPOSE = "slot-token";
    private static final int VERSION = 1;
    private static final int CHECK_BITS = 48;
    private static final long CHECK_MASK = (1L << CHECK_BITS) - 1;
    private static final int SLOT_BITS = 20;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
    private static final int HALF_CHARACTERS = LENGTH / 2;
    private static final int HALF_BITS = HALF_CHARACTERS * 5;
    private static final byte[] ALPHABET = "abcdefghijklmnopqrstuvwxyz234567".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = values();

    private final SipHash current;
    private final SipHash previous;
    private final int group;
    private final int slots;

    /**
     * @param current key of the tokens we write
     * @param previous another key whose tokens are still accepted; the same as {@code current} when there is none
     * @param group number of the affinity group, 0 to {@link #GROUP_MAX}
     * @param slots size of the group's slot table
     */
    public SlotToken(final SipHash current, final SipHash previous, final int group, final int slots) {
        if (group < 0 || group > GROUP_MAX) {
            throw new IllegalArgumentException("group: " + group + " (expected: 0 to " + GROUP_MAX + ")");
        }
        this.current = current;
        this.previous = previous;
        this.group = group;
        this.slots = SlotTable.checkSlots(slots);
    }

    public static SlotToken of(final ClusterKey key, final int group, final int slots) {
        return new SlotToken(key.derive(PURPOSE), key.derivePrevious(PURPOSE), group, slots);
    }

    /**
     * Writes the token of a slot.
     *
     * @return {@link #LENGTH}
     */
    public int write(final int slot, final MutableDirectBuffer buffer, final int offset) {
        assert slot >= 0 && slot < slots : slot;
        final int head = head(slot);
        final long check = check(current, head);
        long high = (head & 0xFFFF_FFFFL) << 8 | check >>> 40;
        long low = check & (1L << HALF_BITS) - 1;
        for (int i = HALF_CHARACTERS - 1; i >= 0; i--) {
            buffer.putByte(offset + i, ALPHABET[(int) high & 31]);
            buffer.putByte(offset + HALF_CHARACTERS + i, ALPHABET[(int) low & 31]);
            high >>>= 5;
            low >>>= 5;
        }
        return LENGTH;
    }

    /** The slot of a range that is a token and nothing else, or {@link #NOT_A_TOKEN}. */
    public int parse(final DirectBuffer buffer, final int offset, final int length) {
        return length == LENGTH ? parsePrefix(buffer, offset, length) : NOT_A_TOKEN;
    }

    /** The slot of a range that begins with a token, as our tags do, or {@link #NOT_A_TOKEN}. */
    public int parsePrefix(final DirectBuffer buffer, final int offset, final int length) {
        if (length < LENGTH) {
            return NOT_A_TOKEN;
        }
        long high = 0;
        long low = 0;
        int wrong = 0;
        for (int i = 0; i < HALF_CHARACTERS; i++) {
            final int h = VALUES[buffer.getByte(offset + i) & 0xFF];
            final int l = VALUES[buffer.getByte(offset + HALF_CHARACTERS + i) & 0xFF];
            wrong |= h | l;
            high = high << 5 | (h & 31);
            low = low << 5 | (l & 31);
        }
        if (wrong < 0) {
            return NOT_A_TOKEN;
        }
        final int head = (int) (high >>> 8);
        final int slot = head & SLOT_MASK;
        if (slot >= slots || head != head(slot)) {
            return NOT_A_TOKEN;
        }
        final long check = (high & 0xFF) << 40 | low;
        if (check(current, head) == check || check(previous, head) == check) {
            return slot;
        }
        return NOT_A_TOKEN;
    }

    private int head(final int slot) {
        return VERSION << 28 | group << SLOT_BITS | slot;
    }

    private static long check(final SipHash key, final int head) {
        return key.hash(head & 0xFFFF_FFFFL) & CHECK_MASK;
    }

    /** Value of each character, -1 for those that are in no token. */
    private static byte[] values() {
        final byte[] values = new byte[256];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            values[ALPHABET[i]] = (byte) i;
            values[Character.toUpperCase(ALPHABET[i])] = (byte) i;
        }
        return values;
    }
}
