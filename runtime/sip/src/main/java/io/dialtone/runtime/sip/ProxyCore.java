package io.dialtone.runtime.sip;

import io.dialtone.api.Proxying;
import io.dialtone.runtime.engine.DeadlineWheel;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.TurnTime;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import io.dialtone.sip.locate.Destination;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The stateful proxy's core (RFC 3261 section 16): sends a request to who its handler names, one group after the other, brings back what they say, and withdraws what nobody waits for any more. What
 * is said within a dialog that we have put ourselves in the path of is passed on without a handler. Called only by the owning worker.
 *
 * <p>A 2xx to an INVITE goes back at once, each time it comes, and also after another has (RFC 6026). A 408 to anything else never does (RFC 4320).
 */
final class ProxyCore {
    private static final int SPARES_MAX = 1 << 16;
    private static final int SCRATCH_BYTES = 1 << 17;

    private final WorkerParts parts;
    private final SipContext context;
    private final UasCore<?> uas;
    private final UacCore<?> uac;
    private final ClientLayer clients;
    private final Answers answers;
    private final DialogTable dialogs;
    private final BytesPool bytes;
    private final LocalTag.Source unique;
    private final ForwardBranch branches;
    private final OwnRoutes routes;
    private final ForwardComposer composer;
    private final ProxyBuilder builder = new ProxyBuilder(this);
    private final ResponseView view = new ResponseView();
    private final ArrayDeque<ResponseContext> staged = new ArrayDeque<>(2);
    private final ArrayDeque<ResponseContext> spareContexts = new ArrayDeque<>();
    private final ArrayDeque<ProxyTarget> spareTargets = new ArrayDeque<>();
    /** What an ACK is passed on with: nobody answers it. */
    private final ResponseContext nothing;

    private final UnsafeBuffer out = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter branch = new AsciiWriter(ClientLayer.BRANCH_BYTES_MAX);
    private final AsciiWriter lines = new AsciiWriter(ResponseContext.CHALLENGES_BYTES_MAX);
    private final ReplyPort door = new ReplyPort();
    private final SipMessage kept;
    /** The name of who comes next within a dialog, if it is one. */
    private @Nullable Destination onward;

    private boolean inEvent;

    ProxyCore(
            final WorkerParts parts,
            final SipContext context,
            final UasCore<?> uas,
            final UacCore<?> uac,
            final UacCore.CoreParts shared,
            final ClientLayer clients) {
        this.parts = parts;
        this.context = context;
        this.uas = uas;
        this.uac = uac;
        this.clients = clients;
        answers = shared.answers();
        dialogs = shared.dialogs();
        bytes = shared.bytes();
        unique = shared.unique();
        branches = new ForwardBranch(context.tokens(), parts.sessions().keyHash());
        final FlowParam flows = new FlowParam(parts.sessions().keyHash());
        routes = new OwnRoutes(context, flows);
        composer = new ForwardComposer(context, clients, flows);
        kept = new SipMessage(context.limits());
        nothing = new ResponseContext(this, bytes);
    }

    ResponseView view() {
        return view;
    }

    DeadlineWheel deadlines() {
        return parts.deadlines();
    }

    TurnTime time() {
        return parts.time();
    }

    BytesPool bytes() {
        return bytes;
    }

    AddressTexts addresses() {
        return uac.requests().addresses();
    }

    // ---- what a message is

    /** True if it is sent within a dialog that we are in the path of, and have no part in. */
    boolean isThroughUs(final SipMessage request) {
        return request.toTagLength() > 0 && routes.isThroughUs(request);
    }

    /** True if it answers something that we have passed on. */
    boolean isForwarded(final SipMessage response, final ViaView topmost) {
        return branches.isOurs(response.buffer(), topmost);
    }

    /** Hash of the key of the session that has what a {@linkplain #isForwarded forwarded} request is remembered by. */
    long sessionHash(final SipMessage response, final ViaView topmost) {
        return branches.sessionHash(response.buffer(), topmost);
    }

    /** True if a request was here before, and nothing has changed of what it is routed by. */
    boolean isLoop(final SipMessage request) {
        return branches.isLoop(request, branches.hashOf(request));
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
            throw new IllegalStateException("proxy() was begun but not started");
        }
    }

    Proxying begin(final ServerTransaction request) {
        if (!inEvent) {
            throw new IllegalStateException("a request is the handler's only until its method returns");
        }
        if (request.hasFinal() || request.hasStagedFinal) {
            throw new IllegalStateException(request.method() + " has its final answer already");
        }
        if (!uas.proxies(request.method)) {
            throw new IllegalStateException(request.method() + " is none of the methods in proxied()");
        }
        if (request.dialog != null && request.dialog.state != Dialog.State.EARLY) {
            throw new IllegalStateException(request.method() + " belongs to a call of ours");
        }
        if (!staged.isEmpty() && staged.stream().anyMatch(before -> before.server == request)) {
            throw new IllegalStateException(request.method() + " is proxied by this method already");
        }
        final ResponseContext fresh = newContext();
        fresh.open(request);
        return builder.begin(request, fresh);
    }

    int branchesMax() {
        return context.settings().proxy().branchesMax();
    }

    /** How many targets a request has already. */
    int branchesOf(final @Nullable ServerTransaction request) {
        final ResponseContext before = request == null ? null : request.context;
        return before == null ? 0 : before.branches.size() + before.targets.size();
    }

    /** Finds the way to a target: by its routes, those that the request has besides ours, or its URI. */
    void aim(
            final ServerTransaction request,
            final ProxyTarget target,
            final AsciiWriter itsRoutes,
            final byte[] itsUri) {
        target.port.copyFrom(request.port).forgetArrival();
        final SipMessage message = answers.requestOf(request);
        routes.read(message, request.port, request.slot);
        if (itsRoutes.length() > 0 || !routes.hasNext()) {
            target.isNamed = addresses().aim(target.port, itsRoutes, itsUri) != null;
            return;
        }
        target.isNamed =
                !addresses().tryAim(target.port, message.buffer(), routes.nextUriOffset(), routes.nextUriLength());
        if (target.isNamed && nextName(message) == null) {
            throw new IllegalArgumentException("to: the request has a Route to somebody we cannot send to");
        }
    }

    /** The name in the Route that a request has next. */
    private @Nullable Destination nextName(final SipMessage request) {
        return addresses().nameIn(request.buffer(), routes.nextUriOffset(), routes.nextUriLength());
    }

    /** The name that a target is to be found by; null if its address is known. */
    private @Nullable Destination nameOf(final @Nullable ProxyTarget target, final SipMessage request) {
        if (target == null) {
            return onward;
        }
        if (!target.isNamed) {
            return null;
        }
        if (target.routes().capacity() > 0) {
            return addresses().nameInRoute(target.routes());
        }
        return routes.hasNext()
                ? nextName(request)
                : addresses().nameIn(target.uri(), 0, target.uri().capacity());
    }

    /** Writes down what is to begin when the handler has returned. */
    void stage(final ResponseContext fresh) {
        staged.add(fresh);
    }

    /** Does what is written down. */
    void commit(final long nowNs) {
        while (!staged.isEmpty()) {
            start(staged.removeFirst(), nowNs);
        }
    }

    /** Forgets what is written down. */
    void rollback() {
        while (!staged.isEmpty()) {
            release(staged.removeFirst());
        }
    }

    // ---- requests

    private void start(final ResponseContext fresh, final long nowNs) {
        final ServerTransaction server = fresh.server;
        final ResponseContext before = server == null ? null : server.context;
        final SipSession<?> holder = server == null ? null : server.holder;
        if (server == null || holder == null || server.hasFinal() || (before != null && before.isClosed)) {
            fresh.server = null;
            release(fresh);
            context.counters().increment(SipCounter.REQUESTS_TOO_LATE);
            return;
        }
        if (before == null) {
            attach(fresh, server, holder, answers.requestOf(server));
            tryNextGroup(fresh, nowNs);
            return;
        }
        final int group = before.targets.isEmpty() ? 0 : before.targets.getLast().group + 1;
        for (final ProxyTarget target : fresh.targets) {
            target.group += group;
        }
        before.targets.addAll(fresh.targets);
        fresh.targets.clear();
        before.extra(fresh.extra(), 0, fresh.extra().capacity());
        before.isWatched |= fresh.isWatched;
        before.isRecordRouting |= fresh.isRecordRouting;
        if (before.isHandlerAsked) {
            before.isHandlerAsked = false;
            before.wasHandlerAsked = true;
            before.forgetBest(); // the handler has had it
        }
        fresh.server = null;
        release(fresh);
        if (!before.isRinging()) {
            tryNextGroup(before, nowNs);
        }
    }

    private void attach(
            final ResponseContext fresh,
            final ServerTransaction server,
            final SipSession<?> holder,
            final SipMessage request) {
        server.context = fresh;
        fresh.holder = holder;
        fresh.routedBy = branches.hashOf(request);
        holder.contexts.add(fresh);
        if (server.callerNumber != LegNames.NO_CALLER) {
            holder.calls.forget(server.leg());
        }
        context.counters().increment(SipCounter.REQUESTS_PROXIED);
    }

    private void tryNextGroup(final ResponseContext proxied, final long nowNs) {
        final ServerTransaction server = proxied.server;
        if (server == null) {
            return;
        }
        final SipMessage request = answers.requestOf(server);
        routes.read(request, proxied.port, server.slot);
        final int group = proxied.targets.getFirst().group;
        long ringForNs = 0;
        while (!proxied.targets.isEmpty() && proxied.targets.getFirst().group == group) {
            final ProxyTarget target = proxied.targets.removeFirst();
            ringForNs = target.ringForNs;
            beginBranch(proxied, server, request, target, target.port, nowNs);
            release(target);
        }
        if (ringForNs > 0) {
            proxied.ringUntil(nowNs + ringForNs);
        } else {
            proxied.stopWaiting();
        }
        proxied.touch();
        advance(proxied, nowNs);
    }

    private void beginBranch(
            final ResponseContext proxied,
            final ServerTransaction server,
            final SipMessage request,
            final @Nullable ProxyTarget target,
            final ReplyPort way,
            final long nowNs) {
        final SipSession<?> holder = proxied.holder;
        if (holder == null || clients.refusesAnother()) {
            considerOwn(proxied, 503);
            return;
        }
        branches.put(branch.clear(), server.slot, unique.next(), holder.keyHash(), proxied.routedBy);
        final int length = composer.composeRequest(out, request, routes, proxied, target, way, server.slot, branch);
        if (length < 0 || length > PooledBytes.BYTES_MAX) {
            considerOwn(proxied, 513);
            return;
        }
        final Destination name = nameOf(target, request);
        final ClientTransaction transaction = clients.open(proxied.method, branch, server.slot, holder);
        transaction.cseq = server.cseq;
        transaction.leg = target == null || !proxied.isWatched ? "" : target.name;
        transaction.context = proxied;
        transaction.port.copyFrom(way);
        if (transaction instanceof InviteClientTransaction invite) {
            invite.isWithin = proxied.isWithin;
        }
        proxied.branches.add(transaction);
        uac.begin(transaction, name, out, 0, length, nowNs);
    }

    /** Writes the branch by which the next server of a target knows a request. */
    void putBranch(final AsciiWriter to, final ClientTransaction failed, final ResponseContext proxied) {
        final SipSession<?> holder = proxied.holder;
        branches.put(to, failed.slot, unique.next(), holder == null ? 0 : holder.keyHash(), proxied.routedBy);
    }

    /** The next server of a target has a request that one has failed. If that accepts after all, the caller has the call. */
    void onMoved(final ClientTransaction failed, final ClientTransaction next) {
        final ResponseContext proxied = failed.context;
        if (proxied != null) {
            next.context = proxied;
            proxied.branches.add(next);
            failed.isWithdrawn = true;
        }
        if (failed instanceof InviteClientTransaction one && next instanceof InviteClientTransaction other) {
            other.isWithin = one.isWithin;
        }
    }

    /** A request within a dialog that we are in the path of. */
    void onRequestWithin(
            final SipMessage request, final ServerTransaction server, final SipSession<?> holder, final long nowNs) {
        routes.read(request, server.port, server.slot);
        if (!aimOnward(request, server.port)) {
            answers.respond(server, routes.isReadable() ? 500 : 400, nowNs);
            return;
        }
        final ResponseContext within = newContext();
        within.open(server);
        within.isWithin = true;
        attach(within, server, holder, request);
        beginBranch(within, server, request, null, door, nowNs);
        answers.keepRequest(server);
        server.onProxied(nowNs);
        advance(within, nowNs);
    }

    /** An ACK of a 2xx that went through us: nobody answers it, and nothing is remembered of it. */
    void onAck(final SipMessage ack, final ViaView topmost, final int slot, final ReplyPort port, final long nowNs) {
        routes.read(ack, port, slot);
        if (ack.maxForwards() == 0
                || !aimOnward(ack, port)
                || (onward != null && !clients.locating().aimAtKnown(door, onward, nowNs))) {
            context.counters().increment(SipCounter.ACKS_STRAY);
            return;
        }
        final long same = topmost.branchLength() <= 0
                ? unique.next()
                : parts.sessions().keyHash().hash(ack.buffer(), topmost.branchOffset(), topmost.branchLength());
        branches.put(branch.clear(), slot, same, 0, branches.hashOf(ack));
        final int length = composer.composeRequest(out, ack, routes, nothing, null, door, slot, branch);
        if (length > 0) {
            context.counters().increment(SipCounter.ACKS_PROXIED);
            clients.send(slot, door, out, 0, length);
        }
    }

    /** Aims {@code door} at who comes next by what the request says, or notes its name in {@code onward}; false if that is nobody we can send to. */
    private boolean aimOnward(final SipMessage request, final ReplyPort cameBy) {
        onward = null;
        if (!routes.isReadable()) {
            return false;
        }
        final ReplyPort flow = routes.flow();
        door.copyFrom(flow == null ? cameBy : flow).forgetArrival();
        if (flow != null && flow.remotePort() != 0 && !routes.hasNext()) {
            return true;
        }
        final int offset = routes.hasNext() ? routes.nextUriOffset() : routes.requestUriOffset(request);
        final int length = routes.hasNext() ? routes.nextUriLength() : routes.requestUriLength(request);
        if (addresses().tryAim(door, request.buffer(), offset, length)) {
            return true;
        }
        onward = addresses().nameIn(request.buffer(), offset, length);
        return onward != null;
    }

    /** The caller has given up. */
    void onCancel(final ResponseContext proxied, final long nowNs) {
        proxied.isCallerGone = true;
        close(proxied, nowNs);
        advance(proxied, nowNs);
    }

    // ---- responses

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
        } else if (status == 503 && uac.tryNextTarget(request, nowNs)) {
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
        } else if (!proxied.isAnswered) {
            consider(proxied, transaction, response, topmost);
            if (status >= 600) {
                close(proxied, nowNs);
            }
        }
        proxied.touch();
        tellBranch(proxied, status, response, transaction, nowNs);
        advance(proxied, nowNs);
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
        onAnswered(proxied, nowNs);
    }

    /** The request has its final answer, from whomever. */
    void onAnswered(final ResponseContext proxied, final long nowNs) {
        proxied.isAnswered = true;
        proxied.forgetBest();
        close(proxied, nowNs);
    }

    /** Nobody else is asked, and who was asked in vain is told. */
    private void close(final ResponseContext proxied, final long nowNs) {
        proxied.isClosed = true;
        proxied.dropTargets();
        proxied.stopWaiting();
        withdrawAll(proxied, nowNs);
        proxied.touch();
    }

    private void withdrawAll(final ResponseContext proxied, final long nowNs) {
        for (int i = proxied.branches.size() - 1; i >= 0; i--) {
            final ClientTransaction asked = proxied.branches.get(i);
            if (asked.isOpen() && !asked.isWithdrawn) {
                asked.isWithdrawn = true;
                if (asked instanceof InviteClientTransaction invite) {
                    uac.cancel(invite, nowNs);
                }
            }
        }
    }

    // ---- the best response

    private void consider(
            final ResponseContext proxied,
            final ClientTransaction transaction,
            final SipMessage response,
            final ViaView topmost) {
        final int status = response.statusCode();
        if (status == 487 && transaction.isWithdrawn && !proxied.isCallerGone) {
            considerOwn(proxied, 408); // we have withdrawn it, because it rang too long
            return;
        }
        if (!BestResponse.isBetter(status, proxied.bestStatus())) { // of two challenges the first is the better one
            if (BestResponse.isChallenge(status)) {
                collectChallenges(proxied, response);
            }
            return;
        }
        final int length = composer.composeResponse(out, response, topmost);
        if (length < 0) {
            context.counters().increment(SipCounter.RESPONSES_STRAY);
            considerOwn(proxied, 500);
        } else {
            proxied.best(status, out, 0, length);
        }
    }

    /** The same for what we say ourselves. */
    private static void considerOwn(final ResponseContext proxied, final int status) {
        if (BestResponse.isBetter(status, proxied.bestStatus())) {
            proxied.best(status, proxied.best(), 0, 0);
        }
    }

    private SipMessage parseBest(final ResponseContext proxied) {
        kept.parseDatagram(proxied.best(), 0, proxied.best().capacity());
        return kept;
    }

    /** All challenges go back, so that the caller can answer each (RFC 3261 section 16.7 step 7). */
    private void collectChallenges(final ResponseContext proxied, final SipMessage response) {
        final DirectBuffer before = proxied.challenges();
        lines.clear().put(before, 0, before.capacity());
        putLines(response, HeaderName.WWW_AUTHENTICATE);
        putLines(response, HeaderName.PROXY_AUTHENTICATE);
        if (!lines.isOverflown() && lines.length() > 0) {
            proxied.challenges(lines.buffer(), lines.offset(), lines.length());
        }
    }

    private void putLines(final SipMessage response, final HeaderName name) {
        for (int i = response.firstHeader(name); i >= 0; i = response.nextHeader(i)) {
            lines.put(response.buffer(), response.headerLineOffset(i), response.headerLineLength(i));
        }
    }

    /** Goes on when a branch has come to its end: to the next group, to the handler, or back with the best response. */
    private void advance(final ResponseContext proxied, final long nowNs) {
        if (proxied.isAnswered || proxied.isRinging()) {
            return;
        }
        if (!proxied.isClosed && !proxied.targets.isEmpty()) {
            tryNextGroup(proxied, nowNs);
            return;
        }
        if (!proxied.isClosed && !proxied.isHandlerAsked && !proxied.isWithin) {
            proxied.isHandlerAsked = true;
            askHandler(proxied, nowNs);
            if (proxied.isAnswered || proxied.isRinging()) {
                return;
            }
        }
        if (!proxied.hasOpen()) {
            answerBest(proxied, nowNs);
        }
    }

    private void answerBest(final ResponseContext proxied, final long nowNs) {
        final ServerTransaction server = proxied.server;
        if (server == null || server.hasFinal()) {
            return;
        }
        final DirectBuffer best = proxied.best();
        int status = proxied.bestStatus();
        if (proxied.isCallerGone && best.capacity() == 0) {
            status = 487;
        }
        if (server.method != SipMethod.INVITE && status == 408) {
            context.counters().increment(SipCounter.TIMEOUTS_NOT_PASSED_ON);
            proxied.isAnswered = true; // RFC 4320 section 4.2: too late for anybody
        } else if (best.capacity() == 0) {
            answers.respond(server, status, nowNs);
        } else if (status == 503) {
            answers.respond(server, 500, nowNs);
        } else {
            answer(proxied, server, status, writeBest(proxied, status), nowNs);
        }
    }

    /** Writes the best response to {@code out}; without the challenges of others if they do not fit. */
    private int writeBest(final ResponseContext proxied, final int status) {
        final DirectBuffer best = proxied.best();
        final DirectBuffer others = proxied.challenges();
        if (BestResponse.isChallenge(status) && others.capacity() > 0) {
            final int length = composer.composeWith(out, parseBest(proxied), others);
            if (length > 0 && length <= PooledBytes.BYTES_MAX) {
                return length;
            }
        }
        out.putBytes(0, best, 0, best.capacity());
        return best.capacity();
    }

    // ---- what time brings

    /** Timers B and F, or a withdrawn INVITE of which nothing more was heard: as if 408 had come (RFC 3261 section 16.7 step 1 and 16.8); or 503 because nobody was found to send it to (16.9). */
    void onNoAnswer(
            final ClientTransaction transaction, final ResponseContext proxied, final int status, final long nowNs) {
        considerOwn(proxied, status == 503 ? 500 : status);
        proxied.touch();
        proxied.branches.remove(transaction);
        transaction.context = null;
        view.wrap(status, null, transaction, proxied.server);
        clients.terminate(transaction);
        if (proxied.isWatched) {
            tell(proxied, false, nowNs);
        }
        view.unwrap();
        advance(proxied, nowNs);
        final SipSession<?> holder = proxied.holder;
        releaseIfOver(proxied);
        uas.endIfOver(holder, nowNs);
    }

    /** Nobody of a group has answered for as long as they may ring. */
    void onGroupSilent(final ResponseContext proxied, final long nowNs) {
        context.counters().increment(SipCounter.GROUPS_SILENT);
        considerOwn(proxied, 408);
        withdrawAll(proxied, nowNs);
        proxied.touch();
        advance(proxied, nowNs);
        uas.endIfOver(proxied.holder, nowNs);
    }

    /** Timer C: a branch is withdrawn, and the search goes on without it. */
    void onWithdrawn(final ResponseContext proxied, final long nowNs) {
        considerOwn(proxied, 408);
        proxied.touch();
        advance(proxied, nowNs);
        uas.endIfOver(proxied.holder, nowNs);
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

    private void askHandler(final ResponseContext proxied, final long nowNs) {
        final ServerTransaction server = proxied.server;
        if (server != null && !server.hasFinal()) {
            final SipMessage best = proxied.best().capacity() == 0 ? null : parseBest(proxied);
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

    // ---- contexts that come and go

    /** A branch's transaction has ended. */
    void onBranchGone(final ClientTransaction transaction, final ResponseContext proxied) {
        proxied.branches.remove(transaction);
        transaction.context = null;
        releaseIfOver(proxied);
    }

    /** The server transaction has ended. */
    void onServerGone(final ServerTransaction server, final ResponseContext proxied) {
        proxied.server = null;
        server.context = null;
        proxied.isAnswered = true;
        proxied.isClosed = true;
        proxied.dropTargets();
        proxied.stopWaiting();
        releaseIfOver(proxied);
    }

    private void releaseIfOver(final ResponseContext proxied) {
        final SipSession<?> holder = proxied.holder;
        if (holder != null && proxied.server == null && proxied.branches.isEmpty()) {
            holder.contexts.remove(proxied);
            release(proxied);
        }
    }

    /** Forgets what is proxied of a session; nothing is sent, and nobody hears of it. */
    void forget(final SipSession<?> session) {
        while (!session.contexts.isEmpty()) {
            release(session.contexts.removeLast());
        }
    }

    /** Reads what is proxied of a session that is being made again. */
    void restore(final SipSession<?> session, final ImageReader image) {
        final ResponseContext proxied = newContext();
        session.contexts.add(proxied);
        proxied.decode(session, image);
    }

    private ResponseContext newContext() {
        final ResponseContext spare = spareContexts.pollLast();
        return spare == null ? new ResponseContext(this, bytes) : spare;
    }

    ProxyTarget newTarget() {
        final ProxyTarget spare = spareTargets.pollLast();
        return spare == null ? new ProxyTarget() : spare;
    }

    void release(final ResponseContext proxied) {
        proxied.close();
        if (spareContexts.size() < SPARES_MAX) {
            spareContexts.addLast(proxied);
        }
    }

    void release(final ProxyTarget target) {
        target.close(bytes);
        if (spareTargets.size() < SPARES_MAX) {
            spareTargets.addLast(target);
        }
    }
}
