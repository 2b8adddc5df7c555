package io.dialtone.sip.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A call whose end has not been seen, or only just: what its span will say. It is over when no dialog of any leg is left and no request waits for its answer. For one thread.
 */
final class OpenCall {
    static final int LEGS_MAX = 32;
    static final int DIALOGS_MAX = 8;

    private static final int REQUEST_TIMEOUT = 408;
    private static final int REQUEST_TERMINATED = 487;
    private static final int SERVER_FAILURE = 500;

    /** What has one Call-ID; it may have several dialogs, when a call was forked. */
    static final class Leg {
        private final OpenCall call;
        private final long name;
        private final int number;
        private final List<Long> dialogs = new ArrayList<>(1);

        private Leg(final OpenCall call, final long name, final int number) {
            this.call = call;
            this.name = name;
            this.number = number;
        }

        OpenCall call() {
            return call;
        }

        /** By which it is found. */
        long name() {
            return name;
        }

        /** In order of appearance, from 1. */
        int number() {
            return number;
        }

        void onDialog(final long dialog) {
            if (dialog != 0 && dialogs.size() < DIALOGS_MAX && !dialogs.contains(dialog)) {
                dialogs.add(dialog);
            }
        }

        void onDialogEnded(final long dialog) {
            dialogs.remove(Long.valueOf(dialog));
        }
    }

    private final long session;
    private final String callId;
    private final long beganNs;
    private final OwnerSeen owner = new OwnerSeen();
    private final SpanEvents events = new SpanEvents();
    private final List<Leg> legs = new ArrayList<>(2);
    private int unanswered;
    private long lastNs;
    private long lastFinalNs;
    private int status;
    private boolean isAnswered;
    private boolean hasTimedOut;
    private long checkAtNs;

    OpenCall(final long session, final String callId, final long beganNs) {
        this.session = session;
        this.callId = callId;
        this.beganNs = beganNs;
        lastNs = beganNs;
    }

    long session() {
        return session;
    }

    List<Leg> legs() {
        return legs;
    }

    boolean hasRoomForLeg() {
        return legs.size() < LEGS_MAX;
    }

    Leg addLeg(final long name) {
        final Leg leg = new Leg(this, name, legs.size() + 1);
        legs.add(leg);
        return leg;
    }

    void see(final TracedMessage traced, final IntFunction<String> nodes) {
        lastNs = Math.max(lastNs, traced.timeNs());
        owner.see(traced, nodes, events);
    }

    void onRequest() {
        unanswered++;
    }

    /** A request has its final answer. */
    void onFinal(final long timeNs) {
        unanswered--;
        lastFinalNs = Math.max(lastFinalNs, timeNs);
    }

    /** What has become of the first INVITE; another may follow, with credentials. */
    void onOutcome(final int ofFirstLeg, final long timeNs) {
        status = ofFirstLeg;
        if (status < 300 && !isAnswered) {
            isAnswered = true;
            events.add(timeNs, SpanNames.ANSWERED);
        }
    }

    /** A request will have no answer any more. */
    void onTimeout(final boolean isFirstInvite) {
        unanswered--;
        hasTimedOut |= isFirstInvite;
    }

    boolean isOver() {
        return unanswered == 0 && legs.stream().allMatch(leg -> leg.dialogs.isEmpty());
    }

    long silentNs(final long nowNs) {
        return nowNs - lastNs;
    }

    void checkAt(final long timeNs) {
        checkAtNs = timeNs;
    }

    long checkAtNs() {
        return checkAtNs;
    }

    /**
     * @param incomplete why its end was not waited for; empty if it was seen
     */
    Span toSpan(final String incomplete, final IntFunction<String> nodes) {
        final List<Span.Attribute> attributes = new ArrayList<>();
        attributes.add(Span.Attribute.of(SpanNames.CALL_ID, callId));
        attributes.add(Span.Attribute.of(SpanNames.LEGS, legs.size()));
        if (status > 0) {
            attributes.add(Span.Attribute.of(SpanNames.STATUS_CODE, status));
        }
        owner.describe(attributes, nodes);
        attributes.add(
                incomplete.isEmpty()
                        ? Span.Attribute.of(SpanNames.OUTCOME, outcome())
                        : Span.Attribute.of(SpanNames.INCOMPLETE, incomplete));
        final String error = error();
        if (!error.isEmpty()) {
            attributes.add(Span.Attribute.of(SpanNames.ERROR_TYPE, error));
        }
        return new Span(
                new Span.Identity(SpanIds.traceHigh(session), SpanIds.traceLow(session), SpanIds.root(session), 0),
                Span.Kind.INTERNAL,
                SpanNames.CALL,
                beganNs,
                incomplete.isEmpty() && lastFinalNs > 0 ? lastFinalNs : lastNs,
                error,
                new Span.Details(List.copyOf(attributes), events.toList(), events.lost(), Optional.empty()));
    }

    private String outcome() {
        if (isAnswered) {
            return "answered";
        }
        return status == REQUEST_TERMINATED ? "cancelled" : "failed";
    }

    private String error() {
        if (isFailure(status)) {
            return String.valueOf(status);
        }
        return hasTimedOut && status == 0 ? SpanNames.TIMEOUT : "";
    }

    /** Whether somebody has to look into it; a refusal is an answer like others. */
    static boolean isFailure(final int status) {
        return status == REQUEST_TIMEOUT || status >= SERVER_FAILURE;
    }
}
