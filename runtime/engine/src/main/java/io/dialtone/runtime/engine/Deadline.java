package io.dialtone.runtime.engine;

import io.dialtone.state.api.SessionRecord;

/** Something that wants to be called at a time. Made once and scheduled again and again; called only by the owning worker. */
public abstract class Deadline {
    static final long NOT_SCHEDULED = -1;

    long timerId = NOT_SCHEDULED;
    long atNs;

    /** The slot whose event this is. */
    protected abstract int slot();

    /** The time has come, or passed by at most a tick and what one turn takes. It may be scheduled again from here. */
    protected abstract void onDeadline(long nowNs);

    public final boolean isScheduled() {
        return timerId != NOT_SCHEDULED;
    }

    /** When it is due, or {@link SessionRecord#NO_DEADLINE}. */
    public final long dueNs() {
        return isScheduled() ? atNs : SessionRecord.NO_DEADLINE;
    }
}
