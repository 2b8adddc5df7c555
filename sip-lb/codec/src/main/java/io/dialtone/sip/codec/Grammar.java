package io.dialtone.sip.codec;

import org.agrona.DirectBuffer;

/** Grammar of header values that have no view of their own. Stateless. */
final class Grammar {
    private Grammar() {}

    /** {@code word [ "@" word ]} */
    static boolean isCallId(final DirectBuffer buffer, final int from, final int to) {
        final int first = Ascii.skip(buffer, from, to, Ascii.WORD);
        if (first == from) {
            return false;
        }
        if (first == to) {
            return true;
        }
        return buffer.getByte(first) == '@' && first + 1 < to && Ascii.skip(buffer, first + 1, to, Ascii.WORD) == to;
    }
}
