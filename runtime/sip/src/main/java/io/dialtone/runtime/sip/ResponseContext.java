package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.state.api.SessionRecord;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy remembers of one request (RFC 3261 section 16.2): the server transaction, a client transaction for each branch, who else is to be asked, and the best that was said so far. It ends
 * when nothing can come of it any more. Pooled; called only by the owning worker.
 */
final class ResponseContext {
    private static final int FLAG_RECORD_ROUTE = 1;
    private static final int FLAG_CLOSED = 2;
    private static final int FLAG_CALLER_GONE = 4;
    private static final int FLAG_WATCHED = 8;
    private static final int FLAG_WITHIN = 16;
    private static final int FLAG_ASKED = 32;
    private static final int FLAG_ANSWERED = 64;
    private static final int FLAG_KEPT = 128;
    private static final int FLAG_ASKED_BEFORE = 256;

    /** Challenges of other branches that go back with the best response, in bytes; what is over is left out. */
    static final int CHALLENGES_BYTES_MAX = 4096;

    private final ProxyCore core;
    private final ProxyPool spares;
    private final BytesPool pool;
    private final NoAnswer noAnswer = new NoAnswer();
    /** Branches whose transaction is there. */
    final List<ClientTransaction> branches = new ArrayList<>(2);
    /** Who is to be asked later, in order. */
    final List<ProxyTarget> targets = new ArrayList<>(2);

    /** Whom it was sent to, as hashes, if redirects are followed. */
    final LongArrayList tried = new LongArrayList(2, LongArrayList.DEFAULT_NULL_VALUE);
    /** How many targets redirects may still add. */
    int redirectsLeft;
    /** How long the group that is being tried may ring; 0 if nobody has said. */
    long ringForNs;

    /** The door by which the request came in. */
    final ReplyPort port = new ReplyPort();

    @Nullable
    SipSession<?> holder;

    /** Null when its transaction has ended. */
    @Nullable
    ServerTransaction server;

    /** The call that it belongs to, if that is kept. */
    @Nullable
    KeptCall call;

    SipMethod method = SipMethod.UNKNOWN;
    /** What the request was routed by when it came in. */
    long routedBy;

    boolean isRecordRouting;
    /** True if the handler wants to see how the call ends. */
    boolean isKept;
    /** True when nobody else is to be asked: there was a 2xx or 6xx, or the caller has given up. */
    boolean isClosed;

    boolean isCallerGone;
    /** True if the handler is shown what branches say. */
    boolean isWatched;
    /** True if the request came within a dialog: the handler does not know of it. */
    boolean isWithin;
    /** True when the handler was asked whether it knows somebody else. */
    boolean isHandlerAsked;
    /** The handler was asked before, and has named further targets. */
    boolean wasHandlerAsked;

    /** True when the caller has its final response, or is not to get one. */
    boolean isAnswered;

    private int bestStatus;
    private final UnsafeBuffer best = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer challenges = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer extra = new UnsafeBuffer(0, 0);
    private byte @Nullable [] bestBytes;
    private byte @Nullable [] challengesBytes;
    private byte @Nullable [] extraBytes;

    ResponseContext(final ProxyCore core, final ProxyPool spares) {
        this.core = core;
        this.spares = spares;
        pool = spares.bytes();
    }

    void open(final ServerTransaction of) {
        server = of;
        method = of.method;
        port.copyFrom(of.port).forgetArrival();
    }

    /** Something of it has changed that the next owner must know. */
    void touch() {
        if (server != null) {
            server.touch();
        } else if (!branches.isEmpty()) {
            branches.getFirst().touch();
        }
    }

    // ---- branches

    /** True if somebody may still answer who is not asked in vain. */
    boolean isRinging() {
        for (int i = 0; i < branches.size(); i++) {
            if (branches.get(i).isOpen() && !branches.get(i).isWithdrawn) {
                return true;
            }
        }
        return false;
    }

    /** True if somebody may still answer; not who was silent for so long that the next server was asked. */
    boolean hasOpen() {
        for (int i = 0; i < branches.size(); i++) {
            if (branches.get(i).isOpen() && !branches.get(i).targets.isGivenUp) {
                return true;
            }
        }
        return false;
    }

    /** Gives up on those who ring if nobody of their group has answered by then. */
    void ringUntil(final long atNs) {
        core.deadlines().schedule(noAnswer, atNs);
    }

    void stopWaiting() {
        core.deadlines().cancel(noAnswer);
    }

    long nextDeadlineNs() {
        return noAnswer.dueNs();
    }

    void dropTargets() {
        while (!targets.isEmpty()) {
            spares.release(targets.removeLast());
        }
    }

    // ---- what is added for all branches

    /** Header lines that every branch gets. */
    DirectBuffer extra() {
        return extra;
    }

    void extra(final DirectBuffer lines, final int offset, final int length) {
        if (length > 0) {
            extraBytes = keep(extraBytes, extra, lines, offset, length);
        }
    }

    // ---- the best response

    int bestStatus() {
        return bestStatus;
    }

    /** The best response without our Via; empty if it is our own word. */
    DirectBuffer best() {
        return best;
    }

    /** Header lines that challenge, of other branches. */
    DirectBuffer challenges() {
        return challenges;
    }

    /** A better one than there was. */
    void best(final int status, final DirectBuffer response, final int offset, final int length) {
        bestStatus = status;
        bestBytes = length == 0 ? release(bestBytes, best) : keep(bestBytes, best, response, offset, length);
    }

    void challenges(final DirectBuffer lines, final int offset, final int length) {
        challengesBytes = keep(challengesBytes, challenges, lines, offset, length);
    }

    void forgetBest() {
        bestStatus = 0;
        bestBytes = release(bestBytes, best);
        challengesBytes = release(challengesBytes, challenges);
    }

    private byte[] keep(
            final byte @Nullable [] old,
            final UnsafeBuffer view,
            final DirectBuffer source,
            final int offset,
            final int length) {
        final byte[] bytes = pool.acquire(length);
        source.getBytes(offset, bytes, 0, length);
        release(old, view);
        view.wrap(bytes, 0, length);
        return bytes;
    }

    private byte @Nullable [] release(final byte @Nullable [] bytes, final UnsafeBuffer view) {
        if (bytes != null) {
            view.wrap(0, 0);
            pool.release(bytes);
        }
        return null;
    }

    // ---- image

    /**
     * Writes what another owner must know to go on.
     *
     * <pre>
     *  place of the server transaction (16), or -1 · method (8) · flags (16) · place of its call among those that are kept (16), or -1 · door, as ReplyPort writes it · what it was routed by (64) · end of ringing, ns since 1970 (64)
     *  best status (16) · best response, challenges, header lines for all branches, each: length (32) or -1, bytes
     *  targets that redirects may add (16) · time to ring of the group, ns (64) · whom it was sent to (16), each as a hash (64)
     *  branches (16), each the place among the requests of our own (16) · targets (16), each as ProxyTarget writes it
     * </pre>
     */
    void encode(final ImageWriter image) {
        image.putShort(server == null ? -1 : server.place)
                .putByte(Methods.toCode(method))
                .putShort((isRecordRouting ? FLAG_RECORD_ROUTE : 0)
                        | (isClosed ? FLAG_CLOSED : 0)
                        | (isCallerGone ? FLAG_CALLER_GONE : 0)
                        | (isWatched ? FLAG_WATCHED : 0)
                        | (isWithin ? FLAG_WITHIN : 0)
                        | (isHandlerAsked ? FLAG_ASKED : 0)
                        | (isAnswered ? FLAG_ANSWERED : 0)
                        | (isKept ? FLAG_KEPT : 0)
                        | (wasHandlerAsked ? FLAG_ASKED_BEFORE : 0))
                .putShort(holder == null || call == null ? -1 : holder.keptCalls.indexOf(call));
        port.encode(image);
        image.putLong(routedBy).putLong(core.time().toWallNs(noAnswer.dueNs())).putShort(bestStatus);
        PooledBytes.encode(bestBytes, best.capacity(), image);
        PooledBytes.encode(challengesBytes, challenges.capacity(), image);
        PooledBytes.encode(extraBytes, extra.capacity(), image);
        image.putShort(redirectsLeft).putLong(ringForNs).putShort(tried.size());
        for (int i = 0; i < tried.size(); i++) {
            image.putLong(tried.getLong(i));
        }
        image.putShort(branches.size());
        for (int i = 0; i < branches.size(); i++) {
            image.putShort(holder == null ? -1 : holder.clients.indexOf(branches.get(i)));
        }
        image.putShort(targets.size());
        for (int i = 0; i < targets.size(); i++) {
            targets.get(i).encode(image);
        }
    }

    /** Reads what {@link #encode} wrote; the transactions of the session have been read. */
    void decode(final SipSession<?> itsHolder, final ImageReader image) {
        holder = itsHolder;
        server = itsHolder.transactionAt(image.readShort(), image);
        if (server != null) {
            server.context = this;
        }
        method = Methods.ofCode(image.readByte());
        final int flags = image.readShort();
        isRecordRouting = (flags & FLAG_RECORD_ROUTE) != 0;
        isClosed = (flags & FLAG_CLOSED) != 0;
        isCallerGone = (flags & FLAG_CALLER_GONE) != 0;
        isWatched = (flags & FLAG_WATCHED) != 0;
        isWithin = (flags & FLAG_WITHIN) != 0;
        isHandlerAsked = (flags & FLAG_ASKED) != 0;
        isAnswered = (flags & FLAG_ANSWERED) != 0;
        wasHandlerAsked = (flags & FLAG_ASKED_BEFORE) != 0;
        isKept = (flags & FLAG_KEPT) != 0;
        call = itsHolder.keptCallAt(image.readShort(), image);
        port.decode(image);
        routedBy = image.readLong();
        final long noAnswerNs = core.time().toMonotonicNs(image.readLong());
        bestStatus = image.readShort();
        bestBytes = PooledBytes.decode(image, best, pool);
        challengesBytes = PooledBytes.decode(image, challenges, pool);
        extraBytes = PooledBytes.decode(image, extra, pool);
        redirectsLeft = image.readShort();
        ringForNs = image.readLong();
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            tried.addLong(image.readLong());
        }
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            final ClientTransaction branch = itsHolder.clientAt(image.readShort(), image);
            if (branch != null) {
                branch.context = this;
                branches.add(branch);
            }
        }
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            final ProxyTarget target = spares.newTarget();
            targets.add(target);
            target.decode(image, pool);
        }
        if (image.isIntact() && noAnswerNs != SessionRecord.NO_DEADLINE) {
            ringUntil(noAnswerNs);
        }
    }

    /** Forgets everything before it goes back to its pool. */
    void close() {
        stopWaiting();
        if (server != null && server.context == this) {
            server.context = null;
        }
        server = null;
        for (int i = 0; i < branches.size(); i++) {
            branches.get(i).context = null;
        }
        branches.clear();
        dropTargets();
        forgetBest();
        extraBytes = release(extraBytes, extra);
        holder = null;
        method = SipMethod.UNKNOWN;
        routedBy = 0;
        call = null;
        tried.clear();
        redirectsLeft = 0;
        ringForNs = 0;
        isRecordRouting = false;
        isKept = false;
        isClosed = false;
        isCallerGone = false;
        isWatched = false;
        isWithin = false;
        isHandlerAsked = false;
        wasHandlerAsked = false;
        isAnswered = false;
    }

    /** Nobody of the group has answered for as long as they may ring. */
    private final class NoAnswer extends Deadline {
        @Override
        protected int slot() {
            return holder == null ? 0 : holder.slot();
        }

        @Override
        protected void onDeadline(final long nowNs) {
            core.onGroupSilent(ResponseContext.this, nowNs);
        }
    }
}
