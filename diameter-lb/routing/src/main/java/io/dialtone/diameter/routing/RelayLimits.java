package io.dialtone.diameter.routing;

import io.dialtone.diameter.peer.Expect;
import java.time.Duration;

/**
 * How much a relay keeps. Immutable.
 *
 * @param pendingMax requests that wait for an answer; one more is answered 3004
 * @param slabBytes bytes of all of them together; one that does not fit is answered 3004
 * @param sessionsMax sessions whose peer is remembered; for one more one is forgotten that was not used lately
 * @param sessionIdle for how long a session is remembered that is not used
 * @param connectionsMax connections of all peers; the peer of one more is not used while it has it
 */
public record RelayLimits(int pendingMax, int slabBytes, int sessionsMax, Duration sessionIdle, int connectionsMax) {
    public static final int PENDING_DEFAULT = 1 << 16;
    public static final int SLAB_BYTES_DEFAULT = 1 << 26;
    public static final int SESSIONS_DEFAULT = 1 << 18;
    public static final Duration SESSION_IDLE_DEFAULT = Duration.ofHours(1);
    public static final int CONNECTIONS_DEFAULT = 1 << 12;

    public RelayLimits {
        Expect.between("pending max", pendingMax, 1, 1 << 22, PENDING_DEFAULT);
        Expect.between("slab bytes", slabBytes, RequestSlab.BLOCK_BYTES, 1 << 30, SLAB_BYTES_DEFAULT);
        Expect.between("sessions max", sessionsMax, 4, 1 << 24, SESSIONS_DEFAULT);
        Expect.between("session idle", sessionIdle, Duration.ofSeconds(1), Duration.ofDays(30), SESSION_IDLE_DEFAULT);
        Expect.between("connections max", connectionsMax, 1, 1 << 16, CONNECTIONS_DEFAULT);
        requirePowerOfTwo("pending max", pendingMax, PENDING_DEFAULT);
        requirePowerOfTwo("sessions max", sessionsMax, SESSIONS_DEFAULT);
    }

    public static RelayLimits defaults() {
        return new RelayLimits(
                PENDING_DEFAULT, SLAB_BYTES_DEFAULT, SESSIONS_DEFAULT, SESSION_IDLE_DEFAULT, CONNECTIONS_DEFAULT);
    }

    public RelayLimits withPending(final int requests, final int bytes) {
        return new RelayLimits(requests, bytes, sessionsMax, sessionIdle, connectionsMax);
    }

    private static void requirePowerOfTwo(final String name, final int value, final int maybe) {
        if (Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: a power of two). Maybe " + maybe + ", the default.");
        }
    }
}
