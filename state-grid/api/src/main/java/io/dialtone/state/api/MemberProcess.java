package io.dialtone.state.api;

/**
 * One start of one member of the cluster, as it introduces itself. Immutable.
 *
 * @param name its name, for people
 * @param role what it does
 * @param number its number: that of its place in the cluster's list of members, or one beyond all of those for who is not in the list
 * @param incarnation random number of its process's start
 * @param host the machine it runs on
 * @param zone the part of the site that fails together
 * @param linkAddress where the link reaches it, HOST:PORT; empty if it is no member of the link
 * @param adminAddress where its admin server listens, HOST:PORT; empty if it has none
 */
public record MemberProcess(
        String name,
        Role role,
        int number,
        long incarnation,
        String host,
        String zone,
        String linkAddress,
        String adminAddress) {
    /** What a process does in the cluster. */
    public enum Role {
        /** Runs a machine's media driver and watches its processes. */
        HOST,
        /** Has the listeners. */
        EDGE,
        /** Runs services. */
        NODE
    }
}
