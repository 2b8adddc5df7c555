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
 */
public record GridMember(int number, long incarnation, String name, String host, String zone, boolean isDraining) {
    public GridMember withDraining(final boolean draining) {
        return new GridMember(number, incarnation, name, host, zone, draining);
    }
}
