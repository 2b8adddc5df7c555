package io.dialtone.runtime.node;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What has happened in the grid, in words: each newer map against the one before. The last ones are kept for status, all are logged. Maps come on the door's thread; any
 * thread may read.
 */
final class GridEvents {
    /** So many are kept. */
    static final int KEPT_MAX = 32;

    private static final Duration MOVES_TOGETHER = Duration.ofSeconds(1);
    private static final System.Logger LOGGER = System.getLogger(GridEvents.class.getName());

    /** Something that happened. */
    record Event(Instant at, String what) {}

    private final Clock clock;
    private final Deque<Event> events = new ArrayDeque<>();
    private final Map<String, Integer> moves = new TreeMap<>();
    private SlotMap last;
    private long lastSessionsLost;
    private Instant movesSince = Instant.MAX;

    /** Begins with an empty map. */
    GridEvents(final int slots, final Clock clock) {
        this.clock = clock;
        last = SlotMap.empty(slots, 0);
    }

    /** A newer map has come; {@code sessionsLost} is about how many sessions were lost until then. */
    void onMap(final SlotMap map, final long sessionsLost) {
        final SlotMap before = last;
        last = map;
        final long lostSessions = sessionsLost - lastSessionsLost;
        lastSessionsLost = sessionsLost;
        for (final GridMember member : map.members()) {
            final GridMember was = before.member(member.number());
            if (was == null || was.incarnation() != member.incarnation()) {
                add(System.Logger.Level.INFO, member.name() + (was == null ? " joined" : " was started again"));
            } else if (was.isOutOfReach() != member.isOutOfReach()) {
                add(
                        member.isOutOfReach() ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                        member.name()
                                + (member.isOutOfReach()
                                        ? " cannot be reached by an edge"
                                        : " is reached by all edges"));
            } else if (was.isDraining() != member.isDraining()) {
                add(
                        System.Logger.Level.INFO,
                        member.name() + (member.isDraining() ? " is drained" : " takes slots again"));
            }
        }
        for (final GridMember was : before.members()) {
            if (map.member(was.number()) == null) {
                add(
                        was.isLeaving() ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                        was.name() + (was.isLeaving() ? " has left" : " is gone"));
            }
        }
        if (map.slotsLost() > before.slotsLost()) {
            add(
                    System.Logger.Level.WARNING,
                    slots(map.slotsLost() - before.slotsLost()) + " lost, with about " + lostSessions
                            + " sessions: all who held them are gone"
                            + (before.version() == 0 ? ", before this process came" : ""));
        }
        if (before.version() > 0) {
            noteMoves(before, map);
            final int alone = alone(map);
            if (alone > 0 && alone(before) == 0) {
                add(System.Logger.Level.WARNING, slots(alone) + " without backup");
            } else if (alone == 0 && alone(before) > 0) {
                add(System.Logger.Level.INFO, "all slots have a backup");
            }
        }
    }

    /** Slots go one by one when a node is drained or comes: what is said is their number, once a second. */
    private void noteMoves(final SlotMap before, final SlotMap map) {
        for (int slot = 0; slot < map.slots(); slot++) {
            final int was = before.entry(slot).owner();
            final int is = map.entry(slot).owner();
            if (was != is && was != SlotEntry.NONE && is != SlotEntry.NONE) {
                movesSince = moves.isEmpty() ? clock.instant() : movesSince;
                moves.merge("from " + name(before, was) + " to " + name(map, is), 1, Integer::sum);
            }
        }
    }

    /** Says what is to be said by now; called often by the thread that brings the maps. */
    void tick() {
        if (!moves.isEmpty() && Duration.between(movesSince, clock.instant()).compareTo(MOVES_TOGETHER) > 0) {
            moves.forEach((way, number) -> add(System.Logger.Level.INFO, slots(number) + " went " + way));
            moves.clear();
        }
    }

    private static String slots(final long number) {
        return number == 1 ? "1 slot" : number + " slots";
    }

    private static String name(final SlotMap map, final int number) {
        final GridMember member = map.member(number);
        return member == null ? "member " + number : member.name();
    }

    private static int alone(final SlotMap map) {
        int alone = 0;
        for (int slot = 0; slot < map.slots(); slot++) {
            alone += map.entry(slot).backups() == 0 ? 1 : 0;
        }
        return map.backupsWanted() == 0 ? 0 : alone;
    }

    private synchronized void add(final System.Logger.Level level, final String what) {
        LOGGER.log(level, "grid: {0}", what);
        if (events.size() == KEPT_MAX) {
            events.removeFirst();
        }
        events.addLast(new Event(clock.instant(), what));
    }

    /** The last ones, oldest first. */
    synchronized List<Event> list() {
        return new ArrayList<>(events);
    }
}
