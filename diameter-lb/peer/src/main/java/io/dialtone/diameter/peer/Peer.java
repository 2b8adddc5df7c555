package io.dialtone.diameter.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;

/** A peer, connected or not, by one connection or several. Called only by the thread of its {@link PeerDoor}. */
public final class Peer {
    /** What {@link #send} says when no connection took the message. */
    public static final long NOT_SENT = -1;

    private final PeerDoor door;
    private final int index;
    private PeerSpec spec;
    private PeerMachine[] lines;
    private int last;

    private PeerIdentity identity;
    private Capabilities capabilities;
    private Applications common = Applications.NONE;
    private long originStateId = Capabilities.NONE;

    /** True for one that is not configured and came by itself: it is forgotten when it goes. */
    private boolean guest;

    private boolean draining;
    private boolean removed;

    Peer(final PeerDoor door, final int index, final PeerSpec spec, final boolean guest) {
        this.door = door;
        this.index = index;
        this.spec = spec;
        this.guest = guest;
        this.identity = spec.identity();
        this.capabilities = Capabilities.unknown(identity);
        this.lines = new PeerMachine[0];
        grow();
    }

    private void grow() {
        final int before = lines.length;
        lines = Arrays.copyOf(lines, Math.max(before, spec.connectionsMax()));
        for (int i = before; i < lines.length; i++) {
            lines[i] = new PeerMachine(this, door);
        }
    }

    public PeerSpec spec() {
        return spec;
    }

    /** Who it is. Its realm is what it has said itself, since it was first open. */
    public PeerIdentity identity() {
        return identity;
    }

    /** Small, and no other peer's while this one is in the table: a place in an array. */
    public int index() {
        return index;
    }

    /** Whether new requests may go to it: a connection is open, not suspect, and nobody wants to end it. Does not allocate. */
    public boolean isUsable() {
        for (final PeerMachine line : lines) {
            if (line.isUsable()) {
                return true;
            }
        }
        return false;
    }

    /** Whether a connection is open that nobody wants to end, be it suspect or not yet proven. Does not allocate. */
    public boolean isOpen() {
        for (final PeerMachine line : lines) {
            if (line.isOpen()) {
                return true;
            }
        }
        return false;
    }

    /** Whether we want no connection with it until {@link #connect}. */
    public boolean isDraining() {
        return draining;
    }

    /** Whether requests of an application may go to it. Does not allocate. */
    public boolean supports(final int applicationId) {
        return common.contains(applicationId);
    }

    /** What both sides support, as of the last connection. */
    public Applications applications() {
        return common;
    }

    /** What it has said of itself by the last connection. */
    public Capabilities capabilities() {
        return capabilities;
    }

    /** Its connections that are there or on their way, for status. */
    public List<ConnectionStatus> connections() {
        final List<ConnectionStatus> result = new ArrayList<>();
        for (final PeerMachine line : lines) {
            final PeerSession open = line.open();
            result.add(new ConnectionStatus(
                    line.state(),
                    line.watchdogState(),
                    open == null ? "" : open.remote(),
                    open == null ? 0 : open.queuedBytes()));
        }
        return result;
    }

    /**
     * Copies a request to one of its usable connections, each in turn; if there is none, to one that is open but suspect or not yet proven, which whoever asks
     * {@link #isUsable} first does not meet. Does not allocate.
     *
     * @return the connection's {@link PeerSession#id()}, or {@link #NOT_SENT} if none took it
     */
    public long send(final DirectBuffer buffer, final int offset, final int length) {
        for (int i = 0; i < lines.length; i++) {
            last = last + 1 < lines.length ? last + 1 : 0;
            final PeerMachine line = lines[last];
            final PeerSession open = line.open();
            if (open != null && line.isUsable() && open.connection().send(buffer, offset, length)) {
                return open.id();
            }
        }
        return sendUnprovenSlowPath(buffer, offset, length);
    }

    private long sendUnprovenSlowPath(final DirectBuffer buffer, final int offset, final int length) {
        for (final PeerMachine line : lines) {
            final PeerSession open = line.open();
            if (open != null
                    && line.isOpen()
                    && !line.isUsable()
                    && open.connection().send(buffer, offset, length)) {
                return open.id();
            }
        }
        return NOT_SENT;
    }

    /**
     * Copies an answer to the connection that its request came by. Does not allocate.
     *
     * @param sessionId the connection's {@link PeerSession#id()}
     * @return false if that is gone, or took nothing
     */
    public boolean reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length) {
        for (final PeerMachine line : lines) {
            final PeerSession open = line.open();
            if (open != null && open.id() == sessionId) {
                return open.connection().send(buffer, offset, length);
            }
        }
        return false;
    }

    /**
     * Gives it no new requests, lets those under way end, then disconnects with this cause; no connection is made or taken until {@link #connect}. The listener
     * is told of each connection, and says {@link #drained} or {@link PeerSession#drained}.
     */
    public void drain(final DisconnectCause cause, final long nowNs) {
        draining = true;
        for (final PeerMachine line : lines) {
            line.drain(cause, nowNs);
        }
    }

    /** Nobody waits for answers of its any more: disconnects now, if it is being drained. */
    public void drained(final long nowNs) {
        for (final PeerMachine line : lines) {
            final PeerSession open = line.open();
            if (open != null) {
                line.drained(open, nowNs);
            }
        }
    }

    /** Dials it at once if there is an address, and takes it if it dials us, whatever we or it have said before. */
    public void connect(final long nowNs) {
        draining = removed;
        for (final PeerMachine line : lines) {
            line.connect(nowNs);
        }
        door.onLineClosed(nowNs);
    }

    @Override
    public String toString() {
        return identity.host();
    }

    // For this room

    boolean mayBeDialled() {
        return !draining && !door.isStopping() && spec.address().isPresent();
    }

    void remove(final DisconnectCause cause, final long nowNs) {
        removed = true;
        drain(cause, nowNs);
    }

    boolean isRemoved() {
        return removed;
    }

    boolean isGuest() {
        return guest;
    }

    /** An operator wants one that came by itself. Connections that are there go on under the old settings. */
    void adopt(final PeerSpec wanted) {
        guest = false;
        spec = wanted;
        grow();
    }

    /** Whether it can be forgotten. A guest that an operator drains stays, so that it is not taken again. */
    boolean isGone() {
        return (removed || (guest && !draining)) && isClosed();
    }

    boolean isClosed() {
        for (final PeerMachine line : lines) {
            if (!line.isClosed()) {
                return false;
            }
        }
        return true;
    }

    /** Takes a CER to a machine that has nothing yet, else to one whose own dial it can be held against, else to one that rejects it. */
    void onCer(final PeerSession by, final long nowNs) {
        PeerMachine chosen = lines[0];
        int best = 0;
        for (final PeerMachine line : lines) {
            final int rank = switch (line.state()) {
                case CLOSED -> 2;
                case WAIT_CONN_ACK, WAIT_I_CEA -> 1;
                default -> 0;
            };
            if (rank > best) {
                best = rank;
                chosen = line;
            }
        }
        chosen.onCer(by, nowNs);
    }

    void onDoubt(final long nowNs) {
        for (final PeerMachine line : lines) {
            line.onDoubt(nowNs);
        }
    }

    int onTime(final long nowNs) {
        int done = 0;
        for (final PeerMachine line : lines) {
            done += line.onTime(nowNs);
        }
        return done;
    }

    void onCapabilities(final Capabilities theirs, final Applications inCommon, final long nowNs) {
        capabilities = theirs;
        identity = theirs.identity();
        common = inCommon;
        onOriginState(theirs.originStateId(), nowNs);
    }

    /** Zero and nothing say nothing (RFC 6733 section 8.16). */
    void onOriginState(final long said, final long nowNs) {
        if (said <= 0 || said == originStateId) {
            return;
        }
        final boolean changed = originStateId != Capabilities.NONE;
        originStateId = said;
        if (changed) {
            door.counters().increment(PeerCounter.RESTARTS_SEEN);
            door.listener().onPeerRestarted(this, said, nowNs);
        }
    }
}
