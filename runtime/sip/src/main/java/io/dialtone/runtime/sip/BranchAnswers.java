package io.dialtone.runtime.sip;

import io.dialtone.runtime.sip.CallRecord.EndedBy;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What branches of a request answer (RFC 3261 section 16.7): brought back at once, or weighed against what others say, and shown to the handler if it wants to see it. Called only by the owning worker.
 *
 * <p>A 2xx to an INVITE goes back at once, each time it comes, and also after another has (RFC 6026). A 408 to anything else never does (RFC 4320).
 */
final class BranchAnswers {
    private static final int SCRATCH_BYTES = 1 << 17;

    private final SipContext context;
    private final UasCore<?> uas;
    private final UacCore<?> uac;
    private final ProxyCore core;
    private final ClientLayer clients;
    private final Answers answers;
    private final DialogTable dialogs;
    private final ForwardComposer composer;
    private final BestChoice choice;
    private final ResponseView view = new ResponseView();
    private final UnsafeBuffer out = new UnsafeBuffer(new byte[SCRATCH_BYTES]);

    BranchAnswers(
            final SipContext context,
            final UasCore<?> uas,
            final UacCore<?> uac,
            final ProxyCore core,
            final UacCore.CoreParts shared,
            final ClientLayer clients,
            final ForwardComposer composer) {
        this.context = context;
        this.uas = uas;
        this.uac = uac;
        this.core = core;
        this.clients = clients;
        this.composer = composer;
        answers = shared.answers();
        dialogs = shared.dialogs();
        choice = new BestChoice(context, composer);
    }

    ResponseView view() {
        return view;
    }

    /** An answer to a branch. */
    void onResponse(
            final ClientTransaction transaction,
            final ResponseContext proxied,
            final SipMessage response,
            final ViaView topmost,
            final long nowNs) {
        switch (transaction) {
            case InviteClientTransaction invite -> onAnswerToInvite(invite, proxied, response, topmost, nowNs);
            case NonInviteClientTransaction other -> onAnswer(other, proxied, response, topmost, nowNs);
        }
        uas.endIfOver(proxied.holder, nowNs);
    }

    private void onAnswer(
            final NonInviteClientTransaction request,
            final ResponseContext proxied,
            final SipMessage response,
            final ViaView topmost,
            final long nowNs) {
        final int status = response.statusCode();
        if (!request.isOpen()) {
            context.counters().increment(SipCounter.RESPONSES_REPEATED);
            return;
        }
        clients.locating().onAnswered(request, status);
        if (status < 200) {
            request.onProvisional(nowNs); // RFC 4320 section 4.1: it goes no further
        } else if (status == 503 && uac.tryNextTarget(request, true, nowNs)) {
            request.onFinal(nowNs);
        } else {
            request.onFinal(nowNs);
            onFinal(request, proxied, response, topmost, nowNs);
        }
    }

    private void onAnswerToInvite(
            final InviteClientTransaction invite,
            final ResponseContext proxied,
            final SipMessage response,
            final ViaView topmost,
            final long nowNs) {
        final int status = response.statusCode();
        switch (invite.state()) {
            case CALLING, PROCEEDING -> {
                clients.locating().onAnswered(invite, status);
                if (status < 200) {
                    onProvisional(invite, proxied, response, topmost, nowNs);
                } else if (status < 300) {
                    invite.onAccepted(nowNs);
                    onFinal(invite, proxied, response, topmost, nowNs);
                } else if (status != 503 || !uac.failOver(invite, response, nowNs)) {
                    uac.acknowledgeRefusal(invite, response, nowNs);
                    onFinal(invite, proxied, response, topmost, nowNs);
                }
            }
            case ACCEPTED -> {
                if (status >= 200 && status < 300) {
                    passOn(proxied, status, response, topmost, nowNs);
                    core.keeper().onSuccess(proxied, response, invite, nowNs);
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

    private void onProvisional(
            final InviteClientTransaction invite,
            final ResponseContext proxied,
            final SipMessage response,
            final ViaView topmost,
            final long nowNs) {
        invite.onProvisional(nowNs);
        if (invite.isCancelAsked) {
            uac.sendCancel(invite, nowNs);
        }
        final int status = response.statusCode();
        if (status == 100) {
            return;
        }
        invite.onRinging(nowNs);
        if (!invite.isWithdrawn) {
            passOn(proxied, status, response, topmost, nowNs);
            core.keeper().onRinging(proxied, status, nowNs);
        }
        tellBranch(proxied, status, response, invite, nowNs);
    }

    private void onFinal(
            final ClientTransaction transaction,
            final ResponseContext proxied,
            final SipMessage response,
            final ViaView topmost,
            final long nowNs) {
        final int status = response.statusCode();
        if (status < 300) {
            passOn(proxied, status, response, topmost, nowNs);
            core.keeper().onSuccess(proxied, response, transaction, nowNs);
        } else if (!proxied.isAnswered) {
            weigh(proxied, transaction, response, topmost, nowNs);
            if (status >= 600) {
                core.close(proxied, nowNs);
            }
        }
        proxied.touch();
        tellBranch(proxied, status, response, transaction, nowNs);
        core.advance(proxied, nowNs);
    }

    private void weigh(
            final ResponseContext proxied,
            final ClientTransaction transaction,
            final SipMessage response,
            final ViaView topmost,
            final long nowNs) {
        final Redirects.Outcome outcome = response.statusCode() < 400 && !proxied.isClosed && !transaction.isWithdrawn
                ? core.follow(proxied, response)
                : Redirects.Outcome.NONE;
        switch (outcome) {
            case NONE -> choice.consider(proxied, transaction, response, topmost, out);
            case SOME ->
                choice.consider(
                        proxied,
                        transaction,
                        response,
                        topmost,
                        core.redirects().rest(),
                        out);
            case ALL -> BestChoice.considerOwn(proxied, 408); // as if it had not come: only if nothing else is said
        }
        if (outcome != Redirects.Outcome.NONE) {
            core.tryRedirects(proxied, nowNs);
        }
    }

    /** Brings a response back as it is. */
    private void passOn(
            final ResponseContext proxied,
            final int status,
            final SipMessage response,
            final ViaView topmost,
            final long nowNs) {
        final int length = composer.composeResponse(out, response, topmost);
        if (length < 0) {
            context.counters().increment(SipCounter.RESPONSES_STRAY);
            return;
        }
        final ServerTransaction server = proxied.server;
        if (server != null && !server.hasFinal()) {
            answer(proxied, server, status, length, nowNs);
        } else if (status >= 200 && proxied.method == SipMethod.INVITE && proxied.holder != null) {
            clients.send(proxied.holder.slot(), proxied.port, out, 0, length); // another 2xx, or the same again
        }
    }

    /** Answers with what lies in {@code out}. */
    private void answer(
            final ResponseContext proxied,
            final ServerTransaction server,
            final int status,
            final int length,
            final long nowNs) {
        if (status >= 200 && server.dialog != null) {
            dialogs.remove(server.dialog); // the handler had let it ring itself
            server.dialog = null;
        }
        answers.onRegistered(server, status);
        server.respond(status, out, 0, length, nowNs);
        if (status < 200) {
            return;
        }
        if (status < 300 && server.method == SipMethod.INVITE) {
            server.letGoOfResponse(); // who has sent it sends it again
        }
        final SipSession<?> waiting = server.session;
        if (waiting != null) {
            waiting.pending.remove(server);
            server.session = null;
        }
        core.onAnswered(proxied, nowNs);
    }

    /** Nobody is left to ask: the best of what was said goes back. */
    void answerBest(final ResponseContext proxied, final long nowNs) {
        final ServerTransaction server = proxied.server;
        if (server == null || server.hasFinal()) {
            return;
        }
        final DirectBuffer best = proxied.best();
        int status = proxied.bestStatus();
        if (proxied.isCallerGone && best.capacity() == 0) {
            status = 487;
        }
        core.keeper().onFailure(proxied, status, endedBy(proxied, status), nowNs);
        if (server.method != SipMethod.INVITE && status == 408) {
            context.counters().increment(SipCounter.TIMEOUTS_NOT_PASSED_ON);
            proxied.isAnswered = true; // RFC 4320 section 4.2: too late for anybody
        } else if (best.capacity() == 0 && status == SipsRules.NOT_ALLOWED) {
            answers.refuseSips(server, nowNs);
        } else if (best.capacity() == 0) {
            answers.respond(server, status, nowNs);
        } else if (status == 503) {
            answers.respond(server, 500, nowNs);
        } else {
            answer(proxied, server, status, choice.write(proxied, status, out), nowNs);
        }
    }

    private static EndedBy endedBy(final ResponseContext proxied, final int status) {
        if (proxied.isCallerGone) {
            return EndedBy.CALLER;
        }
        if (proxied.best().capacity() > 0) {
            return EndedBy.CALLEE;
        }
        return status == 408 ? EndedBy.TIMEOUT : EndedBy.SERVICE;
    }

    // ---- the handler is told

    private void tellBranch(
            final ResponseContext proxied,
            final int status,
            final SipMessage response,
            final ClientTransaction transaction,
            final long nowNs) {
        if (proxied.isWatched) {
            view.wrap(status, response, transaction, proxied.server);
            tell(proxied, false, nowNs);
            view.unwrap();
        }
    }

    /** A branch has come to its end without an answer. */
    void tellSilence(
            final ResponseContext proxied, final int status, final ClientTransaction transaction, final long nowNs) {
        view.wrap(status, null, transaction, proxied.server);
        clients.terminate(transaction);
        if (proxied.isWatched) {
            tell(proxied, false, nowNs);
        }
        view.unwrap();
    }

    /** The handler is asked whether it knows somebody else. */
    void askHandler(final ResponseContext proxied, final long nowNs) {
        final ServerTransaction server = proxied.server;
        if (server != null && !server.hasFinal()) {
            final SipMessage best = proxied.best().capacity() == 0 ? null : choice.parse(proxied);
            view.wrapBest(proxied.bestStatus(), best, server, proxied.wasHandlerAsked);
            tell(proxied, true, nowNs);
            view.unwrap();
        }
    }

    private void tell(final ResponseContext proxied, final boolean isBest, final long nowNs) {
        final SipSession<?> listener = proxied.holder;
        if (listener != null && listener.isBegun() && !proxied.isWithin) {
            uas.tellProxied(listener, isBest, nowNs);
        }
    }
}
