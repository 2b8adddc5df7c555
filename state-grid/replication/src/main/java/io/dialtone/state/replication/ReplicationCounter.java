package io.dialtone.state.replication;

/** What replication counts on one worker. */
public enum ReplicationCounter {
    RECORDS_APPENDED("Session records made by this worker"),
    RECORDS_APPLIED("Session records of other workers kept as backup"),
    RECORDS_REFUSED("Events undone because their session's image could not be kept"),
    BATCHES_SENT("Frames of records, snapshots and beats sent"),
    BATCHES_RECEIVED("Frames of records, snapshots and beats received"),
    BATCHES_MALFORMED("Frames of records dropped because they are not what they should be"),
    BATCHES_OF_STRANGERS("Frames of processes that the registry does not know, or meant for our predecessor"),
    BATCHES_AFTER_GAP("Frames dropped because one before them is missing; they are sent again"),
    RESENDS("Times that a worker began to send again what a peer had not applied"),
    RINGS_OVERFLOWN("Times that a peer was given up because it left too much unapplied"),
    STREAMS_RESET("Times that a stream to a peer was begun anew"),
    ENTRIES_STALE("Records refused because their slot has an owner of a later epoch"),
    ENTRIES_BROKEN("Records refused because the slot's replica here is not complete"),
    IMAGES_REFUSED("Records refused because the store is full"),
    SLOTS_OWNED("Slots owned by this worker"),
    SLOTS_ALONE("Slots owned by this worker that have no backup"),
    SLOTS_BACKED_UP("Slots that this worker is backup of"),
    ENTRIES_UNAPPLIED("Records and images that peers have not said to have applied"),
    ENTRY_BYTES_HELD("Bytes kept for peers until they have applied them and outputs may leave"),
    LEARNERS("Slots that this worker is telling a learner"),
    TAKEOVERS_PROPOSED("Times that the registry was asked to give us slots of a silent owner"),
    TAKEOVERS_HINTED("Times that it was asked so because the owner was said to be dead, and not yet for its silence"),
    SLOTS_TAKEN("Slots that came to this worker"),
    SLOTS_FENCED("Slots that this worker lost to an owner of a later epoch"),
    EVICTIONS_PROPOSED("Times that the registry was asked to do without a silent backup"),
    PROMOTIONS_PROPOSED("Times that the registry was asked to make a learner a backup"),
    MOVES_PROPOSED("Times that the registry was asked to move slots to a new owner"),
    SNAPSHOTS_BEGUN("Times that a learner was begun to be told a slot"),
    OUTPUTS_REOPENED("Outputs of a former owner that were sent again because their fate was open");

    private final String help;

    ReplicationCounter(final String help) {
        this.help = help;
    }

    /** One sentence for people. */
    public String help() {
        return help;
    }
}
