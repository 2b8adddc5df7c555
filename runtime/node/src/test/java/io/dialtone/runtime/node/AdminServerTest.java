package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
    private static final Endpoint ANY_PORT = new Endpoint("127.0.0.1", 0);

    private final HttpClient http = HttpClient.newHttpClient();
    private final FakePages pages = new FakePages();
    private Optional<AdminServer> server = Optional.empty();

    @AfterEach
    void close() {
        server.ifPresent(AdminServer::close);
        http.close();
    }

    @Test
    void shouldAnswerMetricsStatusAndHealth() throws Exception {
        open(Optional.empty());

        final HttpResponse<String> metrics = get("/metrics");
        assertEquals(200, metrics.statusCode());
        assertEquals(
                "text/plain; version=0.0.4; charset=utf-8",
                metrics.headers().firstValue("Content-Type").orElse(""));
        assertTrue(metrics.body().contains("dialtone_info{role=\"test\",name=\"one\""), metrics.body());
        assertTrue(metrics.body().contains("fake_total 7"), metrics.body());
        assertEquals("test", Json.read(get("/status").body()).path("role").asText());
        assertEquals("alive\n", get("/healthz").body());
        assertEquals(200, get("/readyz").statusCode());
        assertEquals(404, get("/nothing").statusCode());
    }

    @Test
    void shouldSayWhyItIsNotReady() throws Exception {
        open(Optional.empty());
        pages.whyNotReady = "no backend is in use";

        final HttpResponse<String> ready = get("/readyz");

        assertEquals(503, ready.statusCode());
        assertEquals("no backend is in use\n", ready.body());
        assertEquals(
                "no backend is in use",
                Json.read(get("/status").body()).path("notReady").asText());
    }

    @Test
    void shouldDoCommandsAndPassRefusalsOn() throws Exception {
        open(Optional.empty());

        assertEquals(
                "drain x",
                Json.read(post("/drain", "{\"backend\":\"x\"}").body())
                        .path("done")
                        .asText());
        assertEquals(409, post("/drain", "{\"backend\":\"refused\"}").statusCode());
        assertEquals(400, post("/drain", "no json").statusCode());
        assertEquals(404, post("/explode", "{}").statusCode());
        assertEquals(413, post("/drain", "x".repeat(100_000)).statusCode());
    }

    @Test
    void shouldWantTheSecretForCommandsIfThereIsOne() throws Exception {
        open(Optional.of("secret"));

        assertEquals(401, post("/drain", "{\"backend\":\"x\"}").statusCode());
        assertEquals(
                401,
                post("/drain", "{\"backend\":\"x\"}", "Authorization", "Bearer wrong")
                        .statusCode());
        assertEquals(
                200,
                post("/drain", "{\"backend\":\"x\"}", "Authorization", "Bearer secret")
                        .statusCode());
        assertEquals(200, get("/metrics").statusCode());
    }

    @Test
    void shouldNotObeyAPageInABrowser() throws Exception {
        open(Optional.empty());

        assertEquals(
                403,
                post("/drain", "{\"backend\":\"x\"}", "Origin", "http://evil.example")
                        .statusCode());
    }

    @Test
    void shouldTakeTheNextPortOnlyWhereThatIsAllowed() throws Exception {
        open(Optional.empty());
        final int taken = server.orElseThrow().address().port();
        final Endpoint address = new Endpoint("127.0.0.1", taken);

        assertThrows(
                UnavailableException.class,
                () -> AdminServer.open(
                        new AdminServer.Access(address, taken, Optional.empty()),
                        ProcessFacts.of("test", "two"),
                        pages));
        try (AdminServer second = AdminServer.open(
                new AdminServer.Access(address, taken + 20, Optional.empty()), ProcessFacts.of("test", "two"), pages)) {
            assertNotEquals(taken, second.address().port());
        }
    }

    private void open(final Optional<String> token) throws Exception {
        server = Optional.of(
                AdminServer.open(new AdminServer.Access(ANY_PORT, 0, token), ProcessFacts.of("test", "one"), pages));
    }

    private HttpResponse<String> get(final String path) throws Exception {
        return http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(final String path, final String body, final String... headers) throws Exception {
        final HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(final String path) {
        return HttpRequest.newBuilder(
                URI.create("http://" + server.orElseThrow().address() + path));
    }

    /** Pages of a role that does nothing. */
    private static final class FakePages implements AdminPages {
        private volatile String whyNotReady = "";

        @Override
        public void metrics(final MetricsPage page) {
            page.counter("fake_total", "Seven.").sample(7);
        }

        @Override
        public void status(final ObjectNode status) {
            status.put("fake", true);
        }

        @Override
        public String whyNotReady() {
            return whyNotReady;
        }

        @Override
        public ObjectNode command(final String command, final JsonNode request) throws AdminRefusal {
            final String backend = request.path("backend").asText();
            if (backend.equals("refused")) {
                throw new AdminRefusal(AdminRefusal.CONFLICT, "refused");
            }
            return Json.object().put("done", command + " " + backend);
        }
    }
}
