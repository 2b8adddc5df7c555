package io.dialtone.runtime.node;

import io.dialtone.api.link.LinkBell;
import org.agrona.concurrent.IdleStrategy;

/**
 * What a worker does when there is nothing to do: a few more looks, the shortest rest if one is set, and then a rest that ends when a peer rings, or when it has lasted as long as it may; while
 * it lasts others may turn the worker. Called only by the worker's thread.
 */
final class BellRest implements IdleStrategy {
    private static final int LOOKS = 2;

    private final WorkerSeat seat;
    private final LinkBell bell;
    private final long restMinNs;
    private final long restMaxNs;
    private long restNs;
    private int looks;
    private boolean listens;

    /**
     * For one worker.
     *
     * @param restMinNs the first rest where not all peers ring; each that follows is twice as long
     */
    BellRest(final WorkerSeat seat, final long restMinNs, final long restMaxNs) {
        this.seat = seat;
        bell = seat.bell();
        this.restMinNs = bell.isRungByAll() ? restMaxNs : Math.min(restMinNs, restMaxNs);
        this.restMaxNs = restMaxNs;
        restNs = this.restMinNs;
    }

    @Override
    public void idle(final int workCount) {
        if (workCount > 0) {
            reset();
        } else {
            idle();
        }
    }

    @Override
    public void idle() {
        if (looks < LOOKS) {
            looks++;
        } else if (listens) {
            seat.leave();
            final boolean isRung = bell.await(restNs);
            seat.takeBack();
            if (!isRung) {
                bell.ignore();
            }
            listens = false;
            restNs = Math.min(2 * restNs, restMaxNs);
        } else {
            bell.listen(); // and one more look
            listens = true;
        }
    }

    @Override
    public void reset() {
        if (listens) {
            bell.ignore();
            listens = false;
        }
        looks = 0;
        restNs = restMinNs;
    }

    @Override
    public String alias() {
        return "bell";
    }
}
