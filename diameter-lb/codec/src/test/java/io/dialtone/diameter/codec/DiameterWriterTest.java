package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiameterWriterTest {
    private static final int M = AvpFlags.MANDATORY;
    private static final int TGPP = 10_415;
    private static final int ETSI = 13_019;
    private static final int ROOM = 8;

    private final DiameterWriter writer = new DiameterWriter();
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));

    private void begin(final int capacity) {
        writer.begin(buffer, ROOM, capacity, CommandFlags.REQUEST, CommandCode.DEVICE_WATCHDOG, 0, 1, 2);
    }

    /** What was written after the header. */
    private String avps() {
        final int length = writer.end();
        return Messages.words(
                Messages.bytes(buffer, ROOM + DiameterMessage.HEADER_BYTES, length - DiameterMessage.HEADER_BYTES));
    }

    private int writeCer(final int capacity) {
        writer.begin(
                buffer,
                ROOM,
                capacity,
                CommandFlags.REQUEST,
                CommandCode.CAPABILITIES_EXCHANGE,
                ApplicationId.BASE,
                0x1122_3344,
                0xA1B2_C3D4);
        writer.text(BaseAvp.ORIGIN_HOST.code(), M, 0, "cli.test.realm");
        writer.text(BaseAvp.ORIGIN_REALM.code(), M, 0, "test.realm");
        writer.address(BaseAvp.HOST_IP_ADDRESS.code(), M, 0, InetAddress.ofLiteral("127.0.0.1"));
        writer.unsigned32(BaseAvp.VENDOR_ID.code(), M, 0, TGPP);
        writer.bytes(BaseAvp.PRODUCT_NAME.code(), 0, 0, Messages.ascii("Hand-made CER"));
        writer.unsigned32(BaseAvp.ORIGIN_STATE_ID.code(), M, 0, 1_700_000_000);
        writer.unsigned32(BaseAvp.SUPPORTED_VENDOR_ID.code(), M, 0, TGPP);
        writer.unsigned32(BaseAvp.SUPPORTED_VENDOR_ID.code(), M, 0, ETSI);
        writer.unsigned32(BaseAvp.AUTH_APPLICATION_ID.code(), M, 0, ApplicationId.CREDIT_CONTROL);
        writer.unsigned32(BaseAvp.INBAND_SECURITY_ID.code(), M, 0, 0);
        writer.unsigned32(BaseAvp.ACCT_APPLICATION_ID.code(), M, 0, ApplicationId.ACCOUNTING);
        writer.beginGroup(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID.code(), M, 0);
        writer.unsigned32(BaseAvp.VENDOR_ID.code(), M, 0, TGPP);
        writer.unsigned32(BaseAvp.AUTH_APPLICATION_ID.code(), M, 0, ApplicationId.RX);
        writer.endGroup();
        writer.unsigned32(BaseAvp.FIRMWARE_REVISION.code(), 0, 0, 1);
        return writer.end();
    }

    @Test
    void shouldWriteACapabilitiesExchangeRequest() {
        final byte[] expected = Messages.hex(Messages.CER);

        final int length = writeCer(expected.length);

        assertEquals(expected.length, length);
        assertFalse(writer.isTooLong());
        assertEquals(Messages.words(expected), Messages.words(Messages.bytes(buffer, ROOM, length)));
    }

    @Test
    void shouldWriteNothingPastTheEndWhenThereIsTooLittleRoom() {
        final int needed = Messages.hex(Messages.CER).length;

        for (int capacity = 0; capacity < needed; capacity++) {
            buffer.setMemory(0, buffer.capacity(), (byte) 0x55);

            assertEquals(0, writeCer(capacity));

            assertTrue(writer.isTooLong());
            for (int i = 0; i < needed + ROOM; i++) {
                assertTrue((i >= ROOM && i < ROOM + capacity) || buffer.getByte(i) == 0x55);
            }
        }
        assertEquals(needed, writeCer(needed));
    }

    @ParameterizedTest
    @CsvSource({
        "'',00000001 00000008",
        "a,00000001 00000009 61000000",
        "ab,00000001 0000000a 61620000",
        "abc,00000001 0000000b 61626300",
        "abcd,00000001 0000000c 61626364"
    })
    void shouldPadWithZeros(final String value, final String expected) {
        buffer.setMemory(0, 100, (byte) 0x55);
        begin(100);

        writer.bytes(1, 0, 0, Messages.ascii(value));

        assertEquals(expected, avps());
    }

    @Test
    void shouldSetTheVendorBitByTheVendorAlone() {
        begin(100);

        writer.unsigned32(1, M, TGPP, 7);
        writer.unsigned32(1, M | AvpFlags.VENDOR, 0, 0xFFFF_FFFFL);

        assertEquals("00000001 c0000010 000028af 00000007 00000001 4000000c ffffffff", avps());
    }

    @Test
    void shouldWriteEightBytesTimesAndPartsOfBuffers() {
        begin(200);

        writer.unsigned64(421, M, 0, 0x0123_4567_89AB_CDEFL);
        writer.time(55, M, 0, 1_700_102_528L);
        writer.bytes(1, 0, TGPP, Messages.direct(Messages.ascii("xabcdex")), 1, 5);

        assertEquals(
                "000001a5 40000010 01234567 89abcdef 00000037 4000000c e9000000 00000001 80000011 000028af 61626364 65000000",
                avps());
    }

    @Test
    void shouldWriteAddressesOfBothFamilies() {
        begin(100);

        writer.address(257, M, 0, InetAddress.ofLiteral("192.0.2.1"));
        writer.address(257, M, 0, InetAddress.ofLiteral("2001:db8::1"));

        assertEquals(
                "00000101 4000000e 0001c000 02010000 00000101 4000001a 00022001 0db80000 00000000 00000000 00010000",
                avps());
    }

    // Groups

    @Test
    void shouldWriteGroupsWithinGroups() {
        begin(200);

        writer.beginGroup(873, M, TGPP);
        writer.beginGroup(874, M, TGPP);
        writer.bytes(1, 0, 0, Messages.ascii("a"));
        writer.endGroup();
        writer.beginGroup(279, 0, 0);
        writer.endGroup();
        writer.endGroup();
        writer.bytes(1, 0, 0, Messages.ascii("b"));

        assertEquals(
                "00000369 c000002c 000028af 0000036a c0000018 000028af 00000001 00000009 61000000 00000117 00000008"
                        + " 00000001 00000009 62000000",
                avps());
    }

    @Test
    void shouldBeTooLongWhenTooManyGroupsAreOpen() {
        begin(4000);

        for (int i = 0; i < DiameterWriter.GROUPS_MAX; i++) {
            writer.beginGroup(279, 0, 0);
        }
        assertFalse(writer.isTooLong());
        writer.beginGroup(279, 0, 0);

        assertTrue(writer.isTooLong());
        for (int i = 0; i <= DiameterWriter.GROUPS_MAX; i++) {
            writer.endGroup();
        }
        assertEquals(0, writer.end());
    }

    @Test
    void shouldSayWhenGroupsAreNotClosedAsTheyWereOpened() {
        begin(100);

        assertThrows(IllegalStateException.class, writer::endGroup);
        writer.beginGroup(279, 0, 0);
        assertThrows(IllegalStateException.class, writer::end);
    }

    // Answers, RFC 6733 section 6.2

    @Test
    void shouldAnswerWithTheRequestsIdentifiersAndItsSessionIdFirst() {
        final DiameterMessage request = Messages.parsed(Messages.hex(Messages.CCR));
        writer.answer(buffer, 0, 4096, request, ResultCode.SUCCESS);
        writer.text(BaseAvp.ORIGIN_HOST.code(), M, 0, "srv1.srv.realm");
        writer.text(BaseAvp.ORIGIN_REALM.code(), M, 0, "srv.realm");
        writer.copyAll(request, BaseAvp.PROXY_INFO);

        final DiameterMessage answer = Messages.parsed(Messages.bytes(buffer, 0, writer.end()));

        assertEquals(CommandFlags.PROXIABLE, answer.flags());
        assertEquals(CommandCode.CREDIT_CONTROL, answer.commandCode());
        assertEquals(ApplicationId.CREDIT_CONTROL, answer.applicationId());
        assertEquals(7, answer.hopByHopId());
        assertEquals(-1, answer.endToEndId());
        assertEquals(DiameterMessage.HEADER_BYTES, answer.find(BaseAvp.SESSION_ID));
        assertEquals("cli.test.realm;1;2;ro", Messages.text(answer, BaseAvp.SESSION_ID));
        assertEquals(ResultCode.SUCCESS, answer.unsigned32(BaseAvp.RESULT_CODE));
        assertEquals(5, answer.avpCount());
        assertEquals(
                Messages.words(Messages.bytes(
                        request.buffer(),
                        request.valueOffset(BaseAvp.PROXY_INFO),
                        request.valueLength(BaseAvp.PROXY_INFO))),
                Messages.words(Messages.bytes(
                        answer.buffer(),
                        answer.valueOffset(BaseAvp.PROXY_INFO),
                        answer.valueLength(BaseAvp.PROXY_INFO))));
    }

    @ParameterizedTest
    @CsvSource({"2001,0", "3002,32", "3010,32", "4003,0", "5010,0", "1001,0"})
    void shouldSetTheErrorBitForProtocolErrorsOnly(final int resultCode, final int flags) {
        writer.answer(buffer, 0, 100, Messages.parsed(Messages.hex(Messages.CER)), resultCode);

        final DiameterMessage answer = Messages.parsed(Messages.bytes(buffer, 0, writer.end()));

        assertEquals(flags, answer.flags());
        assertFalse(answer.has(BaseAvp.SESSION_ID));
        assertEquals(DiameterMessage.HEADER_BYTES, answer.find(BaseAvp.RESULT_CODE));
    }

    @Test
    void shouldNotRepeatTheRetransmittedBit() {
        final byte[] request = Messages.hex(Messages.CCR);
        request[4] = (byte) (request[4] | CommandFlags.RETRANSMITTED);

        writer.answer(buffer, 0, 100, Messages.parsed(request), ResultCode.TOO_BUSY);

        final DiameterMessage answer = Messages.parsed(Messages.bytes(buffer, 0, writer.end()));
        assertEquals(CommandFlags.PROXIABLE | CommandFlags.ERROR, answer.flags());
    }

    @Test
    void shouldCopyAllInTheirOrder() {
        final DiameterMessage request = Messages.parsed(Messages.hex(Messages.CCR));
        begin(200);

        writer.copyAll(request, BaseAvp.ROUTE_RECORD);
        writer.copyFirst(request, BaseAvp.USER_NAME);
        writer.copyFirst(request, BaseAvp.RESULT_CODE);

        assertEquals(
                "0000011a 40000014 612e7465 73742e72 65616c6d 0000011a 40000014 622e7465 73742e72 65616c6d 00000001 4000000d 616c6963 65000000",
                avps());
    }

    @Test
    void shouldPadWhatIsCopiedWithZeros() {
        begin(100);

        writer.copyAvp(Messages.direct("00000001 40000009 62ffffff"), 0, 9);

        assertEquals("00000001 40000009 62000000", avps());
    }

    // Failed-AVP, RFC 6733 section 7.1.5

    @ParameterizedTest
    @CsvSource({
        // what came, what is shown
        "00000001 40ffffff 62000000,00000117 40000010 00000001 40000008",
        "00000001 40000007,00000117 40000010 00000001 40000008",
        "00000001 c0000008 000028af,00000117 40000014 00000001 c000000c 000028af",
        "00000001 c0000008,00000117 40000014 00000001 c000000c 00000000",
        "00000001,00000117 40000010 00000001 00000008",
        "0000010c 4000000d 000007d1,00000117 40000014 0000010c 4000000c 00000000",
        "00000101 40000007,00000117 40000018 00000101 4000000e 00000000 00000000",
        "0000010c c0000007 000028af,00000117 40000014 0000010c c000000c 000028af"
    })
    void shouldShowTheHeaderOfAnAvpWhoseLengthLiesWithALengthThatDoesNot(final String avp, final String expected) {
        final byte[] bytes = Messages.request(avp);
        final DiameterMessage request = new DiameterMessage(DiameterLimits.defaults());
        assertEquals(ParseResult.MALFORMED, request.parse(Messages.direct(bytes), 0, bytes.length));
        begin(100);

        writer.failedAvp(request);

        assertEquals(expected, avps());
    }

    @Test
    void shouldShowTheAvpThatIsThereTooOften() {
        final byte[] bytes = Messages.request("00000108 40000009 61000000 00000108 40000009 62000000");
        final DiameterMessage request = new DiameterMessage(DiameterLimits.defaults());
        request.parse(Messages.direct(bytes), 0, bytes.length);
        begin(100);

        writer.failedAvp(request);

        assertEquals("00000117 40000014 00000108 40000009 62000000", avps());
    }

    @ParameterizedTest
    @ValueSource(strings = {Messages.CER, Messages.CCR})
    void shouldShowNoFailedAvpWhenNoneFailed(final String hex) {
        begin(100);

        writer.failedAvp(Messages.parsed(Messages.hex(hex)));

        assertEquals("", avps());
    }
}
