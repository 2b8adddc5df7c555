package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceChainSettingsTest {
    private static final String ANSWERING = "io.dialtone.examples.AnsweringService";

    @TempDir
    private Path folder = Path.of("");

    private final Problems problems = new Problems();

    @Test
    void shouldReadEachServiceOfAChainInItsOrder() throws Exception {
        final List<Settings> services = read("""
                service:
                  affinity: from-user
                  chain:
                    - { name: gate, handler: com.example.Gate, version: "7", realm: example.com }
                    - { name: answering, handler: com.example.Answering, state-size-max: 4k, digest-algorithms: [md5] }
                """);

        assertTrue(problems.isEmpty(), () -> problems.sentences().toString());
        assertEquals("gate", services.get(0).get(NodeSettings.SERVICE_NAME));
        assertEquals("7", services.get(0).get(NodeSettings.SERVICE_VERSION));
        assertEquals("example.com", services.get(0).get(NodeSettings.REALM));
        assertEquals("com.example.Answering", services.get(1).get(NodeSettings.HANDLER));
        assertEquals(4096, services.get(1).get(NodeSettings.STATE_SIZE_MAX));
        assertEquals("from-user", services.get(1).get(NodeSettings.AFFINITY).toString());
    }

    @Test
    void shouldTakeOneServiceAsEver() throws Exception {
        final List<Settings> services = read("service: { name: demo, handler: " + ANSWERING + " }\n");

        assertTrue(problems.isEmpty(), () -> problems.sentences().toString());
        assertEquals(1, services.size());
    }

    @Test
    void shouldSayWhatIsWrongWithAChainInOneGo() throws Exception {
        read("""
                service:
                  chain:
                    - { name: "the gate", handler: com.example.Gate }
                    - { name: b2b, handler: com.example.B, handlr: x }
                    - { name: B2B, handler: com.example.B, state-size-max: lots }
                    - { name: last }
                """);

        final String all = String.join("\n", problems.sentences());
        assertTrue(all.contains("service.chain[0].name: the gate (expected: a letter"), all);
        assertTrue(all.contains("Maybe the-gate."), all);
        assertTrue(all.contains("service.chain[1].handlr is no setting of a service in a chain"), all);
        assertTrue(all.contains("Maybe handler."), all);
        assertTrue(all.contains("service.chain[2].name: B2B (expected: a name that no other service"), all);
        assertTrue(all.contains("service.chain[2].state-size-max: lots"), all);
        assertTrue(all.contains("service.chain[3].handler is missing"), all);
        assertTrue(all.contains("cluster.yaml:"), all);
    }

    @Test
    void shouldRefuseAHandlerBesideAChain() throws Exception {
        read("service: { handler: com.example.A, chain: [ { name: a, handler: com.example.A } ] }\n");

        assertTrue(
                problems.sentences().getFirst().startsWith("service.handler and service.chain are both there"),
                () -> problems.sentences().toString());
    }

    @Test
    void shouldMissAHandler() throws Exception {
        read("service: { name: nobody }\n");

        assertTrue(
                problems.sentences().getFirst().startsWith("service.handler is missing (expected: "),
                () -> problems.sentences().toString());
    }

    @Test
    void shouldRefuseAChainThatIsTooLong() throws Exception {
        read("service:\n  chain:\n" + "    - { name: a, handler: com.example.A }\n".repeat(8));

        assertTrue(
                problems.sentences()
                        .getFirst()
                        .startsWith("service.chain: 8 services (expected: a list of 1 to 7 services)"),
                () -> problems.sentences().toString());
    }

    private List<Settings> read(final String yaml) throws Exception {
        final Path file = folder.resolve("cluster.yaml");
        Files.writeString(file, yaml);
        final Settings settings = new SettingsReader(NodeCommand.GROUPS, Map.of(), Map.of(), file).read();
        return ServiceChainSettings.read(settings, problems);
    }
}
