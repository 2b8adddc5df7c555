package io.dialtone.runtime.node;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * Which members an edge cannot reach, and is to tell the registry of. Called by the thread of the edge's {@link RegistryDoor}.
 *
 * <p>What it says makes slots change hands, so it says it only when it knows better than the member's peers: they take the slots of one that has fallen silent before it speaks, and an edge
 * that reaches nobody for long, since it is cut off itself or short of a processor, says nothing new. That a member is back is believed after a while, or a bad cable would make slots go to
 * and fro. One that was never reached may just be starting, and so may this edge.
 */
final class OutOfReach {
    /** How long a member must have been out of reach, after the link has waited ({@code link.peer-silence-max}). */
    static final long OUT_NS_MIN = TimeUnit.MILLISECONDS.toNanos(200);

    /** How long another member must have been reached without a break for this edge to trust itself. */
    static final long SURE_NS_MIN = TimeUnit.MILLISECONDS.toNanos(700);

    /** How long a member that was never reached is given. */
    static final long FIRST_NS_MAX = TimeUnit.SECONDS.toNanos(3);

    /** How long a member must have been reached again. */
    static final long RETURN_NS_MIN = TimeUnit.SECONDS.toNanos(5);

    private static final class Sight {
        final long incarnation;
        /** Since when it has been as it is. */
        long sinceNs;

        boolean isReached;
        boolean wasReached;
        boolean isOut;

        Sight(final long incarnation, final long sinceNs) {
            this.incarnation = incarnation;
            this.sinceNs = sinceNs;
        }
    }

    private final IntPredicate link;
    private final Map<Integer, Sight> sights = new HashMap<>();

    /** @param link says if a member is reached, by its number */
    OutOfReach(final IntPredicate link) {
        this.link = link;
    }

    /** Looks at all members of a map. Returns those out of reach now, with their incarnations. */
    Map<Integer, Long> look(final SlotMap map, final long nowNs) {
        sights.keySet().removeIf(number -> map.member(number) == null);
        boolean isSure = false;
        for (final GridMember member : map.members()) {
            final Sight sight = see(member, nowNs);
            isSure |= sight.isReached && nowNs - sight.sinceNs > SURE_NS_MIN;
        }
        final Map<Integer, Long> out = new HashMap<>();
        for (final GridMember member : map.members()) {
            final Sight sight = see(member, nowNs);
            judge(sight, isSure, nowNs);
            if (sight.isOut) {
                out.put(member.number(), sight.incarnation);
            }
        }
        return out;
    }

    private Sight see(final GridMember member, final long nowNs) {
        final Sight known = sights.get(member.number());
        final Sight sight = known != null && known.incarnation == member.incarnation()
                ? known
                : new Sight(member.incarnation(), nowNs);
        sights.put(member.number(), sight);
        final boolean isReached = link.test(member.number());
        if (isReached != sight.isReached) {
            sight.isReached = isReached;
            sight.sinceNs = nowNs;
        }
        sight.wasReached |= isReached;
        return sight;
    }

    private static void judge(final Sight sight, final boolean isSure, final long nowNs) {
        final long sinceNs = nowNs - sight.sinceNs;
        if (sight.isReached) {
            sight.isOut &= sinceNs <= RETURN_NS_MIN;
        } else if (isSure) {
            sight.isOut |= sinceNs > (sight.wasReached ? OUT_NS_MIN : FIRST_NS_MAX);
        }
    }
}
