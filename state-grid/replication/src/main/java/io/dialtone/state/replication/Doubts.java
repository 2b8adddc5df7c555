package io.dialtone.state.replication;

import io.dialtone.state.api.SlotAuthority;
import java.util.ArrayList;
import java.util.List;

/**
 * Peers that an owner would do without, and whether it may ask for that yet. Called only by the owning worker.
 *
 * <p>An owner that hears nobody would hold all its backups for silent, and the registry, which hears it, would take them from it one by one; with the last of them the
 * sessions would hang on a process that cannot be told anything. So an owner asks only when the registry has answered since the doubt began: then it is not the owner who is deaf.
 */
final class Doubts {
    /** An answer that is older says nothing of now. */
    private static final long ANSWER_AGE_NS_MAX = 1_000_000_000L;

    private final SlotAuthority authority;
    private final long askIntervalNs;
    private final List<Doubt> doubts = new ArrayList<>();
    private boolean hasAsked;
    private long askedNs;

    private static final class Doubt {
        final OutgoingStream about;
        final long sinceNs;
        boolean isStillThere = true;

        Doubt(final OutgoingStream about, final long sinceNs) {
            this.about = about;
            this.sinceNs = sinceNs;
        }
    }

    Doubts(final SlotAuthority authority, final long askIntervalNs) {
        this.authority = authority;
        this.askIntervalNs = askIntervalNs;
    }

    /** The peer gives reason to do without it, as it has in each round since the doubt began. True if the registry may be asked to agree. */
    boolean isSure(final OutgoingStream peer, final long nowNs) {
        final Doubt doubt = doubtAbout(peer, nowNs);
        final long heardNs = authority.lastHeardNs();
        if (heardNs - doubt.sinceNs >= 0 && nowNs - heardNs <= ANSWER_AGE_NS_MAX) {
            return true;
        }
        if (!hasAsked || askedNs - doubt.sinceNs < 0 || nowNs - askedNs >= askIntervalNs) {
            hasAsked = true;
            askedNs = nowNs;
            authority.ask();
        }
        return false;
    }

    /** All peers were looked at: doubts that nobody has had in this round are over. */
    void onRoundOver() {
        doubts.removeIf(doubt -> !doubt.isStillThere);
        for (final Doubt doubt : doubts) {
            doubt.isStillThere = false;
        }
    }

    private Doubt doubtAbout(final OutgoingStream peer, final long nowNs) {
        for (final Doubt doubt : doubts) {
            if (doubt.about == peer) {
                doubt.isStillThere = true;
                return doubt;
            }
        }
        final Doubt doubt = new Doubt(peer, nowNs);
        doubts.add(doubt);
        return doubt;
    }
}
