package io.dialtone.runtime.sip;

import org.agrona.concurrent.UnsafeBuffer;

/** Answers that a handler has sent but that do not count before it has returned. Called only by the owning worker. */
final class StagedReplies {
    /** Answers of one handler method. */
    static final int REPLIES_MAX = 64;

    private static final int BYTES = 1 << 18;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[BYTES]);
    private final ServerTransaction[] transactions = new ServerTransaction[REPLIES_MAX];
    private final int[] statuses = new int[REPLIES_MAX];
    private final int[] ends = new int[REPLIES_MAX];
    private int size;

    UnsafeBuffer buffer() {
        return buffer;
    }

    boolean isFull() {
        return size == REPLIES_MAX;
    }

    /** Where the next answer is to be written. */
    int end() {
        return size == 0 ? 0 : ends[size - 1];
    }

    /** The answer written at {@link #end} is complete. */
    void add(final ServerTransaction transaction, final int status, final int length) {
        final int begin = end();
        transactions[size] = transaction;
        statuses[size] = status;
        ends[size] = begin + length;
        size++;
        if (status >= 200) {
            transaction.hasStagedFinal = true;
        }
    }

    int size() {
        return size;
    }

    ServerTransaction transaction(final int index) {
        return transactions[index];
    }

    int status(final int index) {
        return statuses[index];
    }

    int offset(final int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    int length(final int index) {
        return ends[index] - offset(index);
    }

    /** Forgets all. */
    @SuppressWarnings("NullAway") // places beyond size are never read
    void clear() {
        for (int i = 0; i < size; i++) {
            transactions[i].hasStagedFinal = false;
            transactions[i] = null;
        }
        size = 0;
    }
}
