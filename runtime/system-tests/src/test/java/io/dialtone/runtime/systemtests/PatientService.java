package io.dialtone.runtime.systemtests;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipReply;
import io.dialtone.api.SipRequest;
import java.time.Duration;
import java.util.Set;

/**
 * Does what the user of the Request-URI says, after so many seconds: {@code answer-20} rings and answers then, {@code refuse-20} rings and gives up, {@code ring-0} rings until
 * the caller gives up; {@code hang-up-20} answers at once and hangs up then, {@code refresh-20} sends UPDATE then, {@code talk-0} leaves all to the caller. Loaded by the product
 * from our test classes.
 */
public final class PatientService implements SipHandler<PatientService.Call> {
    /** What a call is to do. */
    public record Call(String deed) {}

    private static final String SDP =
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";

    @Override
    public Call initialState(final SipRequest request) {
        final String user = request.requestUriUser();
        return new Call(user.substring(0, Math.max(0, user.lastIndexOf('-'))));
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Call> session) {
        if (request.method() != SipMethod.INVITE) {
            request.reply(200).send();
            if (request.method() == SipMethod.REGISTER) {
                session.end(); // everybody is welcome, and nobody noted
            }
            return;
        }
        final String user = request.requestUriUser();
        final Duration after = Duration.ofSeconds(Long.parseLong(user.substring(user.lastIndexOf('-') + 1)));
        final String deed = session.state().deed();
        switch (deed) {
            case "answer", "refuse", "ring" -> request.reply(180).send();
            case "hang-up", "refresh", "talk" -> answer(request.reply(200));
            default -> request.reply(404).send();
        }
        if (!after.isZero()) {
            session.startTimer(deed, after);
        }
    }

    @Override
    public void onTimer(final String timer, final Session<Call> session) {
        switch (timer) {
            case "answer" -> session.pending(SipMethod.INVITE).ifPresent(invite -> answer(invite.reply(200)));
            case "refuse" ->
                session.pending(SipMethod.INVITE)
                        .ifPresent(invite -> invite.reply(480).send());
            case "refresh" ->
                session.leg(SipLeg.CALLER)
                        .ifPresent(leg -> leg.request(SipMethod.UPDATE).send());
            default -> session.end();
        }
    }

    private static void answer(final SipReply ok) {
        ok.body("application/sdp", SDP).send();
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd(SipMethod.UPDATE, SipMethod.REGISTER);
    }
}
