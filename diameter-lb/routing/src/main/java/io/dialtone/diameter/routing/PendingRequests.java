package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.DiameterMessage;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of requests whose answers are awaited: table, bytes, timers, and which connection they came and went by. Called only by the relay's thread.
 *
 * <p>A pending request is in the list of the connection that it went by. If that is lost the whole list is moved to one of those that lost their peer, in one step however many
 * they are; from there they are taken one by one, as many as a turn may.
 */
final class PendingRequests {
    static final int NONE = PendingTable.NONE;

    private final PendingTable table;
    private final RequestSlab slab;
    private final ExpiryWheel wheel;
    private final SlotLists byLane;
    private final @Nullable PeerLane[] lanes;
    private final int lost;
    private final int silent;
    private int lanesFrom;

    PendingRequests(final RelayLimits limits, final int firstGeneration, final long nowNs) {
        this.table = new PendingTable(limits.pendingMax(), firstGeneration);
        this.slab = new RequestSlab(limits.slabBytes());
        this.wheel = new ExpiryWheel(limits.pendingMax(), nowNs);
        this.lanes = new @Nullable PeerLane[limits.connectionsMax()];
        this.byLane = new SlotLists(limits.pendingMax(), limits.connectionsMax() + 2);
        this.lost = limits.connectionsMax();
        this.silent = lost + 1;
    }

    PendingTable table() {
        return table;
    }

    // Connections

    /** Gives a connection of a peer a lane; null if there is none left. */
    @Nullable
    PeerLane openLane(final RelayPeer peer, final long connection) {
        for (int i = 0; i < lanes.length; i++) {
            final int place = (lanesFrom + i) % lanes.length;
            if (lanes[place] == null) {
                lanesFrom = (place + 1) % lanes.length;
                final PeerLane lane = new PeerLane(peer, place, connection);
                lanes[place] = lane;
                peer.addLane(lane);
                return lane;
            }
        }
        return null;
    }

    /** The connection is gone: what went by it has lost its peer. */
    void closeLane(final PeerLane lane, final long nowNs) {
        lane.isClosed = true;
        byLane.moveAll(lane.index(), lost);
        settle(lane, nowNs);
    }

    /** What went by this connection is to go elsewhere if there is somebody. */
    void failOver(final PeerLane lane) {
        byLane.moveAll(lane.index(), silent);
    }

    /** What went to this peer is to go elsewhere if there is somebody. */
    void failOverSilent(final RelayPeer peer) {
        for (final PeerLane lane : peer.lanes()) {
            failOver(lane);
        }
    }

    void drainLane(final PeerLane lane, final long nowNs) {
        lane.isDraining = true;
        settle(lane, nowNs);
    }

    /** Who waits for nothing by a connection says so to whoever drains it, and forgets one that is closed. */
    private void settle(final PeerLane lane, final long nowNs) {
        if (!lane.isIdle()) {
            return;
        }
        if (lane.isClosed) {
            lane.peer().removeLane(lane);
            lanes[lane.index()] = null;
        } else if (lane.isDraining) {
            lane.peer().port().drained(lane.connection(), nowNs);
        }
    }

    PeerLane lane(final int index) {
        return Objects.requireNonNull(lanes[index], "a lane is there as long as a pending request needs it");
    }

    PeerLane fromLane(final int slot) {
        return lane(table.fromLane(slot));
    }

    PeerLane toLane(final int slot) {
        return lane(table.toLane(slot));
    }

    // Requests

    boolean isFull() {
        return table.size() == table.capacity();
    }

    /** Takes up a request; there must be room. */
    int open(final PeerLane from, final DiameterMessage message) {
        final int slot = table.open();
        table.request(slot, message.endToEndId(), message.hopByHopId(), message.commandCode());
        table.fromLane(slot, from.index());
        table.bytes(slot, RequestSlab.NONE, 0);
        from.owed++;
        return slot;
    }

    /** Keeps the bytes of a request; false if there is no room. */
    boolean keep(final int slot, final DirectBuffer buffer, final int offset, final int length) {
        final int first = slab.put(buffer, offset, length);
        table.bytes(slot, first, length);
        return first != RequestSlab.NONE;
    }

    /** Copies the bytes of a request, as they were sent first, and returns how many they are. */
    int bytes(final int slot, final MutableDirectBuffer to) {
        slab.get(table.firstBlock(slot), table.length(slot), to, 0);
        return table.length(slot);
    }

    /** It was sent. */
    void sent(final int slot, final PeerLane to, final long nowNs, final long answerTimerNs) {
        table.toLane(slot, to.index());
        table.sentNs(slot, nowNs);
        table.addTried(slot, to.peer().serial());
        byLane.append(to.index(), slot);
        wheel.schedule(slot, nowNs + answerTimerNs);
        to.pending++;
        to.peer().onSent(nowNs);
    }

    /** The peer that it was sent to has no more to do with it: it has answered, or another will. Then {@link #sent} or {@link #close} follows. */
    void take(final int slot, final long nowNs) {
        final PeerLane to = toLane(slot);
        byLane.remove(slot);
        wheel.cancel(slot);
        to.pending--;
        to.peer().onTaken();
        settle(to, nowNs);
    }

    /** It is over: it was answered, or could not be sent at all. */
    void close(final int slot, final long nowNs) {
        final PeerLane from = fromLane(slot);
        final int first = table.firstBlock(slot);
        if (first != RequestSlab.NONE) {
            slab.remove(first);
        }
        table.close(slot);
        from.owed--;
        settle(from, nowNs);
    }

    /** Nobody else is there: it waits on for the peer that it was sent to. */
    void putBack(final int slot) {
        final PeerLane to = toLane(slot);
        byLane.remove(slot);
        byLane.append(to.isClosed ? lost : to.index(), slot);
    }

    /** A request whose answer is due; its timer is then over, and everything else as before. */
    int pollDue(final long nowNs) {
        return wheel.poll(nowNs);
    }

    /** A request whose connection was lost. */
    int firstLost() {
        return byLane.first(lost);
    }

    /** A request whose peer was taken for silent. */
    int firstSilent() {
        return byLane.first(silent);
    }

    boolean hasFailedOver() {
        return !byLane.isEmpty(lost) || !byLane.isEmpty(silent);
    }

    long nextDeadlineNs() {
        return wheel.nextDeadlineNs();
    }
}
