package io.dialtone.state.api;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What one event has made of one session, before it is replicated: the session's new image, or its end, and the outputs that wait for the backups. Filled anew for each
 * event; the ranges are read before {@link SessionReplicator#append} returns. Used by one worker.
 */
public final class SessionRecord {
    /** A session without a timer. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /** What the event did to the session. */
    public enum Kind {
        /** The session is as the image says. */
        IMAGE,
        /** The session is as it was; only the outputs are new. */
        UNCHANGED,
        /** The session has ended. */
        ENDED
    }

    private final UnsafeBuffer key = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer image = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer outputs = new UnsafeBuffer(0, 0);
    private Kind kind = Kind.UNCHANGED;
    private int slot;
    private long keyHash;
    private long deadlineNs;

    public SessionRecord session(
            final int itsSlot, final long hash, final DirectBuffer buffer, final int offset, final int length) {
        slot = itsSlot;
        keyHash = hash;
        key.wrap(buffer, offset, length);
        return unchanged().outputs(buffer, offset, 0);
    }

    public SessionRecord image(
            final DirectBuffer buffer, final int offset, final int length, final long nextDeadlineNs) {
        kind = Kind.IMAGE;
        image.wrap(buffer, offset, length);
        deadlineNs = nextDeadlineNs;
        return this;
    }

    public SessionRecord unchanged() {
        kind = Kind.UNCHANGED;
        image.wrap(key, 0, 0);
        deadlineNs = NO_DEADLINE;
        return this;
    }

    public SessionRecord ended() {
        unchanged();
        kind = Kind.ENDED;
        return this;
    }

    /** What may leave only when the backups have this record; they keep it until they know that it may leave, to send it if they have to take over. */
    public SessionRecord outputs(final DirectBuffer buffer, final int offset, final int length) {
        outputs.wrap(buffer, offset, length);
        return this;
    }

    public Kind kind() {
        return kind;
    }

    public int slot() {
        return slot;
    }

    public long keyHash() {
        return keyHash;
    }

    public DirectBuffer key() {
        return key;
    }

    public DirectBuffer image() {
        return image;
    }

    public DirectBuffer outputs() {
        return outputs;
    }

    public long deadlineNs() {
        return deadlineNs;
    }
}
