package io.dialtone.runtime.sip;

import io.dialtone.api.SipSubscription;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.TurnTime;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.locate.Destination;
import io.dialtone.state.api.SessionRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The notifier of RFC 6665 section 4.2: keeps who has subscribed, tells them what the service wants them to know, one NOTIFY after the other, and ends subscriptions that nobody refreshes or whose
 * subscriber is gone. Called only by the owning worker.
 */
final class Notifier {
    /** Subscriptions of one session; a further one is answered with 503. */
    static final int PER_SESSION_MAX = 32;

    private static final int SCRATCH_BYTES = 1 << 16;
    private static final int BODY_BYTES_MAX = 1 << 14;
    private static final int STATE_BYTES_MAX = 128;
    /** What a handler's method may ask for. */
    private static final int STAGED_MAX = 4 * PER_SESSION_MAX;

    private static final long S = 1_000_000_000L;
    /** While there are as many transactions as there may be. */
    private static final long WAIT_NS = 2 * S;
    /** A subscriber that wants to be left alone for longer is asked again all the same. */
    private static final int RETRY_SECONDS_MAX = 3_600;

    /** What a handler asks for. */
    enum Kind {
        TELL,
        HOLD,
        ACTIVATE,
        TERMINATE
    }

    private record Order(Subscription subscription, Kind kind, Notice notice, String reason, int retrySeconds) {}

    private final WorkerParts parts;
    private final SipContext context;
    private final UasCore<?> uas;
    private final UacCore<?> uac;
    private final DialogTable dialogs;
    private final ClientLayer clients;
    private final RequestComposer composer;
    private final RemoteParty.Scratch scratch;
    private final EventRules rules;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
    private final AsciiWriter branch = new AsciiWriter(ClientLayer.BRANCH_BYTES_MAX);
    private final AsciiWriter state = new AsciiWriter(STATE_BYTES_MAX);
    private final ReplyPort door = new ReplyPort();
    private final List<Order> staged = new ArrayList<>();
    /** Whose SUBSCRIBE is in hand: nothing is sent before that is answered. */
    private @Nullable Subscription inHand;

    private boolean inEvent;

    Notifier(
            final WorkerParts parts,
            final SipContext context,
            final UasCore<?> uas,
            final UacCore<?> uac,
            final UacCore.CoreParts shared,
            final ClientLayer clients,
            final RequestComposer composer) {
        this.parts = parts;
        this.context = context;
        this.uas = uas;
        this.uac = uac;
        this.clients = clients;
        this.composer = composer;
        dialogs = shared.dialogs();
        scratch = shared.scratch();
        rules = shared.replies().events();
    }

    TurnTime time() {
        return parts.time();
    }

    // ---- a SUBSCRIBE

    /** True for a request that asks for what the service tells. */
    boolean isAsked(final SipMethod method) {
        return rules.isOn() && method == SipMethod.SUBSCRIBE;
    }

    /** What a request within a dialog that has no call gets, if its method is one of calls; or {@link RequestChecks#FINE}. */
    static int refusalWithoutCall(final SipMethod method) {
        return switch (method) {
            case INVITE -> 403;
            case BYE, UPDATE, PRACK -> 481;
            default -> RequestChecks.FINE;
        };
    }

    /**
     * A SUBSCRIBE that {@link EventRules} has just found fine is about to be shown: finds the subscription that it refreshes, or makes one that begins when it is accepted.
     *
     * @return the status of a refusal, or {@link RequestChecks#FINE}
     */
    int begin(final ServerTransaction subscribe, final SipSession<?> session) {
        final Dialog dialog = subscribe.dialog;
        Subscription found = null;
        for (int i = 0; i < session.subscriptions.size() && dialog != null; i++) {
            final Subscription one = session.subscriptions.get(i);
            if (one.isFor(dialog, rules.event(), rules.id())) {
                found = one;
            }
        }
        if (found != null && found.isFinishing()) {
            return 481; // section 4.2.1.4: it is over, though its subscriber may not know
        }
        if (found == null) {
            if (dialog != null && (dialog.state != Dialog.State.CONFIRMED || !dialog.peer.isKnown())) {
                return 491;
            }
            if (session.subscriptions.size() >= PER_SESSION_MAX || (dialog == null && dialogs.refusesAnother())) {
                context.counters().increment(SipCounter.SUBSCRIPTIONS_REFUSED);
                return 503;
            }
            found = new Subscription(this, session, session.subscriptionsBegun + 1, rules.event(), rules.id());
        }
        found.grantedSeconds = rules.grantedSeconds();
        subscribe.subscription = found;
        inHand = found;
        return RequestChecks.FINE;
    }

    /** Whose SUBSCRIBE is in hand, as the handler sees it; null if none is. */
    @Nullable
    SipSubscription shown() {
        return inHand == null ? null : new SubscriptionView(this, inHand);
    }

    /** A 2xx to a SUBSCRIBE is about to leave: the subscription begins, or lasts longer. */
    void onAccepted(
            final ServerTransaction subscribe,
            final Subscription subscription,
            final SipMessage request,
            final long nowNs) {
        final SipSession<?> session = subscription.session;
        if (subscribe.dialog == null) {
            dialogs.beginWithoutCall(subscribe, session, request);
        } else {
            dialogs.learnTarget(subscribe.dialog, request);
        }
        if (subscription.dialog == null) {
            subscription.dialog = Objects.requireNonNull(subscribe.dialog, "room was asked for");
            session.subscriptionsBegun = subscription.number;
            session.subscriptions.add(subscription);
            context.counters().increment(SipCounter.SUBSCRIPTIONS_BEGUN);
        }
        subscription.expiresNs = nowNs + subscription.grantedSeconds * S;
        subscription.pausedUntilNs = nowNs;
        if (subscription.grantedSeconds == 0) {
            subscription.finish("timeout", 0);
        }
        schedule(subscription);
    }

    /** A SUBSCRIBE has its answer: if that is a 2xx a NOTIFY follows at once (section 4.2.1.2). */
    void onAnswered(final ServerTransaction subscribe, final long nowNs) {
        final Subscription subscription = subscribe.subscription;
        inHand = null;
        subscribe.subscription = null;
        if (subscription == null || subscription.dialog == null || subscribe.status >= 300) {
            return;
        }
        if (!subscription.hasUntold()) {
            subscription.waiting.add(Notice.EMPTY);
        }
        goOn(subscription, nowNs);
    }

    // ---- what the handler asks for

    void beginEvent() {
        assert staged.isEmpty() : "an event begins with nothing written down";
        inEvent = true;
    }

    void endEvent() {
        inEvent = false;
    }

    Duration timeLeft(final Subscription subscription) {
        if (subscription == inHand) {
            return Duration.ofSeconds(subscription.grantedSeconds);
        }
        final long nowNs = parts.time().nowNs();
        return subscription.expiresNs == SessionRecord.NO_DEADLINE
                ? Duration.ZERO
                : Duration.ofNanos(Math.max(0, subscription.expiresNs - nowNs));
    }

    /** Writes down what a subscriber is to be told; false, and counted, if it is over or too much waits. */
    boolean stageNotice(final Subscription subscription, final String contentType, final byte[] body) {
        final byte[] type = ReplyBuilder.utf8("content type", contentType);
        if (type.length == 0 || body.length > BODY_BYTES_MAX) {
            throw new IllegalArgumentException("tell: " + body.length + " bytes of \"" + contentType
                    + "\" (expected: a type, and at most " + BODY_BYTES_MAX + " bytes)");
        }
        if (subscription.end != null || subscription.isFinishing() || subscription.isFull()) {
            context.counters().increment(SipCounter.NOTICES_REFUSED);
            return false;
        }
        add(new Order(subscription, Kind.TELL, new Notice(type, body.clone()), "", 0));
        subscription.staged++;
        return true;
    }

    /** Writes down something else. */
    void stage(final Subscription subscription, final Kind kind, final String reason, final int retrySeconds) {
        add(new Order(subscription, kind, Notice.EMPTY, reason, retrySeconds));
    }

    private void add(final Order order) {
        if (!inEvent) {
            throw new IllegalStateException("a subscription is the handler's only until its method returns");
        }
        if (staged.size() >= STAGED_MAX) {
            throw new IllegalStateException("more than " + STAGED_MAX + " orders to subscriptions in one go");
        }
        staged.add(order);
    }

    /** Does what is written down. */
    void commit(final long nowNs) {
        for (int i = 0; i < staged.size(); i++) {
            final Order order = staged.get(i);
            final Subscription subscription = order.subscription();
            subscription.staged = 0;
            if (subscription.end != null) {
                continue;
            }
            switch (order.kind()) {
                case TELL -> subscription.waiting.add(order.notice());
                case HOLD -> subscription.isPending = true;
                case ACTIVATE -> {
                    if (subscription.isPending && !subscription.hasUntold()) {
                        subscription.waiting.add(Notice.EMPTY);
                    }
                    subscription.isPending = false;
                }
                case TERMINATE -> subscription.finish(order.reason(), order.retrySeconds());
            }
            clients.touch(subscription.session);
        }
        for (int i = 0; i < staged.size(); i++) {
            final Subscription subscription = staged.get(i).subscription();
            if (subscription != inHand && subscription.dialog != null) {
                goOn(subscription, nowNs);
            }
        }
        staged.clear();
    }

    /** Forgets what is written down. */
    void rollback() {
        for (int i = 0; i < staged.size(); i++) {
            staged.get(i).subscription().staged = 0;
        }
        staged.clear();
    }

    // ---- NOTIFY

    /** Says what is to be said next, if the one before is answered. */
    private void goOn(final Subscription subscription, final long nowNs) {
        final Dialog dialog = subscription.dialog;
        if (dialog == null
                || subscription.outstanding != null
                || (subscription.waiting.isEmpty() && !subscription.isFinishing())) {
            return;
        }
        if (nowNs < subscription.pausedUntilNs) {
            schedule(subscription);
            return;
        }
        if (clients.refusesAnother()) {
            subscription.pausedUntilNs = nowNs + WAIT_NS;
            schedule(subscription);
            return;
        }
        final Notice first = subscription.waiting.peek();
        final boolean isLast = subscription.isFinishing() && subscription.waiting.size() <= 1;
        final boolean isSent = send(subscription, dialog, first == null ? Notice.EMPTY : first, isLast, nowNs);
        if (!isSent) {
            context.counters().increment(SipCounter.NOTICES_REFUSED);
        }
        if (isLast) {
            if (!isSent) {
                send(subscription, dialog, Notice.EMPTY, true, nowNs); // its subscriber must hear that it is over
            }
            remove(subscription);
            return;
        }
        if (!isSent) {
            subscription.waiting.poll();
        }
        schedule(subscription);
    }

    /** False if its routes and names leave no room for the body. */
    private boolean send(
            final Subscription subscription,
            final Dialog dialog,
            final Notice notice,
            final boolean isLast,
            final long nowNs) {
        door.copyFrom(dialog.port);
        final Destination destination =
                dialog.peer.aim(door, dialog.slot, scratch, uac.requests().addresses());
        dialog.localCseq++;
        putState(subscription, isLast, nowNs);
        final int length = composer.composeNotify(message, dialog, subscription, notice, state, door, branch.clear());
        if (length <= 0) {
            return false;
        }
        context.counters().increment(SipCounter.NOTICES_SENT);
        if (isLast && clients.refusesAnother()) {
            clients.send(dialog.slot, door, message, 0, length); // once, for it cannot be remembered
            return true;
        }
        final ClientTransaction transaction = clients.open(SipMethod.NOTIFY, branch, dialog.slot, subscription.session);
        transaction.cseq = dialog.localCseq;
        transaction.port.copyFrom(door);
        if (!isLast) {
            transaction.dialog = dialog; // the last one is not to follow anybody, nor to end a call
            subscription.outstanding = transaction;
        }
        uac.begin(transaction, destination, message, 0, length, nowNs);
        return true;
    }

    private void putState(final Subscription subscription, final boolean isLast, final long nowNs) {
        state.clear();
        if (isLast) {
            state.put("terminated;reason=").put(subscription.reason());
            if (subscription.retryAfterSeconds() > 0) {
                state.put(";retry-after=").putNumber(subscription.retryAfterSeconds());
            }
        } else {
            state.put(subscription.isPending ? "pending" : "active")
                    .put(";expires=")
                    .putNumber(Math.max(0, (subscription.expiresNs - nowNs + S - 1) / S));
        }
    }

    /** Whose NOTIFY this is, if it is one that is waited for. */
    @Nullable
    Subscription of(final ClientTransaction transaction) {
        final SipSession<?> session = transaction.holder;
        if (transaction.method == SipMethod.NOTIFY && session != null) {
            for (int i = 0; i < session.subscriptions.size(); i++) {
                if (session.subscriptions.get(i).outstanding == transaction) {
                    return session.subscriptions.get(i);
                }
            }
        }
        return null;
    }

    /** The next target gets the NOTIFY of this one. */
    void onMoved(final ClientTransaction failed, final ClientTransaction next) {
        final Subscription subscription = of(failed);
        if (subscription != null) {
            subscription.outstanding = next;
        }
    }

    /** A NOTIFY has its final answer, or there was none (section 4.2.2): who refuses it wants no more, unless it says when to come again. It is then told the same, if it does not say so too often. */
    void onNoticeEnded(
            final Subscription subscription, final int status, final @Nullable SipMessage response, final long nowNs) {
        final SipSession<?> session = subscription.session;
        subscription.outstanding = null;
        clients.touch(session);
        if (status < 300) {
            subscription.waiting.poll();
            subscription.refusals = 0;
            goOn(subscription, nowNs);
        } else if (response != null
                && response.firstHeader(HeaderName.RETRY_AFTER) >= 0
                && status != 481
                && subscription.refusals < Subscription.REFUSALS_MAX) {
            subscription.refusals++;
            final int seconds = SessionInterval.writtenSeconds(response, HeaderName.RETRY_AFTER);
            subscription.pausedUntilNs = nowNs + Math.clamp(seconds, 1, RETRY_SECONDS_MAX) * S;
            schedule(subscription);
        } else {
            context.counters().increment(SipCounter.SUBSCRIPTIONS_LOST);
            final boolean isNews = !subscription.isFinishing();
            remove(subscription);
            tellEnd(subscription, isNews, SipSubscription.End.LOST, nowNs);
        }
        uas.endIfOver(session, nowNs);
    }

    // ---- ends

    void onDue(final Subscription subscription, final long nowNs) {
        final SipSession<?> session = subscription.session;
        if (!subscription.isFinishing() && nowNs >= subscription.expiresNs) {
            context.counters().increment(SipCounter.SUBSCRIPTIONS_EXPIRED);
            subscription.finish("timeout", 0);
            subscription.pausedUntilNs = nowNs;
            clients.touch(session);
            goOn(subscription, nowNs);
            tellEnd(subscription, true, SipSubscription.End.EXPIRED, nowNs);
        } else {
            goOn(subscription, nowNs);
        }
        uas.endIfOver(session, nowNs);
    }

    private void tellEnd(
            final Subscription subscription, final boolean isNews, final SipSubscription.End how, final long nowNs) {
        if (isNews && subscription.session.isBegun()) {
            subscription.end = how;
            uas.tellSubscriptionEnd(subscription.session, new SubscriptionView(this, subscription), nowNs);
        }
    }

    /** A dialog ends, or ({@code null}) all of a session: who is told of something is told so at once, whatever it has answered. */
    void endAll(final SipSession<?> session, final @Nullable Dialog dialog, final long nowNs) {
        for (int i = session.subscriptions.size() - 1; i >= 0; i--) {
            final Subscription subscription = session.subscriptions.get(i);
            final Dialog its = subscription.dialog;
            if (its != null && (dialog == null || its == dialog)) {
                subscription.finish("noresource", 0);
                final Notice newest = subscription.waiting.peekLast();
                send(subscription, its, newest == null ? Notice.EMPTY : newest, true, nowNs);
                remove(subscription);
            }
        }
    }

    /** Ends a subscription, and the dialog that was there for its sake. */
    private void remove(final Subscription subscription) {
        final SipSession<?> session = subscription.session;
        final Dialog dialog = subscription.dialog;
        forget(subscription);
        session.subscriptions.remove(subscription);
        clients.touch(session);
        if (dialog != null && !dialog.isCall && !session.hasSubscriptionWithin(dialog)) {
            dialogs.remove(dialog);
        }
    }

    /** Forgets the subscriptions of a session, or ({@code dialog} not null) of a dialog; nothing is sent, and nobody hears of it. */
    void forget(final SipSession<?> session, final @Nullable Dialog dialog) {
        for (int i = session.subscriptions.size() - 1; i >= 0; i--) {
            final Subscription subscription = session.subscriptions.get(i);
            if (dialog == null || subscription.dialog == dialog) {
                forget(subscription);
                session.subscriptions.remove(i);
            }
        }
    }

    private void forget(final Subscription subscription) {
        parts.deadlines().cancel(subscription);
        subscription.dialog = null;
        subscription.outstanding = null;
        subscription.waiting.clear();
    }

    private void schedule(final Subscription subscription) {
        scheduleDeadline(subscription);
        clients.touch(subscription.session);
    }

    private void scheduleDeadline(final Subscription subscription) {
        long atNs = subscription.isFinishing() ? SessionRecord.NO_DEADLINE : subscription.expiresNs;
        final boolean hasMore = !subscription.waiting.isEmpty() || subscription.isFinishing();
        if (hasMore && subscription.outstanding == null) {
            atNs = Math.min(atNs, Math.max(parts.time().nowNs(), subscription.pausedUntilNs));
        }
        if (atNs == SessionRecord.NO_DEADLINE) {
            parts.deadlines().cancel(subscription);
        } else {
            parts.deadlines().schedule(subscription, atNs);
        }
    }

    // ---- image

    /** Writes, if there ever was one or something follows: how many there have been (32), how many there are (16), and each as {@link Subscription} writes it. */
    static void encode(final SipSession<?> session, final ImageWriter image) {
        if (session.subscriptionsBegun > 0 || !session.watches.isEmpty()) {
            image.putInt(session.subscriptionsBegun).putShort(session.subscriptions.size());
            for (int i = 0; i < session.subscriptions.size(); i++) {
                session.subscriptions.get(i).encode(image);
            }
        }
    }

    /** Reads what {@link #encode} wrote, and goes on telling. */
    void restore(final SipSession<?> session, final ImageReader image) {
        if (!image.hasMore()) {
            return;
        }
        session.subscriptionsBegun = image.readInt();
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            final Subscription read = Subscription.decode(this, session, image);
            if (read != null) {
                session.subscriptions.add(read);
                scheduleDeadline(read);
            }
        }
    }
}
