package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A running Dialtone with a service in it: all in one process, or a host, nodes and an edge as processes of their own. */
final class Platform {
    static final String ANSWERING = "io.dialtone.examples.AnsweringService";

    /** Begins what stands in place of a handler where several services follow one another. */
    private static final String CHAIN = "chain: ";

    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final int REGISTRY_PORTS = 5;
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port;
    private final Map<String, Child> children = new LinkedHashMap<>();
    private final Map<String, String> adminAddresses = new LinkedHashMap<>();
    private final Map<String, List<String>> arguments = new LinkedHashMap<>();
    private final @Nullable Network network;
    private final @Nullable SharedMemory memory;
    private final Map<String, String> hostsOfMembers = new LinkedHashMap<>();
    private String sipAddress = "127.0.0.1";

    private Platform(final int port) {
        this(port, null, null);
    }

    private Platform(final int port, final @Nullable Network network, final @Nullable SharedMemory memory) {
        this.port = port;
        this.network = network;
        this.memory = memory;
    }

    /** {@code dialtone run}: everything in one process. */
    static Platform inOneProcess(final Stage stage, final String handler, final String... options) {
        return inOneProcessBeside(stage, "run", handler, options);
    }

    /** The same under another name, beside others. */
    static Platform inOneProcessBeside(
            final Stage stage, final String name, final String handler, final String... options) {
        final Platform platform = new Platform(Ports.free());
        final List<String> arguments = new ArrayList<>(List.of("run", "--listen", "udp:127.0.0.1:" + platform.port));
        arguments.addAll(List.of("--listen", "tcp:127.0.0.1:" + platform.port, "--handler", handler));
        arguments.addAll(List.of(options));
        platform.start(stage, name, arguments);
        platform.awaitReady(stage);
        return platform;
    }

    /** A host, an edge and so many nodes, joined by a cluster file that deals slots for good. */
    static Platform ofProcesses(final Stage stage, final String handler, final int nodes, final String... options) {
        return ofProcesses(stage, null, handler, nodes, false, List.of(), "", options);
    }

    /** The same with a registry in the host: each session is known to two nodes. Returns when every slot has its backup. */
    static Platform withGrid(final Stage stage, final String handler, final int nodes, final String... options) {
        return withGridAndSettings(stage, handler, nodes, "", options);
    }

    /** The same with further lines of YAML that all processes read. */
    static Platform withGridAndSettings(
            final Stage stage, final String handler, final int nodes, final String yaml, final String... options) {
        final Platform platform = ofProcesses(stage, null, handler, nodes, true, List.of(), yaml, options);
        platform.awaitSettled(nodes);
        return platform;
    }

    /** The same whose edge has another listener. */
    static Platform withGridAndListener(
            final Stage stage,
            final String handler,
            final int nodes,
            final String listener,
            final String yaml,
            final String... options) {
        return withGridAndEdges(stage, handler, nodes, List.of(listener), yaml, options);
    }

    /** The same with as many edges as there are listeners; the first has those of {@code edge-1} besides. */
    static Platform withGridAndEdges(
            final Stage stage,
            final String handler,
            final int nodes,
            final List<String> listeners,
            final String yaml,
            final String... options) {
        final Platform platform = ofProcesses(stage, null, handler, nodes, true, listeners, yaml, options);
        platform.awaitSettled(nodes);
        return platform;
    }

    /** The same with a shared memory of its own. */
    static Platform withGridIn(
            final Stage stage,
            final SharedMemory memory,
            final String handler,
            final int nodes,
            final String... options) {
        final Platform platform = ofProcesses(stage, memory, handler, nodes, true, List.of(), "", options);
        platform.awaitSettled(nodes);
        return platform;
    }

    /**
     * The same with hosts of their own, which the test can part from each other: {@code edge-1} on the first, {@code node-1} on {@code n1} and so on. The registry is in the hosts
     * named; each host has a process {@code host-NAME}.
     */
    static Platform onNetwork(
            final Stage stage,
            final Network network,
            final List<String> registry,
            final String handler,
            final int nodes,
            final String... options) {
        final Platform platform = new Platform(Ports.free(), network, null);
        final String edgeHost = network.hosts().getFirst();
        platform.sipAddress = network.address(edgeHost);
        final int linkPort = Ports.block(nodes + 1);
        final int registryPort = Ports.block(REGISTRY_PORTS);
        final StringBuilder yaml = new StringBuilder();
        // A driver and more on each of up to six hosts, and two processors for all of them.
        yaml.append("node: { park-min: 200us }\nlink: { park-min: 200us }\n");
        yaml.append("service: { name: systest, handler: ").append(handler).append(" }\ngrid:\n  registry: [");
        yaml.append(String.join(
                ", ",
                registry.stream()
                        .map(host ->
                                "\"" + network.nameOf(host) + "@" + network.address(host) + ":" + registryPort + "\"")
                        .toList()));
        yaml.append("]\n  registry-directory: registry\ncluster:\n  key-file: cluster.key\n  members:\n");
        yaml.append("    - { name: edge-1, role: edge, host: ").append(network.nameOf(edgeHost));
        yaml.append(", link: \"").append(network.address(edgeHost)).append(':').append(linkPort);
        yaml.append("\", listen: \"udp:")
                .append(platform.sipAddress)
                .append(':')
                .append(platform.port)
                .append("\" }\n");
        for (int i = 1; i <= nodes; i++) {
            yaml.append("    - { name: node-").append(i).append(", role: node, host: ");
            yaml.append(network.nameOf("n" + i)).append(", link: \"");
            yaml.append(network.address("n" + i))
                    .append(':')
                    .append(linkPort + i)
                    .append("\" }\n");
        }
        final String file = stage.write("cluster.yaml", yaml.toString()).toString();
        stage.write("cluster.key", KEY + "\n");
        stage.write("admin.token", KEY + "\n");
        for (final String host : network.hosts()) {
            platform.hostsOfMembers.put("host-" + host, host);
            platform.start(stage, "host-" + host, List.of("host", "--config", file, "--name", network.nameOf(host)));
        }
        for (int i = 1; i <= nodes; i++) {
            final List<String> arguments = new ArrayList<>(List.of("node", "--config", file, "--name", "node-" + i));
            arguments.addAll(List.of(options));
            platform.hostsOfMembers.put("node-" + i, "n" + i);
            platform.start(stage, "node-" + i, arguments);
        }
        platform.hostsOfMembers.put("edge-1", edgeHost);
        platform.start(stage, "edge-1", List.of("edge", "--config", file, "--name", "edge-1"));
        platform.awaitReady(stage);
        platform.awaitSettled(nodes);
        return platform;
    }

    private static Platform ofProcesses(
            final Stage stage,
            final @Nullable SharedMemory memory,
            final String handler,
            final int nodes,
            final boolean hasGrid,
            final List<String> listeners,
            final String settings,
            final String... options) {
        final Platform platform = new Platform(Ports.free(), null, memory);
        final String host =
                "systest-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        final StringBuilder yaml = new StringBuilder();
        yaml.append(settings);
        yaml.append("service: { name: systest, ")
                .append(handler.startsWith(CHAIN) ? "" : "handler: ")
                .append(handler)
                .append(" }\n");
        if (hasGrid) {
            yaml.append("grid: { registry: \"")
                    .append(host)
                    .append("@127.0.0.1:")
                    .append(Ports.block(REGISTRY_PORTS));
            yaml.append("\", registry-directory: registry }\n");
        }
        yaml.append("cluster:\n  key-file: cluster.key\n  members:\n");
        yaml.append("    - { name: edge-1, role: edge, host: ").append(host);
        yaml.append(", link: \"127.0.0.1:").append(Ports.free());
        yaml.append("\", listen: [\"udp:127.0.0.1:").append(platform.port);
        yaml.append("\", \"tcp:127.0.0.1:").append(platform.port).append('"');
        if (!listeners.isEmpty()) {
            yaml.append(", \"").append(listeners.getFirst()).append('"');
        }
        yaml.append("] }\n");
        for (int i = 2; i <= listeners.size(); i++) {
            yaml.append("    - { name: edge-")
                    .append(i)
                    .append(", role: edge, host: ")
                    .append(host);
            yaml.append(", link: \"127.0.0.1:").append(Ports.free());
            yaml.append("\", listen: \"").append(listeners.get(i - 1)).append("\" }\n");
        }
        for (int i = 1; i <= nodes; i++) {
            yaml.append("    - { name: node-")
                    .append(i)
                    .append(", role: node, host: ")
                    .append(host);
            yaml.append(", link: \"127.0.0.1:").append(Ports.free()).append("\" }\n");
        }
        final String file = stage.write("cluster.yaml", yaml.toString()).toString();
        stage.write("cluster.key", KEY + "\n");
        platform.start(stage, "host", List.of("host", "--config", file, "--name", host));
        platform.awaitReady(stage);
        for (int i = 1; i <= nodes; i++) {
            final List<String> arguments = new ArrayList<>(List.of("node", "--config", file, "--name", "node-" + i));
            arguments.addAll(List.of(options));
            platform.start(stage, "node-" + i, arguments);
        }
        for (int i = 1; i <= Math.max(1, listeners.size()); i++) {
            platform.start(stage, "edge-" + i, List.of("edge", "--config", file, "--name", "edge-" + i));
        }
        platform.awaitReady(stage);
        return platform;
    }

    /** What stands in place of a handler for these services, each with its class's name for a name. */
    static String chain(final Class<?>... handlers) {
        return Arrays.stream(handlers)
                .map(each -> "{ name: " + each.getSimpleName() + ", handler: " + each.getName() + " }")
                .collect(Collectors.joining(", ", CHAIN + "[", "]"));
    }

    /** Waits until so many nodes share the slots and each slot has its backup. */
    void awaitSettled(final int nodes) {
        Await.until(
                nodes + " nodes share the slots",
                START_MAX,
                () -> isSettled(nodes),
                () -> status("edge-1").toPrettyString());
    }

    /** How many slots the node owns, as the edge has heard. */
    int slotsOwnedBy(final String node) {
        return slotsByNode().getOrDefault(node, 0);
    }

    /** True when so many nodes share the slots and each slot has its backup, as the edge has heard. */
    boolean isSettled(final int nodes) {
        return isSettled("edge-1", nodes);
    }

    /** The same, as the witness has heard; if it is a node, it owns some slots itself. */
    boolean isSettled(final String witness, final int nodes) {
        final JsonNode status = status(witness);
        final JsonNode grid = status.path("grid");
        return grid.path("settled").asBoolean()
                && grid.path("members").size() == nodes
                && (!witness.startsWith("node-") || !status.path("ownedSlots").isEmpty());
    }

    /** How many slots each node owns, as the edge has heard. */
    Map<String, Integer> slotsByNode() {
        final Map<String, Integer> slots = new LinkedHashMap<>();
        status("edge-1")
                .path("grid")
                .path("members")
                .forEach(member -> slots.put(
                        member.path("name").asText(), member.path("owned").asInt()));
        return slots;
    }

    /** Says by a Call-ID if one of the nodes owns that call now, as they say themselves. */
    Predicate<String> callsOf(final Set<String> nodes) {
        final BitSet slots = new BitSet();
        int count = 0;
        for (final String node : nodes) {
            final JsonNode status = status(node);
            count = status.path("slots").asInt();
            status.path("ownedSlots").forEach(slot -> slots.set(slot.asInt()));
        }
        return callsIn(slots, count);
    }

    /** The slots that nobody but these nodes has now, as the edge has heard. */
    BitSet slotsHeldOnlyBy(final Set<String> nodes) {
        final BitSet slots = new BitSet();
        for (final JsonNode slot : status("edge-1").path("grid").path("slots")) {
            boolean isElsewhere = !nodes.contains(slot.path("owner").asText());
            for (final JsonNode backup : slot.path("inSync")) {
                isElsewhere |= !nodes.contains(backup.asText());
            }
            slots.set(slot.path("slot").asInt(), !isElsewhere);
        }
        return slots;
    }

    /** Of each slot the epoch in which it was begun empty, as the edge has heard. */
    long[] begunEpochs() {
        return SlotsLost.begunEpochs(status("edge-1"));
    }

    /** Says by a Call-ID if that call is in one of the slots. */
    Predicate<String> callsIn(final BitSet slots) {
        return callsIn(slots, status("edge-1").path("slots").asInt());
    }

    private static Predicate<String> callsIn(final BitSet slots, final int count) {
        if (slots.isEmpty()) {
            return callId -> false;
        }
        final SlotHash hash = SlotHash.of(ClusterKey.parse(KEY), count);
        return callId -> slots.get(hash.slotOf(callId.getBytes(StandardCharsets.US_ASCII)));
    }

    /** The node that is backup of most of the owner's slots, as the edge has heard. */
    String backupOfMost(final String owner) {
        final Map<String, Integer> counts = new TreeMap<>();
        for (final JsonNode slot : status("edge-1").path("grid").path("slots")) {
            if (slot.path("owner").asText().equals(owner)) {
                slot.path("inSync").forEach(backup -> counts.merge(backup.asText(), 1, Integer::sum));
            }
        }
        return Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    /** The processes of hosts whose member of the registry is "leader" or "follower" now. */
    List<String> hostsByRegistryRole(final String role) {
        return children.keySet().stream()
                .filter(member -> member.startsWith("host"))
                .filter(member -> status(member).path("registry").asText().equals(role))
                .toList();
    }

    /** The process with the media driver of the member's host. */
    String hostProcessOf(final String member) {
        final String host = hostsOfMembers.get(member);
        return host == null ? host() : "host-" + host;
    }

    /** All other processes of the host whose own process this is. */
    List<String> membersOnHostOf(final String hostProcess) {
        return children.keySet().stream()
                .filter(member ->
                        !member.equals(hostProcess) && hostProcessOf(member).equals(hostProcess))
                .toList();
    }

    /** What {@code kill -9} does: the process has no last word. */
    void kill(final String member) {
        process(member).signal("KILL");
        Await.until(member + " is gone", START_MAX, () -> !process(member).isAlive(), () -> "");
    }

    /** Stops the process, so that it does nothing; returns when the kernel says that it is stopped. */
    void freeze(final String member) {
        process(member).signal("STOP");
        Await.until(member + " is stopped", START_MAX, () -> process(member).isStopped());
    }

    /** Lets a process that was stopped go on where it was. */
    void thaw(final String member) {
        process(member).signal("CONT");
    }

    /** Starts members that have ended once more. */
    void restart(final Stage stage, final String... members) {
        for (final String member : members) {
            startAgain(stage, member);
        }
        awaitReady(stage);
    }

    /** Kills all processes at once, and waits until they are gone. */
    void killAll() {
        children.values().forEach(child -> child.signal("KILL"));
        children.keySet().forEach(this::kill);
    }

    /** Starts all processes again, in no particular order. */
    void restartAll(final Stage stage) {
        restart(stage, children.keySet().toArray(String[]::new));
    }

    /** Starts a member with further options, and does not wait for it. */
    Child tryStart(final Stage stage, final String member, final String... options) {
        final List<String> before = List.copyOf(Objects.requireNonNull(arguments.get(member)));
        startWith(stage, member, options);
        arguments.put(member, before);
        return process(member);
    }

    /** Starts a member with further options. */
    void restartWith(final Stage stage, final String member, final String... options) {
        startWith(stage, member, options);
        awaitReady(stage);
    }

    private void startWith(final Stage stage, final String member, final String... options) {
        final List<String> all = new ArrayList<>(Objects.requireNonNull(arguments.get(member)));
        final int handler = all.indexOf(options[0]);
        if (handler >= 0) {
            all.subList(handler, handler + 2).clear();
        }
        all.addAll(List.of(options));
        start(stage, member, all);
    }

    /** The name of the process with the media driver and the registry. */
    String host() {
        return "host";
    }

    /** Where the member's admin server listens. */
    String adminOf(final String member) {
        return Objects.requireNonNull(adminAddresses.get(member));
    }

    /** Starts a member that has ended once more, and does not wait for it. */
    void startAgain(final Stage stage, final String member) {
        start(stage, member, List.copyOf(Objects.requireNonNull(arguments.get(member))));
    }

    /** Says to a member what an operator's command says. */
    void command(final String member, final String command, final String json) {
        try {
            final HttpResponse<String> answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://" + adminAddresses.get(member) + "/" + command))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(json))
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(command + " " + json + ": " + answer.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void start(final Stage stage, final String name, final List<String> itsArguments) {
        Dialtone.warmUp(stage);
        arguments.put(name, List.copyOf(itsArguments));
        final Network spread = network;
        final String host = hostsOfMembers.get(name);
        final String admin = (spread == null || host == null ? "127.0.0.1" : spread.address(host)) + ":" + Ports.free();
        final List<String> all = new ArrayList<>(itsArguments);
        all.addAll(List.of("--admin", admin));
        if (spread == null || host == null) {
            final List<String> command = Dialtone.command(all);
            children.put(
                    name, stage.start(name, memory == null ? command : memory.with(command), Dialtone.ENVIRONMENT));
        } else {
            all.addAll(List.of(
                    "--admin-allow-remote",
                    "--admin-token-file",
                    stage.directory().resolve("admin.token").toString()));
            children.put(name, stage.start(name, spread.on(host, Dialtone.command(all)), Dialtone.ENVIRONMENT));
        }
        adminAddresses.put(name, admin);
    }

    private void awaitReady(final Stage stage) {
        for (final Map.Entry<String, Child> member : children.entrySet()) {
            final Child child = member.getValue();
            Await.until(
                    member.getKey() + " is ready",
                    START_MAX,
                    () -> {
                        if (!child.isAlive()) {
                            throw new AssertionError(
                                    member.getKey() + " ended with " + child.exitValue() + ":\n" + child.tail());
                        }
                        return isReady(member.getKey());
                    },
                    child::tail);
        }
        stage.onFailureTell(this::toString);
    }

    /** True if the member says so; not while it does not answer. */
    boolean isReady(final String member) {
        try {
            return get(member, "readyz").statusCode() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    JsonNode status(final String member) {
        try {
            return JSON.readTree(get(member, "status").body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> get(final String member, final String page) {
        try {
            final HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://" + adminAddresses.get(member) + "/" + page))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Where SIP goes in. */
    String address() {
        return sipAddress + ":" + port;
    }

    InetSocketAddress socketAddress() {
        return new InetSocketAddress(sipAddress, port);
    }

    int port() {
        return port;
    }

    Child process(final String member) {
        final Child child = children.get(member);
        if (child == null) {
            throw new AssertionError("no " + member + " in " + children.keySet());
        }
        return child;
    }

    List<String> members() {
        return List.copyOf(children.keySet());
    }

    List<Child> processes() {
        return List.copyOf(children.values());
    }

    void assertAllAlive() {
        children.forEach((name, child) -> {
            if (!child.isAlive()) {
                throw new AssertionError(name + " has died:\n" + child.tail());
            }
        });
    }

    @Override
    public String toString() {
        final StringBuilder words = new StringBuilder();
        children.forEach((name, child) -> words.append(name)
                .append(child.isAlive() ? ": " + status(name).toPrettyString() : " has died")
                .append('\n'));
        return words.toString();
    }
}
