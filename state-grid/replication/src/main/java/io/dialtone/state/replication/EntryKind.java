package io.dialtone.state.replication;

import io.dialtone.state.api.SessionRecord;

/** What an entry of a stream is. The numbers go over the wire. */
final class EntryKind {
    /** Fills the ring to its end; never sent. */
    static final byte PAD = 0;
    /** A session is as the image says. */
    static final byte IMAGE = 1;
    /** A session is as it was; the outputs are new. */
    static final byte UNCHANGED = 2;
    /** A session has ended. */
    static final byte ENDED = 3;
    /** A learner is to forget the slot and to listen. */
    static final byte SNAPSHOT_BEGIN = 4;
    /** A session of the slot, as of now. */
    static final byte SNAPSHOT_IMAGE = 5;
    /** The learner has heard all of the slot. */
    static final byte SNAPSHOT_END = 6;
    /** A new owner goes on where it stood as a backup itself; who stood further on cannot follow. */
    static final byte EPOCH_BEGIN = 7;

    private EntryKind() {}

    static byte of(final SessionRecord.Kind kind) {
        return switch (kind) {
            case IMAGE -> IMAGE;
            case UNCHANGED -> UNCHANGED;
            case ENDED -> ENDED;
        };
    }

    /** True for what an event has made; those are numbered within their slot, and wait for all backups. */
    static boolean isRecord(final byte kind) {
        return kind >= IMAGE && kind <= ENDED;
    }
}
