package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterEditor;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ParseResult;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.peer.Counts;
import io.dialtone.diameter.peer.PeerIdentity;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The relay agent, apart from the peers' own class: takes requests on and answers back, and sends again what its peer does not answer. Called only by the relay's thread.
 *
 * <pre>
 *   request --> local? loop? --> choose a peer --> remember --> append Route-Record, new Hop-by-Hop Identifier --> send
 *   answer  --> find its request --> another peer? --> Hop-by-Hop Identifier as it came --> send the way back
 *
 *   connection lost, or peer suspected by its watchdog  --+
 *   peer answers nobody                                   |--> choose another peer, T flag --> send
 *   no answer in time                                     |          none left, or tried often enough --> answer 3002
 *   answer says 3002, 3004, 3006                        --+
 * </pre>
 *
 * Each request gets one answer: that of a peer, or ours. After it the slot's identifier is another, so nothing that comes later finds the request.
 */
final class RelayCore {
    /** How often it is looked which peers answer nobody. */
    static final long SUSPICION_INTERVAL_NS = 10_000_000;

    /** A Route-Record: header, and as many bytes as an identity has. */
    private static final int ROUTE_RECORD_BYTES_MAX = 8 + 256;

    private final Counts<RelayCounter> counts = new Counts<>(RelayCounter.class);
    private final Rerouting rerouting;
    private final Suspicion suspicion;
    private final PeerDirectory directory = new PeerDirectory();
    private final RequestRouter router;
    private final PendingRequests pending;
    private final PendingTable table;
    private final OwnAnswers answers;
    private final DiameterEditor editor = new DiameterEditor();
    private final DiameterMessage kept;
    private final UnsafeBuffer scratch;
    private final long standardTimerNs;
    private final int[] timerCommands;
    private final long[] timersNs;
    private final int[] rerouteCodes;
    private int serials;
    private long suspicionDueNs;
    private volatile RouteTable routes = RouteTable.empty();
    private volatile RelayPeer[] peers = new RelayPeer[0];

    RelayCore(final RelayConfig config, final long nowNs) {
        this.rerouting = config.rerouting();
        this.suspicion = config.suspicion();
        this.router = new RequestRouter(config, directory, counts);
        // Another life of the process begins at other identifiers, whatever the seed.
        this.pending = new PendingRequests(config.limits(), (int) Names.mix(config.seed() ^ nowNs), nowNs);
        this.table = pending.table();
        this.answers = new OwnAnswers(config.local(), config.messages().messageBytesMax());
        this.kept = new DiameterMessage(new DiameterLimits(
                config.messages().messageBytesMax() + ROUTE_RECORD_BYTES_MAX,
                config.messages().avpsMax() + 1,
                config.messages().depthMax()));
        this.scratch = new UnsafeBuffer(
                ByteBuffer.allocateDirect(config.messages().messageBytesMax() + ROUTE_RECORD_BYTES_MAX));
        this.standardTimerNs = config.timers().standard().toNanos();
        final List<Map.Entry<Integer, Duration>> timers =
                List.copyOf(config.timers().byCommand().entrySet());
        this.timerCommands = timers.stream().mapToInt(Map.Entry::getKey).toArray();
        this.timersNs =
                timers.stream().mapToLong(timer -> timer.getValue().toNanos()).toArray();
        this.rerouteCodes =
                rerouting.resultCodes().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Any thread may call it. */
    Counts<RelayCounter> counts() {
        return counts;
    }

    /** All peers that were connected. Any thread may call it. */
    RelayPeer[] peers() {
        return peers;
    }

    /** Any thread may call it; the next request goes by it. */
    void routes(final RouteTable newRoutes) {
        routes = newRoutes;
    }

    RouteTable routes() {
        return routes;
    }

    int pendingCount() {
        return table.size();
    }

    // Peers

    RelayPeer addPeer(final PeerIdentity identity, final PeerPort port) {
        final RelayPeer peer = new RelayPeer(identity, Names.hash(Names.bytes(identity.host())), ++serials, port);
        directory.add(peer);
        onPeersChanged();
        return peer;
    }

    void removePeer(final RelayPeer peer, final long nowNs) {
        for (final PeerLane lane : peer.lanes()) {
            if (!lane.isClosed) {
                pending.closeLane(lane, nowNs);
            }
        }
        directory.remove(peer);
        router.forgetRedirects();
        onPeersChanged();
    }

    private void onPeersChanged() {
        router.bind(routes);
        peers = directory.all().toArray(RelayPeer[]::new);
    }

    /** A connection is there; after a loss the peer starts slowly. */
    void onOpen(final RelayPeer peer, final long connection, final boolean isBack, final long nowNs) {
        if (peer.lane(connection) != null) {
            return;
        }
        if (pending.openLane(peer, connection) == null) {
            peer.addUnlisted(1);
            counts.increment(RelayCounter.CONNECTIONS_UNLISTED);
        }
        if (isBack) {
            peer.startSlowly(nowNs);
        }
    }

    /** Its watchdog was not answered: what it has to answer goes elsewhere (RFC 3539 section 3.4.1). */
    void onSuspect(final RelayPeer peer, final long connection) {
        final PeerLane lane = peer.lane(connection);
        if (lane != null) {
            pending.failOver(lane);
        }
    }

    void onRecovered(final RelayPeer peer, final long nowNs) {
        peer.startSlowly(nowNs);
    }

    void onClosed(final RelayPeer peer, final long connection, final long nowNs) {
        final PeerLane lane = peer.lane(connection);
        if (lane == null) {
            peer.addUnlisted(peer.hasUnlisted() ? -1 : 0);
        } else if (!lane.isClosed) {
            pending.closeLane(lane, nowNs);
        }
    }

    void onDraining(final RelayPeer peer, final long connection, final long nowNs) {
        final PeerLane lane = peer.lane(connection);
        if (lane == null) {
            peer.port().drained(connection, nowNs);
        } else {
            pending.drainLane(lane, nowNs);
        }
    }

    // Requests

    /** A request; valid until this returns. */
    void onRequest(final RelayPeer from, final long connection, final DiameterMessage request, final long nowNs) {
        counts.increment(RelayCounter.REQUESTS);
        from.counts().increment(RelayPeerCounter.REQUESTS_FROM);
        final RouteTable current = routes;
        if (current != router.table()) {
            router.bind(current);
        }
        router.begin(request, true);
        if (request.isError()) {
            refuse(from, connection, request, ResultCode.INVALID_HDR_BITS, RelayCounter.INVALID_BITS);
        } else if (!request.isProxiable()) {
            onLocal(from, connection, request, RelayCounter.NOT_PROXIABLE, nowNs);
        } else if (!router.readRouteRecords(request)) {
            refuse(from, connection, request, ResultCode.LOOP_DETECTED, RelayCounter.LOOPS);
        } else if (router.isLocal(request)) {
            onLocal(from, connection, request, RelayCounter.ADDRESSED_TO_US, nowNs);
        } else {
            forward(from, connection, request, nowNs);
        }
    }

    private void onLocal(
            final RelayPeer from,
            final long connection,
            final DiameterMessage request,
            final RelayCounter why,
            final long nowNs) {
        if (from.port().serve(connection, request, nowNs)) {
            counts.increment(why);
        } else {
            refuse(from, connection, request, ResultCode.COMMAND_UNSUPPORTED, why);
        }
    }

    private void forward(final RelayPeer from, final long connection, final DiameterMessage request, final long nowNs) {
        router.exclude(from);
        final RelayPeer to = router.choose(request, nowNs);
        if (to == null) {
            refuseUnroutable(from, connection, request);
            return;
        }
        final PeerLane fromLane = from.lane(connection);
        if (fromLane == null || pending.isFull()) {
            refuse(from, connection, request, ResultCode.TOO_BUSY, RelayCounter.TABLE_FULL);
            return;
        }
        final int slot = pending.open(fromLane, request);
        editor.begin(request, scratch, 0, scratch.capacity());
        editor.hopByHopId(table.hopByHopId(slot));
        editor.append(BaseAvp.ROUTE_RECORD.code(), AvpFlags.MANDATORY, 0, from.host());
        final int length = editor.end();
        if (length == 0) {
            pending.close(slot, nowNs);
            refuse(from, connection, request, ResultCode.UNABLE_TO_DELIVER, RelayCounter.TOO_LONG);
        } else if (!pending.keep(slot, scratch, 0, length)) {
            pending.close(slot, nowNs);
            refuse(from, connection, request, ResultCode.TOO_BUSY, RelayCounter.SLAB_FULL);
        } else if (send(slot, to, length, nowNs) || sendElsewhereSlowPath(slot, to, request, length, nowNs)) {
            counts.increment(RelayCounter.REQUESTS_SENT);
        } else {
            pending.close(slot, nowNs);
            refuse(from, connection, request, ResultCode.TOO_BUSY, RelayCounter.PEERS_FULL);
        }
    }

    /** Sends what is in the scratch buffer. */
    private boolean send(final int slot, final RelayPeer to, final int length, final long nowNs) {
        final long connection = to.port().send(scratch, 0, length);
        if (connection == PeerPort.NOT_SENT) {
            return false;
        }
        final PeerLane lane = to.lane(connection);
        if (lane == null) {
            assert to.hasUnlisted() : "a connection of a peer that is used has a lane";
            return false;
        }
        pending.sent(slot, lane, nowNs, answerTimerNs(table.commandCode(slot)));
        to.counts().increment(RelayPeerCounter.REQUESTS_TO);
        router.sent(to, nowNs);
        return true;
    }

    /** The chosen peer's queue is full: the next best is asked, and so on, until one takes it or none is left. */
    private boolean sendElsewhereSlowPath(
            final int slot, final RelayPeer first, final DiameterMessage request, final int length, final long nowNs) {
        RelayPeer refusing = first;
        for (int tries = 0; tries < PendingTable.TRIED_MAX; tries++) {
            router.exclude(refusing);
            final RelayPeer next = router.choose(request, nowNs);
            if (next == null) {
                return false;
            }
            if (send(slot, next, length, nowNs)) {
                return true;
            }
            refusing = next;
        }
        return false;
    }

    private long answerTimerNs(final int commandCode) {
        for (int i = 0; i < timerCommands.length; i++) {
            if (timerCommands[i] == commandCode) {
                return timersNs[i];
            }
        }
        return standardTimerNs;
    }

    private void refuseUnroutable(final RelayPeer from, final long connection, final DiameterMessage request) {
        final int resultCode = router.resultCode();
        final RouteAction.Redirect redirect = router.redirect();
        if (redirect != null) {
            counts.increment(RelayCounter.REDIRECTED);
            reply(from, connection, answers.writeRedirect(request, redirect));
            return;
        }
        refuse(
                from,
                connection,
                request,
                resultCode,
                switch (resultCode) {
                    case ResultCode.UNABLE_TO_DELIVER -> RelayCounter.NO_ROUTE;
                    case ResultCode.REALM_NOT_SERVED -> RelayCounter.REALMS_UNKNOWN;
                    case ResultCode.APPLICATION_UNSUPPORTED -> RelayCounter.APPLICATIONS_UNSUPPORTED;
                    case ResultCode.MISSING_AVP -> RelayCounter.NO_DESTINATION_REALM;
                    default -> RelayCounter.REFUSED_BY_RULE;
                });
    }

    private void refuse(
            final RelayPeer from,
            final long connection,
            final DiameterMessage request,
            final int resultCode,
            final RelayCounter why) {
        counts.increment(why);
        reply(from, connection, answers.write(request, resultCode));
    }

    private void reply(final RelayPeer from, final long connection, final int length) {
        counts.increment(RelayCounter.OWN_ANSWERS);
        if (length == 0 || !from.port().reply(connection, answers.buffer(), 0, length)) {
            counts.increment(RelayCounter.ANSWERS_UNDELIVERABLE);
        }
    }

    // Answers

    /** An answer; valid until this returns. */
    void onAnswer(final RelayPeer from, final long connection, final DiameterMessage answer, final long nowNs) {
        from.onSignOfLife(nowNs);
        final int slot = table.find(answer.hopByHopId());
        if (slot == PendingRequests.NONE) {
            counts.increment(RelayCounter.ANSWERS_LATE);
            from.counts().increment(RelayPeerCounter.ANSWERS_LATE);
            return;
        }
        final PeerLane to = pending.toLane(slot);
        if (to.peer() != from || to.connection() != connection) {
            counts.increment(RelayCounter.ANSWERS_FROM_ELSEWHERE);
            return;
        }
        if (table.endToEndId(slot) != answer.endToEndId() || table.commandCode(slot) != answer.commandCode()) {
            counts.increment(RelayCounter.ANSWERS_MISMATCHED);
            return;
        }
        counts.increment(RelayCounter.ANSWERS);
        final long resultCode = answer.unsigned32(BaseAvp.RESULT_CODE);
        from.onAnswerTime(nowNs - table.sentNs(slot), !ResultCode.isProtocolError(resultCode));
        from.counts().increment(classOf(resultCode));
        if (ResultCode.isProtocolError(resultCode) && isResentSlowPath(slot, answer, (int) resultCode, nowNs)) {
            return;
        }
        pending.take(slot, nowNs);
        scratch.putBytes(0, answer.buffer(), answer.offset(), answer.messageLength());
        DiameterEditor.hopByHopId(scratch, 0, table.fromHopByHopId(slot));
        final PeerLane back = pending.fromLane(slot);
        if (!back.isClosed && back.peer().port().reply(back.connection(), scratch, 0, answer.messageLength())) {
            counts.increment(RelayCounter.ANSWERS_SENT);
        } else {
            counts.increment(RelayCounter.ANSWERS_UNDELIVERABLE);
        }
        pending.close(slot, nowNs);
    }

    private static RelayPeerCounter classOf(final long resultCode) {
        return switch ((int) (resultCode / 1000)) {
            case 1, 2 -> RelayPeerCounter.ANSWERS_SUCCESS;
            case 3 -> RelayPeerCounter.ANSWERS_PROTOCOL_ERROR;
            case 4 -> RelayPeerCounter.ANSWERS_TRANSIENT_FAILURE;
            case 5 -> RelayPeerCounter.ANSWERS_PERMANENT_FAILURE;
            default -> RelayPeerCounter.ANSWERS_OTHER;
        };
    }

    /** Whether this answer is not the last word: the request went to another peer. */
    private boolean isResentSlowPath(
            final int slot, final DiameterMessage answer, final int resultCode, final long nowNs) {
        final boolean isRedirect = resultCode == ResultCode.REDIRECT_INDICATION && answer.has(BaseAvp.REDIRECT_HOST);
        if ((!isRedirect && !isRerouteCode(resultCode)) || !mayGoOn(slot)) {
            return false;
        }
        restore(slot);
        if (isRedirect) {
            final RelayPeer named = router.redirected(kept, answer, nowNs);
            return named != null && resend(slot, named, RelayCounter.REDIRECTS_FOLLOWED, nowNs);
        }
        final boolean isFinal = kept.has(BaseAvp.DESTINATION_HOST)
                && isSameName(kept, BaseAvp.DESTINATION_HOST, answer, BaseAvp.ORIGIN_HOST);
        return !isFinal && resend(slot, null, RelayCounter.RESENT_AFTER_RESULT, nowNs);
    }

    private static boolean isSameName(
            final DiameterMessage one, final BaseAvp oneAvp, final DiameterMessage other, final BaseAvp otherAvp) {
        final int length = one.valueLength(oneAvp);
        if (!other.has(otherAvp) || length != other.valueLength(otherAvp)) {
            return false;
        }
        final int oneOffset = one.valueOffset(oneAvp);
        final int otherOffset = other.valueOffset(otherAvp);
        for (int i = 0; i < length; i++) {
            if (Names.lower(one.buffer().getByte(oneOffset + i))
                    != Names.lower(other.buffer().getByte(otherOffset + i))) {
                return false;
            }
        }
        return true;
    }

    private boolean isRerouteCode(final int resultCode) {
        for (final int code : rerouteCodes) {
            if (code == resultCode) {
                return true;
            }
        }
        return false;
    }

    // To another peer

    private boolean mayGoOn(final int slot) {
        return table.triedCount(slot) <= rerouting.furtherPeersMax();
    }

    /** Brings a request back as it was sent first, and says to the router where it has been. */
    private void restore(final int slot) {
        final ParseResult result = kept.parse(scratch, 0, pending.bytes(slot, scratch));
        assert result == ParseResult.COMPLETE : "what was sent can be read";
        final RouteTable current = routes;
        if (current != router.table()) {
            router.bind(current);
        }
        router.begin(kept, false);
        router.readRouteRecords(kept);
        router.exclude(pending.fromLane(slot).peer());
        for (int i = 0; i < table.triedCount(slot); i++) {
            router.exclude(table.tried(slot, i));
        }
    }

    /**
     * Sends the request that was restored to another peer: the T flag says that it may be a duplicate, and its End-to-End Identifier of what.
     *
     * @param named where to; null to choose
     */
    private boolean resend(final int slot, final @Nullable RelayPeer named, final RelayCounter why, final long nowNs) {
        RelayPeer next = named == null ? router.choose(kept, nowNs) : named;
        for (int tries = 0; next != null && tries < PendingTable.TRIED_MAX; tries++) {
            if (sendAgain(slot, next, nowNs)) {
                counts.increment(RelayCounter.REQUESTS_RESENT);
                counts.increment(why);
                return true;
            }
            router.exclude(next);
            next = router.choose(kept, nowNs);
        }
        return false;
    }

    /** Until another connection has taken the request, the peer before may still answer it. */
    private boolean sendAgain(final int slot, final RelayPeer to, final long nowNs) {
        DiameterEditor.hopByHopId(scratch, 0, table.nextHopByHopId(slot));
        DiameterEditor.flags(scratch, 0, kept.flags() | CommandFlags.RETRANSMITTED);
        final long connection = to.port().send(scratch, 0, kept.messageLength());
        final PeerLane lane = connection == PeerPort.NOT_SENT ? null : to.lane(connection);
        if (lane == null) {
            return false;
        }
        pending.toLane(slot).peer().counts().increment(RelayPeerCounter.RESENT);
        pending.take(slot, nowNs);
        table.renew(slot);
        pending.sent(slot, lane, nowNs, answerTimerNs(table.commandCode(slot)));
        to.counts().increment(RelayPeerCounter.REQUESTS_TO);
        router.sent(to, nowNs);
        return true;
    }

    /** No peer has answered and none will be asked any more: whoever waits gets our answer. */
    private void giveUp(final int slot, final long nowNs) {
        counts.increment(RelayCounter.ATTEMPTS_OVER);
        final int length = answers.write(kept, ResultCode.UNABLE_TO_DELIVER);
        DiameterEditor.hopByHopId(answers.buffer(), 0, table.fromHopByHopId(slot));
        final PeerLane back = pending.fromLane(slot);
        pending.take(slot, nowNs);
        reply(back.peer(), back.connection(), length);
        pending.close(slot, nowNs);
    }

    // Time

    /**
     * Does what is due, at most so much: requests of lost and silent peers, and those whose answers did not come.
     *
     * @return how much it was; as much as the limit if there may be more
     */
    int doWork(final long nowNs, final int limit) {
        if (suspicionDueNs - nowNs <= 0) {
            suspicionDueNs = nowNs + SUSPICION_INTERVAL_NS;
            suspectSilentPeers(nowNs);
        }
        int work = 0;
        while (work < limit) {
            final int lost = pending.firstLost();
            final int silent = lost == PendingRequests.NONE ? pending.firstSilent() : lost;
            final int due = silent == PendingRequests.NONE ? pending.pollDue(nowNs) : silent;
            if (lost != PendingRequests.NONE) {
                onLost(lost, nowNs);
            } else if (silent != PendingRequests.NONE) {
                onSilent(silent, nowNs);
            } else if (due != PendingRequests.NONE) {
                onDue(due, nowNs);
            } else {
                break;
            }
            work++;
        }
        return work;
    }

    private void onLost(final int slot, final long nowNs) {
        restore(slot);
        if (!mayGoOn(slot) || !resend(slot, stillThere(slot), RelayCounter.RESENT_AFTER_LOSS, nowNs)) {
            giveUp(slot, nowNs);
        }
    }

    /** Its peer may answer yet: without another one the request waits on, until its timer ends or the connection does. */
    private void onSilent(final int slot, final long nowNs) {
        restore(slot);
        if (!mayGoOn(slot) || !resend(slot, stillThere(slot), RelayCounter.RESENT_AFTER_SUSPICION, nowNs)) {
            pending.putBack(slot);
        }
    }

    /** The peer itself, if it only lost one of its connections: the session is there, and a duplicate is known there best. */
    private @Nullable RelayPeer stillThere(final int slot) {
        final RelayPeer peer = pending.toLane(slot).peer();
        return peer.isUsable() && !peer.isSuspected() ? peer : null;
    }

    private void onDue(final int slot, final long nowNs) {
        counts.increment(RelayCounter.TIMEOUTS);
        pending.toLane(slot).peer().counts().increment(RelayPeerCounter.TIMEOUTS);
        restore(slot);
        if (!mayGoOn(slot) || !resend(slot, null, RelayCounter.RESENT_AFTER_TIMEOUT, nowNs)) {
            giveUp(slot, nowNs);
        }
    }

    private void suspectSilentPeers(final long nowNs) {
        for (final RelayPeer peer : peers) {
            if (!peer.isSilent(suspicion, nowNs) || !peer.isUsable()) {
                continue;
            }
            if (!peer.isSuspected()) {
                counts.increment(RelayCounter.SUSPICIONS);
                peer.suspect(nowNs);
            }
            if (rerouting.onSuspicion()) {
                pending.failOverSilent(peer);
            }
            peer.onFailedOver(nowNs);
        }
    }

    /** When {@link #doWork} is next needed; Long.MAX_VALUE if nothing is due. */
    long nextDeadlineNs(final long nowNs) {
        if (pending.hasFailedOver()) {
            return nowNs;
        }
        return table.size() == 0 ? Long.MAX_VALUE : Math.min(pending.nextDeadlineNs(), suspicionDueNs);
    }
}
