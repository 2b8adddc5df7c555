package io.dialtone.sip.routing;

import io.dialtone.sip.codec.AffinityKeyView;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.codec.ViaView;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A request's way through the balancer: RFC 3261 sections 16.3 to 16.6 as section 16.11 asks them of a stateless proxy. Called only by the
 * loop's thread.
 *
 * <p>Where it goes, in this order:
 * <ol>
 *   <li>from a backend: where its Route or Request-URI says, unless that is the balancer itself;
 *   <li>of a dialog: to the backend whose address the next hop is, else to the one its token names, else by affinity;
 *   <li>outside of dialogs: to the backend that is remembered for its transaction, else, where load decides, to the one remembered for its affinity
 *       key, else as the {@link Chooser} says.
 * </ol>
 * A REGISTER goes by its address of record, whatever the algorithm: a registrar that keeps bindings to itself has all of one.
 * Nothing that comes from the outside is ever sent to the outside: the balancer is no open relay.
 */
final class RequestPath {
    /** Most bytes of a UDP datagram over IPv4. */
    private static final int DATAGRAM_BYTES_MAX = 65_507;

    private static final byte[] TOKEN = {'d', 't'};
    private static final byte[] PAIRED = {'r', '2'};
    private static final byte[] FLOW = {'d', 'f'};
    private static final long LOOP_SEED = 0x9e37_79b9_7f4a_7c15L;
    private static final long LOOP_MULTIPLIER = 0xbf58_476d_1ce4_e5b9L;
    private static final int NO_LISTENER = -1;
    private static final int NOT_READ = -1;

    private final ProxyLoop loop;
    private final Answers answers;
    private final SipMessage message;
    private final SipEditor editor = new SipEditor();
    private final ViaView via = new ViaView();
    private final ViaView olderVia = new ViaView();
    private final OwnVia ownVia = new OwnVia();
    private final WayBack wayBack = new WayBack();
    private final RouteSet routes;
    private final UriView requestUri = new UriView();
    private final AffinityKeyView affinityKey;
    private final KeyMemory keys;
    private final Chooser chooser;
    private final ProxyRequire proxyRequire;
    private final PeerAddress nextHop = new PeerAddress();
    private final SipFlow to = new SipFlow();
    private final SipFlow flow = new SipFlow();

    // What is found out about the request in hand.
    private Backends backends;
    private @Nullable Backend source;
    private long callHash;
    private long transaction;
    private int uriOffset;
    private int uriLength;
    private int requestUriRead;
    private boolean requestUriOk;
    private boolean tokenValid;
    private int tokenBackend;
    private int pairedListener;
    private boolean strictNextHop;
    private boolean flowValid;
    private boolean isToRemember;
    private boolean isAtLimit;
    private long remembered;

    RequestPath(final ProxyLoop loop, final Answers answers, final SipMessage message) {
        this.loop = loop;
        this.answers = answers;
        this.message = message;
        this.routes = new RouteSet(message, loop.listeners, loop.sipsListeners);
        this.affinityKey = SlotFinder.keyOf(loop.config.affinity());
        this.keys = loop.keyMemory;
        this.chooser = new Chooser(loop.config.balancing(), loop.counters);
        this.proxyRequire = new ProxyRequire(loop.config.proxyRequirePassed());
        this.backends = loop.table.current();
    }

    /** Forwards, answers or drops the request that the message holds. */
    void onRequest(
            final UnsafeBuffer buffer,
            final SipFlow from,
            final Backends newest,
            final @Nullable Backend sender,
            final long nowNs) {
        loop.count(ProxyCounter.REQUESTS_RECEIVED);
        backends = newest;
        source = sender;
        final Malformation missing = missing();
        if (missing != Malformation.NONE) {
            answers.refuseMalformed(message, missing, from, nowNs);
            return;
        }
        if (source == null && from.isStream()) {
            source = connectedBackend(from);
        }
        if (via.isAlias()) {
            loop.egress.reuse(from, from.portOf(via));
        }
        callHash = loop.keys.call(message);
        if (message.method() == SipMethod.ACK && answers.isOurTag(message, callHash)) {
            loop.count(ProxyCounter.ABSORBED_ACK);
            return;
        }
        if (!routes.read()) {
            answers.refuseMalformed(message, Malformation.ROUTE, from, nowNs);
            return;
        }
        editor.begin(message);
        takeOwnRoutes();
        final long loopHash = loopHash();
        if (isRefusedByRules(loopHash, from, nowNs)) {
            return;
        }
        transaction = loop.keys.transaction(message, via, callHash);
        strictNextHop = false;
        isToRemember = false;
        isAtLimit = false;
        if (source == null || !isToBeFollowed()) {
            forwardToBackend(buffer, chooseBackend(nowNs), from, loopHash, nowNs);
        } else {
            forwardFromBackend(buffer, from, loopHash, nowNs);
        }
    }

    /** The backend that has made this connection, and says in Via by which port it listens; or null. */
    private @Nullable Backend connectedBackend(final SipFlow from) {
        final Backend backend = backends.byAddress(from.remoteHigh(), from.remoteLow(), from.portOf(via));
        return backend != null && backend.transport().code() == from.transport() ? backend : null;
    }

    /** What a proxy needs in a request (RFC 3261 section 8.1.1). */
    private Malformation missing() {
        if (!via.wrap(message)) {
            return via.isMalformed() ? Malformation.VIA : Malformation.MISSING_VIA;
        }
        if (message.callIdLength() == 0) {
            return Malformation.MISSING_CALL_ID;
        }
        if (message.cseqNumber() < 0) {
            return Malformation.MISSING_CSEQ;
        }
        if (message.firstHeader(HeaderName.FROM) < 0) {
            return Malformation.MISSING_FROM;
        }
        return message.firstHeader(HeaderName.TO) < 0 ? Malformation.MISSING_TO : Malformation.NONE;
    }

    // RFC 3261 section 16.4: route information

    /** Takes our own values off the top of Route, and undoes what a strict router before us has done. */
    private void takeOwnRoutes() {
        uriOffset = message.requestUriOffset();
        uriLength = message.requestUriLength();
        requestUriRead = NOT_READ;
        tokenValid = false;
        pairedListener = NO_LISTENER;
        flowValid = false;
        if (routes.isEmpty()) {
            return;
        }
        if (isRecordRouteOfOurs()) {
            readToken(requestUri);
            uriOffset = routes.lastUriOffset();
            uriLength = routes.lastUriLength();
            routes.removeLast();
        }
        if (routes.isEmpty()) {
            return;
        }
        boolean paired = false;
        if (routes.ownToken() >= 0) {
            readToken(routes.ownToken());
        } else {
            final UriView own = routes.topmost();
            if (!isOurs(own)) {
                return;
            }
            readToken(own);
            paired = own.hasParam(PAIRED);
        }
        routes.removeTopmost();
        // From the inside every value of ours is done with; from the outside a second one belongs to a second passage,
        // unless it is a pair.
        while (!routes.isEmpty() && (paired || source != null) && isOurs(routes.topmost())) {
            final UriView other = routes.topmost();
            pairedListener = loop.names.listenerOf(message.buffer(), other);
            readFlow(other);
            routes.removeTopmost();
            if (source == null) {
                break;
            }
        }
    }

    /** Whether a strict router has moved a Record-Route URI of ours to the Request-URI. */
    private boolean isRecordRouteOfOurs() {
        return readRequestUri() && requestUri.userLength() == 0 && requestUri.hasParam(TOKEN) && isOurs(requestUri);
    }

    private void readToken(final UriView uri) {
        if (!uri.findParam(TOKEN)) {
            return;
        }
        if (uri.paramValueLength() == ListenerText.TOKEN_LENGTH) {
            readToken(uri.paramValueOffset());
        } else {
            loop.count(ProxyCounter.TOKENS_FORGED);
        }
    }

    private void readToken(final int offset) {
        tokenBackend = (int) Base32.read(message.buffer(), offset, Base32.INT_LENGTH);
        final long check = Base32.read(message.buffer(), offset + Base32.INT_LENGTH, Base32.LONG_LENGTH);
        tokenValid = loop.keys.isToken(check, callHash, message, tokenBackend);
        if (!tokenValid) {
            loop.count(ProxyCounter.TOKENS_FORGED);
        }
    }

    /** Where a request of a backend goes if its dialog began on a connection: there, while it lasts, and not to an address that the peer says. */
    private void readFlow(final UriView uri) {
        if (source == null || pairedListener < 0 || !uri.findParam(FLOW)) {
            return;
        }
        if (uri.paramValueLength() == ListenerText.FLOW_LENGTH) {
            final long check = ListenerText.readFlow(message.buffer(), uri.paramValueOffset(), flow);
            flow.set(
                    pairedListener,
                    loop.listeners[pairedListener].speaks().code(),
                    flow.remoteHigh(),
                    flow.remoteLow(),
                    flow.remotePort());
            flowValid = loop.keys.isWayBack(
                    check, callHash, pairedListener, flow.remoteHigh(), flow.remoteLow(), flow.remotePort());
        }
        if (!flowValid) {
            loop.count(ProxyCounter.TOKENS_FORGED);
        }
    }

    private boolean isOurs(final UriView uri) {
        return uri.hostLength() > 0
                && loop.names.isOurs(message.buffer(), uri.hostOffset(), uri.hostLength(), OwnNames.portOf(uri));
    }

    /** Reads the Request-URI as it is after section 16.4. */
    private boolean readRequestUri() {
        if (requestUriRead != uriOffset) {
            requestUriRead = uriOffset;
            requestUriOk = requestUri.parse(message.buffer(), uriOffset, uriLength);
        }
        return requestUriOk;
    }

    // RFC 3261 section 16.3: validation

    private boolean isRefusedByRules(final long loopHash, final SipFlow from, final long nowNs) {
        if (message.method() == SipMethod.OPTIONS && isForUs()) {
            answers.answerOptions(message, from, nowNs);
            return true;
        }
        if (isSipsInTheClear(from)) {
            answers.refuseSips(message, from, nowNs);
            return true;
        }
        if (message.maxForwards() == 0) {
            answers.refuse(message, 483, Answers.TOO_MANY_HOPS, ProxyCounter.REFUSED_TOO_MANY_HOPS, from, nowNs);
            return true;
        }
        if (isLoop(loopHash)) {
            answers.refuse(message, 482, Answers.LOOP_DETECTED, ProxyCounter.REFUSED_LOOP, from, nowNs);
            return true;
        }
        if (message.firstHeader(HeaderName.PROXY_REQUIRE) >= 0
                && message.method() != SipMethod.ACK
                && message.method() != SipMethod.CANCEL
                && !proxyRequire.isPassed(message)) {
            answers.refuseExtension(message, from, nowNs);
            return true;
        }
        return false;
    }

    /** Whether somebody outside asks for {@code sips} without TLS. What ends something, and what nobody answers, may come anyhow; what backends do is the operator's affair. */
    private boolean isSipsInTheClear(final SipFlow from) {
        final SipMethod method = message.method();
        return isSipsRequest()
                && source == null
                && !from.isSecure()
                && method != SipMethod.BYE
                && method != SipMethod.ACK
                && method != SipMethod.CANCEL;
    }

    private boolean isSipsRequest() {
        return UriView.isSips(message.buffer(), uriOffset, uriLength);
    }

    /** Whether the request asks the balancer itself: our Request-URI without user, and no Route that leads on. */
    private boolean isForUs() {
        return routes.isEmpty() && readRequestUri() && requestUri.userLength() == 0 && isOurs(requestUri);
    }

    /** Whether a Via of ours was written for the same Request-URI and Routes (RFC 3261 section 16.3 step 4, RFC 5393). */
    private boolean isLoop(final long loopHash) {
        if (isOwnViaOfLoop(via, loopHash)) {
            return true;
        }
        if (!via.isFollowedOnLine() && message.nextHeader(via.header()) < 0) {
            return false;
        }
        boolean more = olderVia.wrap(message) && olderVia.next();
        while (more) {
            if (isOwnViaOfLoop(olderVia, loopHash)) {
                return true;
            }
            more = olderVia.next();
        }
        return false;
    }

    private boolean isOwnViaOfLoop(final ViaView candidate, final long loopHash) {
        final UnsafeBuffer buffer = message.buffer();
        return loop.names.isSentBy(buffer, candidate.hostOffset(), candidate.hostLength(), candidate.port())
                && ownVia.read(buffer, candidate) == OwnVia.Kind.FORWARDED
                && ownVia.loop() == loopHash;
    }

    /** All that decides where the request goes, as it came in: Request-URI, Routes, and whether a backend sent it. */
    private long loopHash() {
        long hash = source == null ? LOOP_SEED : ~LOOP_SEED;
        hash = mix(hash, message.requestUriOffset(), message.requestUriLength());
        for (int i = message.firstHeader(HeaderName.ROUTE); i >= 0; i = message.nextHeader(i)) {
            hash = mix(hash, message.headerValueOffset(i), message.headerValueLength(i));
        }
        return hash >>> 3 & ListenerText.LOOP_MASK;
    }

    private long mix(final long seed, final int offset, final int length) {
        final UnsafeBuffer buffer = message.buffer();
        long hash = seed ^ length;
        int at = offset;
        final int end = offset + length;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = (hash ^ buffer.getLong(at, ByteOrder.LITTLE_ENDIAN)) * LOOP_MULTIPLIER;
            hash ^= hash >>> 29;
        }
        for (; at < end; at++) {
            hash = (hash ^ buffer.getByte(at)) * LOOP_MULTIPLIER;
        }
        return hash ^ hash >>> 31;
    }

    // RFC 3261 section 16.5: the target

    /** Whether a backend's request leads away from us: a Route is left, or the Request-URI is not ours. */
    private boolean isToBeFollowed() {
        return !routes.isEmpty() || !readRequestUri() || !isOurs(requestUri);
    }

    /** The backend for a request that is not to be followed to the outside, or null if none is in use. */
    private @Nullable Backend chooseBackend(final long nowNs) {
        if (tokenValid || message.toTagLength() > 0) {
            return chooseInDialog(nowNs);
        }
        final SipMethod method = message.method();
        final long entry = loop.memory.find(transaction);
        if (entry != AffinityMemory.NONE) {
            final Backend known = backends.byId(AffinityMemory.backend(entry));
            if (known != null && (!known.isDown() || !isFreeToMove(method, entry))) {
                loop.count(ProxyCounter.REMEMBERED);
                return known;
            }
            loop.count(ProxyCounter.FAILED_OVER);
        }
        if (method == SipMethod.ACK || method == SipMethod.CANCEL) {
            return pick(nowNs);
        }
        final Backend picked = method == SipMethod.REGISTER ? chooseByAddressOfRecord() : chooseByKey(nowNs);
        isAtLimit = picked == null && chooser.wasAtLimit();
        if (picked != null) {
            if (entry == AffinityMemory.NONE) {
                loop.count(ProxyCounter.NEW_CALLS);
                picked.vitals().onNewCall(loop.index);
            }
            isToRemember = true;
            remembered = entry;
        }
        return picked;
    }

    private @Nullable Backend chooseByAddressOfRecord() {
        affinityKey.wrapRegistration(message);
        return chooser.home(backends, keyHash());
    }

    /** The backend that an earlier request of the key went to, if it may have more; else the chooser's. */
    private @Nullable Backend chooseByKey(final long nowNs) {
        affinityKey.wrap(message);
        final long key = keyHash();
        final Backend known = keys.find(backends, key, nowNs);
        if (known != null && backends.isEligible(known) && !chooser.isFull(known)) {
            loop.count(ProxyCounter.KEPT);
            return known;
        }
        final Backend chosen = chooser.choose(backends, key, RequestClass.of(message.method()), nowNs);
        if (chosen != null && chooser.isToRemember()) {
            keys.put(key, chosen, nowNs);
        }
        return chosen;
    }

    /** A request whose backend went down may go to another one as long as nothing was heard for it; CANCEL and ACK mean nothing elsewhere. */
    private static boolean isFreeToMove(final SipMethod method, final long entry) {
        return method != SipMethod.ACK && method != SipMethod.CANCEL && !AffinityMemory.isAnswered(entry);
    }

    private @Nullable Backend chooseInDialog(final long nowNs) {
        final Backend backend = chooseInDialogBackend(nowNs);
        if (backend != null) {
            if (backend.isDown()) {
                loop.count(ProxyCounter.IN_DIALOG_TO_DOWN);
            }
            if (message.method() == SipMethod.INVITE) {
                remembered = loop.memory.find(transaction);
                isToRemember = remembered == AffinityMemory.NONE;
            }
        }
        return backend;
    }

    private @Nullable Backend chooseInDialogBackend(final long nowNs) {
        if (message.method() == SipMethod.ACK && !tokenValid) {
            // An ACK for a non-2xx response has a To tag and yet belongs to the INVITE's transaction: its INVITE's
            // backend comes first.
            final long entry = loop.memory.find(transaction);
            final Backend known = entry == AffinityMemory.NONE ? null : backends.byId(AffinityMemory.backend(entry));
            if (known != null) {
                loop.count(ProxyCounter.REMEMBERED);
                return known;
            }
        }
        final Backend addressed = addressedBackend();
        if (addressed != null) {
            loop.count(ProxyCounter.IN_DIALOG_BY_ADDRESS);
            return addressed;
        }
        final Backend named = tokenValid ? backends.byId(tokenBackend) : null;
        if (named != null) {
            loop.count(ProxyCounter.IN_DIALOG_BY_TOKEN);
            return named;
        }
        loop.count(ProxyCounter.IN_DIALOG_BY_AFFINITY);
        return pick(nowNs);
    }

    /** The backend that the next hop, Route or Request-URI, is the address of; or null. */
    private @Nullable Backend addressedBackend() {
        final boolean byRoute = !routes.isEmpty();
        final UriView next;
        if (byRoute) {
            next = routes.topmost();
        } else if (readRequestUri()) {
            next = requestUri;
        } else {
            return null;
        }
        if (!nextHop.read(message.buffer(), next)) {
            return null;
        }
        final Backend backend = backends.byAddress(nextHop.high(), nextHop.low(), nextHop.port());
        strictNextHop = backend != null && byRoute && !next.isLooseRouter();
        return backend;
    }

    /** For what belongs to something earlier: the backend remembered for its key, in use or not, else the one the key alone names. */
    private @Nullable Backend pick(final long nowNs) {
        affinityKey.wrap(message);
        final long key = keyHash();
        final Backend known = keys.find(backends, key, nowNs);
        return known != null ? known : backends.pick(key);
    }

    private long keyHash() {
        return loop.keys.affinity(affinityKey.buffer(), affinityKey.offset(), affinityKey.length());
    }

    // RFC 3261 section 16.6: forwarding

    private void forwardToBackend(
            final UnsafeBuffer buffer,
            final @Nullable Backend backend,
            final SipFlow from,
            final long loopHash,
            final long nowNs) {
        if (backend == null) {
            refuseWithoutBackend(from, nowNs);
            return;
        }
        nextHop.set(backend.high(), backend.low(), backend.port());
        forward(buffer, backend.transport(), backend, backend, from, loopHash, nowNs);
    }

    private void refuseWithoutBackend(final SipFlow from, final long nowNs) {
        if (isAtLimit) {
            answers.refuseAtLimit(message, from, nowNs);
        } else {
            answers.refuseNoBackend(message, from, nowNs);
        }
    }

    /** A request of a backend goes where it says (RFC 3261 section 16.5, 16.6 step 7). */
    private void forwardFromBackend(
            final UnsafeBuffer buffer, final SipFlow from, final long loopHash, final long nowNs) {
        final boolean byRoute = !routes.isEmpty();
        if (flowValid && !byRoute && loop.egress.isConnected(flow)) {
            nextHop.set(flow.remoteHigh(), flow.remoteLow(), flow.remotePort());
            loop.count(ProxyCounter.FROM_BACKEND);
            forward(buffer, loop.listeners[flow.listener()].speaks(), null, source, from, loopHash, nowNs);
            return;
        }
        final UriView next = byRoute ? routes.topmost() : requestUri;
        final boolean sip = next.isSip();
        ViaTransport transport = sip ? ViaTransport.ofUri(message.buffer(), next) : ViaTransport.UDP;
        if (transport == null) {
            answers.refuse(message, 480, Answers.NO_NEXT_HOP, ProxyCounter.REFUSED_NO_NEXT_HOP, from, nowNs);
            return;
        }
        if (sip && nextHop.read(message.buffer(), next)) {
            strictNextHop = byRoute && !next.isLooseRouter();
        } else if (loop.outbound != null && next.scheme() != UriView.Scheme.SIPS) {
            transport = ViaTransport.UDP;
            nextHop.set(loop.outbound.remoteHigh(), loop.outbound.remoteLow(), loop.outbound.remotePort());
        } else if (sip) {
            answers.refuse(message, 480, Answers.NO_NEXT_HOP, ProxyCounter.REFUSED_NO_NEXT_HOP, from, nowNs);
            return;
        } else {
            answers.refuse(message, 416, Answers.UNSUPPORTED_SCHEME, ProxyCounter.REFUSED_SCHEME, from, nowNs);
            return;
        }
        if (!nextHop.isSendable() || loop.names.isOurs(nextHop.high(), nextHop.low(), nextHop.port())) {
            answers.refuse(message, 480, Answers.NO_NEXT_HOP, ProxyCounter.REFUSED_NO_NEXT_HOP, from, nowNs);
            return;
        }
        final Backend inside = backends.byAddress(nextHop.high(), nextHop.low(), nextHop.port());
        loop.count(ProxyCounter.FROM_BACKEND);
        forward(
                buffer,
                inside == null ? transport : inside.transport(),
                inside,
                inside == null ? source : inside,
                from,
                loopHash,
                nowNs);
    }

    /**
     * Edits and sends.
     *
     * @param transport how it goes
     * @param target the backend it goes to, or null
     * @param dialogBackend the backend that a dialog made by this request belongs to
     */
    private void forward(
            final UnsafeBuffer buffer,
            final ViaTransport transport,
            final @Nullable Backend target,
            final @Nullable Backend dialogBackend,
            final SipFlow from,
            final long loopHash,
            final long nowNs) {
        final boolean isSips = isSipsRequest() || routes.isTopmostSips();
        final boolean isTrusted = target != null && loop.config.areBackendsTrusted();
        if (isSips && !isTrusted && !(transport.isSecure() && loop.speaks(transport))) {
            answers.refuseSips(message, from, nowNs);
            return;
        }
        final int listener = loop.listenerTowards(
                transport, nextHop.isIpv4(), pairedListener == NO_LISTENER ? from.listener() : pairedListener);
        if (listener < 0) {
            // No listener speaks so, or has the address's family: a backend that cannot be reached is as good as none.
            if (target != null) {
                answers.refuseNoBackend(message, from, nowNs);
            } else {
                answers.refuse(message, 480, Answers.NO_NEXT_HOP, ProxyCounter.REFUSED_NO_NEXT_HOP, from, nowNs);
            }
            return;
        }
        editRoutes();
        pushOurLines(listener, dialogBackend, from, loopHash, isSips);
        final int hops = message.maxForwards();
        editor.maxForwards(hops < 0 ? loop.config.limits().maxForwards() : hops - 1);
        if (transport == ViaTransport.UDP && message.messageLength() + editor.growth() > DATAGRAM_BYTES_MAX) {
            answers.refuse(message, 513, Answers.TOO_LARGE, ProxyCounter.REFUSED_TOO_LARGE, from, nowNs);
            return;
        }
        final int length = editor.apply(buffer, SipIngress.HEADROOM_BYTES, SipIngress.TAILROOM_BYTES);
        if (length < 0) {
            answers.refuse(message, 513, Answers.TOO_LARGE, ProxyCounter.REFUSED_TOO_LARGE, from, nowNs);
            return;
        }
        to.set(listener, transport.code(), nextHop.high(), nextHop.low(), nextHop.port());
        if (!loop.egress.send(buffer, editor.offset(), length, to)) {
            loop.count(ProxyCounter.DROPPED_BY_EGRESS);
            onNotTaken(target);
            return;
        }
        loop.count(ProxyCounter.REQUESTS_FORWARDED);
        if (target != null) {
            if (isToRemember) {
                remember(target, nowNs);
            }
            if (message.method() == SipMethod.ACK) {
                target.vitals().onToldAck(loop.index);
            } else {
                target.vitals().onAsked(loop.index, nowNs);
            }
        }
    }

    /** A connection that takes nothing speaks against the backend behind it; a datagram socket that takes nothing only against us. */
    private void onNotTaken(final @Nullable Backend target) {
        if (target != null && to.isStream()) {
            loop.count(ProxyCounter.FAILED_TRANSPORT);
            target.vitals().onFailure();
        }
    }

    /** From now on the transaction is that backend's, and counted there while its response is awaited. */
    private void remember(final Backend backend, final long nowNs) {
        final boolean open = RequestClass.isTimed(message.method());
        final long replaced = loop.memory.put(transaction, backend.id(), open, nowNs);
        if (replaced == AffinityMemory.NOT_STORED) {
            return;
        }
        if (open) {
            backend.vitals().openCount().onOpened();
            backend.vitals().onAsked(RequestClass.of(message.method()), nowNs);
        }
        if (AffinityMemory.isOpen(replaced)) {
            loop.table.onClosed(backends, AffinityMemory.backend(replaced));
            if (remembered == AffinityMemory.NONE) {
                loop.count(ProxyCounter.MEMORY_OVERRUN);
            }
        }
    }

    /** Request-URI and Route: what section 16.4 has changed, and what a strict router as next hop wants (section 16.6 step 6). */
    private void editRoutes() {
        if (strictNextHop) {
            editor.replace(
                    message.requestUriOffset(),
                    message.requestUriLength(),
                    message.buffer(),
                    routes.topmostUriOffset(),
                    routes.topmostUriLength());
            routes.removeTopmost();
            routes.append(editor, uriOffset, uriLength);
        } else if (uriOffset != message.requestUriOffset()) {
            editor.replace(
                    message.requestUriOffset(), message.requestUriLength(), message.buffer(), uriOffset, uriLength);
        }
        routes.edit(editor);
    }

    /** Our Via above all others, received and rport in the one that was topmost, and Record-Route if a dialog may begin. */
    private void pushOurLines(
            final int listener,
            final @Nullable Backend dialogBackend,
            final SipFlow from,
            final long loopHash,
            final boolean isSips) {
        final ListenerText[] texts = isSips ? loop.sipsListeners : loop.listeners;
        final int port = wayBack.stamp(editor, message.buffer(), via, from);
        final long check = loop.keys.wayBack(transaction, from.listener(), from.remoteHigh(), from.remoteLow(), port);
        final ListenerText text = texts[listener];
        text.stamp(transaction, from.listener(), loopHash, check);
        final int at = message.headersOffset();
        if (dialogBackend == null || !isToRecordRoute()) {
            editor.insert(at, text.text(), 0, text.viaLength());
            return;
        }
        final int id = dialogBackend.id();
        final long tokenCheck = loop.keys.token(callHash, id);
        if (listener == from.listener()) {
            text.stampRecordRoute(id, tokenCheck);
            editor.insert(at, text.text(), 0, text.viaAndRecordRouteLength());
            return;
        }
        // Two listeners, two values (RFC 5658): the outer one for the side the request goes to, the inner for the side
        // it came from.
        final ListenerText inner = texts[from.listener()];
        text.stampPairedRecordRoute(id, tokenCheck);
        editor.insert(at, text.text(), 0, text.viaLength());
        editor.insert(at, text.pairedText(), 0, text.pairedText().capacity());
        if (from.isStream() && source == null) {
            final long flowCheck = loop.keys.wayBack(
                    callHash, from.listener(), from.remoteHigh(), from.remoteLow(), from.remotePort());
            inner.stampFlow(id, tokenCheck, from, flowCheck);
            editor.insert(at, inner.flowText(), 0, inner.flowText().capacity());
        } else {
            inner.stampPairedRecordRoute(id, tokenCheck);
            editor.insert(at, inner.pairedText(), 0, inner.pairedText().capacity());
        }
    }

    /** Requests that may begin a dialog; in a dialog Record-Route would be ignored (RFC 3261 section 12.2). */
    private boolean isToRecordRoute() {
        final boolean mayBeginDialog = switch (message.method()) {
            case INVITE, SUBSCRIBE, REFER, NOTIFY -> true;
            default -> false;
        };
        return mayBeginDialog && loop.config.recordRoute() && message.toTagLength() == 0;
    }
}
