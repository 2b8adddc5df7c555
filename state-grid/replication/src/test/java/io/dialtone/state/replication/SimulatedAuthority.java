package io.dialtone.state.replication;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The registry as one process of a simulated world sees it: the newest map that has come through, and when a call was last sent that it has answered. Used by the
 * simulator's one thread.
 */
final class SimulatedAuthority implements SlotAuthority {
    private static final long CALL_INTERVAL_NS = 80 * Simulator.MS;

    private final Simulator sim;
    private final int member;
    /** 0 for an edge, which holds nothing. */
    private final long incarnation;

    private final @Nullable SimulatedNode node;
    private final Runnable onNewMap;
    private final ArrayDeque<Runnable> frozen = new ArrayDeque<>();
    private SlotMap map;
    private @Nullable SlotMap shown;
    private long lastHeardNs;
    private boolean isClosed;
    private boolean wasMember;

    SimulatedAuthority(
            final Simulator sim,
            final int member,
            final long incarnation,
            final @Nullable SimulatedNode node,
            final Runnable onNewMap) {
        this.sim = sim;
        this.member = member;
        this.incarnation = incarnation;
        this.node = node;
        this.onNewMap = onNewMap;
        map = SlotMap.empty(sim.slots(), sim.registry().map().backupsWanted());
        lastHeardNs = nowNs() - 10_000 * Simulator.MS;
        call();
    }

    int member() {
        return member;
    }

    /** The process has ended. */
    void close() {
        isClosed = true;
    }

    /** The process goes on after a pause: all that has come meanwhile comes now. */
    void thaw() {
        while (!frozen.isEmpty() && !isClosed) {
            frozen.poll().run();
        }
    }

    /** Something has come from the registry. */
    void process(final Runnable what) {
        if (isClosed) {
            return;
        }
        if (node != null && node.isPaused()) {
            frozen.add(what);
        } else {
            what.run();
        }
    }

    void onAnswer(final long sentNs, final @Nullable SlotMap newer) {
        if (newer != null) {
            onMap(newer);
        }
        lastHeardNs = Math.max(lastHeardNs, sentNs);
    }

    void onMap(final SlotMap newer) {
        if (newer.version() <= map.version()) {
            return;
        }
        map = newer;
        if (node != null) {
            final boolean isMember = newer.incarnationOf(member) == incarnation;
            if (wasMember && !isMember) {
                wasMember = false;
                node.onDeclaredDead();
            }
            wasMember |= isMember;
        }
        onNewMap.run();
    }

    private void call() {
        if (isClosed) {
            return;
        }
        process(() -> {
            ask();
            if (node != null && map.incarnationOf(member) != incarnation) {
                sim.registry()
                        .onCommand(
                                member,
                                new SlotCommand.Join(new GridMember(
                                        member, incarnation, "n" + member, "h" + member, "z" + member % 2, false)));
            }
        });
        sim.after(CALL_INTERVAL_NS + sim.dice.between(0, CALL_INTERVAL_NS / 4), this::call);
    }

    private long nowNs() {
        return node == null ? sim.nowNs() : node.monotonicNs();
    }

    @Override
    public SlotMap map() {
        if (node == null || sim.mutation == Mutation.NONE) {
            return map;
        }
        if (shown == null || shown.version() != map.version()) {
            shown = mutated(map);
        }
        return shown;
    }

    @Override
    public void propose(final SlotCommand command) {
        sim.registry().onCommand(member, command);
    }

    @Override
    public long lastHeardNs() {
        return sim.mutation == Mutation.LEASE_NEVER_ENDS ? nowNs() : lastHeardNs;
    }

    @Override
    public void ask() {
        sim.registry().onCall(this, nowNs(), incarnation, map.version());
    }

    /** When the registry was truly heard last. */
    long trulyHeardNs() {
        return lastHeardNs;
    }

    // ---- rules broken on purpose

    private SlotMap mutated(final SlotMap truth) {
        if (sim.mutation != Mutation.OWNER_FORGETS_BACKUPS && sim.mutation != Mutation.NODE_THINKS_IT_OWNS_ALL) {
            return truth;
        }
        final List<SlotEntry> entries = new ArrayList<>();
        for (int slot = 0; slot < truth.slots(); slot++) {
            final SlotEntry entry = truth.entry(slot);
            final boolean isOurs = entry.owner() == member;
            if (isOurs && sim.mutation == Mutation.OWNER_FORGETS_BACKUPS) {
                entries.add(withoutBackups(entry, member, entry.learner()));
            } else if (!isOurs && sim.mutation == Mutation.NODE_THINKS_IT_OWNS_ALL && entry.owner() != SlotEntry.NONE) {
                entries.add(withoutBackups(entry, member, SlotEntry.NONE));
            } else {
                entries.add(entry);
            }
        }
        return SlotMap.of(truth.version(), truth.backupsWanted(), truth.slotsLost(), truth.members(), entries);
    }

    private static SlotEntry withoutBackups(final SlotEntry entry, final int owner, final int learner) {
        return SlotEntry.of(
                entry.version(), entry.epoch(), entry.begunEpoch(), owner, new int[0], learner, SlotEntry.NONE);
    }
}
