package io.dialtone.sip.routing;

import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The stand-alone balancer on one I/O thread: a stateless proxy (RFC 3261 section 16.11) in front of servers that know nothing of Dialtone.
 * Called only by that thread; made by {@link Balancer#proxy}.
 */
public final class SipProxy implements SipIngress {
    /** One of so many messages is timed on its way through. */
    public static final int FORWARDING_SAMPLE = 64;

    private final ProxyLoop loop;
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final Answers answers;
    private final RequestPath requests;
    private final ResponsePath responses;
    private final UnsentToBackends unsent;
    private final @Nullable BackendHealth health;
    private int untilSample = FORWARDING_SAMPLE;

    SipProxy(final Balancer balancer, final ProxyLoop loop) {
        this.loop = loop;
        this.answers = new Answers(loop);
        this.requests = new RequestPath(loop, answers, message);
        this.responses = new ResponsePath(loop, message);
        this.unsent = new UnsentToBackends(loop, answers);
        this.health = loop.index == 0
                ? new BackendHealth(
                        loop.config.health(),
                        loop.table,
                        new Prober(loop),
                        loop.counters,
                        new MemoryKeeper(balancer, loop.counters))
                : null;
    }

    @Override
    public void onMessage(
            final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long nowNs) {
        if (--untilSample > 0) {
            route(buffer, offset, length, from, nowNs);
            return;
        }
        untilSample = FORWARDING_SAMPLE;
        final long beganNs = System.nanoTime();
        route(buffer, offset, length, from, nowNs);
        loop.latencies.forwarding.record(System.nanoTime() - beganNs);
    }

    private void route(
            final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long nowNs) {
        final Backends backends = loop.table.current();
        final Backend sender = backends.byAddress(from.remoteHigh(), from.remoteLow(), from.remotePort());
        if (sender != null) {
            sender.vitals().onHeard(nowNs);
        }
        if (message.parseDatagram(buffer, offset, length) != ParseResult.COMPLETE) {
            onMalformed(from, nowNs);
        } else if (message.isRequest()) {
            requests.onRequest(buffer, from, backends, sender, nowNs);
        } else {
            responses.onResponse(buffer, backends, sender, nowNs);
        }
    }

    @Override
    public void onUnsent(
            final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to, final long nowNs) {
        unsent.keep(buffer, offset, length);
    }

    @Override
    public void onUnreadable(
            final UnsafeBuffer buffer,
            final int offset,
            final int length,
            final Malformation malformation,
            final SipFlow from,
            final long nowNs) {
        message.parseDatagram(buffer, offset, length);
        if (message.isRequest()) {
            answers.refuseMalformed(message, malformation, from, nowNs);
        } else {
            loop.count(ProxyCounter.DROPPED_GARBAGE);
        }
    }

    private void onMalformed(final SipFlow from, final long nowNs) {
        final Malformation malformation = message.malformation();
        if (message.isRequest()) {
            answers.refuseMalformed(message, malformation, from, nowNs);
        } else if (malformation != Malformation.EMPTY) {
            loop.count(
                    malformation == Malformation.NOT_SIP
                            ? ProxyCounter.DROPPED_GARBAGE
                            : ProxyCounter.DROPPED_MALFORMED_RESPONSE);
        }
    }

    @Override
    public int doWork(final long nowNs) {
        final int refused = unsent.isEmpty() ? 0 : refuseUnsent(nowNs);
        return refused + (health == null ? 0 : health.doWork(nowNs));
    }

    /** As if the backends had answered so. */
    private int refuseUnsent(final long nowNs) {
        int refused = 0;
        for (; refused < UnsentToBackends.PER_TURN_MAX && !unsent.isEmpty(); refused++) {
            final UnsafeBuffer buffer = loop.egress.claim();
            final int length = unsent.take(buffer, SipIngress.HEADROOM_BYTES);
            if (message.parseDatagram(buffer, SipIngress.HEADROOM_BYTES, length) == ParseResult.COMPLETE) {
                responses.onResponse(buffer, loop.table.current(), null, nowNs);
            }
        }
        return refused;
    }

    @Override
    public long nextDeadlineNs() {
        if (!unsent.isEmpty()) {
            return 0;
        }
        return health == null ? Long.MAX_VALUE : health.nextDeadlineNs();
    }
}
