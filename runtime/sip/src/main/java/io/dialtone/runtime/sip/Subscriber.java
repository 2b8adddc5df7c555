package io.dialtone.runtime.sip;

import io.dialtone.api.SipWatch;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.state.api.SessionRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The subscriber of RFC 6665 section 4.1: keeps what a service has subscribed to, takes its NOTIFYs, refreshes it in time, and begins it anew where that is wanted. Called only by the owning worker.
 *
 * <p>The first NOTIFY begins the dialog, whether the SUBSCRIBE has its answer by then or not; those of other forks find no subscription (section 4.5.2, for packages that do not allow forks).
 */
final class Subscriber {
    /** Subscriptions of one session to others; a further one is the handler's error. */
    static final int PER_SESSION_MAX = 32;

    /** What a handler's method may ask for. */
    private static final int STAGED_MAX = 2 * PER_SESSION_MAX;

    private static final long S = 1_000_000_000L;
    /** While there are as many transactions as there may be. */
    private static final long WAIT_NS = 2 * S;
    /** Between one failed refresh and the next, at least. */
    private static final long PAUSE_NS_MIN = 5 * S;
    /** A refresh is sent so long before the end, or a tenth of the time if that is longer, but never before half of it is over. */
    private static final long REFRESH_EARLIER_NS = 64 * S;

    /** What a handler asks for. */
    enum Kind {
        REFRESH,
        LEAVE
    }

    private record Order(Watch watch, Kind kind) {}

    private final WorkerParts parts;
    private final SipContext context;
    private final UasCore<?> uas;
    private final DialogTable dialogs;
    private final ClientLayer clients;
    private final WatchRequests requests;
    private final EventRules rules;
    private final WatchFinder finder;
    private final SubscriptionState said = new SubscriptionState();
    private final List<Order> staged = new ArrayList<>();
    private boolean inEvent;

    Subscriber(
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
        this.clients = clients;
        requests = new WatchRequests(context, uac, shared, clients, composer);
        dialogs = shared.dialogs();
        rules = shared.replies().events();
        finder = new WatchFinder(parts, context, requests);
    }

    // ---- what the handler asks for

    void beginEvent() {
        assert staged.isEmpty() : "an event begins with nothing written down";
        inEvent = true;
    }

    void endEvent() {
        inEvent = false;
    }

    Duration timeLeft(final Watch watch) {
        return watch.expiresNs == SessionRecord.NO_DEADLINE
                ? Duration.ZERO
                : Duration.ofNanos(Math.max(0, watch.expiresNs - parts.time().nowNs()));
    }

    /** Writes down something to be done. */
    void stage(final Watch watch, final Kind kind) {
        if (!inEvent) {
            throw new IllegalStateException("a subscription is the handler's only until its method returns");
        }
        if (staged.size() >= STAGED_MAX) {
            throw new IllegalStateException("more than " + STAGED_MAX + " orders to subscriptions in one go");
        }
        staged.add(new Order(watch, kind));
    }

    /** Does what is written down: a little later, when the event in hand is over. */
    void commit(final long nowNs) {
        for (int i = 0; i < staged.size(); i++) {
            final Watch watch = staged.get(i).watch();
            if (watch.state == SipWatch.State.OVER || watch.isLeaving) {
                continue;
            }
            if (staged.get(i).kind() == Kind.LEAVE) {
                leave(watch, nowNs);
            } else if (watch.outstanding != null) {
                watch.isRefreshAsked = true;
            } else if (watch.dialog != null) {
                watch.askNs = nowNs;
            }
            schedule(watch);
        }
        staged.clear();
    }

    private static void leave(final Watch watch, final long nowNs) {
        watch.isLeaving = true;
        watch.isRefreshAsked = false;
        if (watch.state == SipWatch.State.AWAY) {
            watch.patienceNs = nowNs;
        } else {
            watch.state = SipWatch.State.LEAVING;
            if (watch.dialog != null && watch.outstanding == null) {
                watch.askNs = nowNs;
            }
        }
    }

    /** Forgets what is written down. */
    void rollback() {
        staged.clear();
    }

    /** A subscription begins: this transaction is about to ask for it. */
    void begin(final Watch watch, final ClientTransaction subscribe) {
        watch.outstanding = subscribe;
        watch.session.watches.add(watch);
    }

    // ---- SUBSCRIBE

    /** Says what is to be said now: begins anew, refreshes, or wants no more. */
    private void ask(final Watch watch, final long nowNs) {
        watch.askNs = SessionRecord.NO_DEADLINE;
        if (watch.outstanding != null) {
            return;
        }
        final Dialog dialog = watch.dialog;
        if (clients.refusesAnother()) {
            watch.askNs = nowNs + WAIT_NS;
        } else if (dialog == null) {
            askAnew(watch, nowNs);
        } else {
            requests.sendWithin(watch, dialog, nowNs);
        }
    }

    private void askAnew(final Watch watch, final long nowNs) {
        if (!requests.sendAnew(watch, nowNs)) {
            watch.status = 503; // no listener any more by which it could go
            end(watch, SipWatch.Cause.REFUSED, nowNs);
        }
    }

    /** Whose SUBSCRIBE this is, if its answer is waited for. */
    @Nullable
    Watch of(final ClientTransaction transaction) {
        final SipSession<?> session = transaction.holder;
        if (transaction.method == SipMethod.SUBSCRIBE && session != null) {
            for (int i = 0; i < session.watches.size(); i++) {
                if (session.watches.get(i).outstanding == transaction) {
                    return session.watches.get(i);
                }
            }
        }
        return null;
    }

    /** The next target gets the SUBSCRIBE of this one. */
    void onMoved(final ClientTransaction failed, final ClientTransaction next) {
        final Watch watch = of(failed);
        if (watch != null) {
            watch.outstanding = next;
        }
    }

    /** A 423 to a request of ours; false if it is not sent again. */
    boolean raise(final ClientTransaction refused, final SipMessage response, final long nowNs) {
        return requests.raise(of(refused), refused, response, nowNs);
    }

    /**
     * A SUBSCRIBE has its final answer, or there was none.
     *
     * @param isFirst true for the one of which the handler is told how it ends
     * @param isRefresh true for one within its dialog
     */
    void onAnswered(
            final Watch watch,
            final boolean isFirst,
            final boolean isRefresh,
            final int status,
            final @Nullable SipMessage response,
            final long nowNs) {
        watch.outstanding = null;
        clients.touch(watch.session);
        if (status < 300 && response != null) {
            onAccepted(watch, isRefresh, response, nowNs);
        } else if (isFirst) {
            context.counters().increment(SipCounter.WATCHES_REFUSED);
            remove(watch);
        } else {
            onRefused(watch, status, response, nowNs);
        }
        if (!isFirst) {
            uas.endIfOver(watch.session, nowNs);
        }
    }

    private void onAccepted(final Watch watch, final boolean isRefresh, final SipMessage response, final long nowNs) {
        watch.raises = 0;
        if (watch.isLeaveSent || watch.dialog == null || watch.isFetch()) {
            watch.patienceNs = nowNs + context.settings().sixtyFourT1Ns(); // for the last NOTIFY, or the first: timer N
        }
        if (!watch.isLeaving) {
            final int granted = response.firstHeader(HeaderName.EXPIRES) < 0
                    ? watch.seconds
                    : Math.min(watch.seconds, SessionInterval.writtenSeconds(response, HeaderName.EXPIRES));
            final long untilNs = nowNs + granted * S;
            watch.askNs = SessionRecord.NO_DEADLINE;
            lastUntil(watch, isRefresh ? untilNs : Math.min(watch.expiresNs, untilNs), nowNs);
            if (isRefresh) {
                context.counters().increment(SipCounter.WATCHES_REFRESHED);
            }
        }
        if (isRefresh && watch.dialog != null) {
            dialogs.learnTargetFromAnswer(watch.dialog, response);
        }
        final boolean isLeaveDue = watch.isLeaving && !watch.isLeaveSent && !watch.isFetch();
        if (watch.dialog != null && (isLeaveDue || watch.isRefreshAsked)) {
            watch.askNs = nowNs;
        }
        schedule(watch);
    }

    private void onRefused(final Watch watch, final int status, final @Nullable SipMessage response, final long nowNs) {
        context.counters().increment(SipCounter.WATCHES_REFUSED);
        watch.status = status;
        final int after = response == null ? 0 : SessionInterval.seconds(response, HeaderName.RETRY_AFTER);
        watch.retryAfterSeconds = after > 0 ? after : SubscriptionState.UNSAID;
        if (watch.isLeaving) {
            end(watch, SipWatch.Cause.LEFT, nowNs);
        } else if (watch.dialog == null || WatchEndings.endsSubscription(status)) {
            end(watch, SipWatch.Cause.REFUSED, nowNs);
        } else {
            watch.retryAfterSeconds = SubscriptionState.UNSAID;
            watch.askNs = nowNs + (after > 0 ? after * S : Math.max(PAUSE_NS_MIN, (watch.expiresNs - nowNs) / 2));
            schedule(watch);
        }
    }

    /** It lasts until then, and is refreshed before. */
    private static void lastUntil(final Watch watch, final long untilNs, final long nowNs) {
        watch.expiresNs = untilNs;
        if (watch.dialog != null && watch.outstanding == null) {
            final long leftNs = untilNs - nowNs;
            final long earlierNs = Math.min(leftNs / 2, Math.max(REFRESH_EARLIER_NS, leftNs / 10));
            watch.askNs = Math.min(watch.askNs, untilNs - earlierNs);
        }
    }

    // ---- NOTIFY

    /**
     * A NOTIFY with a tag of ours, perhaps for what a service has subscribed to: shows it, or refuses it.
     *
     * @return false if it is for nothing of the kind
     */
    boolean onNotify(
            final SipMessage notify,
            final ServerTransaction transaction,
            final @Nullable Dialog dialog,
            final long nowNs) {
        final Watch watch = dialog == null ? finder.find(notify, transaction.slot) : WatchFinder.within(dialog);
        if (watch == null) {
            return false;
        }
        uas.hold(transaction, watch.session);
        final int status = refusal(watch, notify, dialog);
        if (status != RequestChecks.FINE) {
            context.counters().increment(SipCounter.NOTIFIES_REFUSED);
            uas.answers().respond(transaction, status, nowNs);
            return true;
        }
        if (uas.isNotifyRefused(notify, transaction, nowNs)) {
            return true;
        }
        final Dialog its = dialog == null ? beginDialog(watch, notify, transaction, nowNs) : dialog;
        its.remoteCseq = notify.cseqNumber();
        uas.follow(its, transaction.port);
        dialogs.learnTarget(its, notify);
        transaction.dialog = its;
        take(watch, nowNs);
        context.counters().increment(SipCounter.NOTIFIES_TAKEN);
        uas.deliverNotify(transaction, watch.session, notify, new WatchView(this, watch), nowNs);
        onTaken(watch, transaction.status, nowNs);
        return true;
    }

    /** What a NOTIFY gets instead of being shown, or {@link RequestChecks#FINE}; what it says of its subscription is then laid open. */
    private int refusal(final Watch watch, final SipMessage notify, final @Nullable Dialog dialog) {
        if (!rules.readEvent(notify)) {
            return 400;
        }
        if (!rules.watches(rules.event())) {
            return 489;
        }
        if (!rules.event().equals(watch.event) || !rules.id().equals(watch.id)) {
            return 481;
        }
        if (dialog == null && (watch.dialog != null || watch.state == SipWatch.State.AWAY)) {
            return 481; // another fork's, or of what is over
        }
        if (!said.read(notify)) {
            return 400;
        }
        if (dialog != null && notify.cseqNumber() <= dialog.remoteCseq) {
            context.counters().increment(SipCounter.REQUESTS_OUT_OF_ORDER);
            return 500;
        }
        return dialog == null && dialogs.refusesAnother() ? 503 : RequestChecks.FINE;
    }

    private Dialog beginDialog(
            final Watch watch, final SipMessage notify, final ServerTransaction transaction, final long nowNs) {
        final long cseq = requests.first(watch).cseqNumber();
        final Dialog dialog = dialogs.beginOfNotify(transaction, watch.session, notify, cseq);
        watch.dialog = dialog;
        watch.begunNs = nowNs;
        if (!watch.isFetch()) {
            watch.patienceNs = SessionRecord.NO_DEADLINE; // timer N
        }
        context.counters().increment(SipCounter.WATCHES_BEGUN);
        return dialog;
    }

    /** Takes from a NOTIFY how the subscription stands. */
    private void take(final Watch watch, final long nowNs) {
        if (said.isTerminated()) {
            WatchEndings.noteLife(watch, nowNs);
            watch.cause = watch.isLeaving ? SipWatch.Cause.LEFT : SipWatch.Cause.TERMINATED;
            watch.reason = said.reason();
            watch.retryAfterSeconds = said.retryAfterSeconds();
            watch.state = WatchEndings.mayReturn(watch) ? SipWatch.State.AWAY : SipWatch.State.OVER;
        } else if (watch.isLeaving) {
            watch.state = SipWatch.State.LEAVING;
            if (watch.isFetch()) {
                watch.patienceNs = nowNs + context.settings().sixtyFourT1Ns();
            } else if (!watch.isLeaveSent && watch.outstanding == null) {
                watch.askNs = nowNs; // what was asked for has begun at last
            }
        } else {
            watch.state = said.isActive() ? SipWatch.State.ACTIVE : SipWatch.State.PENDING;
            final int seconds = said.expiresSeconds() < 0 ? watch.seconds : said.expiresSeconds();
            lastUntil(watch, Math.min(watch.expiresNs, nowNs + seconds * S), nowNs);
        }
        schedule(watch);
    }

    /** The handler has seen a NOTIFY, and it has its answer. */
    private void onTaken(final Watch watch, final int status, final long nowNs) {
        final SipWatch.Cause cause = watch.cause;
        if (!watch.session.watches.contains(watch)) {
            return; // its session has ended meanwhile
        }
        if (cause != null) {
            watch.cause = null;
            end(watch, watch.isLeaving ? SipWatch.Cause.LEFT : cause, nowNs);
        } else if (status == 481) {
            watch.isLeaving = true;
            end(watch, SipWatch.Cause.LEFT, nowNs);
        }
        uas.endIfOver(watch.session, nowNs);
    }

    // ---- ends

    void onDue(final Watch watch, final long nowNs) {
        if (nowNs >= watch.patienceNs) {
            end(watch, watch.isLeaving ? SipWatch.Cause.LEFT : SipWatch.Cause.SILENT, nowNs);
        } else if (nowNs >= watch.expiresNs) {
            end(watch, watch.isLeaving ? SipWatch.Cause.LEFT : SipWatch.Cause.EXPIRED, nowNs);
        } else {
            ask(watch, nowNs);
            if (watch.state != SipWatch.State.OVER) {
                schedule(watch);
            }
        }
        uas.endIfOver(watch.session, nowNs);
    }

    /** A subscription has ended: it is begun anew, or the handler told. */
    private void end(final Watch watch, final SipWatch.Cause cause, final long nowNs) {
        WatchEndings.noteLife(watch, nowNs);
        watch.cause = cause;
        final long pauseNs = WatchEndings.pauseNs(watch);
        endDialog(watch);
        watch.stopTimers();
        if (WatchEndings.mayReturn(watch)) {
            context.counters().increment(SipCounter.WATCHES_RENEWED);
            watch.returns++;
            watch.raises = 0;
            watch.cause = null;
            watch.reason = "";
            watch.retryAfterSeconds = SubscriptionState.UNSAID;
            watch.isRefreshAsked = false;
            watch.state = SipWatch.State.AWAY;
            watch.askNs = nowNs + pauseNs;
            schedule(watch);
            return;
        }
        if (cause != SipWatch.Cause.LEFT) {
            context.counters().increment(SipCounter.WATCHES_LOST);
        }
        remove(watch);
        if (watch.session.isBegun()) {
            uas.tellWatchEnd(watch.session, new WatchView(this, watch), nowNs);
        }
    }

    private void endDialog(final Watch watch) {
        final Dialog dialog = watch.dialog;
        watch.dialog = null;
        watch.outstanding = null;
        watch.isLeaveSent = false;
        if (dialog != null && !watch.session.hasSubscriptionWithin(dialog)) {
            dialogs.remove(dialog);
        }
    }

    /** Nothing is to be done any more, and nobody told. */
    private void remove(final Watch watch) {
        endDialog(watch);
        watch.stopTimers();
        watch.state = SipWatch.State.OVER;
        parts.deadlines().cancel(watch);
        watch.session.watches.remove(watch);
        clients.touch(watch.session);
    }

    /** The session ends: who tells it something hears that it wants no more; what comes then finds nothing (481). */
    void leaveAll(final SipSession<?> session, final long nowNs) {
        for (int i = session.watches.size() - 1; i >= 0; i--) {
            final Watch watch = session.watches.get(i);
            final Dialog dialog = watch.dialog;
            if (dialog != null && !watch.isLeaveSent && watch.cause == null) {
                requests.sendLast(watch, dialog, nowNs);
            }
            remove(watch);
        }
    }

    /** A dialog is gone. */
    void forget(final SipSession<?> session, final Dialog dialog) {
        for (int i = 0; i < session.watches.size(); i++) {
            if (session.watches.get(i).dialog == dialog) {
                session.watches.get(i).dialog = null;
            }
        }
    }

    /** Forgets what a session has subscribed to; nothing is sent, and nobody hears of it. */
    void forget(final SipSession<?> session) {
        for (int i = 0; i < session.watches.size(); i++) {
            parts.deadlines().cancel(session.watches.get(i));
        }
        session.watches.clear();
    }

    private void schedule(final Watch watch) {
        clients.touch(watch.session);
        final long nextNs = watch.nextNs();
        if (nextNs == SessionRecord.NO_DEADLINE) {
            parts.deadlines().cancel(watch);
        } else {
            parts.deadlines().schedule(watch, Math.max(parts.time().nowNs(), nextNs));
        }
    }

    // ---- image

    /** Writes, if there are any: how many (16), and each as {@link Watch} writes it. */
    void encode(final SipSession<?> session, final ImageWriter image) {
        if (session.watches.isEmpty()) {
            return;
        }
        image.putShort(session.watches.size());
        for (int i = 0; i < session.watches.size(); i++) {
            session.watches.get(i).encode(parts.time(), image);
        }
    }

    /** Reads what {@link #encode} wrote, and goes on. */
    void restore(final SipSession<?> session, final ImageReader image) {
        if (!image.hasMore()) {
            return;
        }
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            final Watch read = Watch.decode(parts.time(), session, image);
            if (read == null || !clients.isRequest(read.request())) {
                image.refuse();
                return;
            }
            session.watches.add(read);
            if (read.nextNs() != SessionRecord.NO_DEADLINE) {
                parts.deadlines().schedule(read, Math.max(parts.time().nowNs(), read.nextNs()));
            }
        }
    }
}
