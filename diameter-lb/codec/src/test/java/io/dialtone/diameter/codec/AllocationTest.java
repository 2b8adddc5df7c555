package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** House rule 15: no garbage on the message path, whatever comes in. */
class AllocationTest {
    private static final int TURNS = 500;
    private static final byte[] IDENTITY = Messages.ascii("relay.test.realm");

    private final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
    private final DiameterEditor editor = new DiameterEditor();
    private final DiameterWriter writer = new DiameterWriter();
    private final Everything everything = new Everything();
    private final UnsafeBuffer out = new UnsafeBuffer(ByteBuffer.allocateDirect(8192));

    @Test
    void shouldNotAllocateWhenParsingMessagesOfAStream() {
        final UnsafeBuffer ccr = Messages.direct(Messages.CCR);
        final UnsafeBuffer cer = Messages.direct(Messages.CER);

        final long bytes = Allocation.leastBytes(TURNS, () -> {
            message.parse(ccr, 0, 3);
            message.parse(ccr, 0, 100);
            message.parse(ccr, 0, ccr.capacity());
            message.parse(cer, 0, cer.capacity());
        });

        assertEquals(0, bytes);
    }

    @Test
    void shouldNotAllocateWhenForwardingARequest() {
        final UnsafeBuffer ccr = Messages.direct(Messages.CCR);
        final UnsafeBuffer state = Messages.direct("01020304");

        final long bytes = Allocation.leastBytes(TURNS, () -> {
            message.parse(ccr, 0, ccr.capacity());
            editor.begin(message, out, 0, out.capacity());
            editor.hopByHopId(7);
            editor.flags(message.flags() | CommandFlags.RETRANSMITTED);
            editor.append(BaseAvp.ROUTE_RECORD.code(), AvpFlags.MANDATORY, 0, IDENTITY);
            editor.appendProxyInfo(IDENTITY, state, 0, 4);
            editor.remove(message.find(BaseAvp.DESTINATION_HOST));
            editor.replaceValue(message.find(BaseAvp.DESTINATION_REALM), IDENTITY, 0, IDENTITY.length);
            editor.end();
        });

        assertEquals(0, bytes);
    }

    @Test
    void shouldNotAllocateWhenAnswering() {
        message.parse(Messages.direct(Messages.CCR), 0, Messages.hex(Messages.CCR).length);

        final long bytes = Allocation.leastBytes(TURNS, () -> {
            writer.answer(out, 0, out.capacity(), message, ResultCode.TOO_BUSY);
            writer.bytes(BaseAvp.ORIGIN_HOST.code(), AvpFlags.MANDATORY, 0, IDENTITY);
            writer.beginGroup(BaseAvp.EXPERIMENTAL_RESULT.code(), AvpFlags.MANDATORY, 0);
            writer.unsigned32(BaseAvp.VENDOR_ID.code(), AvpFlags.MANDATORY, 0, 10_415);
            writer.endGroup();
            writer.copyAll(message, BaseAvp.PROXY_INFO);
            writer.end();
        });

        assertEquals(0, bytes);
    }

    @Test
    void shouldNotAllocateWhenAMessageComesInAnArray() {
        final UnsafeBuffer array = new UnsafeBuffer(Messages.hex(Messages.CCR));

        final long bytes = Allocation.leastBytes(TURNS, () -> message.parse(array, 0, array.capacity()));

        assertEquals(0, bytes);
    }

    /** Messages with bytes changed and cut off: what a fuzzer or an attacker sends. */
    @Test
    void shouldNotAllocateWhenReadingGarbage() {
        final Random random = new Random(6733);
        final byte[][] good = {Messages.hex(Messages.CER), Messages.hex(Messages.CCR), Messages.hex(Messages.AAR)};
        final UnsafeBuffer[] messages = new UnsafeBuffer[512];
        for (int i = 0; i < messages.length; i++) {
            final byte[] bytes = good[i % good.length].clone();
            for (int n = random.nextInt(20); n > 0; n--) {
                bytes[4 + random.nextInt(bytes.length - 4)] = (byte) random.nextInt(256);
            }
            messages[i] = Messages.direct(bytes);
        }
        final int[] turn = {0};

        final long bytes = Allocation.leastBytes(messages.length, () -> {
            final UnsafeBuffer buffer = messages[turn[0]++ % messages.length];
            everything.read(buffer, 0, buffer.capacity());
        });

        assertEquals(0, bytes);
    }
}
