package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.SessionWorkerProxy;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.locate.Destination;
import io.dialtone.sip.locate.Located;
import io.dialtone.sip.locate.Locator;
import io.dialtone.sip.locate.Target;
import io.dialtone.sip.locate.Ways;
import java.util.List;
import java.util.function.Predicate;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to names: at once if their servers are known, else when DNS has said, and to the next one when one has failed (RFC 3263). A request that waits is a
 * transaction like any other, in its session's image with all its bytes, so that a new owner asks anew. Called only by the owning worker.
 */
final class Locating {
    private static final int SCRATCH_BYTES = 1 << 17;

    private final WorkerParts parts;
    private final SipContext context;
    private final LocalTag.Source unique;
    private final ClientLayer clients;
    private final RequestMover mover;
    private final Locator locator;
    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter branch = new AsciiWriter(ClientLayer.BRANCH_BYTES_MAX);
    private final ReplyPort former = new ReplyPort();
    private long searches;

    Locating(
            final WorkerParts parts,
            final SipContext context,
            final LocalTag.Source unique,
            final ReplyComposer replies,
            final ClientLayer clients) {
        this.parts = parts;
        this.context = context;
        this.unique = unique;
        this.clients = clients;
        mover = new RequestMover(clients, replies, context.limits());
        locator = context.locator();
    }

    // ---- requests that begin

    /** Sends a request that has begun, or lets it wait for DNS. */
    void send(final ClientTransaction request, final Destination destination, final long nowNs) {
        final Located known = tryLocate(request, destination, nowNs);
        if (known == null) {
            seek(request, destination, nowNs);
        } else if (known.targets().isEmpty()) {
            endSoon(request, destination, known, nowNs);
        } else if (!begin(request, known, nowNs)) {
            endSoon(request, destination, new Located(List.of(), "cannot be written anew"), nowNs);
        }
    }

    /** Nobody can have it, which is told when the handler has returned. */
    private void endSoon(
            final ClientTransaction request, final Destination destination, final Located nobody, final long nowNs) {
        request.targets.seek(destination, nextSearch());
        request.targets.located(nobody);
        request.endIn(0, nowNs);
    }

    /** A new owner has a request that waits: it asks anew. */
    void sendAgain(final ClientTransaction request, final Destination destination) {
        seek(request, destination, parts.time().nowNs());
    }

    private void seek(final ClientTransaction request, final Destination destination, final long nowNs) {
        final long number = nextSearch();
        request.targets.seek(destination, number);
        request.endIn(clients.settings().client().locateNs(), nowNs);
        if (!search(request, destination, located -> onLocated(request, number, located))) {
            request.endIn(0, nowNs);
        }
    }

    private void onLocated(final ClientTransaction request, final long number, final Located located) {
        if (request.targets.isSearch(number) && request.targets.isSought()) {
            request.targets.located(located);
            request.endIn(0, parts.time().nowNs()); // as a deadline it waits where the worker has no room
        }
    }

    /** What the request has waited for is there, or has taken too long. */
    void onDue(final ClientTransaction request, final long nowNs) {
        final Located located = request.targets.located();
        if (request.isUnwanted()) {
            clients.core().onNotSent(request, nowNs);
        } else if (located == null || located.targets().isEmpty() || !begin(request, located, nowNs)) {
            context.counters().increment(SipCounter.REQUESTS_NOT_LOCATED);
            if (request.targets.hasOtherWay) {
                request.targets.clear();
                request.go(nowNs);
            } else {
                clients.core().onNotSent(request, nowNs);
            }
        }
    }

    /** Sends it to the first of these; false if that cannot be. */
    private boolean begin(final ClientTransaction request, final Located located, final long nowNs) {
        if (!goTo(request, located.targets(), nowNs)) {
            return false;
        }
        context.counters().increment(SipCounter.REQUESTS_LOCATED);
        return true;
    }

    /** Sends a request that has gone to none of these to the first; false if it cannot be written for that. */
    boolean goTo(final ClientTransaction request, final List<Target> targets, final long nowNs) {
        request.targets.begin(targets);
        RequestComposer.putBranchOf(request, branch);
        if (!aim(request)) {
            return false;
        }
        request.go(nowNs);
        return true;
    }

    /**
     * Turns a request that was to go by datagrams to the same server by a connection, and lets it go by datagrams if that does not come about. False, and all is as it was, where the edge
     * has no such listener, or where that has failed lately.
     */
    boolean turnToConnection(final ClientTransaction request, final long nowNs) {
        final ReplyPort port = request.port;
        final Target byConnection =
                new Target(ViaTransport.TCP, port.remoteHigh(), port.remoteLow(), port.remotePort());
        final boolean ipv4 = IpLiteral.isIpv4(port.remoteHigh(), port.remoteLow());
        if (context.edges().listener(port.member(), ViaTransport.TCP, ipv4) < 0
                || locator.isShunned(byConnection, nowNs)) {
            return false;
        }
        former.copyFrom(port);
        aim(port, byConnection);
        RequestComposer.putBranchOf(request, branch);
        final int length = mover.moveVia(scratch, request.message(), port, branch);
        if (length == RequestMover.NOT_MOVED) {
            port.copyFrom(former);
            return false;
        }
        request.targets.tryFirst(
                byConnection, new Target(ViaTransport.UDP, port.remoteHigh(), port.remoteLow(), port.remotePort()));
        request.keep(scratch, 0, length);
        return true;
    }

    /** Aims at the other way to the server that has a request, if there is one. */
    void turnBack(final ClientTransaction request, final ReplyPort port) {
        final Target other = request.targets.otherWay();
        if (other != null) {
            aim(port, other);
        }
    }

    // ---- the ACK of a 2xx, which is no transaction

    /** Aims the ACK that a transaction keeps; if DNS must be asked first, it is sent once more when that has answered, and until then goes where its call went. */
    void aimAck(final InviteClientTransaction invite, final Destination destination, final long nowNs) {
        final Located known = tryLocate(invite, destination, nowNs);
        if (known == null) {
            final long number = nextSearch();
            invite.targets.clear();
            invite.targets.seekQuietly(number);
            search(invite, destination, located -> onAckLocated(invite, number, located));
        } else {
            aimAck(invite, known);
        }
    }

    private void onAckLocated(final InviteClientTransaction invite, final long number, final Located located) {
        if (invite.targets.isSearch(number) && invite.state() == InviteClientTransaction.State.ACCEPTED) {
            if (aimAck(invite, located)) {
                invite.send();
            }
        }
    }

    private boolean aimAck(final InviteClientTransaction invite, final Located located) {
        if (located.targets().isEmpty() || !invite.hasMessage()) {
            return false;
        }
        invite.targets.begin(located.targets().subList(0, 1));
        clients.putBranch(branch.clear(), invite.slot); // a transaction of its own (RFC 3261 section 13.2.2.4)
        return aim(invite);
    }

    /** Aims at the first server of a name if that is known without asking: for what nobody answers, and is sent once. */
    boolean aimAtKnown(final ReplyPort port, final Destination destination, final long nowNs) {
        final Located known = locator.tryLocate(destination, waysOf(port), unique.next(), nowNs);
        if (known == null || known.targets().isEmpty()) {
            return false;
        }
        aim(port, known.targets().getFirst());
        return true;
    }

    // ---- what failed, and what did not

    /**
     * The next target gets the request, in a new transaction (RFC 3263 section 4.3); null if there is none. The old one is the caller's to end.
     *
     * <p>Who knows the old transaction has to know the new one instead; {@link ClientTransaction#go} sends it.
     *
     * @param wasReached whether it has left for the target, that need not be tried by another way then
     */
    @Nullable
    ClientTransaction next(final ClientTransaction failed, final boolean wasReached, final long nowNs) {
        shun(wasReached ? failed.targets.dropOtherWays() : failed.targets.current(), nowNs);
        if (!failed.targets.hasNext() || failed.isUnwanted() || !failed.hasMessage() || clients.refusesAnother()) {
            return null;
        }
        clients.core().putNextBranch(branch.clear(), failed);
        final ClientTransaction next = clients.open(failed.method, branch, failed.slot, failed.holder);
        next.continueFrom(failed);
        if (!aim(next)) {
            clients.terminate(next);
            failed.isWithdrawn = false;
            return null;
        }
        context.counters().increment(SipCounter.REQUESTS_FAILED_OVER);
        return next;
    }

    /** A target was silent, could not be reached, or has said 503: others come before it for a while. */
    private void shun(final @Nullable Target target, final long nowNs) {
        if (target != null) {
            locator.onFailed(target, nowNs);
        }
    }

    /** A target has answered; 503 says that it would rather not. */
    void onAnswered(final ClientTransaction request, final int status) {
        final Target target = request.targets.current();
        if (target != null && status != 503) {
            locator.onAnswered(target);
        }
    }

    // ---- where to

    /** Turns a transaction's port and bytes to its current target; {@code branch} is the one to be written. */
    private boolean aim(final ClientTransaction request) {
        final Target target = request.targets.current();
        if (target == null) {
            return false;
        }
        former.copyFrom(request.port);
        aim(request.port, target);
        final int length = mover.move(scratch, request.message(), former, request.port, request.slot, branch);
        if (length == RequestMover.NOT_MOVED) {
            return false;
        }
        request.keep(scratch, 0, length);
        return true;
    }

    private void aim(final ReplyPort port, final Target target) {
        final boolean ipv4 = IpLiteral.isIpv4(target.high(), target.low());
        if (target.transport().code() != port.transport() || isOwnIpv4(port) != ipv4) {
            final int listener = context.edges().listener(port.member(), target.transport(), ipv4);
            if (listener >= 0) {
                port.listener(target.transport().code(), listener);
            }
        }
        port.remote(target.high(), target.low(), target.port());
    }

    private @Nullable Located tryLocate(
            final ClientTransaction request, final Destination destination, final long nowNs) {
        return locator.tryLocate(destination, waysOf(request.port), unique.next(), nowNs);
    }

    /** Asks DNS; what comes of it is told to the worker by its mailbox. */
    private boolean search(
            final ClientTransaction request, final Destination destination, final LocatedHandler onLocated) {
        final Predicate<Located> deliver =
                located -> parts.mailbox().offer(worker -> onLocated.onLocated(located)) == SessionWorkerProxy.ACCEPTED;
        return locator.locate(destination, waysOf(request.port), unique.next(), deliver);
    }

    @FunctionalInterface
    private interface LocatedHandler {
        void onLocated(Located located);
    }

    private long nextSearch() {
        searches++;
        return searches;
    }

    /** By the listeners of the port's edge, and by its own in any case. */
    private Ways waysOf(final ReplyPort port) {
        final ViaTransport own = ViaTransport.of(port.transport());
        final boolean ownIpv4 = isOwnIpv4(port);
        return Ways.of((transport, ipv4) ->
                (transport == own && ipv4 == ownIpv4) || context.edges().listener(port.member(), transport, ipv4) >= 0);
    }

    private boolean isOwnIpv4(final ReplyPort port) {
        return context.edges().hostPort(port.member(), port.listener())[0] != '[';
    }
}
