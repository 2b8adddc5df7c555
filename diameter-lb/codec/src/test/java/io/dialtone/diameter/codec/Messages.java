package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages for tests, byte by byte and not made by the code they test, and what takes them apart and puts them together. */
final class Messages {
    static final String CER = """
            010000e8 80000101                    # CER, 232 bytes
            00000000                             # Application-ID
            11223344 a1b2c3d4                    # Hop-by-Hop, End-to-End
            00000108 40000016                    # Origin-Host
            636c692e 74657374 2e726561 6c6d0000  #   "cli.test.realm"
            00000128 40000012                    # Origin-Realm
            74657374 2e726561 6c6d0000           #   "test.realm"
            00000101 4000000e                    # Host-IP-Address
            00017f00 00010000                    #   0x00017f000001
            0000010a 4000000c                    # Vendor-Id
            000028af                             #   10415
            0000010d 00000015                    # Product-Name
            48616e64 2d6d6164 65204345 52000000  #   "Hand-made CER"
            00000116 4000000c                    # Origin-State-Id
            6553f100                             #   1700000000
            00000109 4000000c                    # Supported-Vendor-Id
            000028af                             #   10415
            00000109 4000000c                    # Supported-Vendor-Id
            000032db                             #   13019
            00000102 4000000c                    # Auth-Application-Id
            00000004                             #   4
            0000012b 4000000c                    # Inband-Security-Id
            00000000                             #   0
            00000103 4000000c                    # Acct-Application-Id
            00000003                             #   3
            00000104 40000020                    # Vendor-Specific-Application-Id {
            0000010a 4000000c                    #   Vendor-Id
            000028af                             #     10415
            00000102 4000000c                    #   Auth-Application-Id
            01000014                             #     16777236
            0000010b 0000000c                    # Firmware-Revision
            00000001                             #   1
            """;

    static final String CCR = """
            010001ec c0000110                                      # CCR, 492 bytes
            00000004                                               # Application-ID
            00000007 ffffffff                                      # Hop-by-Hop, End-to-End
            00000107 4000001d                                      # Session-Id
            636c692e 74657374 2e726561 6c6d3b31 3b323b72 6f000000  #   "cli.test.realm;1;2;ro"
            00000108 40000016                                      # Origin-Host
            636c692e 74657374 2e726561 6c6d0000                    #   "cli.test.realm"
            00000128 40000012                                      # Origin-Realm
            74657374 2e726561 6c6d0000                             #   "test.realm"
            0000011b 40000011                                      # Destination-Realm
            7372762e 7265616c 6d000000                             #   "srv.realm"
            00000102 4000000c                                      # Auth-Application-Id
            00000004                                               #   4
            000001cd 40000016                                      # Service-Context-Id
            33323235 31403367 70702e6f 72670000                    #   "32251@3gpp.org"
            000001a0 4000000c                                      # CC-Request-Type
            00000001                                               #   1
            0000019f 4000000c                                      # CC-Request-Number
            00000000                                               #   0
            00000125 40000016                                      # Destination-Host
            73727631 2e737276 2e726561 6c6d0000                    #   "srv1.srv.realm"
            00000001 4000000d                                      # User-Name
            616c6963 65000000                                      #   "alice"
            00000037 4000000c                                      # Event-Timestamp
            e9000000                                               #   3909091328
            000001bb 40000028                                      # Subscription-Id {
            000001c2 4000000c                                      #   Subscription-Id-Type
            00000000                                               #     0
            000001bc 40000014                                      #   Subscription-Id-Data
            34393137 30303030 30303031                             #     "491700000001"
            000001bb 4000002c                                      # Subscription-Id {
            000001c2 4000000c                                      #   Subscription-Id-Type
            00000001                                               #     1
            000001bc 40000017                                      #   Subscription-Id-Data
            32363230 31303030 30303030 30303100                    #     "262010000000001"
            000001c8 4000002c                                      # Multiple-Services-Credit-Control {
            000001b5 40000018                                      #   Requested-Service-Unit {
            000001a5 40000010                                      #     CC-Total-Octets
            00000002 00000000                                      #       0x0000000200000000
            000001b0 4000000c                                      #   Rating-Group
            0000000a                                               #     10
            00000369 c0000038 000028af                             # Service-Information {
            0000036a c000002c 000028af                             #   PS-Information {
            00000002 c0000010 000028af                             #     3GPP-Charging-Id
            0000004d                                               #       77
            00000017 c000000e 000028af                             #     3GPP-MS-TimeZone
            40000000                                               #       0x4000
            0000011a 40000014                                      # Route-Record
            612e7465 73742e72 65616c6d                             #   "a.test.realm"
            0000011a 40000014                                      # Route-Record
            622e7465 73742e72 65616c6d                             #   "b.test.realm"
            0000011c 40000028                                      # Proxy-Info {
            00000118 40000014                                      #   Proxy-Host
            622e7465 73742e72 65616c6d                             #     "b.test.realm"
            00000021 4000000b                                      #   Proxy-State
            01020300                                               #     0x010203
            """;

    static final String AAR = """
            01000164 c0000109                                      # AAR of Rx, 356 bytes
            01000014                                               # Application-ID
            80000001 00000001                                      # Hop-by-Hop, End-to-End
            00000107 4000001c                                      # Session-Id
            70637363 662e7465 73742e72 65616c6d 3b393b38           #   "pcscf.test.realm;9;8"
            00000102 4000000c                                      # Auth-Application-Id
            01000014                                               #   16777236
            00000108 40000018                                      # Origin-Host
            70637363 662e7465 73742e72 65616c6d                    #   "pcscf.test.realm"
            00000128 40000012                                      # Origin-Realm
            74657374 2e726561 6c6d0000                             #   "test.realm"
            0000011b 40000012                                      # Destination-Realm
            74657374 2e726561 6c6d0000                             #   "test.realm"
            000001f8 c0000018 000028af                             # AF-Application-Identifier
            494d5320 53657276 69636573                             #   "IMS Services"
            00000205 c00000b4 000028af                             # Media-Component-Description {
            00000206 c0000010 000028af                             #   Media-Component-Number
            00000001                                               #     1
            00000207 c0000088 000028af                             #   Media-Sub-Component {
            000001fd c0000010 000028af                             #     Flow-Number
            00000001                                               #       1
            000001fb c0000035 000028af                             #     Flow-Description
            7065726d 6974206f 75742031 37206672 6f6d2031 39322e30  #       "permit out 17 from 192.0.2.1 to 192.0.2.2"
            2e322e31 20746f20 3139322e 302e322e 32000000
            000001fb c0000034 000028af                             #     Flow-Description
            7065726d 69742069 6e203137 2066726f 6d203139 322e302e  #       "permit in 17 from 192.0.2.2 to 192.0.2.1"
            322e3220 746f2031 39322e30 2e322e31
            00000208 c0000010 000028af                             #   Media-Type
            00000000                                               #     0
            00000201 c0000010 000028af                             # Specific-Action
            00000002                                               #   2
            00000008 4000000c                                      # Framed-IP-Address
            c0000201                                               #   3221225985
            """;

    private Messages() {}

    /** Bytes of hex digits; what follows a # is for people. */
    static byte[] hex(final String text) {
        return HexFormat.of().parseHex(text.replaceAll("#.*", "").replaceAll("\\s", ""));
    }

    static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Direct memory that ends where the bytes end: whoever reads on falls over its bounds. */
    static UnsafeBuffer direct(final byte[] bytes) {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length));
        buffer.putBytes(0, bytes);
        return buffer;
    }

    static UnsafeBuffer direct(final String hex) {
        return direct(hex(hex));
    }

    /** A request of AVPs in hex: a header with its length in front. */
    static byte[] request(final String avps) {
        final byte[] body = hex(avps);
        final byte[] message = new byte[DiameterMessage.HEADER_BYTES + body.length];
        final UnsafeBuffer buffer = new UnsafeBuffer(message);
        buffer.putBytes(0, hex("01000000 c0000110 00000004 01020304 05060708"));
        buffer.putInt(0, 1 << 24 | message.length, DiameterMessage.NETWORK);
        buffer.putBytes(DiameterMessage.HEADER_BYTES, body);
        return message;
    }

    static DiameterMessage parsed(final byte[] bytes) {
        final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
        assertEquals(
                ParseResult.COMPLETE,
                message.parse(direct(bytes), 0, bytes.length),
                () -> message.malformation().sentence());
        return message;
    }

    static byte[] bytes(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }

    static String text(final DirectBuffer buffer, final int offset, final int length) {
        return new String(bytes(buffer, offset, length), StandardCharsets.US_ASCII);
    }

    static String text(final DiameterMessage message, final BaseAvp avp) {
        return text(message.buffer(), message.valueOffset(avp), message.valueLength(avp));
    }

    static String text(final AvpCursor cursor) {
        return text(cursor.buffer(), cursor.valueOffset(), cursor.valueLength());
    }

    /** The bytes as hex in words, as the messages above are written. */
    static String words(final byte[] bytes) {
        return HexFormat.of().formatHex(bytes).replaceAll("(.{8})(?=.)", "$1 ");
    }
}
