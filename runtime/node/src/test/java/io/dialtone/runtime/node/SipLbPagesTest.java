package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.sip.routing.BackendSpec;
import io.dialtone.sip.routing.BackendStatus;
import io.dialtone.sip.routing.Balancer;
import io.dialtone.sip.routing.ProxyConfig;
import io.dialtone.sip.trace.TraceFilter;
import io.dialtone.sip.transport.SipTransport;
import io.dialtone.sip.transport.SipTransportConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SipLbPagesTest {
    private static final BackendSpec FIXED = BackendSpec.parse("127.0.0.1:5071");

    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");
    private Optional<SipTransport> transport = Optional.empty();
    private Optional<SipLbPages> pages = Optional.empty();
    private Optional<Balancer> balancer = Optional.empty();

    @BeforeEach
    void open() throws Exception {
        file = Files.writeString(folder.resolve("backends.txt"), "127.0.0.1:5072;weight=2 # the big one\n\n");
        final Balancer made =
                new Balancer(ProxyConfig.builder().backends(List.of(FIXED)).build(), 1);
        final SipTransport started = SipTransport.start(
                SipTransportConfig.builder().listen("127.0.0.1", 0).build(), made::proxy);
        balancer = Optional.of(made);
        transport = Optional.of(started);
        pages = Optional.of(new SipLbPages(made, started, noTrace(), Optional.of(file), List.of(FIXED)));
    }

    private static TraceRoom noTrace() {
        return new TraceRoom(
                new TracePlan(0, TraceFilter.ALL, true, Optional.empty(), Optional.empty()),
                1,
                "sip-lb",
                () -> message -> 0,
                member -> "");
    }

    @AfterEach
    void close() {
        transport.ifPresent(SipTransport::close);
    }

    @Test
    void shouldMakeTheBackendsThoseOfTheFileAndKeepThoseFromElsewhere() throws Exception {
        assertEquals("1 backend changed as " + file + " says", command("reload", "{}"));
        assertEquals(List.of("127.0.0.1:5071", "127.0.0.1:5072"), names());

        Files.writeString(file, "127.0.0.1:5073\n");
        command("reload", "{}");
        assertEquals(List.of("127.0.0.1:5071", "127.0.0.1:5073"), names());
        assertEquals(file + " says what is in use already", command("reload", "{}"));
    }

    @Test
    void shouldShowHowABackendIsReached() throws Exception {
        balancer.orElseThrow().control().add(BackendSpec.parse("tcp:127.0.0.1:5079"));
        final ObjectNode status = Json.object();
        pages.orElseThrow().status(status);
        final StringWriter text = new StringWriter();
        new StatusText(new PrintWriter(text), false).print(List.of(status));

        assertEquals("udp", status.path("backends").path(0).path("transport").asText());
        assertEquals("tcp", status.path("backends").path(1).path("transport").asText());
        assertTrue(text.toString().contains("\ntcp:127.0.0.1:5079 "), text::toString);
        assertTrue(text.toString().contains("\n127.0.0.1:5071 "), text::toString);
        command("backends", "{\"remove\":\"tcp:127.0.0.1:5079\"}");
        assertEquals(List.of("127.0.0.1:5071"), names());
    }

    @Test
    void shouldRefuseBackendsThatNoListenerSpeaksWith() throws Exception {
        final AdminRefusal ofAdd =
                assertThrows(AdminRefusal.class, () -> command("backends", "{\"add\": \"tcp:127.0.0.1:5079\"}"));
        assertTrue(String.valueOf(ofAdd.getMessage()).contains("no listener of TCP"), ofAdd::getMessage);

        Files.writeString(file, "tls:127.0.0.1:5079\n");
        final AdminRefusal ofReload = assertThrows(AdminRefusal.class, () -> command("reload", "{}"));
        assertTrue(String.valueOf(ofReload.getMessage()).contains("no listener of TLS"), ofReload::getMessage);
        assertEquals(List.of("127.0.0.1:5071"), names());
    }

    @Test
    void shouldChangeNothingIfALineOfTheFileIsWrong() throws Exception {
        Files.writeString(file, "127.0.0.1:5073\n127.0.0.1:port\n127.0.0.1:5073\n");

        final AdminRefusal refusal = assertThrows(AdminRefusal.class, () -> command("reload", "{}"));

        final String message = String.valueOf(refusal.getMessage());
        assertTrue(message.startsWith("nothing has changed: " + file + ":2: 127.0.0.1:port (expected:"), message);
        assertTrue(message.contains(file + ":3: 127.0.0.1:5073 is in line 1 already"), message);
        assertEquals(List.of("127.0.0.1:5071"), names());
    }

    @Test
    void shouldAddWeighDrainAndRemove() throws Exception {
        command("backends", "{\"add\":\"127.0.0.1:5072\"}");
        command("backends", "{\"backend\":\"127.0.0.1:5072\",\"weight\":3}");
        command("drain", "{\"backend\":\"127.0.0.1:5071\"}");

        final List<BackendStatus> backends = balancer.orElseThrow().control().list();
        assertTrue(backends.get(0).draining());
        assertEquals(3, backends.get(1).weight());

        command("drain", "{\"backend\":\"127.0.0.1:5071\",\"undo\":true}");
        command("backends", "{\"remove\":\"127.0.0.1:5072\"}");
        assertEquals(List.of("127.0.0.1:5071"), names());
    }

    @Test
    void shouldShowTheAlgorithmAndWhatIsOpenAndResponseTimesByClass() throws Exception {
        command("backends", "{\"add\":\"127.0.0.1:5072;open-max=400\"}");
        final ObjectNode status = Json.object();
        pages.orElseThrow().status(status);
        final MetricsPage metrics = new MetricsPage();
        pages.orElseThrow().metrics(metrics);
        final StringWriter text = new StringWriter();
        new StatusText(new PrintWriter(text), false).print(List.of(status));

        assertEquals("weighted-hash", status.path("algorithm").asText());
        final JsonNode second = status.path("backends").path(1);
        assertEquals(400, second.path("openMax").asInt());
        assertEquals(0, second.path("open").asInt(-1));
        assertEquals(0, second.path("timesEjected").asInt(-1));
        for (final String kind : List.of("invite", "register", "other")) {
            assertTrue(second.path("firstResponseMsByClass").path(kind).has("p99"), kind);
            assertTrue(
                    metrics.toString()
                            .contains(
                                    "dialtone_sip_lb_backend_first_response_seconds_count{backend=\"127.0.0.1:5072\",class=\""
                                            + kind + "\"} 0\n"),
                    kind);
        }
        assertTrue(metrics.toString()
                .contains("dialtone_sip_lb_backend_open_transactions_max{backend=\"127.0.0.1:5072\"} 400\n"));
        assertTrue(text.toString().contains("backends by weighted-hash, affinity call-id"), text.toString());
        assertTrue(text.toString().contains("0 of 400"), text.toString());
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        assertRefused(AdminRefusal.CONFLICT, "backends", "{\"add\":\"127.0.0.1:5071\"}");
        assertRefused(AdminRefusal.NOT_FOUND, "drain", "{\"backend\":\"127.0.0.1:5079\"}");
        assertRefused(AdminRefusal.BAD_REQUEST, "backends", "{\"backend\":\"127.0.0.1:5071\",\"weight\":0}");
        assertRefused(AdminRefusal.BAD_REQUEST, "backends", "{}");
        assertRefused(AdminRefusal.BAD_REQUEST, "backends", "{\"add\":\"no address\"}");
    }

    @Test
    void shouldNotBeReadyWithoutABackendInUse() throws Exception {
        command("drain", "{\"backend\":\"127.0.0.1:5071\"}");

        assertEquals(
                "no backend is in use; new calls are answered 503",
                pages.orElseThrow().whyNotReady());
    }

    private void assertRefused(final int status, final String command, final String request) {
        assertEquals(
                status,
                assertThrows(AdminRefusal.class, () -> command(command, request))
                        .status());
    }

    private String command(final String command, final String request) throws Exception {
        return pages.orElseThrow()
                .command(command, Json.read(request))
                .path("done")
                .asText();
    }

    private List<String> names() {
        return balancer.orElseThrow().control().list().stream()
                .map(BackendStatus::name)
                .toList();
    }
}
