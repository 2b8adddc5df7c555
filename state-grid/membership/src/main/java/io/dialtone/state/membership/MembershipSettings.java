package io.dialtone.state.membership;

/**
 * Where and as whom a process takes part. A value for whoever wires it.
 *
 * @param cluster name of the cluster: processes of another are not seen
 * @param address the local address to listen on, or a name of it; it must be one that the others reach, on a network that strangers do not
 * @param port the TCP port to listen on
 * @param discovery how to find the others
 * @param silenceMaxSeconds after how long a process that does not answer is taken for lost; resets of connections are noticed at once
 * @param retryMs how long to wait before another attempt to start
 */
public record MembershipSettings(
        String cluster, String address, int port, Discovery discovery, int silenceMaxSeconds, int retryMs) {
    public static final int PORT_DEFAULT = 5701;
    public static final int SILENCE_MAX_SECONDS_DEFAULT = 10;
    public static final int RETRY_MS_DEFAULT = 5_000;

    /** Beats are a second apart, and Hazelcast ignores those older than half of this. */
    static final int SILENCE_SECONDS_LEAST = 4;

    public MembershipSettings {
        if (cluster.isBlank()) {
            throw new IllegalArgumentException("membership cluster: empty (expected: a name). Maybe dialtone");
        }
        if (port < 1 || port > 0xFFFF) {
            throw new IllegalArgumentException(
                    "membership port: " + port + " (expected: 1 to 65535). Maybe " + PORT_DEFAULT + ", the default");
        }
        if (silenceMaxSeconds < SILENCE_SECONDS_LEAST) {
            throw new IllegalArgumentException("membership silence: " + silenceMaxSeconds + " s (expected: at least "
                    + SILENCE_SECONDS_LEAST + " s). Maybe " + SILENCE_MAX_SECONDS_DEFAULT + " s, the default");
        }
        if (retryMs < 1) {
            throw new IllegalArgumentException("membership retry: " + retryMs + " ms (expected: > 0). Maybe "
                    + RETRY_MS_DEFAULT + " ms, the default");
        }
    }

    public static MembershipSettings of(
            final String cluster, final String address, final int port, final Discovery discovery) {
        return new MembershipSettings(cluster, address, port, discovery, SILENCE_MAX_SECONDS_DEFAULT, RETRY_MS_DEFAULT);
    }

    MembershipSettings withAddress(final String other) {
        return new MembershipSettings(cluster, other, port, discovery, silenceMaxSeconds, retryMs);
    }

    public MembershipSettings withRetryMs(final int ms) {
        return new MembershipSettings(cluster, address, port, discovery, silenceMaxSeconds, ms);
    }
}
