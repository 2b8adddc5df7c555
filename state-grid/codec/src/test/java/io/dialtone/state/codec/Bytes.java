package io.dialtone.state.codec;

import java.util.Arrays;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** States to bytes and back, for tests. */
final class Bytes {
    /** Not 0, so that an offset that is forgotten shows. */
    private static final int OFFSET = 3;

    private Bytes() {}

    static <S extends Record> RecordStateCodec<S> codec(final Class<S> type) {
        return RecordStateCodec.of(type, StateLimits.defaults());
    }

    static <S extends Record> byte[] of(final RecordStateCodec<S> codec, final S state) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final int length = codec.encode(state, buffer, OFFSET);
        return Arrays.copyOfRange(buffer.byteArray(), OFFSET, OFFSET + length);
    }

    static <S extends Record> S read(final RecordStateCodec<S> codec, final byte[] bytes) {
        return codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    static <S extends Record> S roundTrip(final Class<S> type, final S state) {
        final RecordStateCodec<S> codec = codec(type);
        return read(codec, of(codec, state));
    }

    /** What one version writes, read by another. */
    @SuppressWarnings("unchecked") // a record is of its own class
    static <R extends Record> R handOver(final Record state, final Class<R> reader) {
        return read(codec(reader), of(codec((Class<Record>) state.getClass()), state));
    }
}
