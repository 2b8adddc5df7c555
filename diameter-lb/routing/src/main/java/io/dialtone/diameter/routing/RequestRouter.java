package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.AvpCursor;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.dictionary.AvpFinder;
import io.dialtone.diameter.peer.Counts;
import io.dialtone.placement.table.SipHash;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Says which peer a request goes to next (RFC 6733 sections 6.1.4 to 6.1.6). Called only by the relay's thread.
 *
 * <p>For each request first {@link #begin}, then {@link #exclude} for each peer that is out of the question, then {@link #choose}; if that peer takes nothing it is excluded and chosen
 * again. In this order are asked:
 *
 * <ol>
 *   <li>rules: one that refuses or redirects ends it;
 *   <li>Destination-Host, if it is a peer that is usable and not suspected: who names a host knows why;
 *   <li>what an answer 3006 has said lately;
 *   <li>the group of the rule, or else of realm and application: the peer of the session, or a new choice.
 * </ol>
 */
final class RequestRouter {
    /** What {@link #resultCode()} says when a redirect rule is to be answered. */
    static final int REDIRECT = ResultCode.REDIRECT_INDICATION;

    private static final int NO_GROUP = -3;

    private final RelayConfig config;
    private final Counts<RelayCounter> counts;
    private final PeerDirectory directory;
    private final byte[] localHost;
    private final SipHash hash;
    private final SessionMemory sessions;
    private final RedirectMemory redirects;
    private final AvpCursor records = new AvpCursor();
    private final Candidates candidates = new Candidates();
    private final long slowStartNs;

    private RouteTable table = RouteTable.empty();
    private BoundGroup[] groups = new BoundGroup[0];
    private BoundRule[] rules = new BoundRule[0];

    private long choice;
    private boolean isFirst;
    private int resultCode;
    private RouteAction.@Nullable Redirect redirect;
    private long sessionHash;
    private boolean isSticky;

    RequestRouter(final RelayConfig config, final PeerDirectory directory, final Counts<RelayCounter> counts) {
        this.config = config;
        this.directory = directory;
        this.counts = counts;
        this.localHost = Names.bytes(config.local().host());
        this.hash = new SipHash(config.seed(), ~config.seed());
        this.sessions = new SessionMemory(
                config.limits().sessionsMax(), config.limits().sessionIdle().toNanos());
        this.redirects = new RedirectMemory(hash);
        this.slowStartNs = config.slowStart().toNanos();
    }

    // What changes now and then

    RouteTable table() {
        return table;
    }

    /** Takes up another route table, or the same anew after peers have come or gone. */
    void bind(final RouteTable routes) {
        table = routes;
        final List<PeerGroup> of = routes.groups();
        groups = of.stream().map(group -> new BoundGroup(group, directory)).toArray(BoundGroup[]::new);
        rules = routes.rules().stream().map(BoundRule::new).toArray(BoundRule[]::new);
    }

    // One request

    /** Forgets the request before. */
    void begin(final DiameterMessage request, final boolean first) {
        choice++;
        isFirst = first;
        resultCode = 0;
        redirect = null;
        isSticky = false;
        final int length = request.valueLength(BaseAvp.SESSION_ID);
        sessionHash = length == 0 ? 0 : hash.hash(request.buffer(), request.valueOffset(BaseAvp.SESSION_ID), length);
    }

    void exclude(final RelayPeer peer) {
        peer.exclude(choice);
    }

    void exclude(final int serial) {
        final RelayPeer peer = directory.bySerial(serial);
        if (peer != null) {
            peer.exclude(choice);
        }
    }

    /** Excludes the peers that the request has been at; false if we are one of them. */
    boolean readRouteRecords(final DiameterMessage request) {
        int left = request.count(BaseAvp.ROUTE_RECORD);
        if (left == 0) {
            return true;
        }
        request.avps(records);
        while (left > 0 && records.next()) {
            if (records.is(BaseAvp.ROUTE_RECORD.code(), 0)) {
                left--;
                if (Names.equal(localHost, records.buffer(), records.valueOffset(), records.valueLength())) {
                    return false;
                }
                final RelayPeer peer = directory.find(records.buffer(), records.valueOffset(), records.valueLength());
                if (peer != null) {
                    peer.exclude(choice);
                }
            }
        }
        return true;
    }

    /** Whether the request is for this node itself (RFC 6733 section 6.1.4). */
    boolean isLocal(final DiameterMessage request) {
        return request.has(BaseAvp.DESTINATION_HOST)
                ? request.valueEqualsIgnoreCase(BaseAvp.DESTINATION_HOST, localHost)
                : !request.has(BaseAvp.DESTINATION_REALM);
    }

    /** What to answer when no peer was chosen. */
    int resultCode() {
        return resultCode;
    }

    /** With what to answer if that is REDIRECT and a rule said so. */
    RouteAction.@Nullable Redirect redirect() {
        return redirect;
    }

    /** The peer that the request goes to, or null: then {@link #resultCode()} says what to answer. Does not allocate. */
    @Nullable
    RelayPeer choose(final DiameterMessage request, final long nowNs) {
        final int ruled = askRules(request);
        if (resultCode != 0) {
            return null;
        }
        final RelayPeer named = named(request);
        if (named != null && (!named.isSuspected() || isProbe(named, nowNs))) {
            counts.increment(RelayCounter.BY_DESTINATION_HOST);
            return named;
        }
        final int redirected = redirects.find(request, nowNs);
        if (redirected != RedirectMemory.NONE) {
            final RelayPeer peer = directory.bySerial(redirected);
            if (peer != null && isEligible(peer, request.applicationId()) && !peer.isSuspected()) {
                counts.increment(RelayCounter.REDIRECTS_REMEMBERED);
                return peer;
            }
        }
        final int group = ruled >= 0 ? ruled : groupOfRealm(request);
        if (group < 0) {
            if (named != null) {
                return named;
            }
            resultCode = group == RouteTable.NO_APPLICATION
                    ? ResultCode.APPLICATION_UNSUPPORTED
                    : group == NO_GROUP ? ResultCode.MISSING_AVP : ResultCode.REALM_NOT_SERVED;
            return null;
        }
        final RelayPeer chosen = ofGroup(groups[group], request, nowNs);
        return chosen == null ? named : chosen;
    }

    /** The group that a rule names, or NO_GROUP. */
    private int askRules(final DiameterMessage request) {
        for (int n = 0; n < rules.length; n++) {
            final BoundRule rule = rules[n];
            if (rule.holds(request)) {
                switch (rule.action()) {
                    case RouteAction.ToGroup _ -> {
                        return table.groupOfRule(n);
                    }
                    case RouteAction.Refuse refuse -> resultCode = refuse.resultCode();
                    case RouteAction.Redirect to -> {
                        resultCode = REDIRECT;
                        redirect = to;
                    }
                }
                return NO_GROUP;
            }
        }
        return NO_GROUP;
    }

    /** The peer that Destination-Host names, if requests may go to it. */
    private @Nullable RelayPeer named(final DiameterMessage request) {
        if (!request.has(BaseAvp.DESTINATION_HOST)) {
            return null;
        }
        final RelayPeer peer = directory.find(
                request.buffer(),
                request.valueOffset(BaseAvp.DESTINATION_HOST),
                request.valueLength(BaseAvp.DESTINATION_HOST));
        return peer != null && isEligible(peer, request.applicationId()) ? peer : null;
    }

    private int groupOfRealm(final DiameterMessage request) {
        if (!request.has(BaseAvp.DESTINATION_REALM)) {
            return NO_GROUP;
        }
        return table.group(
                request.buffer(),
                request.valueOffset(BaseAvp.DESTINATION_REALM),
                request.valueLength(BaseAvp.DESTINATION_REALM),
                request.applicationId());
    }

    private boolean isEligible(final RelayPeer peer, final int applicationId) {
        return !peer.isExcluded(choice) && peer.isUsable() && peer.port().supports(applicationId);
    }

    // A group

    private @Nullable RelayPeer ofGroup(final BoundGroup group, final DiameterMessage request, final long nowNs) {
        final int applicationId = request.applicationId();
        isSticky = group.group().sticky() && sessionHash != 0;
        if (isSticky) {
            final int serial = sessions.find(sessionHash, nowNs);
            final RelayPeer peer = serial == SessionMemory.NONE ? null : directory.bySerial(serial);
            if (peer != null && !peer.isSuspected() && group.has(peer) && isEligible(peer, applicationId)) {
                counts.increment(RelayCounter.BY_SESSION);
                return peer;
            }
        }
        final RelayPeer probed = collect(group, applicationId, false, nowNs);
        if (probed != null) {
            return probed;
        }
        if (candidates.count() == 0) {
            // All that are left are suspected: one that may answer is better than none.
            collect(group, applicationId, true, nowNs);
        }
        if (candidates.count() == 0) {
            resultCode = resultCodeOf(group, applicationId);
            return null;
        }
        final long key = keyOf(group, request);
        return candidates.peer(group.chooser().choose(candidates, key));
    }

    /** Collects those of the best priority; returns a suspected peer that this request is to try. */
    private @Nullable RelayPeer collect(
            final BoundGroup group, final int applicationId, final boolean withSuspected, final long nowNs) {
        candidates.clear();
        for (int i = 0; i < group.count(); i++) {
            if (candidates.count() > 0 && group.priority(i) != group.priority(i - 1)) {
                return null;
            }
            final RelayPeer peer = group.peer(i);
            if (peer == null || !isEligible(peer, applicationId)) {
                continue;
            }
            if (peer.isSuspected() && !withSuspected) {
                if (isProbe(peer, nowNs)) {
                    return peer;
                }
                continue;
            }
            candidates.add(peer, group.weight(i) * peer.share(slowStartNs, nowNs));
        }
        return null;
    }

    /** Whether this request is to show if a suspected peer answers again. One that was sent before is not risked once more. */
    private boolean isProbe(final RelayPeer peer, final long nowNs) {
        if (!isFirst || !peer.isProbeDue(config.suspicion(), nowNs)) {
            return false;
        }
        peer.onProbe(nowNs);
        counts.increment(RelayCounter.PROBES);
        return true;
    }

    /** 3007 if there are peers and none has the application; else they are not there, or were asked already. */
    private static int resultCodeOf(final BoundGroup group, final int applicationId) {
        boolean isKnown = false;
        for (int i = 0; i < group.count(); i++) {
            final RelayPeer peer = group.peer(i);
            if (peer != null) {
                isKnown = true;
                if (peer.port().supports(applicationId)) {
                    return ResultCode.UNABLE_TO_DELIVER;
                }
            }
        }
        return isKnown ? ResultCode.APPLICATION_UNSUPPORTED : ResultCode.UNABLE_TO_DELIVER;
    }

    private long keyOf(final BoundGroup group, final DiameterMessage request) {
        final AvpFinder key = group.key();
        if (key != null && key.find(request)) {
            return hash.hash(key.buffer(), key.valueOffset(), key.valueLength());
        }
        return sessionHash != 0 ? sessionHash : hash.hash(request.endToEndId());
    }

    // After it was sent

    /** The request that was chosen for went to this peer, and its session with it. */
    void sent(final RelayPeer peer, final long nowNs) {
        if (isSticky && sessions.put(sessionHash, peer.serial(), nowNs)) {
            counts.increment(RelayCounter.SESSIONS_FORGOTTEN);
        }
    }

    // Redirection

    /**
     * The first of the hosts that an answer 3006 names which is a peer of ours that requests may go to; null if there is none. What the answer says of further requests is remembered.
     */
    @Nullable
    RelayPeer redirected(final DiameterMessage request, final DiameterMessage answer, final long nowNs) {
        int left = answer.count(BaseAvp.REDIRECT_HOST);
        answer.avps(records);
        while (left > 0 && records.next()) {
            if (!records.is(BaseAvp.REDIRECT_HOST.code(), 0)) {
                continue;
            }
            left--;
            final RelayPeer peer = hostOfUri(records.buffer(), records.valueOffset(), records.valueLength());
            if (peer != null && isEligible(peer, request.applicationId())) {
                redirects.put(
                        request,
                        answer.unsigned32(BaseAvp.REDIRECT_HOST_USAGE),
                        answer.unsigned32(BaseAvp.REDIRECT_MAX_CACHE_TIME),
                        peer.serial(),
                        nowNs);
                return peer;
            }
        }
        return null;
    }

    /** The peer in a DiameterURI (RFC 6733 section 4.3.1): {@code aaa://FQDN[:port][;parameters]}. */
    private @Nullable RelayPeer hostOfUri(final DirectBuffer buffer, final int offset, final int length) {
        final int end = offset + length;
        int from = offset;
        while (from < end && buffer.getByte(from) != '/') {
            from++;
        }
        if (end - from < 2 || buffer.getByte(from + 1) != '/') {
            return null;
        }
        from += 2;
        int to = from;
        while (to < end && buffer.getByte(to) != ':' && buffer.getByte(to) != ';') {
            to++;
        }
        return directory.find(buffer, from, to - from);
    }

    /** Peers have gone: what was said of them holds no more. */
    void forgetRedirects() {
        redirects.clear();
    }
}
