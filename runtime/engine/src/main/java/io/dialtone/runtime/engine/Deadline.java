package io.dialtone.runtime.engine;

/** Something that wants to be called at a time. Made once and scheduled again and again; called only by the owning worker. */
public abstract class Deadline {
    static final long NOT_SCHEDULED = -1;

    long timerId = NOT_SCHEDULED;

    /** The slot whose event this is. */
    protected abstract int slot();

    /** The time has come, or passed by at most a tick and what one turn takes. It may be scheduled again from here. */
    protected abstract void onDeadline(long nowNs);

    public final boolean isScheduled() {
        return timerId != NOT_SCHEDULED;
    }
}
