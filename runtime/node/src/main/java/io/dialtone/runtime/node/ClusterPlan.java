package io.dialtone.runtime.node;

import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.runtime.link.LinkKeys;
import io.dialtone.runtime.link.LinkMembers;
import io.dialtone.runtime.link.LinkRole;
import io.dialtone.runtime.link.LinkSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What all members of a cluster agree on, read from the same file by each of them. Immutable, but for the slot table in its holder.
 *
 * @param listeners of each edge, by its number
 */
record ClusterPlan(
        LinkMembers members,
        Map<Integer, List<ListenerSpec>> listeners,
        ClusterKey key,
        SlotTableHolder slots,
        LinkSettings link,
        LinkKeys linkKeys) {
    /** The only affinity group there is so far. */
    static final int GROUP = 0;

    ClusterPlan {
        listeners = Map.copyOf(listeners);
    }

    /** The name of a member. */
    String nameOf(final int member) {
        return member >= 0 && member < members.members().size()
                ? members.members().get(member).name()
                : "member " + member;
    }

    /** A plan in which the registry deals slots to the nodes; without one they are dealt in turn, for good. */
    static ClusterPlan of(
            final ClusterFile file,
            final GridPlan grid,
            final ClusterKey key,
            final LinkSettings link,
            final LinkSeal seal) {
        final Map<Integer, List<ListenerSpec>> listeners = new HashMap<>();
        file.listeners()
                .forEach((name, specs) ->
                        listeners.put(file.members().named(name).number(), specs));
        return new ClusterPlan(
                file.members(),
                listeners,
                key,
                new SlotTableHolder(
                        grid.hasRegistry()
                                ? SlotTables.empty(grid.slots())
                                : SlotTable.roundRobin(
                                        grid.slots(), file.members().numbersOf(LinkRole.NODE))),
                link,
                seal.keys(key));
    }
}
