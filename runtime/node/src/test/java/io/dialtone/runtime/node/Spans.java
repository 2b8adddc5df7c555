package io.dialtone.runtime.node;

import io.dialtone.sip.trace.Span;
import java.util.List;
import java.util.Optional;

/** Spans that say something of everything. */
final class Spans {
    private Spans() {}

    static Span small(final int number) {
        return new Span(
                new Span.Identity(1, 2, number, 0),
                Span.Kind.INTERNAL,
                "call",
                1_000,
                2_000,
                "",
                new Span.Details(List.of(), List.of(), 0, Optional.empty()));
    }

    static Span full() {
        return new Span(
                new Span.Identity(0xFEDC_BA98_7654_3210L, 0x00FFL, 0xABCDL, 0x8000_0000_0000_0001L),
                Span.Kind.CLIENT,
                "INVITE",
                1_790_000_000_123_456_789L,
                1_790_000_001_000_000_000L,
                "503",
                new Span.Details(
                        List.of(
                                Span.Attribute.of("sip.call_id", "a\"b\\c\u0001é"),
                                Span.Attribute.of("sip.status_code", 503),
                                Span.Attribute.of("dialtone.epoch", Long.MAX_VALUE)),
                        List.of(
                                new Span.Event(
                                        1_790_000_000_200_000_000L,
                                        "sip.response",
                                        List.of(Span.Attribute.of("sip.status_code", 180))),
                                new Span.Event(1_790_000_000_300_000_000L, "sip.ack", List.of())),
                        3,
                        Optional.of(new Span.Link(7, 8, 9))));
    }
}
