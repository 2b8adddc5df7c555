package io.dialtone.runtime.node;

import io.dialtone.api.link.LinkBell;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An edge's loop with workers in the same process: what it has handed to one that rests it lets it do at once, on the loop's own thread. So a message of a quiet platform wakes one thread and not
 * three. A turn that brought many messages wakes the workers instead: then more cores are worth more. Called only by the loop's thread.
 */
final class WorkersAtHand implements SipIngress {
    /** More than these in a turn are the workers' own business. */
    private static final int MESSAGES_MAX = 4;
    /** A message goes to its worker, its record to another and back, the answer to the loop. */
    private static final int ROUNDS_MAX = 8;

    private final SipIngress edge;
    private final List<WorkerSeat> seats;
    private final boolean[] taken;
    private int messages;

    WorkersAtHand(final SipIngress edge, final List<WorkerSeat> seats) {
        this.edge = edge;
        this.seats = List.copyOf(seats);
        taken = new boolean[seats.size()];
    }

    @Override
    public void onMessage(
            final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long nowNs) {
        messages++;
        edge.onMessage(buffer, offset, length, from, nowNs);
    }

    @Override
    public void onUnreadable(
            final UnsafeBuffer buffer,
            final int offset,
            final int length,
            final Malformation malformation,
            final SipFlow from,
            final long nowNs) {
        edge.onUnreadable(buffer, offset, length, malformation, from, nowNs);
    }

    @Override
    public void onUnsent(
            final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to, final long nowNs) {
        edge.onUnsent(buffer, offset, length, to, nowNs);
    }

    @Override
    public void onDisconnected(final SipFlow peer, final long nowNs) {
        edge.onDisconnected(peer, nowNs);
    }

    @Override
    public int doWork(final long nowNs) {
        final boolean isForUs = messages > 0 && messages <= MESSAGES_MAX;
        messages = 0;
        if (!isForUs || !takeSeats(nowNs)) {
            return edge.doWork(nowNs);
        }
        try {
            return turn(nowNs);
        } finally {
            leaveSeats(nowNs);
        }
    }

    private int turn(final long nowNs) {
        int work = 0;
        int ofRound = 1;
        for (int round = 0; round < ROUNDS_MAX && ofRound > 0; round++) {
            ofRound = 0;
            for (int i = 0; i < taken.length; i++) {
                ofRound += taken[i] ? seats.get(i).turn() : 0;
            }
            ofRound += edge.doWork(nowNs);
            work += ofRound;
        }
        return work;
    }

    private boolean takeSeats(final long nowNs) {
        boolean isAnyTaken = false;
        for (int i = 0; i < taken.length; i++) {
            taken[i] = seats.get(i).take(nowNs);
            isAnyTaken |= taken[i];
        }
        return isAnyTaken;
    }

    private void leaveSeats(final long beganNs) {
        final long nowNs = System.nanoTime();
        for (int i = 0; i < taken.length; i++) {
            if (taken[i]) {
                if (nowNs - beganNs > WorkerSeat.GUEST_TURN_NS_MAX) {
                    seats.get(i).tooLong(nowNs);
                }
                seats.get(i).getUp();
            }
        }
    }

    @Override
    public long nextDeadlineNs() {
        return edge.nextDeadlineNs();
    }

    @Override
    public @Nullable LinkBell bell() {
        return edge.bell();
    }
}
