package io.dialtone.state.replication;

import io.dialtone.state.api.ImageStore;

/**
 * One slot being told to one learner: first all of its sessions, then that it may be a backup. Called only by the owning worker.
 */
final class Learning {
    enum State {
        /** The learner was told nothing yet. */
        WAITING,
        /** Sessions are on their way. */
        SENDING,
        /** All sessions were sent. */
        SENT,
        /** All was applied; outputs wait for the learner too, so that it can be made a backup. */
        GATING
    }

    final int slot;
    final OutgoingStream stream;

    State state = State.WAITING;
    /** The registry was asked to promote: only its word can undo that the learner is waited for. */
    boolean isProposed;

    /** Nothing of what was made before the snapshot began is held any more. */
    boolean isReleasable;

    long cursor = ImageStore.BEGIN;
    long generation;
    long beginPosition;
    long endPosition;
    /** The slot's last record when the snapshot began. */
    long beginNumber;
    /** After a failure the learner is left alone for a while. */
    long notBeforeNs = Long.MIN_VALUE;

    Learning(final int slot, final OutgoingStream stream) {
        this.slot = slot;
        this.stream = stream;
    }

    void begin() {
        state = State.SENDING;
        isReleasable = false;
        cursor = ImageStore.BEGIN;
        generation = stream.generation();
    }

    void restart(final long atNs) {
        state = State.WAITING;
        isProposed = false;
        notBeforeNs = atNs;
    }

    /** Records of the slot go to the learner. */
    boolean isListening() {
        return state != State.WAITING;
    }

    boolean isGating() {
        return state == State.GATING;
    }
}
