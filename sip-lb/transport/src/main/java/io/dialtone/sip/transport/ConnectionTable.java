package io.dialtone.sip.transport;

import java.security.SecureRandom;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The connections of one listener within one loop, by the address of their other end and a port of it. Open addressing, without garbage. Called only by the loop's thread. */
final class ConnectionTable {
    private static final int CAPACITY_MIN = 16;
    private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    /** Nobody outside knows it, so nobody can choose addresses that meet in one place. */
    private final long seed = new SecureRandom().nextLong();

    private final ToIntFunction<StreamConnection> port;

    private @Nullable StreamConnection[] places = new StreamConnection[CAPACITY_MIN];
    private int size;

    /** Finds connections by the port that this says; it must not change while the connection is in the table. */
    ConnectionTable(final ToIntFunction<StreamConnection> port) {
        this.port = port;
    }

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
    StreamConnection find(final long high, final long low, final int itsPort) {
        final int mask = places.length - 1;
        for (int i = home(high, low, itsPort); ; i = (i + 1) & mask) {
            final StreamConnection there = places[i];
            if (there == null || isWith(there, high, low, itsPort)) {
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
        final int itsPort = port.applyAsInt(connection);
        int i = home(connection.high(), connection.low(), itsPort);
        while (true) {
            final StreamConnection there = places[i];
            if (there == null) {
                places[i] = connection;
                size++;
                return null;
            }
            if (isWith(there, connection.high(), connection.low(), itsPort)) {
                places[i] = connection;
                return there;
            }
            i = (i + 1) & mask;
        }
    }

    /** Takes a connection out, if it is the one that is found. */
    boolean remove(final StreamConnection connection) {
        final int mask = places.length - 1;
        int i = home(connection);
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
            final int home = home(there);
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
                int i = home(each);
                while (places[i] != null) {
                    i = (i + 1) & mask;
                }
                places[i] = each;
            }
        }
    }

    private boolean isWith(final StreamConnection one, final long high, final long low, final int itsPort) {
        return one.low() == low && port.applyAsInt(one) == itsPort && one.high() == high;
    }

    private int home(final StreamConnection connection) {
        return home(connection.high(), connection.low(), port.applyAsInt(connection));
    }

    private int home(final long high, final long low, final int itsPort) {
        long hash = (seed ^ high) * MULTIPLIER;
        hash = ((hash ^ hash >>> 32) ^ low) * MULTIPLIER;
        hash = ((hash ^ hash >>> 32) ^ itsPort) * MULTIPLIER;
        return (int) (hash >>> 32) & (places.length - 1);
    }
}
