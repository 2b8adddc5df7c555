package io.dialtone.sip.trace;

import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaTransport;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answers while more may come: what its span will say. It waits some time after its final answer, for an ACK and for what is sent again. For one thread.
 */
final class OpenTransaction {
    /** Timer T4 of RFC 3261: nothing is on its way any more. Longer than T2, so what is sent again comes before. */
    static final long LINGER_NS = TimeUnit.SECONDS.toNanos(5);

    /** 64 times T1, when timers B and F fire, H has no ACK and J is over. */
    static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(32);

    /** Who asks has given up by now, and so have those who give up on its behalf. */
    static final long UNANSWERED_MAX_NS = TIMEOUT_NS + TimeUnit.SECONDS.toNanos(3);

    /** Nothing was heard of an INVITE that rings for so long; timer C of proxies is some more than three minutes. */
    static final long RINGING_MAX_NS = TimeUnit.MINUTES.toNanos(10);

    static final int TEXT_MAX = 256;

    /** The words of a request that do not change. */
    record Head(
            Span.Identity identity,
            boolean isServer,
            SipMethod method,
            String methodText,
            String callId,
            long cseq,
            Optional<Span.Link> link) {}

    private final long name;
    private final Head head;
    private final OpenCall.@Nullable Leg leg;
    private final @Nullable OpenCall call;
    private final InetSocketAddress peer;
    private final ViaTransport transport;
    private final long dialog;
    private final OwnerSeen owner = new OwnerSeen();
    private final SpanEvents events = new SpanEvents();
    private final long beganNs;
    private long lastNs;
    private long finalNs;
    private long acceptedName;
    private int status;
    private int lastAnswer;
    private int retransmissions;
    private boolean isAcknowledged;
    private long checkAtNs;

    /**
     * @param dialog that the request is in, or 0
     */
    OpenTransaction(
            final long name,
            final Head head,
            final @Nullable OpenCall call,
            final OpenCall.@Nullable Leg leg,
            final long dialog,
            final TracedMessage traced) {
        this.name = name;
        this.head = head;
        this.call = call;
        this.leg = leg;
        this.dialog = dialog;
        peer = traced.peer();
        transport = traced.transport();
        beganNs = traced.timeNs();
        lastNs = beganNs;
    }

    long name() {
        return name;
    }

    @Nullable
    OpenCall call() {
        return call;
    }

    OpenCall.@Nullable Leg leg() {
        return leg;
    }

    boolean isInvite() {
        return head.method() == SipMethod.INVITE;
    }

    boolean isBye() {
        return head.method() == SipMethod.BYE;
    }

    /** True if it decides what becomes of the call: the first leg's INVITE that begins it, and not one that was passed on. */
    boolean isFirstInvite() {
        return isInvite()
                && dialog == 0
                && call != null
                && leg != null
                && leg.number() == 1
                && head.identity().parent() == SpanIds.root(call.session());
    }

    long dialog() {
        return dialog;
    }

    boolean isFinal() {
        return finalNs != 0;
    }

    void see(final TracedMessage traced, final IntFunction<String> nodes) {
        lastNs = Math.max(lastNs, traced.timeNs());
        owner.see(traced, nodes, events);
    }

    void onRequestAgain(final long timeNs) {
        retransmissions++;
        events.add(timeNs, SpanNames.RETRANSMISSION);
    }

    /**
     * Takes an answer.
     *
     * @param digest the same if it is the same byte for byte
     * @return true if it is the first final one
     */
    boolean onAnswer(final int code, final int digest, final long timeNs) {
        if (digest == lastAnswer && status == code) {
            retransmissions++;
            events.add(timeNs, SpanNames.RETRANSMISSION, Span.Attribute.of(SpanNames.STATUS_CODE, code));
            return false;
        }
        lastAnswer = digest;
        if (code < 200 || isFinal()) {
            events.add(timeNs, SpanNames.RESPONSE, Span.Attribute.of(SpanNames.STATUS_CODE, code));
            status = isFinal() ? status : code;
            return false;
        }
        status = code;
        finalNs = timeNs;
        return true;
    }

    void onAck(final long timeNs) {
        if (isAcknowledged) {
            retransmissions++;
            events.add(timeNs, SpanNames.RETRANSMISSION, Span.Attribute.of(SpanNames.METHOD, "ACK"));
        } else {
            isAcknowledged = true;
            events.add(timeNs, SpanNames.ACK);
        }
    }

    void onCancel(final long timeNs) {
        events.add(timeNs, SpanNames.CANCEL);
    }

    void onHandedOver(final TracedMessage traced, final IntFunction<String> nodes) {
        events.add(
                traced.timeNs(),
                SpanNames.HANDED_OVER,
                Span.Attribute.of(SpanNames.NODE, nodes.apply(traced.member())),
                Span.Attribute.of(SpanNames.EPOCH, traced.epoch()));
    }

    /** By which an ACK with another branch finds it; 0 if none does. */
    long acceptedName() {
        return acceptedName;
    }

    void accepted(final long ackName) {
        acceptedName = ackName;
    }

    /** Whether all has been seen that there will be, or must have been. */
    boolean isDue(final long nowNs) {
        if (isFinal()) {
            return nowNs - lastNs >= LINGER_NS || nowNs - finalNs >= UNANSWERED_MAX_NS + LINGER_NS;
        }
        if (isInvite() && status > 0) {
            return nowNs - lastNs >= RINGING_MAX_NS;
        }
        return nowNs - beganNs >= UNANSWERED_MAX_NS;
    }

    void checkAt(final long timeNs) {
        checkAtNs = timeNs;
    }

    long checkAtNs() {
        return checkAtNs;
    }

    /**
     * @param cut why its end was not waited for, if it had none
     */
    Span toSpan(final String cut, final IntFunction<String> nodes) {
        final String incomplete = isFinal() ? "" : cut;
        final String error = error(incomplete);
        return new Span(
                head.identity(),
                head.isServer() ? Span.Kind.SERVER : Span.Kind.CLIENT,
                head.method() == SipMethod.UNKNOWN ? "SIP" : head.method().name(),
                beganNs,
                endedNs(incomplete),
                error,
                new Span.Details(attributes(incomplete, error, nodes), events.toList(), events.lost(), head.link()));
    }

    private long endedNs(final String incomplete) {
        if (isFinal()) {
            return Math.max(beganNs, finalNs);
        }
        return incomplete.equals(SpanNames.TIMEOUT) && status == 0 ? Math.max(lastNs, beganNs + TIMEOUT_NS) : lastNs;
    }

    private String error(final String incomplete) {
        if (incomplete.equals(SpanNames.TIMEOUT)) {
            return SpanNames.TIMEOUT;
        }
        return isFinal() && OpenCall.isFailure(status) ? String.valueOf(status) : "";
    }

    private List<Span.Attribute> attributes(
            final String incomplete, final String error, final IntFunction<String> nodes) {
        final List<Span.Attribute> attributes = new ArrayList<>();
        if (head.method() == SipMethod.UNKNOWN) {
            attributes.add(Span.Attribute.of(SpanNames.METHOD, "_OTHER"));
            attributes.add(Span.Attribute.of(SpanNames.METHOD_ORIGINAL, head.methodText()));
        } else {
            attributes.add(Span.Attribute.of(SpanNames.METHOD, head.method().name()));
        }
        attributes.add(Span.Attribute.of(SpanNames.CALL_ID, head.callId()));
        attributes.add(Span.Attribute.of(SpanNames.CSEQ, head.cseq()));
        if (status > 0) {
            attributes.add(Span.Attribute.of(SpanNames.STATUS_CODE, status));
        }
        if (retransmissions > 0) {
            attributes.add(Span.Attribute.of(SpanNames.RETRANSMISSIONS, retransmissions));
        }
        attributes.add(
                Span.Attribute.of(SpanNames.PEER_ADDRESS, peer.getAddress().getHostAddress()));
        attributes.add(Span.Attribute.of(SpanNames.PEER_PORT, peer.getPort()));
        attributes.add(Span.Attribute.of(SpanNames.TRANSPORT, transport == ViaTransport.UDP ? "udp" : "tcp"));
        attributes.add(Span.Attribute.of(SpanNames.SIP_TRANSPORT, transport.scheme()));
        if (leg != null) {
            attributes.add(Span.Attribute.of(SpanNames.LEG, leg.number()));
        }
        owner.describe(attributes, nodes);
        if (!incomplete.isEmpty()) {
            attributes.add(Span.Attribute.of(SpanNames.INCOMPLETE, incomplete));
        }
        if (!error.isEmpty()) {
            attributes.add(Span.Attribute.of(SpanNames.ERROR_TYPE, error));
        }
        return List.copyOf(attributes);
    }
}
