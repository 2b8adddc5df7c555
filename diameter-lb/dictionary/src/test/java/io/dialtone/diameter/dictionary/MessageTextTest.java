package io.dialtone.diameter.dictionary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.CommandFlags;
import java.nio.ByteOrder;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Messages as people read them. */
class MessageTextTest {
    private static final Dictionary DICTIONARY = Dictionary.standard();
    private static final int SEED = 20_261_128;
    private static final int TURNS = 3000;

    private final MessageText text = new MessageText(DICTIONARY, TextLimits.defaults());

    @Test
    void shouldPrintACreditControlRequestAsATree() {
        final UnsafeBuffer ccr = Messages.ccr();

        final String printed = print(ccr);

        assertEquals("""
                CCR Credit-Control-Request (272), application Credit-Control (4), RP, hop-by-hop 0x00000011, end-to-end 0x22000033, 448 bytes
                  Session-Id (263, M): "gw.example.net;1876543210;523"
                  Origin-Host (264, M): "gw.example.net"
                  Origin-Realm (296, M): "example.net"
                  Destination-Realm (283, M): "ocs.example.net"
                  Auth-Application-Id (258, M): Credit-Control (4)
                  Service-Context-Id (461, M): "32251@3gpp.org"
                  CC-Request-Type (416, M): INITIAL_REQUEST (1)
                  CC-Request-Number (415, M): 0
                  Event-Timestamp (55, M): 2026-11-28T12:00:00Z
                  Subscription-Id (443, M)
                    Subscription-Id-Type (450, M): END_USER_E164 (0)
                    Subscription-Id-Data (444, M): "491700000001"
                  Subscription-Id (443, M)
                    Subscription-Id-Type (450, M): END_USER_IMSI (1)
                    Subscription-Id-Data (444, M): "262010000000001"
                  Multiple-Services-Credit-Control (456, M)
                    Requested-Service-Unit (437, M)
                      CC-Total-Octets (421, M): 1000000
                    Rating-Group (432, M): 100
                    Reporting-Reason (TGPP:872, VM): FINAL (2)
                  Service-Information (TGPP:873, VM)
                    PS-Information (TGPP:874, VM)
                      3GPP-Charging-Id (TGPP:2, VM): 0x00000fa1
                      PDP-Address (TGPP:1227, VM): 10.1.2.3
                      Called-Station-Id (30, M): "internet"
                      3GPP-User-Location-Info (TGPP:22, VM): 0x8262f210000162f21000000101
                """, printed);
    }

    @Test
    void shouldNameResultsByTheVendorThatStandsBesideThem() {
        final UnsafeBuffer answer = Messages.message(CommandFlags.PROXIABLE, 316, 16777251, writer -> {
            writer.unsigned32(268, Messages.M, 0, 3002);
            writer.beginGroup(297, Messages.M, 0);
            writer.unsigned32(298, Messages.M, 0, 5420);
            writer.unsigned32(266, Messages.M, 0, Messages.TGPP);
            writer.endGroup();
        });

        final String printed = print(answer);

        assertEquals("""
                ULA Update-Location-Answer (316), application S6a (16777251), P, hop-by-hop 0x00000011, end-to-end 0x22000033, 64 bytes
                  Result-Code (268, M): DIAMETER_UNABLE_TO_DELIVER (3002)
                  Experimental-Result (297, M)
                    Experimental-Result-Code (298, M): DIAMETER_ERROR_UNKNOWN_EPS_SUBSCRIPTION (5420)
                    Vendor-Id (266, M): TGPP (10415)
                """, printed);
    }

    @Test
    void shouldPrintEachTypeOfValue() {
        final UnsafeBuffer message = Messages.message(CommandFlags.REQUEST, 9999, 4711, writer -> {
            writer.bytes(701, Messages.VM, Messages.TGPP, Messages.hex("945421436587"));
            writer.bytes(1005, Messages.VM, Messages.TGPP, Messages.bytes("gold"));
            writer.bytes(8, Messages.M, 0, Messages.hex("0a000001"));
            writer.bytes(97, Messages.M, 0, Messages.hex("004020010db800010002"));
            writer.address(257, Messages.M, 0, Messages.address("2001:db8::1"));
            writer.bytes(257, Messages.M, 0, Messages.hex("0008343931"));
            writer.bytes(257, Messages.M, 0, Messages.hex("00010a"));
            writer.bytes(257, Messages.M, 0, Messages.hex(""));
            writer.unsigned32(429, Messages.M, 0, 0xFFFF_FFFEL);
            writer.unsigned64(447, Messages.M, 0, -5);
            writer.unsigned64(421, Messages.M, 0, -1);
            writer.unsigned32(416, Messages.M, 0, 77);
            writer.bytes(416, Messages.M, 0, Messages.hex("0001"));
            writer.bytes(5, AvpFlags.VENDOR, 4711, Messages.bytes("text"));
            writer.bytes(90_000, 0x1F, 0, Messages.hex("00"));
        });

        final String printed = print(message);

        assertEquals("""
                request 9999, application 4711, R, hop-by-hop 0x00000011, end-to-end 0x22000033, 248 bytes
                  MSISDN (TGPP:701, VM): 0x945421436587
                  Charging-Rule-Name (TGPP:1005, VM): 0x676f6c64 "gold"
                  Framed-IP-Address (8, M): 0x0a000001 10.0.0.1
                  Framed-IPv6-Prefix (97, M): 0x004020010db800010002 2001:db8:1:2:0:0:0:0/64
                  Host-IP-Address (257, M): 2001:db8:0:0:0:0:0:1
                  Host-IP-Address (257, M): E.164 "491"
                  Host-IP-Address (257, M): 0x00010a
                  Host-IP-Address (257, M): 0x
                  Exponent (429, M): -2
                  Value-Digits (447, M): -5
                  CC-Total-Octets (421, M): 18446744073709551615
                  CC-Request-Type (416, M): 77
                  CC-Request-Type (416, M): 0x0001 (Enumerated has 4 bytes)
                  unknown (4711:5, V): 0x74657874
                  unknown (90000, r): 0x00
                """, printed);
    }

    @Test
    void shouldEscapeWhatATerminalCouldActOn() {
        final UnsafeBuffer message = Messages.message(CommandFlags.REQUEST, 272, 4, writer -> {
            writer.text(1, Messages.M, 0, "a\u001b[2J\"\\\r\n\u202e\u0085ö");
            writer.bytes(1, Messages.M, 0, Messages.hex("61ff0062"));
        });

        final String printed = print(message);

        assertEquals("""
                  User-Name (1, M): "a\\u{1b}[2J\\"\\\\\\r\\n\\u{202e}\\u{85}ö"
                  User-Name (1, M): "a\\xff\\u{0}b"
                """, printed.substring(printed.indexOf('\n') + 1));
    }

    @Test
    void shouldSayWhereBytesAreNoAvp() {
        final UnsafeBuffer message = Messages.ccr();
        final int place = message.capacity() - 28;
        message.putInt(place + 4, 0xFFFF_FFFF);

        final String printed = print(message);

        assertTrue(printed.contains("\n      no AVP: 0x"), printed);
    }

    @Test
    void shouldPrintWhatIsThereWhenAMessageIsCut() {
        final UnsafeBuffer message = Messages.ccr();

        final String cut = text.text(message, Messages.ROOM, 60);
        final String header = text.text(message, Messages.ROOM, 19);
        final String outside = text.text(message, message.capacity() + 1, 100);

        assertEquals("""
                CCR Credit-Control-Request (272), application Credit-Control (4), RP, hop-by-hop 0x00000011, end-to-end 0x22000033, 448 bytes of which 60 are here
                  Session-Id (263, M): "gw.example.net;1876543210;523"
                """, cut);
        assertTrue(header.startsWith("no message: 19 bytes 0x01"), header);
        assertEquals("no message: 0 bytes 0x\n", outside);
    }

    @Test
    void shouldStayWithinItsBoundsWhateverIsInAMessage() {
        final UnsafeBuffer deep = Messages.message(CommandFlags.REQUEST, 272, 4, writer -> {
            for (int i = 0; i < 12; i++) {
                writer.beginGroup(456, Messages.M, 0);
            }
            writer.bytes(456, Messages.M, 0, Messages.bytes("x".repeat(300)));
            for (int i = 0; i < 12; i++) {
                writer.endGroup();
            }
            for (int i = 0; i < 1000; i++) {
                writer.unsigned32(432, Messages.M, 0, i);
            }
        });
        final TextLimits limits = new TextLimits(2000, 3, 16);

        final String printed =
                new MessageText(DICTIONARY, limits).text(deep, Messages.ROOM, deep.capacity() - Messages.ROOM);

        assertTrue(printed.length() < 2400, () -> printed.length() + " characters");
        assertTrue(printed.endsWith("... and more than there is room for\n"), printed);
        assertTrue(printed.contains("        Multiple-Services-Credit-Control (456, M): 0x000001c8"), printed);
        assertTrue(printed.contains(" more bytes\n"), printed);
    }

    @Test
    void shouldPrintSomethingWhateverTheBytesAre() {
        final Random random = new Random(SEED);
        final UnsafeBuffer wire = Messages.ccr();
        final UnsafeBuffer message = new UnsafeBuffer(new byte[wire.capacity()]);
        final MessageText bounded = new MessageText(DICTIONARY, new TextLimits(4000, 8, 64));

        for (int turn = 0; turn < TURNS; turn++) {
            message.putBytes(0, wire, 0, wire.capacity());
            for (int i = 0; i < 6; i++) {
                final int at = Messages.ROOM + random.nextInt(wire.capacity() - Messages.ROOM - Integer.BYTES);
                message.putInt(at, random.nextInt() >>> random.nextInt(32), ByteOrder.BIG_ENDIAN);
            }

            final String printed = bounded.text(message, Messages.ROOM, random.nextInt(wire.capacity()));

            assertTrue(printed.length() < 5000 && printed.endsWith("\n"), printed);
        }
    }

    private String print(final UnsafeBuffer message) {
        return text.text(message, Messages.ROOM, message.capacity() - Messages.ROOM);
    }
}
