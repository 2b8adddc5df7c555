package io.dialtone.runtime.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What has happened in a call, in order of time: messages of all processes that have seen it, what was sent again, and that another node has taken over. Entries are added as they are found. Not thread
 * safe.
 */
final class TraceStory {
    /** Comes to everybody: a message, and what is to be said of it. */
    record Step(TraceEntry entry, int leg, boolean isRepeated, String event) {}

    /** So many of a leg are looked at for one that was sent before. */
    private static final int REPEATS_LOOKED_AT = 64;

    private final Map<String, Integer> legs = new LinkedHashMap<>();
    private final Map<Integer, TraceEntry> lastOfSlot = new HashMap<>();
    private final List<TraceEntry> recent = new ArrayList<>();

    /** Goes on with these entries, which may come in any order but are not older than those before. */
    List<Step> add(final List<TraceEntry> entries) {
        final List<TraceEntry> sorted = new ArrayList<>(entries);
        sorted.sort(
                Comparator.comparingLong(TraceEntry::timeNs)); // stable: within a loop the order is that of the loop
        final List<Step> steps = new ArrayList<>();
        for (final TraceEntry entry : sorted) {
            final int leg = legs.computeIfAbsent(entry.callId(), id -> legs.size() + 1);
            final boolean isRepeated = recent.stream().anyMatch(entry::repeats);
            recent.add(entry);
            if (recent.size() > REPEATS_LOOKED_AT) {
                recent.removeFirst();
            }
            steps.add(new Step(entry, leg, isRepeated, event(entry)));
        }
        return steps;
    }

    /** Call-IDs in order of appearance; the first is leg 1. */
    List<String> legs() {
        return List.copyOf(legs.keySet());
    }

    /** What is to be said before this message; mostly nothing. */
    private String event(final TraceEntry entry) {
        if (entry.slot() < 0 || entry.node().isEmpty()) {
            return "";
        }
        final TraceEntry last = lastOfSlot.get(entry.slot());
        if (last != null && entry.epoch() < last.epoch()) {
            return "";
        }
        lastOfSlot.put(entry.slot(), entry);
        return last == null || last.node().equals(entry.node())
                ? ""
                : "slot " + entry.slot() + ": " + entry.node() + " has taken over from " + last.node() + " (epoch "
                        + last.epoch() + " -> " + entry.epoch() + ")";
    }
}
