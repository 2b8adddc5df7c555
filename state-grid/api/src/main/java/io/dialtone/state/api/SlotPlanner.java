package io.dialtone.state.api;

/**
 * Decides what the registry does by itself after each command: who owns a slot that nobody owns, who learns which slot, which slot is to move. A pure function of the
 * map, run on every member of the registry.
 */
final class SlotPlanner {
    private SlotPlanner() {}

    static void plan(final SlotMap.Draft draft) {
        for (int slot = 0; slot < draft.entries.length; slot++) {
            final SlotEntry entry = draft.entries[slot];
            if (entry.owner() == SlotEntry.NONE && !draft.members.isEmpty()) {
                final GridMember owner = draft.members.get(slot % draft.members.size());
                draft.entries[slot] = entry.ownedBy(owner.number());
            } else if (entry.owner() != SlotEntry.NONE
                    && entry.learner() == SlotEntry.NONE
                    && entry.backups() < draft.backupsWanted()) {
                draft.entries[slot] = withAnyLearner(draft, slot, entry);
            }
        }
    }

    private static SlotEntry withAnyLearner(final SlotMap.Draft draft, final int slot, final SlotEntry entry) {
        for (int i = 0; i < draft.members.size(); i++) {
            final GridMember member = draft.members.get((slot + i) % draft.members.size());
            if (!entry.isHeldBy(member.number())) {
                return entry.withLearner(member.number());
            }
        }
        return entry;
    }
}
