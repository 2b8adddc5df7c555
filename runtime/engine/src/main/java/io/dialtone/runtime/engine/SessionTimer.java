package io.dialtone.runtime.engine;

/** A running timer of a session, pooled by that session. Called only by the owning worker. */
final class SessionTimer extends Deadline {
    private final WorkerSession<?> session;
    String name = "";
    /** Which of the session's starts of a timer this was. */
    int generation;

    SessionTimer(final WorkerSession<?> session) {
        this.session = session;
    }

    @Override
    protected int slot() {
        return session.slot();
    }

    @Override
    protected void onDeadline(final long nowNs) {
        session.onTimerDue(this, nowNs);
    }
}
