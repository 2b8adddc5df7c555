package io.dialtone.runtime.engine;

/**
 * The limits of one worker. Values only; finished before the worker starts.
 *
 * @param turnNsMax after this time a turn takes nothing more: it makes records of what it has taken and sends them, and its beats
 * @param framesPerTurnMax frames polled from the link in one turn; more wait in the link, which pushes back on edges
 * @param deadlinesPerTurnMax deadlines served in one turn
 * @param deadlinesPerTick places for deadlines that each millisecond has at first, a power of two; 8 MiB in all for 16 of them
 * @param commandsMax commands that may wait in the mailbox; a further one is refused with {@link SessionWorkerProxy#MAILBOX_FULL}
 * @param outboxBytesMax outputs that may wait for backups and edges, in bytes; no message is taken while there are more
 * @param heldBytesMax messages that may wait while none can be taken, in bytes; a further one is dropped and counted
 * @param sessionsMax sessions of slots owned here, at rest or not; a further one is refused in the protocol's words
 * @param restAfterNs a session to which nothing has happened for this time leaves memory, if its image is kept; making it again costs some microseconds
 * @param imagesReservePercent what is kept free in the store of images for sessions that are there already: when less is free, no new one is begun. A short state
 *     doubles when its call hangs up, because the answers are remembered for half a minute
 * @param timersPerSessionMax timers of one session; a further one is the handler's error
 */
public record WorkerConfig(
        long turnNsMax,
        int framesPerTurnMax,
        int deadlinesPerTurnMax,
        int deadlinesPerTick,
        int commandsMax,
        int outboxBytesMax,
        int heldBytesMax,
        int sessionsMax,
        long restAfterNs,
        int imagesReservePercent,
        int timersPerSessionMax) {

    public WorkerConfig {
        check("turn-max", turnNsMax, 1, 2_000_000);
        check("frames-per-turn-max", framesPerTurnMax, 1, 64);
        check("deadlines-per-turn-max", deadlinesPerTurnMax, 1, 256);
        check("deadlines-per-tick", deadlinesPerTick, 1, 4);
        check("commands-max", commandsMax, 1, 1024);
        check("outbox-bytes-max", outboxBytesMax, 1 << 17, 1 << 21);
        check("held-bytes-max", heldBytesMax, 1 << 20, 1 << 20);
        check("sessions-max", sessionsMax, 1, 1 << 20);
        check("rest-after", restAfterNs, 1_000_000, 10_000_000_000L);
        check("images-reserve-percent", imagesReservePercent, 0, 50);
        check("timers-per-session-max", timersPerSessionMax, 1, 16);
    }

    public static WorkerConfig defaults() {
        return new WorkerConfig(2_000_000, 64, 256, 4, 1024, 1 << 21, 1 << 20, 1 << 20, 10_000_000_000L, 50, 16);
    }

    public WorkerConfig withOutboxBytesMax(final int max) {
        return new WorkerConfig(
                turnNsMax,
                framesPerTurnMax,
                deadlinesPerTurnMax,
                deadlinesPerTick,
                commandsMax,
                max,
                heldBytesMax,
                sessionsMax,
                restAfterNs,
                imagesReservePercent,
                timersPerSessionMax);
    }

    public WorkerConfig withSessionsMax(final int max) {
        return new WorkerConfig(
                turnNsMax,
                framesPerTurnMax,
                deadlinesPerTurnMax,
                deadlinesPerTick,
                commandsMax,
                outboxBytesMax,
                heldBytesMax,
                max,
                restAfterNs,
                imagesReservePercent,
                timersPerSessionMax);
    }

    /** These settings with other places for deadlines. */
    public WorkerConfig withDeadlinesPerTick(final int places) {
        return new WorkerConfig(
                turnNsMax,
                framesPerTurnMax,
                deadlinesPerTurnMax,
                places,
                commandsMax,
                outboxBytesMax,
                heldBytesMax,
                sessionsMax,
                restAfterNs,
                imagesReservePercent,
                timersPerSessionMax);
    }

    public WorkerConfig withRestAfterNs(final long ns) {
        return new WorkerConfig(
                turnNsMax,
                framesPerTurnMax,
                deadlinesPerTurnMax,
                deadlinesPerTick,
                commandsMax,
                outboxBytesMax,
                heldBytesMax,
                sessionsMax,
                ns,
                imagesReservePercent,
                timersPerSessionMax);
    }

    public WorkerConfig withImagesReservePercent(final int percent) {
        return new WorkerConfig(
                turnNsMax,
                framesPerTurnMax,
                deadlinesPerTurnMax,
                deadlinesPerTick,
                commandsMax,
                outboxBytesMax,
                heldBytesMax,
                sessionsMax,
                restAfterNs,
                percent,
                timersPerSessionMax);
    }

    private static void check(final String name, final long value, final long least, final long usual) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: >= " + least + "). Maybe " + usual + ", the default.");
        }
    }
}
