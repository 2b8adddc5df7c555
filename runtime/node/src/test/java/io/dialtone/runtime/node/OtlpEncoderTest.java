package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class OtlpEncoderTest {
    private final OtlpEncoder encoder = new OtlpEncoder("edge-1", 17);

    /** Put together by hand from opentelemetry-proto and the JSON mapping of protobuf, with the exceptions that OTLP makes. */
    @Test
    void shouldWriteTheJsonOfTheProtocol() throws Exception {
        final String expected = """
                {"resourceSpans": [{
                  "resource": {"attributes": [
                    {"key": "service.name", "value": {"stringValue": "dialtone"}},
                    {"key": "service.instance.id", "value": {"stringValue": "edge-1"}},
                    {"key": "service.version", "value": {"stringValue": "development"}},
                    {"key": "process.pid", "value": {"intValue": "17"}}]},
                  "scopeSpans": [{
                    "scope": {"name": "io.dialtone.sip.trace", "version": "development"},
                    "spans": [{
                      "traceId": "fedcba987654321000000000000000ff",
                      "spanId": "000000000000abcd",
                      "parentSpanId": "8000000000000001",
                      "name": "INVITE",
                      "kind": 3,
                      "startTimeUnixNano": "1790000000123456789",
                      "endTimeUnixNano": "1790000001000000000",
                      "attributes": [
                        {"key": "sip.call_id", "value": {"stringValue": "a\\"b\\\\c\\u0001é"}},
                        {"key": "sip.status_code", "value": {"intValue": "503"}},
                        {"key": "dialtone.epoch", "value": {"intValue": "9223372036854775807"}}],
                      "events": [
                        {"timeUnixNano": "1790000000200000000", "name": "sip.response",
                         "attributes": [{"key": "sip.status_code", "value": {"intValue": "180"}}]},
                        {"timeUnixNano": "1790000000300000000", "name": "sip.ack"}],
                      "droppedEventsCount": 3,
                      "links": [{"traceId": "00000000000000070000000000000008", "spanId": "0000000000000009"}],
                      "status": {"code": 2, "message": "503"}
                    }]
                  }]
                }]}""";

        assertEquals(
                Json.read(expected),
                Json.read(new String(encoder.encode(List.of(Spans.full())), StandardCharsets.UTF_8)));
    }

    @Test
    void shouldLeaveOutWhatIsNot() throws Exception {
        encoder.encode(List.of(Spans.full()));

        assertEquals(
                Json.read("""
                        {"traceId": "00000000000000010000000000000002", "spanId": "0000000000000005", "name": "call", "kind": 1,
                         "startTimeUnixNano": "1000", "endTimeUnixNano": "2000"}"""),
                Json.read(new String(encoder.encode(List.of(Spans.small(5))), StandardCharsets.UTF_8))
                        .at("/resourceSpans/0/scopeSpans/0/spans/0"));
    }
}
