package io.dialtone.diameter.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/** Says where a connection is read into: the loop's one memory, or one of its own for what TLS will turn into something else. Called only by the loop's thread. */
final class Reading extends DefaultMaxMessagesRecvByteBufAllocator {
    /** Reads of one connection before the others have theirs. */
    private static final int READS_IN_A_ROW = 4;

    /** A record of TLS, and a little more. */
    private static final int RECORD_BYTES = 17 * 1024;

    private final TcpConnection connection;

    Reading(final TcpConnection connection) {
        super(READS_IN_A_ROW);
        this.connection = connection;
    }

    @Override
    public MaxMessageHandle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return RECORD_BYTES;
            }

            @Override
            public ByteBuf allocate(final ByteBufAllocator allocator) {
                return connection.isPlain() ? connection.readBuffer() : allocator.ioBuffer(RECORD_BYTES);
            }
        };
    }
}
