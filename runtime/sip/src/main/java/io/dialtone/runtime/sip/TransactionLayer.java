package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SipHash;
import io.dialtone.runtime.engine.CounterSet;
import io.dialtone.runtime.engine.DeadlineWheel;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.KeyedTable;
import io.dialtone.runtime.engine.Outbox;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.runtime.engine.TurnTime;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import java.util.ArrayDeque;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The server transactions of a worker: finds the one a request belongs to, begins and ends them, and sends their answers by the door their request came in. This is
 * where a request that comes twice is found out. Called only by the owning worker.
 */
final class TransactionLayer {
    private static final int SPARES_MAX = 1 << 16;

    private final WorkerParts parts;
    private final SipContext context;
    private final UasCore<?> core;
    private final SipHash tableHash;
    private final BytesPool bytes;
    private final KeyedTable<ServerTransaction> transactions;
    /** Transactions of no session, by slot. */
    private final @Nullable TransactionList[] strays;

    private final Long2ObjectHashMap<ServerTransaction> initialRequests = new Long2ObjectHashMap<>();
    private final TransactionKey key = new TransactionKey();
    private final ArrayDeque<InviteServerTransaction> spareInvites = new ArrayDeque<>();
    private final ArrayDeque<NonInviteServerTransaction> spareNonInvites = new ArrayDeque<>();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    TransactionLayer(final WorkerParts parts, final SipContext context, final UasCore<?> core) {
        this.parts = parts;
        this.context = context;
        this.core = core;
        tableHash = parts.tableHash();
        bytes = new BytesPool(context.settings().pooledBytesMax(), context.counters());
        transactions = new KeyedTable<>(context.settings().transactionsMax());
        strays = new @Nullable TransactionList[parts.sessions().slots()];
    }

    UasCore<?> core() {
        return core;
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

    TurnTime time() {
        return parts.time();
    }

    /** Something of a session has changed that the next owner must know. */
    void touch(final SipSession<?> session) {
        parts.journal().touch(session);
    }

    int size() {
        return transactions.size();
    }

    /** The transaction that a request with this method in its place would belong to. */
    @Nullable
    ServerTransaction find(final SipMessage message, final ViaView via, final SipMethod method) {
        key.writeTransaction(message, via, method);
        return transactions.find(tableHash.hash(key.buffer(), 0, key.length()), key.buffer(), 0, key.length());
    }

    /** Begins the transaction of a request for which {@link #find} found none; null if there are as many as there may be. */
    @Nullable
    ServerTransaction begin(final SipMessage message, final ViaView via, final int slot, final ReplyPort port) {
        if (transactions.isFull()) {
            context.counters().increment(SipCounter.TRANSACTIONS_REFUSED);
            return null;
        }
        final ServerTransaction transaction = message.method() == SipMethod.INVITE ? beginInvite() : beginNonInvite();
        transaction.open(message, slot, port);
        key.writeTransaction(message, via, message.method());
        transaction.key(tableHash.hash(key.buffer(), 0, key.length()), key.buffer(), 0, key.length());
        transactions.add(transaction);
        straysOf(slot).add(transaction);
        context.counters().increment(SipCounter.REQUESTS);
        context.counters().set(SipCounter.TRANSACTIONS, transactions.size());
        return transaction;
    }

    /**
     * Remembers a request outside any dialog until its transaction ends. False if another transaction has the same From tag, Call-ID and CSeq: the request came here
     * by two ways (RFC 3261 section 8.2.2.2).
     */
    boolean rememberInitial(final SipMessage message, final ServerTransaction transaction) {
        key.writeMerged(message);
        final long hash = parts.keyHash().hash(key.buffer(), 0, key.length()) | 1; // the same for the next owner
        if (initialRequests.containsKey(hash)) {
            return false;
        }
        initialRequests.put(hash, transaction);
        transaction.mergeHash = hash;
        return true;
    }

    void send(final ServerTransaction transaction, final byte[] message, final int length) {
        view.wrap(message, 0, length);
        outbox().addSip(transaction.slot, transaction.port, view, 0, length);
    }

    Outbox outbox() {
        return parts.outbox();
    }

    /** From now on the transaction is remembered with a session. */
    void hold(final ServerTransaction transaction, final SipSession<?> session) {
        if (transaction.holder == null) {
            straysOf(transaction.slot).remove(transaction);
            session.transactions.add(transaction);
            transaction.holder = session;
        }
        touch(session);
    }

    /** Reads a transaction of a session that is being made again. */
    void restore(final SipSession<?> holder, final ImageReader image) {
        final SipMethod method = Methods.ofCode(image.readByte());
        final int state = image.readByte();
        final int length = image.readLength(PooledBytes.BYTES_MAX);
        if (length <= 0) {
            image.refuse();
            return;
        }
        if (transactions.isFull()) {
            image.postpone();
            return;
        }
        final ServerTransaction transaction = method == SipMethod.INVITE ? beginInvite() : beginNonInvite();
        transaction.method = method;
        transaction.key(
                tableHash.hash(image.buffer(), image.position(), length), image.buffer(), image.position(), length);
        image.skip(length);
        transactions.add(transaction);
        holder.transactions.add(transaction);
        transaction.holder = holder;
        transaction.decode(state, holder.slot(), image);
        if (transaction.mergeHash != 0) {
            initialRequests.put(transaction.mergeHash, transaction);
        }
        context.counters().set(SipCounter.TRANSACTIONS, transactions.size());
    }

    /** Forgets the transactions of a session; nothing is sent, and nobody hears of it. */
    void forget(final SipSession<?> holder) {
        forget(holder.transactions);
    }

    /** Forgets the transactions of a slot that are of no session. */
    void forgetStrays(final int slot) {
        final TransactionList list = strays[slot];
        if (list != null) {
            forget(list);
        }
    }

    private void forget(final TransactionList list) {
        while (!list.isEmpty()) {
            end(list.get(list.size() - 1));
        }
    }

    private TransactionList straysOf(final int slot) {
        TransactionList list = strays[slot];
        if (list == null) {
            list = new TransactionList();
            strays[slot] = list;
        }
        return list;
    }

    /** Ends a transaction; nobody may use it afterwards. */
    void terminate(final ServerTransaction transaction) {
        transaction.touch();
        end(transaction);
    }

    private void end(final ServerTransaction transaction) {
        transactions.remove(transaction);
        if (transaction.context != null) {
            core.uac().proxy().onServerGone(transaction, transaction.context);
        }
        if (transaction.holder != null) {
            transaction.holder.forgetOrigin(transaction);
        }
        final TransactionList list = transaction.list;
        if (list != null) {
            list.remove(transaction);
        }
        if (transaction.mergeHash != 0) {
            initialRequests.remove(transaction.mergeHash);
        }
        transaction.close();
        switch (transaction) {
            case InviteServerTransaction invite -> keepSpare(spareInvites, invite);
            case NonInviteServerTransaction nonInvite -> keepSpare(spareNonInvites, nonInvite);
        }
        context.counters().set(SipCounter.TRANSACTIONS, transactions.size());
    }

    private InviteServerTransaction beginInvite() {
        final InviteServerTransaction spare = spareInvites.pollLast();
        final InviteServerTransaction transaction = spare == null ? new InviteServerTransaction(this) : spare;
        transaction.begin();
        return transaction;
    }

    private NonInviteServerTransaction beginNonInvite() {
        final NonInviteServerTransaction spare = spareNonInvites.pollLast();
        final NonInviteServerTransaction transaction = spare == null ? new NonInviteServerTransaction(this) : spare;
        transaction.begin();
        return transaction;
    }

    private static <T> void keepSpare(final ArrayDeque<T> spares, final T transaction) {
        if (spares.size() < SPARES_MAX) {
            spares.addLast(transaction);
        }
    }
}
