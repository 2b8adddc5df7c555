package io.dialtone.runtime.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** One stream from a thread of member 1 to a thread of member 2, and those who would like to be part of it. */
class FrameSealTest {
    private static final LinkKeys.Stream STREAM = new LinkKeys.Stream(1, 0, 2, 3);
    private static final long SENDER = 0x1111_2222_3333_4444L;
    private static final long RECEIVER = 0x5555_6666_7777_8888L;
    private static final UnsafeBuffer NOTHING = new UnsafeBuffer(new byte[0]);

    private final LinkKeys keys = keys("today's secret of 16 or more");
    private final SealedFrame frame = new SealedFrame();
    private final FrameSealer sealer = sealer(keys, STREAM, SENDER, 0);
    private final FrameOpener opener = opener(keys, STREAM, RECEIVER);

    @Test
    void shouldOpenWhatWasSealed() {
        sealer.bindTo(RECEIVER);

        for (final int length : new int[] {1, 80, 600, 8_192, 70_000}) {
            final byte[] bytes = new byte[length];
            new Random(length).nextBytes(bytes);
            assertArrayEquals(bytes, opened(opener, sealed(sealer, bytes)));
        }
    }

    @Test
    void shouldHideWhatIsSealed() {
        sealer.bindTo(RECEIVER);
        final String said = "INVITE sip:bob@example.org SIP/2.0";

        final byte[] sealed = sealed(sealer, said.getBytes(StandardCharsets.US_ASCII));

        assertFalse(new String(sealed, StandardCharsets.ISO_8859_1).contains("INVITE"));
        assertEquals(said.length() + SealedFrame.OVERHEAD_BYTES, sealed.length);
    }

    @Test
    void shouldRefuseAFrameOfWhichAnyBitWasChanged() {
        sealer.bindTo(RECEIVER);
        final byte[] sealed = sealed(sealer, new byte[100]);

        for (int bit = 0; bit < sealed.length * Byte.SIZE; bit++) {
            final byte[] changed = sealed.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            final boolean isOpened =
                    frame.wrap(new UnsafeBuffer(changed), 0, changed.length) && open(opener, changed) >= 0;
            assertFalse(isOpened, "bit " + bit);
        }

        assertEquals(100, open(opener, sealed));
    }

    @Test
    void shouldTakeAFrameOnce() {
        sealer.bindTo(RECEIVER);
        final byte[] first = sealed(sealer, new byte[] {1});
        final byte[] second = sealed(sealer, new byte[] {2});

        assertEquals(1, open(opener, first));
        assertEquals(FrameOpener.REPLAYED, open(opener, first));
        assertEquals(1, open(opener, second));
        assertEquals(FrameOpener.REPLAYED, open(opener, first));
        assertEquals(FrameOpener.REPLAYED, open(opener, second));
    }

    @Test
    void shouldTakeNothingThatWasMeantForAFormerStart() {
        sealer.bindTo(RECEIVER);
        final byte[] sealed = sealed(sealer, new byte[10]);

        assertEquals(FrameOpener.STRAY, open(opener(keys, STREAM, RECEIVER + 1), sealed));
    }

    @Test
    void shouldTakeNothingThatAFormerStartOfThePeerHasSaid() {
        sealer.bindTo(RECEIVER);
        final byte[] before = sealed(sealer, new byte[10]);
        final byte[] late = sealed(sealer, new byte[10]);
        final FrameSealer restarted = sealer(keys, STREAM, SENDER + 1, 0);
        restarted.bindTo(RECEIVER);

        assertEquals(10, open(opener, before));
        assertEquals(10, open(opener, sealed(restarted, new byte[10])));
        assertEquals(FrameOpener.REPLAYED, open(opener, late));
        assertEquals(10, open(opener, sealed(restarted, new byte[10])));
    }

    @Test
    void shouldNotHoldAGreetingForMoreThanThat() {
        final byte[] greeting = greeting(sealer);
        sealer.bindTo(RECEIVER);
        final byte[] bound = sealed(sealer, new byte[10]);

        assertEquals(4, open(opener, greeting));
        assertTrue(FrameOpener.isGreeting(frame));
        // The peer's start is known by a frame for us only: an old greeting, said again, puts nobody out.
        assertEquals(10, open(opener, bound));
        assertEquals(4, open(opener, greeting(sealer(keys, STREAM, SENDER + 1, 0))));
        assertEquals(10, open(opener, sealed(sealer, new byte[10])));
    }

    @Test
    void shouldOpenNothingOfAnotherStream() {
        for (final LinkKeys.Stream other : List.of(
                new LinkKeys.Stream(1, 1, 2, 3),
                new LinkKeys.Stream(7, 0, 2, 3),
                new LinkKeys.Stream(1, 0, 2, 4),
                new LinkKeys.Stream(1, 0, 8, 3),
                new LinkKeys.Stream(2, 3, 1, 0))) {
            final FrameSealer elsewhere = sealer(keys, other, SENDER, 0);
            elsewhere.bindTo(RECEIVER);
            assertEquals(FrameOpener.FORGED, open(opener, sealed(elsewhere, new byte[10])), other.toString());
        }
    }

    @Test
    void shouldOpenWhatIsSealedWithEitherSecretWhileTheyAreChanged() {
        final LinkKeys next = keys("tomorrow's secret of 16 or more", "today's secret of 16 or more");
        final FrameOpener changed = opener(next, STREAM, RECEIVER);
        sealer.bindTo(RECEIVER);
        final FrameSealer ahead = sealer(next, STREAM, SENDER + 1, 0);
        ahead.bindTo(RECEIVER);

        assertEquals(10, open(changed, sealed(sealer, new byte[10])));
        assertEquals(10, open(changed, sealed(ahead, new byte[10])));
        assertEquals(FrameOpener.UNKNOWN_KEY, open(opener, sealed(ahead, new byte[10])));
    }

    @Test
    void shouldGoOnWithAFreshKeyAfterMillionsOfFrames() {
        final FrameSealer old = sealer(keys, STREAM, SENDER, (1L << FrameCipher.STRETCH_BITS) - 3);
        old.bindTo(RECEIVER);

        for (int i = 0; i < 6; i++) {
            assertEquals(10, open(opener, sealed(old, new byte[10])));
        }
        assertEquals(1, FrameCipher.stretchOf(frame.counter()));
    }

    private static LinkKeys keys(final String... secrets) {
        return LinkKeys.of(Arrays.stream(secrets)
                .map(secret -> secret.getBytes(StandardCharsets.US_ASCII))
                .toList());
    }

    private static FrameSealer sealer(
            final LinkKeys keys, final LinkKeys.Stream stream, final long incarnation, final long firstCounter) {
        return new FrameSealer(keys.sealing(), stream, incarnation, new FrameCipher(), firstCounter);
    }

    private static FrameOpener opener(final LinkKeys keys, final LinkKeys.Stream stream, final long incarnation) {
        return new FrameOpener(keys, stream, incarnation, new FrameCipher());
    }

    private static byte[] sealed(final FrameSealer by, final byte[] bytes) {
        return copy(by, by.seal(new UnsafeBuffer(bytes), 0, bytes.length, NOTHING, 0, 0));
    }

    private static byte[] greeting(final FrameSealer by) {
        return copy(by, by.sealGreeting(new UnsafeBuffer(new byte[4]), 0, 4));
    }

    private static byte[] copy(final FrameSealer by, final int length) {
        final byte[] copy = new byte[length];
        by.sealed().getBytes(0, copy);
        return copy;
    }

    private int open(final FrameOpener by, final byte[] sealed) {
        final UnsafeBuffer buffer = new UnsafeBuffer(sealed);
        assertTrue(frame.wrap(buffer, 0, sealed.length));
        return by.open(frame, buffer, 0, sealed.length);
    }

    private byte[] opened(final FrameOpener by, final byte[] sealed) {
        final byte[] plain = new byte[open(by, sealed)];
        by.plain().getBytes(0, plain);
        return plain;
    }
}
