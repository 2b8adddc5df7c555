package io.dialtone.sip.routing;

import org.jspecify.annotations.Nullable;

/**
 * Remembers which backend an affinity key went to, where the key alone does not say it: load decided, or its own backend had as much as it may.
 * So a request repeated with credentials, and an in-dialog request of a client that ignores Record-Route, find the backend of the first.
 * Shared by all I/O threads; see {@link AffinityMemory}.
 */
final class KeyMemory {
    /** A key that is met is noted again when its entry is this part of its time old: not with each request, for the memory's sake. */
    private static final int REFRESH_PART = 16;

    private final AffinityMemory entries;
    private final long holdNs;
    private final AffinityMemory.Review forget = new AffinityMemory.Review() {
        @Override
        public long decide(final long entry, final long ageNs) {
            return ageNs >= holdNs ? AffinityMemory.NONE : entry;
        }

        @Override
        public void onChanged(final long before, final long after) {
            // Nobody counts keys.
        }
    };

    /** Until there is something to be found nobody looks: keys say their backend themselves. */
    private volatile boolean isUsed;

    KeyMemory(final int size, final long holdNs) {
        this.entries = new AffinityMemory(size);
        this.holdNs = holdNs;
    }

    /** The backend of a key, whatever its state, or null. */
    @Nullable
    Backend find(final Backends backends, final long key, final long nowNs) {
        if (!isUsed) {
            return null;
        }
        final long entry = entries.find(key);
        if (entry == AffinityMemory.NONE) {
            return null;
        }
        if (AffinityMemory.ageNs(entry, nowNs) >= holdNs / REFRESH_PART) {
            entries.put(key, AffinityMemory.backend(entry), nowNs);
        }
        return backends.byId(AffinityMemory.backend(entry));
    }

    /** Forgets keys that were not met for so long. Called by the thread that probes. */
    void sweep(final int entriesMax, final long nowNs) {
        if (isUsed) {
            entries.sweep(entriesMax, nowNs, forget);
        }
    }

    void put(final long key, final Backend backend, final long nowNs) {
        entries.put(key, backend.id(), nowNs);
        if (!isUsed) {
            isUsed = true;
        }
    }
}
