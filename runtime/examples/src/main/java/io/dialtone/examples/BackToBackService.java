package io.dialtone.examples;

import io.dialtone.api.OutgoingRequest;
import io.dialtone.api.PendingRequest;
import io.dialtone.api.Session;
import io.dialtone.api.SessionTimers;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipReply;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A back-to-back user agent: takes a call, makes another, and tells either side what the other says. Bodies pass untouched; nothing else that names one side does. */
public class BackToBackService implements SipHandler<BackToBackService.Call> {
    /** What is remembered of a call: whether the callee has answered. */
    public record Call(boolean isUp) {}

    private static final String CALLEE = "callee";
    private static final String NO_ANSWER = "no answer";

    /** What either side may know of the other. Content-Type goes with the body. */
    private static final List<String> RELAYED =
            List.of("Subject", "P-Asserted-Identity", "Privacy", "Reason", "Retry-After", "Info-Package");

    private final Function<SipRequest, String> targets;

    /** Calls go to the address and port in the environment variable {@code BACK_TO_BACK_TARGET}, such as {@code 192.0.2.7:5060}. */
    public BackToBackService() {
        this(invite -> System.getenv().getOrDefault("BACK_TO_BACK_TARGET", ""));
    }

    public BackToBackService(final Function<SipRequest, String> targets) {
        this.targets = targets;
    }

    @Override
    public Call initialState(final SipRequest request) {
        return new Call(false);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Call> session) {
        if (request.isInitial() && request.method() == SipMethod.INVITE) {
            call(request, session);
        } else if (request.isInitial()) {
            request.reply(request.method() == SipMethod.OPTIONS ? 200 : 481).send();
        } else if (request.method() == SipMethod.BYE) {
            request.reply(200).send();
            session.end(); // hangs up the other side as well
        } else if (request.method() == SipMethod.UPDATE && request.bodyLength() == 0) {
            request.reply(200).send(); // it refreshes that side; the other has timers of its own
        } else {
            relay(request, session);
        }
    }

    private void call(final SipRequest invite, final Session<Call> session) {
        final String target = targets.apply(invite);
        if (target.isEmpty()
                || invite.header("Max-Forwards").filter("0"::equals).isPresent()) {
            invite.reply(target.isEmpty() ? 480 : 483).send();
        } else if (session.leg(CALLEE).isPresent()) {
            invite.reply(486).send(); // this Call-ID has its call
        } else {
            final String asked = invite.requestUri();
            final String user =
                    asked.contains("@") ? asked.substring(asked.indexOf(':') + 1, asked.indexOf('@') + 1) : "";
            // Who calls by sips wants TLS all the way (RFC 5630 section 4).
            final String scheme = asked.startsWith("sips:") ? "sips:" : "sip:";
            pass(invite, session.request(SipMethod.INVITE, CALLEE, scheme + user + target));
            session.startTimer(NO_ANSWER, Duration.ofSeconds(60));
        }
    }

    private static void relay(final SipRequest request, final Session<Call> session) {
        final Optional<SipLeg> other = other(request.leg(), session);
        if (other.isEmpty()
                || (request.method() == SipMethod.INVITE && !other.get().mayInvite())) {
            request.reply(other.isEmpty() ? 481 : 491).send();
        } else {
            pass(request, other.get().request(request.method()));
        }
    }

    @Override
    public void onResponse(final SipResponse response, final Session<Call> session) {
        response.onBehalfOf().ifPresent(request -> relay(response, request));
        if (session.state().isUp() && (response.status() == 481 || response.status() == 408)) {
            session.end(); // that side is gone (RFC 3261 section 12.2.1.2)
        } else if (response.leg().equals(CALLEE) && !response.isProvisional()) {
            session.cancelTimer(NO_ANSWER);
            session.update(new Call(session.state().isUp() || response.isSuccess()));
        }
    }

    private static void relay(final SipResponse response, final PendingRequest request) {
        final SipReply reply = request.reply(response.status()).reason(response.reason());
        RELAYED.forEach(name -> response.headers(name).forEach(value -> reply.header(name, value)));
        if (response.bodyLength() > 0) {
            reply.body(response.header("Content-Type").orElseThrow(), response.bodyBytes());
        }
        reply.send();
    }

    @Override
    public void onAck(final SipRequest ack, final Session<Call> session) {
        other(ack.leg(), session).filter(SipLeg::isAckDue).ifPresent(leg -> pass(ack, leg.request(SipMethod.ACK)));
    }

    @Override
    public void onCancel(final SipRequest cancel, final Session<Call> session) {
        other(cancel.leg(), session).ifPresent(SipLeg::cancel);
    }

    @Override
    public void onAckMissing(final Session<Call> session) {
        session.end();
    }

    @Override
    public void onSessionExpired(final String leg, final Session<Call> session) {
        session.end();
    }

    @Override
    public void onTimer(final String timer, final Session<Call> session) {
        session.pending(SipMethod.INVITE)
                .ifPresent(invite -> invite.reply(480).reason("No answer").send());
        session.leg(CALLEE).ifPresent(SipLeg::hangUp);
    }

    private static Optional<SipLeg> other(final String leg, final Session<Call> session) {
        return session.leg(leg.equals(CALLEE) ? SipLeg.CALLER : CALLEE);
    }

    private static void pass(final SipRequest from, final OutgoingRequest to) {
        RELAYED.forEach(name -> from.headers(name).forEach(value -> to.header(name, value)));
        if (from.bodyLength() > 0) {
            to.body(from.header("Content-Type").orElse("application/sdp"), from.bodyBytes());
        }
        (from.method() == SipMethod.ACK ? to : to.onBehalfOf(from)).send();
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd(SipMethod.INFO, SipMethod.UPDATE);
    }

    @Override
    public Optional<SessionTimers> sessionTimers() {
        return Optional.of(SessionTimers.of(Duration.ofMinutes(30)));
    }

    @Override
    public Set<String> contentTypes() {
        return Set.of("*/*");
    }
}
