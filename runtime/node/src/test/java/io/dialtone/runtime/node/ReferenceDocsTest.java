package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reference says what the program says. With {@code -Ddialtone.docs=write} it is written anew. */
class ReferenceDocsTest {
    private static final Path FOLDER = Path.of("..", "..", "docs", "reference");
    private static final boolean WRITE = "write".equals(System.getProperty("dialtone.docs"));
    private static final long READY_MS_MAX = 60_000;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void shouldDocumentEverySetting() throws Exception {
        check("settings.md", ReferenceDocs.settings());
    }

    @Test
    void shouldDocumentEveryCommand() throws Exception {
        check("command-line.md", ReferenceDocs.commandLine());
    }

    @Test
    void shouldDocumentEveryMetric() throws Exception {
        final Map<String, String> pages = new LinkedHashMap<>();
        try (ChildProcesses children = new ChildProcesses(folder);
                HttpClient http = HttpClient.newHttpClient()) {
            final ChildProcesses.Child balancer = children.start(
                    "sip-lb",
                    List.of(
                            "sip-lb",
                            "--listen",
                            "udp:127.0.0.1:0",
                            "--backend",
                            "127.0.0.1:9",
                            "--probe-interval",
                            "0",
                            "--admin",
                            "127.0.0.1:0"));
            final ChildProcesses.Child platform = children.start(
                    "run",
                    List.of(
                            "run",
                            "--listen",
                            "udp:127.0.0.1:" + freePort(),
                            "--handler",
                            "io.dialtone.examples.AnsweringService",
                            "--admin",
                            "127.0.0.1:0"));
            final int agentPort = freePort();
            final ChildProcesses.Child agent = children.start(
                    "agent", agent("one.example.net", "--listen", "tcp:127.0.0.1:" + agentPort, "--accept", "*"));
            final ChildProcesses.Child otherAgent = children.start(
                    "other-agent", agent("two.example.net", "--peer", "one.example.net=tcp:127.0.0.1:" + agentPort));
            final ChildProcesses.Child host = children.start(
                    "host",
                    List.of(
                            "host",
                            "--config",
                            hostFile(),
                            "--membership",
                            "seeds",
                            "--membership-seeds",
                            "127.0.0.1:" + freePort(),
                            "--membership-port",
                            String.valueOf(freePort()),
                            "--admin",
                            "127.0.0.1:0"));
            pages.put("dialtone sip-lb", metrics(http, children.awaitReady(balancer, READY_MS_MAX)));
            pages.put("dialtone run, edge, node", metrics(http, children.awaitReady(platform, READY_MS_MAX)));
            children.awaitReady(otherAgent, READY_MS_MAX);
            pages.put("dialtone diameter-lb", metrics(http, children.awaitReady(agent, READY_MS_MAX)));
            pages.put("dialtone host", metrics(http, children.awaitReady(host, READY_MS_MAX)));
        }

        pages.values().forEach(ReferenceDocsTest::checkFormat);
        check("metrics.md", ReferenceDocs.metrics(pages));
    }

    /** An agent is ready when it has a peer: so there are two, each the other's. */
    private static List<String> agent(final String identity, final String... more) {
        final List<String> arguments =
                new ArrayList<>(List.of("diameter-lb", "--identity", identity, "--admin", "127.0.0.1:0"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    /** A host that keeps the registry, and whose name no other host of this machine has. */
    private String hostFile() throws Exception {
        final String name = "docs-" + ProcessHandle.current().pid();
        return Files.writeString(folder.resolve("cluster.yaml"), """
                        cluster:
                          members:
                            - { name: edge-1, role: edge, host: NAME, link: "127.0.0.1:20001", listen: "udp:127.0.0.1:5060" }
                            - { name: node-1, role: node, host: NAME, link: "127.0.0.1:20002" }
                        grid:
                          registry: "NAME@127.0.0.1:PORT"
                          registry-directory: registry
                        """.replace("NAME", name)
                        .replace("PORT", String.valueOf(FreePorts.block(5))))
                .toString();
    }

    private static String metrics(final HttpClient http, final String admin) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://" + admin + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void checkFormat(final String page) {
        assertTrue(page.endsWith("\n"), "ends with a line");
        page.lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> assertTrue(
                        line.matches("[a-z_][a-z0-9_]*(\\{[a-z_]+=\"[^\"]*\"(,[a-z_]+=\"[^\"]*\")*})? [0-9.eE+-]+"),
                        line));
    }

    private static int freePort() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void check(final String name, final String page) throws Exception {
        final Path file = FOLDER.resolve(name);
        if (WRITE) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, page);
        }
        assertEquals(
                page,
                Files.exists(file) ? Files.readString(file) : "",
                () -> file + " is not what the program says; CONTRIBUTING.md says how to write it anew");
    }
}
