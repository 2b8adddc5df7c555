package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.registry.RegistryCounter;
import io.dialtone.state.replication.ReplicationCounter;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What operators see of the state grid, and ask of it, through a node or an edge. Called by the admin server's threads. */
final class GridPages {
    private static final Set<ReplicationCounter> GAUGES = EnumSet.of(
            ReplicationCounter.SLOTS_OWNED,
            ReplicationCounter.SLOTS_ALONE,
            ReplicationCounter.SLOTS_BACKED_UP,
            ReplicationCounter.LEARNERS,
            ReplicationCounter.ENTRIES_UNAPPLIED,
            ReplicationCounter.ENTRY_BYTES_HELD);

    private final List<NodeHouse> nodes;
    private final List<RegistryDoor> doors;
    private final boolean nodesCanEnd;

    /**
     * The pages of a process.
     *
     * @param nodesCanEnd true if each node of the cluster is a process of its own
     */
    GridPages(final List<NodeHouse> nodes, final List<RegistryDoor> doors, final boolean nodesCanEnd) {
        this.nodes = List.copyOf(nodes);
        this.doors = List.copyOf(doors);
        this.nodesCanEnd = nodesCanEnd;
    }

    /** How many slots a member owns. */
    static int owned(final SlotMap map, final int member) {
        int owned = 0;
        for (int slot = 0; slot < map.slots(); slot++) {
            owned += map.entry(slot).owner() == member ? 1 : 0;
        }
        return owned;
    }

    /** True in a cluster with a registry. */
    boolean isThere() {
        return !doors.isEmpty();
    }

    void metrics(final MetricsPage page) {
        if (doors.isEmpty()) {
            return;
        }
        final SlotMap map = map();
        page.gauge("dialtone_grid_map_version", "Version of the newest map of the registry known here.")
                .sample(map.version());
        page.counter(
                        "dialtone_grid_slots_lost_total",
                        "Times that a slot was begun anew because all who held it were gone.")
                .sample(map.slotsLost());
        page.counter("dialtone_grid_sessions_lost_total", "Sessions that were in those slots, about.")
                .sample(doors.getFirst().figures().sessionsLost());
        page.gauge("dialtone_grid_registry_connected", "1 while there is a session with the registry.")
                .sample(doors.getFirst().isConnected() ? 1 : 0);
        page.gauge("dialtone_grid_proposals_waiting", "Proposals to the registry that wait to be sent or answered.")
                .sample(doors.stream()
                        .mapToLong(door -> door.client().proposalsWaiting())
                        .sum());
        for (final RegistryCounter counter : RegistryCounter.ofClients()) {
            page.counter(
                            "dialtone_grid_client_" + counter.name().toLowerCase(Locale.ROOT) + "_total",
                            counter.sentence())
                    .sample(doors.stream()
                            .mapToLong(door -> door.client().count(counter))
                            .sum());
        }
        for (final ReplicationCounter counter : ReplicationCounter.values()) {
            final String name = "dialtone_grid_" + counter.name().toLowerCase(Locale.ROOT);
            if (GAUGES.contains(counter)) {
                page.gauge(name, counter.help() + ".");
            } else {
                page.counter(name + "_total", counter.help() + ".");
            }
            nodes.forEach(
                    node -> page.sample(node.count(counter), "node", node.self().name()));
        }
    }

    void status(final ObjectNode status) {
        if (doors.isEmpty()) {
            return;
        }
        final SlotMap map = map();
        final ObjectNode grid = status.putObject("grid");
        grid.put("mapVersion", map.version())
                .put("registryConnected", doors.getFirst().isConnected())
                .put("backupsWanted", map.backupsWanted())
                .put("slotsLost", map.slotsLost())
                .put("sessionsLost", doors.getFirst().figures().sessionsLost())
                .put("settled", isSettled(map));
        final ArrayNode members = grid.putArray("members");
        for (final GridMember member : map.members()) {
            int owned = 0;
            int alone = 0;
            int backedUp = 0;
            int learning = 0;
            int teaching = 0;
            for (int slot = 0; slot < map.slots(); slot++) {
                final SlotEntry entry = map.entry(slot);
                if (entry.owner() == member.number()) {
                    owned++;
                    alone += entry.backups() == 0 ? 1 : 0;
                    teaching += entry.learner() == SlotEntry.NONE ? 0 : 1;
                }
                backedUp += entry.isBackup(member.number()) ? 1 : 0;
                learning += entry.learner() == member.number() ? 1 : 0;
            }
            members.addObject()
                    .put("name", member.name())
                    .put("incarnation", Long.toHexString(member.incarnation()))
                    .put("host", member.host())
                    .put("draining", member.isDraining())
                    .put("leaving", member.isLeaving())
                    .put("outOfReach", member.isOutOfReach())
                    .put("sessions", doors.getFirst().figures().of(member.number()))
                    .put("owned", owned)
                    .put("alone", alone)
                    .put("backedUp", backedUp)
                    .put("learning", learning)
                    .put("teaching", teaching);
        }
        slots(grid.putArray("slots"), map);
        if (!nodes.isEmpty()) {
            lag(grid.putArray("lag"));
        }
        final ArrayNode events = grid.putArray("events");
        for (final GridEvents.Event event : doors.getFirst().events().list()) {
            events.addObject().put("at", event.at().toString()).put("what", event.what());
        }
    }

    private static void slots(final ArrayNode slots, final SlotMap map) {
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            final ObjectNode each = slots.addObject()
                    .put("slot", slot)
                    .put("epoch", entry.epoch())
                    .put("begunEpoch", entry.begunEpoch())
                    .put("owner", name(map, entry.owner()));
            final ArrayNode backups = each.putArray("inSync");
            for (int i = 0; i < entry.backups(); i++) {
                backups.add(name(map, entry.backup(i)));
            }
            if (entry.learner() != SlotEntry.NONE) {
                each.put("learner", name(map, entry.learner()));
            }
            if (entry.target() != SlotEntry.NONE) {
                each.put("movesTo", name(map, entry.target()));
            }
        }
    }

    private static String name(final SlotMap map, final int number) {
        final GridMember member = map.member(number);
        return member == null ? "" : member.name();
    }

    private void lag(final ArrayNode lag) {
        for (final NodeHouse node : nodes) {
            lag.addObject()
                    .put("node", node.self().name())
                    .put("entriesUnapplied", node.count(ReplicationCounter.ENTRIES_UNAPPLIED))
                    .put("entryBytesHeld", node.count(ReplicationCounter.ENTRY_BYTES_HELD))
                    .put("outputsHeld", node.count(WorkerCounter.OUTPUTS_HELD))
                    .put("oldestOutputHeldMs", node.count(WorkerCounter.OLDEST_OUTPUT_HELD_NS) / 1e6);
        }
    }

    /** The slots that the node of this number owns by the newest table. */
    static void ownedSlots(final ObjectNode status, final SlotTable table, final int member) {
        final ArrayNode owned = status.putArray("ownedSlots");
        for (int slot = 0; slot < table.slots(); slot++) {
            if (table.ownerOf(slot) == member) {
                owned.add(slot);
            }
        }
    }

    String whyNotReady() {
        for (final RegistryDoor door : doors) {
            if (!door.isConnected()) {
                return "there is no session with the registry";
            }
        }
        final SlotMap map = map();
        for (final NodeHouse node : nodes) {
            if (!isMember(map, node)) {
                return "the registry does not know " + node.self().name() + " yet";
            }
        }
        for (int slot = 0; slot < map.slots(); slot++) {
            if (map.entry(slot).owner() == SlotEntry.NONE) {
                return "slot " + slot + " has no owner";
            }
        }
        return "";
    }

    /** True if the registry knows the nodes of this process. */
    boolean isMember() {
        final SlotMap map = map();
        return nodes.stream().allMatch(node -> isMember(map, node));
    }

    private static boolean isMember(final SlotMap map, final NodeHouse node) {
        return map.incarnationOf(node.self().number()) == node.link().incarnation();
    }

    /** Asks the registry to empty a node, or to use it again. */
    ObjectNode drain(final JsonNode request) throws AdminRefusal {
        final String name = request.path("node").asText();
        final boolean undo = request.path("undo").asBoolean();
        final Optional<GridMember> member = doors.getFirst().memberNamed(name);
        if (member.isEmpty()) {
            throw new AdminRefusal(
                    AdminRefusal.NOT_FOUND,
                    "node " + name + " (expected: one of "
                            + map().members().stream().map(GridMember::name).toList() + ")");
        }
        final boolean keep = undo || request.path("keep").asBoolean();
        if (!keep && !nodesCanEnd) {
            throw new AdminRefusal(
                    AdminRefusal.CONFLICT,
                    name + " is a part of this process and cannot end alone (expected: --keep, which only empties it)");
        }
        if (!undo
                && map().members().stream()
                        .noneMatch(other -> !other.isDraining() && !other.name().equals(name))) {
            throw new AdminRefusal(
                    AdminRefusal.CONFLICT,
                    name
                            + " cannot be emptied: there is no other node that takes slots (expected: one that is not drained itself)");
        }
        doors.getFirst().authority().propose(new SlotCommand.Drain(member.get().number(), !undo, !keep));
        return Json.object()
                .put(
                        "done",
                        undo
                                ? name + " is used again"
                                : keep ? name + " gives its slots away" : name + " gives its slots away and ends then");
    }

    /** Every slot has the backups it is to have, as far as there are members for them, and none learns or moves. */
    private static boolean isSettled(final SlotMap map) {
        final int backups = Math.min(map.backupsWanted(), map.members().size() - 1);
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            if (entry.owner() == SlotEntry.NONE
                    || entry.backups() != backups
                    || entry.learner() != SlotEntry.NONE
                    || entry.target() != SlotEntry.NONE) {
                return false;
            }
        }
        return true;
    }

    private SlotMap map() {
        return doors.getFirst().map();
    }
}
