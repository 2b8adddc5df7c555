package io.dialtone.runtime.engine;

/** What a worker counts, whatever protocol it serves. */
public enum WorkerCounter {
    /** Frames taken from the link. */
    FRAMES_RECEIVED("Frames taken from the link"),
    /** Frames given to the link. */
    FRAMES_SENT("Frames given to the link"),
    /** Frames of a kind or version nobody here reads. */
    FRAMES_UNKNOWN("Frames of a kind or version that no protocol here reads"),
    /** Frames for a slot that another node or worker owns: the sender's table is older or newer than ours. */
    FRAMES_NOT_OURS("Frames for a slot this worker does not own"),
    /** Frames whose epoch is not the one in which we own the slot. */
    FRAMES_OF_OTHER_EPOCH("Frames sent under another epoch of their slot"),
    /** Frames that came after their deadline. */
    FRAMES_TOO_LATE("Frames that came after their deadline"),
    /** Frames that an edge has sent before, to us or to who owned the slot before us. */
    FRAMES_REDRIVEN(
            "Frames that their edge sent once more, because it had no answer when the slot's owner changed or came back"),
    /** Messages put aside because a turn had no room for records or outputs. */
    FRAMES_HELD("Messages put aside because a turn had no room for their records"),
    /** Messages dropped because no more could be put aside. */
    FRAMES_DROPPED_NO_ROOM("Messages dropped because no more could be put aside"),
    /** Turns that took no message because replication or the outbox had no room. */
    TURNS_WITHOUT_ROOM("Turns that took no message because replication or the outbox had no room"),
    /** Records made of events. */
    RECORDS("Records made of events"),
    /** Outputs dropped because the outbox was full; retransmission brings them back. */
    OUTPUTS_DROPPED_OUTBOX_FULL("Outputs dropped because the outbox was full"),
    /** Outputs dropped because another node owns their slot now. */
    OUTPUTS_DROPPED_DISOWNED("Outputs dropped because another node owns their slot now"),
    /** Outputs of a former owner that this node sends on. */
    OUTPUTS_TAKEN_OVER("Outputs of a former owner that this node sends on"),
    /** Outputs of a former owner that are in no form we read. */
    OUTPUTS_UNREADABLE("Outputs of a former owner in a form that is not read here"),
    /** Gauge: outputs that wait for backups or edges. */
    OUTPUTS_HELD("Outputs that wait for backups or edges"),
    /** Gauge: bytes of outputs that wait for backups or edges. */
    OUTPUT_BYTES_HELD("Bytes of outputs that wait for backups or edges"),
    /** Gauge: age of the oldest output that waits. */
    OLDEST_OUTPUT_HELD_NS("Age of the oldest output that waits, in nanoseconds"),
    /** Outputs dropped because the edge is gone. */
    OUTPUTS_DROPPED_EDGE_GONE("Outputs dropped because their edge was not connected"),
    /** Turns that ended with outputs waiting for a slower edge. */
    TURNS_BACK_PRESSURED("Turns that ended with outputs waiting for a slower edge"),
    /** Messages from one service of a chain to another. */
    MESSAGES_WITHIN("Messages from one service of a chain to another in the same worker"),
    /** Messages from one service of a chain to another that were dropped because those that wait fill the outbox. */
    MESSAGES_WITHIN_DROPPED(
            "Messages from one service of a chain to another dropped because what waits has filled the outbox"),
    /** Gauge: sessions in memory. */
    SESSIONS("Sessions in memory"),
    /** Sessions begun since the worker started. */
    SESSIONS_BEGUN("Sessions begun"),
    /** New sessions refused because there are as many as there may be. */
    SESSIONS_REFUSED("New sessions refused because the limit was reached"),
    /** New sessions refused because what is free in the store of images is for those that are here. */
    SESSIONS_REFUSED_STORE_FULL(
            "New sessions refused because what is free in the store of images is for those that are here"),
    /** New sessions refused because their slot has no backup, and the service wants one. */
    SESSIONS_REFUSED_ALONE("New sessions refused because their slot has no backup now and the service wants one"),
    /** Sessions made again from their image. */
    SESSIONS_RESTORED("Sessions made again from their image"),
    /** Sessions that left memory because nothing happened to them; their images are in the store. */
    SESSIONS_PUT_TO_REST("Idle sessions that left memory for the store of images"),
    /** Sessions lost because their image is in no form we read. */
    IMAGES_UNREADABLE("Sessions lost because their image is in no form that is read here"),
    /** Dormant sessions left where they are because there was no room for their transactions or dialogs. */
    RESTORES_POSTPONED("Dormant sessions left where they are because the worker's tables were full"),
    /** Events undone because the session's image was too long or the store full. */
    EVENTS_NOT_KEPT("Events undone because their session's image could not be kept"),
    /** Gauge: sessions that lie in the store of images only. */
    SESSIONS_DORMANT("Sessions that lie in the store of images only"),
    /** Gauge: images in the store, of sessions that are owned here and of those that are kept for others. */
    IMAGES("Images in the store, of sessions owned here and of those kept for others"),
    /** Gauge: what of the store's memory is taken. */
    IMAGES_BYTES_USED("Bytes of the store of images that are taken, in whole pages"),
    /** Gauge: the store's memory. */
    IMAGES_BYTES_MAX(
            "Bytes that the store of images may take; new sessions are refused when what is reserved for those that are here is left"),
    /** Gauge: deadlines in the wheel. */
    DEADLINES("Deadlines in the wheel"),
    /** Session timers that ran out. */
    TIMERS_FIRED("Session timers that ran out"),
    /** Handler methods that threw. */
    HANDLER_FAILURES("Handler methods that threw");

    private final String sentence;

    WorkerCounter(final String sentence) {
        this.sentence = sentence;
    }

    /** What the counter says, for people. */
    public String sentence() {
        return sentence;
    }
}
