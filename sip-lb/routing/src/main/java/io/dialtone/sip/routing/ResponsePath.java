package io.dialtone.sip.routing;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A response's way through the balancer, by Via and nothing else (RFC 3261 sections 16.11 and 18.2.2). Called only by the loop's thread.
 *
 * <p>The check in our Via covers the listener and address the request came in by: a response that names another way back, or that nobody
 * asked for, is dropped. So the balancer cannot be used to send anything to anybody who did not send a request.
 */
final class ResponsePath {
    private static final int TRYING = 100;
    private static final int SERVICE_UNAVAILABLE = 503;

    /** What a 503 counts as, so that it attracts no requests: T1, as a request that has to be sent again (RFC 3261 table 4). */
    private static final long REFUSAL_NS = 500_000_000;

    private final ProxyLoop loop;
    private final PeakEwma latency;
    private final SipMessage message;
    private final SipEditor editor = new SipEditor();
    private final ViaView via = new ViaView();
    private final OwnVia ownVia = new OwnVia();
    private final PeerAddress nextHop = new PeerAddress();
    private final SipFlow to = new SipFlow();

    ResponsePath(final ProxyLoop loop, final SipMessage message) {
        this.loop = loop;
        this.latency = new PeakEwma(loop.config.balancing().latencyDecay().toNanos());
        this.message = message;
    }

    /** Forwards or drops the response that the message holds. */
    void onResponse(
            final UnsafeBuffer buffer, final Backends backends, final @Nullable Backend sender, final long nowNs) {
        loop.count(ProxyCounter.RESPONSES_RECEIVED);
        final int first = message.firstHeader(HeaderName.VIA);
        if (first >= 0 && isOursVerbatim(first)) {
            editor.begin(message).delete(message.headerLineOffset(first), message.headerLineLength(first));
            forward(buffer, via.wrap(message, message.nextHeader(first)), backends, sender, nowNs);
        } else {
            onResponseSlowPath(buffer, backends, sender, nowNs);
        }
    }

    /** Whether the first Via header is ours alone and as we wrote it: most servers copy it byte by byte. */
    private boolean isOursVerbatim(final int header) {
        final int offset = message.headerValueOffset(header);
        final int length = message.headerValueLength(header);
        for (final ListenerText text : loop.listeners) {
            if (text.isVia(message.buffer(), offset, length)) {
                ownVia.readVerbatim(message.buffer(), offset, text);
                return true;
            }
        }
        return false;
    }

    private void onResponseSlowPath(
            final UnsafeBuffer buffer, final Backends backends, final @Nullable Backend sender, final long nowNs) {
        if (!via.wrap(message)
                || !loop.names.isSentBy(message.buffer(), via.hostOffset(), via.hostLength(), via.port())) {
            loop.count(ProxyCounter.DROPPED_STRAY_RESPONSE);
            return;
        }
        switch (ownVia.read(message.buffer(), via)) {
            case PROBE -> onProbeAnswered(backends, nowNs);
            case FORWARDED -> {
                editor.begin(message).popVia(via);
                forward(buffer, via.next(), backends, sender, nowNs);
            }
            case FOREIGN -> loop.count(ProxyCounter.DROPPED_STRAY_RESPONSE);
        }
    }

    /** Any answer to a probe is a sign of life, whatever its status. */
    private void onProbeAnswered(final Backends backends, final long nowNs) {
        final Backend backend = backends.byId(ownVia.probeBackend());
        if (backend == null || loop.keys.probe(ownVia.probeBackend(), ownVia.probeSequence()) != ownVia.probeCheck()) {
            loop.count(ProxyCounter.DROPPED_STRAY_RESPONSE);
            return;
        }
        loop.count(ProxyCounter.PROBES_ANSWERED);
        backend.vitals().onHeard(nowNs);
        backend.vitals().onProbeAnswered(ownVia.probeSequence());
    }

    /** Our Via is taken away and read, and the one after it is in hand, if there is one. */
    private void forward(
            final UnsafeBuffer buffer,
            final boolean hasNextVia,
            final Backends backends,
            final @Nullable Backend sender,
            final long nowNs) {
        if (!hasNextVia) {
            loop.count(ProxyCounter.DROPPED_STRAY_RESPONSE);
            return;
        }
        if (!readNextHop() || !nextHop.isSendable() || ownVia.listener() >= loop.listeners.length) {
            loop.count(ProxyCounter.DROPPED_UNREACHABLE_RESPONSE);
            return;
        }
        if (!loop.keys.isWayBack(
                ownVia.wayBack(),
                ownVia.transaction(),
                ownVia.listener(),
                nextHop.high(),
                nextHop.low(),
                nextHop.port())) {
            loop.count(ProxyCounter.DROPPED_FORGED_RESPONSE);
            return;
        }
        if (sender != null) {
            sender.vitals().onResponse(loop.index);
        }
        judge(backends, nowNs);
        final int length = editor.apply(buffer, SipIngress.HEADROOM_BYTES, SipIngress.TAILROOM_BYTES);
        if (length < 0) {
            loop.count(ProxyCounter.DROPPED_TOO_LARGE);
            return;
        }
        to.set(
                ownVia.listener(),
                loop.listeners[ownVia.listener()].speaks().code(),
                nextHop.high(),
                nextHop.low(),
                nextHop.port());
        if (to.isStream() && !loop.egress.isConnected(to)) {
            // The connection is gone: a new one goes to where its sender listens (RFC 3261 section 18.2.2).
            to.remote(nextHop.high(), nextHop.low(), to.portOf(via));
        }
        if (loop.egress.send(buffer, editor.offset(), length, to)) {
            loop.count(ProxyCounter.RESPONSES_FORWARDED);
        } else {
            loop.count(ProxyCounter.DROPPED_BY_EGRESS);
        }
    }

    /** The next Via's received, or its sent-by if that is an address; its rport, or the port of sent-by. */
    private boolean readNextHop() {
        final int port = via.rport() > 0 ? via.rport() : via.port();
        return via.receivedLength() > 0
                ? nextHop.read(message.buffer(), via.receivedOffset(), via.receivedLength(), port)
                : nextHop.read(message.buffer(), via.hostOffset(), via.hostLength(), port);
    }

    /** What the response says of its request's backend, if the request is remembered: how long it took, and whether it served. */
    private void judge(final Backends backends, final long nowNs) {
        final SipMethod method = message.cseqMethod();
        if (!RequestClass.isTimed(method)) {
            return;
        }
        final int status = message.statusCode();
        final boolean isFinal = status >= 200;
        final long before = loop.memory.mark(ownVia.transaction(), isFinal);
        if (before == AffinityMemory.NONE) {
            return;
        }
        final Backend backend = backends.byId(AffinityMemory.backend(before));
        final boolean isEnd = isFinal && AffinityMemory.isOpen(before);
        if (!AffinityMemory.isAnswered(before)) {
            onFirst(RequestClass.of(method), status, backend, AffinityMemory.ageNs(before, nowNs), nowNs);
        }
        if (isEnd) {
            loop.table.onClosed(backends, AffinityMemory.backend(before));
            if (method == SipMethod.INVITE) {
                loop.latencies.inviteFinalResponse.record(AffinityMemory.ageNs(before, nowNs));
            }
        }
        if (backend == null) {
            return;
        }
        if (status == SERVICE_UNAVAILABLE) {
            if (isEnd) {
                loop.count(ProxyCounter.FAILED_UNAVAILABLE);
                backend.vitals().onFailure();
            }
        } else if (status > TRYING) {
            backend.vitals().onSuccess(nowNs);
        }
    }

    private void onFirst(
            final RequestClass kind,
            final int status,
            final @Nullable Backend backend,
            final long tookNs,
            final long nowNs) {
        (kind == RequestClass.INVITE ? loop.latencies.inviteFirstResponse : loop.latencies.otherFirstResponse)
                .record(tookNs);
        if (backend == null) {
            return;
        }
        final BackendVitals vitals = backend.vitals();
        vitals.onFirstResponse(kind, loop.index, tookNs);
        // Who refuses at once is not fast.
        final long reckonedNs = status == SERVICE_UNAVAILABLE ? Math.max(tookNs, REFUSAL_NS) : tookNs;
        vitals.latency(kind, latency.with(vitals.latency(kind), reckonedNs, nowNs));
    }
}
