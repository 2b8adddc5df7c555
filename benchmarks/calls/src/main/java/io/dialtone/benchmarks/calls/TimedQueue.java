package io.dialtone.benchmarks.calls;

/** Calls that wait for a time, all equally long, so that who comes first is due first. Used by the caller's thread. */
final class TimedQueue {
    final long delayNs;

    private int[] calls = new int[1 << 10];
    private int[] marks = new int[1 << 10];
    private long[] dueNs = new long[1 << 10];
    private int head;
    private int size;

    TimedQueue(final long delayNs) {
        this.delayNs = delayNs;
    }

    /**
     * @param mark what must still be so of the call when its time has come, for instance its CSeq number
     */
    void add(final int call, final int mark, final long nowNs) {
        if (size == calls.length) {
            grow();
        }
        final int at = (head + size++) & (calls.length - 1);
        calls[at] = call;
        marks[at] = mark;
        dueNs[at] = nowNs + delayNs;
    }

    private void grow() {
        final int[] newCalls = new int[2 * size];
        final int[] newMarks = new int[2 * size];
        final long[] newDue = new long[2 * size];
        for (int i = 0; i < size; i++) {
            final int at = (head + i) & (size - 1);
            newCalls[i] = calls[at];
            newMarks[i] = marks[at];
            newDue[i] = dueNs[at];
        }
        calls = newCalls;
        marks = newMarks;
        dueNs = newDue;
        head = 0;
    }

    boolean isDue(final long nowNs) {
        return size > 0 && dueNs[head] <= nowNs;
    }

    int call() {
        return calls[head];
    }

    int mark() {
        return marks[head];
    }

    void drop() {
        head = (head + 1) & (calls.length - 1);
        size--;
    }

    int size() {
        return size;
    }
}
