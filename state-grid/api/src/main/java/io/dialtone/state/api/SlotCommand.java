package io.dialtone.state.api;

import java.util.List;

/**
 * What may be asked of the registry. Each is a compare-and-set: it names what its sender believes, and is refused when that is not so any more. Immutable.
 */
public sealed interface SlotCommand {
    /** A process begins to hold slots. If it is known with another incarnation, that one is dead. */
    record Join(GridMember member) implements SlotCommand {}

    /**
     * A process is gone, or must have stopped answering: its exit was seen, or its session with the registry ended longer ago than any {@linkplain
     * SlotAuthority#lastHeardNs lease} lasts.
     */
    record Dead(int member, long incarnation) implements SlotCommand {}

    /** A member is to give away what it holds, or may keep it after all. */
    record Drain(int member, boolean isDraining) implements SlotCommand {}

    /** A member that holds nothing goes. */
    record Leave(int member, long incarnation) implements SlotCommand {}

    /** What a {@link Change} does. */
    enum Kind {
        /** The backup that asks becomes owner; the old owner is out. */
        TAKE_OVER,
        /** The owner that asks does without a backup or learner. */
        EVICT,
        /** The owner that asks makes its learner a backup. */
        PROMOTE,
        /** The owner that asks makes a backup owner and is its backup from now on. */
        MOVE
    }

    /** A slot, and the version of its entry that the sender has seen. */
    record Claim(int slot, long version) {}

    /**
     * Changes of slots, each decided by itself: those whose version is another by now are left as they are.
     *
     * @param by the member that asks
     * @param incarnation its incarnation; a process that was replaced asks in vain
     * @param about the backup, learner or new owner meant; for {@link Kind#TAKE_OVER} the same as {@code by}
     * @param claims which slots
     */
    record Change(Kind kind, int by, long incarnation, int about, List<Claim> claims) implements SlotCommand {
        public Change {
            claims = List.copyOf(claims);
        }
    }
}
