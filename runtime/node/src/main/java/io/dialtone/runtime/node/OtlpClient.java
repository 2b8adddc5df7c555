package io.dialtone.runtime.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.dialtone.sip.trace.Span;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends spans to a collector by OTLP over HTTP: gathers them in a queue, sends one batch at a time and does not wait for the answer. What the collector cannot take now is sent again, later and later; what
 * it does not take in time, and what finds no room meanwhile, is dropped and counted. Called only by one thread, but for the counts.
 */
final class OtlpClient implements AutoCloseable {
    static final int QUEUE_SPANS_MAX = 8_192;
    static final int BATCH_SPANS_MAX = 512;
    static final long BATCH_WAIT_NS = TimeUnit.SECONDS.toNanos(1);

    /** A batch that the collector has not taken by then is dropped. */
    static final long BATCH_LIFE_NS = TimeUnit.SECONDS.toNanos(60);

    static final long BACKOFF_MIN_NS = TimeUnit.SECONDS.toNanos(1);
    static final long BACKOFF_MAX_NS = TimeUnit.SECONDS.toNanos(30);
    static final long RETRY_AFTER_MAX_NS = TimeUnit.SECONDS.toNanos(60);

    private static final System.Logger LOGGER = System.getLogger(OtlpClient.class.getName());
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    private static final long FLUSH_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int ANSWER_BYTES_MAX = 65_536;
    private static final int OK = 200;
    private static final int OK_MAX = 299;

    private final OtlpPlan plan;
    private final OtlpEncoder encoder;
    private final HttpClient http;
    private final ArrayDeque<Span> queue = new ArrayDeque<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong queueFull = new AtomicLong();
    private final AtomicLong unreachable = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    private byte[] batch = new byte[0];
    private int batchSpans;
    private long batchSinceNs;
    private long queuedSinceNs;
    private @Nullable CompletableFuture<HttpResponse<byte[]>> inFlight;
    private boolean isBackingOff;
    private long nextTryNs;
    private long backoffNs = BACKOFF_MIN_NS;
    private boolean hasComplained;
    private boolean hasComplainedOfRejection;
    private long lostWhenComplained;

    OtlpClient(final OtlpPlan plan, final OtlpEncoder encoder) {
        this.plan = plan;
        this.encoder = encoder;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** Takes a span, or drops it if there is no room. */
    void offer(final Span span, final long nowNs) {
        if (queue.size() == QUEUE_SPANS_MAX) {
            queueFull.incrementAndGet();
            return;
        }
        if (queue.isEmpty()) {
            queuedSinceNs = nowNs;
        }
        queue.addLast(span);
    }

    /** Looks after what was sent, and sends what is due. */
    int doWork(final long nowNs) {
        final CompletableFuture<HttpResponse<byte[]>> request = inFlight;
        if (request != null) {
            if (!request.isDone()) {
                return 0;
            }
            inFlight = null;
            onDone(request, nowNs);
            return 1;
        }
        if (isBackingOff && nextTryNs - nowNs > 0) {
            return 0;
        }
        if (batchSpans > 0 && nowNs - batchSinceNs >= BATCH_LIFE_NS) {
            drop(unreachable);
        }
        if (batchSpans == 0 && !takeBatch(nowNs)) {
            return 0;
        }
        send();
        return 1;
    }

    private boolean takeBatch(final long nowNs) {
        if (queue.isEmpty() || (queue.size() < BATCH_SPANS_MAX && nowNs - queuedSinceNs < BATCH_WAIT_NS)) {
            return false;
        }
        final List<Span> spans = new ArrayList<>(Math.min(BATCH_SPANS_MAX, queue.size()));
        while (spans.size() < BATCH_SPANS_MAX && !queue.isEmpty()) {
            spans.add(queue.removeFirst());
        }
        queuedSinceNs = nowNs;
        batch = encoder.encode(spans);
        batchSpans = spans.size();
        batchSinceNs = nowNs;
        return true;
    }

    private void send() {
        final HttpRequest.Builder request = HttpRequest.newBuilder(plan.collector())
                .timeout(REQUEST_TIMEOUT)
                .header("Content-Type", "application/json")
                .header("User-Agent", "dialtone/" + Version.number())
                .POST(HttpRequest.BodyPublishers.ofByteArray(batch));
        plan.headers().forEach(header -> request.setHeader(header.name(), header.value()));
        inFlight = http.sendAsync(
                request.build(),
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
    }

    private void onDone(final CompletableFuture<HttpResponse<byte[]>> request, final long nowNs) {
        final HttpResponse<byte[]> response;
        try {
            response = request.join();
        } catch (CompletionException | CancellationException e) {
            final Throwable cause = e.getCause() == null ? e : e.getCause();
            tryAgain("no answer: " + cause, Optional.empty(), nowNs);
            return;
        }
        final int status = response.statusCode();
        if (status >= OK && status <= OK_MAX) {
            onTaken(response.body());
            return;
        }
        switch (status) {
            case 429, 502, 503, 504 -> tryAgain("status " + status, retryAfterNs(response.headers()), nowNs);
            default -> {
                complain("status " + status);
                failures.incrementAndGet();
                isBackingOff = false; // it answers
                drop(refused);
            }
        }
    }

    private void onTaken(final byte[] body) {
        final long notTaken = Math.clamp(rejected(body), 0, batchSpans);
        rejected.addAndGet(notTaken);
        sent.addAndGet(batchSpans - notTaken);
        batchSpans = 0;
        batch = new byte[0];
        isBackingOff = false;
        backoffNs = BACKOFF_MIN_NS;
        if (hasComplained) {
            hasComplained = false;
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "OTLP: {0} takes spans again; {1} were lost meanwhile",
                    plan.place(),
                    String.valueOf(lost() - lostWhenComplained));
        }
    }

    /** Spans of a batch that the collector has taken as a whole and does not want to keep. */
    private long rejected(final byte[] body) {
        final JsonNode partial;
        try {
            partial = Json.read(new String(body, StandardCharsets.UTF_8)).path("partialSuccess");
        } catch (JsonProcessingException e) {
            return 0; // some answer in protobuf, or not at all
        }
        final long count = partial.path("rejectedSpans").asLong(0); // text, by the rules of protobuf
        if (count > 0 && !hasComplainedOfRejection) {
            hasComplainedOfRejection = true;
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "OTLP: {0} rejects spans: {1}",
                    plan.place(),
                    TraceEntry.printable(partial.path("errorMessage").asText("")));
        }
        return count;
    }

    private void tryAgain(final String why, final Optional<Long> afterNs, final long nowNs) {
        complain(why);
        failures.incrementAndGet();
        isBackingOff = true;
        nextTryNs = nowNs + afterNs.orElse(backoffNs);
        backoffNs = Math.min(BACKOFF_MAX_NS, backoffNs * 2);
    }

    private static Optional<Long> retryAfterNs(final HttpHeaders headers) {
        return headers.firstValue("Retry-After").flatMap(text -> {
            try {
                final long seconds = text.strip().matches("\\d{1,9}")
                        ? Long.parseLong(text.strip())
                        : Duration.between(
                                        Instant.now(),
                                        ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME))
                                .toSeconds();
                return Optional.of(Math.clamp(TimeUnit.SECONDS.toNanos(seconds), BACKOFF_MIN_NS, RETRY_AFTER_MAX_NS));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        });
    }

    private void complain(final String why) {
        if (!hasComplained) {
            hasComplained = true;
            lostWhenComplained = lost();
            LOGGER.log(System.Logger.Level.WARNING, "OTLP: spans are not taken by {0}: {1}", plan.place(), why);
        }
    }

    private void drop(final AtomicLong counter) {
        counter.addAndGet(batchSpans);
        batchSpans = 0;
        batch = new byte[0];
    }

    private long lost() {
        return queueFull.get() + unreachable.get() + refused.get();
    }

    /** Tries to send what is left; what does not arrive by then is dropped. Waits for nobody whom the last request has not reached. */
    void flush(final long waitNs) {
        final long untilNs = System.nanoTime() + waitNs;
        while (System.nanoTime() - untilNs < 0
                && (inFlight != null || batchSpans > 0 || !queue.isEmpty())
                && !isBackingOff) {
            queuedSinceNs = System.nanoTime() - BATCH_WAIT_NS;
            if (doWork(System.nanoTime()) == 0) {
                LockSupport.parkNanos(FLUSH_LOOK_NS);
            }
        }
        drop(unreachable);
        unreachable.addAndGet(queue.size());
        queue.clear();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    // ---- counts, for any thread

    static void metrics(final MetricsPage page, final @Nullable OtlpClient client) {
        page.counter("dialtone_otlp_spans_sent_total", "Spans that the collector of OpenTelemetry has taken.")
                .sample(client == null ? 0 : client.sent.getAcquire());
        page.counter(
                        "dialtone_otlp_spans_dropped_total",
                        "Spans that it has not: it was not there or busy for too long, refused the request, or rejected some of it; or they found no room while it was.")
                .sample(client == null ? 0 : client.unreachable.getAcquire(), "why", "unreachable")
                .sample(client == null ? 0 : client.refused.getAcquire(), "why", "refused")
                .sample(client == null ? 0 : client.rejected.getAcquire(), "why", "rejected")
                .sample(client == null ? 0 : client.queueFull.getAcquire(), "why", "queue");
        page.counter("dialtone_otlp_requests_failed_total", "Requests to it that were not answered by 2xx.")
                .sample(client == null ? 0 : client.failures.getAcquire());
    }
}
