package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.CounterSet;
import io.dialtone.runtime.engine.DeadlineWheel;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.KeyedTable;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.TurnTime;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The client transactions of a worker: begins and ends them, and finds the one an answer belongs to. Their branch carries the slot's token, so that any edge brings the
 * answer here. Called only by the owning worker.
 */
final class ClientLayer {
    static final int BRANCH_BYTES_MAX = 64;

    private static final int SPARES_MAX = 1 << 16;
    private static final int KEY_BYTES_MAX = Byte.BYTES + BRANCH_BYTES_MAX;
    private static final byte[] BRANCH = ";branch=".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COOKIE = "z9hG4bK".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_BYTES = {};

    private final WorkerParts parts;
    private final SipContext context;
    private final BytesPool bytes;
    private final LocalTag.Source unique;
    private final UacCore<?> core;
    private final Locating locating;
    private final KeyedTable<ClientTransaction> transactions;
    private final ArrayDeque<InviteClientTransaction> spareInvites = new ArrayDeque<>();
    private final ArrayDeque<NonInviteClientTransaction> spareNonInvites = new ArrayDeque<>();
    private final LocalTag branchTail = new LocalTag();
    private final SipMessage kept;
    private final ViaView top = new ViaView();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_BYTES_MAX]);

    ClientLayer(
            final WorkerParts parts,
            final SipContext context,
            final BytesPool bytes,
            final LocalTag.Source unique,
            final ReplyComposer replies,
            final UacCore<?> core) {
        this.parts = parts;
        this.context = context;
        this.bytes = bytes;
        this.unique = unique;
        this.core = core;
        locating = new Locating(parts, context, unique, replies, this);
        kept = new SipMessage(context.limits());
        transactions = new KeyedTable<>(context.settings().client().transactionsMax());
    }

    UacCore<?> core() {
        return core;
    }

    /** Finds out where requests to a name go. */
    Locating locating() {
        return locating;
    }

    SipSettings settings() {
        return context.settings();
    }

    DeadlineWheel deadlines() {
        return parts.deadlines();
    }

    CounterSet<SipCounter> counters() {
        return context.counters();
    }

    BytesPool bytes() {
        return bytes;
    }

    byte[] noBytes() {
        return NO_BYTES;
    }

    TurnTime time() {
        return parts.time();
    }

    /** Something of a session has changed that the next owner must know. */
    void touch(final SipSession<?> session) {
        parts.journal().touch(session);
    }

    /** True, and counted, if there are as many transactions as there may be. */
    boolean refusesAnother() {
        if (transactions.isFull()) {
            context.counters().increment(SipCounter.CLIENT_TRANSACTIONS_REFUSED);
            return true;
        }
        return false;
    }

    /** True if bytes of an image are a request that others can be made of: CANCEL, the ACK of a refusal, the same for another server. */
    boolean isRequest(final DirectBuffer message) {
        return kept.parseDatagram(message, 0, message.capacity()) == ParseResult.COMPLETE
                && kept.isRequest()
                && kept.requestUriLength() > 0
                && top.wrap(kept)
                && kept.firstHeader(HeaderName.FROM) >= 0
                && kept.firstHeader(HeaderName.TO) >= 0
                && kept.callIdLength() > 0;
    }

    // ---- Via

    /** Writes a new branch: cookie, slot's token, and what makes it unique; the token and the rest are put together as in a tag. */
    void putBranch(final AsciiWriter branch, final int slot) {
        branchTail.set(context.tokens(), slot, unique.next());
        assert branchTail.length() > SlotToken.LENGTH;
        branch.put(COOKIE).put(branchTail.buffer(), 0, branchTail.length());
        if (context.place() != Chain.FIRST) {
            branch.put((char) ('0' + context.place()));
        }
    }

    /** Writes the value of a Via of ours. */
    void putVia(final AsciiWriter via, final ReplyPort door, final AsciiWriter branch) {
        via.put(Transports.viaStart(door))
                .put(context.edges().hostPort(door.member(), door.listener()))
                .put(BRANCH)
                .put(branch.buffer(), branch.offset(), branch.length())
                .put(Transports.viaEnd(door));
    }

    // ---- transactions

    /** A transaction that has not begun yet, known by its method and this branch; there must be {@linkplain #refusesAnother room} for it. */
    ClientTransaction open(
            final SipMethod method, final AsciiWriter branch, final int slot, final @Nullable SipSession<?> holder) {
        final ClientTransaction transaction = method == SipMethod.INVITE ? spareInvite() : spareNonInvite();
        final int length = writeKey(method, branch.buffer(), branch.offset(), branch.length());
        transaction.key(parts.tableHash().hash(key, 0, length), key, 0, length);
        transaction.method = method;
        transaction.slot = slot;
        add(transaction, holder);
        context.counters().increment(SipCounter.REQUESTS_SENT);
        return transaction;
    }

    /** A request that was refused, written again with another branch and CSeq, for the same target; {@link ClientTransaction#go} sends it. */
    ClientTransaction openAgain(
            final ClientTransaction refused,
            final AsciiWriter branch,
            final long cseq,
            final DirectBuffer written,
            final int length) {
        final ClientTransaction again = open(refused.method, branch, refused.slot, refused.holder);
        again.continueFrom(refused);
        again.targets.stayWith(refused.targets);
        again.cseq = cseq;
        again.keep(written, 0, length);
        return again;
    }

    private void add(final ClientTransaction transaction, final @Nullable SipSession<?> holder) {
        transactions.add(transaction);
        transaction.holder = holder;
        if (holder != null) {
            holder.clients.add(transaction);
            touch(holder);
        }
        context.counters().set(SipCounter.CLIENT_TRANSACTIONS, transactions.size());
    }

    /** The transaction that this is an answer to (RFC 3261 section 17.1.3). */
    @Nullable
    ClientTransaction find(final SipMessage response, final ViaView top) {
        if (top.branchLength() <= 0 || top.branchLength() > BRANCH_BYTES_MAX) {
            return null;
        }
        final int length = writeKey(response.cseqMethod(), response.buffer(), top.branchOffset(), top.branchLength());
        return transactions.find(parts.tableHash().hash(key, 0, length), key, 0, length);
    }

    private int writeKey(final SipMethod method, final DirectBuffer branch, final int offset, final int length) {
        key.putByte(0, (byte) Methods.toCode(method));
        key.putBytes(Byte.BYTES, branch, offset, length);
        return Byte.BYTES + length;
    }

    /** Sends by this door, and forgets it; but never what is {@code sips} by a door without TLS. Whoever finds the way has no such one in mind: this is for what they forget. */
    void send(final int slot, final ReplyPort door, final DirectBuffer message, final int offset, final int length) {
        if (!door.isWithin() && !SipsRules.isSecure(door) && UriView.isSipsRequest(message, offset, length)) {
            context.counters().increment(SipCounter.SIPS_NOT_SENT);
            return;
        }
        parts.outbox().addSip(slot, door, message, offset, length);
    }

    /** True if something that the slot sent has not left this worker yet. */
    boolean isHeld(final int slot) {
        return parts.outbox().holds(slot);
    }

    boolean reaches(final ReplyPort door) {
        return parts.outbox().reaches(door);
    }

    /** Sends to whoever has registered by this door, by another one. */
    void seek(final int slot, final ReplyPort door, final DirectBuffer message, final int length) {
        parts.outbox().addSipSought(slot, door, context.edges().members(), message, 0, length);
    }

    /** Ends a transaction; nobody may use it afterwards. */
    void terminate(final ClientTransaction transaction) {
        final SipSession<?> holder = transaction.holder;
        if (holder != null) {
            touch(holder);
            holder.onClientEnded(transaction);
        }
        end(transaction);
    }

    /** Reads a request of a session that is being made again, and goes on asking. */
    void restore(final SipSession<?> holder, final ImageReader image) {
        final int length = image.readLength(KEY_BYTES_MAX);
        if (length <= Byte.BYTES) {
            image.refuse();
            return;
        }
        if (transactions.isFull()) {
            image.postpone();
            return;
        }
        final SipMethod method = Methods.ofCode(image.buffer().getByte(image.position()));
        final ClientTransaction transaction = method == SipMethod.INVITE ? spareInvite() : spareNonInvite();
        transaction.key(
                parts.tableHash().hash(image.buffer(), image.position(), length),
                image.buffer(),
                image.position(),
                length);
        image.skip(length);
        transaction.method = method;
        add(transaction, holder);
        transaction.decode(holder, image);
    }

    /** Forgets the requests of a session; nothing is sent, and nobody hears of it. */
    void forget(final SipSession<?> holder) {
        while (!holder.clients.isEmpty()) {
            end(holder.clients.removeLast());
        }
    }

    private void end(final ClientTransaction transaction) {
        transactions.remove(transaction);
        if (transaction.context != null) {
            core.proxy().onBranchGone(transaction, transaction.context);
        }
        transaction.close();
        switch (transaction) {
            case InviteClientTransaction invite -> keepSpare(spareInvites, invite);
            case NonInviteClientTransaction other -> keepSpare(spareNonInvites, other);
        }
        context.counters().set(SipCounter.CLIENT_TRANSACTIONS, transactions.size());
    }

    private InviteClientTransaction spareInvite() {
        final InviteClientTransaction spare = spareInvites.pollLast();
        return spare == null ? new InviteClientTransaction(this) : spare;
    }

    private NonInviteClientTransaction spareNonInvite() {
        final NonInviteClientTransaction spare = spareNonInvites.pollLast();
        return spare == null ? new NonInviteClientTransaction(this) : spare;
    }

    private static <T> void keepSpare(final ArrayDeque<T> spares, final T transaction) {
        if (spares.size() < SPARES_MAX) {
            spares.addLast(transaction);
        }
    }
}
