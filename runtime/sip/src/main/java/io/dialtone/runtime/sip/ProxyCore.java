package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.DeadlineWheel;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.TurnTime;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.ViaView;
import io.dialtone.sip.locate.Destination;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The stateful proxy's core (RFC 3261 section 16): sends a request to who its handler names, one group after the other, and withdraws what nobody waits for any more. What handlers ask for comes from
 * {@link ProxyOrders}; what branches say is the business of {@link BranchAnswers}, what is said within dialogs that of {@link ThroughUs}. Called only by the owning worker.
 */
final class ProxyCore {
    private static final int SCRATCH_BYTES = 1 << 17;

    private final WorkerParts parts;
    private final SipContext context;
    private final UasCore<?> uas;
    private final UacCore<?> uac;
    private final ClientLayer clients;
    private final Answers answers;
    private final LocalTag.Source unique;
    private final ForwardBranch branches;
    private final OwnRoutes routes;
    private final NextHop next;
    private final ForwardComposer composer;
    private final ProxyPool pool;
    private final ProxyOrders orders;
    private final BranchAnswers branchAnswers;
    private final ThroughUs throughUs;
    private final CallKeeper keeper;
    private final Redirects redirects;

    private final UnsafeBuffer out = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter branch = new AsciiWriter(ClientLayer.BRANCH_BYTES_MAX);

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
        unique = shared.unique();
        branches = new ForwardBranch(context.tokens(), parts.keyHash(), context.place());
        final FlowParam flows = new FlowParam(parts.keyHash());
        routes = new OwnRoutes(context, flows);
        next = new NextHop(uac, answers, routes, shared.replies().sips());
        composer = new ForwardComposer(context, clients, flows, shared.replies().sips());
        keeper = new CallKeeper(parts, context, uas);
        pool = new ProxyPool(this, shared.bytes());
        redirects = new Redirects(context, pool, next, parts.keyHash());
        orders = new ProxyOrders(context, uas, this, pool, next);
        branchAnswers = new BranchAnswers(context, uas, uac, this, shared, clients, composer);
        throughUs = new ThroughUs(parts, context, this, shared, clients, branches, composer, next, routes);
    }

    /** What the handler asks for. */
    ProxyOrders orders() {
        return orders;
    }

    /** What branches say. */
    BranchAnswers branchAnswers() {
        return branchAnswers;
    }

    /** What is said within dialogs. */
    ThroughUs throughUs() {
        return throughUs;
    }

    /** Calls whose end is to be seen. */
    CallKeeper keeper() {
        return keeper;
    }

    Redirects redirects() {
        return redirects;
    }

    ProxyPool pool() {
        return pool;
    }

    DeadlineWheel deadlines() {
        return parts.deadlines();
    }

    TurnTime time() {
        return parts.time();
    }

    // ---- what a message is

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

    // ---- requests

    /** Begins what a handler has asked for. */
    void start(final ResponseContext fresh, final long nowNs) {
        final ServerTransaction server = fresh.server;
        final ResponseContext before = server == null ? null : server.context;
        final SipSession<?> holder = server == null ? null : server.holder;
        if (server == null || holder == null || server.hasFinal() || (before != null && before.isClosed)) {
            fresh.server = null;
            pool.release(fresh);
            context.counters().increment(SipCounter.REQUESTS_TOO_LATE);
            return;
        }
        if (before == null) {
            final SipMessage request = answers.requestOf(server);
            attach(fresh, server, holder, request);
            keeper.begin(fresh, server.leg(), request, nowNs);
            holder.calls.forget(server.leg());
            remember(fresh, fresh);
            tryNextGroup(fresh, nowNs);
            return;
        }
        final int group = before.targets.isEmpty() ? 0 : before.targets.getLast().group + 1;
        for (final ProxyTarget target : fresh.targets) {
            target.group += group;
        }
        before.redirectsLeft = Math.max(before.redirectsLeft, fresh.redirectsLeft);
        remember(before, fresh);
        before.targets.addAll(fresh.targets);
        fresh.targets.clear();
        before.extra(fresh.extra(), 0, fresh.extra().capacity());
        before.isWatched |= fresh.isWatched;
        before.isRecordRouting |= fresh.isRecordRouting;
        before.isKept |= fresh.isKept;
        keeper.begin(before, server.leg(), answers.requestOf(server), nowNs);
        if (before.isHandlerAsked) {
            before.isHandlerAsked = false;
            before.wasHandlerAsked = true;
            before.forgetBest(); // the handler has had it
        }
        fresh.server = null;
        pool.release(fresh);
        if (!before.isRinging()) {
            tryNextGroup(before, nowNs);
        }
    }

    private void remember(final ResponseContext proxied, final ResponseContext fresh) {
        if (proxied.redirectsLeft > 0) {
            for (int i = 0; i < fresh.targets.size(); i++) {
                redirects.remember(proxied, fresh.targets.get(i));
            }
        }
    }

    /** A request is passed on from now on. */
    void attach(
            final ResponseContext fresh,
            final ServerTransaction server,
            final SipSession<?> holder,
            final SipMessage request) {
        server.context = fresh;
        fresh.holder = holder;
        fresh.routedBy = branches.hashOf(request);
        holder.contexts.add(fresh);
        context.counters().increment(SipCounter.REQUESTS_PROXIED);
    }

    private void tryNextGroup(final ResponseContext proxied, final long nowNs) {
        final ServerTransaction server = proxied.server;
        if (server == null) {
            return;
        }
        final SipMessage request = answers.requestOf(server);
        next.read(request, proxied.port, server.slot);
        proxied.ringForNs = proxied.targets.getFirst().ringForNs;
        beginGroup(proxied, server, request, nowNs);
        if (proxied.ringForNs > 0) {
            proxied.ringUntil(nowNs + proxied.ringForNs);
        } else {
            proxied.stopWaiting();
        }
        proxied.touch();
        advance(proxied, nowNs);
    }

    private void beginGroup(
            final ResponseContext proxied, final ServerTransaction server, final SipMessage request, final long nowNs) {
        final int group = proxied.targets.getFirst().group;
        while (!proxied.targets.isEmpty() && proxied.targets.getFirst().group == group) {
            final ProxyTarget target = proxied.targets.removeFirst();
            beginBranch(proxied, server, request, target, target.port, nowNs);
            pool.release(target);
        }
    }

    /** A branch has answered 3xx: who it names is added, if the handler wants that. */
    Redirects.Outcome follow(final ResponseContext proxied, final SipMessage response) {
        final ServerTransaction server = proxied.server;
        if (server == null || proxied.redirectsLeft <= 0 || proxied.isWithin) {
            return Redirects.Outcome.NONE;
        }
        final SipMessage request = answers.requestOf(server);
        next.read(request, proxied.port, server.slot);
        final int left = context.settings().proxy().branchesMax() - proxied.branches.size() - proxied.targets.size();
        return redirects.follow(proxied, server, request, response, left);
    }

    /** Asks the first of those whom the last 3xx has named, in the place of who has said it: for as long as the group may still ring. */
    void tryRedirects(final ResponseContext proxied, final long nowNs) {
        final ServerTransaction server = proxied.server;
        if (server != null && redirects.added() > 0) {
            final SipMessage request = answers.requestOf(server);
            next.read(request, proxied.port, server.slot);
            beginGroup(proxied, server, request, nowNs);
        }
    }

    /** Sends a request to one who is to get it; {@code routes} have read it. */
    void beginBranch(
            final ResponseContext proxied,
            final ServerTransaction server,
            final SipMessage request,
            final @Nullable ProxyTarget target,
            final ReplyPort way,
            final long nowNs) {
        final SipSession<?> holder = proxied.holder;
        if (target != null && target.isBarred) {
            context.counters().increment(SipCounter.SIPS_REFUSED);
            BestChoice.considerOwn(proxied, SipsRules.NOT_ALLOWED);
            return;
        }
        if (holder == null || clients.refusesAnother()) {
            BestChoice.considerOwn(proxied, 503);
            return;
        }
        branches.put(branch.clear(), server.slot, unique.next(), holder.keyHash(), proxied.routedBy);
        final int length = composer.composeRequest(out, request, routes, proxied, target, way, server.slot, branch);
        if (length < 0 || length > PooledBytes.BYTES_MAX) {
            BestChoice.considerOwn(proxied, 513);
            return;
        }
        final Destination name = next.nameOf(target, request);
        final ClientTransaction transaction = clients.open(proxied.method, branch, server.slot, holder);
        transaction.cseq = server.cseq;
        transaction.leg = target == null || !(proxied.isWatched || proxied.call != null) ? "" : target.name;
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

    /** The caller has given up. */
    void onCancel(final ResponseContext proxied, final long nowNs) {
        proxied.isCallerGone = true;
        close(proxied, nowNs);
        advance(proxied, nowNs);
    }

    /** The service has answered itself, or the platform for it. */
    void onAnsweredHere(final ResponseContext proxied, final int status, final long nowNs) {
        keeper.onAnsweredHere(proxied, status, nowNs);
        onAnswered(proxied, nowNs);
    }

    /** The request has its final answer, from whomever. */
    void onAnswered(final ResponseContext proxied, final long nowNs) {
        proxied.isAnswered = true;
        proxied.forgetBest();
        close(proxied, nowNs);
    }

    /** Nobody else is asked, and who was asked in vain is told. */
    void close(final ResponseContext proxied, final long nowNs) {
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

    /** Goes on when a branch has come to its end: to the next group, to the handler, or back with the best response. */
    void advance(final ResponseContext proxied, final long nowNs) {
        if (proxied.isAnswered || proxied.isRinging()) {
            return;
        }
        if (!proxied.isClosed && !proxied.targets.isEmpty()) {
            tryNextGroup(proxied, nowNs);
            return;
        }
        if (!proxied.isClosed && !proxied.isHandlerAsked && !proxied.isWithin) {
            proxied.isHandlerAsked = true;
            branchAnswers.askHandler(proxied, nowNs);
            if (proxied.isAnswered || proxied.isRinging()) {
                return;
            }
        }
        if (!proxied.hasOpen()) {
            branchAnswers.answerBest(proxied, nowNs);
        }
    }

    // ---- what time brings

    /** Timers B and F, or a withdrawn INVITE of which nothing more was heard: as if 408 had come (RFC 3261 section 16.7 step 1 and 16.8); or 503 because nobody was found to send it to (16.9). */
    void onNoAnswer(
            final ClientTransaction transaction, final ResponseContext proxied, final int status, final long nowNs) {
        BestChoice.considerOwn(proxied, status == 503 ? 500 : status);
        proxied.touch();
        proxied.branches.remove(transaction);
        transaction.context = null;
        branchAnswers.tellSilence(proxied, status, transaction, nowNs);
        advance(proxied, nowNs);
        final SipSession<?> holder = proxied.holder;
        releaseIfOver(proxied);
        uas.endIfOver(holder, nowNs);
    }

    /** Nobody of a group has answered for as long as they may ring. */
    void onGroupSilent(final ResponseContext proxied, final long nowNs) {
        context.counters().increment(SipCounter.GROUPS_SILENT);
        BestChoice.considerOwn(proxied, 408);
        withdrawAll(proxied, nowNs);
        proxied.touch();
        advance(proxied, nowNs);
        uas.endIfOver(proxied.holder, nowNs);
    }

    /** Timer C: a branch is withdrawn, and the search goes on without it. */
    void onWithdrawn(final ResponseContext proxied, final long nowNs) {
        BestChoice.considerOwn(proxied, 408);
        proxied.touch();
        advance(proxied, nowNs);
        uas.endIfOver(proxied.holder, nowNs);
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
        if (!proxied.isAnswered) {
            keeper.onFailure(
                    proxied, 408, CallRecord.EndedBy.TIMEOUT, parts.time().nowNs());
        }
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
            pool.release(proxied);
        }
    }

    /** Forgets what is proxied of a session; nothing is sent, and nobody hears of it. */
    void forget(final SipSession<?> session) {
        keeper.forget(session);
        while (!session.contexts.isEmpty()) {
            pool.release(session.contexts.removeLast());
        }
    }

    /** Reads what is proxied of a session that is being made again. */
    void restore(final SipSession<?> session, final ImageReader image) {
        final ResponseContext proxied = pool.newContext();
        session.contexts.add(proxied);
        proxied.decode(session, image);
    }
}
