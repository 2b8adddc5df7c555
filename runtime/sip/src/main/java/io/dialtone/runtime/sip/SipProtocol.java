package io.dialtone.runtime.sip;

import io.dialtone.api.SipHandler;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.SessionProtocol;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.runtime.engine.WorkerSession;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipSyntax;
import io.dialtone.sip.codec.SipWriter;
import io.dialtone.sip.codec.ViaView;
import io.dialtone.state.api.StateCodec;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/**
 * SIP on one worker: reads a message, answers what is malformed, and hands requests to the user agent core. Called only by the owning worker.
 */
public final class SipProtocol implements SessionProtocol {
    private static final int SIP_PORT = 5060;

    private final WorkerParts parts;
    private final SipContext context;
    private final UasCore<?> core;
    private final SipMessage message;
    private final SipSyntax syntax = new SipSyntax();
    private final ViaView via;
    private final ReplyPort port = new ReplyPort();
    private int slot;
    /** True if the last message wants an answer. */
    private boolean isRefusable;

    /** Reads messages by these views, which whoever is asked before it may have laid over them. */
    SipProtocol(
            final WorkerParts parts,
            final SipContext context,
            final UasCore<?> core,
            final SipMessage message,
            final ViaView via) {
        this.parts = parts;
        this.context = context;
        this.core = core;
        this.message = message;
        this.via = via;
    }

    /** Makes SIP for workers whose sessions nobody keeps; each gets a handler of its own from the supplier. */
    public static SessionProtocol.Factory factory(
            final SipContext context, final Supplier<? extends SipHandler<?>> handlers) {
        return ServiceChain.factory(List.of(ServiceChain.Service.of(context, handlers)));
    }

    /** For sessions that nobody keeps. */
    static UasCore<?> coreWithoutCodec(final WorkerParts parts, final SipContext context, final SipHandler<?> handler) {
        if (parts.journal().keepsImages()) {
            throw new IllegalStateException("codec: none (expected: one for the handler's state)");
        }
        return coreOf(parts, context, handler, new NoStates<>());
    }

    /** Makes SIP for workers; each gets a handler and a codec for its state of its own from the suppliers. */
    public static <S extends Record> SessionProtocol.Factory factory(
            final SipContext context,
            final Supplier<? extends SipHandler<S>> handlers,
            final Supplier<? extends StateCodec<S>> codecs) {
        return ServiceChain.factory(List.of(ServiceChain.Service.of(context, handlers, codecs)));
    }

    private static <S extends Record> UasCore<S> coreOf(
            final WorkerParts parts,
            final SipContext context,
            final SipHandler<S> handler,
            final StateCodec<?> noStates) {
        @SuppressWarnings("unchecked") // it reads and writes nothing
        final StateCodec<S> codec = (StateCodec<S>) noStates;
        return new UasCore<>(parts, context, handler, codec);
    }

    @Override
    public boolean reads(final int frameType) {
        return frameType == LinkFrame.TYPE_SIP_TO_WORKER || frameType == LinkFrame.TYPE_SIP_UNSENT;
    }

    @Override
    public void onMessage(
            final LinkFrame frame, final DirectBuffer buffer, final int offset, final int length, final long nowNs) {
        final ParseResult result = message.parseDatagram(buffer, offset, length);
        onParsed(frame, result, via.wrap(message), nowNs);
    }

    /** A message that the views lie over. */
    void onParsed(final LinkFrame frame, final ParseResult result, final boolean hasVia, final long nowNs) {
        port.from(frame);
        slot = frame.slot();
        isRefusable = false;
        if (frame.type() == LinkFrame.TYPE_SIP_UNSENT) {
            if (result == ParseResult.COMPLETE && hasVia) {
                core.onUnsent(message, via, slot, port, nowNs);
            }
            return;
        }
        if (hasVia) {
            aimAtVia();
        }
        final Malformation malformation = result == ParseResult.COMPLETE ? checkSyntax(hasVia) : message.malformation();
        if (malformation != Malformation.NONE) {
            onMalformed(malformation, frame.slot());
        } else if (!message.isRequest()) {
            core.onResponse(message, via, frame.slot(), port, nowNs);
        } else {
            isRefusable = message.method() != SipMethod.ACK;
            core.onRequest(message, via, frame.slot(), port, nowNs);
        }
    }

    /** Answers a message that the views lie over without a look at it, if it wants an answer. */
    void refuse(final LinkFrame frame, final boolean hasVia, final int status) {
        port.from(frame);
        isRefusable = false;
        if (!hasVia || !message.isRequest() || message.method() == SipMethod.ACK) {
            return;
        }
        aimAtVia();
        core.refuseWithoutTransaction(message, frame.slot(), port, status);
    }

    /** What the service takes. */
    RequestChecks checks() {
        return core.checks();
    }

    /** True if the request that the views lie over withdraws or acknowledges an INVITE of this service. */
    boolean hasInvite() {
        return core.hasInvite(message, via);
    }

    @Override
    public void onMessageNotKept(final long nowNs) {
        if (isRefusable) {
            core.refuseWithoutTransaction(message, slot, port);
        }
    }

    @Override
    public boolean namesSessionInEachMessage() {
        return core.namesSessionInEachMessage();
    }

    @Override
    public WorkerSession<?> newSession(final DirectBuffer key) {
        return core.newSession();
    }

    @Override
    public void forget(final WorkerSession<?> session) {
        core.forget(session);
    }

    @Override
    public void forgetStrays(final int ofSlot) {
        core.forgetStrays(ofSlot);
    }

    private Malformation checkSyntax(final boolean hasVia) {
        if (hasVia && core.isPassedOn(message, via)) {
            return syntax.checkForward(message);
        }
        final Malformation fault = syntax.check(message);
        return fault == Malformation.NONE ? syntax.checkEndpoint(message) : fault;
    }

    /** Answers go by the connection the request came by; if it was a datagram, to the address it came from, and to the port it came from only if its sender asked for that (RFC 3261 section 18.2.2, RFC 3581). */
    private void aimAtVia() {
        if (!port.isStream() && !via.hasRport()) {
            port.remotePort(via.port() > 0 ? via.port() : SIP_PORT);
        }
    }

    /** Answers without a transaction (RFC 3261 section 8.2.7): the same bytes get the same answer, and an ACK of it finds nothing. */
    private void onMalformed(final Malformation malformation, final int slot) {
        final int length = message.answerStatus(malformation) == Malformation.DISCARD
                ? SipWriter.NO_WAY_BACK
                : core.answers().composeRefusal(message, malformation, slot);
        if (length < 0) {
            context.counters().increment(SipCounter.MALFORMED_DISCARDED);
            return;
        }
        context.counters().increment(SipCounter.MALFORMED_ANSWERED);
        parts.outbox().addSip(slot, port, core.answers().scratch(), 0, length);
    }
}
