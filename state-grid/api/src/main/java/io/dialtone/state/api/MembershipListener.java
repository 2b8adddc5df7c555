package io.dialtone.state.api;

/** Hears which other processes come and go. Called by the membership's own thread, one call at a time; it must not block it for long. */
public interface MembershipListener {
    /** Why a process may be dead. Each can be wrong: who acts on it must be safe when it is. */
    enum DeathHint {
        /** Its connection was reset, or it did not answer for seconds. */
        LOST,
        /** Another process of the same member number has come. */
        REPLACED,
        /** The process that watches it saw it end. */
        EXIT_SEEN,
        /** It said that it ends, and is gone. */
        SAID_GOODBYE
    }

    /** A process is there. */
    void onJoined(MemberProcess process);

    /** A process is not seen any more. Nothing follows from it: it may have said goodbye, or sight was lost here. */
    void onLeft(MemberProcess process);

    /** A process may be dead. It is said before {@link #onLeft}, and also of processes that were never seen here. */
    void onDeathHint(int number, long incarnation, DeathHint why);

    /** About a second has passed, and the membership runs: what is said now with {@link Membership#say} and {@link Membership#sayWatched} is sent next. */
    default void onTurn() {}
}
