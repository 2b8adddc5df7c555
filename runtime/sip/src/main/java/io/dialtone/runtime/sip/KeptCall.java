package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.sip.CallRecord.EndedBy;
import io.dialtone.state.api.SessionRecord;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call that was passed on, and whose end its session wants to see: what its messages are known by, and what will be said of it. A part of the session's image. Pooled; called only by the owning worker.
 *
 * <p>Call-ID and tags are kept as keyed hashes, the same on all nodes: a call costs the same whatever its peers write there.
 */
final class KeptCall {
    private static final int FLAG_TOLD = 1;
    private static final int FLAG_UP = 2;
    private static final int FLAG_BYE_OF_CALLER = 4;
    private static final int FLAG_BYE_OF_CALLEE = 8;

    private final CallKeeper keeper;
    private final Silence silence = new Silence();

    @Nullable
    SipSession<?> session;

    @Nullable
    CallRecord record;

    /** True if the handler hears of it; else only its record is wanted. */
    boolean isTold;
    /** True from its 2xx on. */
    boolean isUp;
    /** Who has sent a BYE that has no answer yet. */
    EndedBy byeOf = EndedBy.NOBODY;

    /** When that BYE came, in ns since 1970. */
    long byeNs;

    long callId;
    long callerTag;
    /** 0 before its 2xx. */
    long calleeTag;
    /** What the peers have agreed on as the longest time without a refresh (RFC 4028); 0 if on nothing. */
    long sessionExpiresNs;

    KeptCall(final CallKeeper keeper) {
        this.keeper = keeper;
    }

    /** Who sends a request within this call; nobody if it is of another. */
    EndedBy senderOf(final long itsCallId, final long fromTag, final long toTag) {
        if (!isUp || itsCallId != callId) {
            return EndedBy.NOBODY;
        }
        if (fromTag == callerTag && toTag == calleeTag) {
            return EndedBy.CALLER;
        }
        return fromTag == calleeTag && toTag == callerTag ? EndedBy.CALLEE : EndedBy.NOBODY;
    }

    /** If nothing is heard of it by then it is taken for ended. */
    void silentUntil(final long atNs) {
        keeper.deadlines().schedule(silence, atNs);
    }

    long nextDeadlineNs() {
        return silence.dueNs();
    }

    /**
     * Writes what another owner must know.
     *
     * <pre>
     *  flags (8): 1 is told, 2 is up, 4 a BYE of the caller has no answer, 8 one of the callee · hashes of Call-ID, caller's tag, callee's tag (64 each)
     *  when that BYE came, ns since 1970 (64) · session timer, ns (64) · when it is taken for ended, ns since 1970 (64) · record: length (32), bytes
     * </pre>
     */
    void encode(final SessionCalls calls, final ImageWriter image) {
        image.putByte((isTold ? FLAG_TOLD : 0)
                        | (isUp ? FLAG_UP : 0)
                        | (byeOf == EndedBy.CALLER ? FLAG_BYE_OF_CALLER : 0)
                        | (byeOf == EndedBy.CALLEE ? FLAG_BYE_OF_CALLEE : 0))
                .putLong(callId)
                .putLong(callerTag)
                .putLong(calleeTag)
                .putLong(byeNs)
                .putLong(sessionExpiresNs)
                .putLong(keeper.time().toWallNs(silence.dueNs()));
        calls.encode(Objects.requireNonNull(record, "a call that is kept has a record"), image);
    }

    /** Reads what {@link #encode} wrote. */
    void decode(final SipSession<?> itsSession, final ImageReader image) {
        session = itsSession;
        final int flags = image.readByte();
        isTold = (flags & FLAG_TOLD) != 0;
        isUp = (flags & FLAG_UP) != 0;
        byeOf = (flags & FLAG_BYE_OF_CALLER) != 0
                ? EndedBy.CALLER
                : (flags & FLAG_BYE_OF_CALLEE) != 0 ? EndedBy.CALLEE : EndedBy.NOBODY;
        callId = image.readLong();
        callerTag = image.readLong();
        calleeTag = image.readLong();
        byeNs = image.readLong();
        sessionExpiresNs = image.readLong();
        final long silentUntilNs = keeper.time().toMonotonicNs(image.readLong());
        final CallRecord itsRecord = itsSession.calls.spare();
        record = itsRecord;
        if (!SessionCalls.decode(itsRecord, image)) {
            return;
        }
        itsRecord.onOwner(itsSession.calls.log());
        if (silentUntilNs != SessionRecord.NO_DEADLINE) {
            silentUntil(silentUntilNs);
        }
    }

    /** Forgets everything before it goes back to its pool. */
    void close() {
        keeper.deadlines().cancel(silence);
        final CallRecord itsRecord = record;
        if (itsRecord != null && session != null) {
            session.calls.giveBack(itsRecord);
        }
        record = null;
        session = null;
        isTold = false;
        isUp = false;
        byeOf = EndedBy.NOBODY;
        byeNs = 0;
        callId = 0;
        callerTag = 0;
        calleeTag = 0;
        sessionExpiresNs = 0;
    }

    /** Nothing was heard of the call for too long. */
    private final class Silence extends Deadline {
        @Override
        protected int slot() {
            final SipSession<?> itsSession = session;
            return itsSession == null ? 0 : itsSession.slot();
        }

        @Override
        protected void onDeadline(final long nowNs) {
            keeper.onSilent(KeptCall.this, nowNs);
        }
    }
}
