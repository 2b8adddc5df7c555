package io.dialtone.examples.tutorial;

import io.dialtone.api.PendingRequest;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import java.time.Duration;

/** Rings for two seconds, answers, and hangs up after half a minute. */
public final class LimitedCallService implements SipHandler<LimitedCallService.Call> {
    /** How often the caller asked, by OPTIONS, whether we are still there. */
    public record Call(int questions) {}

    private static final Duration RINGING = Duration.ofSeconds(2);
    private static final Duration TALK = Duration.ofSeconds(30);
    private static final String SDP =
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";

    @Override
    public Call initialState(SipRequest request) {
        return new Call(0);
    }

    @Override
    public void onRequest(SipRequest request, Session<Call> session) {
        switch (request.method()) {
            case INVITE -> {
                request.reply(180).send();
                session.startTimer("answer", RINGING);
            }
            case OPTIONS -> {
                session.update(new Call(session.state().questions() + 1));
                request.reply(200).send();
            }
            case BYE -> {
                request.reply(200).send();
                session.end();
            }
            default -> request.reply(405).send();
        }
    }

    @Override
    public void onTimer(String timer, Session<Call> session) {
        switch (timer) {
            case "answer" -> session.pending(SipMethod.INVITE).ifPresent(invite -> answer(invite, session));
            case "limit" -> session.end(); // hangs up
            default -> throw new IllegalStateException("no such timer: " + timer);
        }
    }

    private static void answer(PendingRequest invite, Session<Call> session) {
        invite.reply(200).body("application/sdp", SDP).send();
        session.startTimer("limit", TALK);
    }
}
