package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.dialtone.sip.trace.SpanLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A collector that answers as it is told; the clock is moved by hand. */
class OtlpClientTest {
    private static final long S = TimeUnit.SECONDS.toNanos(1);
    private static final long WAIT_MAX_NS = TimeUnit.SECONDS.toNanos(20);

    /** What the collector answers next. */
    private record Answer(int status, String retryAfter, String body) {}

    /** What it was asked. */
    private record Request(String path, String key, String type, JsonNode body) {
        int spans() {
            return body.at("/resourceSpans/0/scopeSpans/0/spans").size();
        }
    }

    private final HttpServer collector = listen(0);
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final OtlpClient client = new OtlpClient(
            new OtlpPlan(
                    URI.create("http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces"),
                    List.of(new OtlpPlan.Header("x-api-key", "s3cret")),
                    Optional.empty(),
                    new SpanLimits(1, 1, 1)),
            new OtlpEncoder("edge-1", 17));
    private long nowNs = 1_000;

    private HttpServer listen(final int port) {
        try {
            final HttpServer server =
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            server.createContext("/", exchange -> {
                try (exchange) {
                    requests.add(new Request(
                            exchange.getRequestURI().getPath(),
                            String.valueOf(exchange.getRequestHeaders().getFirst("x-api-key")),
                            String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type")),
                            Json.read(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8))));
                    final Answer answer = answers.remove();
                    if (!answer.retryAfter().isEmpty()) {
                        exchange.getResponseHeaders().set("Retry-After", answer.retryAfter());
                    }
                    final byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
                    exchange.getResponseBody().write(body);
                }
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new AssertionError("no socket for a collector", e);
        }
    }

    @AfterEach
    void close() {
        client.close();
        collector.stop(0);
    }

    private void offer(final int spans) {
        for (int i = 0; i < spans; i++) {
            client.offer(Spans.small(i), nowNs);
        }
    }

    /** Sends what is due and waits until the answer, or the want of one, was seen. */
    private void exchange() {
        assertEquals(1, client.doWork(nowNs), "a request is sent");
        final long untilNs = System.nanoTime() + WAIT_MAX_NS;
        while (client.doWork(nowNs) == 0) {
            assertTrue(System.nanoTime() - untilNs < 0, "an answer in time");
            LockSupport.parkNanos(1_000_000);
        }
    }

    private String count(final String metric) {
        final MetricsPage page = new MetricsPage();
        OtlpClient.metrics(page, client);
        return page.toString()
                .lines()
                .filter(line -> line.startsWith("dialtone_otlp_" + metric + " "))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("no such metric");
    }

    @Test
    void shouldSendABatchWhenItIsFullOrHasWaitedLongEnough() throws Exception {
        answers.add(new Answer(200, "", "{}"));
        answers.add(new Answer(200, "", ""));
        offer(10);
        assertEquals(0, client.doWork(nowNs));
        offer(510);
        exchange();
        assertEquals(0, client.doWork(nowNs), "eight wait");
        nowNs += S;
        exchange();

        final Request first = requests.remove();
        assertEquals("/v1/traces", first.path());
        assertEquals("s3cret", first.key());
        assertEquals("application/json", first.type());
        assertEquals(512, first.spans());
        assertEquals(8, requests.remove().spans());
        assertEquals("520", count("spans_sent_total"));
        assertEquals("0", count("requests_failed_total"));
    }

    @Test
    void shouldSendAgainLaterAndLaterWhatIsNotTakenNow() {
        answers.addAll(List.of(
                new Answer(503, "", ""), new Answer(502, "", ""), new Answer(504, "", ""), new Answer(200, "", "")));
        offer(1);
        nowNs += S;
        for (final long waitS : new long[] {1, 2, 4}) {
            exchange();
            nowNs += waitS * S - 1;
            assertEquals(0, client.doWork(nowNs), "not before " + waitS + " s");
            nowNs += 1;
        }
        exchange();

        assertEquals(4, requests.size());
        assertEquals("1", count("spans_sent_total"));
        assertEquals("3", count("requests_failed_total"));
    }

    @Test
    void shouldWaitAsLongAsTheCollectorAsks() {
        answers.addAll(List.of(new Answer(429, "17", ""), new Answer(503, "100000", "")));
        offer(1);
        nowNs += S;
        exchange();
        nowNs += 17 * S - 1;
        assertEquals(0, client.doWork(nowNs));
        nowNs += 1;
        exchange();
        nowNs += 60 * S - 1;
        assertEquals(0, client.doWork(nowNs), "though not longer than a minute");
        nowNs += 1;

        assertEquals(0, client.doWork(nowNs), "the batch has become too old");
        assertEquals("1", count("spans_dropped_total{why=\"unreachable\"}"));
    }

    @Test
    void shouldDropWhatNobodyTakesAndGoOnWhenSomebodyDoes() {
        collector.stop(0);
        offer(OtlpClient.QUEUE_SPANS_MAX + 100);
        exchange();
        nowNs += 30 * S;
        exchange();
        nowNs += 30 * S;
        exchange();
        assertEquals("100", count("spans_dropped_total{why=\"queue\"}"));
        assertEquals("512", count("spans_dropped_total{why=\"unreachable\"}"));
        assertEquals("0", count("spans_sent_total"));

        final HttpServer again = listen(collector.getAddress().getPort());
        answers.addAll(List.of(new Answer(200, "", ""), new Answer(200, "", "")));
        nowNs += 30 * S;
        exchange();
        exchange();
        again.stop(0);

        assertEquals("1024", count("spans_sent_total"));
    }

    @Test
    void shouldNotSendAgainWhatIsRefused() {
        answers.addAll(List.of(new Answer(401, "", "no"), new Answer(200, "", "")));
        offer(1);
        nowNs += S;
        exchange();
        offer(2);
        nowNs += S;
        exchange();

        assertEquals("1", count("spans_dropped_total{why=\"refused\"}"));
        assertEquals("2", count("spans_sent_total"));
    }

    @Test
    void shouldCountWhatTheCollectorHasTakenAndNotKept() {
        answers.add(
                new Answer(200, "", "{\"partialSuccess\":{\"rejectedSpans\":\"2\",\"errorMessage\":\"too\\nold\"}}"));
        answers.add(new Answer(200, "", "{\"partialSuccess\":{\"rejectedSpans\":\"99\"}}"));
        answers.add(new Answer(200, "", "this is no JSON"));
        for (int i = 0; i < 3; i++) {
            offer(5);
            nowNs += S;
            exchange();
        }

        assertEquals("7", count("spans_dropped_total{why=\"rejected\"}"));
        assertEquals("8", count("spans_sent_total"));
    }

    @Test
    void shouldSendWhatIsLeftBeforeItEnds() {
        answers.addAll(List.of(new Answer(200, "", ""), new Answer(200, "", "")));
        offer(600);
        client.flush(WAIT_MAX_NS);

        assertEquals("600", count("spans_sent_total"));
    }

    @Test
    void shouldNotWaitAtTheEndForWhoIsNotThere() {
        collector.stop(0);
        offer(600);
        client.flush(WAIT_MAX_NS);

        assertEquals("600", count("spans_dropped_total{why=\"unreachable\"}"));
    }
}
