package io.dialtone.examples;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipReply;
import io.dialtone.api.SipRequest;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** Rings for a while, answers, and counts the requests of each call in the call's state. Accepts every registration, so that a phone can be pointed at it. */
public final class AnsweringService implements SipHandler<AnsweringService.Call> {
    /** What is remembered of a call: how many requests it had so far, and whether it was answered. */
    public record Call(int requests, boolean answered) {}

    private static final String ANSWER_TIMER = "answer";
    private static final String SDP = """
            v=0
            o=dialtone 1 1 IN IP4 127.0.0.1
            s=-
            c=IN IP4 127.0.0.1
            t=0 0
            m=audio 40000 RTP/AVP 0
            """.replace("\n", "\r\n");

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
        return new Call(0, false);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Call> session) {
        final Call call = session.state();
        session.update(new Call(call.requests() + 1, call.answered()));
        switch (request.method()) {
            case INVITE -> ring(request, session);
            case REGISTER -> register(request);
            default -> request.reply(200).send();
        }
    }

    @Override
    public void onTimer(final String timer, final Session<Call> session) {
        session.pending(SipMethod.INVITE).ifPresent(invite -> answer(invite.reply(200), session));
    }

    private void ring(final SipRequest invite, final Session<Call> session) {
        if (!invite.isInitial()) {
            answer(invite.reply(200), session); // a re-INVITE: the call is up already
            return;
        }
        invite.reply(180).send();
        if (ringTime.isZero()) {
            answer(invite.reply(200), session);
        } else {
            session.startTimer(ANSWER_TIMER, ringTime);
        }
    }

    private static void answer(final SipReply reply, final Session<Call> session) {
        reply.body("application/sdp", SDP).send();
        session.update(new Call(session.state().requests(), true));
    }

    private static void register(final SipRequest register) {
        final SipReply ok = register.reply(200);
        register.headers("Contact").forEach(contact -> ok.header("Contact", contact));
        ok.header("Expires", register.header("Expires").orElse("3600")).send();
    }

    @Override
    public Set<SipMethod> methods() {
        return EnumSet.of(
                SipMethod.INVITE,
                SipMethod.ACK,
                SipMethod.BYE,
                SipMethod.CANCEL,
                SipMethod.OPTIONS,
                SipMethod.REGISTER);
    }
}
