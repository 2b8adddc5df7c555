package io.dialtone.state.membership;

import io.dialtone.state.api.MemberFigures;
import io.dialtone.state.api.WatchedProcesses;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What members say to all others: an array of longs, which Hazelcast sends without Java serialization. Immutable.
 *
 * <p>The first long is the kind and the version of its layout; longer arrays of a later version are read as far as this one knows them.
 */
sealed interface MemberMessage {
    long FIGURES = 1;
    long EXIT = 2;
    long GOODBYE = 3;
    long WATCHED = 4;

    /** Longs of a head that all have: kind, number and incarnation of whom it is about. */
    int HEAD = 3;

    /** Longs of each process that is watched: number, incarnation, load, sessions. */
    int PART = 4;

    /** A member's load and sessions. */
    record Figures(MemberFigures figures) implements MemberMessage {
        @Override
        public long[] toLongs() {
            return new long[] {
                FIGURES, figures.number(), figures.incarnation(), figures.loadPercent(), figures.sessions()
            };
        }
    }

    /** A process was seen to end. */
    record Exit(int number, long incarnation) implements MemberMessage {
        @Override
        public long[] toLongs() {
            return new long[] {EXIT, number, incarnation};
        }
    }

    /** A process is about to go of its own will. */
    record Goodbye(int number, long incarnation) implements MemberMessage {
        @Override
        public long[] toLongs() {
            return new long[] {GOODBYE, number, incarnation};
        }
    }

    /** The processes that a member watches. After the head: how many there are, how many longs each has, then those. */
    record Watched(WatchedProcesses watched) implements MemberMessage {
        @Override
        public long[] toLongs() {
            final List<MemberFigures> processes = watched.processes();
            final long[] longs = new long[HEAD + 2 + PART * processes.size()];
            longs[0] = WATCHED;
            longs[1] = watched.watcher();
            longs[2] = watched.incarnation();
            longs[3] = processes.size();
            longs[4] = PART;
            int at = HEAD + 2;
            for (final MemberFigures each : processes) {
                longs[at] = each.number();
                longs[at + 1] = each.incarnation();
                longs[at + 2] = each.loadPercent();
                longs[at + 3] = each.sessions();
                at += PART;
            }
            return longs;
        }
    }

    long[] toLongs();

    /** The message, or null if it is none. */
    static @Nullable MemberMessage of(final long[] longs) {
        if (longs.length < HEAD || !isNumber(longs[1])) {
            return null;
        }
        final int number = (int) longs[1];
        final long incarnation = longs[2];
        if (longs[0] == EXIT) {
            return new Exit(number, incarnation);
        }
        if (longs[0] == GOODBYE) {
            return new Goodbye(number, incarnation);
        }
        if (longs[0] == FIGURES) {
            final MemberFigures figures = figuresAt(longs, 1);
            return figures == null ? null : new Figures(figures);
        }
        return longs[0] == WATCHED ? watchedOf(longs, number, incarnation) : null;
    }

    private static @Nullable MemberMessage watchedOf(final long[] longs, final int number, final long incarnation) {
        if (longs.length < HEAD + 2
                || longs[3] < 0
                || longs[3] > WatchedProcesses.PROCESSES_MAX
                || longs[4] < PART
                || longs[4] > longs.length) {
            return null;
        }
        final int count = (int) longs[3];
        final int part = (int) longs[4];
        final List<MemberFigures> processes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final MemberFigures figures = figuresAt(longs, HEAD + 2 + (long) i * part);
            if (figures == null) {
                return null;
            }
            processes.add(figures);
        }
        return new Watched(new WatchedProcesses(number, incarnation, processes));
    }

    /** Figures that begin there, or null if they are none. */
    private static @Nullable MemberFigures figuresAt(final long[] longs, final long begin) {
        if (begin + PART > longs.length) {
            return null;
        }
        final int at = (int) begin;
        final long load = longs[at + 2];
        final long sessions = longs[at + 3];
        return isNumber(longs[at]) && load >= 0 && load <= 100 && sessions >= 0
                ? new MemberFigures((int) longs[at], longs[at + 1], (int) load, sessions)
                : null;
    }

    private static boolean isNumber(final long number) {
        return number >= 0 && number <= 0xFFFF;
    }
}
