package io.dialtone.placement.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SlotTokenTest {
    private static final int SLOTS = 256;
    private static final ClusterKey OLD = ClusterKey.parse("the old secret of the cluster");
    private static final ClusterKey CHANGING =
            ClusterKey.parse("the new secret of the cluster\nthe old secret of the cluster\n");
    private static final ClusterKey NEW = ClusterKey.parse("the new secret of the cluster");

    private final SlotToken token = SlotToken.of(NEW, 0, SLOTS);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);

    @Test
    void shouldReadTheSlotsItWrites() {
        for (int slot = 0; slot < SLOTS; slot++) {
            final int length = token.write(slot, buffer, 3);

            assertEquals(SlotToken.LENGTH, length);
            assertTrue(text().matches("[a-z2-7]{16}"), text());
            assertEquals(slot, token.parse(buffer, 3, length));
        }
    }

    @Test
    void shouldReadATokenThatWasFoldedToUpperCase() {
        token.write(77, buffer, 3);
        final String upper = text().toUpperCase(Locale.ROOT);

        buffer.putStringWithoutLengthAscii(3, upper);

        assertEquals(77, token.parse(buffer, 3, SlotToken.LENGTH));
    }

    @Test
    void shouldReadATokenAtTheBeginningOfATag() {
        token.write(200, buffer, 3);
        buffer.putStringWithoutLengthAscii(3 + SlotToken.LENGTH, "-8f2c");

        assertEquals(200, token.parsePrefix(buffer, 3, SlotToken.LENGTH + 5));
        assertEquals(SlotToken.NOT_A_TOKEN, token.parse(buffer, 3, SlotToken.LENGTH + 5));
        assertEquals(SlotToken.NOT_A_TOKEN, token.parsePrefix(buffer, 3, SlotToken.LENGTH - 1));
        assertEquals(SlotToken.NOT_A_TOKEN, token.parsePrefix(buffer, 3, 0));
    }

    @Test
    void shouldRefuseATokenWithAnyBitChanged() {
        token.write(5, buffer, 3);
        final String good = text();
        for (int i = 0; i < SlotToken.LENGTH; i++) {
            for (int c = 0; c < 256; c++) {
                if (Character.toLowerCase((char) c) != good.charAt(i)) {
                    buffer.putStringWithoutLengthAscii(3, good);
                    buffer.putByte(3 + i, (byte) c);

                    assertEquals(SlotToken.NOT_A_TOKEN, token.parse(buffer, 3, SlotToken.LENGTH), "at " + i + ": " + c);
                }
            }
        }
    }

    @Test
    void shouldRefuseGuessesAndTheChecksOfOtherSlots() {
        final SplittableRandom random = new SplittableRandom(42);
        for (int guess = 0; guess < 1_000_000; guess++) {
            for (int i = 0; i < SlotToken.LENGTH; i++) {
                buffer.putByte(3 + i, (byte) "abcdefghijklmnopqrstuvwxyz234567".charAt(random.nextInt(32)));
            }
            assertEquals(SlotToken.NOT_A_TOKEN, token.parse(buffer, 3, SlotToken.LENGTH));
        }
        token.write(5, buffer, 3);
        final String five = text();
        token.write(200, buffer, 3);
        buffer.putStringWithoutLengthAscii(3, text().substring(0, 6) + five.substring(6));
        assertEquals(SlotToken.NOT_A_TOKEN, token.parse(buffer, 3, SlotToken.LENGTH));
    }

    @Test
    void shouldRefuseTokensOfAnotherGroupKeyOrLargerTable() {
        SlotToken.of(NEW, 1, SLOTS).write(5, buffer, 3);
        assertEquals(SlotToken.NOT_A_TOKEN, token.parse(buffer, 3, SlotToken.LENGTH));

        SlotToken.of(OLD, 0, SLOTS).write(5, buffer, 3);
        assertEquals(SlotToken.NOT_A_TOKEN, token.parse(buffer, 3, SlotToken.LENGTH));

        SlotToken.of(NEW, 0, 1024).write(1000, buffer, 3);
        assertEquals(SlotToken.NOT_A_TOKEN, token.parse(buffer, 3, SlotToken.LENGTH));
    }

    @Test
    void shouldAcceptTheOldKeyAndWriteTheNewWhileTheKeyChanges() {
        final SlotToken changing = SlotToken.of(CHANGING, 0, SLOTS);

        SlotToken.of(OLD, 0, SLOTS).write(9, buffer, 3);
        final String old = text();
        assertEquals(9, changing.parse(buffer, 3, SlotToken.LENGTH));

        changing.write(9, buffer, 3);
        assertEquals(9, token.parse(buffer, 3, SlotToken.LENGTH));
        assertNotEquals(old, text());
    }

    @Test
    void shouldSayWhatIsWrongWithAKey() {
        for (final String wrong : new String[] {"", "\n\n", "short", "sixteen bytes ok\nshort", "a\nb\nc"}) {
            final IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> ClusterKey.parse(wrong));
            assertTrue(String.valueOf(e.getMessage()).contains("Maybe"), e.getMessage());
        }
        assertTrue(!NEW.toString().contains("secret"));
    }

    @Test
    void shouldNotAllocateWhenWritingAndReading() {
        final UnsafeBuffer forged = new UnsafeBuffer("aaaaaaaaaaaaaaaaaaaa".getBytes(StandardCharsets.US_ASCII));
        Allocation.assertNone(() -> {
            token.write(5, buffer, 3);
            return (long) token.parse(buffer, 3, SlotToken.LENGTH) + token.parsePrefix(forged, 0, 20);
        });
    }

    private String text() {
        return buffer.getStringWithoutLengthAscii(3, SlotToken.LENGTH);
    }
}
