package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.ViaView;
import io.dialtone.sip.locate.Destination;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What is said within dialogs that we have put ourselves in the path of, and have no part in: passed on by what it carries itself, without a handler. Called only by the owning worker.
 */
final class ThroughUs {
    private static final int SCRATCH_BYTES = 1 << 17;

    private final WorkerParts parts;
    private final SipContext context;
    private final ProxyCore core;
    private final ClientLayer clients;
    private final Answers answers;
    private final LocalTag.Source unique;
    private final ForwardBranch branches;
    private final OwnRoutes routes;
    private final NextHop next;
    private final ForwardComposer composer;
    /** What an ACK is passed on with: nobody answers it. */
    private final ResponseContext nothing;

    private final UnsafeBuffer out = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter branch = new AsciiWriter(ClientLayer.BRANCH_BYTES_MAX);

    ThroughUs(
            final WorkerParts parts,
            final SipContext context,
            final ProxyCore core,
            final UacCore.CoreParts shared,
            final ClientLayer clients,
            final ForwardBranch branches,
            final ForwardComposer composer,
            final NextHop next,
            final OwnRoutes routes) {
        this.parts = parts;
        this.context = context;
        this.core = core;
        this.clients = clients;
        this.branches = branches;
        this.composer = composer;
        this.next = next;
        this.routes = routes;
        answers = shared.answers();
        unique = shared.unique();
        nothing = core.pool().newContext();
    }

    /** True if it is sent within a dialog that we are in the path of, and have no part in. */
    boolean isThrough(final SipMessage request) {
        return request.toTagLength() > 0 && routes.isThroughUs(request);
    }

    /** True if the request that was looked at last says which session keeps its call; else that is the one that the Call-ID names, if any. */
    boolean namesSession() {
        return routes.hasSession();
    }

    /** Hash of the key of the session that it says. */
    long sessionHash() {
        return routes.sessionHash();
    }

    long callIdHash(final SipMessage request) {
        return parts.keyHash().hash(request.buffer(), request.callIdOffset(), request.callIdLength());
    }

    /** A request within a dialog that we are in the path of. */
    void onRequest(
            final SipMessage request, final ServerTransaction server, final SipSession<?> holder, final long nowNs) {
        next.read(request, server.port, server.slot);
        if (!next.aimOnward(request, server.port, server.slot)) {
            if (next.isBarred()) {
                answers.refuseSips(server, nowNs);
            } else {
                answers.respond(server, routes.isReadable() ? 500 : 400, nowNs);
            }
            return;
        }
        final ResponseContext within = core.pool().newContext();
        within.open(server);
        within.isWithin = true;
        core.attach(within, server, holder, request);
        core.keeper().onRequestWithin(within, request, nowNs);
        core.beginBranch(within, server, request, null, next.door(), nowNs);
        answers.keepRequest(server);
        server.onProxied(nowNs);
        core.advance(within, nowNs);
    }

    /** An ACK of a 2xx that went through us: nobody answers it, and nothing is remembered of it. */
    void onAck(final SipMessage ack, final ViaView topmost, final int slot, final ReplyPort port, final long nowNs) {
        next.read(ack, port, slot);
        if (ack.maxForwards() == 0 || !next.aimOnward(ack, port, slot) || !isAimed(nowNs)) {
            context.counters().increment(SipCounter.ACKS_STRAY);
            return;
        }
        final long same = topmost.branchLength() <= 0
                ? unique.next()
                : parts.keyHash().hash(ack.buffer(), topmost.branchOffset(), topmost.branchLength());
        branches.put(branch.clear(), slot, same, 0, branches.hashOf(ack));
        final int length = composer.composeRequest(out, ack, routes, nothing, null, next.door(), slot, branch);
        if (length > 0) {
            context.counters().increment(SipCounter.ACKS_PROXIED);
            clients.send(slot, next.door(), out, 0, length);
        }
    }

    /** False if who gets an ACK has a name that DNS has not told yet. */
    private boolean isAimed(final long nowNs) {
        final Destination name = next.onward();
        return name == null || clients.locating().aimAtKnown(next.door(), name, nowNs);
    }
}
