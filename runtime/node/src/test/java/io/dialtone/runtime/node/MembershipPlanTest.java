package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host reads of the membership, and says when it is wrong. */
class MembershipPlanTest {
    private static final String MEMBERS = """
            cluster:
              members:
                - { name: edge-1, role: edge, host: b, link: "192.0.2.2:20001", listen: "udp:127.0.0.1:5060" }
                - { name: node-1, role: node, host: a, link: "192.0.2.1:20011" }
            grid:
              registry: [ "a@192.0.2.1:21000", "c@192.0.2.3:21000", "edge-1@192.0.2.2:21000" ]
            """;
    private static final String SEEDS =
            MEMBERS + "membership: { use: seeds, seeds: [ 192.0.2.1:5701, 192.0.2.2:5702 ] }\n";

    @TempDir
    private Path folder = Path.of("");

    private final Problems problems = new Problems();

    @Test
    void shouldBeOffUnlessItIsChosen() throws Exception {
        assertEquals(Optional.empty(), plan(MEMBERS, "a", Map.of()));
        assertEquals(Optional.empty(), plan(MEMBERS + "membership: { seeds: 192.0.2.1:5701 }\n", "a", Map.of()));
        assertTrue(problems.isEmpty(), () -> problems.sentences().toString());
    }

    @Test
    void shouldNumberTheHostsOfTheFileAndListenWhereTheirMembersDo() throws Exception {
        final MembershipPlan a = plan(SEEDS, "a", Map.of()).orElseThrow();
        final MembershipPlan c = plan(SEEDS, "c", Map.of()).orElseThrow();

        assertEquals(List.of("b", "a", "c"), a.known().hosts());
        assertEquals(KnownProcesses.HOST_NUMBER_FIRST + 2, c.known().numberOf("c"));
        assertEquals("node-1", a.known().nodesOn("a").getFirst().name());
        assertEquals(List.of(), a.known().nodesOn("b"));
        assertEquals(new Endpoint("192.0.2.1", 5701), a.at());
        assertEquals(new Endpoint("192.0.2.3", 5701), c.at());
        assertEquals(List.of(new Endpoint("192.0.2.1", 5701), new Endpoint("192.0.2.2", 5702)), a.seeds());
        assertEquals(10, a.silenceMaxSeconds());
        assertEquals("dialtone", a.cluster());
        assertTrue(problems.isEmpty(), () -> problems.sentences().toString());
    }

    @Test
    void shouldTakeItsOwnAddressAndPortFromTheEnvironment() throws Exception {
        final MembershipPlan plan = plan(
                        SEEDS,
                        "a",
                        Map.of("DIALTONE_MEMBERSHIP_ADDRESS", "192.0.2.9", "DIALTONE_MEMBERSHIP_PORT", "6000"))
                .orElseThrow();

        assertEquals(new Endpoint("192.0.2.9", 6000), plan.at());
    }

    @Test
    void shouldReadTheSeedsThatAContainerPlatformSets() throws Exception {
        final String file = MEMBERS + "membership: { use: environment }\n";

        final MembershipPlan plan = plan(
                        file, "a", Map.of("DIALTONE_MEMBERSHIP_SEEDS", " 192.0.2.1:5701,[::1]:5702 node-3:5703,\n"))
                .orElseThrow();

        assertEquals(
                List.of("192.0.2.1:5701", "[::1]:5702", "node-3:5703"),
                plan.seeds().stream().map(Endpoint::toString).toList());
    }

    @Test
    void shouldSayWhichSeedsAreMissing() throws Exception {
        plan(MEMBERS + "membership: { use: seeds }\n", "a", Map.of());
        plan(MEMBERS + "membership: { use: environment, seeds: 192.0.2.1:5701 }\n", "a", Map.of());

        assertEquals(
                "membership.seeds is missing (expected: HOST:PORT of one or more hosts, a port from 1, as membership.use is seeds)."
                        + " Maybe 192.0.2.1:5701.",
                problems.sentences().get(0));
        assertTrue(
                problems.sentences().get(1).startsWith("DIALTONE_MEMBERSHIP_SEEDS is missing")
                        && problems.sentences().get(1).contains("Maybe seeds, since membership.seeds is set."),
                problems.sentences().get(1));
    }

    @Test
    void shouldSayWhichHostsThereAre() throws Exception {
        plan(SEEDS.replace("host: a", "host: host-a"), "host-x", Map.of());

        assertEquals(
                "--name: host-x (expected: one of the hosts that the cluster's file names, as membership.use is not off: b, host-a, a, c)."
                        + " Maybe host-a.",
                problems.sentences().getFirst());
    }

    @Test
    void shouldRefuseAnAddressThatIsAnyOfTheMachine() throws Exception {
        plan(SEEDS, "a", Map.of("DIALTONE_MEMBERSHIP_ADDRESS", "0.0.0.0"));

        assertTrue(
                problems.sentences().getFirst().startsWith("membership.address: 0.0.0.0 (expected: one address"),
                problems.sentences().getFirst());
    }

    @Test
    void shouldNeedAListOfMembers() throws Exception {
        final Settings settings = settings("membership: { use: multicast }\n", Map.of());

        MembershipPlan.of(settings, Optional.empty(), GridPlan.of(settings, problems), "a", problems);

        assertTrue(
                problems.sentences().getFirst().startsWith("membership.use: multicast (expected: off, as no file"),
                problems.sentences().getFirst());
    }

    @Test
    void shouldSayWhatIsWrongWithAValue() throws Exception {
        assertWrong(
                "use: sedes",
                "membership.use: sedes (expected: one of off, seeds, multicast, environment). Maybe seeds.");
        assertWrong("seeds: 192.0.2.1", "membership.seeds: 192.0.2.1 (expected: HOST:PORT");
        assertWrong("seeds: 192.0.2.1:0", "(expected: HOST:PORT of one or more hosts, a port from 1)");
        assertWrong(
                "port: 0", "membership.port: 0 (expected: a whole number from 1 to 65535). Maybe 5701, the default.");
        assertWrong(
                "group: 192.0.2.1:5000",
                "membership.group: 192.0.2.1:5000 (expected: GROUP:PORT, an address from 224.0.0.0");
        assertWrong("group: all-hosts:5000", "membership.group: all-hosts:5000 (expected: GROUP:PORT");
        assertWrong("silence-max: 1s", "membership.silence-max: 1s (expected: a time from 4s to 5m");
        assertWrong("adress: x", "membership.adress is no setting. Maybe membership.address.");
    }

    private void assertWrong(final String line, final String words) throws Exception {
        try {
            settings("membership: { " + line + " }\n", Map.of());
        } catch (WrongConfigurationException e) {
            assertTrue(e.problems().getFirst().contains(words), e.problems()::toString);
            return;
        }
        throw new AssertionError(line + " is taken");
    }

    private Optional<MembershipPlan> plan(final String yaml, final String host, final Map<String, String> environment)
            throws Exception {
        final Settings settings = settings(yaml, environment);
        return MembershipPlan.of(
                settings,
                Optional.of(ClusterFile.read(settings, problems)),
                GridPlan.of(settings, problems),
                host,
                problems);
    }

    private Settings settings(final String yaml, final Map<String, String> environment) throws Exception {
        final Path file = Files.writeString(folder.resolve("cluster.yaml"), yaml);
        return new SettingsReader(HostCommand.GROUPS, Map.of(), environment, file).read();
    }
}
