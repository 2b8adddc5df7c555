package io.dialtone.state.replication;

import io.dialtone.state.api.MembershipListener.DeathHint;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.util.ArrayList;
import java.util.List;

/** Makes things go wrong in a simulated world, and operators busy, as its plan says. Used by the simulator's one thread. */
final class Nemesis {
    static final int KINDS = 25;

    private static final long MS = Simulator.MS;

    private static final int AMBUSH = 18;

    /** What makes heirs: owners that are killed, in mid-turn too, and an ambush for those who follow. */
    static final int HEIRS = 1 << 1 | 1 << 17 | 1 << AMBUSH;

    private final Simulator sim;
    private final Dice dice;
    private final Plan plan;
    private final List<Integer> kinds = new ArrayList<>();
    private long ambushUntilNs;
    private boolean isStopped;

    Nemesis(final Simulator sim, final Plan plan) {
        this.sim = sim;
        this.dice = sim.dice;
        this.plan = plan;
        for (int kind = 0; kind < KINDS; kind++) {
            if ((plan.faults() & 1 << kind) != 0) {
                kinds.add(kind);
            }
        }
        if (!kinds.isEmpty()) {
            sim.after(dice.between(50 * MS, 400 * MS), this::strike);
        }
    }

    void stop() {
        isStopped = true;
    }

    private void strike() {
        if (isStopped) {
            return;
        }
        cause(kinds.get(dice.below(kinds.size())));
        sim.after(dice.between(plan.faultEveryNs() / 4, plan.faultEveryNs() * 2), this::strike);
    }

    private void cause(final int kind) {
        final SimulatedNode node = sim.node(dice.below(sim.nodes()));
        if (sim.isTracing()) {
            sim.trace("NEMESIS " + kind + " n" + node.number());
        }
        switch (kind) {
            case 0 -> kill(node);
            case 1 -> killOwner();
            case 2 -> killTwo();
            case 3 -> pause(node, dice.between(20 * MS, 600 * MS));
            case 4 -> pause(ownerOfAny(node), dice.between(300 * MS, 4_000 * MS));
            case 5 -> cutPair(node);
            case 6 -> isolate(node);
            case 7 -> cutFromRegistry(node);
            case 8 -> loseRegistry();
            case 9 -> swizzle();
            case 10 -> slowDown(node);
            case 11 -> loseFrames(node);
            case 12 -> fillStore(node);
            case 13 -> stepClock(node);
            case 14 -> pressBack(node);
            case 15 -> upgrade(node);
            case 16 -> move(node);
            case 17 -> dieInTurn(ownerOfAny(node));
            case 19 -> hintWrongly(dice.chance(0.5) ? node : ownerOfAny(node));
            case 20 -> cutTogether();
            case 21 -> freezeBackup();
            case 22 -> killAll();
            case 23 -> complain(dice.chance(0.3) ? node : ownerOfAny(node));
            case 24 -> deafen(dice.chance(0.3) ? node : ownerOfAny(node));
            case AMBUSH -> ambushUntilNs = sim.nowNs() + dice.between(200 * MS, 2_000 * MS);
            default -> throw new AssertionError("fault " + kind);
        }
    }

    /** While it lies in ambush, a change of hands seldom goes undisturbed: that is when least is where it should be. */
    void onAgreed(final SlotEntry entry) {
        if (isStopped || sim.nowNs() > ambushUntilNs || entry.owner() == SlotEntry.NONE || !dice.chance(0.3)) {
            return;
        }
        sim.saw(RarePath.AMBUSH);
        final int[] involved = {
            entry.owner(), entry.learner(), entry.target(), entry.backups() > 0 ? entry.backup(0) : SlotEntry.NONE
        };
        final int one = involved[dice.below(involved.length)];
        final SimulatedNode victim = sim.node(one == SlotEntry.NONE ? entry.owner() : one);
        undo(dice.skewed(0, 40 * MS), () -> {
            switch (dice.below(6)) {
                case 0 -> kill(victim);
                case 1 -> dieInTurn(victim);
                case 2 -> pause(victim, dice.skewed(MS, 700 * MS));
                case 3 -> cutPair(victim);
                case 4 -> cutFromRegistry(victim);
                default -> hintWrongly(victim);
            }
        });
    }

    /** While it lies in ambush, an heir may die in the very turn in which it becomes owner, with half of what it has to tell on the way. */
    void onOwned(final SimulatedNode node, final SimulatedWorker worker) {
        if (!isStopped && sim.nowNs() <= ambushUntilNs && dice.chance(0.2)) {
            sim.saw(RarePath.HEIR_DIED_AS_IT_BEGAN);
            worker.dieAfter(1 + dice.below(SimulatedWorker.STEPS), dice.chance(0.5));
            undo(dice.between(20 * MS, 1_000 * MS), node::start);
        }
    }

    /** Undoes a fault after a time, unless all has healed by then. */
    private void undo(final long afterNs, final Runnable undoing) {
        sim.after(afterNs, () -> {
            if (!isStopped) {
                undoing.run();
            }
        });
    }

    // ---- processes

    private void kill(final SimulatedNode node) {
        node.kill(dice.chance(0.5));
        undo(dice.skewed(20 * MS, 3_000 * MS), node::start);
    }

    private void dieInTurn(final SimulatedNode node) {
        node.killInTurn(dice.chance(0.5));
        undo(dice.between(20 * MS, 1_000 * MS), node::start);
    }

    /** Somebody says of a process that runs that it is dead. */
    private void hintWrongly(final SimulatedNode node) {
        if (node.isRunning()) {
            final DeathHint[] all = DeathHint.values();
            node.onWronglyHintedAt();
            sim.hint(node.number(), node.incarnation(), all[dice.below(all.length)]);
        }
    }

    private SimulatedNode ownerOfAny(final SimulatedNode otherwise) {
        final int owner = sim.registry().map().entry(dice.below(sim.slots())).owner();
        return owner == SlotEntry.NONE ? otherwise : sim.node(owner);
    }

    private void killOwner() {
        kill(ownerOfAny(sim.node(0)));
    }

    private void killTwo() {
        final SlotEntry entry = sim.registry().map().entry(dice.below(sim.slots()));
        if (entry.owner() != SlotEntry.NONE) {
            kill(sim.node(entry.owner()));
        }
        if (entry.backups() > 0) {
            final SimulatedNode backup = sim.node(entry.backup(dice.below(entry.backups())));
            undo(dice.skewed(0, 400 * MS), () -> kill(backup));
        }
    }

    private void pause(final SimulatedNode node, final long ns) {
        sim.saw(RarePath.PAUSE);
        node.pause();
        undo(ns, node::goOn);
    }

    /** A backup stands still, and often nobody is there to say that its owner may do without it. */
    private void freezeBackup() {
        final SlotEntry entry = sim.registry().map().entry(dice.below(sim.slots()));
        if (entry.backups() == 0) {
            return;
        }
        pause(sim.node(entry.backup(dice.below(entry.backups()))), dice.between(200 * MS, 3_000 * MS));
        switch (dice.below(3)) {
            case 0 -> loseRegistry();
            case 1 -> cutFromRegistry(entry.owner(), true, true, dice.between(100 * MS, 3_000 * MS));
            default -> {}
        }
    }

    private void killAll() {
        sim.saw(RarePath.EVERYBODY_KILLED);
        for (int number = 0; number < sim.nodes(); number++) {
            final SimulatedNode node = sim.node(number);
            undo(dice.skewed(0, 30 * MS), () -> kill(node));
        }
    }

    private void slowDown(final SimulatedNode node) {
        sim.saw(RarePath.SLOW_NODE);
        node.slowness(dice.between(5, 60));
        undo(dice.between(100 * MS, 1_500 * MS), () -> node.slowness(1));
    }

    private void fillStore(final SimulatedNode node) {
        final SlotMap map = sim.registry().map();
        for (int slot = 0; slot < map.slots(); slot++) {
            if (map.entry(slot).learner() == node.number()) {
                sim.saw(RarePath.LEARNERS_STORE_FULL);
            }
        }
        node.storeBytesMax(0);
        undo(dice.between(20 * MS, 1_000 * MS), () -> node.storeBytesMax(plan.storeBytes()));
    }

    private void stepClock(final SimulatedNode node) {
        sim.saw(RarePath.CLOCK_STEP);
        node.stepWall(dice.between(-1_500 * MS, 1_500 * MS));
    }

    // ---- the network

    private SimulatedNetwork.Cut anyCut() {
        return switch (dice.weighted(50, 30, 20)) {
            case 0 -> SimulatedNetwork.Cut.DROP;
            case 1 -> SimulatedNetwork.Cut.KEEP;
            default -> SimulatedNetwork.Cut.REFUSE;
        };
    }

    private void cutPair(final SimulatedNode node) {
        final int other = (node.number() + 1 + dice.below(sim.members() - 1)) % sim.members();
        final boolean isOneWay = dice.chance(0.5);
        final long ns = dice.between(50 * MS, 2_500 * MS);
        sim.saw(isOneWay ? RarePath.ONE_WAY_PARTITION : RarePath.PARTITION);
        cutFor(node.number(), other, ns);
        if (!isOneWay) {
            cutFor(other, node.number(), ns);
        }
    }

    private void cutFor(final int from, final int to, final long ns) {
        if (sim.isTracing()) {
            sim.trace("cut " + from + " -> " + to + " for " + ns / MS + " ms");
        }
        sim.network().cut(from, to, anyCut());
        undo(ns, () -> sim.network().cut(from, to, SimulatedNetwork.Cut.NONE));
    }

    /** From the other nodes, and perhaps from edges and registry. */
    private void isolate(final SimulatedNode node) {
        sim.saw(RarePath.PARTITION);
        final boolean withEdges = dice.chance(0.4);
        final long ns = dice.between(100 * MS, 3_500 * MS);
        for (int other = 0; other < (withEdges ? sim.members() : sim.nodes()); other++) {
            if (other != node.number()) {
                cutFor(node.number(), other, ns);
                cutFor(other, node.number(), ns);
            }
        }
        if (dice.chance(0.5)) {
            cutFromRegistry(node.number(), true, true, ns);
        }
    }

    /** It hears nobody, and all others hear it. */
    private void deafen(final SimulatedNode node) {
        sim.saw(RarePath.NODE_HEARS_NOBODY);
        final long ns = dice.between(100 * MS, 4_500 * MS);
        for (int other = 0; other < sim.members(); other++) {
            if (other != node.number()) {
                cutFor(other, node.number(), ns);
            }
        }
        cutFromRegistry(node.number(), false, true, ns);
        node.deafUntil(sim.nowNs() + ns);
    }

    /** An edge says that it cannot reach a node, and after a while that it can; a bad edge says so of all nodes. */
    private void complain(final SimulatedNode node) {
        final boolean isAboutAll = dice.chance(0.1);
        if (isAboutAll) {
            sim.saw(RarePath.ALL_OUT_OF_REACH);
        }
        for (int number = 0; number < sim.nodes(); number++) {
            if (isAboutAll || number == node.number()) {
                final long incarnation = sim.incarnationOf(number);
                final int member = number;
                sim.registry().arrive(new SlotCommand.Reach(member, incarnation, false));
                undo(
                        dice.between(20 * MS, 3_000 * MS),
                        () -> sim.registry().arrive(new SlotCommand.Reach(member, incarnation, true)));
            }
        }
    }

    /** An owner and a backup that hear each other, and neither the registry nor, perhaps, anybody else. */
    private void cutTogether() {
        final SlotEntry entry = sim.registry().map().entry(dice.below(sim.slots()));
        if (entry.backups() == 0) {
            return;
        }
        sim.saw(RarePath.OWNER_AND_BACKUP_IN_MINORITY);
        final int owner = entry.owner();
        final int backup = entry.backup(dice.below(entry.backups()));
        final long ns = dice.between(200 * MS, 4_000 * MS);
        cutFromRegistry(owner, true, true, ns);
        cutFromRegistry(backup, true, true, ns);
        final int others = dice.chance(0.5) ? sim.nodes() : sim.members();
        for (int other = 0; other < others && dice.chance(0.7); other++) {
            if (other != owner && other != backup) {
                cutFor(owner, other, ns);
                cutFor(other, owner, ns);
                cutFor(backup, other, ns);
                cutFor(other, backup, ns);
            }
        }
    }

    /** Clogs nodes one by one, and unclogs them in another order. */
    private void swizzle() {
        sim.saw(RarePath.SWIZZLE);
        for (int number = 0; number < sim.nodes(); number++) {
            if (dice.chance(0.7)) {
                final int clogged = number;
                final long from = dice.between(0, 500 * MS);
                undo(from, () -> {
                    for (int other = 0; other < sim.members(); other++) {
                        sim.network().cut(clogged, other, SimulatedNetwork.Cut.KEEP);
                        sim.network().cut(other, clogged, SimulatedNetwork.Cut.KEEP);
                    }
                });
                undo(from + dice.between(100 * MS, 1_000 * MS), () -> {
                    for (int other = 0; other < sim.members(); other++) {
                        sim.network().cut(clogged, other, SimulatedNetwork.Cut.NONE);
                        sim.network().cut(other, clogged, SimulatedNetwork.Cut.NONE);
                    }
                });
            }
        }
    }

    private void loseFrames(final SimulatedNode node) {
        final double loss = dice.chance(0.5) ? 0.1 : 0.6;
        final long ns = dice.between(50 * MS, 1_000 * MS);
        for (int other = 0; other < sim.members(); other++) {
            final int to = other;
            sim.network().loss(node.number(), to, loss);
            undo(ns, () -> sim.network().loss(node.number(), to, 0));
        }
    }

    private void pressBack(final SimulatedNode node) {
        final long ns = dice.between(20 * MS, 800 * MS);
        for (int other = 0; other < sim.nodes(); other++) {
            final int to = other;
            sim.network().backPressure(node.number(), to, dice.chance(0.5) ? 1 : 0.5);
            undo(ns, () -> sim.network().backPressure(node.number(), to, 0));
        }
        final int late = dice.below(sim.members());
        sim.network().extraDelay(node.number(), late, dice.between(0, 300 * MS));
        undo(ns, () -> sim.network().extraDelay(node.number(), late, 0));
    }

    // ---- the registry

    private void cutFromRegistry(final SimulatedNode node) {
        final int which = dice.below(3);
        final int member = dice.chance(0.8) ? node.number() : dice.below(sim.members());
        cutFromRegistry(member, which != 1, which != 0, dice.between(100 * MS, 4_000 * MS));
    }

    private void cutFromRegistry(final int member, final boolean isDeaf, final boolean isMute, final long ns) {
        if (sim.isTracing()) {
            sim.trace("registry: member " + member + (isDeaf ? " is not heard" : "") + (isMute ? " hears not" : ""));
        }
        sim.saw(RarePath.MEMBER_CUT_FROM_REGISTRY);
        sim.registry().cut(member, isDeaf, isMute);
        undo(ns, () -> sim.registry().cut(member, false, false));
    }

    private void loseRegistry() {
        sim.saw(RarePath.REGISTRY_UNAVAILABLE);
        sim.registry().available(false);
        undo(dice.skewed(50 * MS, 2_500 * MS), () -> sim.registry().available(true));
    }

    // ---- operators

    private void move(final SimulatedNode node) {
        final int slot = dice.below(sim.slots());
        sim.registry().moveTo(slot, node.number());
    }

    /** Drains a node, stops it when it holds nothing, or when patience is over, and starts it as another version would. */
    private void upgrade(final SimulatedNode node) {
        if (!node.isRunning()) {
            return;
        }
        sim.saw(RarePath.DRAIN);
        seeWhoLearns(node);
        sim.registry().arrive(new SlotCommand.Drain(node.number(), true));
        giveAway(node);
        waitUntilDrained(node, node.incarnation(), sim.nowNs() + dice.between(200 * MS, 1_500 * MS));
    }

    private void seeWhoLearns(final SimulatedNode node) {
        final SlotMap map = sim.registry().map();
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            if (entry.learner() == node.number()) {
                sim.saw(RarePath.DRAIN_OF_A_LEARNER);
            } else if (entry.learner() != SlotEntry.NONE && entry.owner() == node.number()) {
                sim.saw(RarePath.DRAIN_OF_AN_OWNER_WITH_A_LEARNER);
            }
        }
    }

    private void giveAway(final SimulatedNode node) {
        final SlotMap map = sim.registry().map();
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            if (entry.owner() == node.number() && entry.backups() > 0) {
                sim.registry().moveTo(slot, entry.backup(0));
            }
        }
    }

    private void waitUntilDrained(final SimulatedNode node, final long incarnation, final long untilNs) {
        undo(50 * MS, () -> {
            if (node.incarnation() != incarnation) {
                return;
            }
            final SlotMap map = sim.registry().map();
            final boolean isEmpty = map.member(node.number()) != null && !node.holdsAny(map);
            if (!isEmpty && sim.nowNs() < untilNs) {
                waitUntilDrained(node, incarnation, untilNs);
                return;
            }
            if (isEmpty) {
                sim.saw(RarePath.UPGRADE);
                sim.registry().arrive(new SlotCommand.Leave(node.number(), incarnation));
            }
            node.kill(true);
            undo(dice.between(20 * MS, 500 * MS), node::start);
        });
    }
}
