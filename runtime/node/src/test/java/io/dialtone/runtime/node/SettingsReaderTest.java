package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsReaderTest {
    private static final Map<String, List<String>> LISTEN = Map.of("--listen", List.of("udp:127.0.0.1:5060"));

    @TempDir
    private Path folder = Path.of("");

    @Test
    void shouldTakeDefaultsForWhatNobodySets() throws Exception {
        final Settings settings = read(LISTEN, Map.of(), null);

        assertEquals(1, settings.get(SipSettings.LOOPS));
        assertEquals(500_000_000L, settings.get(SipLbSettings.PROBE_INTERVAL));
        assertEquals("call-id", settings.get(SipLbSettings.AFFINITY).toString());
        assertFalse(settings.isExplicit(SipSettings.LOOPS));
    }

    @Test
    void shouldLetFlagsWinOverTheEnvironmentAndThatOverTheFile() throws Exception {
        final Path file = file("sip:\n  listen: udp:127.0.0.1:1\n  loops: 2\n  batch: 16\n  send-queue: 64\n");

        final Settings settings = read(
                Map.of("--loops", List.of("4")), Map.of("DIALTONE_SIP_LOOPS", "3", "DIALTONE_SIP_BATCH", "17"), file);

        assertEquals(4, settings.get(SipSettings.LOOPS));
        assertEquals(17, settings.get(SipSettings.BATCH));
        assertEquals(64, settings.get(SipSettings.SEND_QUEUE));
        assertEquals("--loops", settings.origin(SipSettings.LOOPS));
        assertEquals("DIALTONE_SIP_BATCH", settings.origin(SipSettings.BATCH));
        assertEquals(file + ":5", settings.origin(SipSettings.SEND_QUEUE));
    }

    @Test
    void shouldTakeListsFromRepeatedFlagsFromCommasAndFromYaml() throws Exception {
        final Path file = file("sip-lb:\n  backends:\n    - 127.0.0.1:5071\n    - 127.0.0.1:5072;weight=3\n");

        final Settings settings =
                read(Map.of("--listen", List.of("udp:127.0.0.1:1", "udp:[::1]:2,udp:0.0.0.0:3")), Map.of(), file);

        assertEquals(
                List.of("udp:127.0.0.1:1", "udp:[::1]:2", "udp:0.0.0.0:3"),
                settings.get(SipSettings.LISTEN).stream()
                        .map(ListenerSpec::toString)
                        .toList());
        assertEquals(
                3, settings.find(SipLbSettings.BACKENDS).orElseThrow().get(1).weight());
    }

    @Test
    void shouldTakeListenersBehindProxies() throws Exception {
        final String behind = "tls:127.0.0.1:1;advertise=sip.example.net:5061;proxy-protocol-from=192.0.2.10"
                + ";proxy-protocol-from=2001:db8::/32";

        final ListenerSpec spec = ListenerSpec.parse(behind);

        assertEquals(behind, spec.toString());
        assertEquals(2, spec.proxies().size());
        for (final String wrong : List.of(
                "udp:127.0.0.1:1;proxy-protocol-from=192.0.2.10",
                "tcp:127.0.0.1:1;proxy-protocol-from=",
                "tcp:127.0.0.1:1;proxy-protocol-from=haproxy",
                "tcp:127.0.0.1:1;proxy-protocol-from=192.0.2.0/33",
                "tcp:127.0.0.1:1;proxy-protocol=required")) {
            assertThrows(WrongValueException.class, () -> ListenerSpec.parse(wrong), wrong);
        }
    }

    @Test
    void shouldSayAllThatIsWrongAtOnceAndWhatMightBeMeant() throws Exception {
        final Path file =
                file("sip:\n  listen: sctp:127.0.0.1:1\n  lops: 3\nsip-lb:\n  backend: 127.0.0.1:5071\nloops: 4\n");

        final List<String> problems = problems(
                Map.of("--transport", List.of("epol"), "--probe-interval", List.of("500")),
                Map.of("DIALTONE_SIP_LOPS", "3"),
                file);

        assertContains(problems, "sip.lops is no setting. Maybe sip.loops. [" + file + ":3]");
        assertContains(problems, "sip-lb.backend is no setting. Maybe sip-lb.backends. [" + file + ":5]");
        assertContains(problems, "loops is no setting. Maybe sip.loops. [" + file + ":6]");
        assertContains(problems, "sip.transport: epol (expected: one of auto, epoll, nio). Maybe epoll. [--transport]");
        assertContains(problems, "Maybe 500ms. [--probe-interval]");
        assertContains(problems, "DIALTONE_SIP_LOPS is no setting. Maybe DIALTONE_SIP_LOOPS. [environment]");
        assertContains(problems, "tls:, ws: or wss: instead of udp:");
        assertEquals(7, problems.size());
    }

    @Test
    void shouldLeaveVariablesAloneThatAreFarFromOurs() throws Exception {
        final Settings settings =
                read(LISTEN, Map.of("DIALTONE_SERVICE_HOST", "10.0.0.1", "DIALTONE_PORT_5060_UDP", "x"), null);

        assertEquals(1, settings.get(SipSettings.LOOPS));
    }

    @Test
    void shouldNameTheWaysToGiveWhatIsMissing() {
        final List<String> problems = problems(Map.of(), Map.of(), null);

        assertEquals(1, problems.size());
        assertTrue(problems.get(0).startsWith("sip.listen is missing"), problems.get(0));
        assertTrue(problems.get(0).contains("--listen udp:HOST:PORT"), problems.get(0));
        assertTrue(problems.get(0).contains("DIALTONE_SIP_LISTEN"), problems.get(0));
    }

    @Test
    void shouldRefuseWhatIsGivenTwice() throws Exception {
        assertContains(
                problems(Map.of("--loops", List.of("1", "2"), "--listen", List.of("udp:127.0.0.1:1")), Map.of(), null),
                "--loops is there 2 times (expected: once).");
        final Path file = file("sip:\n  loops: 1\nsip:\n  loops: 2\n");
        assertTrue(problems(LISTEN, Map.of(), file).get(0).contains("sip"), "a key that is there twice");
    }

    @Test
    void shouldNameTheLineOfWhatIsNoYaml() throws Exception {
        final Path file = file("sip:\n  loops: [1\n");

        assertTrue(problems(LISTEN, Map.of(), file).get(0).startsWith(file + ":"), "file and line");
        assertContains(
                problems(LISTEN, Map.of(), folder.resolve("none.yaml")),
                folder.resolve("none.yaml") + " is not there (expected: a configuration file)");
    }

    @Test
    void shouldFindFilesBesideTheFileThatNamesThem() throws Exception {
        final Path file = file("sip-lb:\n  backends-file: backends.txt\n");

        assertEquals(
                folder.resolve("backends.txt"),
                read(LISTEN, Map.of(), file).find(SipLbSettings.BACKENDS_FILE).orElseThrow());
    }

    private static Settings read(
            final Map<String, List<String>> flags, final Map<String, String> environment, final @Nullable Path file)
            throws WrongConfigurationException {
        return new SettingsReader(SipLbSettings.GROUPS, flags, environment, file).read();
    }

    private static List<String> problems(
            final Map<String, List<String>> flags, final Map<String, String> environment, final @Nullable Path file) {
        return assertThrows(WrongConfigurationException.class, () -> read(flags, environment, file))
                .problems();
    }

    private static void assertContains(final List<String> problems, final String part) {
        assertTrue(problems.stream().anyMatch(p -> p.contains(part)), () -> part + " is not among " + problems);
    }

    private Path file(final String yaml) throws Exception {
        return Files.writeString(folder.resolve("dialtone.yaml"), yaml);
    }
}
