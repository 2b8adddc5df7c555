package io.dialtone.state.replication;

import io.dialtone.state.api.MembershipListener.DeathHint;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is said of other processes' ends, for the workers of one process. Any thread may say it; each worker's replication looks here in its turns.
 *
 * <p>A hint can be wrong. All that follows from it is that a worker asks the registry sooner than silence would make it: a backup for the slots of an owner, an owner to
 * do without a backup. Whoever takes a slot has all that was answered, and who loses it is fenced, dead or not; so a wrong hint costs a change of hands that was not needed.
 */
public final class DeathHints {
    /** Members' numbers from here on are nobody's. */
    private static final int NUMBERS_MAX = 1 << 12;

    /**
     * The last word on a member.
     *
     * @param number how many hints there were with it, about whomever
     * @param incarnation which of its processes is meant
     * @param isSeen somebody has seen it end, or its successor; otherwise it was only lost sight of
     */
    record Hint(long number, long incarnation, boolean isSeen) {}

    private volatile @Nullable Hint[] newest = new @Nullable Hint[0];
    private volatile long count;

    /** Says that a process may be dead. May be said again, by several, and too late. */
    public synchronized void onDeathHint(final int number, final long incarnation, final DeathHint why) {
        if (number < 0 || number >= NUMBERS_MAX) {
            return;
        }
        final @Nullable Hint[] next = Arrays.copyOf(newest, Math.max(newest.length, number + 1));
        final Hint former = next[number];
        final boolean wasSeen = former != null && former.incarnation == incarnation && former.isSeen;
        final long hints = count + 1;
        next[number] = new Hint(hints, incarnation, wasSeen || isSeen(why));
        newest = next;
        count = hints;
    }

    private static boolean isSeen(final DeathHint why) {
        return switch (why) {
            case EXIT_SEEN, REPLACED -> true;
            case LOST, SAID_GOODBYE -> false;
        };
    }

    /** How many there were; {@link #newest()} holds at least those. */
    long count() {
        return count;
    }

    /** By members' numbers; never changed, but replaced with each word. */
    @Nullable
    Hint[] newest() {
        return newest;
    }
}
