package io.dialtone.state.replication;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Records of slots' former epochs that may not have left, as far as is known here: whoever owns the slot next sends their outputs again. Called only by the owning worker.
 *
 * <p>A stream forgets a record when its owner says that it has left, or that it will never leave because the owner has lost the slot. The second is true of that owner and
 * no reason to forget: its heir may die before it has sent anything, and we may be the next. So what is open when an epoch ends is kept here, until the new owner has told
 * us as records of its own all that it found open, or until we begin to learn the slot anew.
 */
final class LeftOpen {
    /** A session that has left more open than this makes several records, so that each finds room in a frame. */
    private static final int OUTPUTS_BYTES_MAX = 1 << 15;

    private static final long NONE_KEPT = Long.MIN_VALUE;

    /** What is kept of one slot, entries in a row. */
    private static final class Records {
        final UnsafeBuffer memory = new UnsafeBuffer(new byte[1 << 12]);
        int end;
    }

    private final @Nullable Records[] records;
    /** The last epoch of which what was open is kept already. */
    private final long[] keptEpoch;
    /** The new owner's record with which it has told all that was open, or 0. */
    private final long[] toldNumber;

    private final Entry copy = new Entry();

    LeftOpen(final int slots) {
        records = new @Nullable Records[slots];
        keptEpoch = new long[slots];
        toldNumber = new long[slots];
        Arrays.fill(keptEpoch, NONE_KEPT);
    }

    /** True if what was open at the end of this epoch is still to be kept; from then on it is not. */
    boolean begin(final int slot, final long epoch) {
        if (epoch <= keptEpoch[slot]) {
            return false;
        }
        keptEpoch[slot] = epoch;
        toldNumber[slot] = 0;
        return true;
    }

    /** Keeps a record, without its image. */
    void keep(final Entry record) {
        Records kept = records[record.slot()];
        if (kept == null) {
            kept = new Records();
            records[record.slot()] = kept;
        }
        final int bytes = record.bytesWithoutImage();
        if (kept.end + bytes > kept.memory.capacity()) {
            kept.memory.wrap(
                    Arrays.copyOf(kept.memory.byteArray(), Math.max(kept.end + bytes, 2 * kept.memory.capacity())));
        }
        copy.begin(kept.memory, kept.end, bytes, record.kind()).withoutImage(record);
        kept.end += bytes;
    }

    /** What is kept of a slot, by session. */
    List<OpenSession> sessionsOf(final int slot) {
        final List<OpenSession> sessions = new ArrayList<>();
        final Map<ByteBuffer, OpenSession> byKey = new HashMap<>();
        final Records kept = records[slot];
        for (int at = 0; kept != null && at < kept.end; at += copy.length()) {
            copy.wrapOwn(kept.memory, at);
            final byte[] key = new byte[copy.keyLength()];
            copy.buffer().getBytes(copy.keyOffset(), key);
            OpenSession session = byKey.get(ByteBuffer.wrap(key));
            if (session == null
                    || key.length == 0
                    || session.outputsLength() + copy.outputsLength() > OUTPUTS_BYTES_MAX) {
                session = new OpenSession(copy.keyHash(), key);
                sessions.add(session);
                byKey.put(ByteBuffer.wrap(key), session);
            }
            session.add(copy);
        }
        return sessions;
    }

    /** The new owner makes so many records of what it found open, and those are its first. */
    void onEpochBegun(final int slot, final long open) {
        toldNumber[slot] = open;
        if (open == 0) {
            forget(slot);
        }
    }

    /** The new owner has told the record of this number. */
    void onTold(final int slot, final long number) {
        if (number == toldNumber[slot]) {
            forget(slot);
        }
    }

    void forget(final int slot) {
        records[slot] = null;
        keptEpoch[slot] = NONE_KEPT;
        toldNumber[slot] = 0;
    }
}
