package io.dialtone.sip.transport;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** The connections of one listener within one loop, by the address of their other end. Open addressing, without garbage. Called only by the loop's thread. */
final class ConnectionTable {
    private static final int CAPACITY_MIN = 16;
    private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    /** Nobody outside knows it, so nobody can choose addresses that meet in one place. */
    private final long seed = new SecureRandom().nextLong();

    private @Nullable StreamConnection[] places = new StreamConnection[CAPACITY_MIN];
    private int size;

    int size() {
        return size;
    }

    /** How many places {@link #at} knows; some are empty. */
    int places() {
        return places.length;
    }

    @Nullable
    StreamConnection at(final int place) {
        return places[place];
    }

    @Nullable
    StreamConnection find(final long high, final long low, final int port) {
        final int mask = places.length - 1;
        for (int i = home(high, low, port); ; i = (i + 1) & mask) {
            final StreamConnection there = places[i];
            if (there == null || there.isWith(high, low, port)) {
                return there;
            }
        }
    }

    /** Adds a connection; one with the same peer that is still there is no longer found, and returned. */
    @Nullable
    StreamConnection put(final StreamConnection connection) {
        if (2 * (size + 1) > places.length) {
            grow();
        }
        final int mask = places.length - 1;
        int i = home(connection.high(), connection.low(), connection.port());
        while (true) {
            final StreamConnection there = places[i];
            if (there == null) {
                places[i] = connection;
                size++;
                return null;
            }
            if (there.isWith(connection.high(), connection.low(), connection.port())) {
                places[i] = connection;
                return there;
            }
            i = (i + 1) & mask;
        }
    }

    /** Takes a connection out, if it is the one that is found. */
    boolean remove(final StreamConnection connection) {
        final int mask = places.length - 1;
        int i = home(connection.high(), connection.low(), connection.port());
        while (places[i] != connection) {
            if (places[i] == null) {
                return false;
            }
            i = (i + 1) & mask;
        }
        places[i] = null;
        size--;
        closeGap(i, mask);
        return true;
    }

    /** Moves up whoever stands behind the gap because of it: a search ends at the first empty place. */
    private void closeGap(final int from, final int mask) {
        int gap = from;
        for (int i = (gap + 1) & mask; ; i = (i + 1) & mask) {
            final StreamConnection there = places[i];
            if (there == null) {
                return;
            }
            final int home = home(there.high(), there.low(), there.port());
            if (((i - home) & mask) >= ((i - gap) & mask)) {
                places[gap] = there;
                places[i] = null;
                gap = i;
            }
        }
    }

    private void grow() {
        final @Nullable StreamConnection[] old = places;
        places = new StreamConnection[2 * old.length];
        final int mask = places.length - 1;
        for (final StreamConnection each : old) {
            if (each != null) {
                int i = home(each.high(), each.low(), each.port());
                while (places[i] != null) {
                    i = (i + 1) & mask;
                }
                places[i] = each;
            }
        }
    }

    private int home(final long high, final long low, final int port) {
        long hash = (seed ^ high) * MULTIPLIER;
        hash = ((hash ^ hash >>> 32) ^ low) * MULTIPLIER;
        hash = ((hash ^ hash >>> 32) ^ port) * MULTIPLIER;
        return (int) (hash >>> 32) & (places.length - 1);
    }
}
