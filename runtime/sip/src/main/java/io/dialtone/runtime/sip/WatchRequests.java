package io.dialtone.runtime.sip;

import io.dialtone.api.SipWatch;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.locate.Destination;
import io.dialtone.state.api.SessionRecord;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** The SUBSCRIBE requests that the platform sends of its own accord (RFC 6665 section 4.1.2): to refresh a subscription of a service, to end it, to begin it anew. Called only by the owning worker. */
final class WatchRequests {
    private static final int SCRATCH_BYTES = 1 << 16;
    private static final int SECONDS_MAX = 365 * 24 * 3_600;
    private static final int RAISES_MAX = 3;

    private final SipContext context;
    private final UacCore<?> uac;
    private final ClientLayer clients;
    private final RequestComposer composer;
    private final AddressTexts addresses;
    private final RemoteParty.Scratch scratch;
    private final NameAddrView address = new NameAddrView();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter branch = new AsciiWriter(ClientLayer.BRANCH_BYTES_MAX);
    private final ReplyPort door = new ReplyPort();
    /** A SUBSCRIBE of ours, laid open. */
    private final SipMessage ours;

    WatchRequests(
            final SipContext context,
            final UacCore<?> uac,
            final UacCore.CoreParts shared,
            final ClientLayer clients,
            final RequestComposer composer) {
        this.context = context;
        this.uac = uac;
        this.clients = clients;
        this.composer = composer;
        addresses = uac.requests().addresses();
        scratch = shared.scratch();
        ours = new SipMessage(context.limits());
    }

    /** The SUBSCRIBE that has begun a subscription; valid until the next one is asked for. */
    SipMessage first(final Watch watch) {
        ours.parseDatagram(watch.request(), 0, watch.request().capacity());
        return ours;
    }

    /** Refreshes a subscription, or says that nothing more is wanted. If its routes have grown too long for that, time will end it. */
    void sendWithin(final Watch watch, final Dialog dialog, final long nowNs) {
        watch.isRefreshAsked = false;
        final Destination destination = aim(dialog);
        final int length = compose(watch, dialog, watch.isLeaving ? 0 : watch.seconds);
        if (length > 0) {
            final ClientTransaction transaction = open(watch);
            transaction.cseq = dialog.localCseq;
            transaction.dialog = dialog;
            watch.isLeaveSent = watch.isLeaving;
            uac.begin(transaction, destination, message, 0, length, nowNs);
        }
    }

    /** Says that nothing more is wanted, and does not wait for the answer. */
    void sendLast(final Watch watch, final Dialog dialog, final long nowNs) {
        final Destination destination = aim(dialog);
        final int length = compose(watch, dialog, 0);
        if (length > 0 && clients.refusesAnother()) {
            clients.send(dialog.slot, door, message, 0, length);
        } else if (length > 0) {
            final ClientTransaction transaction = open(watch);
            transaction.cseq = dialog.localCseq;
            uac.begin(transaction, destination, message, 0, length, nowNs);
        }
    }

    private @Nullable Destination aim(final Dialog dialog) {
        door.copyFrom(dialog.port);
        return dialog.peer.aim(door, dialog.slot, scratch, addresses);
    }

    private int compose(final Watch watch, final Dialog dialog, final int seconds) {
        dialog.localCseq++;
        return composer.composeSubscribe(message, dialog, first(watch), seconds, door, branch.clear());
    }

    /** Begins a subscription anew, with another Call-ID and tag; false if nobody can be reached that way any more. */
    boolean sendAnew(final Watch watch, final long nowNs) {
        first(watch);
        door.copyFrom(watch.door);
        Destination destination = null;
        if (!watch.isByFlow) {
            final int route = ours.firstHeader(HeaderName.ROUTE);
            final boolean isRouted = route >= 0 && address.wrap(ours, route);
            final int at = isRouted ? address.uriOffset() : ours.requestUriOffset();
            final int length = isRouted ? address.uriLength() : ours.requestUriLength();
            final boolean isWithin = !isRouted && addresses.within().tryNext(door, SipMethod.SUBSCRIBE);
            if (!isWithin) {
                door.outside();
                destination = addresses.nameIn(ours.buffer(), at, length);
                if (destination == null && !addresses.tryAim(door, ours.buffer(), at, length)) {
                    return false;
                }
            }
        }
        final int length =
                composer.composeAgain(message, ours, watch.session, true, watch.seconds, door, 1, branch.clear());
        assert length > 0 : "it is as long as the one before";
        watch.keep(message, 0, length);
        watch.state = SipWatch.State.ASKED;
        watch.begunNs = SessionRecord.NO_DEADLINE;
        final ClientTransaction transaction = open(watch);
        transaction.cseq = 1;
        transaction.begin(message, 0, length);
        if (destination == null) {
            transaction.go(nowNs);
        } else {
            clients.locating().send(transaction, destination, nowNs);
        }
        return true;
    }

    private ClientTransaction open(final Watch watch) {
        final ClientTransaction transaction = clients.open(SipMethod.SUBSCRIBE, branch, watch.slot(), watch.session);
        transaction.leg = watch.name;
        transaction.port.copyFrom(door);
        watch.outstanding = transaction;
        return transaction;
    }

    /** A 423: the same again, for as long as the notifier wants at least (section 4.1.2.1). False if it does not say so, has said so too often, or nobody wants it any more. */
    boolean raise(
            final @Nullable Watch watch, final ClientTransaction refused, final SipMessage response, final long nowNs) {
        final int least = SessionInterval.writtenSeconds(response, HeaderName.MIN_EXPIRES);
        if (watch == null
                || watch.isLeaving
                || least <= watch.seconds
                || least > SECONDS_MAX
                || watch.raises >= RAISES_MAX
                || !refused.hasMessage()
                || clients.refusesAnother()) {
            return false;
        }
        final Dialog dialog = refused.dialog;
        final long cseq = (dialog == null ? refused.cseq : dialog.localCseq) + 1;
        final DirectBuffer request = refused.message();
        ours.parseDatagram(request, 0, request.capacity());
        final int length =
                composer.composeAgain(message, ours, watch.session, false, least, refused.port, cseq, branch.clear());
        assert length > 0 : "it is hardly longer than the one before";
        watch.raises++;
        watch.seconds = least;
        if (dialog == null) {
            watch.keep(message, 0, length);
        } else {
            dialog.localCseq = cseq;
        }
        context.counters().increment(SipCounter.INTERVALS_RAISED);
        final ClientTransaction again = clients.openAgain(refused, branch, cseq, message, length);
        refused.dialog = null;
        refused.unheard();
        again.go(nowNs);
        return true;
    }
}
