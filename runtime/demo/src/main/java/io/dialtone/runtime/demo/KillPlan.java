package io.dialtone.runtime.demo;

/**
 * When to kill a node under load, and how. Immutable.
 *
 * @param afterNs time from the first call on
 * @param killer kills the node; called once, on a thread of its own
 */
public record KillPlan(long afterNs, Killer killer) {
    /** Kills a node. */
    @FunctionalInterface
    public interface Killer {
        /** Kills a node as nothing can prevent, and says which. */
        NodeKill kill();
    }
}
