package io.dialtone.state.replication;

import io.dialtone.state.api.SessionRecord;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A session of the simulated service: what it has done so far, as a chain of hashes, the answers it has given, and its timers. Used by one worker.
 *
 * <p>Its image is all of it, so that whoever restores it can give the same answers.
 */
final class SimulatedSession {
    private static final int KEY_OFFSET = 0;
    private static final int HASH_OFFSET = 8;
    private static final int VERSION_OFFSET = 16;
    private static final int EDGE_OFFSET = 20;
    private static final int ANSWERS_OFFSET = 24;
    private static final int TIMERS_OFFSET = 28;
    private static final int HEADER_BYTES = 32;
    private static final int ANSWER_BYTES = 20;
    private static final int TIMER_BYTES = 16;

    final long key;
    final int edge;
    int version;
    long hash;
    private int answers;
    private long[] answeredIds = new long[4];
    private int[] answeredVersions = new int[4];
    private long[] answeredHashes = new long[4];
    private int timers;
    private long[] timerIds = new long[2];
    private long[] timerDeadlinesNs = new long[2];

    SimulatedSession(final long key, final int edge) {
        this.key = key;
        this.edge = edge;
        hash = rootOf(key);
    }

    static long rootOf(final long key) {
        return mix(0x5E55_1042L, key);
    }

    /** What a chain's hash becomes by an event. */
    static long mix(final long hash, final long event) {
        long z = hash * 0x9E37_79B9_7F4A_7C15L + event;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }

    /** The event of a timer's end. */
    static long popOf(final long timerId) {
        return ~timerId;
    }

    static SimulatedSession restore(final DirectBuffer image) {
        final SimulatedSession session = new SimulatedSession(image.getLong(KEY_OFFSET), image.getInt(EDGE_OFFSET));
        session.version = image.getInt(VERSION_OFFSET);
        session.hash = image.getLong(HASH_OFFSET);
        int at = HEADER_BYTES;
        for (int i = image.getInt(ANSWERS_OFFSET); i > 0; i--) {
            session.addAnswer(image.getLong(at), image.getInt(at + 8), image.getLong(at + 12));
            at += ANSWER_BYTES;
        }
        for (int i = image.getInt(TIMERS_OFFSET); i > 0; i--) {
            session.addTimer(image.getLong(at), image.getLong(at + 8));
            at += TIMER_BYTES;
        }
        return session;
    }

    static int versionOf(final DirectBuffer image) {
        return image.getInt(VERSION_OFFSET);
    }

    static long hashOf(final DirectBuffer image) {
        return image.getLong(HASH_OFFSET);
    }

    /** Writes the image and returns its length. */
    int write(final MutableDirectBuffer image) {
        image.putLong(KEY_OFFSET, key);
        image.putLong(HASH_OFFSET, hash);
        image.putInt(VERSION_OFFSET, version);
        image.putInt(EDGE_OFFSET, edge);
        image.putInt(ANSWERS_OFFSET, answers);
        image.putInt(TIMERS_OFFSET, timers);
        int at = HEADER_BYTES;
        for (int i = 0; i < answers; i++) {
            image.putLong(at, answeredIds[i]);
            image.putInt(at + 8, answeredVersions[i]);
            image.putLong(at + 12, answeredHashes[i]);
            at += ANSWER_BYTES;
        }
        for (int i = 0; i < timers; i++) {
            image.putLong(at, timerIds[i]);
            image.putLong(at + 8, timerDeadlinesNs[i]);
            at += TIMER_BYTES;
        }
        return at;
    }

    /** Runs an event. */
    void apply(final long event) {
        version++;
        hash = mix(hash, event);
    }

    /** The place of the answer to a transaction, or -1. */
    int answerOf(final long id) {
        for (int i = 0; i < answers; i++) {
            if (answeredIds[i] == id) {
                return i;
            }
        }
        return -1;
    }

    int answeredVersion(final int place) {
        return answeredVersions[place];
    }

    long answeredHash(final int place) {
        return answeredHashes[place];
    }

    void addAnswer(final long id, final int itsVersion, final long itsHash) {
        if (answers == answeredIds.length) {
            answeredIds = Arrays.copyOf(answeredIds, answers * 2);
            answeredVersions = Arrays.copyOf(answeredVersions, answers * 2);
            answeredHashes = Arrays.copyOf(answeredHashes, answers * 2);
        }
        answeredIds[answers] = id;
        answeredVersions[answers] = itsVersion;
        answeredHashes[answers++] = itsHash;
    }

    void addTimer(final long id, final long deadlineNs) {
        if (timers == timerIds.length) {
            timerIds = Arrays.copyOf(timerIds, timers * 2);
            timerDeadlinesNs = Arrays.copyOf(timerDeadlinesNs, timers * 2);
        }
        timerIds[timers] = id;
        timerDeadlinesNs[timers++] = deadlineNs;
    }

    /** Takes a timer out that is due by now, and returns its id; 0 if none is. */
    long takeDue(final long wallNs) {
        for (int i = 0; i < timers; i++) {
            if (timerDeadlinesNs[i] <= wallNs) {
                final long id = timerIds[i];
                timers--;
                timerIds[i] = timerIds[timers];
                timerDeadlinesNs[i] = timerDeadlinesNs[timers];
                return id;
            }
        }
        return 0;
    }

    long nextDeadlineNs() {
        long next = SessionRecord.NO_DEADLINE;
        for (int i = 0; i < timers; i++) {
            next = Math.min(next, timerDeadlinesNs[i]);
        }
        return next;
    }
}
