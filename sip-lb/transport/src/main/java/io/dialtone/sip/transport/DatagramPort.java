package io.dialtone.sip.transport;

/** The two calls by which a {@link SendQueue} reaches the kernel; tests script it. Called only by the loop's thread. */
interface DatagramPort {
    /**
     * Hands datagrams to the kernel without waiting.
     *
     * @param headers address of an array of struct mmsghdr
     * @return how many were sent, or the errno negated
     */
    int sendmmsg(long headers, int count);

    /** Waits until the socket has room for more; false if it had none within the time. */
    boolean awaitWritable(int timeoutMs);
}
