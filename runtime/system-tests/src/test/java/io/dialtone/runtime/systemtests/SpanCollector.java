package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes OTLP over HTTP in JSON and reads it by the letter: what is not as the protocol has it is written down as a complaint. It can be taken down, and come back where it was. */
final class SpanCollector implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> FIELDS = Set.of(
            "traceId",
            "spanId",
            "parentSpanId",
            "name",
            "kind",
            "startTimeUnixNano",
            "endTimeUnixNano",
            "attributes",
            "events",
            "droppedEventsCount",
            "links",
            "status");

    /** A span and whose it is. */
    record Received(String instance, String key, JsonNode span) {
        String trace() {
            return span.path("traceId").asText();
        }

        String id() {
            return span.path("spanId").asText();
        }

        String parent() {
            return span.path("parentSpanId").asText("");
        }

        /** {@code INVITE 2}: its name, and its kind as the number that the protocol gives it. */
        String title() {
            return span.path("name").asText() + " " + span.path("kind").asInt();
        }

        String attribute(final String name) {
            return valueOf(span.path("attributes"), name);
        }

        List<String> events() {
            final List<String> events = new CopyOnWriteArrayList<>();
            span.path("events")
                    .forEach(event -> events.add(
                            event.path("name").asText() + valueOf(event.path("attributes"), "sip.status_code")));
            return events;
        }
    }

    private final List<Received> spans = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final int port;
    private HttpServer server;

    private SpanCollector() throws IOException {
        server = listen(0);
        port = server.getAddress().getPort();
    }

    static SpanCollector listen(final Stage stage) {
        try {
            final SpanCollector collector = new SpanCollector();
            stage.closeAtEnd(collector);
            return collector;
        } catch (IOException e) {
            throw new AssertionError("no socket for a collector", e);
        }
    }

    private HttpServer listen(final int at) throws IOException {
        final HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        made.createContext("/", exchange -> {
            try (exchange) {
                final byte[] body = exchange.getRequestBody().readAllBytes();
                if (!exchange.getRequestURI().getPath().equals("/v1/traces")
                        || !exchange.getRequestMethod().equals("POST")
                        || !"application/json"
                                .equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
                    complaints.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                }
                read(
                        JSON.readTree(body),
                        String.valueOf(exchange.getRequestHeaders().getFirst("x-api-key")));
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, 2);
                exchange.getResponseBody().write(new byte[] {'{', '}'});
            }
        });
        made.start();
        return made;
    }

    private void read(final JsonNode request, final String key) {
        for (final JsonNode resource : request.path("resourceSpans")) {
            final JsonNode attributes = resource.at("/resource/attributes");
            if (!valueOf(attributes, "service.name").equals("dialtone")
                    || valueOf(attributes, "service.version").isEmpty()) {
                complaints.add("resource " + attributes);
            }
            for (final JsonNode scope : resource.path("scopeSpans")) {
                for (final JsonNode span : scope.path("spans")) {
                    check(span);
                    spans.add(new Received(valueOf(attributes, "service.instance.id"), key, span));
                }
            }
        }
    }

    private void check(final JsonNode span) {
        span.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                complaints.add("field " + name);
            }
        });
        final boolean isGood = span.path("traceId").asText().matches("[0-9a-f]{32}")
                && span.path("spanId").asText().matches("[0-9a-f]{16}")
                && (!span.has("parentSpanId")
                        || span.path("parentSpanId").asText().matches("[0-9a-f]{16}"))
                && span.path("kind").isInt()
                && span.path("startTimeUnixNano").isTextual()
                && span.path("endTimeUnixNano").isTextual()
                && span.path("endTimeUnixNano").asLong()
                        >= span.path("startTimeUnixNano").asLong();
        if (!isGood) {
            complaints.add("span " + span);
        }
    }

    private static String valueOf(final JsonNode attributes, final String name) {
        for (final JsonNode attribute : attributes) {
            if (attribute.path("key").asText().equals(name)) {
                final JsonNode value = attribute.path("value");
                return value.has("intValue")
                        ? value.path("intValue").asText()
                        : value.path("stringValue").asText();
            }
        }
        return "";
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    List<Received> spans() {
        return spans;
    }

    /** The whole trace in which a span with this attribute is. */
    List<Received> traceWith(final String attribute, final String value) {
        return spans.stream()
                .filter(span -> span.attribute(attribute).equals(value))
                .findFirst()
                .map(found -> spans.stream()
                        .filter(span -> span.trace().equals(found.trace()))
                        .toList())
                .orElse(List.of());
    }

    List<String> complaints() {
        return complaints;
    }

    void takeDown() {
        server.stop(0);
    }

    void comeBack() throws IOException {
        server = listen(port);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
