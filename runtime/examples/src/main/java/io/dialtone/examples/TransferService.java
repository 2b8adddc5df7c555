package io.dialtone.examples;

import io.dialtone.api.OutgoingRequest;
import io.dialtone.api.ReferTo;
import io.dialtone.api.Referral;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipReply;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Joins two legs, and lets either side hand the other on: to anybody (blind), or into another call of its own (attended), which may be with this service as well. The media of a side are described by
 * what it has said last; whoever takes a place is told that of who stays, and who stays is invited anew with that of the newcomer.
 */
public final class TransferService implements SipHandler<TransferService.Call> {
    /**
     * A call.
     *
     * @param left one of the two legs
     * @param right the other; empty while there is none
     * @param asked the leg that is to take the place of who has referred; empty if none is
     * @param referral who has referred
     * @param described what each side has said of its media
     */
    public record Call(
            String left, String right, String asked, Optional<Referral> referral, Map<String, String> described) {
        String other(final String leg) {
            return leg.equals(left) ? right : left;
        }

        Call joined(final String one, final String two) {
            return new Call(one, two, "", Optional.empty(), described);
        }

        Call describes(final String leg, final String description) {
            final Map<String, String> all = new HashMap<>(described);
            all.put(leg, description);
            return new Call(left, right, asked, referral, all);
        }
    }

    private static final String SDP = "application/sdp";
    private static final String TELL = "tell ";

    private final Function<SipRequest, String> targets;

    /** Calls go to the address and port in the environment variable {@code TRANSFER_TARGET}. */
    public TransferService() {
        this(invite -> System.getenv().getOrDefault("TRANSFER_TARGET", ""));
    }

    public TransferService(final Function<SipRequest, String> targets) {
        this.targets = targets;
    }

    @Override
    public Call initialState(final SipRequest request) {
        return new Call(SipLeg.CALLER, "", "", Optional.empty(), Map.of());
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Call> session) {
        switch (request.method()) {
            case INVITE -> {
                if (request.replacedLeg().isPresent()) {
                    replace(request, request.replacedLeg().get(), session);
                } else if (request.isInitial()) {
                    call(request, session);
                } else {
                    relay(request, session);
                }
            }
            case REFER -> refer(request, session);
            case BYE -> bye(request, session);
            case OPTIONS -> request.reply(200).send();
            default -> relay(request, session);
        }
    }

    private void call(final SipRequest invite, final Session<Call> session) {
        final String target = targets.apply(invite);
        if (target.isEmpty()
                || invite.bodyLength() == 0
                || !session.state().right().isEmpty()) {
            invite.reply(target.isEmpty() ? 480 : 488).send();
            return;
        }
        session.update(session.state().joined(SipLeg.CALLER, "callee").describes(SipLeg.CALLER, invite.body()));
        session.request(SipMethod.INVITE, "callee", "sip:" + target)
                .body(SDP, invite.body())
                .onBehalfOf(invite)
                .send();
    }

    /** Somebody takes the place of one side: an attended transfer, or a call that is picked up. */
    private static void replace(final SipRequest invite, final String replaced, final Session<Call> session) {
        final Call call = session.state();
        final String stays = call.other(replaced);
        final String description = call.described().get(stays);
        if (description == null
                || invite.bodyLength() == 0
                || session.leg(stays).filter(SipLeg::isUp).isEmpty()) {
            invite.reply(488).send();
            return;
        }
        invite.reply(200).body(SDP, description).send();
        session.leg(replaced).ifPresent(SipLeg::hangUp);
        session.update(call.joined(stays, invite.leg()).describes(invite.leg(), invite.body()));
        tellWhoStays(session);
    }

    private static void refer(final SipRequest refer, final Session<Call> session) {
        final Call call = session.state();
        final Optional<ReferTo> target =
                refer.referTo().filter(to -> to.method().equals("INVITE"));
        final String stays = call.other(refer.leg());
        final String description = call.described().get(stays);
        if (refer.isInitial() || target.isEmpty() || !call.asked().isEmpty() || description == null) {
            refer.reply(refer.isInitial() ? 403 : target.isEmpty() ? 400 : 491).send();
            return;
        }
        final Referral referral = Referral.accept(refer, session);
        final String asked = "asked-" + refer.cseq() + "-" + refer.leg();
        final OutgoingRequest invite =
                session.request(SipMethod.INVITE, asked, target.get().uri()).body(SDP, description);
        target.get()
                .replaces()
                .ifPresent(name -> invite.header("Replaces", name.header()).header("Require", "replaces"));
        refer.header("Referred-By").ifPresent(by -> invite.header("Referred-By", by));
        invite.send();
        session.update(new Call(stays, refer.leg(), asked, Optional.of(referral), call.described()));
    }

    @Override
    public void onResponse(final SipResponse response, final Session<Call> session) {
        final Call call = session.state();
        if (response.method() == SipMethod.INVITE && response.leg().equals(call.asked())) {
            onAsked(response, call, session);
            return;
        }
        if (response.isSuccess() && response.method() == SipMethod.INVITE && response.bodyLength() > 0) {
            session.update(call.describes(response.leg(), response.body()));
        }
        response.onBehalfOf().ifPresent(request -> {
            final SipReply reply = request.reply(response.status()).reason(response.reason());
            if (response.bodyLength() > 0) {
                reply.body(response.header("Content-Type").orElse(SDP), response.bodyBytes());
            }
            reply.send();
        });
        if (response.status() == 491 && response.onBehalfOf().isEmpty()) {
            session.startTimer(TELL + response.leg(), Duration.ofSeconds(2));
        }
    }

    /** Whom a side was referred to has answered. */
    private static void onAsked(final SipResponse response, final Call call, final Session<Call> session) {
        call.referral().ifPresent(referral -> referral.tell(session, response));
        if (response.isSuccess()) {
            session.leg(call.right()).ifPresent(SipLeg::hangUp);
            session.update(call.joined(call.left(), call.asked()).describes(call.asked(), response.body()));
            tellWhoStays(session);
        } else if (!response.isProvisional()) {
            session.update(call.joined(call.left(), call.right()));
            if (session.leg(call.right()).isEmpty()) {
                session.end(); // who has referred is gone, and nobody has taken that place
            }
        }
    }

    /** Who stays is told where the newcomer's media are: at once, or when what is under way is over. */
    private static void tellWhoStays(final Session<Call> session) {
        final Call call = session.state();
        session.leg(call.left()).ifPresent(stays -> {
            if (stays.mayInvite()) {
                stays.request(SipMethod.INVITE)
                        .body(SDP, call.described().getOrDefault(call.right(), ""))
                        .send();
            } else {
                session.startTimer(TELL + call.left(), Duration.ofSeconds(2));
            }
        });
    }

    @Override
    public void onTimer(final String timer, final Session<Call> session) {
        if (timer.equals(TELL + session.state().left())) {
            tellWhoStays(session);
        }
    }

    private static void bye(final SipRequest bye, final Session<Call> session) {
        bye.reply(200).send();
        if (session.state().asked().isEmpty()
                || bye.leg().equals(session.state().left())) {
            session.end();
        }
    }

    private static void relay(final SipRequest request, final Session<Call> session) {
        final Call call = session.state();
        final Optional<SipLeg> other =
                request.leg().isEmpty() ? Optional.empty() : session.leg(call.other(request.leg()));
        if (other.isEmpty()
                || (request.method() == SipMethod.INVITE && !other.get().mayInvite())) {
            request.reply(other.isEmpty() ? 481 : 491).send();
            return;
        }
        final OutgoingRequest same = other.get().request(request.method()).onBehalfOf(request);
        if (request.bodyLength() > 0) {
            same.body(request.header("Content-Type").orElse(SDP), request.bodyBytes());
        }
        if (request.method() == SipMethod.INVITE && request.bodyLength() > 0) {
            session.update(call.describes(request.leg(), request.body()));
        }
        same.send();
    }

    @Override
    public void onCancel(final SipRequest cancel, final Session<Call> session) {
        session.leg(session.state().other(cancel.leg())).ifPresent(SipLeg::cancel);
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd(SipMethod.REFER, SipMethod.INFO);
    }

    @Override
    public Set<String> extensions() {
        return Set.of("replaces");
    }

    @Override
    public Set<String> contentTypes() {
        return Set.of("*/*");
    }
}
