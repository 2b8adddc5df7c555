package io.dialtone.api;

/**
 * What a service gives up when things get tight: how many nodes must know of a session, what happens while too few can, and how much there may be of it. The {@code service:}
 * part of its YAML says so.
 *
 * @param backups how many nodes besides its owner know each session before an answer leaves: 0, 1 or 2
 * @param whenAlone what an owner does while no backup is in sync
 * @param sessionsMax sessions that a node may own, at rest or not; a further one is refused in the protocol's words
 * @param stateBytesMax bytes of one session's state; an event that would make it longer is undone
 */
public record ServicePolicy(int backups, WhenAlone whenAlone, int sessionsMax, int stateBytesMax) {
    public static final int BACKUPS_MAX = 2;
    public static final int SESSIONS_MAX_DEFAULT = 1 << 22;
    public static final int STATE_BYTES_MAX_DEFAULT = 64 * 1024;

    /** What the owner of a slot does while it has no backup in sync. */
    public enum WhenAlone {
        /** All that it does otherwise; if it dies now, its sessions are lost. */
        SERVE,
        /** It goes on with the sessions it has, and takes no new ones: none is begun that one failure could lose. */
        ESTABLISHED_ONLY
    }

    public ServicePolicy {
        if (backups < 0 || backups > BACKUPS_MAX) {
            throw new IllegalArgumentException("service.backups: " + backups + " (expected: 0, 1 or 2)");
        }
        if (sessionsMax < 1) {
            throw new IllegalArgumentException("service.sessions-max: " + sessionsMax + " (expected: > 0)");
        }
        if (stateBytesMax < 1) {
            throw new IllegalArgumentException("service.state-size-max: " + stateBytesMax + " (expected: > 0)");
        }
    }

    public static ServicePolicy defaults() {
        return new ServicePolicy(1, WhenAlone.SERVE, SESSIONS_MAX_DEFAULT, STATE_BYTES_MAX_DEFAULT);
    }

    public ServicePolicy withWhenAlone(final WhenAlone what) {
        return new ServicePolicy(backups, what, sessionsMax, stateBytesMax);
    }
}
