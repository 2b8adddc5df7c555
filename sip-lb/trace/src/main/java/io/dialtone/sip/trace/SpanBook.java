package io.dialtone.sip.trace;

import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import java.util.zip.CRC32C;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans of kept messages: one for each transaction, and one for each call around those of all its legs. It sees messages in order of time, keeps what is open in tables of fixed size, and gives
 * away what is finished. For one thread, behind the I/O threads; nothing that a message can say makes it throw.
 *
 * <p>The trace of a call is named by its session, and the span of the call too, so processes that see different parts of it need not talk. The process that sees a call begin tells of the call as a
 * whole; another tells of the transactions that it sees. A transaction outside of calls is a trace of its own, in which those who pass it on are children of who has sent it.
 */
public final class SpanBook {
    private static final long CHECK_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int CHECKS_PER_TURN_MAX = 2_000;

    /** So many are looked at for one that is done anyway, when there is no room. */
    private static final int LOOKED_AT_MAX = 16;

    private static final int BAD_CREDENTIALS = 401;
    private static final int BAD_PROXY_CREDENTIALS = 407;

    private final SpanLimits limits;
    private final ToLongFunction<SipMessage> sessions;
    private final IntFunction<String> nodes;
    private final Consumer<Span> finished;
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final TransactionNames names = new TransactionNames(message);
    private final TraceParent traceParent = new TraceParent();
    private final CRC32C digest = new CRC32C();

    /** So that nobody can choose numbers that lie side by side in a table. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    private final Long2ObjectHashMap<OpenTransaction> transactions = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<OpenTransaction> accepted = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<OpenCall> calls = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<OpenCall.Leg> legs = new Long2ObjectHashMap<>();

    // Each is in there once, the next to be looked at first: all wait equally long.
    private final ArrayDeque<OpenTransaction> transactionChecks = new ArrayDeque<>();
    private final ArrayDeque<OpenCall> callChecks = new ArrayDeque<>();

    private long nowNs;
    private long cut;
    private long unrelated;

    /**
     * @param sessions the number of the session of a message with a Call-ID: the same for all legs of a call and on all processes
     * @param nodes name of a member by its number
     * @param finished is given spans
     */
    public SpanBook(
            final SpanLimits limits,
            final ToLongFunction<SipMessage> sessions,
            final IntFunction<String> nodes,
            final Consumer<Span> finished) {
        this.limits = limits;
        this.sessions = sessions;
        this.nodes = nodes;
        this.finished = finished;
    }

    // ---- what is asked of it

    /** Takes the next message. */
    public void onMessage(final TracedMessage traced) {
        message.parseDatagram(traced.buffer(), traced.offset(), traced.length());
        if (!names.wrap(message)) {
            unrelated++;
            return;
        }
        final boolean isIn = traced.kind() != TraceKind.OUT;
        final boolean isServer = message.isRequest() == isIn;
        if (!message.isRequest()) {
            onAnswer(traced, isServer);
        } else if (message.method() == SipMethod.ACK) {
            onAck(traced, isServer);
        } else {
            onRequest(traced, isServer);
        }
    }

    /** Gives away what is finished, or will not be. */
    public int doWork(final long timeNs) {
        nowNs = timeNs;
        int work = 0;
        while (work < CHECKS_PER_TURN_MAX
                && !transactionChecks.isEmpty()
                && transactionChecks.getFirst().checkAtNs() - nowNs <= 0) {
            final OpenTransaction transaction = transactionChecks.removeFirst();
            if (transaction.isDue(nowNs)) {
                close(transaction, SpanNames.TIMEOUT);
            } else {
                checkLater(transaction);
            }
            work++;
        }
        while (work < CHECKS_PER_TURN_MAX
                && !callChecks.isEmpty()
                && callChecks.getFirst().checkAtNs() - nowNs <= 0) {
            final OpenCall call = callChecks.removeFirst();
            if (call.isOver() && call.silentNs(nowNs) >= OpenTransaction.LINGER_NS) {
                close(call, "");
            } else if (call.silentNs(nowNs) >= limits.silenceMaxNs()) {
                close(call, SpanNames.SILENCE);
            } else {
                checkLater(call);
            }
            work++;
        }
        return work;
    }

    /** Gives away all there is, since nobody will ask again. */
    public void close() {
        while (!callChecks.isEmpty()) {
            final OpenCall call = callChecks.removeFirst();
            close(call, call.isOver() ? "" : SpanNames.STOPPED);
        }
        while (!transactionChecks.isEmpty()) {
            close(transactionChecks.removeFirst(), SpanNames.STOPPED);
        }
    }

    public int openCalls() {
        return calls.size();
    }

    public int openTransactions() {
        return transactions.size();
    }

    /** Spans that were given away before their end, as there was no room. */
    public long cut() {
        return cut;
    }

    /** Messages that say too little, and answers to what was not seen. */
    public long unrelated() {
        return unrelated;
    }

    // ---- requests

    private void onRequest(final TracedMessage traced, final boolean isServer) {
        final long name = names.transaction(isServer);
        final OpenTransaction known = transactions.get(key(name));
        if (known == null) {
            if (traced.kind() != TraceKind.HANDED_OVER) {
                begin(name, traced, isServer);
            }
            return;
        }
        see(known, traced);
        if (traced.kind() == TraceKind.HANDED_OVER) {
            known.onHandedOver(traced, nodes);
        } else {
            known.onRequestAgain(traced.timeNs());
        }
    }

    private void begin(final long name, final TracedMessage traced, final boolean isServer) {
        OpenCall.Leg leg = legs.get(key(names.callId()));
        OpenCall call = leg == null ? null : leg.call();
        final boolean isOfCall = call != null || isOfCallsOnly(message.method());
        final long session = call != null ? call.session() : isOfCall ? sessions.applyAsLong(message) : names.request();
        if (!SpanIds.isSampled(SpanIds.traceLow(session), limits.oneIn())) {
            return;
        }
        if (isOfCall) {
            call = call == null ? callOf(session, traced) : call;
            leg = leg == null && call != null ? legOf(call) : leg;
        }
        final OpenTransaction transaction = new OpenTransaction(
                name,
                new OpenTransaction.Head(
                        new Span.Identity(
                                SpanIds.traceHigh(session),
                                SpanIds.traceLow(session),
                                name,
                                parent(isServer, isOfCall ? SpanIds.root(session) : 0)),
                        isServer,
                        message.method(),
                        text(message.methodOffset(), message.methodLength()),
                        text(message.callIdOffset(), message.callIdLength()),
                        message.cseqNumber(),
                        traceParent.read(message)),
                call,
                leg,
                names.dialog(),
                traced);
        if (transactions.size() >= limits.openMax()) {
            makeRoomForTransaction();
        }
        transactions.put(key(name), transaction);
        checkLater(transaction);
        if (call != null) {
            call.onRequest();
        }
        see(transaction, traced);
        if (message.method() == SipMethod.CANCEL) {
            final OpenTransaction invite = transactions.get(key(names.invite(isServer)));
            if (invite != null) {
                invite.onCancel(traced.timeNs());
            }
        }
    }

    /** What is never sent outside of a call; the rest is of a call if its Call-ID is. */
    private static boolean isOfCallsOnly(final SipMethod method) {
        return switch (method) {
            case INVITE, ACK, BYE, CANCEL, PRACK, UPDATE, INFO -> true;
            default -> false;
        };
    }

    /** The call of a session; one that has begun before we looked, or elsewhere, is not ours to tell of. */
    private @Nullable OpenCall callOf(final long session, final TracedMessage traced) {
        final OpenCall known = calls.get(key(session));
        if (known != null || message.method() != SipMethod.INVITE || message.toTagLength() > 0) {
            return known;
        }
        if (calls.size() >= limits.openMax()) {
            makeRoomForCall();
        }
        final OpenCall call =
                new OpenCall(session, text(message.callIdOffset(), message.callIdLength()), traced.timeNs());
        calls.put(key(session), call);
        checkLater(call);
        return call;
    }

    private OpenCall.@Nullable Leg legOf(final OpenCall call) {
        if (!call.hasRoomForLeg()) {
            return null;
        }
        final OpenCall.Leg leg = call.addLeg(names.callId());
        legs.put(key(leg.name()), leg);
        return leg;
    }

    /** Who passes a request on does it for whom it came from; what comes back to us is for what we sent. */
    private long parent(final boolean isServer, final long root) {
        if (!isServer) {
            return names.hasPrevious() ? names.previous() : root;
        }
        final OpenTransaction sentByUs = transactions.get(key(names.transaction(false)));
        return sentByUs == null ? root : sentByUs.name();
    }

    private void onAck(final TracedMessage traced, final boolean isServer) {
        final OpenTransaction refused = transactions.get(key(names.invite(isServer)));
        final OpenTransaction invite = refused != null ? refused : accepted.get(key(names.accepted(isServer)));
        if (invite == null) {
            return;
        }
        see(invite, traced);
        if (traced.kind() == TraceKind.HANDED_OVER) {
            invite.onHandedOver(traced, nodes);
        } else {
            invite.onAck(traced.timeNs());
        }
    }

    // ---- answers

    private void onAnswer(final TracedMessage traced, final boolean isServer) {
        final OpenTransaction transaction = transactions.get(key(names.transaction(isServer)));
        if (transaction == null) {
            unrelated += limits.oneIn() == 1 ? 1 : 0; // else its request may have been left out
            return;
        }
        see(transaction, traced);
        if (traced.kind() == TraceKind.HANDED_OVER) {
            transaction.onHandedOver(traced, nodes);
            return;
        }
        final int code = message.statusCode();
        final boolean hasBeenFinal = transaction.isFinal();
        if (transaction.onAnswer(code, digest(traced), traced.timeNs()) && transaction.call() != null) {
            transaction.call().onFinal(traced.timeNs());
            if (transaction.isFirstInvite()) {
                transaction.call().onOutcome(code, traced.timeNs());
            }
        }
        if (transaction.isInvite() && code >= 200 && code < 300) {
            onAccepted(transaction, isServer, hasBeenFinal);
        }
        if (transaction.isBye() && code >= 200 && code != BAD_CREDENTIALS && code != BAD_PROXY_CREDENTIALS) {
            endDialog(transaction);
        }
    }

    private void onAccepted(final OpenTransaction invite, final boolean isServer, final boolean hasBeenFinal) {
        if (invite.leg() != null) {
            invite.leg().onDialog(names.dialog());
        }
        if (!hasBeenFinal) {
            invite.accepted(names.accepted(isServer));
            accepted.put(key(invite.acceptedName()), invite);
        }
    }

    private static void endDialog(final OpenTransaction bye) {
        if (bye.leg() != null) {
            bye.leg().onDialogEnded(bye.dialog());
        }
    }

    private void see(final OpenTransaction transaction, final TracedMessage traced) {
        transaction.see(traced, nodes);
        if (transaction.call() != null) {
            transaction.call().see(traced, nodes);
        }
    }

    private int digest(final TracedMessage traced) {
        digest.reset();
        digest.update(traced.buffer().byteArray(), traced.offset(), traced.length());
        return (int) digest.getValue();
    }

    // ---- what ends

    private void close(final OpenTransaction transaction, final String incomplete) {
        transactions.remove(key(transaction.name()));
        if (transaction.acceptedName() != 0 && accepted.get(key(transaction.acceptedName())) == transaction) {
            accepted.remove(key(transaction.acceptedName()));
        }
        final OpenCall call = transaction.call();
        if (!transaction.isFinal() && call != null) {
            call.onTimeout(transaction.isFirstInvite());
            if (transaction.isBye()) {
                endDialog(transaction);
            }
        }
        finished.accept(transaction.toSpan(incomplete, nodes));
    }

    private void close(final OpenCall call, final String incomplete) {
        calls.remove(key(call.session()));
        call.legs().forEach(leg -> legs.remove(key(leg.name())));
        finished.accept(call.toSpan(incomplete, nodes));
    }

    private void makeRoomForTransaction() {
        OpenTransaction victim = transactionChecks.removeFirst();
        for (int i = 1; i < LOOKED_AT_MAX && !victim.isFinal() && !transactionChecks.isEmpty(); i++) {
            checkLater(victim);
            victim = transactionChecks.removeFirst();
        }
        cut += victim.isFinal() ? 0 : 1;
        close(victim, SpanNames.TABLE_FULL);
    }

    private void makeRoomForCall() {
        OpenCall victim = callChecks.removeFirst();
        for (int i = 1; i < LOOKED_AT_MAX && !victim.isOver() && !callChecks.isEmpty(); i++) {
            checkLater(victim);
            victim = callChecks.removeFirst();
        }
        cut += victim.isOver() ? 0 : 1;
        close(victim, victim.isOver() ? "" : SpanNames.TABLE_FULL);
    }

    private void checkLater(final OpenTransaction transaction) {
        transaction.checkAt(nowNs + CHECK_INTERVAL_NS);
        transactionChecks.addLast(transaction);
    }

    private void checkLater(final OpenCall call) {
        call.checkAt(nowNs + CHECK_INTERVAL_NS);
        callChecks.addLast(call);
    }

    private long key(final long name) {
        return name ^ seed;
    }

    /** Words of a message; not more than one wants to read. */
    private String text(final int offset, final int length) {
        final byte[] bytes = new byte[Math.clamp(length, 0, OpenTransaction.TEXT_MAX)];
        message.buffer().getBytes(Math.max(0, offset), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
