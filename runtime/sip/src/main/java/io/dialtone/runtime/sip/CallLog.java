package io.dialtone.runtime.sip;

/** Is told of each call that has ended. Called only by the owning worker; never waits. */
public interface CallLog {
    /** Nobody wants to know. */
    CallLog NONE = new CallLog() {
        @Override
        public boolean isOn() {
            return false;
        }

        @Override
        public int member() {
            return 0;
        }

        @Override
        public long incarnation() {
            return 0;
        }

        @Override
        public void onEnded(final long session, final int slot, final CallRecord call) {}
    };

    /** False if nothing need be remembered of calls. */
    boolean isOn();

    /** Number of the member that this node is. */
    int member();

    /** This node's incarnation; never 0 where calls are logged. */
    long incarnation();

    /**
     * A call has ended, or had ended when its session came here from a node that may not have said so.
     *
     * @param session hash of the session's key, the same on all nodes
     * @param call valid until this returns
     */
    void onEnded(long session, int slot, CallRecord call);
}
