package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.runtime.systemtests.CallHistory.EventKind;
import io.dialtone.sip.codec.SipMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each way in which a history can be wrong is found, and nothing is found in one that is right. */
class HistoryCheckerTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final CallHistory call = new CallHistory(1, "1@test", 0);
    private long nowNs;

    @Test
    void shouldFindNothingInACallThatRemembersAll() {
        established();
        asks(SipMethod.INFO, 2, "seen=3;handled=2;started=2;fired=1;by=7");
        later(5);
        asks(SipMethod.BYE, 3, "seen=7;handled=3;started=2;fired=2;by=8");

        assertFound();
    }

    @Test
    void shouldFindNothingWhenARequestThatWasGivenUpHasBeenHandledOrNot() {
        established();
        sends(SipMethod.OPTIONS, 2);
        sends(SipMethod.OPTIONS, 3);
        answered(EventKind.OK, SipMethod.OPTIONS, 3, 200, "seen=7;handled=3;started=1;fired=0;by=8");
        sends(SipMethod.OPTIONS, 4);
        sends(SipMethod.OPTIONS, 5);
        answered(EventKind.OK, SipMethod.OPTIONS, 5, 200, "seen=17;handled=4;started=1;fired=0;by=8");

        assertFound();
    }

    @Test
    void shouldFindARequestThatWasForgotten() {
        established();
        asks(SipMethod.OPTIONS, 2, "seen=3;handled=2;started=1;fired=0;by=7");
        asks(SipMethod.OPTIONS, 3, "seen=5;handled=2;started=1;fired=0;by=8");

        assertFound(HistoryAnomaly.FORGOTTEN);
    }

    @Test
    void shouldFindARequestThatWasNeverSent() {
        established();
        asks(SipMethod.OPTIONS, 2, "seen=13;handled=3;started=1;fired=0;by=7");

        assertFound(HistoryAnomaly.NEVER_SENT);
    }

    @Test
    void shouldFindARequestThatWasHandledTwice() {
        established();
        asks(SipMethod.OPTIONS, 2, "seen=3;handled=3;started=1;fired=0;by=8");

        assertFound(HistoryAnomaly.HANDLED_TWICE);
    }

    @Test
    void shouldFindAnswersThatContradictEachOther() {
        established();
        asks(SipMethod.OPTIONS, 2, "seen=3;handled=2;started=1;fired=0;by=7");
        answered(EventKind.OK, SipMethod.OPTIONS, 2, 200, "seen=3;handled=2;started=1;fired=1;by=8");
        answered(EventKind.FAIL, SipMethod.OPTIONS, 2, 481, null);

        assertFound(HistoryAnomaly.CONTRADICTED, HistoryAnomaly.CONTRADICTED);
    }

    @Test
    void shouldFindNothingInAnAnswerThatComesTwice() {
        established();
        asks(SipMethod.OPTIONS, 2, "seen=3;handled=2;started=1;fired=0;by=7");
        answered(EventKind.OK, SipMethod.OPTIONS, 2, 200, "seen=3;handled=2;started=1;fired=0;by=7");

        assertFound();
    }

    @Test
    void shouldFindRequestsThatWereRefusedOrNotAnswered() {
        established();
        sends(SipMethod.OPTIONS, 2);
        answered(EventKind.FAIL, SipMethod.OPTIONS, 2, 481, null);
        sends(SipMethod.BYE, 3);
        answered(EventKind.INFO, SipMethod.BYE, 3, 0, null);

        assertFound(HistoryAnomaly.REFUSED, HistoryAnomaly.UNANSWERED);
    }

    @Test
    void shouldTakeServiceUnavailableForARequestThatWasNotHandled() {
        established();
        sends(SipMethod.OPTIONS, 2);
        answered(EventKind.FAIL, SipMethod.OPTIONS, 2, 503, null);
        asks(SipMethod.OPTIONS, 3, "seen=5;handled=2;started=1;fired=0;by=8");
        sends(SipMethod.INVITE, 4);
        answered(EventKind.FAIL, SipMethod.INVITE, 4, 491, null);
        asks(SipMethod.OPTIONS, 5, "seen=15;handled=3;started=1;fired=0;by=8");
        assertFound();

        asks(SipMethod.OPTIONS, 6, "seen=37;handled=5;started=1;fired=0;by=8");
        assertFound(HistoryAnomaly.REFUSED_YET_HANDLED);
    }

    @Test
    void shouldNotMindACallThatWasNeverEstablished() {
        sends(SipMethod.INVITE, 1);
        answered(EventKind.FAIL, SipMethod.INVITE, 1, 500, null);

        assertFound();
    }

    @Test
    void shouldFindATimerThatWasLost() {
        established();
        later(1);
        asks(SipMethod.OPTIONS, 2, "seen=3;handled=2;started=1;fired=0;by=7");
        assertFound();

        later(4);
        asks(SipMethod.OPTIONS, 3, "seen=7;handled=3;started=1;fired=0;by=8");
        assertFound(HistoryAnomaly.TIMER_LOST);
    }

    @Test
    void shouldNotMissATimerInAnAnswerThatHadToWait() {
        established();
        sends(SipMethod.OPTIONS, 2);
        later(8);
        answered(EventKind.OK, SipMethod.OPTIONS, 2, 200, "seen=3;handled=2;started=1;fired=0;by=7");

        assertFound();
    }

    @Test
    void shouldFindTimersThatRanOutTooOften() {
        established();
        asks(SipMethod.OPTIONS, 2, "seen=3;handled=2;started=1;fired=2;by=7");
        assertFound(HistoryAnomaly.TIMER_DOUBLED);

        asks(SipMethod.OPTIONS, 3, "seen=7;handled=3;started=2;fired=2;by=7");
        assertFound(HistoryAnomaly.TIMER_DOUBLED, HistoryAnomaly.TIMER_DOUBLED);
    }

    @Test
    void shouldFindAnAnswerThatNoTimerGave() {
        established();
        asks(SipMethod.INFO, 2, "seen=3;handled=2;started=2;fired=0;by=7");

        assertFound(HistoryAnomaly.TIMER_EARLY, HistoryAnomaly.TIMER_LOST);
    }

    @Test
    void shouldFindCountsThatWentBack() {
        established();
        asks(SipMethod.OPTIONS, 2, "seen=3;handled=2;started=1;fired=1;by=7");
        asks(SipMethod.OPTIONS, 3, "seen=7;handled=3;started=1;fired=0;by=8");

        assertFound(HistoryAnomaly.WENT_BACK);
    }

    @Test
    void shouldFindAnAnswerThatDoesNotSayWhatItRemembers() {
        sends(SipMethod.INVITE, 1);
        answered(EventKind.OK, SipMethod.INVITE, 1, 200, null);

        assertFound(HistoryAnomaly.SILENT);
    }

    private void established() {
        asks(SipMethod.INVITE, 1, "seen=1;handled=1;started=1;fired=0;by=7");
    }

    private void asks(final SipMethod method, final long cseq, final String ledger) {
        sends(method, cseq);
        answered(EventKind.OK, method, cseq, 200, ledger);
    }

    private void sends(final SipMethod method, final long cseq) {
        call.add(new CallHistory.Event(EventKind.INVOKE, ++nowNs, cseq, method, 0, null));
    }

    private void answered(
            final EventKind kind,
            final SipMethod method,
            final long cseq,
            final int status,
            final @Nullable String ledger) {
        call.add(new CallHistory.Event(
                kind, ++nowNs, cseq, method, status, ledger == null ? null : LedgerLine.parse(ledger)));
    }

    private void later(final long seconds) {
        nowNs += seconds * SECOND_NS;
    }

    private void assertFound(final HistoryAnomaly... expected) {
        assertEquals(
                List.of(expected),
                HistoryChecker.check(call).stream()
                        .map(HistoryChecker.Finding::anomaly)
                        .toList(),
                () -> call.events().toString());
    }
}
