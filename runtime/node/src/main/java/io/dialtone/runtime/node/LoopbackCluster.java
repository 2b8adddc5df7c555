package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotHash;
import io.dialtone.runtime.demo.DemoCluster;
import io.dialtone.runtime.demo.NodeKill;
import io.dialtone.state.registry.RegistryPeer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** A cluster of real processes on loopback: a host, nodes, an edge. Started and closed by one thread. */
final class LoopbackCluster implements DemoCluster {
    private static final long READY_MS_MAX = 30_000;
    private static final long LOOK_MS = 50;
    private static final int KEY_BYTES = 32;

    private final Path folder;
    private final ChildProcesses processes;
    private final InetSocketAddress edge;
    private final ClusterKey key;
    private volatile String killed = "";

    private final Thread atExit = new Thread(this::stop, "demo-at-exit");

    private LoopbackCluster(
            final Path folder, final ChildProcesses processes, final InetSocketAddress edge, final ClusterKey key) {
        this.folder = folder;
        this.processes = processes;
        this.edge = edge;
        this.key = key;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts them and waits until all see each other.
     *
     * @param handler class of the service
     */
    static LoopbackCluster start(final int nodes, final String handler, final Consumer<String> progress)
            throws IOException, InterruptedException {
        return start(nodes, handler, progress, ChildProcesses::new);
    }

    /**
     * The same with processes that are started in another way.
     *
     * @param starter gets the folder of their output
     */
    static LoopbackCluster start(
            final int nodes,
            final String handler,
            final Consumer<String> progress,
            final Function<Path, ChildProcesses> starter)
            throws IOException, InterruptedException {
        final Path folder = Files.createTempDirectory("dialtone-demo-");
        final ChildProcesses processes = starter.apply(folder);
        final InetSocketAddress edge = freePort();
        boolean done = false;
        try {
            final String host = folder.getFileName().toString();
            final Path config = folder.resolve("cluster.yaml");
            Files.writeString(config, clusterFile(host, nodes, edge, FreePorts.block(RegistryPeer.PORTS), handler));
            final String secret = secret();
            Files.writeString(folder.resolve("cluster.key"), secret);
            final List<ChildProcesses.Child> members = new ArrayList<>();
            progress.accept("host: media driver for shared memory");
            processes.awaitReady(start(processes, "host", host, config), READY_MS_MAX);
            for (int i = 1; i <= nodes; i++) {
                members.add(start(processes, "node", "node-" + i, config));
            }
            progress.accept(nodes + " nodes: each owns a part of the calls");
            members.add(start(processes, "edge", "edge-1", config));
            progress.accept("edge: SIP comes in at udp:" + edge.getAddress().getHostAddress() + ":" + edge.getPort());
            for (final ChildProcesses.Child member : members) {
                processes.awaitReady(member, READY_MS_MAX);
            }
            awaitSettled(members.getLast(), nodes);
            progress.accept("every call will be known to two nodes before it is answered");
            done = true;
            return new LoopbackCluster(folder, processes, edge, ClusterKey.parse(secret.trim()));
        } finally {
            if (!done) {
                processes.close();
                deleteFolder(folder);
            }
        }
    }

    private static ChildProcesses.Child start(
            final ChildProcesses processes, final String role, final String name, final Path config)
            throws IOException {
        return processes.start(
                role.equals("host") ? role : name,
                List.of(role, "--config", config.toString(), "--name", name, "--admin", "127.0.0.1:0"));
    }

    /** Waits until all nodes have their share of the slots, and each slot its backup. */
    private static void awaitSettled(final ChildProcesses.Child edge, final int nodes)
            throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READY_MS_MAX);
        JsonNode grid = Json.object();
        while (System.nanoTime() - deadlineNs < 0) {
            grid = gridOf(edge.process().pid());
            if (grid.path("settled").asBoolean() && grid.path("members").size() == nodes) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        throw new IOException("the nodes did not share the slots in " + READY_MS_MAX + " ms: " + grid);
    }

    private static JsonNode gridOf(final long pid) {
        try {
            return statusOf(pid).path("grid");
        } catch (IOException | UnavailableException | AdminRefusal e) {
            return Json.object().put("unknown", String.valueOf(e.getMessage())); // asked again, or told at the end
        }
    }

    /** What a process says of itself; nothing if it does not run. */
    private static JsonNode statusOf(final long pid) throws IOException, UnavailableException, AdminRefusal {
        for (final RunFile running : RunFile.readAll(RunFile.directory(System.getenv()))) {
            if (running.pid() == pid) {
                return AdminClient.of(running).get("/status");
            }
        }
        return Json.object();
    }

    private static String clusterFile(
            final String host,
            final int nodes,
            final InetSocketAddress edge,
            final int registryPort,
            final String handler) {
        final StringBuilder yaml = new StringBuilder(512);
        yaml.append("service: { name: demo, handler: ").append(handler).append(" }\n");
        // Seven processes on a small machine: one that waits for a processor is not dead.
        yaml.append("link: { peer-silence-max: 3s }\n");
        yaml.append("grid: { registry: \"")
                .append(host)
                .append("@127.0.0.1:")
                .append(registryPort)
                .append("\", registry-directory: registry }\n");
        yaml.append("cluster:\n  key-file: cluster.key\n  members:\n");
        // All on one host, so that nobody binds the link's ports: they only have to differ.
        yaml.append("    - { name: edge-1, role: edge, host: ").append(host);
        yaml.append(", link: \"127.0.0.1:20001\", listen: \"udp:127.0.0.1:")
                .append(edge.getPort())
                .append("\" }\n");
        for (int i = 1; i <= nodes; i++) {
            yaml.append("    - { name: node-")
                    .append(i)
                    .append(", role: node, host: ")
                    .append(host);
            yaml.append(", link: \"127.0.0.1:").append(20_010 + i).append("\" }\n");
        }
        return yaml.toString();
    }

    private static String secret() {
        final byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes) + "\n";
    }

    private static InetSocketAddress freePort() throws IOException {
        final InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (DatagramSocket socket = new DatagramSocket(0, loopback)) {
            return new InetSocketAddress(loopback, socket.getLocalPort());
        }
    }

    @Override
    public InetSocketAddress edge() {
        return edge;
    }

    @Override
    public List<String> processes() {
        return processes.children().stream().map(ChildProcesses.Child::toString).toList();
    }

    @Override
    public List<String> died() {
        return processes.children().stream()
                .filter(child -> !child.isAlive() && !child.name().equals(killed))
                .map(ChildProcesses.Child::toString)
                .toList();
    }

    @Override
    public Map<String, Long> callsByNode() {
        final Map<String, Long> calls = new TreeMap<>();
        try {
            for (final RunFile running : RunFile.readAll(RunFile.directory(System.getenv()))) {
                if (running.role().equals("node") && isOurs(running.pid())) {
                    final JsonNode counters =
                            AdminClient.of(running).get("/status").path("counters");
                    calls.put(
                            running.name(),
                            counters.path("worker.sessions-begun").asLong());
                }
            }
        } catch (IOException | UnavailableException | AdminRefusal e) {
            return Map.of(); // only for show: a node that cannot tell now is found out by its calls
        }
        return calls;
    }

    @Override
    public NodeKill killBusiest() {
        final String victim = callsByNode().entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("node-1");
        final ChildProcesses.Child child = processes.children().stream()
                .filter(each -> each.name().equals(victim))
                .findFirst()
                .orElseThrow();
        final JsonNode status = lastStatusOf(child);
        final Set<Integer> slots = new HashSet<>();
        status.path("ownedSlots").forEach(slot -> slots.add(slot.asInt()));
        final SlotHash hash = SlotHash.of(key, status.path("slots").asInt());
        killed = victim;
        final long nowNs = System.nanoTime();
        child.process().destroyForcibly(); // SIGKILL
        return new NodeKill(
                victim, nowNs, callId -> slots.contains(hash.slotOf(callId.getBytes(StandardCharsets.US_ASCII))));
    }

    private static JsonNode lastStatusOf(final ChildProcesses.Child child) {
        try {
            final JsonNode status = statusOf(child.process().pid());
            if (!status.isEmpty()) {
                return status;
            }
        } catch (IOException | UnavailableException | AdminRefusal e) {
            throw new IllegalStateException("cannot ask " + child.name() + " for its slots", e);
        }
        throw new IllegalStateException(child.name() + " does not run");
    }

    private boolean isOurs(final long pid) {
        return processes.children().stream().anyMatch(child -> child.process().pid() == pid);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            return; // we end already, and the hook does it
        }
        stop();
    }

    private void stop() {
        processes.close();
        deleteFolder(folder);
    }

    private static void deleteFolder(final Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.getLogger(LoopbackCluster.class.getName())
                    .log(System.Logger.Level.WARNING, "{0} stays behind: {1}", folder, e.getMessage());
        }
    }
}
