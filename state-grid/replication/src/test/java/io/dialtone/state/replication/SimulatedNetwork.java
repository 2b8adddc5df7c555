package io.dialtone.state.replication;

import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkPublication;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The corridor between all processes of a simulated world, and what goes wrong in it. Used by the simulator's one thread.
 *
 * <p>At its best it does what the real one does: keeps the order of each sender and loses nothing. At its worst it drops, delays, repeats and mixes frames, says
 * "back-pressured" for no reason, and keeps frames of a cut link to deliver them when it heals.
 */
final class SimulatedNetwork {
    /** What becomes of frames on a link that is cut. */
    enum Cut {
        NONE,
        /** They are lost, and the sender does not know. */
        DROP,
        /** They wait, and come when the cut ends. */
        KEEP,
        /** They are refused. */
        REFUSE
    }

    /** One direction between two processes. */
    private static final class Way {
        Cut cut = Cut.NONE;
        double loss;
        double backPressure;
        long extraDelayNs;
        final ArrayDeque<Runnable> kept = new ArrayDeque<>();
    }

    /** What the corridor does in this world all the time. */
    record Quality(
            long delayMinNs,
            long delayMaxNs,
            double loss,
            double twice,
            double overtaking,
            double backPressure,
            double adminAction,
            double forPredecessor,
            int windowFrames) {}

    private final Simulator sim;
    private final Dice dice;
    private Quality quality;
    private final Way[][] ways;
    private final LinkFrame view = new LinkFrame();

    SimulatedNetwork(final Simulator sim, final int members, final Quality quality) {
        this.sim = sim;
        this.dice = sim.dice;
        this.quality = quality;
        ways = new Way[members][members];
        for (int from = 0; from < members; from++) {
            for (int to = 0; to < members; to++) {
                ways[from][to] = new Way();
            }
        }
    }

    Quality quality() {
        return quality;
    }

    void cut(final int from, final int to, final Cut cut) {
        final Way way = ways[from][to];
        way.cut = cut;
        if (cut == Cut.NONE) {
            while (!way.kept.isEmpty()) {
                sim.after(dice.between(quality.delayMinNs, quality.delayMaxNs), way.kept.poll());
            }
        }
    }

    void loss(final int from, final int to, final double loss) {
        ways[from][to].loss = loss;
    }

    void backPressure(final int from, final int to, final double probability) {
        ways[from][to].backPressure = probability;
    }

    void extraDelay(final int from, final int to, final long delayNs) {
        ways[from][to].extraDelayNs = delayNs;
    }

    /** From now on the corridor is at its best. */
    void heal() {
        quality = new Quality(
                quality.delayMinNs,
                Math.min(quality.delayMaxNs, 2 * Simulator.MS),
                0,
                0,
                0,
                0,
                0,
                0,
                quality.windowFrames);
        for (int from = 0; from < ways.length; from++) {
            for (int to = 0; to < ways.length; to++) {
                cut(from, to, Cut.NONE);
                ways[from][to].loss = 0;
                ways[from][to].backPressure = 0;
                ways[from][to].extraDelayNs = 0;
            }
        }
    }

    /** Sends a frame on a lane: frames on one do not overtake each other unless this world is so. Returns what the real corridor would. */
    long offer(final SimulatedEndpoint.Lane lane, final byte[] frame) {
        final Way way = ways[lane.fromMember][lane.toMember];
        if (way.cut == Cut.REFUSE || (!sim.hasListener(lane.toMember) && dice.chance(0.5))) {
            sim.saw(RarePath.LINK_NOT_CONNECTED);
            return LinkPublication.NOT_CONNECTED;
        }
        if (lane.onTheWay >= quality.windowFrames || dice.chance(Math.max(quality.backPressure, way.backPressure))) {
            sim.saw(RarePath.LINK_BACK_PRESSURED);
            return LinkPublication.BACK_PRESSURED;
        }
        if (dice.chance(quality.adminAction)) {
            sim.saw(RarePath.LINK_ADMIN_ACTION);
            return LinkPublication.ADMIN_ACTION;
        }
        lane.position += frame.length;
        if (way.cut == Cut.DROP || dice.chance(Math.max(quality.loss, way.loss))) {
            sim.saw(RarePath.FRAME_LOST);
            return lane.position;
        }
        send(lane, way, frame);
        if (dice.chance(quality.twice)) {
            sim.saw(RarePath.FRAME_TWICE);
            send(lane, way, frame);
        }
        return lane.position;
    }

    private void send(final SimulatedEndpoint.Lane lane, final Way way, final byte[] frame) {
        lane.onTheWay++;
        final long incarnation = sim.incarnationOf(lane.toMember);
        final Runnable delivery = () -> deliver(lane, frame, incarnation);
        if (way.cut == Cut.KEEP) {
            way.kept.add(delivery);
            return;
        }
        long arrival = sim.nowNs() + way.extraDelayNs + dice.skewed(quality.delayMinNs, quality.delayMaxNs);
        if (dice.chance(quality.overtaking)) {
            arrival += dice.between(0, 20 * Simulator.MS);
            sim.saw(RarePath.FRAME_OVERTAKEN);
        } else {
            arrival = Math.max(arrival, lane.lastArrivalNs);
            lane.lastArrivalNs = arrival;
        }
        sim.at(arrival, delivery);
    }

    private void deliver(final SimulatedEndpoint.Lane lane, final byte[] frame, final long incarnation) {
        lane.onTheWay--;
        if (incarnation != sim.incarnationOf(lane.toMember)) {
            if (!dice.chance(quality.forPredecessor)) {
                return;
            }
            sim.saw(RarePath.FRAME_FOR_PREDECESSOR);
        }
        final SimulatedEndpoint receiver = sim.endpoint(lane.toMember, lane.toThread);
        if (receiver != null) {
            view.wrap(new UnsafeBuffer(frame), 0, frame.length);
            if (view.isAcknowledging()) {
                sim.saw(RarePath.ACKNOWLEDGEMENT_WITH_BATCH);
            } else if (view.type() == LinkFrame.TYPE_REPLICATION_ACK) {
                sim.saw(RarePath.ACKNOWLEDGEMENT_ALONE);
            }
            receiver.take(sim.mutation == Mutation.ACKS_FORGED ? forged(frame) : frame);
        }
    }

    /** An acknowledgement that speaks of far more than was applied. */
    private byte[] forged(final byte[] frame) {
        view.wrap(new UnsafeBuffer(frame), 0, frame.length);
        final boolean isAck = view.type() == LinkFrame.TYPE_REPLICATION_ACK || view.isAcknowledging();
        if (!isAck || dice.chance(0.5)) {
            return frame;
        }
        final byte[] lie = frame.clone();
        final UnsafeBuffer buffer = new UnsafeBuffer(lie);
        final int at = LinkFrame.HEADER_BYTES + 16;
        buffer.putLong(at, buffer.getLong(at) + dice.between(1, 3));
        return lie;
    }
}
