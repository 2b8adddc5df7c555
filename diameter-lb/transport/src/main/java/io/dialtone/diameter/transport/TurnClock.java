package io.dialtone.diameter.transport;

/** The time of a turn: the clock is read once, when somebody first asks. Called only by the loop's thread. */
final class TurnClock {
    private long nowNs = System.nanoTime();
    private boolean isRead;

    /** A turn begins, mostly by waiting. */
    void begin() {
        isRead = false;
    }

    long nowNs() {
        if (!isRead) {
            isRead = true;
            nowNs = System.nanoTime();
        }
        return nowNs;
    }
}
