package io.dialtone.state.replication;

import java.util.EnumSet;
import java.util.Set;

/** How often each rare path ran, over one run or many. Used by one thread. */
@SuppressWarnings("EnumOrdinal") // places in an array of this process
final class Coverage {
    private final long[] counts = new long[RarePath.values().length];

    void saw(final RarePath path) {
        counts[path.ordinal()]++;
    }

    void saw(final RarePath path, final long times) {
        counts[path.ordinal()] += times;
    }

    long of(final RarePath path) {
        return counts[path.ordinal()];
    }

    Set<RarePath> unseen() {
        final Set<RarePath> unseen = EnumSet.noneOf(RarePath.class);
        for (final RarePath path : RarePath.values()) {
            if (of(path) == 0) {
                unseen.add(path);
            }
        }
        return unseen;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        for (final RarePath path : RarePath.values()) {
            text.append(String.format("%10d  %s%n", of(path), path));
        }
        return text.toString();
    }
}
