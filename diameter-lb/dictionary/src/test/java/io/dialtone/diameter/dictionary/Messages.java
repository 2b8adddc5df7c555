package io.dialtone.diameter.dictionary;

import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ParseResult;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages as peers send them, for tests. */
final class Messages {
    static final int M = AvpFlags.MANDATORY;
    static final int VM = AvpFlags.VENDOR | AvpFlags.MANDATORY;
    static final int TGPP = 10415;
    /** Where messages begin in their buffers, so that nobody takes an offset for granted. */
    static final int ROOM = 12;

    private static final int CAPACITY = 16_384;

    private Messages() {}

    /** A message with these AVPs, alone in its buffer but for some room before it. */
    static UnsafeBuffer message(
            final int flags, final int commandCode, final int applicationId, final Consumer<DiameterWriter> avps) {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY));
        final DiameterWriter writer = new DiameterWriter();
        writer.begin(buffer, ROOM, CAPACITY - ROOM, flags, commandCode, applicationId, 0x11, 0x2200_0033);
        avps.accept(writer);
        final int length = writer.end();
        if (length == 0) {
            throw new AssertionError("a message too long for its buffer");
        }
        final UnsafeBuffer whole = new UnsafeBuffer(ByteBuffer.allocateDirect(ROOM + length));
        whole.putBytes(0, buffer, 0, ROOM + length);
        return whole;
    }

    /** A CCR of a gateway that asks for units. */
    static UnsafeBuffer ccr() {
        return message(CommandFlags.REQUEST | CommandFlags.PROXIABLE, 272, 4, Messages::writeCcr);
    }

    private static void writeCcr(final DiameterWriter writer) {
        writer.text(263, M, 0, "gw.example.net;1876543210;523");
        writer.text(264, M, 0, "gw.example.net");
        writer.text(296, M, 0, "example.net");
        writer.text(283, M, 0, "ocs.example.net");
        writer.unsigned32(258, M, 0, 4);
        writer.text(461, M, 0, "32251@3gpp.org");
        writer.unsigned32(416, M, 0, 1);
        writer.unsigned32(415, M, 0, 0);
        writer.time(55, M, 0, 1_795_867_200L);
        subscription(writer, 0, "491700000001");
        subscription(writer, 1, "262010000000001");
        writer.beginGroup(456, M, 0);
        writer.beginGroup(437, M, 0);
        writer.unsigned64(421, M, 0, 1_000_000L);
        writer.endGroup();
        writer.unsigned32(432, M, 0, 100);
        writer.unsigned32(872, VM, TGPP, 2);
        writer.endGroup();
        writer.beginGroup(873, VM, TGPP);
        writer.beginGroup(874, VM, TGPP);
        writer.bytes(2, VM, TGPP, hex("00000fa1"));
        writer.address(1227, VM, TGPP, address("10.1.2.3"));
        writer.text(30, M, 0, "internet");
        writer.bytes(22, VM, TGPP, hex("8262f210000162f21000000101"));
        writer.endGroup();
        writer.endGroup();
    }

    static void subscription(final DiameterWriter writer, final int type, final String data) {
        writer.beginGroup(443, M, 0);
        writer.unsigned32(450, M, 0, type);
        writer.text(444, M, 0, data);
        writer.endGroup();
    }

    static DiameterMessage parsed(final UnsafeBuffer buffer) {
        final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
        if (message.parse(buffer, ROOM, buffer.capacity() - ROOM) != ParseResult.COMPLETE) {
            throw new AssertionError("the test's own message is " + message.malformation());
        }
        return message;
    }

    static byte[] hex(final String digits) {
        return HexFormat.of().parseHex(digits);
    }

    static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static InetAddress address(final String literal) {
        return InetAddress.ofLiteral(literal);
    }
}
