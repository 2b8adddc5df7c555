package io.dialtone.state.replication;

/**
 * Times and limits of replication on one worker. Values only; finished before the worker starts.
 *
 * @param beatIntervalNs how often an owner shows its backups that it is there, and they it
 * @param ownerSilenceNsMax how long an owner may be silent before a backup asks for its slots; each further backup waits half as long again
 * @param backupSilenceNsMax how long a backup may be silent before its owner asks to do without it
 * @param stallNsMax how long a backup may answer and yet apply nothing before its owner asks to do without it
 * @param leaseNs how old the registry's last word may be for an owner without backups to answer
 * @param proposalIntervalNs how long a proposal is waited for before it is made again
 * @param resendIntervalNs least time between two beginnings to send again
 * @param ringBytes what a peer may leave unapplied before it is given up
 * @param roomBytes what must be free towards each backup for the worker to take messages
 * @param batchBytesMax longest frame
 * @param snapshotBytesPerTurn what a turn sends to learners, so that calls are served meanwhile
 * @param snapshotBytesPerSecond what a second's turns send to learners, so that most of both workers' time is left for calls
 * @param snapshotBytesUnappliedMax what a peer may not have applied yet when it is sent more of a snapshot: what is new waits behind it, and calls for that
 * @param handoverIntervalNs least time between two slots with sessions that begin to be handed over: messages of such a slot wait, so few slots may be in that state at a time
 */
public record ReplicatorConfig(
        long beatIntervalNs,
        long ownerSilenceNsMax,
        long backupSilenceNsMax,
        long stallNsMax,
        long leaseNs,
        long proposalIntervalNs,
        long resendIntervalNs,
        int ringBytes,
        int roomBytes,
        int batchBytesMax,
        int snapshotBytesPerTurn,
        int snapshotBytesPerSecond,
        int snapshotBytesUnappliedMax,
        long handoverIntervalNs) {
    private static final long MS = 1_000_000L;
    private static final int RING_BYTES_MIN = 1 << 12;

    public ReplicatorConfig {
        check("beat-interval", beatIntervalNs, 1, "50 ms");
        check("owner-silence-max", ownerSilenceNsMax, 2 * beatIntervalNs, "300 ms");
        check("backup-silence-max", backupSilenceNsMax, 2 * beatIntervalNs, "500 ms");
        check("stall-max", stallNsMax, backupSilenceNsMax, "500 ms");
        check("lease", leaseNs, 1, "300 ms");
        check("proposal-interval", proposalIntervalNs, 1, "200 ms");
        check("resend-interval", resendIntervalNs, 1, "5 ms");
        check("ring-bytes", ringBytes, RING_BYTES_MIN, "8 MiB");
        check("room-bytes", roomBytes, 1, "2 MiB");
        check("batch-bytes-max", batchBytesMax, 1, "64 KiB");
        check("snapshot-bytes-per-turn", snapshotBytesPerTurn, 1, "64 KiB");
        check("snapshot-bytes-per-second", snapshotBytesPerSecond, 1_000, "64 MiB");
        check("snapshot-bytes-unapplied-max", snapshotBytesUnappliedMax, 1, "128 KiB");
        check("handover-interval", handoverIntervalNs, 1, "50 ms");
        if (Integer.bitCount(ringBytes) != 1 || roomBytes >= ringBytes) {
            throw new IllegalArgumentException("ring-bytes: " + ringBytes
                    + " (expected: a power of two, more than room-bytes, " + roomBytes + ")");
        }
    }

    public static ReplicatorConfig defaults() {
        return new ReplicatorConfig(
                50 * MS, 300 * MS, 500 * MS, 500 * MS, 300 * MS, 200 * MS, 5 * MS, 1 << 23, 1 << 21, 1 << 16, 1 << 16,
                1 << 26, 1 << 17, 50 * MS);
    }

    public ReplicatorConfig withRing(final int bytes, final int room) {
        return new ReplicatorConfig(
                beatIntervalNs,
                ownerSilenceNsMax,
                backupSilenceNsMax,
                stallNsMax,
                leaseNs,
                proposalIntervalNs,
                resendIntervalNs,
                bytes,
                room,
                batchBytesMax,
                snapshotBytesPerTurn,
                snapshotBytesPerSecond,
                snapshotBytesUnappliedMax,
                handoverIntervalNs);
    }

    /** These settings with another {@link #handoverIntervalNs}. */
    public ReplicatorConfig withHandoverIntervalNs(final long ns) {
        return new ReplicatorConfig(
                beatIntervalNs,
                ownerSilenceNsMax,
                backupSilenceNsMax,
                stallNsMax,
                leaseNs,
                proposalIntervalNs,
                resendIntervalNs,
                ringBytes,
                roomBytes,
                batchBytesMax,
                snapshotBytesPerTurn,
                snapshotBytesPerSecond,
                snapshotBytesUnappliedMax,
                ns);
    }

    private static void check(final String name, final long value, final long least, final String usual) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: >= " + least + "). Maybe " + usual + ", the default.");
        }
    }
}
