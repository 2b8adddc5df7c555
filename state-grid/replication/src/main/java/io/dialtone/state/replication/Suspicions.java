package io.dialtone.state.replication;

import io.dialtone.state.replication.DeathHints.Hint;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which processes are said to be dead, and since when this worker has heard so. Called only by the owning worker.
 *
 * <p>A hint is believed for as long as silence would take to say the same; so a wrong one has an end. Where an end was seen, frames that come later were sent before it.
 */
final class Suspicions {
    private final DeathHints hints;
    private final long believedNs;
    private @Nullable Hint[] known = new @Nullable Hint[0];
    private long[] sinceNs = new long[0];
    private long heard;

    Suspicions(final DeathHints hints, final long believedNs) {
        this.hints = hints;
        this.believedNs = believedNs;
    }

    /** Looks for new hints; true if there are any. */
    boolean doWork(final long nowNs) {
        final long count = hints.count();
        if (count == heard) {
            return false;
        }
        known = hints.newest();
        sinceNs = Arrays.copyOf(sinceNs, known.length);
        for (int member = 0; member < known.length; member++) {
            final Hint hint = known[member];
            if (hint != null && hint.number() > heard) {
                sinceNs[member] = nowNs;
            }
        }
        heard = count;
        return true;
    }

    /** True if this process is said to be dead, for whatever reason. */
    boolean isSuspected(final int member, final long incarnation, final long nowNs) {
        return hint(member, incarnation, nowNs) != null;
    }

    /** True if somebody has seen this process end. */
    boolean isSeenDead(final int member, final long incarnation, final long nowNs) {
        final Hint hint = hint(member, incarnation, nowNs);
        return hint != null && hint.isSeen();
    }

    /** When the hint about a member was heard here. */
    long sinceNs(final int member) {
        return sinceNs[member];
    }

    private @Nullable Hint hint(final int member, final long incarnation, final long nowNs) {
        if (member < 0 || member >= known.length || nowNs - sinceNs[member] > believedNs) {
            return null;
        }
        final Hint hint = known[member];
        return hint != null && hint.incarnation() == incarnation ? hint : null;
    }
}
