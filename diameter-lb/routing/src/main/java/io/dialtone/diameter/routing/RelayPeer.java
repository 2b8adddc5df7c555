package io.dialtone.diameter.routing;

import io.dialtone.diameter.peer.Counts;
import io.dialtone.diameter.peer.PeerIdentity;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the relay knows of a peer: its connections, how fast it answers, whether it answers at all. Called only by the relay's thread, but for {@link #counts()} and {@link #times()}.
 *
 * <pre>
 *              requests wait, and nobody was answered for too long
 *   TRUSTED ------------------------------------------------------> SUSPECTED: no requests, but one now and then to see
 *      ^                                                               |
 *      +------- slow start is over ------- SLOW START <----------------+ an answer, even a late one
 * </pre>
 */
final class RelayPeer {
    /** Of its weight a peer gets at least so much when it starts. */
    private static final double START_SHARE = 0.1;

    /** Of what was known of its answer times this is kept when another, faster one comes. */
    private static final double EWMA_KEPT = 0.9;

    private static final long NEVER = Long.MIN_VALUE;

    private final PeerIdentity identity;
    private final byte[] host;
    private final long hostHash;
    private final int serial;
    private final PeerPort port;
    private final Counts<RelayPeerCounter> counts = new Counts<>(RelayPeerCounter.class);
    private final AnswerTimes times = new AnswerTimes();
    private PeerLane[] lanes = new PeerLane[0];
    private int unlisted;

    private int pending;
    private double usualNs;
    /** Since when requests wait and none was answered; NEVER if none waits. */
    private long silentSinceNs = NEVER;

    private boolean suspected;
    private long lastProbeNs;
    private long startedNs = NEVER;
    private long excluded;

    RelayPeer(final PeerIdentity identity, final long hostHash, final int serial, final PeerPort port) {
        this.identity = identity;
        this.host = identity.host().getBytes(StandardCharsets.US_ASCII);
        this.hostHash = hostHash;
        this.serial = serial;
        this.port = port;
    }

    PeerIdentity identity() {
        return identity;
    }

    /** Its Origin-Host, in lower case. */
    byte[] host() {
        return host;
    }

    long hostHash() {
        return hostHash;
    }

    /** No other's, ever; not 0. */
    int serial() {
        return serial;
    }

    PeerPort port() {
        return port;
    }

    /** Any thread may call it. */
    Counts<RelayPeerCounter> counts() {
        return counts;
    }

    /** Any thread may call it. */
    AnswerTimes times() {
        return times;
    }

    // Connections

    /** The lane of a connection, or null if it has none. */
    @Nullable
    PeerLane lane(final long connection) {
        for (final PeerLane lane : lanes) {
            if (lane.connection() == connection) {
                return lane;
            }
        }
        return null;
    }

    PeerLane[] lanes() {
        return lanes;
    }

    void addLane(final PeerLane lane) {
        final PeerLane[] more = new PeerLane[lanes.length + 1];
        System.arraycopy(lanes, 0, more, 0, lanes.length);
        more[lanes.length] = lane;
        lanes = more;
    }

    void removeLane(final PeerLane lane) {
        final PeerLane[] fewer = new PeerLane[lanes.length - 1];
        int n = 0;
        for (final PeerLane other : lanes) {
            if (other != lane) {
                fewer[n++] = other;
            }
        }
        lanes = fewer;
    }

    /** A connection that there was no room for came (1) or went (-1). */
    void addUnlisted(final int more) {
        unlisted += more;
    }

    boolean hasUnlisted() {
        return unlisted > 0;
    }

    /** Whether requests may go to it, apart from suspicion. */
    boolean isUsable() {
        return unlisted == 0 && port.isUsable();
    }

    // For one choice

    /** Leaves it out of the choice with this number. */
    void exclude(final long choice) {
        excluded = choice;
    }

    boolean isExcluded(final long choice) {
        return excluded == choice;
    }

    // Load and times

    int pending() {
        return pending;
    }

    /** How long it takes to answer, a slow answer counting at once and fast ones by and by; 0 if it never did. */
    double usualNs() {
        return usualNs;
    }

    void onSent(final long nowNs) {
        pending++;
        counts.add(RelayPeerCounter.PENDING, 1);
        if (silentSinceNs == NEVER) {
            silentSinceNs = nowNs;
        }
    }

    /** A request is not its to answer any more, whether it has answered or not. */
    void onTaken() {
        pending--;
        counts.add(RelayPeerCounter.PENDING, -1);
        if (pending == 0) {
            silentSinceNs = NEVER;
        }
    }

    /**
     * It has answered.
     *
     * @param isServed false for a protocol error: who refuses at once is not fast
     */
    void onAnswerTime(final long latencyNs, final boolean isServed) {
        times.record(latencyNs);
        if (isServed) {
            final double latest = (double) latencyNs;
            usualNs = latest >= usualNs ? latest : usualNs * EWMA_KEPT + latest * (1 - EWMA_KEPT);
        }
    }

    // Suspicion

    /** It has said something: it may be trusted. */
    void onSignOfLife(final long nowNs) {
        silentSinceNs = pending == 0 ? NEVER : nowNs;
        if (suspected) {
            suspected = false;
            startedNs = nowNs;
        }
    }

    boolean isSuspected() {
        return suspected;
    }

    /** Whether requests wait and none was answered for so long that something must be wrong. */
    boolean isSilent(final Suspicion rule, final long nowNs) {
        return silentSinceNs != NEVER && nowNs - silentSinceNs >= rule.patienceNs(usualNs);
    }

    void suspect(final long nowNs) {
        suspected = true;
        lastProbeNs = nowNs;
        counts.increment(RelayPeerCounter.SUSPICIONS);
    }

    /** What waits for it begins to wait anew. */
    void onFailedOver(final long nowNs) {
        silentSinceNs = pending == 0 ? NEVER : nowNs;
    }

    boolean isProbeDue(final Suspicion rule, final long nowNs) {
        return pending == 0 && nowNs - lastProbeNs >= rule.probeIntervalNs();
    }

    void onProbe(final long nowNs) {
        lastProbeNs = nowNs;
    }

    // Slow start

    /** It is back: it gets a part of its weight at first. */
    void startSlowly(final long nowNs) {
        startedNs = nowNs;
        suspected = false;
        usualNs = 0;
    }

    /** The part of its weight that counts now. */
    double share(final long slowStartNs, final long nowNs) {
        if (startedNs == NEVER) {
            return 1;
        }
        final long elapsedNs = nowNs - startedNs;
        if (elapsedNs >= slowStartNs) {
            startedNs = NEVER;
            return 1;
        }
        return Math.max(START_SHARE, (double) elapsedNs / slowStartNs);
    }

    @Override
    public String toString() {
        return identity.host();
    }
}
