package io.dialtone.api.link;

/**
 * What ends the rest of a thread when a frame comes for it. Its owner calls {@link #listen} and then looks at its subscription once more before it rests: whatever comes after that look rings.
 * Called only by the thread whose endpoint has it.
 *
 * <p>A bell saves looking every few microseconds, and no more: peers of former versions, and those of other hosts, do not ring. So nobody rests longer than it would without.
 */
public interface LinkBell {
    /** A descriptor that becomes readable when it rings, for whoever waits for others as well. It is watched for changes (edge-triggered): it may stay readable. */
    int descriptor();

    /** True if all peers ring. */
    boolean isRungByAll();

    /** From now on peers ring. */
    void listen();

    /** From now on they need not. */
    void ignore();

    /**
     * Rests, if {@link #listen} came before, until it rings.
     *
     * @param nanoseconds how long at most
     * @return true if it has rung; then nobody rings again before the next {@link #listen}
     */
    boolean await(long nanoseconds);
}
