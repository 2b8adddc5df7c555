package io.dialtone.runtime.rehearsal;

import io.dialtone.api.PendingRequest;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import java.time.Duration;

/** The service of a rehearsal: rings, answers after a moment, and counts what it was asked. The real one is not rehearsed, because what it does may be seen outside. */
final class RehearsalService implements SipHandler<RehearsalService.Call> {
    private static final Duration RING_TIME = Duration.ofMillis(2);
    private static final String SDP =
            "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";

    /** What is remembered of a call. */
    record Call(int requests, String last) {}

    @Override
    public Call initialState(final SipRequest request) {
        return new Call(0, "");
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Call> session) {
        session.update(new Call(
                session.state().requests() + 1, request.header("Subject").orElse("")));
        if (request.method().equals(SipMethod.INVITE)) {
            request.reply(180).send();
            session.startTimer("answer", RING_TIME);
        } else {
            request.reply(200).send();
        }
    }

    @Override
    public void onTimer(final String timer, final Session<Call> session) {
        session.pending(SipMethod.INVITE).ifPresent(RehearsalService::answer);
    }

    private static void answer(final PendingRequest invite) {
        invite.reply(200).body("application/sdp", SDP).send();
    }
}
