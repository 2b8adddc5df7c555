package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.api.AffinityRule;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.link.Link;
import io.dialtone.runtime.link.LinkCounter;
import io.dialtone.runtime.link.LinkPeerStatus;
import io.dialtone.runtime.sip.SessionPicture;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.locate.LocateCounter;
import io.dialtone.sip.routing.EdgeCounter;
import io.dialtone.sip.routing.EdgeGauge;
import io.dialtone.sip.routing.EdgeStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What operators see of the members of a cluster that live in this process: one node, one edge, or in {@code dialtone run} all of them. Called
 * by the admin server's threads.
 */
final class ClusterPages implements AdminPages {
    private static final Set<WorkerCounter> WORKER_GAUGES = EnumSet.of(
            WorkerCounter.SESSIONS,
            WorkerCounter.SESSIONS_DORMANT,
            WorkerCounter.DEADLINES,
            WorkerCounter.IMAGES,
            WorkerCounter.IMAGES_BYTES_USED,
            WorkerCounter.IMAGES_BYTES_MAX,
            WorkerCounter.OUTPUTS_HELD,
            WorkerCounter.OUTPUT_BYTES_HELD,
            WorkerCounter.OLDEST_OUTPUT_HELD_NS);
    private static final Set<SipCounter> SIP_GAUGES = EnumSet.of(
            SipCounter.DIALOGS,
            SipCounter.TRANSACTIONS,
            SipCounter.CLIENT_TRANSACTIONS,
            SipCounter.MESSAGE_BYTES_KEPT,
            SipCounter.KEPT_CALLS);
    private static final Set<LocateCounter> LOCATE_GAUGES =
            EnumSet.of(LocateCounter.CACHE_ANSWERS, LocateCounter.WAITING);

    private final ClusterPlan cluster;
    private final List<NodeHouse> nodes;
    private final List<EdgeHouse> edges;
    private final Optional<RegistrySeat> seat;
    private final CdrRoom cdr;
    private final GridPages grid;

    ClusterPages(
            final ClusterPlan cluster,
            final List<NodeHouse> nodes,
            final List<EdgeHouse> edges,
            final Optional<RegistrySeat> seat,
            final CdrRoom cdr) {
        this.cdr = cdr;
        this.seat = seat;
        this.cluster = cluster;
        this.nodes = List.copyOf(nodes);
        this.edges = List.copyOf(edges);
        final List<RegistryDoor> doors = new ArrayList<>();
        nodes.stream().map(NodeHouse::registry).filter(Objects::nonNull).forEach(doors::add);
        edges.stream().map(EdgeHouse::registry).filter(Objects::nonNull).forEach(doors::add);
        grid = new GridPages(nodes, doors, nodes.isEmpty() || edges.isEmpty());
    }

    @Override
    public void metrics(final MetricsPage page) {
        if (!nodes.isEmpty()) {
            nodeMetrics(page);
            cdr.metrics(page);
        }
        if (!edges.isEmpty()) {
            edgeMetrics(page);
        }
        linkMetrics(page);
        grid.metrics(page);
        seat.ifPresent(registry -> registry.metrics(page));
    }

    private void nodeMetrics(final MetricsPage page) {
        page.gauge("dialtone_node_slots", "Slots that a node owns.");
        for (final NodeHouse node : nodes) {
            page.sample(
                    slots().slotsOwnedBy(node.self().number()),
                    "node",
                    node.self().name());
        }
        for (final WorkerCounter counter : WorkerCounter.values()) {
            final String name = "dialtone_worker_" + lower(counter);
            begin(page, name, counter.sentence() + ".", WORKER_GAUGES.contains(counter));
            nodes.forEach(
                    node -> page.sample(node.count(counter), "node", node.self().name()));
        }
        for (final SipCounter counter : SipCounter.values()) {
            final String name = "dialtone_sip_" + lower(counter);
            begin(page, name, counter.sentence() + ".", SIP_GAUGES.contains(counter));
            nodes.forEach(node -> samples(page, node, counter));
        }
        for (final LocateCounter counter : LocateCounter.values()) {
            final String name = "dialtone_locate_" + lower(counter);
            begin(page, name, counter.sentence() + ".", LOCATE_GAUGES.contains(counter));
            nodes.forEach(
                    node -> page.sample(node.count(counter), "node", node.self().name()));
        }
    }

    /** Where there is a chain, each of its services has its own. */
    private static void samples(final MetricsPage page, final NodeHouse node, final SipCounter counter) {
        final String name = node.self().name();
        if (node.services().size() == 1) {
            page.sample(node.count(counter), "node", name);
            return;
        }
        node.services()
                .forEach(service -> page.sample(node.count(counter, service), "node", name, "service", service.name()));
    }

    private static void begin(final MetricsPage page, final String name, final String help, final boolean gauge) {
        if (gauge) {
            page.gauge(name, help);
        } else {
            page.counter(name + "_total", help);
        }
    }

    private void edgeMetrics(final MetricsPage page) {
        final Map<String, EdgeStatus> statuses = new LinkedHashMap<>();
        edges.forEach(edge -> statuses.put(edge.self().name(), edge.edge().status()));
        for (final EdgeCounter counter : EdgeCounter.values()) {
            page.counter(
                    "dialtone_edge_" + counter.key().replace('.', '_').replace('-', '_') + "_total",
                    counter.sentence());
            statuses.forEach((name, status) -> page.sample(status.counter(counter), "edge", name));
        }
        for (final EdgeGauge gauge : EdgeGauge.values()) {
            page.gauge("dialtone_edge_" + gauge.key().replace('.', '_').replace('-', '_'), gauge.sentence());
            statuses.forEach((name, status) -> page.sample(status.gauge(gauge), "edge", name));
        }
        page.histogram(
                "dialtone_edge_answer_seconds", "Time from a request's arrival to the leaving of its first answer.");
        statuses.forEach((name, status) -> page.sample(status.answer(), "edge", name));
        edges.forEach(edge -> new SipTransportPages(edge.transport()).metrics(page));
        edges.forEach(edge -> edge.trace().metrics(page));
    }

    private void linkMetrics(final MetricsPage page) {
        for (final LinkCounter counter : LinkCounter.values()) {
            page.counter("dialtone_link_" + lower(counter) + "_total", counter.sentence());
            links().forEach((name, link) -> {
                for (final LinkPeerStatus peer : link.status()) {
                    page.sample(
                            peer.counters().getOrDefault(counter, 0L),
                            "member",
                            name,
                            "thread",
                            String.valueOf(peer.thread()),
                            "peer",
                            peer.peer(),
                            "peer_thread",
                            String.valueOf(peer.peerThread()));
                }
            });
        }
        page.counter("dialtone_link_invalid_frames_total", "Frames that came in and were none of ours.");
        links().forEach((name, link) -> page.sample(link.invalidFrames(), "member", name));
    }

    @Override
    public void status(final ObjectNode status) {
        edges.forEach(edge -> new SipTransportPages(edge.transport()).status(status));
        edges.forEach(edge -> edge.trace().status(status));
        status.put("slots", slots().slots());
        if (nodes.size() == 1) {
            GridPages.ownedSlots(status, slots(), nodes.getFirst().self().number());
        }
        grid.status(status);
        seat.ifPresent(registry -> registry.status(status));
        final ArrayNode services = nodes.isEmpty() ? Json.object().arrayNode() : status.putArray("services");
        for (final NodeHouse node : nodes) {
            services.addObject()
                    .put("node", node.self().name())
                    .put("incarnation", Long.toHexString(node.link().incarnation()))
                    .put("name", node.service().name())
                    .put("version", node.service().version())
                    .put("handler", node.service().handler())
                    .put("affinity", node.service().affinity().toString())
                    .put("slots", slots().slotsOwnedBy(node.self().number()))
                    .put("sessions", node.sessions())
                    .put("dialogs", node.count(SipCounter.DIALOGS));
            if (node.services().size() > 1) {
                final ArrayNode chain = ((ObjectNode) services.get(services.size() - 1)).putArray("chain");
                node.services()
                        .forEach(service -> chain.addObject()
                                .put("name", service.name())
                                .put("version", service.version())
                                .put("handler", service.handler())
                                .put("dialogs", node.count(SipCounter.DIALOGS, service)));
            }
        }
        peers(status.putArray("peers"));
        if (!edges.isEmpty()) {
            final ObjectNode latencies = status.putObject("latencyMs");
            edges.forEach(edge -> latencies.set(
                    edges.size() == 1 ? "answer" : edge.self().name(),
                    LatencyJson.of(edge.edge().status().answer())));
        }
        counters(status.putObject("counters"));
    }

    private void peers(final ArrayNode peers) {
        links().forEach((name, link) -> {
            for (final LinkPeerStatus peer : link.status()) {
                final Map<LinkCounter, Long> counters = peer.counters();
                peers.addObject()
                        .put("member", name)
                        .put("memberThread", peer.thread())
                        .put("name", peer.peer())
                        .put("thread", peer.peerThread())
                        .put("connected", peer.connected())
                        .put("reachable", peer.reachable())
                        .put("sentFrames", counters.getOrDefault(LinkCounter.SENT_FRAMES, 0L))
                        .put("receivedFrames", counters.getOrDefault(LinkCounter.RECEIVED_FRAMES, 0L))
                        .put(
                                "refusedFrames",
                                counters.getOrDefault(LinkCounter.REFUSED_BACK_PRESSURED, 0L)
                                        + counters.getOrDefault(LinkCounter.REFUSED_NOT_CONNECTED, 0L)
                                        + counters.getOrDefault(LinkCounter.REFUSED_ADMIN_ACTION, 0L))
                        .put("lost", counters.getOrDefault(LinkCounter.PEER_LOST, 0L));
            }
        });
    }

    private void counters(final ObjectNode counters) {
        if (!edges.isEmpty()) {
            for (final EdgeCounter counter : EdgeCounter.values()) {
                counters.put(
                        "edge." + counter.key(),
                        edges.stream()
                                .mapToLong(e -> e.edge().status().counter(counter))
                                .sum());
            }
            for (final EdgeGauge gauge : EdgeGauge.values()) {
                counters.put(
                        "edge." + gauge.key(),
                        edges.stream()
                                .mapToLong(e -> e.edge().status().gauge(gauge))
                                .sum());
            }
        }
        if (!nodes.isEmpty()) {
            for (final WorkerCounter counter : WorkerCounter.values()) {
                counters.put(
                        "worker." + lower(counter).replace('_', '-'),
                        nodes.stream().mapToLong(node -> node.count(counter)).sum());
            }
            for (final SipCounter counter : SipCounter.values()) {
                counters.put(
                        "sip." + lower(counter).replace('_', '-'),
                        nodes.stream().mapToLong(node -> node.count(counter)).sum());
            }
            for (final LocateCounter counter : LocateCounter.values()) {
                counters.put(
                        "locate." + lower(counter).replace('_', '-'),
                        nodes.stream().mapToLong(node -> node.count(counter)).sum());
            }
        }
    }

    /** Ready is who sees all peers it routes to: a node that is alone, or an edge that misses an owner, is not. */
    @Override
    public String whyNotReady() {
        if (edges.stream().anyMatch(edge -> !edge.transport().isAlive())
                || nodes.stream().anyMatch(node -> !node.isAlive())) {
            return "a thread has ended";
        }
        if (grid.isThere()) {
            // A node that is silent is the grid's business: others serve its slots.
            return grid.whyNotReady();
        }
        final List<String> silent = new ArrayList<>();
        links().values()
                .forEach(link -> link.status().stream()
                        .filter(peer -> !peer.reachable())
                        .forEach(peer -> silent.add(peer.peer())));
        return silent.isEmpty()
                ? ""
                : "nothing is heard of " + silent.stream().distinct().sorted().collect(Collectors.joining(", "));
    }

    @Override
    public ObjectNode trace(final TraceQuery query) throws AdminRefusal {
        final ObjectNode answer =
                edges.isEmpty() ? Json.object() : edges.getFirst().trace().answer(query);
        final ArrayNode calls = answer.putArray("calls");
        if (!nodes.isEmpty()) {
            final Set<Long> sessions = new TreeSet<>(query.sessions());
            answer.path("sessions").forEach(each -> sessions.add(Long.parseUnsignedLong(each.asText(), 16)));
            sessions.add(sessionOf(query.callId()));
            for (final NodeHouse node : nodes) {
                for (final long session : sessions) {
                    node.session(session).ifPresent(picture -> describe(picture, node, calls.addObject()));
                }
            }
        }
        return answer;
    }

    /** The session that a call has by its Call-ID alone, which is all that a node without messages can say. */
    private long sessionOf(final String callId) {
        final byte[] bytes = ("SIP/2.0 200\r\nCall-ID: " + callId.replaceAll("[\r\n]", "") + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        final SipMessage message = new SipMessage(SipLimits.defaults());
        message.parseDatagram(new UnsafeBuffer(bytes), 0, bytes.length);
        return message.callIdLength() > 0
                ? ClusterSessions.of(cluster, AffinityRule.CALL_ID).sessionOf(message)
                : 0;
    }

    private void describe(final SessionPicture picture, final NodeHouse node, final ObjectNode to) {
        to.put("node", node.self().name())
                .put("key", picture.key())
                .put("slot", picture.slot())
                .put("epoch", slots().epochOf(picture.slot()))
                .put("begun", picture.isBegun());
        final ArrayNode legs = to.putArray("legs");
        picture.legs()
                .forEach(leg -> legs.addObject()
                        .put("name", leg.name())
                        .put("callId", leg.callId())
                        .put("state", leg.state())
                        .put("ours", leg.isOurs()));
        final ArrayNode waiting = to.putArray("waiting");
        picture.waiting().forEach(waiting::add);
        final ArrayNode asked = to.putArray("asked");
        picture.asked().forEach(asked::add);
        final ObjectNode timers = to.putObject("timersMs");
        picture.timersMs().forEach(timers::put);
    }

    @Override
    public ObjectNode command(final String command, final JsonNode request) throws AdminRefusal {
        if (command.equals("trace") && !edges.isEmpty()) {
            return edges.getFirst().trace().command(request);
        }
        if (command.equals("drain") && grid.isThere()) {
            return grid.drain(request);
        }
        throw new AdminRefusal(AdminRefusal.NOT_FOUND, "this process has no command " + command);
    }

    /** True if the registry knows the nodes of this process. */
    boolean isMember() {
        return grid.isMember();
    }

    boolean isAlive() {
        return edges.stream().allMatch(edge -> edge.transport().isAlive())
                && nodes.stream().allMatch(NodeHouse::isAlive);
    }

    /** The numbers of a whole life in a line, for the end. */
    String lastWords() {
        final List<String> parts = new ArrayList<>();
        edges.forEach(edge -> parts.add(edge.edge().status().counter(EdgeCounter.REQUESTS_FORWARDED)
                + " requests handed to nodes, " + edge.edge().status().counter(EdgeCounter.MESSAGES_SENT)
                + " messages of nodes sent"));
        nodes.forEach(node -> parts.add(node.self().name() + ": " + node.count(SipCounter.REQUESTS) + " requests, "
                + node.count(SipCounter.DIALOGS_CONFIRMED) + " dialogs confirmed, " + node.count(WorkerCounter.SESSIONS)
                + " sessions left"));
        return String.join("; ", parts);
    }

    private Map<String, Link> links() {
        final Map<String, Link> links = new LinkedHashMap<>();
        edges.forEach(edge -> links.put(edge.self().name(), edge.link()));
        nodes.forEach(node -> links.put(node.self().name(), node.link()));
        return links;
    }

    private SlotTable slots() {
        return cluster.slots().table();
    }

    private static String lower(final Enum<?> counter) {
        return counter.name().toLowerCase(Locale.ROOT);
    }
}
