package io.dialtone.state.membership;

import io.dialtone.state.api.MemberFigures;
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

    long[] toLongs();

    /** The message, or null if it is none. */
    static @Nullable MemberMessage of(final long[] longs) {
        if (longs.length < 3 || longs[1] < 0 || longs[1] > 0xFFFF) {
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
        if (longs[0] == FIGURES && longs.length >= 5 && longs[3] >= 0 && longs[3] <= 100 && longs[4] >= 0) {
            return new Figures(new MemberFigures(number, incarnation, (int) longs[3], longs[4]));
        }
        return null;
    }
}
