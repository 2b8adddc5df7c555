package io.dialtone.runtime.link;

/**
 * One process of the cluster and where its corridor ends, from the cluster file.
 *
 * @param number place in the cluster file's list of members, from 0
 * @param name what people call it
 * @param role see there
 * @param linkHost address that members on other hosts send to: a name, an IPv4 literal or an IPv6 literal without brackets
 * @param linkPort UDP port of that address
 * @param host name of the machine; members of one host talk through its shared memory
 * @param threads receiving threads: I/O loops of an edge, workers of a node
 */
public record LinkMember(
        int number, String name, LinkRole role, String linkHost, int linkPort, String host, int threads) {
    public static final int THREADS_MAX = 16;
    static final int NUMBER_MAX = 0xFFFF;

    private static final int STREAM_BASE = 1000;

    public LinkMember {
        if (number < 0 || number > NUMBER_MAX) {
            throw new IllegalArgumentException(
                    "number of member " + name + ": " + number + " (expected: 0 to " + NUMBER_MAX + ")");
        }
        if (threads < 1 || threads > THREADS_MAX) {
            throw new IllegalArgumentException("threads of member " + name + ": " + threads + " (expected: 1 to "
                    + THREADS_MAX + "). Maybe 1, the default.");
        }
        if (linkPort < 1 || linkPort > 0xFFFF) {
            throw new IllegalArgumentException(
                    "link of member " + name + ": port " + linkPort + " (expected: 1 to 65535)");
        }
    }

    /** Aeron's stream for frames to one of the member's threads. */
    int streamId(final int thread) {
        return STREAM_BASE + number * THREADS_MAX + thread;
    }

    /** The address as a channel URI wants it. */
    String endpoint() {
        return linkHost.indexOf(':') >= 0 ? "[" + linkHost + "]:" + linkPort : linkHost + ":" + linkPort;
    }
}
