package io.dialtone.diameter.transport;

/** What has a turn of the loop's besides the peers: the agent that routes, with its timers. Called only by the loop's thread. */
public interface Turn {
    /** For a loop whose peers are all there is. */
    Turn NONE = new Turn() {
        @Override
        public int doWork(final long nowNs) {
            return 0;
        }

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }
    };

    /** Does a bounded amount of what is due; returns how much it was. What it sends leaves at the turn's end. */
    int doWork(long nowNs);

    /** When it wants its next turn, whether or not something arrives; Long.MAX_VALUE if it does not matter. */
    long nextDeadlineNs();
}
