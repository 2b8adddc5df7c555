package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkFrame;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SessionReplicator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.DirectBuffer;

/** Owns slots, has room and lets outputs leave as a test says, and notes what it is given. */
final class ScriptedReplicator implements SessionReplicator {
    final Set<Integer> disowned = new HashSet<>();
    final Map<Integer, Long> applied = new HashMap<>();
    final List<String> records = new ArrayList<>();
    final List<String> frames = new ArrayList<>();
    boolean hasRoom = true;
    private final Map<Integer, Long> numbers = new HashMap<>();

    @Override
    public boolean isOwned(final int slot) {
        return !disowned.contains(slot);
    }

    @Override
    public long epochOf(final int slot) {
        return 7;
    }

    @Override
    public boolean isAlone(final int slot) {
        return false;
    }

    @Override
    public boolean hasRoom() {
        return hasRoom;
    }

    @Override
    public long append(final SessionRecord record) {
        records.add(record.kind() + " slot " + record.slot() + " key "
                + record.key().capacity());
        return numbers.merge(record.slot(), 1L, Long::sum);
    }

    @Override
    public boolean mayLeave(final int slot, final long number) {
        return number <= applied.getOrDefault(slot, 0L);
    }

    @Override
    public void onFrame(
            final LinkFrame frame, final DirectBuffer buffer, final int payloadOffset, final int payloadLength) {
        frames.add(frame.type() + ":" + buffer.getStringWithoutLengthAscii(payloadOffset, payloadLength));
    }

    @Override
    public int doWork(final long nowNs) {
        return 0;
    }

    @Override
    public int flush(final long nowNs) {
        return 0;
    }
}
