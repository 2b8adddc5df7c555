package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.CounterSet;
import io.dialtone.runtime.engine.DeadlineWheel;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.KeyedTable;
import io.dialtone.runtime.engine.TurnTime;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipWriter;
import io.dialtone.sip.codec.ViaView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Requests of our own: today the BYE by which the platform hangs up. Their branch carries the slot's token, so that any edge brings the answer here. Called only by the
 * owning worker.
 */
final class ClientLayer {
    private static final int SPARES_MAX = 1 << 16;
    private static final int REQUEST_BYTES_MAX = 1 << 16;
    private static final int VIA_BYTES_MAX = 512;
    private static final int BRANCH_BYTES_MAX = 64;
    private static final byte[] BRANCH = ";branch=".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COOKIE = "z9hG4bK".getBytes(StandardCharsets.US_ASCII);

    private final WorkerParts parts;
    private final SipContext context;
    private final BytesPool bytes;
    private final LocalTag.Source unique;
    private final KeyedTable<NonInviteClientTransaction> transactions;
    private final ArrayDeque<NonInviteClientTransaction> spares = new ArrayDeque<>();
    private final RemoteParty.Scratch scratch = new RemoteParty.Scratch();
    private final SipWriter writer = new SipWriter();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[REQUEST_BYTES_MAX]);
    private final AsciiWriter via = new AsciiWriter(VIA_BYTES_MAX);
    private final AsciiWriter branch = new AsciiWriter(BRANCH_BYTES_MAX);
    private final LocalTag branchTail = new LocalTag();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    ClientLayer(
            final WorkerParts parts, final SipContext context, final BytesPool bytes, final LocalTag.Source unique) {
        this.parts = parts;
        this.context = context;
        this.bytes = bytes;
        this.unique = unique;
        transactions = new KeyedTable<>(context.settings().transactionsMax());
    }

    RemoteParty.Scratch scratch() {
        return scratch;
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

    /** Something of it has changed that the next owner must know. */
    void touch(final NonInviteClientTransaction transaction) {
        if (transaction.holder != null) {
            parts.journal().touch(transaction.holder);
        }
    }

    /** Reads a request of a session that is being made again, and goes on asking. */
    void restore(final SipSession<?> holder, final ImageReader image) {
        final int length = image.readLength(BRANCH_BYTES_MAX);
        if (length <= 0) {
            image.refuse();
            return;
        }
        if (transactions.isFull()) {
            image.postpone();
            return;
        }
        final NonInviteClientTransaction spare = spares.pollLast();
        final NonInviteClientTransaction transaction = spare == null ? new NonInviteClientTransaction(this) : spare;
        transaction.key(
                parts.tableHash().hash(image.buffer(), image.position(), length),
                image.buffer(),
                image.position(),
                length);
        image.skip(length);
        transactions.add(transaction);
        holder.clients.add(transaction);
        transaction.decode(holder, image);
    }

    /** Forgets the requests of a session; nothing is sent, and nobody hears of it. */
    void forget(final SipSession<?> holder) {
        while (!holder.clients.isEmpty()) {
            end(holder.clients.removeLast());
        }
    }

    /** Sends the BYE of a dialog, which may be forgotten at once. */
    void sendBye(final Dialog dialog, final long nowNs) {
        if (transactions.isFull()) {
            context.counters().increment(SipCounter.TRANSACTIONS_REFUSED);
            return;
        }
        putBranch(dialog.slot);
        via.clear()
                .put(Transports.viaStart(dialog.port))
                .put(context.edges().hostPort(dialog.port.member(), dialog.port.listener()))
                .put(BRANCH)
                .put(branch.buffer(), branch.offset(), branch.length());
        writer.wrap(message, 0, message.capacity());
        final int length = dialog.peer.write(writer, SipMethod.BYE, via, 1, scratch);
        if (length < 0) {
            return;
        }
        final NonInviteClientTransaction spare = spares.pollLast();
        final NonInviteClientTransaction transaction = spare == null ? new NonInviteClientTransaction(this) : spare;
        transaction.key(
                parts.tableHash().hash(branch.buffer(), branch.offset(), branch.length()),
                branch.buffer(),
                branch.offset(),
                branch.length());
        transactions.add(transaction);
        transaction.slot = dialog.slot;
        transaction.holder = dialog.holder;
        if (dialog.holder != null) {
            dialog.holder.clients.add(transaction);
        }
        touch(transaction);
        transaction.port.copyFrom(dialog.port);
        dialog.peer.aim(transaction.port, scratch);
        context.counters().increment(SipCounter.BYES_SENT);
        transaction.begin(message, length, nowNs);
    }

    /** An answer to one of our requests; false if there is no such request. */
    boolean onResponse(final SipMessage response, final ViaView top) {
        if (top.branchLength() <= 0) {
            return false;
        }
        final NonInviteClientTransaction transaction = transactions.find(
                parts.tableHash().hash(response.buffer(), top.branchOffset(), top.branchLength()),
                response.buffer(),
                top.branchOffset(),
                top.branchLength());
        if (transaction == null || response.cseqMethod() != SipMethod.BYE) {
            return false;
        }
        transaction.onResponse(response.statusCode());
        return true;
    }

    void send(final NonInviteClientTransaction transaction, final byte[] request, final int length) {
        view.wrap(request, 0, length);
        parts.outbox().addSip(transaction.slot, transaction.port, view, 0, length);
    }

    /** Ends a transaction; nobody may use it afterwards. */
    void terminate(final NonInviteClientTransaction transaction) {
        final SipSession<?> holder = transaction.holder;
        if (holder != null) {
            touch(transaction);
            holder.clients.remove(transaction);
        }
        end(transaction);
    }

    private void end(final NonInviteClientTransaction transaction) {
        transactions.remove(transaction);
        transaction.close();
        if (spares.size() < SPARES_MAX) {
            spares.addLast(transaction);
        }
    }

    /** Cookie, slot's token, and what makes it unique; the token and the rest are put together as in a tag. */
    private void putBranch(final int slot) {
        branchTail.set(context.tokens(), slot, unique.next());
        assert branchTail.length() > SlotToken.LENGTH;
        branch.clear().put(COOKIE).put(branchTail.buffer(), 0, branchTail.length());
    }
}
