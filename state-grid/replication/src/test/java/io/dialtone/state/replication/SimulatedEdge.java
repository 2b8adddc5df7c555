package io.dialtone.state.replication;

import io.dialtone.api.link.LinkFrame;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An edge of a simulated world, and the callers behind it: sends requests to the owner by its own map, sends them again when there is no answer or another owner, and
 * refuses answers of an epoch that it knows to be over. Used by the simulator's one thread.
 */
final class SimulatedEdge {
    private static final long TICK_NS = 10 * Simulator.MS;

    /** A caller's session. */
    private static final class Caller {
        final long key;
        final int slot;
        int left;
        int waiting;
        int version;
        boolean isCreated;
        boolean isOver;
        long nextNs;

        Caller(final long key, final int slot, final int left) {
            this.key = key;
            this.slot = slot;
            this.left = left;
        }
    }

    /** A request without an answer. */
    private static final class InFlight {
        final Caller caller;
        final Message request;
        final int versionThen;
        long againNs;
        int drives;

        InFlight(final Caller caller, final Message request) {
            this.caller = caller;
            this.request = request;
            this.versionThen = caller.version;
        }
    }

    /** How busy callers are in this world. */
    record Load(
            long callerEveryNs,
            int requestsMax,
            long thinkNsMax,
            int callersMax,
            double timers,
            double reads,
            double pairs,
            long timerNsMax) {}

    private final Simulator sim;
    private final int member;
    private final Load load;
    private final SimulatedEndpoint link;
    private final SimulatedAuthority authority;
    private final List<Caller> callers = new ArrayList<>();
    private final Long2ObjectHashMap<InFlight> inFlight = new Long2ObjectHashMap<>();
    private final List<InFlight> inOrder = new ArrayList<>();
    /** The highest epoch known of each slot, by the map or by an answer. */
    private final long[] floor;

    private final int[] ownerThen;
    private final LinkFrame frame = new LinkFrame();
    private final LinkFrame request = new LinkFrame();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private long nextCallerNs;
    private long made;
    private boolean isClosing;

    SimulatedEdge(final Simulator sim, final int member, final Load load) {
        this.sim = sim;
        this.member = member;
        this.load = load;
        floor = new long[sim.slots()];
        ownerThen = new int[sim.slots()];
        Arrays.fill(ownerThen, SlotEntry.NONE);
        link = new SimulatedEndpoint(sim, member, 0, Simulator.EDGE_INCARNATION, sim.nowNs(), this::onArrival);
        authority = new SimulatedAuthority(sim, member, 0, null, this::onMap);
        sim.after(TICK_NS, this::tick);
    }

    SimulatedEndpoint link() {
        return link;
    }

    SimulatedAuthority authority() {
        return authority;
    }

    /** No new requests from now on. */
    void close() {
        isClosing = true;
    }

    boolean isQuiet() {
        return inFlight.isEmpty();
    }

    // ---- callers

    private void tick() {
        final long nowNs = sim.nowNs();
        link.doWork(nowNs);
        if (!isClosing) {
            if (nowNs >= nextCallerNs && callers.size() < load.callersMax) {
                nextCallerNs = nowNs + sim.dice.between(load.callerEveryNs / 2, load.callerEveryNs * 3 / 2);
                final long key = (long) member << 48 | ++made;
                callers.add(new Caller(key, sim.dice.below(sim.slots()), (int) sim.dice.between(1, load.requestsMax)));
            }
            for (int i = callers.size() - 1; i >= 0; i--) {
                final Caller caller = callers.get(i);
                if (caller.isOver) {
                    callers.remove(i);
                } else if (caller.waiting == 0 && nowNs >= caller.nextNs) {
                    act(caller);
                }
            }
        }
        for (int i = inOrder.size() - 1; i >= 0; i--) {
            final InFlight waiting = inOrder.get(i);
            if (nowNs >= waiting.againNs) {
                drive(waiting);
            }
        }
        sim.after(TICK_NS, this::tick);
    }

    private void act(final Caller caller) {
        if (!caller.isCreated) {
            ask(caller, Message.CREATE);
        } else if (caller.left <= 0) {
            if (sim.dice.chance(0.7)) {
                sim.history().onEndAsked(caller.key, caller.slot);
                caller.isOver = true;
                ask(caller, Message.END);
            } else {
                // Stays idle for the rest of its life.
                caller.nextNs = Long.MAX_VALUE;
            }
        } else {
            caller.left--;
            ask(caller, sim.dice.chance(load.reads) ? Message.READ : Message.UPDATE);
            if (sim.dice.chance(load.pairs)) {
                ask(caller, Message.UPDATE);
            }
        }
    }

    private void ask(final Caller caller, final int kind) {
        final long id = (long) member << 48 | 1L << 47 | ++made;
        final boolean isTimed = kind != Message.READ && kind != Message.END && sim.dice.chance(load.timers);
        final int delayUs = isTimed ? (int) (sim.dice.between(Simulator.MS, load.timerNsMax) / 1_000) : 0;
        final InFlight waiting = new InFlight(caller, new Message(kind, member, id, caller.key, delayUs, 0));
        caller.waiting++;
        inFlight.put(id, waiting);
        inOrder.add(waiting);
        drive(waiting);
    }

    // ---- requests

    private void drive(final InFlight waiting) {
        waiting.againNs = sim.nowNs() + sim.dice.between(60 * Simulator.MS, 300 * Simulator.MS);
        final int slot = waiting.caller.slot;
        final SlotEntry entry = authority.map().entry(slot);
        if (entry.owner() == SlotEntry.NONE) {
            return;
        }
        if (waiting.drives++ > 0) {
            sim.saw(RarePath.REQUEST_DRIVEN_AGAIN);
        }
        if (sim.isTracing()) {
            sim.trace("edge " + member + " asks n" + entry.owner() + " slot " + slot + " " + waiting.request);
        }
        request.wrapNew(header, 0, Message.TYPE_REQUEST)
                .slot(slot)
                .epoch(entry.epoch())
                .incarnation(Simulator.EDGE_INCARNATION)
                .member(member)
                .thread(0)
                .redriven(waiting.drives > 1);
        final int threads = sim.threadsOf(entry.owner());
        link.publication(entry.owner(), SlotTable.threadOf(slot, threads))
                .offer(
                        header,
                        0,
                        LinkFrame.HEADER_BYTES,
                        new UnsafeBuffer(waiting.request.toBytes()),
                        0,
                        Message.BYTES);
    }

    private void onMap() {
        final SlotMap map = authority.map();
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            floor[slot] = Math.max(floor[slot], entry.epoch());
            if (entry.owner() != ownerThen[slot]) {
                ownerThen[slot] = entry.owner();
                for (final InFlight waiting : inOrder) {
                    if (waiting.caller.slot == slot) {
                        waiting.againNs =
                                Math.min(waiting.againNs, sim.nowNs() + sim.dice.skewed(0, 50 * Simulator.MS));
                    }
                }
            }
        }
    }

    // ---- answers

    private void onArrival() {
        link.poll(this::onFrame, Integer.MAX_VALUE);
    }

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        if (!frame.wrap(buffer, offset, length) || frame.type() != Message.TYPE_REPLY) {
            throw new Violation("an edge has got a frame of type " + frame.type());
        }
        final Message message = Message.of(buffer, offset + frame.headerLength());
        final int slot = frame.slot();
        final long epoch = frame.epoch();
        if (epoch < floor[slot]) {
            if (message.kind() != Message.BUSY) {
                sim.saw(RarePath.OLD_EPOCH_REFUSED_BY_EDGE);
            }
            if (sim.mutation != Mutation.EDGE_TAKES_OLD_EPOCHS) {
                return;
            }
        }
        if (message.kind() == Message.BUSY) {
            return;
        }
        floor[slot] = Math.max(floor[slot], epoch);
        sim.checker().onTaken(member, slot, epoch);
        final InFlight waiting = inFlight.get(message.id());
        if (waiting == null || message.kind() == Message.TIMER) {
            return;
        }
        final Caller caller = waiting.caller;
        inFlight.remove(message.id());
        inOrder.remove(waiting);
        caller.waiting--;
        caller.nextNs = sim.nowNs() + sim.dice.skewed(0, load.thinkNsMax);
        if (message.kind() == Message.NO_SESSION) {
            caller.isOver = true;
            return;
        }
        if (message.kind() != Message.ENDED
                && message.version() < waiting.versionThen
                && !sim.checker().wasLost(slot)) {
            throw new Violation("session " + Long.toHexString(caller.key) + " was at version " + waiting.versionThen
                    + " when it was asked, and answers with version " + message.version());
        }
        caller.version = Math.max(caller.version, message.version());
        caller.isCreated = true;
    }
}
