package io.dialtone.diameter.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where all connections of a loop are read into, one after the other: whatever is read is handed on before the next read. What a connection has kept of a message that is not all
 * there is put in front, so that a message always lies in one piece. Called only by the loop's thread.
 *
 * <pre>
 *   0                  kept              read to                                  capacity
 *   +------------------+-----------------+----------------------------------------+
 *   | half of a message| its rest, and more messages, and half of another           |
 *   +------------------+-----------------+----------------------------------------+
 *    less than a whole   at least ROOM_BYTES together
 *    message
 * </pre>
 *
 * <p>To copy what was kept with each read costs no more than the read itself, and only as long as the message has time to end.
 */
final class ReadMemory {
    /** What one read can bring at least. */
    static final int ROOM_BYTES = 128 * 1024;

    private final ByteBuf bytes;
    private final UnsafeBuffer view;

    ReadMemory(final int messageBytesMax) {
        final ByteBuffer memory = ByteBuffer.allocateDirect(messageBytesMax + ROOM_BYTES);
        view = new UnsafeBuffer(memory);
        bytes = Unpooled.wrappedBuffer(memory);
    }

    UnsafeBuffer view() {
        return view;
    }

    /** The bytes after what was kept; whoever reads into them releases them once. */
    ByteBuf begin(final ByteBuf kept) {
        bytes.clear();
        bytes.writeBytes(kept, kept.readerIndex(), kept.readableBytes());
        return bytes.retain();
    }

    ByteBuf begin() {
        return bytes.clear().retain();
    }

    @SuppressWarnings("ReferenceEquality") // The same bytes elsewhere are not this memory.
    boolean is(final ByteBuf other) {
        return other == bytes;
    }

    /** Copies bytes that were read elsewhere behind what was kept; returns where they end. */
    int copy(final ByteBuf kept, final ByteBuf from) {
        bytes.clear();
        bytes.writeBytes(kept, kept.readerIndex(), kept.readableBytes());
        bytes.writeBytes(from, Math.min(from.readableBytes(), bytes.writableBytes()));
        return bytes.writerIndex();
    }
}
