package io.dialtone.state.api;

import io.dialtone.api.link.LinkFrame;
import org.agrona.DirectBuffer;

/**
 * Replication as the engine sees it: whether a slot is ours, a place for records, and the word on when their outputs may leave. Called only by the owning worker.
 *
 * <p>Each turn the worker calls {@link #doWork} once before it takes messages, and {@link #flush} once after it.
 */
public interface SessionReplicator {
    /** {@link #append} could not keep the session: the store is full or the image too long. Nothing was recorded; the event must be undone. */
    long REFUSED = -1;

    /** True if events of the slot may be run here and now. */
    boolean isOwned(int slot);

    /** The epoch in which the slot is owned here; meaningful only while it is. */
    long epochOf(int slot);

    /** True if the slot has no backup now. */
    boolean isAlone(int slot);

    /** False if nobody looks at the images of sessions, so that none need be made. Never changes. */
    default boolean keepsImages() {
        return true;
    }

    /** True if a turn's worth of records can be taken; otherwise the worker takes no messages this turn. */
    boolean hasRoom();

    /**
     * Records what an event has made of a session of an owned slot.
     *
     * @return the record's number in its slot, more than 0, for {@link #mayLeave}; or {@link #REFUSED}
     */
    long append(SessionRecord record);

    /**
     * True if all backups have applied the slot's records up to this number, so that their outputs may leave. The worker asks in each turn and lets them leave then: in the
     * next turn's {@link #flush} the backups are told that they need not send them any more.
     */
    boolean mayLeave(int slot, long number);

    /** Takes a frame of type {@link LinkFrame#TYPE_REPLICATION} or {@link LinkFrame#TYPE_REPLICATION_ACK}; never throws for what it holds. */
    void onFrame(LinkFrame frame, DirectBuffer buffer, int payloadOffset, int payloadLength);

    /** Takes what is new from the registry, and serves what is due. Says how much was done. */
    int doWork(long nowNs);

    /** Sends what was appended. Says how much was sent. */
    int flush(long nowNs);
}
