package io.dialtone.state.api;

import java.util.List;

/**
 * Who else is there, hints of who may have died, and soft figures; never an authority on who owns what. Any thread may call it: each call returns at once, and what cannot be
 * done is counted.
 */
public interface Membership extends AutoCloseable {
    /** How it is with the membership itself. */
    enum State {
        /** It is looking for the others. */
        STARTING,
        /** It sees whoever there is to be seen. */
        RUNNING,
        /** It does not work and will be tried again; {@link #problem} says why. Nothing else is worse for it. */
        UNAVAILABLE,
        /** It was closed. */
        CLOSED
    }

    /**
     * What it has counted since its start.
     *
     * @param joined processes that came
     * @param left processes that went
     * @param deathHints hints of death that were passed on
     * @param startsFailed attempts to start that failed
     * @param exitsDropped words of an exit that were dropped as too many waited
     * @param messagesInvalid what others sent and nobody understood
     * @param failures operations that failed, and listeners that threw
     */
    record Counts(
            long joined,
            long left,
            long deathHints,
            long startsFailed,
            long exitsDropped,
            long messagesInvalid,
            long failures) {}

    State state();

    /** Why it is {@link State#UNAVAILABLE}, for people; empty otherwise. */
    String problem();

    /** The processes that are there, oneself included, in the order of their numbers; while it is unavailable, those last seen. */
    List<MemberProcess> processes();

    /** What the members last said of themselves, in the order of their numbers. */
    List<MemberFigures> figures();

    /** What the others are to hear of this member; they do within some seconds. */
    void say(int loadPercent, long sessions);

    /** What they are to hear of the processes that this one watches: all of them each time, {@link WatchedProcesses#PROCESSES_MAX} at most. */
    void sayWatched(List<MemberFigures> processes);

    /** What members last said of the processes that they watch, oneself included, in the order of the watchers' numbers. */
    List<WatchedProcesses> watched();

    /** Tells all members that a process was seen to end; for those who watch processes. */
    void reportExit(int number, long incarnation);

    Counts counts();

    /** Says goodbye and goes. Returns when the threads are gone, or after some seconds. */
    @Override
    void close();
}
