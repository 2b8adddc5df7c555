package io.dialtone.state.api;

/**
 * A node as the registry knows it. Immutable.
 *
 * @param number its number in the cluster's list of members
 * @param incarnation random number of its process's start; a process that starts again is a new, empty member
 * @param name its name, for people
 * @param host the machine it runs on; a backup lives on another one if there is one
 * @param zone the part of the site that fails together; a backup lives in another one if there is one
 * @param isDraining true when it is to give away what it holds
 * @param isLeaving true when it is to end once it has nothing left; never without {@code isDraining}
 * @param schema identifies the schema of the state that its service keeps, or {@link #NO_SCHEMA}
 * @param isOutOfReach true while an edge cannot reach it: it owns nothing that another could
 */
public record GridMember(
        int number,
        long incarnation,
        String name,
        String host,
        String zone,
        boolean isDraining,
        boolean isLeaving,
        long schema,
        boolean isOutOfReach) {
    /** A member whose service says nothing of its state. */
    public static final long NO_SCHEMA = 0;

    public GridMember(
            final int number,
            final long incarnation,
            final String name,
            final String host,
            final String zone,
            final boolean isDraining) {
        this(number, incarnation, name, host, zone, isDraining, false, NO_SCHEMA);
    }

    /** A member that all edges reach. */
    public GridMember(
            final int number,
            final long incarnation,
            final String name,
            final String host,
            final String zone,
            final boolean isDraining,
            final boolean isLeaving,
            final long schema) {
        this(number, incarnation, name, host, zone, isDraining, isLeaving, schema, false);
    }

    GridMember drained(final boolean draining, final boolean leaving) {
        return new GridMember(
                number, incarnation, name, host, zone, draining, draining && leaving, schema, isOutOfReach);
    }

    GridMember reached(final boolean reached) {
        return new GridMember(number, incarnation, name, host, zone, isDraining, isLeaving, schema, !reached);
    }
}
