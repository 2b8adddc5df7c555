package io.dialtone.state.replication;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.SlotRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The registry of a simulated world: the real rules, behind a network that delays and loses, and sometimes without a majority. Used by the simulator's one thread.
 *
 * <p>It hears its members by their calls, and answers each with the map if they have an older one. A member that was silent for two seconds is dead, and one
 * that holds the last copy of a slot after ten times that; decided at the very moment the command is applied: a call that was answered has counted.
 */
final class SimulatedRegistry {
    private static final long CHECK_INTERVAL_NS = 200 * Simulator.MS;
    private static final int LAST_COPY_SILENCES = 10;

    private final Simulator sim;
    private final Dice dice;
    private final long silenceMaxNs;
    private final long commitMaxNs;
    private final double loss;
    private final long[] heardNs;
    private final boolean[] deaf;
    private final boolean[] mute;
    private final List<SlotCommand> afterwards = new ArrayList<>();
    private SlotMap map;
    private boolean isAvailable = true;
    private boolean isHealed;

    SimulatedRegistry(
            final Simulator sim,
            final int slots,
            final int backupsWanted,
            final long silenceMaxNs,
            final long commitMaxNs,
            final double loss) {
        this.sim = sim;
        this.dice = sim.dice;
        this.silenceMaxNs = sim.mutation == Mutation.DEAD_TOO_EARLY ? silenceMaxNs / 10 : silenceMaxNs;
        this.commitMaxNs = commitMaxNs;
        this.loss = loss;
        heardNs = new long[sim.members()];
        deaf = new boolean[sim.members()];
        mute = new boolean[sim.members()];
        map = SlotMap.empty(slots, backupsWanted);
        sim.after(CHECK_INTERVAL_NS, this::checkMembers);
    }

    /** What is agreed, which nobody but those who look on can know at once. */
    SlotMap map() {
        return map;
    }

    void available(final boolean available) {
        if (!isAvailable && available) {
            for (int member = 0; member < heardNs.length; member++) {
                heardNs[member] = sim.nowNs();
            }
            final List<SlotCommand> late = List.copyOf(afterwards);
            afterwards.clear();
            late.forEach(this::arrive);
        }
        isAvailable = available;
    }

    /** From now on the registry does not hear a member, or is not heard by it. */
    void cut(final int member, final boolean isDeaf, final boolean isMute) {
        deaf[member] = isDeaf;
        mute[member] = isMute;
    }

    void heal() {
        for (int member = 0; member < deaf.length; member++) {
            cut(member, false, false);
        }
        isHealed = true;
        available(true);
        sim.after(CHECK_INTERVAL_NS, this::forgetComplaints);
    }

    private void forgetComplaints() {
        for (final GridMember member : map.members()) {
            if (member.isOutOfReach()) {
                arrive(new SlotCommand.Reach(member.number(), member.incarnation(), true));
            }
        }
    }

    // ---- what members say

    /** A member's call: it is there, and this is the map it has. */
    void onCall(final SimulatedAuthority caller, final long sentNs, final long incarnation, final long mapVersion) {
        if (isLost(caller.member())) {
            return;
        }
        sim.after(delay(), () -> {
            if (!isAvailable || deaf[caller.member()]) {
                return;
            }
            // A session whose member takes nothing ends as if it were silent.
            final boolean isServed = !mute[caller.member()];
            if (isServed && (incarnation == map.incarnationOf(caller.member()) || incarnation == 0)) {
                onHeard(caller.member());
            }
            final SlotMap newer = map.version() > mapVersion ? map : null;
            answer(caller, () -> caller.onAnswer(sentNs, newer));
        });
    }

    /** Whoever is heard first after a silence of all says nothing of the others: all have their time again. */
    private void onHeard(final int member) {
        if (map.incarnationOf(member) != 0 && isQuiet()) {
            Arrays.fill(heardNs, sim.nowNs());
        }
        heardNs[member] = sim.nowNs();
    }

    private boolean isQuiet() {
        return map.members().stream().noneMatch(member -> isPresent(member.number()));
    }

    private boolean isPresent(final int member) {
        return sim.nowNs() - heardNs[member] <= silenceMaxNs;
    }

    /** A member's or an operator's wish. */
    void onCommand(final int member, final SlotCommand command) {
        if (isLost(member)) {
            return;
        }
        sim.after(delay(), () -> {
            if (!deaf[member]) {
                arrive(command);
                if (!isHealed && !(command instanceof SlotCommand.Join) && dice.chance(0.03)) {
                    sim.saw(RarePath.COMMAND_TWICE);
                    sim.after(dice.between(0, 100 * Simulator.MS), () -> arrive(command));
                }
            }
        });
    }

    /** Somebody who is part of the registry says so: it gets there unless there is no majority. */
    void arrive(final SlotCommand command) {
        if (!isAvailable) {
            if (dice.chance(0.5)) {
                afterwards.add(command);
            }
            return;
        }
        sim.after(dice.skewed(Simulator.MS / 5, commitMaxNs), () -> commit(command));
    }

    private void checkMembers() {
        if (isAvailable) {
            for (final GridMember member : map.members()) {
                if (!isPresent(member.number())) {
                    arrive(new SlotCommand.Dead(member.number(), member.incarnation()));
                }
            }
        }
        sim.after(CHECK_INTERVAL_NS, this::checkMembers);
    }

    // ---- what is agreed

    private void commit(final SlotCommand command) {
        if (!isAvailable
                || (command instanceof SlotCommand.Dead dead && !isToBeDead(dead))
                || (command instanceof SlotCommand.Join join
                        && join.member().incarnation()
                                != sim.incarnationOf(join.member().number()))) {
            return;
        }
        SlotMap next = SlotRules.apply(map, command);
        next = mutated(next, command);
        if (next.version() == map.version()) {
            if (command instanceof SlotCommand.Change) {
                sim.saw(RarePath.STALE_COMMAND_REFUSED);
            }
            return;
        }
        if (command instanceof SlotCommand.Join join) {
            heardNs[join.member().number()] = sim.nowNs();
        }
        publish(next, command);
    }

    private boolean isToBeDead(final SlotCommand.Dead dead) {
        final boolean isSilent = !isPresent(dead.member()) && !hasTimeAgain(dead.member());
        final boolean isGone = sim.incarnationOf(dead.member()) != dead.incarnation();
        if (map.incarnationOf(dead.member()) == dead.incarnation() && (isSilent || isGone)) {
            sim.saw(isSilent ? RarePath.DEAD_BY_SILENCE : RarePath.DEAD_BY_EXIT);
        }
        return isSilent || isGone || sim.mutation == Mutation.HINTS_ARE_BELIEVED;
    }

    /** A silence of all is the registry's own, and who holds the last copy of a slot is waited for longer. */
    private boolean hasTimeAgain(final int member) {
        if (sim.mutation == Mutation.DEAD_TOO_EARLY) {
            return false;
        }
        final boolean isLongDead = sim.nowNs() - heardNs[member] > LAST_COPY_SILENCES * silenceMaxNs;
        final boolean isWaitedFor = isQuiet() || (!isLongDead && SlotRules.hasLastCopy(map, member, this::isPresent));
        if (isWaitedFor) {
            sim.saw(RarePath.LAST_COPY_WAITED_FOR);
        }
        return isWaitedFor;
    }

    /** An operator's or planner's wish that a slot be moved. */
    void moveTo(final int slot, final int member) {
        final SlotEntry entry = map.entry(slot);
        if (entry.owner() == SlotEntry.NONE
                || entry.owner() == member
                || entry.target() != SlotEntry.NONE
                || map.member(member) == null
                || (entry.backups() >= SlotEntry.BACKUPS_MAX && !entry.isBackup(member))
                || (!entry.isBackup(member) && entry.learner() != SlotEntry.NONE && entry.learner() != member)) {
            return;
        }
        final int[] backups = new int[entry.backups()];
        for (int i = 0; i < backups.length; i++) {
            backups[i] = entry.backup(i);
        }
        final int learner = entry.isBackup(member) ? entry.learner() : member;
        replace(
                slot,
                SlotEntry.of(
                        entry.version() + 1,
                        entry.epoch(),
                        entry.begunEpoch(),
                        entry.owner(),
                        backups,
                        learner,
                        member));
    }

    private void replace(final int slot, final SlotEntry entry) {
        publish(with(map, slot, entry), null);
    }

    private static SlotMap with(final SlotMap map, final int slot, final SlotEntry entry) {
        final List<SlotEntry> entries = new ArrayList<>();
        for (int i = 0; i < map.slots(); i++) {
            entries.add(i == slot ? entry : map.entry(i));
        }
        return SlotMap.of(map.version() + 1, map.backupsWanted(), map.slotsLost(), map.members(), entries);
    }

    private void publish(final SlotMap next, final @Nullable SlotCommand command) {
        final SlotMap before = map;
        map = next;
        sim.checker().onAgreed(before, next, command);
        for (final SimulatedAuthority authority : sim.authorities()) {
            if (!isHealed && dice.chance(loss)) {
                continue;
            }
            answer(authority, () -> authority.onMap(next));
        }
    }

    private void answer(final SimulatedAuthority to, final Runnable what) {
        if (!mute[to.member()]) {
            sim.after(delay(), () -> to.process(what));
        }
    }

    private boolean isLost(final int member) {
        return deaf[member] || (!isHealed && dice.chance(loss));
    }

    private long delay() {
        return dice.skewed(Simulator.MS / 10, isHealed ? 2 * Simulator.MS : 30 * Simulator.MS);
    }

    // ---- rules broken on purpose

    private SlotMap mutated(final SlotMap next, final SlotCommand command) {
        return switch (sim.mutation) {
            case TAKEOVER_KEEPS_EPOCH -> withOldEpochs(next, command);
            case LEARNER_INHERITS -> withLearnersAsOwners(next, command);
            case LEARNER_PROMOTED_AT_ONCE -> withLearnersAsBackups(next);
            default -> next;
        };
    }

    private SlotMap withOldEpochs(final SlotMap next, final SlotCommand command) {
        SlotMap result = next;
        if (command instanceof SlotCommand.Change change && change.kind() == SlotCommand.Kind.TAKE_OVER) {
            for (int slot = 0; slot < map.slots(); slot++) {
                final SlotEntry before = map.entry(slot);
                final SlotEntry after = next.entry(slot);
                if (before.owner() != after.owner()) {
                    result = with(
                            result,
                            slot,
                            SlotEntry.of(
                                    after.version(),
                                    before.epoch(),
                                    before.begunEpoch(),
                                    after.owner(),
                                    new int[0],
                                    after.learner(),
                                    after.target()));
                }
            }
        }
        return result;
    }

    private SlotMap withLearnersAsOwners(final SlotMap next, final SlotCommand command) {
        SlotMap result = next;
        if (command instanceof SlotCommand.Dead dead) {
            for (int slot = 0; slot < map.slots(); slot++) {
                final SlotEntry before = map.entry(slot);
                final SlotEntry after = next.entry(slot);
                if (before.owner() == dead.member()
                        && before.learner() != SlotEntry.NONE
                        && next.member(before.learner()) != null) {
                    result = with(
                            result,
                            slot,
                            SlotEntry.of(
                                    after.version(),
                                    after.epoch(),
                                    after.begunEpoch(),
                                    before.learner(),
                                    new int[0],
                                    SlotEntry.NONE,
                                    SlotEntry.NONE));
                }
            }
        }
        return result;
    }

    private SlotMap withLearnersAsBackups(final SlotMap next) {
        SlotMap result = next;
        for (int slot = 0; slot < next.slots(); slot++) {
            final SlotEntry entry = next.entry(slot);
            if (entry.learner() != SlotEntry.NONE && entry.backups() == 0) {
                result = with(
                        result,
                        slot,
                        SlotEntry.of(
                                entry.version() + 1,
                                entry.epoch(),
                                entry.begunEpoch(),
                                entry.owner(),
                                new int[] {entry.learner()},
                                SlotEntry.NONE,
                                entry.target()));
            }
        }
        return result;
    }
}
