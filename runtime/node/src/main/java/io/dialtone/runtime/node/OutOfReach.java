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
 * <p>The link has waited before it calls a peer unreachable ({@code link.peer-silence-max}), so what it says is passed on at once; that a peer is back is believed after a while, or
 * a bad cable would make slots go to and fro. A member that was never reached may just be starting, and so may this edge.
 */
final class OutOfReach {
    /** How long a member that was never reached is given. */
    static final long FIRST_NS_MAX = TimeUnit.SECONDS.toNanos(3);

    /** How long a member must have been reached again. */
    static final long RETURN_NS_MIN = TimeUnit.SECONDS.toNanos(5);

    private static final class Sight {
        final long incarnation;
        final long sinceNs;
        boolean wasReached;
        boolean isOut;
        long outNs;

        Sight(final long incarnation, final long sinceNs) {
            this.incarnation = incarnation;
            this.sinceNs = sinceNs;
        }
    }

    private final IntPredicate isReached;
    private final Map<Integer, Sight> sights = new HashMap<>();

    /** @param isReached the link's word on a member by its number */
    OutOfReach(final IntPredicate isReached) {
        this.isReached = isReached;
    }

    /** Looks at all members of a map. Returns those out of reach now, with their incarnations. */
    Map<Integer, Long> look(final SlotMap map, final long nowNs) {
        final Map<Integer, Long> out = new HashMap<>();
        sights.keySet().removeIf(number -> map.member(number) == null);
        for (final GridMember member : map.members()) {
            final int number = member.number();
            final Sight known = sights.get(number);
            final Sight sight = known != null && known.incarnation == member.incarnation()
                    ? known
                    : new Sight(member.incarnation(), nowNs);
            sights.put(number, sight);
            judge(sight, isReached.test(number), nowNs);
            if (sight.isOut) {
                out.put(number, sight.incarnation);
            }
        }
        return out;
    }

    private static void judge(final Sight sight, final boolean reached, final long nowNs) {
        sight.wasReached |= reached;
        if (!reached) {
            sight.isOut |= sight.wasReached || nowNs - sight.sinceNs > FIRST_NS_MAX;
            sight.outNs = nowNs;
        } else if (sight.isOut && nowNs - sight.outNs > RETURN_NS_MIN) {
            sight.isOut = false;
        }
    }
}
