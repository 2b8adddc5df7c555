package io.dialtone.runtime.sip;

import io.dialtone.api.SipHandler;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.SessionKeyView;
import io.dialtone.runtime.engine.SessionProtocol;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.runtime.engine.WorkerSession;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaView;
import io.dialtone.state.api.StateCodec;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Several services on one worker, each with its handler, sessions, dialogs and transactions: says whose a message is, by what the services have written themselves. Called only by the owning worker.
 *
 * <p>What decides, in this order:
 *
 * <ul>
 *   <li>an answer, and a request that comes back unsent: the branch of its topmost Via, which is that of the service's request;
 *   <li>CANCEL and ACK: who has the INVITE;
 *   <li>a request within a dialog: its first Route if that is ours in this slot, else its Request-URI if that is;
 *   <li>what another service of the worker sends, outside a dialog: whom that has sent it to, the next one;
 *   <li>all else, and so whatever a peer sends outside a dialog: the first service that takes its method. What URIs it names does not count: a token says that we have spoken in its slot, not to whom, and
 *       whoever has one must not pass by the first service with it.
 * </ul>
 */
public final class ServiceChain implements SessionProtocol {
    private final SipProtocol[] services;
    private final Chain chain;
    private final SipContext context;
    private final SipMessage message;
    private final ViaView via = new ViaView();
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private int last = Chain.FIRST;

    /**
     * A service of a chain.
     *
     * @param context what it works with; its descriptor names it
     * @param protocol makes it
     */
    public record Service(SipContext context, Maker protocol) {
        /** Keeps its sessions. */
        public static <S extends Record> Service of(
                final SipContext context,
                final Supplier<? extends SipHandler<S>> handlers,
                final Supplier<? extends StateCodec<S>> codecs) {
            return new Service(
                    context,
                    (its, parts, message, via) -> new SipProtocol(
                            parts, its, new UasCore<S>(parts, its, handlers.get(), codecs.get()), message, via));
        }

        /** Has sessions that nobody keeps. */
        public static Service of(final SipContext context, final Supplier<? extends SipHandler<?>> handlers) {
            return new Service(
                    context,
                    (its, parts, message, via) -> new SipProtocol(
                            parts, its, SipProtocol.coreWithoutCodec(parts, its, handlers.get()), message, via));
        }
    }

    /** Makes a service over a worker's parts, which reads its messages by these views. */
    @FunctionalInterface
    interface Maker {
        SipProtocol make(SipContext context, WorkerParts parts, SipMessage message, ViaView via);
    }

    private ServiceChain(final List<Service> services, final WorkerParts parts) {
        context = services.getFirst().context();
        chain = new Chain(
                services.stream().map(each -> each.context().service().name()).toList());
        message = new SipMessage(context.limits());
        this.services = new SipProtocol[services.size()];
        for (int i = 0; i < this.services.length; i++) {
            final Service service = services.get(i);
            final int place = i + 1;
            this.services[i] = service.protocol()
                    .make(service.context().inChain(chain, place), parts.ofService(place), message, via);
            chain.add(place, this.services[i].checks());
        }
        parts.outbox().reserveForWithin();
    }

    /**
     * Makes the services of a chain for workers. One alone is as if there were no chains.
     *
     * @throws IllegalArgumentException when a chain cannot be so
     */
    public static SessionProtocol.Factory factory(final List<Service> services) {
        if (services.isEmpty() || services.size() > ReplyPort.SERVICES_MAX) {
            throw new IllegalArgumentException(
                    "services of a chain: " + services.size() + " (expected: 1 to " + ReplyPort.SERVICES_MAX + ")");
        }
        final List<String> names =
                services.stream().map(each -> each.context().service().name()).toList();
        if (names.stream().map(name -> name.toLowerCase(Locale.ROOT)).distinct().count() < names.size()) {
            throw new IllegalArgumentException("services of a chain: " + names + " (expected: each name once)");
        }
        return parts -> {
            if (services.size() == 1) {
                final Service only = services.getFirst();
                return only.protocol()
                        .make(
                                only.context(),
                                parts,
                                new SipMessage(only.context().limits()),
                                new ViaView());
            }
            return new ServiceChain(services, parts);
        };
    }

    @Override
    public boolean reads(final int frameType) {
        return services[0].reads(frameType);
    }

    @Override
    public void onMessage(
            final LinkFrame frame, final DirectBuffer buffer, final int offset, final int length, final long nowNs) {
        final ParseResult result = message.parseDatagram(buffer, offset, length);
        final boolean hasVia = via.wrap(message);
        final int place = placeOf(frame, result, hasVia);
        last = place == Chain.NOBODY ? Chain.FIRST : place;
        final SipProtocol service = services[last - 1];
        if (place == Chain.NOBODY) {
            context.counters().increment(SipCounter.SERVICES_UNKNOWN);
            service.refuse(frame, hasVia, 481);
        } else {
            service.onParsed(frame, result, hasVia, nowNs);
        }
    }

    private int placeOf(final LinkFrame frame, final ParseResult result, final boolean hasVia) {
        final boolean isWithin = frame.type() == LinkFrame.TYPE_SIP_WITHIN;
        if (result != ParseResult.COMPLETE) {
            return isWithin ? frame.toService() : Chain.FIRST;
        }
        if (!message.isRequest() || frame.type() == LinkFrame.TYPE_SIP_UNSENT) {
            return isWithin ? frame.toService() : ofBranch(hasVia);
        }
        final SipMethod method = message.method();
        if (method == SipMethod.ACK || method == SipMethod.CANCEL) {
            final int place = ofInvite();
            if (place != Chain.NOBODY) {
                return place;
            }
        }
        if (message.toTagLength() > 0) {
            final DirectBuffer buffer = message.buffer();
            final int route = message.firstHeader(HeaderName.ROUTE);
            if ((route >= 0 && address.wrap(message, route) && isOurs(address.uriOffset(), address.uriLength(), frame))
                    || isOurs(message.requestUriOffset(), message.requestUriLength(), frame)) {
                return chain.placeOf(buffer, uri);
            }
        }
        if (isWithin) {
            return frame.toService();
        }
        return chain.first(method == SipMethod.ACK || method == SipMethod.CANCEL ? SipMethod.INVITE : method);
    }

    private boolean isOurs(final int offset, final int length, final LinkFrame frame) {
        return uri.parse(message.buffer(), offset, length)
                && Chain.isOurs(context.tokens(), message.buffer(), uri, frame.slot());
    }

    private int ofBranch(final boolean hasVia) {
        if (!hasVia || via.branchLength() <= 0) {
            return Chain.FIRST;
        }
        final int place = ForwardBranch.placeIn(message.buffer(), via);
        return place <= chain.size() ? place : Chain.NOBODY;
    }

    private int ofInvite() {
        for (int i = 0; i < services.length; i++) {
            if (services[i].hasInvite()) {
                return i + 1;
            }
        }
        return Chain.NOBODY;
    }

    @Override
    public void onMessageNotKept(final long nowNs) {
        services[last - 1].onMessageNotKept(nowNs);
    }

    @Override
    public boolean namesSessionInEachMessage() {
        return services[0].namesSessionInEachMessage();
    }

    @Override
    public @Nullable WorkerSession<?> newSession(final DirectBuffer key) {
        final int place = SessionKeyView.serviceOf(key);
        return place < Chain.FIRST || place > services.length ? null : services[place - 1].newSession(key);
    }

    @Override
    public void forget(final WorkerSession<?> session) {
        services[session.service() - 1].forget(session);
    }

    @Override
    public void forgetStrays(final int slot) {
        for (final SipProtocol service : services) {
            service.forgetStrays(slot);
        }
    }
}
