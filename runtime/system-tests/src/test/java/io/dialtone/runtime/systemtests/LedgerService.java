package io.dialtone.runtime.systemtests;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipReply;
import io.dialtone.api.SipRequest;
import java.time.Duration;
import java.util.Set;

/**
 * A service that keeps book of each call in the call's state, and says in each answer what the book says: a memory that can be checked from outside. Loaded by the
 * product from our test classes.
 *
 * <p>Each INFO is answered by a timer, so that a timer that is lost, late or doubled is seen by the caller; each call has one more timer that only counts.
 */
public final class LedgerService implements SipHandler<LedgerService.Ledger> {
    /** How long after an INFO its timer answers it. */
    static final Duration ANSWERED_AFTER = Duration.ofMillis(200);

    /** How long after the first INVITE the call's silent timer runs out. */
    static final Duration COUNTED_AFTER = Duration.ofMillis(1_500);

    /** Requests of a call that the book has room for: it is a long, a bit each. */
    static final int REQUESTS_MAX = 64;

    private static final String SDP =
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
    private static final String ANSWER = "answer";
    private static final String COUNT = "count";
    private static final long PID = ProcessHandle.current().pid();

    /**
     * What a call remembers of itself.
     *
     * @param seen a bit for each CSeq number handled, the lowest for 1
     * @param handled how many requests were handled
     * @param started how many timers were started
     * @param fired how many ran out
     */
    public record Ledger(long seen, int handled, int started, int fired) {
        Ledger withRequest(final long cseq) {
            return new Ledger(seen | bit(cseq), handled + 1, started, fired);
        }

        Ledger withTimer() {
            return new Ledger(seen, handled, started + 1, fired);
        }

        Ledger withTimerFired() {
            return new Ledger(seen, handled, started, fired + 1);
        }
    }

    static long bit(final long cseq) {
        return 1L << (cseq - 1);
    }

    @Override
    public Ledger initialState(final SipRequest request) {
        return new Ledger(0, 0, 0, 0);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Ledger> session) {
        session.update(session.state().withRequest(request.cseq()));
        switch (request.method()) {
            case INVITE -> onInvite(request, session);
            case INFO -> startTimer(ANSWER, ANSWERED_AFTER, session);
            default -> tell(request.reply(200), session.state()).send();
        }
    }

    private static void onInvite(final SipRequest invite, final Session<Ledger> session) {
        if (invite.isInitial()) {
            startTimer(COUNT, COUNTED_AFTER, session);
        }
        tell(invite.reply(200), session.state()).body("application/sdp", SDP).send();
    }

    private static void startTimer(final String name, final Duration delay, final Session<Ledger> session) {
        session.startTimer(name, delay);
        session.update(session.state().withTimer());
    }

    @Override
    public void onTimer(final String timer, final Session<Ledger> session) {
        session.update(session.state().withTimerFired());
        if (timer.equals(ANSWER)) {
            session.pending(SipMethod.INFO)
                    .ifPresent(info -> tell(info.reply(200), session.state()).send());
        }
    }

    private static SipReply tell(final SipReply reply, final Ledger ledger) {
        return reply.header(LedgerLine.HEADER, LedgerLine.of(ledger, PID).toString());
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd(SipMethod.INFO);
    }
}
