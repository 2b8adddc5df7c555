package io.dialtone.diameter.peer;

/**
 * The watchdog of RFC 3539 section 3.4.1, which decides whether a connection is used. Pure but for its own state; called only by the {@link PeerMachine} that has
 * it.
 *
 * <pre>
 *   STATE     event                              actions                           new state
 *   OKAY      receive DWA                        Pending = FALSE, SetWatchdog      OKAY
 *   OKAY      receive non-DWA                    SetWatchdog                       OKAY
 *   SUSPECT   receive DWA                        Pending = FALSE, Failback,        OKAY
 *                                                SetWatchdog
 *   SUSPECT   receive non-DWA                    Failback, SetWatchdog             OKAY
 *   REOPEN    receive DWA, NumDWA == 2           Pending = FALSE, NumDWA++,        OKAY
 *                                                Failback
 *   REOPEN    receive DWA, NumDWA &lt; 2            Pending = FALSE, NumDWA++         REOPEN
 *   REOPEN    receive non-DWA                                                      REOPEN
 *   OKAY      timer expires, !Pending            SendWatchdog, SetWatchdog,        OKAY
 *                                                Pending = TRUE
 *   OKAY      timer expires, Pending             FailOver, SetWatchdog             SUSPECT
 *   SUSPECT   timer expires                      CloseConnection                   DOWN
 *   REOPEN    timer expires, !Pending            SendWatchdog, SetWatchdog,        REOPEN
 *                                                Pending = TRUE
 *   REOPEN    timer expires, Pending,            CloseConnection                   DOWN
 *             NumDWA &lt; 0
 *   REOPEN    timer expires, Pending,            NumDWA = -1, SetWatchdog          REOPEN
 *             NumDWA &gt;= 0
 *   INITIAL   connection up                      SetWatchdog                       OKAY
 *   DOWN      connection up                      NumDWA = 0, SendWatchdog,         REOPEN
 *                                                SetWatchdog, Pending = TRUE
 *   OKAY, SUSPECT, REOPEN: connection down                                         DOWN
 * </pre>
 *
 * <p>In INITIAL and DOWN the RFC's timer opens connections; here {@link BackOff} says when. In REOPEN the next watchdog leaves {@code reopenInterval} after an
 * answer, if that is sooner than the timer. Tw is {@code watchdog} plus a jitter of up to two seconds either way, or of a third of it if that is less; it is drawn
 * anew each time that the timer expires.
 *
 * <p>A watchdog that the connection does not take, because its queue is full, counts as pending: if nothing is heard for Tw, the peer is as good as dead. But if
 * something is heard, nothing is pending, because no answer can come.
 *
 * <p>Doubt is not the RFC's: somebody says that he is the peer and has no connection. A watchdog leaves at once, and until something is heard two seconds do for Tw.
 */
final class Watchdog {
    /** What the timer asks for. */
    enum Action {
        NOTHING,
        SEND_WATCHDOG,
        FAIL_OVER,
        CLOSE_CONNECTION
    }

    static final long NEVER = Long.MAX_VALUE;

    private static final long JITTER_MAX_NS = 2_000_000_000L;
    private static final int ANSWERS_TO_REOPEN = 3;

    /** A peer that lives answers within this; that it lost its connection is likelier than that it is slow. */
    private static final long DOUBT_NS = 2_000_000_000L;

    private final long watchdogNs;
    private final long jitterNs;
    private final long reopenNs;
    private final Jitter jitter;

    private WatchdogState state = WatchdogState.INITIAL;
    private boolean pending;
    private boolean unsent;
    private boolean doubted;
    private int answers;
    private long twNs;
    private long dueNs = NEVER;

    Watchdog(final long watchdogNs, final long reopenNs, final Jitter jitter) {
        this.watchdogNs = watchdogNs;
        this.jitterNs = Math.min(JITTER_MAX_NS, watchdogNs / 3);
        this.reopenNs = reopenNs;
        this.jitter = jitter;
    }

    WatchdogState state() {
        return state;
    }

    /** When {@link #onTimer} is due, or {@link #NEVER}. */
    long dueNs() {
        return dueNs;
    }

    /** Anything was received but an answer to the watchdog that is pending. True for failback. Does not draw a new Tw: this is once a message. */
    boolean onReceive(final long nowNs) {
        if (unsent) {
            unsent = false;
            pending = false;
        }
        doubted = false;
        return switch (state) {
            case OKAY -> {
                dueNs = nowNs + twNs;
                yield false;
            }
            case SUSPECT -> {
                state = WatchdogState.OKAY;
                dueNs = nowNs + twNs;
                yield true;
            }
            case INITIAL, DOWN, REOPEN -> false;
        };
    }

    /** The answer to the watchdog that is pending. True for failback. */
    boolean onAnswer(final long nowNs) {
        pending = false;
        unsent = false;
        if (state != WatchdogState.REOPEN) {
            return onReceive(nowNs);
        }
        answers++;
        if (answers == ANSWERS_TO_REOPEN) {
            state = WatchdogState.OKAY;
            return true;
        }
        if (dueNs - nowNs > reopenNs) {
            dueNs = nowNs + reopenNs;
        }
        return false;
    }

    Action onTimer(final long nowNs) {
        if (dueNs == NEVER || nowNs - dueNs < 0) {
            return Action.NOTHING;
        }
        return switch (state) {
            case OKAY -> {
                if (pending) {
                    state = WatchdogState.SUSPECT;
                    setWatchdog(nowNs);
                    yield Action.FAIL_OVER;
                }
                yield sendWatchdog(nowNs);
            }
            case SUSPECT -> down();
            case REOPEN -> {
                if (!pending) {
                    yield sendWatchdog(nowNs);
                }
                if (answers < 0) {
                    yield down();
                }
                answers = -1;
                setWatchdog(nowNs);
                yield Action.NOTHING;
            }
            case INITIAL, DOWN -> {
                dueNs = NEVER;
                yield Action.NOTHING;
            }
        };
    }

    /** There is doubt: true if a watchdog is to be sent now, before its time. */
    boolean onDoubt(final long nowNs) {
        if (doubted || (state != WatchdogState.OKAY && state != WatchdogState.SUSPECT)) {
            return false;
        }
        doubted = true;
        if (state == WatchdogState.OKAY && !pending) {
            sendWatchdog(nowNs);
            return true;
        }
        if (dueNs - nowNs > DOUBT_NS) {
            dueNs = nowNs + DOUBT_NS;
        }
        return false;
    }

    /** The connection took no watchdog. */
    void onRefused() {
        unsent = true;
    }

    /** True if a watchdog is to be sent, because there was a connection before. */
    boolean onConnectionUp(final long nowNs) {
        answers = 0;
        if (state == WatchdogState.INITIAL) {
            state = WatchdogState.OKAY;
            pending = false;
            unsent = false;
            setWatchdog(nowNs);
            return false;
        }
        state = WatchdogState.REOPEN;
        sendWatchdog(nowNs);
        return true;
    }

    void onConnectionDown() {
        down();
    }

    private Action sendWatchdog(final long nowNs) {
        pending = true;
        unsent = false;
        setWatchdog(nowNs);
        return Action.SEND_WATCHDOG;
    }

    private Action down() {
        state = WatchdogState.DOWN;
        pending = false;
        unsent = false;
        doubted = false;
        dueNs = NEVER;
        return Action.CLOSE_CONNECTION;
    }

    private void setWatchdog(final long nowNs) {
        twNs = watchdogNs - jitterNs + jitter.upTo(2 * jitterNs);
        dueNs = nowNs + (doubted ? Math.min(twNs, DOUBT_NS) : twNs);
    }
}
