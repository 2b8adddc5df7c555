package io.dialtone.diameter.peer;

/** States of a connection's watchdog (RFC 3539 section 3.4.1). */
public enum WatchdogState {
    /** There has been no connection yet. */
    INITIAL,
    /** The connection is in use. */
    OKAY,
    /** A watchdog is unanswered: what was under way has gone elsewhere, the connection is kept for a while. */
    SUSPECT,
    /** The connection is lost. */
    DOWN,
    /** There is a connection again; it is not used until it has answered three watchdogs. */
    REOPEN
}
