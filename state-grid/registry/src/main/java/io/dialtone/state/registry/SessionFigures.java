package io.dialtone.state.registry;

import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many sessions each member has, as it last said, and about how many were lost with slots that nobody holds any more: for people, never for who owns what. Immutable,
 * for any thread.
 *
 * <p>A member says its number with each ping, so it is some seconds old. When slots change hands their part of the number goes with them, as if all slots of an owner had
 * equally many, until the new owner says a number of its own.
 *
 * @param sessionsLost sessions that were in slots that had to be begun anew, about
 * @param sessions of each member, by its number
 */
public record SessionFigures(long sessionsLost, Map<Integer, Long> sessions) {
    /** Nobody has said anything. */
    public static final SessionFigures NONE = new SessionFigures(0, Map.of());

    public SessionFigures {
        sessions = Collections.unmodifiableSortedMap(new TreeMap<>(sessions));
    }

    /** What the member last said; 0 if it has said nothing. */
    public long of(final int member) {
        return sessions.getOrDefault(member, 0L);
    }

    /** The figures after the member has said its own. */
    SessionFigures said(final int member, final long itsSessions) {
        final Map<Integer, Long> next = new TreeMap<>(sessions);
        next.put(member, Math.max(0, itsSessions));
        return new SessionFigures(sessionsLost, next);
    }

    /** The figures after a command has made one map of another. */
    SessionFigures after(final SlotMap before, final SlotMap now) {
        final Map<Integer, Integer> owned = new TreeMap<>();
        final Map<Integer, Map<Integer, Integer>> given = new TreeMap<>();
        for (int slot = 0; slot < now.slots(); slot++) {
            final int was = before.entry(slot).owner();
            final boolean isLost =
                    now.entry(slot).begunEpoch() > before.entry(slot).begunEpoch();
            final int is = isLost ? SlotEntry.NONE : now.entry(slot).owner();
            if (was != SlotEntry.NONE) {
                owned.merge(was, 1, Integer::sum);
                if (is != was) {
                    given.computeIfAbsent(was, giver -> new TreeMap<>()).merge(is, 1, Integer::sum);
                }
            }
        }
        final Map<Integer, Long> next = new TreeMap<>(sessions);
        long lost = sessionsLost;
        for (final Map.Entry<Integer, Map<Integer, Integer>> giver : given.entrySet()) {
            final long has = of(giver.getKey());
            for (final Map.Entry<Integer, Integer> taker : giver.getValue().entrySet()) {
                final long part = has * taker.getValue() / owned.getOrDefault(giver.getKey(), 1);
                next.merge(giver.getKey(), -part, Long::sum);
                if (taker.getKey() == SlotEntry.NONE) {
                    lost += part;
                } else {
                    next.merge(taker.getKey(), part, Long::sum);
                }
            }
        }
        next.keySet().removeIf(member -> now.member(member) == null);
        return new SessionFigures(lost, next);
    }
}
