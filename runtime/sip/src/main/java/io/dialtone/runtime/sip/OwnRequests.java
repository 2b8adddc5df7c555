package io.dialtone.runtime.sip;

import io.dialtone.api.EventInterest;
import io.dialtone.api.OutgoingRequest;
import io.dialtone.api.PendingRequest;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipSyntax;
import io.dialtone.sip.locate.Destination;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a handler asks of others while its method runs: checked at the handler, who is told at once what cannot be, and written down. {@link UacCore} does it when the method has
 * returned. Called only by the owning worker.
 */
final class OwnRequests {
    private static final int MESSAGE_BYTES_MAX = 1 << 16;

    private final SipContext context;
    private final Answers answers;
    private final ClientLayer clients;
    private final RequestComposer composer;
    private final RemoteParty.Scratch scratch;
    private final AddressTexts addresses;
    private final EventRules events;
    private final RequestBuilder builder;
    private final StagedRequests staged = new StagedRequests();
    private final SipMessage written;
    private final SipsRules sips;
    private final SipSyntax syntax = new SipSyntax();
    private final NameAddrView address = new NameAddrView();
    private boolean inEvent;

    OwnRequests(
            final SipContext context,
            final UacCore.CoreParts shared,
            final ClientLayer clients,
            final RequestComposer composer) {
        this.context = context;
        builder = new RequestBuilder(this, shared.replies().intervals());
        events = shared.replies().events();
        answers = shared.answers();
        scratch = shared.scratch();
        this.clients = clients;
        this.composer = composer;
        addresses = new AddressTexts(context);
        written = new SipMessage(context.limits());
        sips = shared.replies().sips();
    }

    AddressTexts addresses() {
        return addresses;
    }

    /** What is written down. */
    StagedRequests staged() {
        return staged;
    }

    /** Forgets what is written down. */
    void rollback() {
        staged.clear();
    }

    // ---- the handler

    void beginEvent() {
        assert staged.isEmpty() : "an event begins with nothing written down";
        inEvent = true;
    }

    void endEvent() {
        inEvent = false;
        builder.abandon();
    }

    void checkNoneOpen() {
        if (builder.isOpen()) {
            throw new IllegalStateException("request " + builder.method() + " was begun but not sent");
        }
    }

    OutgoingRequest beginRequest(
            final SipSession<?> session, final io.dialtone.api.SipMethod method, final String leg, final String uri) {
        checkInEvent();
        LegNames.check(leg);
        switch (method) {
            case ACK, CANCEL, BYE, PRACK, UPDATE, INFO, UNKNOWN ->
                throw new IllegalArgumentException(method + " outside a call (expected: INVITE, OPTIONS, MESSAGE"
                        + " and such). Maybe leg(...).request(" + method + ")?");
            default -> {}
        }
        if (method == io.dialtone.api.SipMethod.INVITE) {
            final int max = context.settings().client().legsPerSessionMax();
            if (session.dialogOf(leg) != null
                    || session.openInvite(leg) != null
                    || staged.count(SipMethod.INVITE, leg) > 0) {
                throw new IllegalStateException("leg " + leg + ": the session has one of this name");
            }
            if (session.legsOfOurs() + staged.legs() >= max) {
                throw new IllegalStateException("leg " + leg + ": the session has begun its " + max + " legs already");
            }
        }
        return builder.begin(session, SipMethod.valueOf(method.name()), leg, uri);
    }

    OutgoingRequest beginSubscription(
            final SipSession<?> session, final String name, final String uri, final EventInterest interest) {
        checkInEvent();
        LegNames.check(name);
        if (!events.watches(interest.event())) {
            throw new IllegalArgumentException("event package: " + interest.event()
                    + " (expected: one of watchedEvents()). Maybe it is missing there?");
        }
        if (session.watchOf(name) != null || staged.hasWatch(name)) {
            throw new IllegalStateException("subscription " + name + ": the session has one of this name");
        }
        if (session.watches.size() + staged.watches() >= Subscriber.PER_SESSION_MAX) {
            throw new IllegalStateException("subscription " + name + ": the session has its "
                    + Subscriber.PER_SESSION_MAX + " subscriptions already");
        }
        return builder.begin(session, name, uri, interest);
    }

    OutgoingRequest beginInDialog(
            final SipSession<?> session, final Dialog dialog, final io.dialtone.api.SipMethod method) {
        checkInEvent();
        final String leg = dialog.leg();
        final SipMethod its = SipMethod.valueOf(method.name());
        switch (its) {
            case CANCEL, REGISTER, UNKNOWN ->
                throw new IllegalArgumentException("leg " + leg + ": " + method + " within a call");
            case ACK ->
                require(dialog.ownInvite != null && dialog.ownInvite.isAckDue, leg, method, "no 2xx waits for it");
            case INVITE -> require(mayInvite(dialog), leg, method, "another is under way, or the call is not up");
            case BYE ->
                require(
                        dialog.state == Dialog.State.CONFIRMED
                                && !dialog.ackWait.isWaiting()
                                && (dialog.ownInvite == null || !dialog.ownInvite.isAckDue),
                        leg,
                        method,
                        "the call is not up; hangUp() knows what to do");
            default -> {}
        }
        require(!dialog.isHungUpByPeer, leg, method, "the peer has hung up");
        return builder.begin(session, its, dialog);
    }

    boolean mayInvite(final Dialog dialog) {
        return dialog.mayInvite() && staged.count(SipMethod.INVITE, dialog.leg()) == 0;
    }

    private static void require(
            final boolean isSo, final String leg, final io.dialtone.api.SipMethod method, final String whyNot) {
        if (!isSo) {
            throw new IllegalStateException("leg " + leg + ": " + method + ", but " + whyNot);
        }
    }

    /** The transaction of a request that a handler has in its hand. */
    @Nullable
    ServerTransaction originOf(final PendingRequest request) {
        final ServerTransaction origin = request instanceof RequestView its
                ? its.transaction()
                : request instanceof ServerTransaction itself ? itself : null;
        if (origin == null || origin.method == SipMethod.CANCEL) {
            throw new IllegalArgumentException("onBehalfOf: " + request.method() + " wants no answer of a handler");
        }
        return origin;
    }

    /** Writes down something that has no message. */
    void stage(final StagedRequests.Kind kind, final String leg) {
        checkInEvent();
        staged.add(kind, leg);
    }

    /** Writes down a request outside any dialog. */
    void stageInitial(final SipSession<?> session, final RequestBuilder request) {
        final StagedRequests.Entry entry = nextEntry(session);
        final ReplyPort flow = request.flow();
        if (flow == null) {
            entry.port.copyFrom(session.door).forgetArrival();
            entry.destination = aim(entry.port, request);
        } else if (request.isToSips() && !SipsRules.isSecure(flow)) {
            throw new IllegalArgumentException("flow: a connection without TLS (expected: one with, for a sips URI)");
        } else {
            entry.port.copyFrom(flow);
            entry.destination = null;
        }
        completeNames(session, request);
        entry.dialog = null;
        entry.cseq = 1;
        stage(
                entry,
                request,
                composer.composeInitial(staged.buffer(), staged.end(), session, request, entry.port, entry.branch));
        final EventInterest interest = request.interest();
        if (interest != null) {
            entry.watch = watchOf(session, request, interest, entry);
        }
    }

    /** To the next service of the chain, unless the handler has said by whom it is to go. */
    private @Nullable Destination aim(final ReplyPort port, final RequestBuilder request) {
        final boolean isRouted = request.routes().length() > 0;
        if (isRouted) {
            port.outside();
        }
        return !isRouted && addresses.within().tryNext(port, request.method())
                ? null
                : addresses.aim(port, request.routes(), request.uri());
    }

    private Watch watchOf(
            final SipSession<?> session,
            final RequestBuilder request,
            final EventInterest interest,
            final StagedRequests.Entry entry) {
        final ReplyPort flow = request.flow();
        final Watch watch = new Watch(session, request.leg(), interest, flow != null);
        watch.door.copyFrom(flow == null ? session.door : flow).forgetArrival();
        watch.keep(staged.buffer(), entry.offset, entry.length);
        return watch;
    }

    /** Writes down a request within a dialog. */
    void stageInDialog(final SipSession<?> session, final Dialog dialog, final RequestBuilder request) {
        final StagedRequests.Entry entry = nextEntry(session);
        if (!dialog.peer.isKnown() && !answers.learn(dialog)) {
            throw new IllegalStateException("leg " + request.leg() + ": " + request.method() + " before any answer");
        }
        final InviteClientTransaction accepted = dialog.ownInvite;
        if (request.method() == SipMethod.ACK && accepted != null) {
            entry.cseq = accepted.cseq;
        } else {
            dialog.localCseq++;
            entry.cseq = dialog.localCseq;
        }
        entry.dialog = dialog;
        entry.life = dialog.life;
        entry.port.copyFrom(dialog.port);
        entry.destination = dialog.peer.aim(entry.port, dialog.slot, scratch, addresses);
        stage(
                entry,
                request,
                composer.composeInDialog(staged.buffer(), staged.end(), dialog, request, entry.cseq, entry.branch));
    }

    private StagedRequests.Entry nextEntry(final SipSession<?> session) {
        final int max = context.settings().client().requestsPerSessionMax();
        if (session.openRequests() + staged.size() >= max) {
            throw new IllegalStateException("the session has its " + max + " open requests already");
        }
        if (clients.refusesAnother()) {
            throw new NoRoomException("there are as many client transactions as there may be");
        }
        return staged.next();
    }

    private void stage(final StagedRequests.Entry entry, final RequestBuilder request, final int length) {
        if (length < 0 || length > MESSAGE_BYTES_MAX) {
            throw new IllegalStateException(request.method() + ": longer than a message may be");
        }
        if (request.interest() != null && length > Watch.REQUEST_BYTES_MAX) {
            throw new IllegalStateException("subscription " + request.leg() + ": " + length
                    + " bytes (expected: at most " + Watch.REQUEST_BYTES_MAX + ", for they are kept)");
        }
        if (written.parseDatagram(staged.buffer(), staged.end(), length) != ParseResult.COMPLETE) {
            throw malformed(request, written.malformation());
        }
        final Malformation fault = syntax.check(written);
        if (fault != Malformation.NONE) {
            throw malformed(request, fault);
        }
        final ServerTransaction origin = request.origin();
        entry.kind = StagedRequests.Kind.REQUEST;
        entry.leg = request.leg();
        entry.method = request.method();
        entry.hasBody = request.bodyBytes().capacity() > 0;
        entry.isSips = sips.isFirst(written, HeaderName.CONTACT);
        entry.origin = origin == null || origin.hasFinal() || origin.hasStagedFinal ? null : origin;
        entry.offset = staged.end();
        entry.length = length;
        staged.add(entry);
    }

    private static IllegalArgumentException malformed(final RequestBuilder request, final Malformation fault) {
        return new IllegalArgumentException(request.method() + " would not be well formed: " + fault.reason());
    }

    /** From, To and hops, as far as the handler has not said. */
    private void completeNames(final SipSession<?> session, final RequestBuilder request) {
        final ServerTransaction origin = request.origin();
        if (request.to().length() == 0) {
            request.to().put('<').put(request.uri()).put('>');
        }
        if (origin == null) {
            if (request.from().length() == 0) {
                request.from()
                        .put("<sip:")
                        .put(ReplyBuilder.utf8("service", context.service().name()))
                        .put('@')
                        .put(context.edges().hostPort(session.door.member(), session.door.listener()))
                        .put('>');
            }
            return;
        }
        final SipMessage asked = answers.requestOf(origin);
        if (asked.maxForwards() == 0) {
            throw new IllegalStateException("the hops of " + origin.method + " are used up. Maybe reply(483)?");
        }
        if (asked.maxForwards() > 0) {
            request.maxForwards(Math.min(RequestComposer.MAX_FORWARDS, asked.maxForwards() - 1));
        }
        if (request.from().length() == 0 && address.wrap(asked, asked.firstHeader(HeaderName.FROM))) {
            final DirectBuffer buffer = asked.buffer();
            if (address.displayNameOffset() >= 0) {
                request.from()
                        .put(buffer, address.displayNameOffset(), address.displayNameLength())
                        .put(' ');
            }
            request.from()
                    .put('<')
                    .put(buffer, address.uriOffset(), address.uriLength())
                    .put('>');
        }
    }

    private void checkInEvent() {
        if (!inEvent) {
            throw new IllegalStateException("a session is the handler's only until its method returns");
        }
    }
}
