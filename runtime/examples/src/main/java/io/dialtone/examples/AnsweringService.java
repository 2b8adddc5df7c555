package io.dialtone.examples;

import io.dialtone.api.PendingRequest;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipReply;
import io.dialtone.api.SipRequest;
import java.time.Duration;
import java.util.Set;

/** Rings for a while, answers, and counts the requests of each call in the call's state. Accepts every registration, so that a phone can be pointed at it. */
public final class AnsweringService implements SipHandler<AnsweringService.Call> {
    /** What is remembered of a call: how many requests it had so far. */
    public record Call(int requests) {}

    private static final String SDP =
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";

    private final Duration ringTime;

    /** Answers at once. */
    public AnsweringService() {
        this(Duration.ZERO);
    }

    public AnsweringService(final Duration ringTime) {
        this.ringTime = ringTime;
    }

    @Override
    public Call initialState(final SipRequest request) {
        return new Call(0);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Call> session) {
        session.update(new Call(session.state().requests() + 1));
        switch (request.method()) {
            case INVITE -> ring(request, session);
            case REGISTER -> register(request);
            default -> request.reply(200).send();
        }
    }

    @Override
    public void onTimer(final String timer, final Session<Call> session) {
        session.pending(SipMethod.INVITE).ifPresent(AnsweringService::answer);
    }

    private void ring(final SipRequest invite, final Session<Call> session) {
        final boolean isReInvite = !invite.isInitial();
        if (!isReInvite) {
            invite.reply(180).send();
        }
        if (isReInvite || ringTime.isZero()) {
            answer(invite);
        } else {
            session.startTimer("answer", ringTime);
        }
    }

    private static void answer(final PendingRequest invite) {
        invite.reply(200).body("application/sdp", SDP).send();
    }

    private static void register(final SipRequest register) {
        final SipReply ok = register.reply(200);
        register.headers("Contact").forEach(contact -> ok.header("Contact", contact));
        ok.header("Expires", register.header("Expires").orElse("3600")).send();
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd(SipMethod.REGISTER);
    }
}
