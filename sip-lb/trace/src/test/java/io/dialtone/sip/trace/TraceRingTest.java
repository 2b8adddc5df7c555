package io.dialtone.sip.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.routing.SipFlow;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class TraceRingTest {
    private static final int CAPACITY = TraceRing.CAPACITY_MIN;

    private final TraceRing ring = new TraceRing(CAPACITY);
    private final TraceReader reader = new TraceReader(ring, new TraceSource(0, List.of()));
    private final SipFlow flow = new SipFlow().remoteIpv4(0x7F000001, 5060);

    private void write(final TraceRing to, final int number, final int length) {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) number);
        to.claim(TraceKind.IN, number, flow, new UnsafeBuffer(bytes), 0, length);
        to.publish();
    }

    private void expect(final int number, final int length) {
        assertTrue(reader.next());
        assertEquals(number, reader.message().timeNs());
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) number);
        assertArrayEquals(bytes, reader.message().toBytes());
    }

    @Test
    void shouldShowNothingBeforeItIsPublished() {
        ring.claim(TraceKind.IN, 1, flow, new UnsafeBuffer(new byte[10]), 0, 10);
        assertFalse(reader.next());

        ring.node(7, 3, 2);
        ring.publish();

        assertTrue(reader.next());
        assertEquals(7, reader.message().slot());
        assertEquals(3, reader.message().epoch());
        assertEquals(2, reader.message().member());
        assertFalse(reader.next());
    }

    @Test
    void shouldForgetWhatIsAbandoned() {
        write(ring, 1, 100);
        ring.claim(TraceKind.IN, 2, flow, new UnsafeBuffer(new byte[10]), 0, 10);
        ring.abandon();
        write(ring, 3, 50);

        expect(1, 100);
        expect(3, 50);
        assertEquals(0, reader.missed());
    }

    @Test
    void shouldKeepTheNewestWhenItIsFull() {
        final int length = 1_000;
        final int records = 10_000;
        for (int i = 0; i < records; i++) {
            write(ring, i & 0x7F, length);
        }

        int seen = 0;
        int last = -1;
        while (reader.next()) {
            seen++;
            last = (int) reader.message().timeNs();
        }

        assertEquals((records - 1) & 0x7F, last);
        final int fitting = CAPACITY / (length + TraceRing.HEADER_BYTES);
        assertTrue(seen >= fitting - 2 && seen <= fitting, () -> "fitting " + fitting);
    }

    @Test
    void shouldKeepMessagesOfAnyLengthWholeWhereTheMemoryEnds() {
        final int[] lengths = {0, 1, 7, 8, 63, 64, 65, 1_300, 8_191, 65_535, 65_536, 70_000};
        for (int i = 0; i < 5_000; i++) {
            final int length = lengths[i % lengths.length];
            write(ring, i & 0x7F, length);
            reader.seek(0);
            int number = -1;
            while (reader.next()) {
                if (number >= 0) {
                    assertEquals((number + 1) & 0x7F, reader.message().timeNs());
                }
                number = (int) reader.message().timeNs();
                for (final byte each : reader.message().toBytes()) {
                    assertEquals(number, each);
                }
            }
            assertEquals(i & 0x7F, number);
            assertEquals(
                    Math.min(length, TraceRing.MESSAGE_BYTES_MAX),
                    reader.message().length());
        }
    }

    @Test
    void shouldSayHowManyAReaderHasMissed() {
        write(ring, 1, 100);
        expect(1, 100);
        final int overwritten = 10_000;
        for (int i = 0; i < overwritten; i++) {
            write(ring, 2, 100);
        }

        int seen = 0;
        while (reader.next()) {
            seen++;
        }

        assertEquals(overwritten, seen + reader.missed());
    }

    @Test
    void shouldGoOnAtAPositionThatIsStillThereAndElseAtTheOldest() {
        write(ring, 1, 100);
        write(ring, 2, 100);
        expect(1, 100);
        final long position = reader.position();

        reader.seek(position);
        expect(2, 100);
        for (int i = 0; i < 10_000; i++) {
            write(ring, 3, 100);
        }
        reader.seek(position);
        expect(3, 100);
        reader.seek(Long.MAX_VALUE);
        assertFalse(reader.next());
    }

    @Test
    void shouldRefuseACapacityThatIsNoPowerOfTwoOrTooSmallForAMessage() {
        assertThrows(IllegalArgumentException.class, () -> new TraceRing(CAPACITY + 1));
        assertThrows(IllegalArgumentException.class, () -> new TraceRing(CAPACITY / 2));
    }

    @Test
    void shouldNeverShowAMixtureToAReaderThatIsOvertaken() throws InterruptedException {
        final AtomicBoolean stop = new AtomicBoolean();
        final AtomicReference<String> failure = new AtomicReference<>("");
        final Thread looking = new Thread(
                () -> {
                    final TraceReader slow = new TraceReader(ring, new TraceSource(0, List.of()));
                    while (!stop.get()) {
                        while (slow.next()) {
                            final byte number = (byte) slow.message().timeNs();
                            for (final byte each : slow.message().toBytes()) {
                                if (each != number) {
                                    failure.set("byte " + each + " in message " + number);
                                    return;
                                }
                            }
                        }
                        slow.seek(0);
                    }
                },
                "reader");
        looking.start();
        for (int i = 0; i < 200_000; i++) {
            write(ring, i & 0x7F, 200 + (i % 37) * 100);
        }
        stop.set(true);
        looking.join();

        assertEquals("", failure.get());
    }
}
