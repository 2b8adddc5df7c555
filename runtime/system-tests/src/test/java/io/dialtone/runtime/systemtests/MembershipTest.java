package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Hosts that look for each other, and hosts that do not, as processes. */
class MembershipTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String READY = "^  ready +after";
    private static final String HOST_A = "ms-a-" + ProcessHandle.current().pid();
    private static final String HOST_B = "ms-b-" + ProcessHandle.current().pid();

    @RegisterExtension
    final Stage stage = new Stage();

    private final Map<String, String> admins = new HashMap<>();

    @Test
    void shouldLoadNothingOfTheMembershipWhereItIsNotUsed() throws IOException {
        final String file = clusterFile(Ports.free(), Ports.free());
        final Path classes = stage.directory().resolve("classes");
        final Child host = stage.start(
                "host",
                Dialtone.command("host", "--config", file, "--name", HOST_A, "--admin", "127.0.0.1:" + Ports.free()),
                Map.of(
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "JDK_JAVA_OPTIONS",
                        "-Xlog:class+load=info:file=" + classes));

        host.awaitOutput(READY, SOON);
        host.signal("TERM");
        assertEquals(0, host.awaitExit(SOON), host::tail);

        final String loaded = Files.readString(classes);
        assertTrue(loaded.contains("io.dialtone.runtime.node.MembershipRoom "), "the host's classes are listed");
        assertFalse(loaded.contains("com.hazelcast."), "a class of Hazelcast");
        assertFalse(loaded.contains("io.dialtone.state.membership."), "a class of the room that knows it");
        assertFalse(host.output().contains("hosts  "), host::output);
    }

    @Test
    void shouldShowInOneHostThatAnotherHasCrashed() throws Exception {
        final int portA = Ports.free();
        final int portB = Ports.free();
        final String file = clusterFile(portA, portB);
        final Child a = host(HOST_A, file, portA);
        final Child b = host(HOST_B, file, portB);
        a.awaitOutput(READY, SOON);
        a.awaitOutput("membership: host " + HOST_B + " is there", SOON);
        b.awaitOutput("membership: host " + HOST_A + " is there", SOON);
        assertEquals("there", stateOf(HOST_B));
        assertNoNoise(a);

        b.kill9();

        a.awaitOutput("membership: host " + HOST_B + " is gone: LOST", SOON);
        assertEquals("lost", stateOf(HOST_B));
        a.signal("TERM");
        assertEquals(0, a.awaitExit(SOON), a::tail);
    }

    private Child host(final String name, final String file, final int port) {
        final String admin = "127.0.0.1:" + Ports.free();
        admins.put(name, admin);
        return stage.start(
                name,
                Dialtone.command(
                        "host",
                        "--config",
                        file,
                        "--name",
                        name,
                        "--membership",
                        "seeds",
                        "--membership-port",
                        String.valueOf(port),
                        "--admin",
                        admin),
                Dialtone.ENVIRONMENT);
    }

    private String clusterFile(final int portA, final int portB) throws IOException {
        return Files.writeString(stage.directory().resolve("cluster.yaml"), """
                        cluster:
                          members:
                            - { name: edge-1, role: edge, host: %s, link: "127.0.0.1:%d", listen: "udp:127.0.0.1:5060" }
                            - { name: node-1, role: node, host: %s, link: "127.0.0.1:%d" }
                        grid: { registry: "%s@127.0.0.1:%d", registry-directory: registry }
                        membership:
                          cluster: %s
                          seeds: [ "127.0.0.1:%d", "127.0.0.1:%d" ]
                        """.formatted(
                        HOST_A, Ports.free(), HOST_B, Ports.free(), HOST_A, Ports.block(5), HOST_A, portA, portB))
                .toString();
    }

    /** How host A shows another. */
    private String stateOf(final String host) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            final JsonNode status = new ObjectMapper()
                    .readTree(http.send(
                                    HttpRequest.newBuilder(URI.create("http://" + admins.get(HOST_A) + "/status"))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body());
            for (final JsonNode each : status.path("membership").path("processes")) {
                if (each.path("name").asText().equals(host)) {
                    return each.path("state").asText();
                }
            }
            return status.toString();
        }
    }

    private static void assertNoNoise(final Child host) {
        for (final String noise : List.of("WARNING", "Exception", "Unsafe", "hazelcast")) {
            assertFalse(host.output().contains(noise), host::output);
        }
    }
}
