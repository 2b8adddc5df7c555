package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.diameter.peer.ConnectionStatus;
import io.dialtone.diameter.peer.DisconnectCause;
import io.dialtone.diameter.peer.Peer;
import io.dialtone.diameter.peer.PeerCounter;
import io.dialtone.diameter.peer.PeerIdentity;
import io.dialtone.diameter.peer.PeerSpec;
import io.dialtone.diameter.routing.AnswerTimes;
import io.dialtone.diameter.routing.PeerGroup;
import io.dialtone.diameter.routing.RelayCounter;
import io.dialtone.diameter.routing.RelayPeerCounter;
import io.dialtone.diameter.routing.RelayPeerStatus;
import io.dialtone.diameter.routing.RouteTable;
import io.dialtone.diameter.transport.IoCounter;
import io.dialtone.sip.routing.LatencySnapshot;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What operators see of a stand-alone Diameter agent, and what they may change. Called by the admin server's threads. */
final class DiameterLbPages implements AdminPages {
    private static final System.Logger LOGGER = System.getLogger("io.dialtone.diameter-lb");
    private static final String PREFIX = "dialtone_diameter_";

    private final DiameterAgent agent;
    private final PeerIdentity identity;
    private final PeerMaker maker;
    private final RoutesReader routes;

    /** Reads the routes file again. */
    @FunctionalInterface
    interface RoutesReader {
        RouteTable read() throws AdminRefusal;
    }

    /** Gives a peer that an operator adds the times that hold for all. */
    @FunctionalInterface
    interface PeerMaker {
        PeerSpec of(DiameterPeer peer);
    }

    DiameterLbPages(
            final DiameterAgent agent, final PeerIdentity identity, final PeerMaker maker, final RoutesReader routes) {
        this.agent = agent;
        this.identity = identity;
        this.maker = maker;
        this.routes = routes;
    }

    /** A peer as status shows it, taken by the loop's thread. */
    private record PeerView(
            PeerIdentity identity,
            String address,
            boolean usable,
            boolean draining,
            List<ConnectionStatus> connections) {
        static PeerView of(final Peer peer) {
            return new PeerView(
                    peer.identity(),
                    peer.spec().address().map(Object::toString).orElse(""),
                    peer.isUsable(),
                    peer.isDraining(),
                    peer.connections());
        }

        /** The state of the best connection, in words. */
        String state() {
            if (draining) {
                return "drained";
            }
            if (usable) {
                return "open";
            }
            return connections.isEmpty()
                    ? "closed"
                    : lower(connections.getFirst().state());
        }
    }

    private List<PeerView> peers() {
        return agent.onLoop(table -> table.all().stream().map(PeerView::of).toList()).stream()
                .sorted(Comparator.comparing(view -> view.identity().host()))
                .toList();
    }

    // ---- what is seen

    @Override
    public void metrics(final MetricsPage page) {
        for (final RelayCounter counter : RelayCounter.values()) {
            page.counter(PREFIX + "relay_" + lower(counter) + "_total", counter.sentence())
                    .sample(agent.relay().count(counter));
        }
        page.gauge(PREFIX + "relay_pending", "Requests that wait for an answer.")
                .sample(agent.relay().pending());
        final List<RelayPeerStatus> known = agent.relay().peers();
        for (final RelayPeerCounter counter : RelayPeerCounter.values()) {
            if (counter == RelayPeerCounter.PENDING) {
                page.gauge(PREFIX + "peer_pending", counter.sentence());
            } else {
                page.counter(PREFIX + "peer_" + lower(counter) + "_total", counter.sentence());
            }
            known.forEach(peer ->
                    page.sample(peer.count(counter), "peer", peer.identity().host()));
        }
        page.histogram(PREFIX + "peer_answer_seconds", "Time from a request to a peer's answer.");
        known.forEach(peer -> page.sample(times(peer), "peer", peer.identity().host()));
        page.gauge(PREFIX + "peer_usable", "1 if new requests may go to a peer.");
        peers().forEach(peer ->
                page.sample(peer.usable() ? 1 : 0, "peer", peer.identity().host()));
        for (final PeerCounter counter : PeerCounter.values()) {
            page.counter(PREFIX + counter.key().replace('.', '_').replace('-', '_') + "_total", counter.sentence())
                    .sample(agent.door().counters().get(counter));
        }
        for (final IoCounter counter : IoCounter.values()) {
            page.counter(PREFIX + "io_" + lower(counter) + "_total", counter.sentence())
                    .sample(agent.io().count(counter));
        }
    }

    private static LatencySnapshot times(final RelayPeerStatus peer) {
        final List<LatencySnapshot.Bucket> buckets = new ArrayList<>();
        long count = 0;
        for (int i = 0; i < AnswerTimes.buckets(); i++) {
            final long here = peer.answerTimes().count(i);
            if (here > 0) {
                buckets.add(new LatencySnapshot.Bucket(AnswerTimes.upperNs(i), here));
                count += here;
            }
        }
        return new LatencySnapshot(count, peer.answerTimes().sumNs(), buckets);
    }

    @Override
    public void status(final ObjectNode status) {
        status.put("identity", identity.host()).put("realm", identity.realm());
        final ArrayNode listeners = status.putArray("listeners");
        addresses().forEach(address -> listeners.addObject().put("address", address));
        final Map<String, RelayPeerStatus> known = new LinkedHashMap<>();
        agent.relay().peers().forEach(peer -> known.put(peer.identity().host(), peer));
        final ArrayNode entries = status.putArray("diameterPeers");
        for (final PeerView peer : peers()) {
            final ObjectNode entry = entries.addObject()
                    .put("identity", peer.identity().host())
                    .put("realm", peer.identity().realm())
                    .put("address", peer.address())
                    .put("state", peer.state())
                    .put("usable", peer.usable())
                    .put("draining", peer.draining());
            final ArrayNode connections = entry.putArray("connections");
            for (final ConnectionStatus each : peer.connections()) {
                connections
                        .addObject()
                        .put("state", lower(each.state()))
                        .put("watchdog", lower(each.watchdog()))
                        .put("remote", each.remote())
                        .put("queuedBytes", each.queuedBytes());
            }
            final RelayPeerStatus counts = known.get(peer.identity().host());
            if (counts != null) {
                for (final RelayPeerCounter counter : RelayPeerCounter.values()) {
                    entry.put(camel(counter), counts.count(counter));
                }
                entry.set("answerMs", LatencyJson.of(times(counts)));
            }
        }
        final ArrayNode groups = status.putArray("groups");
        for (final PeerGroup group : agent.relay().routes().groups()) {
            final ObjectNode entry = groups.addObject()
                    .put("name", group.name())
                    .put("algorithm", lower(group.algorithm()))
                    .put("sticky", group.sticky());
            final ArrayNode members = entry.putArray("members");
            group.members()
                    .forEach(member -> members.addObject()
                            .put("identity", member.host())
                            .put("weight", member.weight())
                            .put("priority", member.priority()));
        }
        final ObjectNode counters = status.putObject("counters");
        counters.put("pending", agent.relay().pending());
        for (final RelayCounter counter : RelayCounter.values()) {
            counters.put("relay." + lower(counter), agent.relay().count(counter));
        }
        for (final PeerCounter counter : PeerCounter.values()) {
            counters.put("peers." + counter.key(), agent.door().counters().get(counter));
        }
        for (final IoCounter counter : IoCounter.values()) {
            counters.put("io." + lower(counter), agent.io().count(counter));
        }
    }

    /** The listeners for people. */
    String listeners() {
        return agent.io().listeners().isEmpty()
                ? "nowhere; we only dial"
                : String.join(", ", addresses()) + " (" + lower(agent.io().io()) + ")";
    }

    private List<String> addresses() {
        return agent.io().listeners().stream().map(DiameterLbPages::text).toList();
    }

    private static String text(final InetSocketAddress address) {
        return new Endpoint(address.getAddress().getHostAddress(), address.getPort()).toString();
    }

    String lastWords() {
        return agent.relay().count(RelayCounter.REQUESTS) + " requests, "
                + agent.relay().count(RelayCounter.ANSWERS_SENT) + " answers relayed, "
                + agent.relay().count(RelayCounter.OWN_ANSWERS) + " answered here";
    }

    @Override
    public String whyNotReady() {
        if (!agent.io().isAlive()) {
            return "the I/O thread has ended";
        }
        return agent.hasUsablePeer() ? "" : "no peer is open; requests are answered 3002";
    }

    // ---- what is changed

    @Override
    public ObjectNode command(final String command, final JsonNode request) throws AdminRefusal {
        final String done;
        try {
            done = switch (command) {
                case "peers" -> changePeers(request);
                case "reload" -> reload();
                default -> throw new AdminRefusal(AdminRefusal.NOT_FOUND, "an agent has no command " + command);
            };
        } catch (IllegalArgumentException e) {
            throw new AdminRefusal(AdminRefusal.CONFLICT, String.valueOf(e.getMessage()));
        }
        LOGGER.log(System.Logger.Level.INFO, done);
        return Json.object().put("done", done);
    }

    private String changePeers(final JsonNode request) throws AdminRefusal {
        if (request.has("add")) {
            final DiameterPeer peer = peer(request.path("add").asText());
            agent.onLoop(table -> table.add(maker.of(peer), System.nanoTime()));
            return "peer " + peer + " added; routes decide what goes to it";
        }
        if (request.has("remove")) {
            final String host = request.path("remove").asText();
            final DisconnectCause cause = cause(request);
            require(agent.onLoop(table -> table.remove(host, cause, System.nanoTime())), host);
            return "peer " + host + " gets nothing new, and is forgotten when what is under way has ended";
        }
        if (request.has("drain")) {
            final String host = request.path("drain").asText();
            require(agent.drain(host, cause(request)), host);
            return "peer " + host + " gets nothing new, and is disconnected when what is under way has ended";
        }
        if (request.has("connect")) {
            final String host = request.path("connect").asText();
            require(agent.connect(host), host);
            return "peer " + host + " is used again";
        }
        throw new AdminRefusal(AdminRefusal.BAD_REQUEST, "expected: add, remove, drain or connect");
    }

    private static DisconnectCause cause(final JsonNode request) throws AdminRefusal {
        final String text = request.path("cause").asText();
        try {
            return text.isEmpty()
                    ? DisconnectCause.DO_NOT_WANT_TO_TALK_TO_YOU
                    : SettingType.oneOf(DisconnectCause.class).reader().read(text);
        } catch (WrongValueException e) {
            throw new AdminRefusal(AdminRefusal.BAD_REQUEST, "cause: " + text + " (expected: " + e.expected() + ")");
        }
    }

    private static DiameterPeer peer(final String text) throws AdminRefusal {
        final DiameterPeer peer;
        try {
            peer = DiameterPeer.parse(text);
        } catch (WrongValueException e) {
            throw new AdminRefusal(AdminRefusal.BAD_REQUEST, "peer: " + text + " (expected: " + e.expected() + ")");
        }
        final Optional<String> whyNot = DiameterLbRole.whyNotDialled(peer);
        if (whyNot.isPresent()) {
            throw new AdminRefusal(AdminRefusal.BAD_REQUEST, "peer: " + text + ": " + whyNot.get());
        }
        return peer;
    }

    private void require(final boolean found, final String host) throws AdminRefusal {
        if (!found) {
            throw new AdminRefusal(
                    AdminRefusal.NOT_FOUND,
                    "there is no peer " + host + "; there are "
                            + peers().stream()
                                    .map(peer -> peer.identity().host())
                                    .collect(Collectors.joining(", ")));
        }
    }

    private String reload() throws AdminRefusal {
        final RouteTable table = routes.read();
        agent.relay().routes(table);
        return table.groups().size() + " groups of peers as the routes file says";
    }

    private static String lower(final Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** {@code REQUESTS_TO} as {@code requestsTo}. */
    private static String camel(final Enum<?> value) {
        final StringBuilder text = new StringBuilder();
        boolean isUpper = false;
        for (final char c : value.name().toCharArray()) {
            if (c == '_') {
                isUpper = true;
            } else {
                text.append(isUpper ? c : Character.toLowerCase(c));
                isUpper = false;
            }
        }
        return text.toString();
    }
}
