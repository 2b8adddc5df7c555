package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiameterMessageTest {
    private static final String ORIGIN_HOST = "00000108 40000009 61000000 ";
    private static final String USER_NAME = "00000001 40000009 62000000 ";

    private final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());

    private ParseResult parse(final byte[] bytes) {
        return message.parse(Messages.direct(bytes), 0, bytes.length);
    }

    private ParseResult parse(final String hex) {
        return parse(Messages.hex(hex));
    }

    private void assertFault(final Malformation expected, final byte[] bytes) {
        assertEquals(ParseResult.MALFORMED, parse(bytes));
        assertEquals(expected, message.malformation());
    }

    // The header, RFC 6733 section 3

    @Test
    void shouldReadTheHeaderOfACapabilitiesExchangeRequest() {
        assertEquals(ParseResult.COMPLETE, parse(Messages.CER));

        assertEquals(1, message.version());
        assertEquals(232, message.messageLength());
        assertEquals(CommandFlags.REQUEST, message.flags());
        assertTrue(message.isRequest());
        assertFalse(message.isProxiable());
        assertFalse(message.isError());
        assertFalse(message.isRetransmitted());
        assertEquals(CommandCode.CAPABILITIES_EXCHANGE, message.commandCode());
        assertEquals(ApplicationId.BASE, message.applicationId());
        assertEquals(0x1122_3344, message.hopByHopId());
        assertEquals(0xA1B2_C3D4, message.endToEndId());
        assertEquals(13, message.avpCount());
        assertEquals(Malformation.NONE, message.malformation());
    }

    @Test
    void shouldReadEachFlag() {
        parse("01000014 30000118 00000000 00000001 00000002");

        assertFalse(message.isRequest());
        assertFalse(message.isProxiable());
        assertTrue(message.isError());
        assertTrue(message.isRetransmitted());

        parse("01000014 d0000118 ffffffff 00000001 00000002");

        assertTrue(message.isRequest());
        assertTrue(message.isProxiable());
        assertFalse(message.isError());
        assertTrue(message.isRetransmitted());
        assertEquals(ApplicationId.RELAY, message.applicationId());
    }

    @Test
    void shouldIgnoreReservedBitsOfTheFlags() {
        assertEquals(ParseResult.COMPLETE, parse("01000014 8f000118 00000000 00000001 00000002"));
        assertEquals(0x8F, message.flags());
    }

    @Test
    void shouldRefuseTheErrorBitInARequestWith3008() {
        final byte[] request = Messages.request(ORIGIN_HOST);
        request[4] = (byte) (request[4] | CommandFlags.ERROR);

        assertFault(Malformation.HEADER_BITS, request);

        assertEquals(ResultCode.INVALID_HDR_BITS, message.malformation().resultCode());
        assertFalse(message.malformation().closes());
        assertTrue(message.isAnswerable());
        assertEquals("a", Messages.text(message, BaseAvp.ORIGIN_HOST));
        assertEquals(request.length, message.messageLength());
    }

    @Test
    void shouldCloseWith5011WhenTheVersionIsNotOne() {
        assertFault(Malformation.VERSION, Messages.hex("02000014 80000118 00000000 00000001 00000002"));

        assertEquals(ResultCode.UNSUPPORTED_VERSION, message.malformation().resultCode());
        assertTrue(message.malformation().closes());
        assertTrue(message.isAnswerable());
        assertEquals(1, message.hopByHopId());
        assertEquals(2, message.version());
        assertEquals(0, message.messageLength());
    }

    @ParameterizedTest
    @ValueSource(strings = {"000000", "000001", "000010", "000013", "000015", "000016", "000017", "ffffff"})
    void shouldCloseWith5015WhenTheMessageLengthIsNone(final String length) {
        assertFault(Malformation.MESSAGE_LENGTH, Messages.hex("01" + length + "80000118 00000000 00000001 00000002"));

        assertEquals(ResultCode.INVALID_MESSAGE_LENGTH, message.malformation().resultCode());
        assertTrue(message.malformation().closes());
        assertTrue(message.isAnswerable());
        assertEquals(CommandCode.DEVICE_WATCHDOG, message.commandCode());
    }

    @Test
    void shouldCloseWith5015WhenTheMessageIsLongerThanTheLimit() {
        final DiameterMessage narrow = new DiameterMessage(new DiameterLimits(24, 256, 8));
        final UnsafeBuffer longest = Messages.direct("01000018 80000118 00000000 00000001 00000002 00000000");
        final UnsafeBuffer tooLong = Messages.direct("0100001c");

        assertEquals(ParseResult.NEEDS_MORE, narrow.parse(longest, 0, 20));
        assertEquals(24, narrow.messageLength());

        assertEquals(ParseResult.MALFORMED, narrow.parse(tooLong, 0, 4));
        assertEquals(Malformation.MESSAGE_TOO_LONG, narrow.malformation());
        assertTrue(narrow.malformation().closes());
        assertEquals(ResultCode.INVALID_MESSAGE_LENGTH, narrow.malformation().resultCode());
    }

    /** Whoever dials the wrong port is told at once, and can't be answered. */
    @Test
    void shouldRefuseAnotherProtocolByItsFirstFourBytes() {
        final byte[] http = Messages.ascii("GET ");

        assertFault(Malformation.VERSION, http);

        assertFalse(message.isAnswerable());
        assertEquals(0, message.hopByHopId());
    }

    @Test
    void shouldNotAnswerAnAnswer() {
        assertFault(Malformation.AVP_LENGTH, Messages.hex("01000018 00000118 00000000 00000001 00000002 00000000"));

        assertFalse(message.isAnswerable());
    }

    // Streams

    @ParameterizedTest
    @ValueSource(strings = {Messages.CER, Messages.CCR, Messages.AAR})
    void shouldNeedMoreWhenAMessageIsCutAtAnyByte(final String hex) {
        final byte[] whole = Messages.hex(hex);

        for (int length = 0; length < whole.length; length++) {
            final byte[] cut = Arrays.copyOf(whole, length);

            assertEquals(ParseResult.NEEDS_MORE, parse(cut));

            assertEquals(length < 4 ? 0 : whole.length, message.messageLength());
            assertEquals(0, message.avpCount());
            assertEquals(-1, message.find(BaseAvp.ORIGIN_HOST));
            assertFalse(message.isAnswerable());
        }
        assertEquals(ParseResult.COMPLETE, parse(whole));
    }

    @Test
    void shouldReadTheFirstOfSeveralMessagesAndForgetTheOneBefore() {
        final byte[] cer = Messages.hex(Messages.CER);
        final byte[] ccr = Messages.hex(Messages.CCR);
        final UnsafeBuffer buffer = Messages.direct(new byte[3 + ccr.length + cer.length]);
        buffer.putBytes(3, ccr);
        buffer.putBytes(3 + ccr.length, cer);

        assertEquals(ParseResult.COMPLETE, message.parse(buffer, 3, ccr.length + cer.length));
        assertEquals(3, message.offset());
        assertEquals(ccr.length, message.messageLength());
        assertEquals(2, message.count(BaseAvp.ROUTE_RECORD));

        assertEquals(ParseResult.COMPLETE, message.parse(buffer, 3 + ccr.length, cer.length));
        assertEquals(CommandCode.CAPABILITIES_EXCHANGE, message.commandCode());
        assertEquals(0, message.count(BaseAvp.ROUTE_RECORD));
        assertEquals(-1, message.find(BaseAvp.SESSION_ID));
        assertEquals("cli.test.realm", Messages.text(message, BaseAvp.ORIGIN_HOST));
    }

    @Test
    void shouldRefuseARangeThatIsNotInTheBuffer() {
        final UnsafeBuffer buffer = Messages.direct(new byte[8]);

        assertThrows(IndexOutOfBoundsException.class, () -> message.parse(buffer, 4, 5));
    }

    // AVPs, RFC 6733 section 4

    @Test
    void shouldFindBaseAvpsOfACreditControlRequest() {
        assertEquals(ParseResult.COMPLETE, parse(Messages.CCR));

        assertEquals("cli.test.realm;1;2;ro", Messages.text(message, BaseAvp.SESSION_ID));
        assertEquals(20, message.find(BaseAvp.SESSION_ID));
        assertEquals(28, message.valueOffset(BaseAvp.SESSION_ID));
        assertEquals(21, message.valueLength(BaseAvp.SESSION_ID));
        assertEquals("srv.realm", Messages.text(message, BaseAvp.DESTINATION_REALM));
        assertEquals("srv1.srv.realm", Messages.text(message, BaseAvp.DESTINATION_HOST));
        assertEquals("alice", Messages.text(message, BaseAvp.USER_NAME));
        assertEquals(1, message.unsigned32(BaseAvp.CC_REQUEST_TYPE));
        assertEquals(0, message.unsigned32(BaseAvp.CC_REQUEST_NUMBER));
        assertEquals(2, message.count(BaseAvp.SUBSCRIPTION_ID));
        assertEquals("a.test.realm", Messages.text(message, BaseAvp.ROUTE_RECORD));
        assertEquals(1, message.count(BaseAvp.PROXY_INFO));
        assertFalse(message.has(BaseAvp.RESULT_CODE));
        assertEquals(-1, message.valueOffset(BaseAvp.RESULT_CODE));
        assertEquals(0, message.valueLength(BaseAvp.RESULT_CODE));
        assertEquals(-1, message.unsigned32(BaseAvp.RESULT_CODE));
    }

    @Test
    void shouldFindEachBaseAvpByItsCode() {
        for (final BaseAvp avp : BaseAvp.values()) {
            assertEquals(ParseResult.COMPLETE, parse(Messages.request(String.format("%08x 00000008", avp.code()))));

            for (final BaseAvp other : BaseAvp.values()) {
                assertEquals(avp == other ? 1 : 0, message.count(other));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000", "00000400", "7fffffff", "80000108", "ffffffff", "00010108"})
    void shouldIndexNoOtherCode(final String code) {
        assertEquals(ParseResult.COMPLETE, parse(Messages.request(code + " 00000008")));

        for (final BaseAvp avp : BaseAvp.values()) {
            assertFalse(message.has(avp));
        }
        assertEquals(1, message.avpCount());
    }

    @Test
    void shouldNotTakeTheAvpOfAVendorForABaseAvp() {
        final byte[] request = Messages.request("00000108 c000000d 000028af 76000000" + ORIGIN_HOST);

        assertEquals(ParseResult.COMPLETE, parse(request));

        assertEquals(36, message.find(BaseAvp.ORIGIN_HOST));
        assertEquals(1, message.count(BaseAvp.ORIGIN_HOST));
        assertEquals(2, message.avpCount());
    }

    @Test
    void shouldTakeVendorZeroForNoVendor() {
        assertEquals(ParseResult.COMPLETE, parse(Messages.request("00000108 c000000d 00000000 76000000")));

        assertEquals("v", Messages.text(message, BaseAvp.ORIGIN_HOST));
        assertEquals(32, message.valueOffset(BaseAvp.ORIGIN_HOST));
        assertTrue(message.valueEquals(BaseAvp.ORIGIN_HOST, Messages.ascii("v")));
    }

    @ParameterizedTest
    @CsvSource({"8,''", "9,61000000", "10,61620000", "11,61626300", "12,61626364", "13,6162636465000000"})
    void shouldReadAnAvpWithEveryPadding(final int length, final String value) {
        final String avp = String.format("00000001 400000%02x %s", length, value);

        assertEquals(ParseResult.COMPLETE, parse(Messages.request(avp + ORIGIN_HOST)));

        assertEquals("abcde".substring(0, length - 8), Messages.text(message, BaseAvp.USER_NAME));
        assertEquals("a", Messages.text(message, BaseAvp.ORIGIN_HOST));
        assertEquals(2, message.avpCount());
    }

    @Test
    void shouldIgnoreWhatIsInThePadding() {
        assertEquals(ParseResult.COMPLETE, parse(Messages.request("00000001 40000009 62ffffff" + ORIGIN_HOST)));

        assertEquals("b", Messages.text(message, BaseAvp.USER_NAME));
        assertTrue(message.has(BaseAvp.ORIGIN_HOST));
    }

    @Test
    void shouldIgnoreReservedBitsOfAnAvp() {
        assertEquals(ParseResult.COMPLETE, parse(Messages.request("00000001 5f000009 62000000")));

        assertEquals("b", Messages.text(message, BaseAvp.USER_NAME));
    }

    @Test
    void shouldReadUnsigned32AsUnsignedAndOnlyOfFourBytes() {
        parse(Messages.request(
                "00000116 4000000c ffffffff 0000010c 4000000b 0007d100 0000019f 00000010 00000000 00000001"));

        assertEquals(0xFFFF_FFFFL, message.unsigned32(BaseAvp.ORIGIN_STATE_ID));
        assertEquals(-1, message.unsigned32(BaseAvp.RESULT_CODE));
        assertEquals(-1, message.unsigned32(BaseAvp.CC_REQUEST_NUMBER));
    }

    @Test
    void shouldCompareIdentitiesWithoutCase() {
        parse(Messages.CCR);

        assertTrue(message.valueEqualsIgnoreCase(BaseAvp.DESTINATION_REALM, Messages.ascii("SRV.Realm")));
        assertFalse(message.valueEquals(BaseAvp.DESTINATION_REALM, Messages.ascii("SRV.Realm")));
        assertFalse(message.valueEqualsIgnoreCase(BaseAvp.DESTINATION_REALM, Messages.ascii("srv.realn")));
        assertFalse(message.valueEqualsIgnoreCase(BaseAvp.DESTINATION_REALM, Messages.ascii("srv.real")));
        assertFalse(message.valueEqualsIgnoreCase(BaseAvp.RESULT_CODE, new byte[0]));
    }

    // Lengths that lie

    @ParameterizedTest
    @CsvSource({
        "00000001 40000000 62000000, 8", // nothing
        "00000001 40000007 62000000, 8", // shorter than a header
        "00000001 c0000008 62000000, 12", // shorter than a header with a vendor
        "00000001 c000000b 62000000, 12",
        "00000001 4000000d 62000000, 8", // beyond the message
        "00000001 40ffffff 62000000, 8", // as long as a length can be
        "00000001 40fffffd 62000000, 8", // its padding leads around
        "00000001 c0000008, 8", // a vendor that is not there
        "00000001 c000000c, 8",
        "00000001, 4", // not even a header
    })
    void shouldRefuseAnAvpWhoseLengthLiesWith5014(final String avp, final int shown) {
        final byte[] request = Messages.request(ORIGIN_HOST + avp);

        assertFault(Malformation.AVP_LENGTH, request);

        assertEquals(ResultCode.INVALID_AVP_LENGTH, message.malformation().resultCode());
        assertFalse(message.malformation().closes());
        assertTrue(message.isAnswerable());
        assertEquals(request.length, message.messageLength());
        assertEquals(32, message.failedAvpOffset());
        assertEquals(shown, message.failedAvpLength());
        assertEquals("a", Messages.text(message, BaseAvp.ORIGIN_HOST));
        assertEquals(1, message.avpCount());
        final AvpCursor cursor = new AvpCursor();
        message.avps(cursor);
        assertTrue(cursor.next());
        assertFalse(cursor.next());
        assertFalse(cursor.isMalformed());
    }

    @Test
    void shouldReadTheNextMessageAfterOneWhoseAvpsAreWrong() {
        final byte[] wrong = Messages.request(ORIGIN_HOST + "00000001 40ffffff");
        final byte[] cer = Messages.hex(Messages.CER);
        final UnsafeBuffer buffer = Messages.direct(new byte[wrong.length + cer.length]);
        buffer.putBytes(0, wrong);
        buffer.putBytes(wrong.length, cer);

        assertEquals(ParseResult.MALFORMED, message.parse(buffer, 0, buffer.capacity()));
        assertEquals(ParseResult.COMPLETE, message.parse(buffer, message.messageLength(), cer.length));
        assertEquals(Malformation.NONE, message.malformation());
        assertEquals(-1, message.failedAvpOffset());
    }

    // Counts

    @Test
    void shouldRefuseMoreAvpsThanTheLimit() {
        final DiameterMessage narrow = new DiameterMessage(new DiameterLimits(4096, 3, 8));
        final byte[] three = Messages.request(ORIGIN_HOST + USER_NAME + USER_NAME);
        final byte[] four = Messages.request(ORIGIN_HOST + USER_NAME + USER_NAME + USER_NAME);

        assertEquals(ParseResult.COMPLETE, narrow.parse(Messages.direct(three), 0, three.length));
        assertEquals(ParseResult.MALFORMED, narrow.parse(Messages.direct(four), 0, four.length));

        assertEquals(Malformation.TOO_MANY_AVPS, narrow.malformation());
        assertEquals(ResultCode.UNABLE_TO_COMPLY, narrow.malformation().resultCode());
        assertFalse(narrow.malformation().closes());
        assertEquals(3, narrow.avpCount());
        assertEquals(2, narrow.count(BaseAvp.USER_NAME));
        assertEquals(-1, narrow.failedAvpOffset());
        assertEquals(four.length, narrow.messageLength());
    }

    @Test
    void shouldRefuseSixtyFourOriginHostsWith5009() {
        assertFault(Malformation.REPEATED_AVP, Messages.request(ORIGIN_HOST.repeat(64)));

        assertEquals(
                ResultCode.AVP_OCCURS_TOO_MANY_TIMES, message.malformation().resultCode());
        assertFalse(message.malformation().closes());
        assertEquals(64, message.count(BaseAvp.ORIGIN_HOST));
        assertEquals(64, message.avpCount());
        assertEquals(20, message.find(BaseAvp.ORIGIN_HOST));
        assertEquals(32, message.failedAvpOffset());
        assertEquals(9, message.failedAvpLength());
    }

    @ParameterizedTest
    @ValueSource(ints = {263, 264, 296, 293, 283, 268})
    void shouldRefuseTwoOfWhatSaysWhereAMessageGoes(final int code) {
        final String avp = String.format("%08x 4000000c 00000000", code);

        assertFault(Malformation.REPEATED_AVP, Messages.request(avp + avp));
    }

    @Test
    void shouldTakeRouteRecordsAsManyAsThereAre() {
        assertEquals(ParseResult.COMPLETE, parse(Messages.request("0000011a 40000009 61000000".repeat(256))));

        assertEquals(256, message.count(BaseAvp.ROUTE_RECORD));
    }

    @Test
    void shouldTellTheFirstFault() {
        final byte[] request = Messages.request(ORIGIN_HOST.repeat(2) + "00000001 40ffffff");

        assertFault(Malformation.REPEATED_AVP, request);
        request[4] = (byte) (request[4] | CommandFlags.ERROR);
        assertFault(Malformation.HEADER_BITS, request);

        assertEquals(-1, message.failedAvpOffset());
        assertEquals(2, message.avpCount());
    }

    // Whatever comes

    @Test
    void shouldSayNothingBeforeTheFirstParse() {
        final AvpCursor cursor = new AvpCursor();
        message.avps(cursor);

        assertFalse(cursor.next());
        assertFalse(message.isAnswerable());
        assertEquals(0, message.messageLength());
        assertEquals(-1, message.find(BaseAvp.SESSION_ID));
    }

    @ParameterizedTest
    @ValueSource(strings = {Messages.CER, Messages.CCR, Messages.AAR})
    void shouldStayWithinTheMessageWhenAnyBitIsFlipped(final String hex) {
        final byte[] bytes = Messages.hex(hex);
        final UnsafeBuffer buffer = Messages.direct(bytes);
        final Everything everything = new Everything();

        for (int bit = 0; bit < bytes.length * 8; bit++) {
            final byte flipped = (byte) (bytes[bit / 8] ^ 1 << bit % 8);
            buffer.putByte(bit / 8, flipped);
            everything.read(buffer, 0, bytes.length);
            buffer.putByte(bit / 8, bytes[bit / 8]);
        }
        assertEquals(ParseResult.COMPLETE, everything.read(buffer, 0, bytes.length));
    }

    @ParameterizedTest
    @ValueSource(strings = {Messages.CER, Messages.CCR, Messages.AAR})
    void shouldStayWithinTheMessageWhenItEndsAtAnyByte(final String hex) {
        final byte[] bytes = Messages.hex(hex);
        final Everything everything = new Everything();

        for (int length = DiameterMessage.HEADER_BYTES; length <= bytes.length; length++) {
            final byte[] cut = Arrays.copyOf(bytes, length);
            new UnsafeBuffer(cut).putInt(0, 1 << 24 | length, DiameterMessage.NETWORK);

            final ParseResult result = everything.read(Messages.direct(cut), 0, length);

            assertTrue(result == ParseResult.MALFORMED || length % 4 == 0);
        }
    }
}
