package io.dialtone.diameter.peer;

import org.jspecify.annotations.Nullable;

/** What a transport calls: connections come in here, and time. One for each loop; called only by its thread. */
public final class PeerDoor {
    private static final long NEVER = Watchdog.NEVER;

    /** Deadlines are looked at no more often than this: with thousands of peers each look costs. */
    private static final long RESOLUTION_NS = 1_000_000;

    private final PeerConfig config;
    private final PeerTransport transport;
    private final PeerListener listener;
    private final Counts<PeerCounter> counters = new Counts<>(PeerCounter.class);
    private final Jitter jitter;
    private final BaseMessages messages;
    private final CapabilitiesExchange exchange;
    private final Greeter greeter;
    private final PeerTable peers;

    // Accepted connections without a CER, in the order of coming, which is that of their deadlines.
    private @Nullable PeerSession oldest;
    private @Nullable PeerSession youngest;
    private int handshakes;

    /** Nothing is due before; a deadline may have moved on since. */
    private long dueNs = NEVER;

    private boolean someoneLeft;
    private boolean stopping;

    public PeerDoor(final PeerConfig config, final PeerTransport transport, final PeerListener listener) {
        this.config = config;
        this.transport = transport;
        this.listener = listener;
        this.jitter = new Jitter(config.seed());
        this.messages = new BaseMessages(config.local(), jitter);
        this.exchange = new CapabilitiesExchange(config.local());
        this.greeter = new Greeter(this, config, exchange, messages, counters);
        this.peers = new PeerTable(this, config);
    }

    /** Somebody has connected, and has shaken hands if it is by TLS; a peer it is once its CER says so. The session may be closed at once. */
    public PeerSession onAccepted(final PeerConnection connection, final long nowNs) {
        counters.increment(PeerCounter.CONNECTIONS_ACCEPTED);
        final PeerSession session = new PeerSession(this, connection, null);
        if (stopping) {
            session.close(CloseCause.NOT_WANTED);
            return session;
        }
        if (handshakes == config.handshakesMax() && oldest != null) {
            // Who means it sends its CER at once; in a flood the oldest is the least likely to.
            counters.increment(PeerCounter.HANDSHAKES_EVICTED);
            oldest.close(CloseCause.HANDSHAKES_FULL);
        }
        session.awaitCer(nowNs + config.times().capabilities().toNanos());
        session.older = youngest;
        if (youngest == null) {
            oldest = session;
        } else {
            youngest.younger = session;
        }
        youngest = session;
        handshakes++;
        wakeAt(session.cerDueNs());
        return session;
    }

    /** A dialled connection is there, after TLS if that was asked for. The session may be closed at once. */
    public PeerSession onDialled(final DialTicket ticket, final PeerConnection connection, final long nowNs) {
        final PeerMachine machine = ticket.machine();
        final PeerSession session = new PeerSession(this, connection, machine);
        if (machine.isWaitingFor(ticket)) {
            machine.onDialled(session, nowNs);
        } else {
            counters.increment(PeerCounter.CONNECTIONS_TOO_LATE);
            session.close(CloseCause.NOT_WANTED);
        }
        return session;
    }

    /** A dialled connection did not come about. */
    public void onDialFailed(final DialTicket ticket, final long nowNs) {
        final PeerMachine machine = ticket.machine();
        if (machine.isWaitingFor(ticket)) {
            machine.onDialFailed(nowNs);
        }
    }

    /** Does what is due; returns how much that was. Costs a comparison if nothing is. */
    public int doWork(final long nowNs) {
        if (dueNs == NEVER || nowNs - dueNs < 0) {
            return 0;
        }
        dueNs = NEVER;
        int done = 0;
        while (oldest != null && nowNs - oldest.cerDueNs() >= 0) {
            counters.increment(PeerCounter.HANDSHAKES_TIMED_OUT);
            oldest.close(CloseCause.HANDSHAKE_TIMEOUT);
            done++;
        }
        done += peers.onTime(nowNs);
        if (someoneLeft) {
            someoneLeft = false;
            peers.forgetThoseGone(nowNs);
        }
        if (oldest != null) {
            wakeAt(oldest.cerDueNs());
        }
        if (dueNs != NEVER && dueNs - nowNs < RESOLUTION_NS) {
            dueNs = nowNs + RESOLUTION_NS;
        }
        return done;
    }

    /** When {@link #doWork} is needed at the latest; Long.MAX_VALUE if nothing is due. */
    public long nextDeadlineNs() {
        return dueNs;
    }

    public PeerTable peers() {
        return peers;
    }

    public Counts<PeerCounter> counters() {
        return counters;
    }

    /** Accepted connections that have not sent a CER. */
    public int handshakes() {
        return handshakes;
    }

    /** Drains all peers and takes nobody any more. {@link #isStopped} says when all have parted. */
    public void stop(final DisconnectCause cause, final long nowNs) {
        stopping = true;
        while (oldest != null) {
            oldest.close(CloseCause.NOT_WANTED);
        }
        for (final Peer peer : peers.all()) {
            peer.drain(cause, nowNs);
        }
    }

    public boolean isStopped() {
        return stopping && peers.isClosed();
    }

    // For this room

    PeerConfig config() {
        return config;
    }

    PeerTransport transport() {
        return transport;
    }

    PeerListener listener() {
        return listener;
    }

    Jitter jitter() {
        return jitter;
    }

    BaseMessages messages() {
        return messages;
    }

    CapabilitiesExchange exchange() {
        return exchange;
    }

    Greeter greeter() {
        return greeter;
    }

    boolean isStopping() {
        return stopping;
    }

    void wakeAt(final long atNs) {
        if (atNs != NEVER && (dueNs == NEVER || atNs - dueNs < 0)) {
            dueNs = atNs;
        }
    }

    /** Somebody may have to be forgotten; not now, because whoever tells may be in the midst of all peers. */
    void onLineClosed(final long nowNs) {
        someoneLeft = true;
        wakeAt(nowNs);
    }

    /** It has sent its CER, or is closed. */
    void onNoLongerAwaited(final PeerSession session) {
        if (!session.awaitsCer()) {
            return;
        }
        session.awaitNoCer();
        if (session.older == null) {
            oldest = session.younger;
        } else {
            session.older.younger = session.younger;
        }
        if (session.younger == null) {
            youngest = session.older;
        } else {
            session.younger.older = session.older;
        }
        session.older = null;
        session.younger = null;
        handshakes--;
    }
}
