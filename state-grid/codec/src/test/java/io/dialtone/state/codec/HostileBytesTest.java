package io.dialtone.state.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dialtone.state.api.StateFormatException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Bytes that no version of the service has written. */
@SuppressWarnings("ByteBufferBackingArray") // all are made by form()
class HostileBytesTest {
    private static final long SEED = 4_711;
    private static final int STATES = 300;
    private static final int MUTATIONS = 100;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @SuppressWarnings("ArrayRecordComponent") // states of services have such
    record Lists(List<String> list, int[] array, String text, byte[] blob) {}

    private static ByteBuffer form() {
        return ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).put(WireType.FORMAT);
    }

    private static ByteBuffer component(final String name, final int type) {
        return form().putInt(WireType.tagOf(name) | type);
    }

    @Test
    void shouldRefuseOrReadBytesThatWereChanged() {
        final RecordStateCodec<Samples.Everything> codec = Bytes.codec(Samples.Everything.class);
        int refused = 0;
        int read = 0;
        for (int i = 0; i < STATES; i++) {
            final long seed = SEED + i;
            final SplittableRandom random = new SplittableRandom(seed);
            final byte[] whole = Bytes.of(codec, Samples.everything(random));
            for (int j = 0; j < MUTATIONS; j++) {
                final byte[] bytes = whole.clone();
                final int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
                for (int k = random.nextInt(4); k >= 0; k--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                try {
                    final Samples.Everything state = codec.decode(new UnsafeBuffer(bytes), 0, length);
                    final byte[] again = Bytes.of(codec, state);
                    assertEquals(state, Bytes.read(codec, again), () -> "seed " + seed);
                    read++;
                } catch (final StateFormatException e) {
                    refused++;
                }
            }
        }
        assertTrue(refused > STATES * MUTATIONS / 10, "too few were refused for this to be a test: " + refused);
        assertTrue(read > STATES * MUTATIONS / 10, "too few were read for this to be a test: " + read);
    }

    @Test
    void shouldNotAllocateForCountsAndLengthsThatAreOnlyAnnounced() {
        final RecordStateCodec<Lists> codec = Bytes.codec(Lists.class);
        final List<ByteBuffer> states = List.of(
                component("list", WireType.LIST).putInt(4).putInt(Integer.MAX_VALUE),
                component("list", WireType.LIST).putInt(Integer.MAX_VALUE).putInt(1_000_000),
                component("list", WireType.LIST).putInt(-1).putInt(-1),
                component("array", WireType.PACKED).put(new byte[] {-1, -1, -1, -1, 7, WireType.I32}),
                component("array", WireType.PACKED).put(new byte[] {-1, -1, -1, -1, 15, WireType.I32}),
                component("text", WireType.LATIN1).put(new byte[] {-1, -1, -1, -1, 7}),
                component("text", WireType.UTF16).put(new byte[] {-2, -1, -1, -1, 7}),
                component("blob", WireType.BYTES).put(new byte[] {-1, -1, -1, -1, 7}),
                component("blob", WireType.BYTES).put(new byte[] {-1, -1, -1, -1, -1, -1}),
                component("unknown", WireType.STRUCT).putInt(Integer.MAX_VALUE),
                component("unknown", WireType.LIST).putInt(-1),
                component("unknown", WireType.BYTES).put(new byte[] {-1, -1, -1, -1, 7}));
        for (final ByteBuffer state : states) {
            final UnsafeBuffer buffer = new UnsafeBuffer(state.array(), 0, state.position());
            final long before = THREADS.getCurrentThreadAllocatedBytes();

            assertThrows(StateFormatException.class, () -> codec.decode(buffer, 0, buffer.capacity()));

            final long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < 256 * 1024, () -> allocated + " bytes");
        }
    }

    @Test
    void shouldPassOverWhatItDoesNotKnowWithoutLookingIntoIt() {
        final ByteBuffer state = component("unknown", WireType.LIST).putInt(3).put(new byte[] {99, 99, 99});
        state.putInt(WireType.tagOf("text") | WireType.LATIN1).put(new byte[] {2, 'o', 'k'});

        final Lists read = Bytes.codec(Lists.class).decode(new UnsafeBuffer(state.array()), 0, state.position());

        assertEquals("ok", read.text());
    }

    @Test
    void shouldRefuseBytesLeftOverInWhatItKnows() {
        final ByteBuffer state = component("list", WireType.LIST)
                .putInt(6)
                .putInt(1)
                .put((byte) WireType.NULL)
                .put((byte) 0);
        final UnsafeBuffer buffer = new UnsafeBuffer(state.array(), 0, state.position());

        assertThrows(StateFormatException.class, () -> Bytes.codec(Lists.class).decode(buffer, 0, buffer.capacity()));
    }
}
