package io.dialtone.state.replication;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * All that was ever done to the sessions of a simulated world, and all that was said about it outside. Used by the simulator's one thread.
 *
 * <p>Each event of a session leads from one hash to the next, whoever runs it; so what was done is a tree for each session, and what was said must lie on one branch
 * of it. Each word that leaves is looked at once, and walks only from the last word to itself: linear in the length of the history.
 */
final class History {
    private static final long NO_ANSWER = 0;

    /** One event of a session, run by somebody. */
    private record Event(long parent, int version, long id, long timerSet) {}

    /** What was said about a session. */
    static final class Told {
        final long key;
        final int slot;
        /** How often its slot was lost before. */
        int losses;
        /** The newest state that was spoken of. */
        int version;

        boolean isEndAsked;
        private boolean isEndSaid;
        private long[] path = new long[8];
        private final List<Long> ends = new ArrayList<>(1);

        Told(final long key, final int slot) {
            this.key = key;
            this.slot = slot;
            path[0] = SimulatedSession.rootOf(key);
        }

        long hash() {
            return path[version];
        }

        private void forget(final int newLosses) {
            losses = newLosses;
            version = 0;
        }

        private void extend(final int newVersion) {
            if (newVersion >= path.length) {
                path = Arrays.copyOf(path, Math.max(newVersion + 1, path.length * 2));
            }
        }
    }

    private final Long2ObjectHashMap<Event> events = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<Told> told = new Long2ObjectHashMap<>();
    private final List<List<Told>> bySlot = new ArrayList<>();
    private final Long2LongHashMap answers = new Long2LongHashMap(NO_ANSWER);
    private final LongHashSet timersTold = new LongHashSet();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    History(final int slots) {
        for (int slot = 0; slot < slots; slot++) {
            bySlot.add(new ArrayList<>());
        }
    }

    List<Told> sessionsOf(final int slot) {
        return bySlot.get(slot);
    }

    /** An owner has run an event and recorded it. */
    void onRun(final int version, final long parent, final long hash, final long id, final long timerSet) {
        events.putIfAbsent(hash, new Event(parent, version, id, timerSet));
    }

    void onEndRun(final long key, final int slot, final long hash) {
        final List<Long> ends = toldOf(key, slot).ends;
        if (!ends.contains(hash)) {
            ends.add(hash);
        }
    }

    void onEndAsked(final long key, final int slot) {
        toldOf(key, slot).isEndAsked = true;
    }

    private Told toldOf(final long key, final int slot) {
        Told known = told.get(key);
        if (known == null) {
            known = new Told(key, slot);
            told.put(key, known);
            bySlot.get(slot).add(known);
        }
        return known;
    }

    /** A word about a session leaves a node, in an epoch before which its slot was lost so many times. */
    void onSaid(final int slot, final int losses, final Message message) {
        final Told known = toldOf(message.key(), slot);
        if (losses < known.losses) {
            return;
        }
        if (losses > known.losses) {
            known.forget(losses);
        }
        if (message.kind() == Message.NO_SESSION) {
            if (known.version > 0 && !known.isEndAsked) {
                throw new Violation("session lost: " + Long.toHexString(known.key) + " was at version " + known.version
                        + " and is said not to be");
            }
            return;
        }
        if (known.isEndAsked && (message.kind() != Message.ENDED || known.isEndSaid || known.ends.size() > 1)) {
            // A late copy of the request that made it may have made it once more; nobody listens.
            return;
        }
        known.isEndSaid = message.kind() == Message.ENDED;
        if (message.kind() == Message.TIMER) {
            timersTold.add(message.id());
        }
        if (message.kind() == Message.DONE) {
            final long before = answers.put(SimulatedSession.mix(losses, message.id()), message.hash());
            if (before != NO_ANSWER && before != message.hash()) {
                throw new Violation("contradicted: transaction " + Long.toHexString(message.id())
                        + " has two answers, the second of version " + message.version());
            }
        }
        if (message.version() <= known.version) {
            if (known.path[message.version()] != message.hash()) {
                throw new Violation("contradicted: session " + Long.toHexString(known.key) + " had another version "
                        + message.version());
            }
            return;
        }
        known.extend(message.version());
        long hash = message.hash();
        for (int version = message.version(); version > known.version; version--) {
            known.path[version] = hash;
            hash = parentOf(hash);
        }
        if (hash != known.path[known.version]) {
            throw new Violation("answered and forgotten: session " + Long.toHexString(known.key) + " is at version "
                    + message.version() + " without what was said of version " + known.version);
        }
        known.version = message.version();
    }

    private long parentOf(final long hash) {
        final Event event = events.get(hash);
        if (event == null) {
            throw new Violation("a state that nobody has recorded: " + Long.toHexString(hash));
        }
        return event.parent;
    }

    /** True if the chain of a later version leads back to this one. */
    private boolean isAfter(final long laterHash, final int laterVersion, final int version, final long hash) {
        if (laterVersion < version) {
            return false;
        }
        long at = laterHash;
        for (int i = laterVersion; i > version; i--) {
            at = parentOf(at);
        }
        return at == hash;
    }

    /** True if a store has a session at this version or a later one of the same branch, or knows that it has ended. */
    boolean isHeld(final HeapImages images, final int slot, final long key, final int version, final long hash) {
        final Told known = told.get(key);
        if (known != null) {
            for (final long end : known.ends) {
                final Event event = events.get(end);
                if (event != null && isAfter(end, event.version, version, hash)) {
                    return true;
                }
            }
        }
        final byte[] image = images.image(slot, key);
        if (image == null) {
            return false;
        }
        view.wrap(image);
        return isAfter(SimulatedSession.hashOf(view), SimulatedSession.versionOf(view), version, hash);
    }

    boolean isToldOf(final long key) {
        return told.containsKey(key);
    }

    /** Walks through a session's life when all is quiet: nothing twice, and each timer has fired and said so. */
    void checkLife(final long key, final int version, final long tip, final int slot) {
        final Told known = told.get(key);
        if (known == null || known.isEndAsked) {
            return;
        }
        final LongHashSet ids = new LongHashSet();
        final LongHashSet timers = new LongHashSet();
        long hash = tip;
        for (int i = version; i > 0; i--) {
            final @Nullable Event event = events.get(hash);
            if (event == null) {
                throw new Violation("slot " + slot + ": a state that nobody has recorded");
            }
            if (!ids.add(event.id)) {
                throw new Violation("session " + Long.toHexString(key) + " has run " + Long.toHexString(event.id)
                        + " twice, the first time as version " + i);
            }
            if (event.timerSet != 0) {
                timers.add(event.timerSet);
            }
            hash = event.parent;
        }
        for (final long timer : timers) {
            if (!ids.contains(SimulatedSession.popOf(timer))) {
                throw new Violation("timer " + Long.toHexString(timer) + " of session " + Long.toHexString(key)
                        + " in slot " + slot + " has never fired");
            }
            if (!timersTold.contains(timer)) {
                throw new Violation("timer " + Long.toHexString(timer) + " of session " + Long.toHexString(key)
                        + " in slot " + slot + " has fired and its output has never left");
            }
        }
    }
}
