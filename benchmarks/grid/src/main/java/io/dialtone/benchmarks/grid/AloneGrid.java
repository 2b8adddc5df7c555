package io.dialtone.benchmarks.grid;

import java.util.ArrayDeque;

/** Sessions in this process and nowhere else: what callers and handler cost by themselves, to be taken off the others. */
final class AloneGrid implements Grid {
    private final Workload workload;
    private final Call[] states;
    private final ArrayDeque<Event> open = new ArrayDeque<>();

    AloneGrid(final Workload workload) {
        this.workload = workload;
        states = new Call[workload.sessions()];
        for (int i = 0; i < states.length; i++) {
            states[i] = workload.first(i);
        }
    }

    @Override
    public void begin(final Event event) {
        open.add(event);
    }

    @Override
    public int doWork(final long nowNs) {
        final int count = open.size();
        for (int i = 0; i < count; i++) {
            final Event event = open.remove();
            states[event.session] = workload.update(event, states[event.session]);
            workload.onDone(event);
        }
        return count;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
