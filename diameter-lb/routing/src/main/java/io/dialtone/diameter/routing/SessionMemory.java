package io.dialtone.diameter.routing;

/**
 * To which peer the requests of a session go: as many sessions as were seen lately, and no more than it has room for. Called only by the relay's thread.
 *
 * <p>A session is a keyed hash of its Session-Id. It can be in any of four places; where all are taken the one that was used least lately has to go, so a session
 * that is used stays.
 */
final class SessionMemory {
    /** What {@link #find} says when it has not seen the session. */
    static final int NONE = 0;

    private static final int WAYS = 4;
    private static final int SECOND_SHIFT = 30;

    private final int mask;
    private final int idleMax;
    private final long[] keys;
    private final int[] peers;
    private final int[] used;
    private int size;

    /**
     * @param sessionsMax a power of two
     * @param idleNs for how long a session is remembered that is not used
     */
    SessionMemory(final int sessionsMax, final long idleNs) {
        this.mask = (sessionsMax - 1) & ~(WAYS - 1);
        this.idleMax = (int) Math.min(Integer.MAX_VALUE, (idleNs >> SECOND_SHIFT) + 1);
        this.keys = new long[sessionsMax];
        this.peers = new int[sessionsMax];
        this.used = new int[sessionsMax];
    }

    /** The peer's serial number, or NONE. It counts as use. */
    int find(final long key, final long nowNs) {
        final int now = (int) (nowNs >> SECOND_SHIFT);
        final int from = (int) key & mask;
        for (int i = from; i < from + WAYS; i++) {
            if (keys[i] == key && peers[i] != NONE) {
                if (now - used[i] > idleMax) {
                    peers[i] = NONE;
                    size--;
                    return NONE;
                }
                used[i] = now;
                return peers[i];
            }
        }
        return NONE;
    }

    /**
     * Remembers a session's peer.
     *
     * @return true if another session, not idle for long enough, had to be forgotten for it
     */
    boolean put(final long key, final int peer, final long nowNs) {
        final int now = (int) (nowNs >> SECOND_SHIFT);
        final int from = (int) key & mask;
        int place = from;
        for (int i = from; i < from + WAYS; i++) {
            if (keys[i] == key && peers[i] != NONE) {
                place = i;
                break;
            }
            final boolean isBetter = peers[i] == NONE || used[i] - used[place] < 0;
            if (peers[place] != NONE && isBetter) {
                place = i;
            }
        }
        final boolean isOther = peers[place] != NONE && keys[place] != key;
        if (peers[place] == NONE) {
            size++;
        }
        final boolean forgets = isOther && now - used[place] <= idleMax;
        keys[place] = key;
        peers[place] = peer;
        used[place] = now;
        return forgets;
    }

    /** Sessions that are remembered, idle ones that nobody asked for included. */
    int size() {
        return size;
    }
}
