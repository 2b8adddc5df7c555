package io.dialtone.benchmarks.calls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** What the caller knows of each of its calls, in some 60 bytes. Used by the caller's thread. */
final class CallBook {
    /** A longer tag than this of the called side is none of ours. */
    static final int TAG_BYTES_MAX = 40;

    private static final int CALLS_AT_FIRST = 1 << 16;

    /** How a call is. */
    static final byte FREE = 0;

    static final byte CALLING = 1;
    static final byte RINGING = 2;
    static final byte UP = 3;
    static final byte ASKING = 4;
    static final byte ENDING = 5;
    static final byte OVER = 6;
    static final byte FAILED = 7;

    byte[] state = new byte[CALLS_AT_FIRST];
    /** When the request that is open was due. */
    long[] dueNs = new long[CALLS_AT_FIRST];
    /** The last CSeq number used. */
    int[] cseq = new int[CALLS_AT_FIRST];
    /** How many requests the called side must have counted. */
    int[] requests = new int[CALLS_AT_FIRST];

    private byte[] tags = new byte[CALLS_AT_FIRST * TAG_BYTES_MAX];
    private byte[] tagLengths = new byte[CALLS_AT_FIRST];
    private int[] contacts = new int[CALLS_AT_FIRST];
    private final List<byte[]> contactTexts = new ArrayList<>();
    private final Map<String, Integer> contactNumbers = new HashMap<>();
    private int count;

    int count() {
        return count;
    }

    /** A new call. */
    int add() {
        if (count == state.length) {
            grow();
        }
        return count++;
    }

    private void grow() {
        final int size = 2 * state.length;
        state = Arrays.copyOf(state, size);
        dueNs = Arrays.copyOf(dueNs, size);
        cseq = Arrays.copyOf(cseq, size);
        requests = Arrays.copyOf(requests, size);
        tags = Arrays.copyOf(tags, size * TAG_BYTES_MAX);
        tagLengths = Arrays.copyOf(tagLengths, size);
        contacts = Arrays.copyOf(contacts, size);
    }

    void tag(final int call, final DirectBuffer buffer, final int offset, final int length) {
        if (length > TAG_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a tag of " + length + " bytes (expected: at most " + TAG_BYTES_MAX + ")");
        }
        buffer.getBytes(offset, tags, call * TAG_BYTES_MAX, length);
        tagLengths[call] = (byte) length;
    }

    /** Puts the tag of the called side there and says how long it is. */
    int putTag(final int call, final MutableDirectBuffer buffer, final int offset) {
        buffer.putBytes(offset, tags, call * TAG_BYTES_MAX, tagLengths[call]);
        return tagLengths[call];
    }

    /** Calls share the few targets that there are, one for each slot. */
    void contact(final int call, final DirectBuffer buffer, final int offset, final int length) {
        final String text = buffer.getStringWithoutLengthAscii(offset, length);
        final Integer known = contactNumbers.get(text);
        if (known != null) {
            contacts[call] = known;
            return;
        }
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        contacts[call] = contactTexts.size();
        contactNumbers.put(text, contactTexts.size());
        contactTexts.add(bytes);
    }

    byte[] contact(final int call) {
        return contactTexts.get(contacts[call]);
    }
}
