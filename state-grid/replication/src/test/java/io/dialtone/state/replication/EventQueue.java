package io.dialtone.state.replication;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What will happen in a simulated world, in the order of its times, and of its making where those are the same. Used by the simulator's one thread. */
final class EventQueue {
    private long[] times = new long[256];
    private long[] orders = new long[256];
    private @Nullable Runnable[] actions = new @Nullable Runnable[256];
    private int size;
    private long made;

    void at(final long timeNs, final Runnable action) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            orders = Arrays.copyOf(orders, size * 2);
            actions = Arrays.copyOf(actions, size * 2);
        }
        final long order = made++;
        int at = size++;
        while (at > 0) {
            final int parent = (at - 1) >>> 1;
            if (times[parent] < timeNs || (times[parent] == timeNs && orders[parent] < order)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        set(at, timeNs, order, action);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** When the next thing happens; meaningful only if there is one. */
    long nextTimeNs() {
        return times[0];
    }

    /** Takes the next action out. */
    Runnable poll() {
        final Runnable first = actions[0];
        assert first != null;
        size--;
        final long time = times[size];
        final long order = orders[size];
        final Runnable last = actions[size];
        actions[size] = null;
        if (size > 0 && last != null) {
            int at = 0;
            while (2 * at + 1 < size) {
                int child = 2 * at + 1;
                if (child + 1 < size && isBefore(child + 1, child)) {
                    child++;
                }
                if (time < times[child] || (time == times[child] && order < orders[child])) {
                    break;
                }
                move(child, at);
                at = child;
            }
            set(at, time, order, last);
        }
        return first;
    }

    private boolean isBefore(final int a, final int b) {
        return times[a] < times[b] || (times[a] == times[b] && orders[a] < orders[b]);
    }

    private void move(final int from, final int to) {
        times[to] = times[from];
        orders[to] = orders[from];
        actions[to] = actions[from];
    }

    private void set(final int at, final long timeNs, final long order, final Runnable action) {
        times[at] = timeNs;
        orders[at] = order;
        actions[at] = action;
    }
}
