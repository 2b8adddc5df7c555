package io.dialtone.examples;

import io.dialtone.api.link.LinkFrame;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SessionReplicator;
import org.agrona.DirectBuffer;

/** Wants an image of every event, looks at how long it is, and lets everything leave. */
final class CountingReplicator implements SessionReplicator {
    private long records;
    private long images;
    private long imageBytes;

    long records() {
        return records;
    }

    long images() {
        return images;
    }

    long imageBytes() {
        return imageBytes;
    }

    @Override
    public boolean isOwned(final int slot) {
        return true;
    }

    @Override
    public long epochOf(final int slot) {
        return 1;
    }

    @Override
    public boolean isAlone(final int slot) {
        return false;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public long append(final SessionRecord record) {
        if (record.kind() == SessionRecord.Kind.IMAGE) {
            images++;
            imageBytes += record.image().capacity();
        }
        return ++records;
    }

    @Override
    public boolean mayLeave(final int slot, final long number) {
        return true;
    }

    @Override
    public void onFrame(
            final LinkFrame frame, final DirectBuffer buffer, final int payloadOffset, final int payloadLength) {
        throw new AssertionError("nobody sends any");
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
