package io.dialtone.runtime.sip;

import org.agrona.DirectBuffer;

/** Whether parts of two buffers are the same, byte by byte. Any thread. */
final class SameBytes {
    private SameBytes() {}

    static boolean at(
            final DirectBuffer one, final int at, final DirectBuffer other, final int otherAt, final int length) {
        for (int i = 0; i < length; i++) {
            if (one.getByte(at + i) != other.getByte(otherAt + i)) {
                return false;
            }
        }
        return true;
    }
}
