package io.dialtone.state.api;

import java.util.List;

/**
 * What may be asked of the registry. Each is a compare-and-set: it names what its sender believes, and is refused when that is not so any more. Immutable.
 */
public sealed interface SlotCommand {
    /**
     * A process begins to hold slots. If it is known with another incarnation, that one is dead. It is refused while another member's state has a schema that it has not
     * looked at: sessions go from each to each.
     *
     * @param schemaText the schema that {@link GridMember#schema} identifies; empty if there is none
     * @param schemasRead the schemas of others that it has looked at and gets along with
     */
    record Join(GridMember member, String schemaText, List<Long> schemasRead) implements SlotCommand {
        public Join {
            schemasRead = List.copyOf(schemasRead);
        }

        /** A member whose service says nothing of its state. */
        public Join(final GridMember member) {
            this(member, "", List.of());
        }

        boolean getsAlongWith(final GridMember other) {
            return other.number() == member.number()
                    || other.schema() == GridMember.NO_SCHEMA
                    || other.schema() == member.schema()
                    || member.schema() == GridMember.NO_SCHEMA
                    || schemasRead.contains(other.schema());
        }
    }

    /**
     * A process is gone, or must have stopped answering: its exit was seen, or its session with the registry ended longer ago than any {@linkplain
     * SlotAuthority#lastHeardNs lease} lasts. Proposed only by who has seen the exit: the registry lets that process join no more.
     */
    record Dead(int member, long incarnation) implements SlotCommand {}

    /**
     * A member is to give away what it holds, or may keep it after all.
     *
     * @param isLeaving true if it is to end when nothing is left
     */
    record Drain(int member, boolean isDraining, boolean isLeaving) implements SlotCommand {
        public Drain(final int member, final boolean isDraining) {
            this(member, isDraining, false);
        }
    }

    /** A member that holds nothing goes; or one that is to leave, and is backup only of what nobody else could back up. */
    record Leave(int member, long incarnation) implements SlotCommand {}

    /**
     * An edge cannot reach a member, or all edges can again. It is alive: its peers and the registry hear it, so nobody would take its slots otherwise. Proposed only by the registry
     * itself, from what edges say.
     */
    record Reach(int member, long incarnation, boolean isReached) implements SlotCommand {}

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
