package io.dialtone.runtime.node;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.dialtone.sip.trace.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes spans as a request of OTLP in JSON (opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest): by the rules of protobuf, whole numbers of 64 bits as text and enums as numbers, but ids in
 * hexadecimal. For one thread.
 */
final class OtlpEncoder {
    private static final JsonFactory JSON = new JsonFactory();
    private static final HexFormat HEX = HexFormat.of();
    private static final String SCOPE = "io.dialtone.sip.trace";
    private static final int INTERNAL = 1;
    private static final int SERVER = 2;
    private static final int CLIENT = 3;
    private static final int STATUS_ERROR = 2;

    private final List<Span.Attribute> resource;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);

    /**
     * @param instance name of the process
     */
    OtlpEncoder(final String instance, final long pid) {
        resource = List.of(
                Span.Attribute.of("service.name", "dialtone"),
                Span.Attribute.of("service.instance.id", instance),
                Span.Attribute.of("service.version", Version.number()),
                Span.Attribute.of("process.pid", pid));
    }

    byte[] encode(final List<Span> spans) {
        bytes.reset();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart("resourceSpans");
            json.writeStartObject();
            json.writeObjectFieldStart("resource");
            attributes(json, resource);
            json.writeEndObject();
            json.writeArrayFieldStart("scopeSpans");
            json.writeStartObject();
            json.writeObjectFieldStart("scope");
            json.writeStringField("name", SCOPE);
            json.writeStringField("version", Version.number());
            json.writeEndObject();
            json.writeArrayFieldStart("spans");
            for (final Span span : spans) {
                span(json, span);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory can always be written", e);
        }
        return bytes.toByteArray();
    }

    private static void span(final JsonGenerator json, final Span span) throws IOException {
        final Span.Identity identity = span.identity();
        final Span.Details details = span.details();
        json.writeStartObject();
        json.writeStringField("traceId", hex(identity.traceHigh()) + hex(identity.traceLow()));
        json.writeStringField("spanId", hex(identity.span()));
        if (identity.parent() != 0) {
            json.writeStringField("parentSpanId", hex(identity.parent()));
        }
        json.writeStringField("name", span.name());
        json.writeNumberField(
                "kind",
                switch (span.kind()) {
                    case INTERNAL -> INTERNAL;
                    case SERVER -> SERVER;
                    case CLIENT -> CLIENT;
                });
        json.writeStringField("startTimeUnixNano", String.valueOf(span.beganNs()));
        json.writeStringField("endTimeUnixNano", String.valueOf(span.endedNs()));
        attributes(json, details.attributes());
        if (!details.events().isEmpty()) {
            json.writeArrayFieldStart("events");
            for (final Span.Event event : details.events()) {
                json.writeStartObject();
                json.writeStringField("timeUnixNano", String.valueOf(event.timeNs()));
                json.writeStringField("name", event.name());
                attributes(json, event.attributes());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (details.eventsLost() > 0) {
            json.writeNumberField("droppedEventsCount", details.eventsLost());
        }
        if (details.link().isPresent()) {
            link(json, details.link().get());
        }
        if (!span.error().isEmpty()) {
            json.writeObjectFieldStart("status");
            json.writeNumberField("code", STATUS_ERROR);
            json.writeStringField("message", span.error());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void link(final JsonGenerator json, final Span.Link link) throws IOException {
        json.writeArrayFieldStart("links");
        json.writeStartObject();
        json.writeStringField("traceId", hex(link.traceHigh()) + hex(link.traceLow()));
        json.writeStringField("spanId", hex(link.span()));
        json.writeEndObject();
        json.writeEndArray();
    }

    private static void attributes(final JsonGenerator json, final List<Span.Attribute> attributes) throws IOException {
        if (attributes.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("attributes");
        for (final Span.Attribute attribute : attributes) {
            json.writeStartObject();
            json.writeStringField("key", attribute.name());
            json.writeObjectFieldStart("value");
            switch (attribute) {
                case Span.Words words -> json.writeStringField("stringValue", words.value());
                case Span.Count count -> json.writeStringField("intValue", String.valueOf(count.value()));
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String hex(final long number) {
        return HEX.toHexDigits(number);
    }
}
