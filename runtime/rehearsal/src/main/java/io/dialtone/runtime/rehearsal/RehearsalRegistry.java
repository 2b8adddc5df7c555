package io.dialtone.runtime.rehearsal;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.SlotRules;

/** The registry of a rehearsal: it is always there, and decides at once, by the rules of the real one. Called only by the rehearsal's thread. */
final class RehearsalRegistry implements SlotAuthority {
    private SlotMap map;

    RehearsalRegistry(final int slots) {
        map = SlotMap.empty(slots, 1);
    }

    void join(final int member, final long incarnation) {
        propose(new SlotCommand.Join(
                new GridMember(member, incarnation, "node-" + member, "host-" + member, "zone", false)));
    }

    @Override
    public SlotMap map() {
        return map;
    }

    @Override
    public void propose(final SlotCommand command) {
        map = SlotRules.apply(map, command);
    }

    @Override
    public long lastHeardNs() {
        return System.nanoTime();
    }

    @Override
    public void ask() {
        // Its answer is always there.
    }
}
