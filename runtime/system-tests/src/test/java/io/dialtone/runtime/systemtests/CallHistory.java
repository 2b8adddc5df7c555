package io.dialtone.runtime.systemtests;

import io.dialtone.sip.codec.SipMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** All that a caller did and saw in one call, in order. Not thread safe. */
final class CallHistory {
    /** What kind of event it was, in the words of Jepsen's histories. */
    enum EventKind {
        /** A request was sent. */
        INVOKE,
        /** It was done: a 2xx. */
        OK,
        /** It was not done: a refusal. */
        FAIL,
        /** Nobody knows: no answer came in the time that the RFC gives it. */
        INFO
    }

    /**
     * One event.
     *
     * @param status the answer's status, or 0
     * @param ledger what the answer said that the other side remembers, or null
     */
    record Event(
            EventKind kind,
            long atNs,
            long cseq,
            SipMethod method,
            int status,
            @Nullable LedgerLine ledger) {
        /** A line of the history, as EDN. */
        String toEdn(final long call, final long originNs) {
            return String.format(
                    Locale.ROOT,
                    "{:process %d, :type :%s, :f :%s, :value %d, :time %d%s%s}",
                    call,
                    kind.name().toLowerCase(Locale.ROOT),
                    method.name().toLowerCase(Locale.ROOT),
                    cseq,
                    atNs - originNs,
                    status == 0 ? "" : ", :status " + status,
                    ledger == null ? "" : ", :ledger \"" + ledger + "\"");
        }
    }

    private final long number;
    private final String callId;
    private final long beganNs;
    private final List<Event> events = new ArrayList<>();

    CallHistory(final long number, final String callId, final long beganNs) {
        this.number = number;
        this.callId = callId;
        this.beganNs = beganNs;
    }

    void add(final Event event) {
        events.add(event);
    }

    long number() {
        return number;
    }

    String callId() {
        return callId;
    }

    long beganNs() {
        return beganNs;
    }

    /** When the last event was, or the beginning if there was none. */
    long endedNs() {
        return events.isEmpty() ? beganNs : events.getLast().atNs();
    }

    List<Event> events() {
        return events;
    }
}
