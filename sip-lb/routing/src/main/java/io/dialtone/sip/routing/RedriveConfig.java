package io.dialtone.sip.routing;

/**
 * How an edge keeps requests that have no answer yet, and those that wait for an owner. Immutable.
 *
 * @param holdMs how long after its arrival a request may wait for an owner of its slot; then it is answered 503. 0 refuses at once
 * @param unansweredMs how long after it was handed over a request is remembered, to be handed over again when its slot's owner changes
 * @param ackMs how long an ACK is remembered, which nobody answers, and how long a response may wait for an owner of its slot
 * @param streamUnansweredMs as {@code unansweredMs}, of requests that came by a connection: nobody repeats them
 * @param streamAckMs as {@code ackMs}, of ACKs that came by a connection
 * @param requestsMax most requests and ACKs that an I/O thread remembers
 * @param bytesMax memory for their bytes, for each I/O thread
 * @param messageBytesMax longest request that is remembered
 * @param perTurn most requests handed over again, released or given up in one turn of an I/O thread
 */
public record RedriveConfig(
        int holdMs,
        int unansweredMs,
        int ackMs,
        int streamUnansweredMs,
        int streamAckMs,
        int requestsMax,
        int bytesMax,
        int messageBytesMax,
        int perTurn) {
    public static final int HOLD_MS_DEFAULT = 800;
    /** A takeover is over by then, whatever died; and what is older its client has sent again. */
    public static final int UNANSWERED_MS_DEFAULT = 2_000;
    /** T1: later than this the node that misses the ACK has sent its final answer again, and the client its ACK (RFC 3261 section 13.3.1.4). */
    public static final int ACK_MS_DEFAULT = 500;

    /** Timer F, and B: later than this the client does not wait any more (RFC 3261 sections 17.1.1.2 and 17.1.2.2). */
    public static final int STREAM_UNANSWERED_MS_DEFAULT = 32_000;
    /** A takeover is over by then, on a machine that has other things to do as well. */
    public static final int STREAM_ACK_MS_DEFAULT = 4_000;

    public static final int REQUESTS_MAX_DEFAULT = 1 << 14;
    public static final int BYTES_MAX_DEFAULT = 1 << 24;
    public static final int MESSAGE_BYTES_MAX_DEFAULT = 8_192;
    public static final int PER_TURN_DEFAULT = 64;

    /** What {@code requestsMax} may be at most. */
    public static final int REQUESTS_MAX_MAX = 1 << 20;

    public RedriveConfig {
        check("hold", holdMs, 0, 10_000, HOLD_MS_DEFAULT);
        check("unanswered", unansweredMs, 10, 32_000, UNANSWERED_MS_DEFAULT);
        check("ack", ackMs, 1, 32_000, ACK_MS_DEFAULT);
        check("unanswered by stream", streamUnansweredMs, 10, 32_000, STREAM_UNANSWERED_MS_DEFAULT);
        check("ack by stream", streamAckMs, 1, 32_000, STREAM_ACK_MS_DEFAULT);
        check("requests", requestsMax, 16, REQUESTS_MAX_MAX, REQUESTS_MAX_DEFAULT);
        check("bytes", bytesMax, 1 << 14, 1 << 30, BYTES_MAX_DEFAULT);
        check("message bytes", messageBytesMax, 512, 65_535, MESSAGE_BYTES_MAX_DEFAULT);
        check("per turn", perTurn, 1, 10_000, PER_TURN_DEFAULT);
    }

    public static RedriveConfig defaults() {
        return new RedriveConfig(
                HOLD_MS_DEFAULT,
                UNANSWERED_MS_DEFAULT,
                ACK_MS_DEFAULT,
                STREAM_UNANSWERED_MS_DEFAULT,
                STREAM_ACK_MS_DEFAULT,
                REQUESTS_MAX_DEFAULT,
                BYTES_MAX_DEFAULT,
                MESSAGE_BYTES_MAX_DEFAULT,
                PER_TURN_DEFAULT);
    }

    /** These settings with another {@link #holdMs}. */
    public RedriveConfig withHoldMs(final int ms) {
        return new RedriveConfig(
                ms,
                unansweredMs,
                ackMs,
                streamUnansweredMs,
                streamAckMs,
                requestsMax,
                bytesMax,
                messageBytesMax,
                perTurn);
    }

    private static void check(final String what, final int value, final int min, final int max, final int maybe) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("edge re-drive " + what + ": " + value + " (expected: " + min + " to "
                    + max + "). Maybe " + maybe + ", the default.");
        }
    }
}
