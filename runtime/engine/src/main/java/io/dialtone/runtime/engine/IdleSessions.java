package io.dialtone.runtime.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Finds sessions to which nothing has happened for long and puts them to rest, slot after slot. Called only by the owning worker.
 *
 * <p>A session stays in memory if a deadline of its own is near: it would be back at once.
 */
final class IdleSessions {
    private static final int RESTS_PER_TURN_MAX = 256;

    private final SessionStore sessions;
    private final DormantSessions dormant;
    private final TurnTime time;
    private final int slots;
    private final long restAfterNs;
    private final long pauseNs;
    private final List<WorkerSession<?>> found = new ArrayList<>();
    private final Consumer<WorkerSession<?>> onSession = this::onSession;
    private int slot;
    private long nextNs;

    IdleSessions(
            final SessionStore sessions,
            final DormantSessions dormant,
            final TurnTime time,
            final int slots,
            final long restAfterNs) {
        this.sessions = sessions;
        this.dormant = dormant;
        this.time = time;
        this.slots = slots;
        this.restAfterNs = restAfterNs;
        pauseNs = restAfterNs / 2 / slots;
    }

    /** Looks at one slot, if it is time for that, and says how many sessions were put to rest. Goes on to the next when there is nothing more to do at this one. */
    int doWork() {
        if (time.nowNs() < nextNs) {
            return 0;
        }
        if (dormant.mayRest(slot)) {
            sessions.forEach(slot, onSession);
        }
        int rested = 0;
        for (int i = 0; i < found.size(); i++) {
            if (dormant.rest(found.get(i))) {
                rested++;
            }
        }
        found.clear();
        if (rested < RESTS_PER_TURN_MAX) {
            slot = (slot + 1) % slots;
            nextNs = time.nowNs() + pauseNs;
        }
        return rested;
    }

    private void onSession(final WorkerSession<?> session) {
        final long nowNs = time.nowNs();
        if (nowNs - session.lastEventNs() >= restAfterNs
                && session.nextDeadlineNs() - nowNs > restAfterNs / 2
                && found.size() < RESTS_PER_TURN_MAX) {
            found.add(session);
        }
    }
}
