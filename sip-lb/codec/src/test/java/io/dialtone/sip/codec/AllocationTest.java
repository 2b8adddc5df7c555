package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** House rule 15: no garbage on the message path, whatever comes in. */
class AllocationTest {
    private static final int TURNS = 500;
    private static final byte[] TAG = Messages.bytes("as7d6f");

    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final SipSyntax syntax = new SipSyntax();
    private final SipEditor editor = new SipEditor();
    private final SipWriter writer = new SipWriter();
    private final Everything everything = new Everything();
    private final UnsafeBuffer out = new UnsafeBuffer(ByteBuffer.allocateDirect(8192));

    @Test
    void shouldNotAllocateWhenParsingAnInvite() {
        final UnsafeBuffer buffer = Messages.direct(Messages.INVITE);
        final int length = Messages.INVITE.length();

        final long bytes = Allocation.leastBytes(TURNS, () -> message.parseDatagram(buffer, Messages.ROOM, length));

        assertEquals(0, bytes);
    }

    @Test
    void shouldNotAllocateWhenParsingAStream() {
        final UnsafeBuffer buffer = Messages.direct(Messages.INVITE);
        final int length = Messages.INVITE.length();

        final long bytes = Allocation.leastBytes(TURNS, () -> {
            message.parseStream(buffer, Messages.ROOM, 100);
            message.parseStream(buffer, Messages.ROOM, length - 2);
            message.parseStream(buffer, Messages.ROOM, length);
        });

        assertEquals(0, bytes);
    }

    @Test
    void shouldNotAllocateWhenAMessageComesInAnArray() {
        final UnsafeBuffer buffer = new UnsafeBuffer(Messages.bytes(Messages.INVITE));

        final long bytes = Allocation.leastBytes(TURNS, () -> message.parseDatagram(buffer, 0, buffer.capacity()));

        assertEquals(0, bytes);
    }

    @Test
    void shouldNotAllocateWhenEditingAnInviteInPlace() {
        final UnsafeBuffer wire = Messages.direct(Messages.INVITE);
        final UnsafeBuffer buffer = Messages.direct(Messages.INVITE);
        final int length = Messages.INVITE.length();
        final ViaView via = new ViaView();

        final long bytes = Allocation.leastBytes(TURNS, () -> {
            buffer.putBytes(Messages.ROOM, wire, Messages.ROOM, length);
            message.parseDatagram(buffer, Messages.ROOM, length);
            via.wrap(message);
            editor.begin(message);
            final int from = editor.text().position();
            editor.text()
                    .put(TAG)
                    .putNumber(123)
                    .putHex(0xABCDEF)
                    .putAddress(1, 2, true)
                    .putLineEnd();
            editor.pushVia(from);
            editor.stripRoute();
            editor.maxForwards(message.maxForwards() - 1);
            editor.rport(via, 5060);
            editor.received(via, 0, 0xFFFF_7F00_0001L);
            editor.apply(buffer, Messages.ROOM, Messages.ROOM);
        });

        assertEquals(0, bytes);
    }

    @Test
    void shouldNotAllocateWhenReadingAnAddressOfRecord() {
        final String invite = Messages.INVITE.replace("sip:bob@biloxi", "sip:b%6fb@BILOXI");
        message.parseDatagram(Messages.direct(invite), Messages.ROOM, invite.length());
        final AffinityKeyView key = new AffinityKeyView(AffinityKeyView.Place.ADDRESS_OF_RECORD, "");

        final long bytes = Allocation.leastBytes(TURNS, () -> key.wrap(message));

        assertEquals(0, bytes);
        assertEquals("bob@biloxi.example.com", Messages.text(key.buffer(), key.offset(), key.length()));
    }

    @Test
    void shouldNotAllocateWhenAnswering() {
        message.parseDatagram(Messages.direct(Messages.INVITE), Messages.ROOM, Messages.INVITE.length());

        final long bytes = Allocation.leastBytes(
                TURNS,
                () -> writer.wrap(out, 0, out.capacity())
                        .response(message, 200, TAG, TAG)
                        .copy(message, HeaderName.RECORD_ROUTE)
                        .header(HeaderName.CONTACT, TAG)
                        .finish());

        assertEquals(0, bytes);
    }

    @Test
    void shouldNotAllocateWhenReadingEveryViewOfTheTortureMessages() {
        final var messages = Rfc4475Test.verdicts().stream()
                .map(verdict -> Messages.direct(Rfc4475Test.resource(verdict.file())))
                .toArray(UnsafeBuffer[]::new);
        final int[] turn = {0};

        final long bytes = Allocation.leastBytes(TURNS, () -> {
            final UnsafeBuffer buffer = messages[turn[0]++ % messages.length];
            everything.readDatagram(buffer, Messages.ROOM, buffer.capacity() - 2 * Messages.ROOM);
        });

        assertEquals(0, bytes);
    }

    /** Torture messages with bytes changed, cut off and doubled: what a fuzzer or an attacker sends. */
    @Test
    void shouldNotAllocateWhenReadingGarbage() {
        final Random random = new Random(4475);
        final UnsafeBuffer[] messages = new UnsafeBuffer[512];
        final var verdicts = Rfc4475Test.verdicts();
        for (int i = 0; i < messages.length; i++) {
            final byte[] bytes =
                    Rfc4475Test.resource(verdicts.get(i % verdicts.size()).file());
            for (int n = random.nextInt(20); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            final int length = 1 + random.nextInt(bytes.length);
            messages[i] = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
            messages[i].putBytes(0, bytes, 0, length);
        }
        final int[] turn = {0};

        final long bytes = Allocation.leastBytes(messages.length, () -> {
            final UnsafeBuffer buffer = messages[turn[0]++ % messages.length];
            everything.readDatagram(buffer, 0, buffer.capacity());
            everything.readStream(buffer, 0, buffer.capacity());
            syntax.check(message);
        });

        assertEquals(0, bytes);
    }
}
