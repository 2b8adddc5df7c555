package io.dialtone.runtime.sip;

import io.dialtone.api.EventInterest;
import io.dialtone.api.OutgoingRequest;
import io.dialtone.api.PendingRequest;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipSubscription;
import io.dialtone.api.SipWatch;
import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.DeadlineWheel;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.runtime.engine.WorkerSession;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.StateCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A session with its dialogs, the requests it still has to answer, and all that must be remembered of what was said: so that whoever goes on with it says the same. Pooled;
 * called only by the owning worker.
 */
final class SipSession<S extends Record> extends WorkerSession<S> {
    private final UasCore<S> core;
    /** Requests without final answer, oldest first. */
    final List<ServerTransaction> pending = new ArrayList<>(2);

    final List<Dialog> dialogs = new ArrayList<>(1);
    /** Dialogs that have outlived the handler's part, because they must not be hung up before their ACK. */
    final List<Dialog> orphans = new ArrayList<>(0);

    final TransactionList transactions = new TransactionList();
    /** Requests of our own. */
    final List<ClientTransaction> clients = new ArrayList<>(0);
    /** What is being proxied. */
    final List<ResponseContext> contexts = new ArrayList<>(0);
    /** Who is to be told of something. */
    final List<Subscription> subscriptions = new ArrayList<>(0);
    /** How many there have been. */
    int subscriptionsBegun;
    /** What the service has subscribed to. */
    final List<Watch> watches = new ArrayList<>(0);
    /** Calls that were passed on, and whose end is to be seen. */
    final List<KeptCall> keptCalls = new ArrayList<>(0);
    /** The door by which the last initial request came in, and by which requests of our own leave. */
    final ReplyPort door = new ReplyPort();

    /** Which credentials it has taken. */
    final NonceMemory nonces = new NonceMemory();

    /** What will be said of its calls. */
    final SessionCalls calls;

    private final DeadlineWheel deadlines;
    private final NoncesEnd noncesEnd = new NoncesEnd();

    SipSession(final WorkerParts parts, final UasCore<S> core) {
        super(parts);
        this.core = core;
        deadlines = parts.deadlines();
        calls = core.callsOf(this);
    }

    @Override
    public Optional<PendingRequest> pending(final SipMethod method) {
        for (int i = 0; i < pending.size(); i++) {
            final ServerTransaction request = pending.get(i);
            if (!request.hasStagedFinal && request.method() == method) {
                return Optional.of(request);
            }
        }
        return Optional.empty();
    }

    @Override
    public OutgoingRequest request(final SipMethod method, final String leg, final String uri) {
        return core.uac().requests().beginRequest(this, method, leg, uri);
    }

    @Override
    public Optional<SipLeg> leg(final String name) {
        final InviteClientTransaction invite = openInvite(name);
        final Dialog dialog = dialogOf(name);
        return invite == null && dialog == null
                ? Optional.empty()
                : Optional.of(new LegView(core.uac().requests(), this, name, dialog, invite));
    }

    @Override
    public List<SipSubscription> subscriptions() {
        final List<SipSubscription> living = new ArrayList<>(subscriptions.size());
        for (int i = 0; i < subscriptions.size(); i++) {
            if (!subscriptions.get(i).isFinishing()) {
                living.add(new SubscriptionView(core.uac().notifier(), subscriptions.get(i)));
            }
        }
        return living;
    }

    @Override
    public OutgoingRequest subscribe(final String name, final String uri, final EventInterest interest) {
        return core.uac().requests().beginSubscription(this, name, uri, interest);
    }

    @Override
    public Optional<SipWatch> watch(final String name) {
        return Optional.ofNullable(watchOf(name)).map(watch -> new WatchView(subscriber(), watch));
    }

    @Override
    public List<SipWatch> watches() {
        final List<SipWatch> all = new ArrayList<>(watches.size());
        for (int i = 0; i < watches.size(); i++) {
            all.add(new WatchView(subscriber(), watches.get(i)));
        }
        return all;
    }

    /** What keeps the subscriptions of the service. */
    Subscriber subscriber() {
        return core.uac().subscriber();
    }

    /** What the service has subscribed to under this name. */
    @Nullable
    Watch watchOf(final String name) {
        for (int i = 0; i < watches.size(); i++) {
            if (watches.get(i).name.equals(name)) {
                return watches.get(i);
            }
        }
        return null;
    }

    @Override
    protected void onTimer(final String name, final long nowNs) {
        core.onTimer(this, name, nowNs);
    }

    @Override
    protected StateCodec<S> codec() {
        return core.codec();
    }

    /** Nothing can happen to its handler's part any more. */
    boolean isIdle() {
        return pending.isEmpty()
                && dialogs.isEmpty()
                && keptCalls.isEmpty()
                && watches.isEmpty()
                && !hasTimers()
                && openRequests() == 0;
    }

    @Override
    public boolean isOver() {
        return !isBegun()
                && transactions.isEmpty()
                && orphans.isEmpty()
                && clients.isEmpty()
                && keptCalls.isEmpty()
                && nonces.isEmpty();
    }

    /** The handler's part is over. */
    void endHandlersPart() {
        assert pending.isEmpty() && dialogs.isEmpty() && openRequests() == 0;
        endState();
        keepNonces();
    }

    /** It has taken a nonce, perhaps for a request that will be refused before its handler's part begins again. */
    void onNonceTaken() {
        if (!isBegun()) {
            keepNonces();
        }
        core.touch(this);
    }

    /** What is said again must be known again, though the handler's part is over. */
    private void keepNonces() {
        final long endNs = core.noncesEndNs(nonces);
        if (endNs != SessionRecord.NO_DEADLINE) {
            deadlines.schedule(noncesEnd, endNs);
        }
    }

    @Override
    public void close() {
        pending.clear();
        nonces.clear();
        subscriptionsBegun = 0;
        calls.clear();
        deadlines.cancel(noncesEnd);
        super.close();
    }

    // ---- legs

    /** The number of another call that comes in. */
    int nextCallerNumber() {
        int last = LegNames.NO_CALLER;
        for (int i = 0; i < dialogs.size(); i++) {
            last = Math.max(last, dialogs.get(i).callerNumber);
        }
        for (int i = 0; i < pending.size(); i++) {
            last = Math.max(last, pending.get(i).callerNumber);
        }
        return last + 1;
    }

    /** The dialog of this leg; while it rings in several places, the one that spoke last. */
    @Nullable
    Dialog dialogOf(final String leg) {
        for (int i = dialogs.size() - 1; i >= 0; i--) {
            if (dialogs.get(i).isCall && dialogs.get(i).leg().equals(leg)) {
                return dialogs.get(i);
            }
        }
        return null;
    }

    /** The INVITE that begins this leg, if it has no final answer yet. */
    @Nullable
    InviteClientTransaction openInvite(final String leg) {
        for (int i = 0; i < clients.size(); i++) {
            if (clients.get(i) instanceof InviteClientTransaction invite
                    && invite.isOpen()
                    && invite.isHeard
                    && !invite.isWithin
                    && invite.leg.equals(leg)) {
                return invite;
            }
        }
        return null;
    }

    /** How many legs the service has begun and not ended. */
    int legsOfOurs() {
        int count = 0;
        for (int i = 0; i < clients.size(); i++) {
            if (clients.get(i) instanceof InviteClientTransaction invite
                    && invite.isOpen()
                    && invite.isHeard
                    && !invite.isWithin) {
                count++;
            }
        }
        for (int i = 0; i < dialogs.size(); i++) {
            if (dialogs.get(i).isCall && dialogs.get(i).isOurs() && dialogs.get(i).state == Dialog.State.CONFIRMED) {
                count++;
            }
        }
        return count;
    }

    /** Requests of which the handler wants to know how they end. */
    int openRequests() {
        int count = 0;
        for (int i = 0; i < clients.size(); i++) {
            if (clients.get(i).isHeard) {
                count++;
            }
        }
        return count;
    }

    /** True if something was asked on behalf of this request and has no answer yet. */
    boolean isAskedFor(final ServerTransaction origin) {
        for (int i = 0; i < clients.size(); i++) {
            if (clients.get(i).origin == origin) {
                return true;
            }
        }
        return false;
    }

    /** A request is over: nobody can answer it any more. */
    void forgetOrigin(final ServerTransaction origin) {
        for (int i = 0; i < clients.size(); i++) {
            if (clients.get(i).origin == origin) {
                clients.get(i).origin = null;
            }
        }
    }

    /** A dialog is over: requests within it end by themselves. */
    void forgetDialog(final Dialog dialog) {
        for (int i = 0; i < clients.size(); i++) {
            if (clients.get(i).dialog == dialog) {
                clients.get(i).dialog = null;
            }
        }
        core.uac().notifier().forget(this, dialog);
        subscriber().forget(this, dialog);
    }

    /** The call of a dialog is over, and the dialog is not: requests of the call end by themselves. */
    void forgetCall(final Dialog dialog) {
        for (int i = 0; i < clients.size(); i++) {
            final ClientTransaction client = clients.get(i);
            if (client.dialog == dialog && core.uac().notifier().of(client) == null) {
                client.dialog = null;
            }
        }
    }

    /** True if somebody is to be told of something within this dialog, or we are. */
    boolean hasSubscriptionWithin(final Dialog dialog) {
        for (int i = 0; i < subscriptions.size(); i++) {
            if (subscriptions.get(i).dialog == dialog) {
                return true;
            }
        }
        return WatchFinder.within(dialog) != null;
    }

    void onClientEnded(final ClientTransaction transaction) {
        clients.remove(transaction);
        for (int i = 0; i < dialogs.size(); i++) {
            if (dialogs.get(i).ownInvite == transaction) {
                dialogs.get(i).ownInvite = null;
            }
        }
    }

    // ---- image

    /**
     * Writes what SIP knows of the session.
     *
     * <pre>
     *  transactions (16), each as ServerTransaction writes it
     *  dialogs (16), then orphans (16), each as Dialog writes it; what belongs to a dialog is named by its place among the transactions
     *  pending (16), each the place of a transaction (16), oldest first
     *  for each transaction the place of its dialog among dialogs and orphans (16), or -1
     *  requests of our own (16), each as ClientTransaction writes it
     *  credentials it has taken, as NonceMemory writes them
     *  1 if the door follows (8), which it does if nothing else here has it, and the door, as ReplyPort writes it
     *  calls that are kept (16), each as KeptCall writes it
     *  what is being proxied (16), each as ResponseContext writes it
     *  records of its calls, as SessionCalls writes them
     *  calls that are kept alive, as Refresher writes them
     *  subscriptions, as Notifier writes them
     *  what the service has subscribed to, as Subscriber writes it
     * </pre>
     */
    @Override
    protected void encodeProtocol(final ImageWriter image) {
        image.putShort(transactions.size());
        for (int i = 0; i < transactions.size(); i++) {
            transactions.get(i).encode(image);
        }
        encodeDialogs(dialogs, image);
        encodeDialogs(orphans, image);
        image.putShort(pending.size());
        for (int i = 0; i < pending.size(); i++) {
            image.putShort(pending.get(i).place);
        }
        for (int i = 0; i < transactions.size(); i++) {
            image.putShort(placeOf(transactions.get(i).dialog));
        }
        image.putShort(clients.size());
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).encode(image);
        }
        nonces.encode(image);
        final boolean hasDoor = isBegun() && dialogs.isEmpty() && pending.isEmpty();
        image.putByte(hasDoor ? 1 : 0);
        if (hasDoor) {
            door.encode(image);
        }
        image.putShort(keptCalls.size());
        for (int i = 0; i < keptCalls.size(); i++) {
            keptCalls.get(i).encode(calls, image);
        }
        image.putShort(contexts.size());
        for (int i = 0; i < contexts.size(); i++) {
            contexts.get(i).encode(image);
        }
        calls.encode(image);
        Refresher.encode(this, image);
        Notifier.encode(this, image);
        subscriber().encode(this, image);
    }

    private static void encodeDialogs(final List<Dialog> list, final ImageWriter image) {
        image.putShort(list.size());
        for (int i = 0; i < list.size(); i++) {
            list.get(i).encode(image);
        }
    }

    int placeOf(final @Nullable Dialog dialog) {
        if (dialog == null) {
            return -1;
        }
        final int place = dialogs.indexOf(dialog);
        return place >= 0 ? place : dialogs.size() + orphans.indexOf(dialog);
    }

    @Override
    protected void decodeProtocol(final ImageReader image) {
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            core.restoreTransaction(this, image);
        }
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            core.restoreDialog(this, false, image);
        }
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            core.restoreDialog(this, true, image);
        }
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            final ServerTransaction waiting = transactionAt(image.readShort(), image);
            if (waiting != null) {
                waiting.session = this;
                pending.add(waiting);
            }
        }
        for (int i = 0; i < transactions.size() && image.isIntact(); i++) {
            transactions.get(i).dialog = dialogAt(image.readShort(), image);
        }
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            core.uac().restore(this, image);
        }
        nonces.decode(image);
        if (!isBegun() && !nonces.isEmpty()) {
            deadlines.schedule(
                    noncesEnd, core.deathOfNewestNs(nonces)); // even if that is over: only then is the session
        }
        for (int i = 0; i < dialogs.size() && image.isIntact(); i++) {
            dialogs.get(i).bindOwnInvite(this, image);
        }
        decodeDoor(image);
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            core.uac().proxy().keeper().restore(this, image);
        }
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            core.uac().proxy().restore(this, image);
        }
        calls.decode(image);
        core.uac().refresher().restore(this, image);
        core.uac().notifier().restore(this, image);
        subscriber().restore(this, image);
        for (int i = 0; i < dialogs.size(); i++) {
            if (!dialogs.get(i).isCall && !hasSubscriptionWithin(dialogs.get(i))) {
                image.refuse(); // nothing would ever end it
            }
        }
        for (int i = 0; i < pending.size() && image.isIntact(); i++) {
            if (pending.get(i).request() == null) {
                image.refuse(); // it could never be answered
            }
        }
    }

    private void decodeDoor(final ImageReader image) {
        if (image.readByte() != 0) {
            door.decode(image);
        } else if (!dialogs.isEmpty()) {
            door.copyFrom(dialogs.getFirst().port);
        } else if (!pending.isEmpty()) {
            door.copyFrom(pending.getFirst().port).forgetArrival();
        }
    }

    @Nullable
    KeptCall keptCallAt(final int place, final ImageReader image) {
        if (place == -1) {
            return null;
        }
        if (place < 0 || place >= keptCalls.size()) {
            image.refuse();
            return null;
        }
        return keptCalls.get(place);
    }

    @Nullable
    ClientTransaction clientAt(final int place, final ImageReader image) {
        if (place < 0 || place >= clients.size()) {
            image.refuse();
            return null;
        }
        return clients.get(place);
    }

    @Nullable
    InviteClientTransaction ownInviteAt(final int place, final ImageReader image) {
        if (place == -1) {
            return null;
        }
        if (place >= 0 && place < clients.size() && clients.get(place) instanceof InviteClientTransaction invite) {
            return invite;
        }
        image.refuse();
        return null;
    }

    @Nullable
    ServerTransaction transactionAt(final int place, final ImageReader image) {
        if (place == -1) {
            return null;
        }
        if (place < 0 || place >= transactions.size()) {
            image.refuse();
            return null;
        }
        return transactions.get(place);
    }

    @Nullable
    Dialog dialogAt(final int place, final ImageReader image) {
        if (place == -1) {
            return null;
        }
        if (place < 0 || place >= dialogs.size() + orphans.size()) {
            image.refuse();
            return null;
        }
        return place < dialogs.size() ? dialogs.get(place) : orphans.get(place - dialogs.size());
    }

    @Override
    protected long nextProtocolDeadlineNs() {
        long nextNs = noncesEnd.dueNs();
        for (int i = 0; i < transactions.size(); i++) {
            nextNs = Math.min(nextNs, transactions.get(i).nextDeadlineNs());
        }
        for (int i = 0; i < dialogs.size(); i++) {
            nextNs = Math.min(nextNs, dialogs.get(i).nextDeadlineNs());
        }
        for (int i = 0; i < orphans.size(); i++) {
            nextNs = Math.min(nextNs, orphans.get(i).ackWait.dueNs());
        }
        for (int i = 0; i < clients.size(); i++) {
            nextNs = Math.min(nextNs, clients.get(i).nextDeadlineNs());
        }
        for (int i = 0; i < contexts.size(); i++) {
            nextNs = Math.min(nextNs, contexts.get(i).nextDeadlineNs());
        }
        for (int i = 0; i < subscriptions.size(); i++) {
            nextNs = Math.min(nextNs, subscriptions.get(i).dueNs());
        }
        for (int i = 0; i < watches.size(); i++) {
            nextNs = Math.min(nextNs, watches.get(i).dueNs());
        }
        for (int i = 0; i < keptCalls.size(); i++) {
            nextNs = Math.min(nextNs, keptCalls.get(i).nextDeadlineNs());
        }
        return nextNs;
    }

    /** The last nonce that a session has taken after its handler's part has ended is not taken by anybody any more. */
    private final class NoncesEnd extends Deadline {
        @Override
        protected int slot() {
            return SipSession.this.slot();
        }

        @Override
        protected void onDeadline(final long nowNs) {
            if (!isBegun()) {
                keepNonces();
                core.touch(SipSession.this);
            }
        }
    }
}
