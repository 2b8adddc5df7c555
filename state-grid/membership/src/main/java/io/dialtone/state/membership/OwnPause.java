package io.dialtone.state.membership;

import java.util.concurrent.TimeUnit;

/**
 * Notices that this process itself was stopped. For a while after that it misses others that are well, as its own beats were missing; nothing follows from it then. Called only by
 * the membership's thread.
 */
final class OwnPause {
    /** The thread turns once a second; a turn that took this long was no turn. */
    static final long TURN_NS_MAX = TimeUnit.SECONDS.toNanos(3);

    private final long aftermathNs;
    private long turnNs;
    private long overNs;

    OwnPause(final long aftermathNs, final long nowNs) {
        this.aftermathNs = aftermathNs;
        turnNs = nowNs;
        overNs = nowNs;
    }

    /** Called once a turn: true if there was a pause a short time ago. */
    boolean isFelt(final long nowNs) {
        if (nowNs - turnNs > TURN_NS_MAX) {
            overNs = nowNs + aftermathNs;
        }
        turnNs = nowNs;
        return nowNs - overNs < 0;
    }
}
