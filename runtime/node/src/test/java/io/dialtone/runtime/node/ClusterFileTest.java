package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.link.LinkRole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterFileTest {
    private static final String GOOD = """
            cluster:
              members:
                - { name: edge-1, role: edge, host: a, link: "127.0.0.1:20001", listen: ["udp:127.0.0.1:5060", "udp:[::1]:5060;advertise=sip.example.net:5060"] }
                - { name: node-1, role: node, host: a, link: "127.0.0.1:20011", threads: 2 }
                - { name: node-2, role: node, host: b, link: "127.0.0.1:20012" }
            """;

    @TempDir
    private Path folder = Path.of("");

    private final Problems problems = new Problems();

    @Test
    void shouldNumberMembersByTheirPlaceInTheList() throws Exception {
        final ClusterFile file = read(GOOD);

        assertTrue(problems.isEmpty(), () -> problems.sentences().toString());
        assertEquals(2, file.members().named("node-2").number());
        assertEquals(2, file.members().named("node-1").threads());
        assertEquals(LinkRole.EDGE, file.members().named("edge-1").role());
        assertEquals(Set.of("a", "b"), file.hosts());
        assertEquals(2, file.listeners().getOrDefault("edge-1", List.of()).size());
    }

    @Test
    void shouldFindTheMemberThatIsMeant() throws Exception {
        final ClusterFile file = read(GOOD);

        assertEquals(
                "edge-1",
                file.self(settings(GOOD, Map.of()), LinkRole.EDGE, problems)
                        .orElseThrow()
                        .name());
        assertEquals(
                "node-2",
                file.self(settings(GOOD, Map.of("DIALTONE_NAME", "node-2")), LinkRole.NODE, problems)
                        .orElseThrow()
                        .name());
        assertTrue(problems.isEmpty(), () -> problems.sentences().toString());
    }

    @Test
    void shouldSayWhichMembersThereAre() throws Exception {
        final ClusterFile file = read(GOOD);

        file.self(settings(GOOD, Map.of("DIALTONE_NAME", "nod-2")), LinkRole.NODE, problems);
        file.self(settings(GOOD, Map.of()), LinkRole.NODE, problems);

        assertEquals(
                "--name: nod-2 (expected: the node of the cluster that this process is, one of node-1, node-2). Maybe node-2.",
                problems.sentences().get(0));
        assertTrue(
                problems.sentences().get(1).startsWith("--name is missing"),
                problems.sentences().get(1));
    }

    @Test
    void shouldSayAllThatIsWrongWithMembers() throws Exception {
        read("""
                cluster:
                  members:
                    - { name: edge-1, role: egde, hots: a, link: 127.0.0.1 }
                    - node-1
                """);

        final String all = String.join("\n", problems.sentences());
        assertTrue(all.contains("cluster.members[0].hots is no setting"), all);
        assertTrue(all.contains("Maybe host."), all);
        assertTrue(all.contains("cluster.members[0].role: egde (expected: one of edge, node). Maybe edge."), all);
        assertTrue(all.contains("cluster.members[0].link: 127.0.0.1 (expected: HOST:PORT"), all);
        assertTrue(all.contains("cluster.members[0].host is missing"), all);
        assertTrue(all.contains("cluster.members[1]: no member"), all);
    }

    @Test
    void shouldRefuseAClusterWithoutNodesOrWithANameTwice() throws Exception {
        read(
                "cluster:\n  members:\n    - { name: e, role: edge, host: a, link: \"127.0.0.1:1\", listen: \"udp:127.0.0.1:5060\" }\n");
        assertTrue(
                problems.sentences().get(0).contains("no member has role node"),
                problems.sentences().get(0));

        read(GOOD.replace("node-2", "node-1"));
        assertTrue(
                problems.sentences().get(1).contains("given twice"),
                problems.sentences().get(1));
    }

    @Test
    void shouldSayWhatAMissingListLooksLike() throws Exception {
        read("cluster: { slots: 64 }\n");

        assertTrue(
                problems.sentences().get(0).startsWith("cluster.members is missing"),
                problems.sentences().get(0));
    }

    private ClusterFile read(final String yaml) throws Exception {
        return ClusterFile.read(settings(yaml, Map.of()), problems);
    }

    private Settings settings(final String yaml, final Map<String, String> environment) throws Exception {
        final Path file = Files.writeString(folder.resolve("cluster.yaml"), yaml);
        return new SettingsReader(
                        List.of(ClusterSettings.CLUSTER, ClusterSettings.LINK, CommonSettings.GROUP),
                        Map.of(),
                        environment,
                        file)
                .read();
    }
}
