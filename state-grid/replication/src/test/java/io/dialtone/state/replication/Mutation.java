package io.dialtone.state.replication;

/** A rule that a simulated world breaks on purpose, to show that the simulator sees it. */
enum Mutation {
    /** All rules hold. */
    NONE,

    // ---- I1, one owner for a slot and epoch
    /** The registry lets a takeover go without a new epoch. */
    TAKEOVER_KEEPS_EPOCH,
    /** A node believes that it owns what its peers own. */
    NODE_THINKS_IT_OWNS_ALL,

    // ---- I2, a new owner was in sync
    /** The registry makes the learner of a dead owner's slot its owner. */
    LEARNER_INHERITS,

    // ---- I3, no output without its record at all backups
    /** The engine lets outputs go without asking. */
    OUTPUTS_NOT_HELD,
    /** A backup says that it has kept what it has not. */
    BACKUP_LOSES_IMAGES,
    /** The network tells an owner that its backups have applied all it has sent. */
    ACKS_FORGED,

    // ---- I4, an owner may not drop its backup by itself
    /** An owner believes that it has no backups. */
    OWNER_FORGETS_BACKUPS,

    // ---- I5, who has lost a slot is fenced
    /** The engine goes on with slots that it was told it has lost. */
    FENCED_OWNER_GOES_ON,

    // ---- I6, a learner is promoted only when it has all
    /** The registry promotes a learner as it makes it one. */
    LEARNER_PROMOTED_AT_ONCE,
    /** Snapshots leave sessions out. */
    SNAPSHOT_SKIPS_SESSIONS,

    // ---- I7, a timer is an event like any other
    /** A timer's output leaves without a record. */
    TIMER_WITHOUT_RECORD,
    /** A new owner does not look for timers. */
    TIMERS_FORGOTTEN_AT_TAKEOVER,
    /** A new owner does not send what its predecessor may not have sent. */
    OPEN_OUTPUTS_FORGOTTEN,

    // ---- I8, a restarted process is a new member
    /** A process comes back empty under its old incarnation. */
    RESTART_KEEPS_INCARNATION,

    // ---- I9, edges drop what comes from an old epoch
    EDGE_TAKES_OLD_EPOCHS,

    // ---- I10, a slot is lost only after its owner's lease
    /** The registry holds a member dead after a tenth of the time. */
    DEAD_TOO_EARLY,
    /** An owner without backups always believes that it has just heard the registry. */
    LEASE_NEVER_ENDS,

    /** The registry takes any hint for a death that was seen. */
    HINTS_ARE_BELIEVED,

    // ---- the history
    /** The engine runs a repeated request once more. */
    DUPLICATES_RUN_TWICE,
    /** An event that could not be recorded is not undone. */
    REFUSED_EVENT_NOT_UNDONE
}
