package io.dialtone.runtime.systemtests;

import io.dialtone.runtime.demo.CallJournal;
import io.dialtone.runtime.systemtests.CallHistory.Event;
import io.dialtone.runtime.systemtests.CallHistory.EventKind;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what callers of {@link LedgerService} do and see, has each call checked when it is over, and keeps of it what a report needs. Written by the thread that drives
 * the calls; faults are added by another; read when the calls are over.
 *
 * <p>A call that is over is forgotten, so that a series may last for hours.
 */
final class History implements CallJournal {
    /** Broken calls whose histories are kept, for each anomaly; more are only counted. */
    static final int BROKEN_KEPT_MAX = 5;

    private static final int NO_SUCH_CALL = 481;

    private static final int DOUBTFUL_MAX = 10_000;

    /** A call in which something went wrong. */
    record Broken(CallHistory call, List<HistoryChecker.Finding> findings) {}

    private final long originNs;
    private final @Nullable Writer file;
    private final Map<Long, CallHistory> open = new HashMap<>();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final List<Broken> broken = new ArrayList<>();
    /** Calls in which something is wrong, unless a fault that is not told to its end yet explains it. */
    private final List<Broken> doubtful = new ArrayList<>();

    private final Map<HistoryAnomaly, Integer> anomalies = new EnumMap<>(HistoryAnomaly.class);
    private final Map<EventKind, Long> events = new EnumMap<>(EventKind.class);
    private final Map<Integer, Long> refusals = new TreeMap<>();
    private long calls;
    private long callsBroken;
    private long callsEstablished;
    private long callsRefused;
    private long establishedLost;
    private long establishedForsaken;
    private long timersFired;

    /**
     * @param file where every event is written to, a line each, or null
     */
    History(final long originNs, final @Nullable Writer file) {
        this.originNs = originNs;
        this.file = file;
    }

    /** From now on calls are asked what this meant to them. Called by whoever does it, before it is done or right after. */
    void add(final Fault fault) {
        faults.add(fault);
    }

    @Override
    public void onCall(final long call, final String callId, final long nowNs) {
        open.put(call, new CallHistory(call, callId, nowNs));
    }

    @Override
    public void onRequest(final long call, final long cseq, final SipMethod method, final long nowNs) {
        add(call, new Event(EventKind.INVOKE, nowNs, cseq, method, 0, null));
    }

    @Override
    public void onFinal(
            final long call,
            final long cseq,
            final SipMethod method,
            final int status,
            final SipMessage answer,
            final long nowNs) {
        add(
                call,
                new Event(
                        status < 300 ? EventKind.OK : EventKind.FAIL,
                        nowNs,
                        cseq,
                        method,
                        status,
                        LedgerLine.of(answer)));
    }

    @Override
    public void onGivenUp(final long call, final long cseq, final SipMethod method, final long nowNs) {
        add(call, new Event(EventKind.INFO, nowNs, cseq, method, 0, null));
    }

    @Override
    public void onForgotten(final long call, final long nowNs) {
        final CallHistory history = open.remove(call);
        if (history != null) {
            finish(history);
        }
    }

    /** The calls are over: those that were given up are checked as far as they went, and those in doubt again, now that all is known of the faults. */
    void close() {
        open.values().forEach(this::finish);
        open.clear();
        doubtful.forEach(each -> judge(each.call(), each.findings()));
        doubtful.clear();
    }

    private void add(final long call, final Event event) {
        final CallHistory history = open.get(call);
        if (history == null) {
            return;
        }
        history.add(event);
        if (file != null) {
            try {
                file.write(event.toEdn(call, originNs) + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException("the history cannot be written", e);
            }
        }
    }

    private void finish(final CallHistory call) {
        calls++;
        count(call);
        final List<HistoryChecker.Finding> findings = HistoryChecker.check(call);
        if (!findings.isEmpty() && doubtful.size() < DOUBTFUL_MAX) {
            doubtful.add(new Broken(call, findings));
        } else {
            judge(call, findings);
        }
    }

    private void judge(final CallHistory call, final List<HistoryChecker.Finding> all) {
        final Event established = firstOk(call, 1);
        final List<Fault> faultsDuring =
                established == null ? List.of() : faultsDuring(established.atNs(), call.endedNs());
        final boolean isForsaken = established != null && isForsaken(call, established);
        final List<HistoryChecker.Finding> findings = all.stream()
                .filter(finding -> !isForsaken || !isRightlyRefused(finding))
                .toList();
        boolean isKept = false;
        for (final HistoryChecker.Finding finding : findings) {
            isKept |= anomalies.merge(finding.anomaly(), 1, Integer::sum) <= BROKEN_KEPT_MAX;
        }
        callsBroken += findings.isEmpty() ? 0 : 1;
        if (isKept) {
            broken.add(new Broken(call, findings));
        }
        final boolean isLost = findings.stream().anyMatch(finding -> isLoss(finding.anomaly()));
        if (established == null) {
            callsRefused++;
        } else {
            callsEstablished++;
            establishedLost += isLost ? 1 : 0;
            establishedForsaken += isForsaken ? 1 : 0;
            faultsDuring.forEach(fault -> ask(fault, call, established.atNs(), isLost));
        }
        for (final Event event : call.events().reversed()) {
            final LedgerLine ledger = event.ledger();
            if (ledger != null) {
                timersFired += ledger.fired();
                break;
            }
        }
    }

    /** Requests and their first final answers; a repeated answer is no other. */
    private void count(final CallHistory call) {
        final Set<Long> done = new HashSet<>();
        for (final Event event : call.events()) {
            final boolean isCancel = event.method() == SipMethod.CANCEL;
            if (event.kind() == EventKind.INVOKE || done.add(isCancel ? -event.cseq() : event.cseq())) {
                events.merge(event.kind(), 1L, Long::sum);
                if (event.kind() == EventKind.FAIL) {
                    refusals.merge(event.status(), 1L, Long::sum);
                }
            }
        }
    }

    /** True if all who had the call were taken away while it was up: even if the last that one of them said was still on its way then. */
    private boolean isForsaken(final CallHistory call, final Event established) {
        final LedgerLine ledger = established.ledger();
        return faults.stream()
                .filter(fault -> fault.atNs() < call.endedNs() && fault.forsaken(call.callId()))
                .anyMatch(fault -> established.atNs() <= fault.atNs()
                        || (ledger != null && fault.pids().contains(ledger.by())));
    }

    /** Whoever gets the slot of a call that all have lost does not know that call. */
    private static boolean isRightlyRefused(final HistoryChecker.Finding finding) {
        return finding.anomaly() == HistoryAnomaly.REFUSED && finding.at().status() == NO_SUCH_CALL;
    }

    private static boolean isLoss(final HistoryAnomaly anomaly) {
        return anomaly == HistoryAnomaly.FORGOTTEN
                || anomaly == HistoryAnomaly.REFUSED
                || anomaly == HistoryAnomaly.UNANSWERED;
    }

    private static @Nullable Event firstOk(final CallHistory call, final long cseq) {
        for (final Event event : call.events()) {
            if (event.kind() == EventKind.OK && event.cseq() == cseq) {
                return event;
            }
        }
        return null;
    }

    private List<Fault> faultsDuring(final long fromNs, final long untilNs) {
        final List<Fault> during = new ArrayList<>();
        for (final Fault fault : faults.reversed()) {
            if (fault.atNs() < fromNs) {
                break;
            }
            if (fault.atNs() < untilNs) {
                during.add(fault);
            }
        }
        return during;
    }

    /** What the fault meant to a call that was up. */
    private static void ask(final Fault fault, final CallHistory call, final long establishedNs, final boolean isLost) {
        fault.onCallUp(isLost);
        if (!fault.owned(call.callId())) {
            return;
        }
        fault.onCallOwned();
        long sentNs = establishedNs;
        for (final Event event : call.events()) {
            if (event.kind() == EventKind.INVOKE) {
                sentNs = event.atNs();
            } else if (event.kind() == EventKind.OK
                    && event.atNs() > fault.atNs()
                    && isAnswerBySomebodyElse(fault, event)) {
                fault.onAnswer(sentNs, event.atNs());
                return;
            }
        }
    }

    /** Answers to INFO wait for a timer and say nothing of how soon somebody was there. */
    private static boolean isAnswerBySomebodyElse(final Fault fault, final Event event) {
        final LedgerLine ledger = event.ledger();
        return ledger != null
                && !fault.pids().contains(ledger.by())
                && event.cseq() > 1
                && event.method() != SipMethod.INFO;
    }

    long originNs() {
        return originNs;
    }

    List<Fault> faults() {
        return List.copyOf(faults);
    }

    List<Broken> broken() {
        return broken;
    }

    Map<HistoryAnomaly, Integer> anomalies() {
        return anomalies;
    }

    long count(final EventKind kind) {
        return events.getOrDefault(kind, 0L);
    }

    /** How many requests were answered with each status from 300 on. */
    Map<Integer, Long> refusals() {
        return refusals;
    }

    long calls() {
        return calls;
    }

    /** Calls with at least one anomaly. */
    long callsBroken() {
        return callsBroken;
    }

    long callsEstablished() {
        return callsEstablished;
    }

    /** Calls that never came to be: refused or not answered. Not nice, and no broken promise. */
    long callsRefused() {
        return callsRefused;
    }

    long establishedLost() {
        return establishedLost;
    }

    /** Calls whose holders were all taken away at once: lost without blame. */
    long establishedForsaken() {
        return establishedForsaken;
    }

    long timersFired() {
        return timersFired;
    }
}
