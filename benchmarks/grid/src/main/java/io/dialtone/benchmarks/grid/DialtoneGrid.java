package io.dialtone.benchmarks.grid;

import io.dialtone.state.api.SessionRecord;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;

/** Sessions where their events are handled: live records here, an image of each in the store and at the backup before the answer leaves. */
final class DialtoneGrid implements Grid {
    private static final int OUTPUT_BYTES = 400;

    private final Workload workload;
    private final int number;
    private final DialtoneMember member;
    private final Call[] states;
    private final UnsafeBuffer[] keys;
    private final SessionRecord record = new SessionRecord();
    private final UnsafeBuffer output = new UnsafeBuffer(new byte[OUTPUT_BYTES]);
    private final ArrayDeque<Event> waiting = new ArrayDeque<>();
    private final ArrayDeque<Event> open = new ArrayDeque<>();
    private final long[] numbers;

    DialtoneGrid(final Workload workload, final int number, final Path directory) {
        this.workload = workload;
        this.number = number;
        member = new DialtoneMember(number, directory);
        states = new Call[workload.sessions()];
        keys = new UnsafeBuffer[workload.sessions()];
        numbers = new long[workload.sessions()];
        for (int i = 0; i < states.length; i++) {
            states[i] = workload.first(i);
            keys[i] = new UnsafeBuffer(workload.keyOf(i));
        }
    }

    @Override
    public void begin(final Event event) {
        waiting.add(event);
    }

    /** A worker's turn: what came in, what is to be handled, what may leave, what is to be sent. */
    @Override
    public int doWork(final long nowNs) {
        int work = member.receive(nowNs);
        while (!waiting.isEmpty() && member.replicator().hasRoom()) {
            handle(waiting.poll());
            work++;
        }
        work += release();
        return work + member.replicator().flush(nowNs);
    }

    private void handle(final Event event) {
        final int session = event.session;
        states[session] = workload.update(event, states[session]);
        workload.encode(event, states[session]);
        record.session(slotOf(session), hashOf(session), keys[session], 0, keys[session].capacity())
                .image(event.image, 0, event.imageLength, SessionRecord.NO_DEADLINE)
                .outputs(output, 0, OUTPUT_BYTES);
        numbers[session] = member.replicator().append(record);
        if (numbers[session] < 0) {
            throw new IllegalStateException("the store is full");
        }
        open.add(event);
    }

    private int release() {
        int released = 0;
        // In the order of the one stream to the one backup: if the first may not leave, none may.
        while (!open.isEmpty()) {
            final Event event = open.peek();
            if (!member.replicator().mayLeave(slotOf(event.session), numbers[event.session])) {
                break;
            }
            open.poll();
            workload.onDone(event);
            released++;
        }
        return released;
    }

    /** Every other slot is this member's. */
    private int slotOf(final int session) {
        return session % (DialtoneMember.SLOTS / 2) * 2 + number;
    }

    private static long hashOf(final int session) {
        return (session + 1) * 0x9E37_79B9_7F4A_7C15L;
    }

    @Override
    public void onCommand(final String command) {
        switch (command) {
            case "hold" -> member.hold(true);
            case "teach" -> member.teach(true);
            case "teach-nobody" -> member.teach(false);
            case "hold-nothing" -> member.hold(false);
            default -> throw new IllegalArgumentException(command);
        }
    }

    @Override
    public boolean isSettled() {
        return member.isSettled();
    }

    @Override
    public void close() {
        member.close();
    }
}
