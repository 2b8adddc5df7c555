package io.dialtone.state.membership;

import io.dialtone.state.api.MemberProcess;
import io.dialtone.state.api.MembershipListener;
import io.dialtone.state.api.MembershipListener.DeathHint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns pictures of who is there now into news: who came, who went, who of those may be dead. A pure decision, without Hazelcast; called only by the membership's thread.
 */
final class Sightings {
    private final MembershipListener listener;
    private final Map<Long, MemberProcess> seen = new HashMap<>();
    private final Set<Long> goodbyes = new HashSet<>();

    /** Still seen, though another process of their number is, too. */
    private final Set<Long> replaced = new HashSet<>();

    Sightings(final MembershipListener listener) {
        this.listener = listener;
    }

    /** A process has said that it goes. */
    void onGoodbye(final int number, final long incarnation) {
        final MemberProcess known = seen.get(incarnation);
        if (known != null && known.number() == number) {
            goodbyes.add(incarnation);
        }
    }

    /**
     * Compares what is seen now with what was seen before.
     *
     * @param isTrusted false if sight itself was lost meanwhile, so that nothing follows from who is missing
     */
    void look(final List<MemberProcess> present, final boolean isTrusted) {
        final Set<Long> here = new HashSet<>();
        present.forEach(process -> here.add(process.incarnation()));
        for (final MemberProcess process : List.copyOf(seen.values())) {
            if (!here.contains(process.incarnation())) {
                lose(process, present, isTrusted);
            }
        }
        for (final MemberProcess process : present) {
            if (seen.putIfAbsent(process.incarnation(), process) == null) {
                hintAtPredecessors(process);
                listener.onJoined(process);
            }
        }
    }

    private void lose(final MemberProcess gone, final List<MemberProcess> present, final boolean isTrusted) {
        seen.remove(gone.incarnation());
        final boolean saidGoodbye = goodbyes.remove(gone.incarnation());
        final boolean isReplaced = present.stream().anyMatch(process -> process.number() == gone.number());
        if (!replaced.remove(gone.incarnation())) {
            if (saidGoodbye) {
                hint(gone, DeathHint.SAID_GOODBYE);
            } else if (isReplaced) {
                hint(gone, DeathHint.REPLACED);
            } else if (isTrusted) {
                hint(gone, DeathHint.LOST);
            }
        }
        listener.onLeft(gone);
    }

    /** The new one has come before the old one was missed. */
    private void hintAtPredecessors(final MemberProcess newcomer) {
        for (final MemberProcess process : List.copyOf(seen.values())) {
            if (process.number() == newcomer.number()
                    && process.incarnation() != newcomer.incarnation()
                    && replaced.add(process.incarnation())) {
                hint(process, DeathHint.REPLACED);
            }
        }
    }

    private void hint(final MemberProcess process, final DeathHint why) {
        listener.onDeathHint(process.number(), process.incarnation(), why);
    }
}
