package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import io.dialtone.sip.locate.Destination;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The user agent client's core (RFC 3261 sections 8.1, 9.1, 12.2.1, 13.2, 14.1, 15.1.1): begins what a handler asks of others, shows it how that ends, acknowledges what
 * accepts, hangs up what nobody wants any more. Called only by the owning worker.
 *
 * <p>An INVITE may be answered in several places. Each provisional answer with a tag of its own makes an early dialog; the first 2xx makes the call, and those that come
 * later are acknowledged and hung up at once, as is one that has crossed a CANCEL.
 */
final class UacCore<S extends Record> {
    private static final int SCRATCH_BYTES = 1 << 16;

    private final WorkerParts parts;
    private final SipContext context;
    private final UasCore<S> uas;
    private final Answers answers;
    private final DialogTable dialogs;
    private final ClientLayer clients;
    private final ProxyCore proxy;
    private final RequestComposer composer;
    private final OwnRequests requests;
    private final LostConnections lost;
    private final LongRequests longRequests;
    private final Refresher refresher;
    private final Notifier notifier;
    private final Subscriber subscriber;
    private final RemoteParty.Scratch scratch;
    private final ResponseView view = new ResponseView();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter branch = new AsciiWriter(ClientLayer.BRANCH_BYTES_MAX);
    private final ReplyPort door = new ReplyPort();
    /** Who has accepted an INVITE that is not theirs any more. */
    private final RemoteParty stranger;

    private final SipMessage sent;
    private final NameAddrView address = new NameAddrView();

    UacCore(final WorkerParts parts, final SipContext context, final UasCore<S> uas, final CoreParts shared) {
        this.parts = parts;
        this.context = context;
        this.uas = uas;
        answers = shared.answers();
        dialogs = shared.dialogs();
        scratch = shared.scratch();
        clients = new ClientLayer(parts, context, shared.bytes(), shared.unique(), shared.replies(), this);
        composer = new RequestComposer(context, clients, shared.unique(), shared.replies(), scratch);
        requests = new OwnRequests(context, shared, clients, composer);
        lost = new LostConnections(clients.locating(), requests.addresses(), context.limits());
        longRequests = new LongRequests(clients.locating(), requests.addresses(), context);
        stranger = new RemoteParty(shared.bytes());
        sent = new SipMessage(context.limits());
        refresher = new Refresher(parts, context, uas, this, shared, clients, composer);
        notifier = new Notifier(parts, context, uas, this, shared, clients, composer);
        subscriber = new Subscriber(parts, context, uas, this, shared, clients, composer);
        proxy = new ProxyCore(parts, context, uas, this, shared, clients);
    }

    /**
     * What both cores of a worker work with.
     *
     * @param unique makes tags, branches and Call-IDs
     */
    record CoreParts(
            Answers answers,
            DialogTable dialogs,
            RemoteParty.Scratch scratch,
            BytesPool bytes,
            LocalTag.Source unique,
            ReplyComposer replies) {}

    ResponseView view() {
        return view;
    }

    ProxyCore proxy() {
        return proxy;
    }

    /** What becomes of requests that are too long for a datagram. */
    LongRequests longRequests() {
        return longRequests;
    }

    Refresher refresher() {
        return refresher;
    }

    Notifier notifier() {
        return notifier;
    }

    Subscriber subscriber() {
        return subscriber;
    }

    /** What the handler asks of others. */
    OwnRequests requests() {
        return requests;
    }

    void restore(final SipSession<?> session, final ImageReader image) {
        clients.restore(session, image);
    }

    void forget(final SipSession<?> session) {
        clients.forget(session);
    }

    // ---- answers

    /** An answer to a request of ours; false if there is no such request. */
    boolean onResponse(final SipMessage response, final ViaView via, final ReplyPort way, final long nowNs) {
        final ClientTransaction transaction = clients.find(response, via);
        if (transaction == null) {
            return false;
        }
        if (way.isStream() && way.registration() != 0) {
            lost.follow(transaction, way);
        }
        if (transaction.context != null) {
            proxy.branchAnswers().onResponse(transaction, transaction.context, response, via, nowNs);
            return true;
        }
        switch (transaction) {
            case InviteClientTransaction invite -> onAnswerToInvite(invite, response, nowNs);
            case NonInviteClientTransaction other -> onAnswer(other, response, nowNs);
        }
        return true;
    }

    private void onAnswer(final NonInviteClientTransaction request, final SipMessage response, final long nowNs) {
        final int status = response.statusCode();
        if (!request.isOpen()) {
            context.counters().increment(SipCounter.RESPONSES_REPEATED);
            return;
        }
        final SipSession<?> listener = request.isHeard ? request.holder : null;
        view.wrap(status, response, request);
        if (status < 200) {
            clients.locating().onAnswered(request, status);
            request.onProvisional(nowNs);
            if (listener != null && status > 100) {
                tell(listener, nowNs);
                uas.endIfOver(listener, nowNs);
            }
            return;
        }
        if ((status == 503 && tryNextTarget(request, true, nowNs))
                || (status == 422 && raise(request, response, nowNs))
                || (status == 423 && subscriber.raise(request, response, nowNs))) {
            view.unwrap();
            request.onFinal(nowNs);
            return;
        }
        clients.locating().onAnswered(request, status);
        final Dialog dialog = request.dialog;
        if (dialog != null && request.method == SipMethod.UPDATE && status < 300) {
            dialogs.learnTargetFromAnswer(dialog, response);
            refresher.onPeersAnswer(dialog, response, nowNs);
        }
        final boolean isRefresh = request.isRefresh;
        final Subscription subscription = notifier.of(request);
        final Watch watch = subscriber.of(request);
        request.onFinal(nowNs);
        if (subscription != null) {
            view.unwrap();
            notifier.onNoticeEnded(subscription, status, response, nowNs);
        } else if (watch != null) {
            onSubscribeEnded(watch, listener, dialog != null, status, response, nowNs);
        } else if (isRefresh) {
            view.unwrap();
            refresher.onRefreshEnded(dialog, status, response, nowNs);
        } else {
            onEnded(listener, dialog, status, nowNs);
        }
    }

    /** A SUBSCRIBE of a subscription that is kept has its final answer, or there was none; the handler is a listener of the first one. */
    private void onSubscribeEnded(
            final Watch watch,
            final @Nullable SipSession<?> listener,
            final boolean isRefresh,
            final int status,
            final @Nullable SipMessage response,
            final long nowNs) {
        if (listener == null) {
            view.unwrap();
        }
        subscriber.onAnswered(watch, listener != null, isRefresh, status, response, nowNs);
        if (listener != null) {
            onEnded(listener, null, status, nowNs);
        }
    }

    private void onAnswerToInvite(final InviteClientTransaction invite, final SipMessage response, final long nowNs) {
        final int status = response.statusCode();
        switch (invite.state()) {
            case CALLING, PROCEEDING -> {
                if (status < 200) {
                    onProvisional(invite, response, nowNs);
                } else if (status < 300) {
                    onAccepted(invite, response, nowNs);
                } else {
                    onRefused(invite, response, nowNs);
                }
            }
            case ACCEPTED -> {
                if (status >= 200 && status < 300) {
                    onAcceptedAgain(invite, response, nowNs);
                }
            }
            case COMPLETED -> {
                if (status >= 300) {
                    context.counters().increment(SipCounter.RESPONSES_REPEATED);
                    invite.send(); // its ACK
                }
            }
            case TERMINATED -> {}
        }
    }

    private void onProvisional(final InviteClientTransaction invite, final SipMessage response, final long nowNs) {
        clients.locating().onAnswered(invite, response.statusCode());
        invite.onProvisional(nowNs);
        if (invite.isCancelAsked) {
            sendCancel(invite, nowNs);
        }
        final SipSession<?> listener = invite.holder;
        if (response.statusCode() == 100 || listener == null || !invite.isHeard) {
            return;
        }
        note(invite, response.statusCode(), CallRecord.EndedBy.NOBODY, nowNs);
        if (!invite.isWithin && response.toTagLength() > 0) {
            onEarly(invite, listener, response);
        }
        view.wrap(response.statusCode(), response, invite);
        tell(listener, nowNs);
        uas.endIfOver(listener, nowNs);
    }

    /** What follows goes as it would have gone if the INVITE had not been too long for it. */
    private @Nullable Dialog beginDialog(
            final InviteClientTransaction invite, final SipSession<?> session, final SipMessage response) {
        final Dialog dialog = dialogs.beginOwn(invite, session, response);
        if (dialog != null) {
            dialog.isSips = invite.isSips;
            clients.locating().turnBack(invite, dialog.port);
        }
        return dialog;
    }

    /** An early dialog begins, or speaks again: it is the one that what is sent to the leg goes to. */
    private void onEarly(final InviteClientTransaction invite, final SipSession<?> session, final SipMessage response) {
        Dialog dialog = dialogs.findOfAnswer(response);
        if (dialog == null) {
            int forks = 0;
            for (int i = 0; i < session.dialogs.size(); i++) {
                if (session.dialogs.get(i).ownInvite == invite) {
                    forks++;
                }
            }
            if (forks >= context.settings().client().forksMax()) {
                context.counters().increment(SipCounter.FORKS_IGNORED);
                return;
            }
            dialog = beginDialog(invite, session, response);
        } else if (dialog.ownInvite == invite) {
            session.dialogs.remove(dialog);
            session.dialogs.add(dialog);
            dialog.touch();
        }
    }

    private void onAccepted(final InviteClientTransaction invite, final SipMessage response, final long nowNs) {
        clients.locating().onAnswered(invite, response.statusCode());
        refresher.onAccepting(invite);
        invite.onAccepted(nowNs);
        if (invite.isRefresh && invite.dialog != null) {
            onRefreshAccepted(invite, invite.dialog, response, nowNs);
            return;
        }
        final SipSession<?> session = invite.isHeard ? invite.holder : null;
        if (session == null || (invite.isWithin ? invite.dialog == null : invite.isCancelAsked)) {
            refuseAccepted(invite, response, nowNs);
            onAcceptedInVain(invite, session, 487, nowNs);
            return;
        }
        final boolean isNew = !invite.isWithin;
        final Dialog dialog = isNew ? callOf(invite, session, response) : invite.dialog;
        if (dialog == null) {
            refuseAccepted(invite, response, nowNs);
            onAcceptedInVain(invite, session, 503, nowNs);
            return;
        }
        if (!isNew) {
            dialogs.learnTargetFromAnswer(dialog, response);
        }
        note(invite, response.statusCode(), CallRecord.EndedBy.NOBODY, nowNs);
        invite.won(hashOf(response));
        dialog.ownInvite = invite;
        refresher.onAccepted(dialog, response, nowNs);
        view.wrap(response.statusCode(), response, invite);
        final ServerTransaction origin = invite.origin;
        final int life = dialog.life;
        invite.unheard();
        final boolean ok = tell(session, nowNs);
        if (dialog.life == life) {
            if (!ok && isNew) {
                hangUp(dialog, nowNs); // nobody knows of the call
            } else if (invite.isAckDue && (invite.hasBody || !ok)) {
                acknowledge(dialog, nowNs);
            }
        }
        refuseOrigin(ok, origin, nowNs);
        uas.endIfOver(session, nowNs);
    }

    /** The peer has answered the same again to the same: nobody has to be told. */
    private void onRefreshAccepted(
            final InviteClientTransaction invite, final Dialog dialog, final SipMessage response, final long nowNs) {
        dialogs.learnTargetFromAnswer(dialog, response);
        invite.won(hashOf(response));
        refresher.onAccepted(dialog, response, nowNs);
        acknowledge(dialog, nowNs);
        refresher.onRefreshEnded(dialog, response.statusCode(), response, nowNs);
    }

    private void onAcceptedInVain(
            final InviteClientTransaction invite,
            final @Nullable SipSession<?> listener,
            final int status,
            final long nowNs) {
        view.wrap(status, null, invite);
        note(invite, status, CallRecord.EndedBy.SERVICE, nowNs);
        dialogs.endEarlyOwn(invite, null);
        invite.unheard();
        onEnded(listener, null, status, nowNs);
    }

    /** The dialog of the first 2xx: one of the early ones, or a new one. The others are over. Null if there is no room for it. */
    private @Nullable Dialog callOf(
            final InviteClientTransaction invite, final SipSession<?> session, final SipMessage response) {
        Dialog dialog = dialogs.findOfAnswer(response);
        if (dialog == null) {
            dialog = beginDialog(invite, session, response);
        }
        dialogs.endEarlyOwn(invite, dialog);
        if (dialog != null) {
            dialogs.confirmOwn(dialog, response);
        }
        return dialog;
    }

    private void onAcceptedAgain(final InviteClientTransaction invite, final SipMessage response, final long nowNs) {
        if (invite.isWonBy(hashOf(response))) {
            context.counters().increment(SipCounter.RESPONSES_REPEATED);
            invite.send(); // its ACK, if it was given
        } else {
            refuseAccepted(invite, response, nowNs);
        }
    }

    /** Acknowledges a 2xx and hangs up, once: another fork's, or one that has crossed a CANCEL (RFC 3261 sections 13.2.2.4 and 9.1). */
    private void refuseAccepted(final InviteClientTransaction invite, final SipMessage response, final long nowNs) {
        stranger.learnFromAnswer(response, scratch);
        door.copyFrom(invite.port);
        final Destination destination = stranger.aim(door, invite.slot, scratch, requests.addresses());
        final int length =
                composer.composePlain(message, stranger, SipMethod.ACK, door, invite.slot, invite.cseq, branch);
        if (length > 0) {
            clients.send(invite.slot, door, message, 0, length);
        }
        if (invite.lost(hashOf(response))) {
            context.counters().increment(SipCounter.ACCEPTS_UNWANTED);
            sendBye(stranger, door, destination, invite.slot, invite.holder, invite.cseq + 1, nowNs);
        }
        stranger.close();
    }

    private void onRefused(final InviteClientTransaction invite, final SipMessage response, final long nowNs) {
        final SipSession<?> listener = invite.isHeard ? invite.holder : null;
        final Dialog dialog = invite.dialog;
        final int status = response.statusCode();
        view.wrap(status, response, invite);
        if (status == 503 && failOver(invite, response, nowNs)) {
            view.unwrap();
            return;
        }
        if (status == 422 && raise(invite, response, nowNs)) {
            view.unwrap();
            return;
        }
        clients.locating().onAnswered(invite, status);
        note(invite, status, invite.isCancelAsked ? CallRecord.EndedBy.SERVICE : CallRecord.EndedBy.PEER, nowNs);
        acknowledgeRefusal(invite, response, nowNs);
        onInviteOver(invite, dialog);
        if (invite.isRefresh) {
            view.unwrap();
            refresher.onRefreshEnded(dialog, status, response, nowNs);
        } else {
            onEnded(listener, dialog, status, nowNs);
        }
    }

    /** A request that was refused because its interval is too short is sent again with a longer one; false if it is not. */
    private boolean raise(final ClientTransaction refused, final SipMessage response, final long nowNs) {
        final ClientTransaction again = refresher.raise(refused, response);
        if (again == null) {
            return false;
        }
        if (refused instanceof InviteClientTransaction invite) {
            acknowledgeRefusal(invite, response, nowNs);
        }
        again.go(nowNs);
        return true;
    }

    /** The next target gets an INVITE that this one has refused; false if there is none. */
    boolean failOver(final InviteClientTransaction invite, final SipMessage response, final long nowNs) {
        if (!tryNextTarget(invite, true, nowNs)) {
            return false;
        }
        acknowledgeRefusal(invite, response, nowNs);
        return true;
    }

    /** Sends the ACK of a refusal, and again whenever that comes again. */
    void acknowledgeRefusal(final InviteClientTransaction invite, final SipMessage response, final long nowNs) {
        final int length = composer.composeAckOfRefusal(message, invite, response);
        assert length > 0 : "an ACK is hardly longer than its INVITE";
        invite.onRefused(message, 0, length, nowNs);
    }

    /** Notes for the call's record that its first INVITE has an answer. */
    private void note(
            final InviteClientTransaction invite, final int status, final CallRecord.EndedBy by, final long nowNs) {
        final SipSession<?> session = invite.holder;
        if (session != null && !invite.isWithin) {
            session.calls.onAnswer(invite.leg, status, by, parts.time().toWallNs(nowNs));
        }
    }

    private void onInviteOver(final InviteClientTransaction invite, final @Nullable Dialog dialog) {
        dialogs.endEarlyOwn(invite, null);
        if (dialog != null && dialog.ownInvite == invite) {
            dialog.ownInvite = null;
            dialog.touch();
        }
    }

    private long hashOf(final SipMessage response) {
        return dialogs.hashOfAnswer(response, parts.keyHash());
    }

    /** The peer has come by another connection: what it has not answered may have been lost with the one before. */
    void sendAgainByItsPort(final Dialog dialog) {
        final SipSession<?> holder = dialog.holder;
        if (holder == null) {
            return;
        }
        for (int i = 0; i < holder.clients.size(); i++) {
            final ClientTransaction transaction = holder.clients.get(i);
            if (transaction.dialog == dialog && transaction.isSentAgain()) {
                context.counters().increment(SipCounter.REQUESTS_RETRANSMITTED);
                transaction.port.copyFrom(dialog.port);
                transaction.send();
                transaction.touch();
            }
        }
    }

    // ---- what time brings

    /** Timers B and F, or a withdrawn INVITE of which nothing more was heard: as if 408 or 487 had come (RFC 3261 sections 8.1.3.1 and 9.1). */
    void onNoAnswer(final ClientTransaction transaction, final long nowNs) {
        if (tryNextTarget(transaction, true, nowNs)) {
            letGo(transaction, nowNs);
        } else {
            endLocally(transaction, 408, nowNs);
        }
    }

    /** The next target has the request of this one. */
    private void letGo(final ClientTransaction failed, final long nowNs) {
        if (failed instanceof InviteClientTransaction late) {
            late.giveUp(nowNs);
        } else {
            clients.terminate(failed);
        }
    }

    /**
     * An edge could not send a request of ours, for want of a connection: the next target gets it, or it ends as if 503 had come (RFC 3261 sections 8.1.3.1 and 16.9). Within a call it
     * goes to where its URI leads; a peer that nobody can connect to has the request's whole time to come back by itself.
     */
    void onUnsent(final SipMessage request, final ViaView via, final ReplyPort way, final long nowNs) {
        final ClientTransaction transaction = clients.find(request, via);
        if (transaction == null || !transaction.hasHeardNothing() || !transaction.port.leadsWhere(way)) {
            return; // it went another way meanwhile
        }
        context.counters().increment(SipCounter.REQUESTS_UNSENT);
        if (tryNextTarget(transaction, false, nowNs)) {
            letGo(transaction, nowNs);
        } else if (transaction.port.registration() != 0) {
            lost.seek(transaction, nowNs);
        } else if (!lost.goByUri(transaction, nowNs) && !lost.mayComeBack(transaction)) {
            endLocally(transaction, 503, nowNs);
        }
    }

    /** Nobody was found whom it could be sent to: as if 503 had come (RFC 3263 section 4.3, RFC 3261 section 8.1.3.1). */
    void onNotSent(final ClientTransaction transaction, final long nowNs) {
        endLocally(transaction, 503, nowNs);
    }

    /** Lets the next target have a request; false if there is none, or if nobody wants the request any more. */
    boolean tryNextTarget(final ClientTransaction failed, final boolean wasReached, final long nowNs) {
        final ClientTransaction next = clients.locating().next(failed, wasReached, nowNs);
        if (next == null) {
            return false;
        }
        if (next instanceof InviteClientTransaction invite && failed instanceof InviteClientTransaction former) {
            dialogs.endEarlyOwn(former, null);
            final Dialog dialog = invite.dialog;
            if (dialog != null && dialog.ownInvite == former) {
                dialog.ownInvite = invite;
                dialog.touch();
            }
        }
        failed.dialog = null;
        failed.unheard();
        next.go(nowNs);
        return true;
    }

    /** Writes the branch under which the next target gets a request. */
    void putNextBranch(final AsciiWriter to, final ClientTransaction failed) {
        if (failed.context == null) {
            clients.putBranch(to, failed.slot);
        } else {
            proxy.putBranch(to, failed, failed.context);
        }
    }

    private void endLocally(final ClientTransaction transaction, final int ofStatus, final long nowNs) {
        if (transaction.context != null) {
            proxy.onNoAnswer(transaction, transaction.context, ofStatus, nowNs);
            return;
        }
        final SipSession<?> listener = transaction.isHeard ? transaction.holder : null;
        final Dialog dialog = transaction.dialog;
        int status = ofStatus;
        if (transaction instanceof InviteClientTransaction invite) {
            status = invite.isCancelAsked ? 487 : ofStatus;
            note(invite, status, invite.isCancelAsked ? CallRecord.EndedBy.SERVICE : CallRecord.EndedBy.TIMEOUT, nowNs);
            onInviteOver(invite, dialog);
        }
        view.wrap(status, null, transaction);
        transaction.isHeard = false;
        final boolean isRefresh = transaction.isRefresh;
        final Subscription subscription = notifier.of(transaction);
        final Watch watch = subscriber.of(transaction);
        clients.terminate(transaction);
        if (subscription != null) {
            view.unwrap();
            notifier.onNoticeEnded(subscription, status, null, nowNs);
        } else if (watch != null) {
            onSubscribeEnded(watch, listener, dialog != null, status, null, nowNs);
        } else if (isRefresh) {
            view.unwrap();
            refresher.onRefreshEnded(dialog, status, null, nowNs);
        } else {
            onEnded(listener, dialog, status, nowNs);
        }
    }

    /** A callee that rings for as long as it may; of a proxied INVITE that is timer C. */
    void onRingsTooLong(final InviteClientTransaction invite, final long nowNs) {
        if (invite.context != null) {
            context.counters().increment(SipCounter.BRANCHES_RANG_TOO_LONG);
            invite.isWithdrawn = true;
            cancel(invite, nowNs);
            proxy.onWithdrawn(invite.context, nowNs);
            return;
        }
        context.counters().increment(SipCounter.LEGS_RANG_TOO_LONG);
        cancel(invite, nowNs);
    }

    /** The handler has never answered the offer of a 2xx. */
    void onAckNotGiven(final InviteClientTransaction invite, final long nowNs) {
        context.counters().increment(SipCounter.ACKS_NOT_GIVEN);
        final SipSession<?> session = invite.holder;
        if (session != null) {
            for (int i = session.dialogs.size() - 1; i >= 0; i--) {
                final Dialog dialog = session.dialogs.get(i);
                if (dialog.ownInvite == invite) {
                    hangUp(dialog, nowNs);
                }
            }
            view.wrap(408, null, invite);
            onEnded(session.isBegun() ? session : null, null, 408, nowNs);
        }
    }

    // ---- the handler

    /** A request has its final answer: the handler hears of it if it wants to, and a dialog that the peer does not know any more is over (section 12.2.1.2). */
    private void onEnded(
            final @Nullable SipSession<?> listener, final @Nullable Dialog dialog, final int status, final long nowNs) {
        final boolean isLost = dialog != null
                && (status == 481 || status == 408)
                && dialog.state == Dialog.State.CONFIRMED
                && !dialog.isHungUpByPeer;
        final int life = dialog == null ? 0 : dialog.life;
        if (listener == null) {
            view.unwrap();
        } else {
            final ServerTransaction origin = view.origin();
            refuseOrigin(tell(listener, nowNs), origin, nowNs);
        }
        if (dialog != null && isLost && dialog.life == life) {
            hangUp(dialog, nowNs);
        }
        if (listener != null) {
            uas.endIfOver(listener, nowNs);
        }
    }

    /** Shows the handler what the view is laid over; false if it threw. */
    private boolean tell(final SipSession<?> session, final long nowNs) {
        final boolean ok = uas.tellResponse(session, nowNs);
        view.unwrap();
        return ok;
    }

    private void refuseOrigin(final boolean ok, final @Nullable ServerTransaction origin, final long nowNs) {
        if (!ok && origin != null && origin.session != null && !origin.hasFinal()) {
            answers.respond(origin, uas.failureStatus(), nowNs);
        }
    }

    // ---- what the handler asked for

    /** The handler's method is about to be called. */
    void beginEvent() {
        requests.beginEvent();
        notifier.beginEvent();
        subscriber.beginEvent();
    }

    /** The handler's method has returned, and what it wanted is done or forgotten. */
    void endEvent() {
        requests.endEvent();
        notifier.endEvent();
        subscriber.endEvent();
        view.unwrap();
    }

    /** Forgets what is written down. */
    void rollback() {
        requests.rollback();
        notifier.rollback();
        subscriber.rollback();
    }

    /** Does what is written down. */
    void commit(final SipSession<?> session, final long nowNs) {
        notifier.commit(nowNs);
        subscriber.commit(nowNs);
        final StagedRequests staged = requests.staged();
        if (staged.isEmpty()) {
            return;
        }
        for (int i = 0; i < staged.size(); i++) {
            final StagedRequests.Entry entry = staged.get(i);
            switch (entry.kind) {
                case REQUEST -> begin(session, entry, staged.buffer(), nowNs);
                case CANCEL -> cancelLeg(session, entry.leg, nowNs);
                case HANG_UP -> hangUpLeg(session, entry.leg, nowNs);
            }
        }
        staged.clear();
    }

    private void begin(
            final SipSession<?> session,
            final StagedRequests.Entry entry,
            final DirectBuffer written,
            final long nowNs) {
        final Dialog dialog = entry.livingDialog();
        if (entry.dialog != null && dialog == null) {
            context.counters().increment(SipCounter.REQUESTS_TOO_LATE);
            return;
        }
        if (dialog != null && entry.method == SipMethod.ACK) {
            sendAck(dialog, entry.port, entry.destination, nowNs, written, entry.offset, entry.length);
            return;
        }
        final ClientTransaction transaction = clients.open(entry.method, entry.branch, session.slot(), session);
        transaction.cseq = entry.cseq;
        transaction.leg = entry.leg;
        transaction.isHeard = true;
        transaction.origin = entry.origin == null || entry.origin.hasFinal() ? null : entry.origin;
        transaction.dialog = dialog;
        transaction.port.copyFrom(entry.port);
        if (transaction instanceof InviteClientTransaction invite) {
            invite.hasBody = entry.hasBody;
            invite.isSips = entry.isSips;
            invite.isWithin = dialog != null;
            if (dialog != null) {
                dialog.ownInvite = invite;
            } else {
                context.counters().increment(SipCounter.LEGS_BEGUN);
            }
        }
        if (dialog == null && entry.method == SipMethod.INVITE && session.calls.isOn()) {
            sent.parseDatagram(written, entry.offset, entry.length);
            session.calls.begin(entry.leg, true, sent, address, parts.time().toWallNs(nowNs));
        }
        if (entry.watch != null) {
            subscriber.begin(entry.watch, transaction);
        }
        begin(transaction, entry.destination, written, entry.offset, entry.length, nowNs);
        if (dialog != null && entry.method == SipMethod.BYE) {
            uas.endDialogOf(dialog, session, nowNs);
        }
    }

    private void cancelLeg(final SipSession<?> session, final String leg, final long nowNs) {
        final InviteClientTransaction initial = session.openInvite(leg);
        if (initial != null) {
            cancel(initial, nowNs);
            return;
        }
        final Dialog dialog = session.dialogOf(leg);
        if (dialog != null && dialog.ownInvite != null && dialog.ownInvite.isOpen()) {
            cancel(dialog.ownInvite, nowNs);
        }
    }

    private void hangUpLeg(final SipSession<?> session, final String leg, final long nowNs) {
        final InviteClientTransaction initial = session.openInvite(leg);
        if (initial != null) {
            abandon(initial, nowNs);
            return;
        }
        final Dialog dialog = session.dialogOf(leg);
        if (dialog == null || dialog.isHungUpByPeer) {
            return;
        }
        final ServerTransaction ringing = dialog.invite;
        if (dialog.state == Dialog.State.EARLY && ringing != null) {
            answers.respond(ringing, 480, nowNs);
        } else {
            uas.hangUpCall(dialog, session, nowNs);
        }
    }

    /** The session ends: nobody hears of its requests any more, and what has not begun is withdrawn. */
    void abandonAll(final SipSession<?> session, final long nowNs) {
        for (int i = session.clients.size() - 1; i >= 0; i--) {
            final ClientTransaction transaction = session.clients.get(i);
            if (transaction instanceof InviteClientTransaction invite && invite.isOpen() && !invite.isWithin) {
                abandon(invite, nowNs);
            } else if (transaction.isHeard) {
                transaction.unheard();
            }
        }
    }

    private void abandon(final InviteClientTransaction invite, final long nowNs) {
        invite.unheard();
        dialogs.endEarlyOwn(invite, null);
        cancel(invite, nowNs);
    }

    void cancel(final InviteClientTransaction invite, final long nowNs) {
        if (!invite.isCancelAsked) {
            invite.isCancelAsked = true;
            invite.touch();
            if (invite.targets.isSought()) {
                invite.endIn(0, nowNs); // it was never sent
            }
            sendCancel(invite, nowNs);
        }
    }

    /** Sends CANCEL if a provisional answer has come, which says that the INVITE has. */
    void sendCancel(final InviteClientTransaction invite, final long nowNs) {
        if (!invite.mayCancelNow()) {
            return;
        }
        final int length = composer.composeCancel(message, invite);
        assert length > 0 : "a CANCEL is hardly longer than its INVITE";
        context.counters().increment(SipCounter.CANCELS_SENT);
        RequestComposer.putBranchOf(invite, branch);
        begin(SipMethod.CANCEL, invite.port, null, invite.slot, invite.holder, invite.cseq, length, nowNs);
        invite.onCancelSent(nowNs);
    }

    // ---- ACK and BYE

    /** Acknowledges the 2xx of a dialog without a word. */
    private void acknowledge(final Dialog dialog, final long nowNs) {
        final InviteClientTransaction invite = dialog.ownInvite;
        if (invite == null) {
            return;
        }
        door.copyFrom(dialog.port);
        final Destination destination = dialog.peer.aim(door, dialog.slot, scratch, requests.addresses());
        final int length =
                composer.composePlain(message, dialog.peer, SipMethod.ACK, door, dialog.slot, invite.cseq, branch);
        if (length > 0) {
            sendAck(dialog, door, destination, nowNs, message, 0, length);
        }
    }

    private void sendAck(
            final Dialog dialog,
            final ReplyPort to,
            final @Nullable Destination destination,
            final long nowNs,
            final DirectBuffer ack,
            final int offset,
            final int length) {
        final InviteClientTransaction invite = dialog.ownInvite;
        if (invite == null || !invite.isAckDue) {
            context.counters().increment(SipCounter.REQUESTS_TOO_LATE);
            return;
        }
        invite.port.copyFrom(to);
        if (!invite.hasBody) {
            refresher.onAck(dialog, ack, offset, length);
        }
        invite.acknowledge(ack, offset, length);
        if (destination != null) {
            clients.locating().aimAck(invite, destination, nowNs);
        }
        invite.send();
        dialog.ownInvite = null;
        dialog.touch();
    }

    /** Ends a confirmed dialog with BYE, after the ACK if that is still due. */
    private void hangUp(final Dialog dialog, final long nowNs) {
        final SipSession<?> session = dialog.session;
        if (session != null) {
            uas.hangUpCall(dialog, session, nowNs);
        }
    }

    /** Sends the BYE of a dialog, which may be forgotten at once. */
    void sendBye(final Dialog dialog, final long nowNs) {
        if (dialog.ownInvite != null && dialog.ownInvite.isAckDue) {
            acknowledge(dialog, nowNs);
        }
        door.copyFrom(dialog.port);
        final Destination destination = dialog.peer.aim(door, dialog.slot, scratch, requests.addresses());
        dialog.localCseq++;
        sendBye(dialog.peer, door, destination, dialog.slot, dialog.holder, dialog.localCseq, nowNs);
    }

    private void sendBye(
            final RemoteParty peer,
            final ReplyPort to,
            final @Nullable Destination destination,
            final int slot,
            final @Nullable SipSession<?> holder,
            final long cseq,
            final long nowNs) {
        final int length = composer.composePlain(message, peer, SipMethod.BYE, to, slot, cseq, branch);
        if (length > 0) {
            context.counters().increment(SipCounter.BYES_SENT);
            begin(SipMethod.BYE, to, destination, slot, holder, cseq, length, nowNs);
        }
    }

    /** Begins a request of the platform's own, which lies in {@code message} and has the branch in {@code branch}; sends it just once if it cannot be remembered. */
    private void begin(
            final SipMethod method,
            final ReplyPort to,
            final @Nullable Destination destination,
            final int slot,
            final @Nullable SipSession<?> holder,
            final long cseq,
            final int length,
            final long nowNs) {
        if (clients.refusesAnother()) {
            clients.send(slot, to, message, 0, length);
            return;
        }
        final ClientTransaction transaction = clients.open(method, branch, slot, holder);
        transaction.cseq = cseq;
        transaction.port.copyFrom(to);
        begin(transaction, destination, message, 0, length, nowNs);
    }

    /** Begins a request whose bytes are there: where its port leads, or where the servers of a name are. */
    void begin(
            final ClientTransaction transaction,
            final @Nullable Destination destination,
            final DirectBuffer request,
            final int offset,
            final int length,
            final long nowNs) {
        if (destination == null) {
            transaction.begin(request, offset, length, nowNs);
        } else {
            transaction.begin(request, offset, length);
            // Within a call there is where the call came from or went to.
            transaction.targets.hasOtherWay = transaction.context == null
                    && !destination.isSecure()
                    && (transaction.dialog != null || !transaction.isHeard);
            clients.locating().send(transaction, destination, nowNs);
        }
    }
}
