package io.dialtone.sip.trace;

import static io.dialtone.sip.trace.KeptMessages.answer;
import static io.dialtone.sip.trace.KeptMessages.attribute;
import static io.dialtone.sip.trace.KeptMessages.request;
import static io.dialtone.sip.trace.KeptMessages.timeNs;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SpanReaderTest {
    private final KeptMessages kept = new KeptMessages(new SpanLimits(1_000, 1, Long.MAX_VALUE), 2);

    @Test
    void shouldWaitForWhatAnotherThreadHasKeptEarlier() {
        kept.loop(0).fromBob(20, answer(200, "OPTIONS", "o", 1, "b", "1"));
        kept.work(30);
        kept.loop(1).toBob(15, request("OPTIONS", "o", 1, "", "1"));
        kept.workUntil(200, 7_000);

        final Span options = kept.span("OPTIONS", Span.Kind.CLIENT);
        assertEquals("200", attribute(options, "sip.status_code"));
        assertEquals(timeNs(20), options.endedNs());
        assertEquals(0, kept.book.unrelated());
    }

    @Test
    void shouldPutAnAnswerBehindTheRequestOfATurnThatBeganLater() {
        kept.loop(0).fromBob(20, answer(200, "OPTIONS", "o", 1, "b", "1"));
        kept.loop(1).toBob(22, request("OPTIONS", "o", 1, "", "1"));
        kept.workUntil(200, 7_000);

        final Span options = kept.span("OPTIONS", Span.Kind.CLIENT);
        assertEquals("200", attribute(options, "sip.status_code"));
        assertEquals(options.beganNs(), options.endedNs(), "no span ends before it begins");
    }

    @Test
    void shouldNotWaitForAClockThatWasSetBack() {
        kept.fromAlice(3_600_000, request("OPTIONS", "o", 1, "", "1"));
        kept.work(0);

        assertEquals(1, kept.book.openTransactions());
    }

    @Test
    void shouldCountWhatWasOverwrittenBeforeItWasRead() {
        for (int i = 0; i < 2_000; i++) {
            kept.fromAlice(i, request("OPTIONS", "o" + i, 1, "", "b" + i));
            if (i == 0) {
                kept.work(1);
            }
        }
        kept.work(10_000);

        assertEquals(2_000, kept.reader.missed() + kept.book.openTransactions());
    }
}
