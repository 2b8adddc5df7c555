package io.dialtone.runtime.systemtests;

import io.dialtone.runtime.systemtests.CallHistory.Event;
import io.dialtone.sip.codec.SipMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with the history of a call to {@link LedgerService}. A pure decision, made in one walk over the history; may be called by any thread.
 *
 * <p>Sessions have a single writer and their books only grow, so no search is needed: an answer is right if its book has every request that was answered before it, none
 * that was not sent, none twice, and no timer too few or too many. A request that was given up may or may not have been handled: both are right, once. One that was answered
 * with 503, or with 491 because the one before it is not confirmed yet, has not been: the caller may try again, and the call goes on.
 */
final class HistoryChecker {
    /** How much later than it should a timer may run out: as long as a slot may be without an owner, and some waiting for the processor. */
    static final long TIMER_LATE_NS_MAX = 2_500_000_000L;

    private static final int REQUEST_PENDING = 491;
    private static final int SERVICE_UNAVAILABLE = 503;

    /** One thing that is wrong, and where. */
    record Finding(HistoryAnomaly anomaly, Event at) {}

    private record Transaction(long cseq, SipMethod method) {}

    private final List<Finding> findings = new ArrayList<>();
    private final Map<Transaction, Event> firstAnswers = new HashMap<>();
    private long sent;
    private long answered;
    private long turnedAway;
    private int timersAsked;
    private boolean isEstablished;
    /** Nobody knows which timers of such a request run. */
    private boolean isGivenUp;

    private long countedFromNs;

    /** When the newest request was sent: no earlier than this was it handled, however long its answer had to wait. */
    private long sentNs;

    private @Nullable LedgerLine before;

    private HistoryChecker() {}

    static List<Finding> check(final CallHistory history) {
        final HistoryChecker checker = new HistoryChecker();
        history.events().forEach(checker::onEvent);
        return checker.findings;
    }

    private void onEvent(final Event event) {
        switch (event.kind()) {
            case INVOKE -> onInvoke(event);
            case OK, FAIL -> onAnswer(event);
            case INFO -> {
                isGivenUp = true;
                if (isEstablished) {
                    find(HistoryAnomaly.UNANSWERED, event);
                }
            }
        }
    }

    private void onInvoke(final Event event) {
        if (event.method() == SipMethod.CANCEL) {
            return; // the platform answers it, and no book is kept of it
        }
        sent |= LedgerService.bit(event.cseq());
        sentNs = event.atNs();
        if (event.method() == SipMethod.INFO || event.cseq() == 1) {
            timersAsked++;
        }
    }

    private void onAnswer(final Event event) {
        if (event.method() == SipMethod.CANCEL) {
            return;
        }
        final Event first = firstAnswers.putIfAbsent(new Transaction(event.cseq(), event.method()), event);
        if (first != null) {
            if (first.status() != event.status() || !isSame(first.ledger(), event.ledger())) {
                find(HistoryAnomaly.CONTRADICTED, event);
            }
        } else if (event.kind() == CallHistory.EventKind.FAIL) {
            if (event.status() == SERVICE_UNAVAILABLE || event.status() == REQUEST_PENDING) {
                turnedAway |= LedgerService.bit(event.cseq());
            } else if (isEstablished) {
                find(HistoryAnomaly.REFUSED, event);
            }
        } else {
            onFirstOk(event);
        }
    }

    private static boolean isSame(final @Nullable LedgerLine one, final @Nullable LedgerLine other) {
        return one == null ? other == null : one.equals(other);
    }

    private void onFirstOk(final Event event) {
        if (event.cseq() == 1) {
            isEstablished = true;
            countedFromNs = event.atNs();
        }
        final long bit = LedgerService.bit(event.cseq());
        answered |= bit;
        final LedgerLine ledger = event.ledger();
        if (ledger == null) {
            find(HistoryAnomaly.SILENT, event);
            return;
        }
        if ((answered & ~ledger.seen()) != 0) {
            find(HistoryAnomaly.FORGOTTEN, event);
        }
        if ((ledger.seen() & ~sent) != 0) {
            find(HistoryAnomaly.NEVER_SENT, event);
        }
        if ((ledger.seen() & turnedAway) != 0) {
            find(HistoryAnomaly.REFUSED_YET_HANDLED, event);
            turnedAway &= ~ledger.seen();
            isGivenUp = true;
        }
        if (ledger.handled() != Long.bitCount(ledger.seen())) {
            find(HistoryAnomaly.HANDLED_TWICE, event);
        }
        checkTimers(event, ledger);
        before = ledger;
    }

    private void checkTimers(final Event event, final LedgerLine ledger) {
        final LedgerLine former = before;
        if (former != null && (ledger.started() < former.started() || ledger.fired() < former.fired())) {
            find(HistoryAnomaly.WENT_BACK, event);
        }
        if (ledger.fired() > ledger.started() || ledger.started() > timersAsked) {
            find(HistoryAnomaly.TIMER_DOUBLED, event);
        }
        if (event.method() == SipMethod.INFO && former != null && ledger.fired() <= former.fired()) {
            find(HistoryAnomaly.TIMER_EARLY, event);
        }
        // Of the timers of requests that were answered only the silent one may still run.
        final long dueNs = countedFromNs + LedgerService.COUNTED_AFTER.toNanos();
        final int mayRun = sentNs < dueNs + TIMER_LATE_NS_MAX ? 1 : 0;
        if (!isGivenUp && ledger.fired() < ledger.started() - mayRun) {
            find(HistoryAnomaly.TIMER_LOST, event);
        }
    }

    private void find(final HistoryAnomaly anomaly, final Event event) {
        findings.add(new Finding(anomaly, event));
    }
}
