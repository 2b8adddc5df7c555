package io.dialtone.sip.routing;

/** What a balancer makes of a backend. */
public enum BackendState {
    /** Answers; gets its full share of new calls. */
    UP("Answers; gets its full share of new calls."),
    /** One kind of evidence speaks against it, the other does not; still gets its share. */
    SUSPECT("One kind of evidence speaks against it, the other does not; still gets its share."),
    /** Probes and traffic agree that it does not answer: no new calls; what belongs to its dialogs is still sent to it. */
    DOWN("Probes and traffic agree that it does not answer: no new calls."),
    /** Answers probes, but its requests failed one after the other: no new calls for a while; what belongs to its dialogs is still sent to it. */
    EJECTED("Answers probes, but its requests failed one after the other: no new calls for a while."),
    /** Was down, ejected, drained or absent, and is tried again: its share grows. */
    SLOW_START("Was down, ejected, drained or absent, and is tried again: its share grows."),
    /** By the operator's wish no new calls; its dialogs and running transactions are served. */
    DRAINING("By the operator's wish no new calls; its dialogs and running transactions are served.");

    private final String meaning;

    BackendState(final String meaning) {
        this.meaning = meaning;
    }

    /** A sentence for people. */
    public String meaning() {
        return meaning;
    }
}
