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
    private final ProxyLoop loop;
    private final SipMessage message;
    private final SipEditor editor = new SipEditor();
    private final ViaView via = new ViaView();
    private final OwnVia ownVia = new OwnVia();
    private final PeerAddress nextHop = new PeerAddress();
    private final SipFlow to = new SipFlow();

    ResponsePath(final ProxyLoop loop, final SipMessage message) {
        this.loop = loop;
        this.message = message;
    }

    /** Forwards or drops the response that the message holds. */
    void onResponse(
            final UnsafeBuffer buffer,
            final SipFlow from,
            final Backends backends,
            final @Nullable Backend sender,
            final long nowNs) {
        loop.count(ProxyCounter.RESPONSES_RECEIVED);
        final int first = message.firstHeader(HeaderName.VIA);
        if (first >= 0 && isOursVerbatim(first)) {
            editor.begin(message).delete(message.headerLineOffset(first), message.headerLineLength(first));
            forward(buffer, from, via.wrap(message, message.nextHeader(first)), sender, nowNs);
        } else {
            onResponseSlowPath(buffer, from, backends, sender, nowNs);
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
            final UnsafeBuffer buffer,
            final SipFlow from,
            final Backends backends,
            final @Nullable Backend sender,
            final long nowNs) {
        if (!via.wrap(message)
                || !loop.names.isSentBy(message.buffer(), via.hostOffset(), via.hostLength(), via.port())) {
            loop.count(ProxyCounter.DROPPED_STRAY_RESPONSE);
            return;
        }
        switch (ownVia.read(message.buffer(), via)) {
            case PROBE -> onProbeAnswered(backends, nowNs);
            case FORWARDED -> {
                editor.begin(message).popVia(via);
                forward(buffer, from, via.next(), sender, nowNs);
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
            final SipFlow from,
            final boolean hasNextVia,
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
        time(sender, nowNs);
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
            to.remote(nextHop.high(), nextHop.low(), via.port() < 0 ? to.defaultPort() : via.port());
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

    /** Measures how long the backend took, if the request is remembered and this is its first, or first final, response. */
    private void time(final @Nullable Backend sender, final long nowNs) {
        final SipMethod method = message.cseqMethod();
        if (!isTimed(method)) {
            return;
        }
        final long entry = loop.memory.find(ownVia.transaction());
        if (entry == AffinityMemory.NONE) {
            return;
        }
        final boolean isFinal = message.statusCode() >= 200;
        if (AffinityMemory.isAnswered(entry) && (!isFinal || AffinityMemory.isFinal(entry))) {
            return;
        }
        final long tookNs = AffinityMemory.ageNs(entry, nowNs);
        final boolean invite = method == SipMethod.INVITE;
        if (!AffinityMemory.isAnswered(entry)) {
            (invite ? loop.latencies.inviteFirstResponse : loop.latencies.otherFirstResponse).record(tookNs);
            if (sender != null && sender.id() == AffinityMemory.backend(entry)) {
                sender.vitals().onFirstResponse(loop.index, tookNs);
            }
        }
        if (invite && isFinal) {
            loop.latencies.inviteFinalResponse.record(tookNs);
        }
        loop.memory.mark(ownVia.transaction(), entry, isFinal, nowNs);
    }

    /** Methods that may begin a dialog or stand alone: the others are not remembered, and a CANCEL has its INVITE's transaction. */
    private static boolean isTimed(final SipMethod method) {
        return switch (method) {
            case ACK, BYE, CANCEL, PRACK, INFO, UPDATE -> false;
            default -> true;
        };
    }
}
