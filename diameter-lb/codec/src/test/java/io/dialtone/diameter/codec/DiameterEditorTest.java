package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class DiameterEditorTest {
    private static final int M = AvpFlags.MANDATORY;
    private static final int ROOM = 8;
    private static final byte[] CCR = Messages.hex(Messages.CCR);
    private static final byte[] CLIENT = Messages.ascii("cli.test.realm");

    private final DiameterMessage message = Messages.parsed(CCR);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private final DiameterEditor editor = new DiameterEditor();

    DiameterEditorTest() {
        editor.begin(message, buffer, ROOM, 4000);
    }

    private byte[] end() {
        return Messages.bytes(buffer, ROOM, editor.end());
    }

    private DiameterMessage edited() {
        return Messages.parsed(end());
    }

    private static String routeRecord(final DiameterMessage message) {
        final AvpCursor cursor = new AvpCursor();
        message.avps(cursor);
        final StringBuilder record = new StringBuilder();
        while (cursor.next()) {
            if (cursor.is(BaseAvp.ROUTE_RECORD.code(), 0)) {
                record.append(Messages.text(cursor)).append(' ');
            }
        }
        return record.toString();
    }

    // In place

    @Test
    void shouldChangeHopByHopIdAndFlagsInPlace() {
        buffer.putBytes(ROOM, CCR);

        DiameterEditor.hopByHopId(buffer, ROOM, 0xCAFE_BABE);
        DiameterEditor.flags(buffer, ROOM, 0xD0);

        final byte[] expected = CCR.clone();
        new UnsafeBuffer(expected).putInt(12, 0xCAFE_BABE, DiameterMessage.NETWORK);
        expected[4] = (byte) 0xD0;
        assertArrayEquals(expected, Messages.bytes(buffer, ROOM, CCR.length));
    }

    // A copy

    @Test
    void shouldCopyAMessageThatNothingIsAskedFor() {
        assertArrayEquals(CCR, end());
    }

    /** RFC 6733 section 6.1.9: a Hop-by-Hop Identifier of our own, and the peer it came from at the end of the record. */
    @Test
    void shouldForwardARequestAsARelayDoes() {
        editor.hopByHopId(0x0BAD_CAFE);
        editor.append(BaseAvp.ROUTE_RECORD.code(), M, 0, CLIENT);

        final byte[] bytes = end();

        final byte[] expected = new byte[CCR.length + 24];
        System.arraycopy(CCR, 0, expected, 0, CCR.length);
        final UnsafeBuffer view = new UnsafeBuffer(expected);
        view.putInt(0, 1 << 24 | expected.length, DiameterMessage.NETWORK);
        view.putInt(12, 0x0BAD_CAFE, DiameterMessage.NETWORK);
        view.putBytes(CCR.length, Messages.hex("0000011a 40000016 636c692e 74657374 2e726561 6c6d0000"));
        assertEquals(Messages.words(expected), Messages.words(bytes));
        assertEquals("a.test.realm b.test.realm cli.test.realm ", routeRecord(Messages.parsed(bytes)));
    }

    @Test
    void shouldSendAgainWithTheRetransmittedBit() {
        editor.flags(message.flags() | CommandFlags.RETRANSMITTED);
        editor.endToEndId(12);

        final DiameterMessage again = edited();

        assertTrue(again.isRetransmitted());
        assertTrue(again.isProxiable());
        assertEquals(7, again.hopByHopId());
        assertEquals(12, again.endToEndId());
    }

    @Test
    void shouldLeaveOutAnAvp() {
        editor.remove(message.find(BaseAvp.DESTINATION_HOST));

        final DiameterMessage edited = edited();

        assertFalse(edited.has(BaseAvp.DESTINATION_HOST));
        assertEquals(CCR.length - 24, edited.messageLength());
        assertEquals(message.avpCount() - 1, edited.avpCount());
        assertEquals("alice", Messages.text(edited, BaseAvp.USER_NAME));
    }

    @Test
    void shouldGiveAnAvpALongerOrAShorterValue() {
        final byte[] longer = Messages.ascii("a-much-longer-realm.example");
        editor.replaceValue(message.find(BaseAvp.DESTINATION_REALM), longer, 0, longer.length);
        editor.replaceValue(message.find(BaseAvp.SESSION_ID), longer, 1, 1);

        final DiameterMessage edited = edited();

        assertEquals("a-much-longer-realm.example", Messages.text(edited, BaseAvp.DESTINATION_REALM));
        assertEquals("-", Messages.text(edited, BaseAvp.SESSION_ID));
        assertEquals(message.avpCount(), edited.avpCount());
        assertEquals("srv1.srv.realm", Messages.text(edited, BaseAvp.DESTINATION_HOST));
    }

    @Test
    void shouldKeepVendorAndFlagsOfAnAvpWithAnotherValue() {
        final DiameterMessage aar = Messages.parsed(Messages.hex(Messages.AAR));
        final AvpCursor cursor = new AvpCursor();
        aar.avps(cursor);
        while (cursor.next() && !cursor.is(504, 10_415)) {
            assertTrue(cursor.avpOffset() > 0);
        }
        editor.begin(aar, buffer, ROOM, 4000);

        editor.replaceValue(cursor.avpOffset(), Messages.direct(Messages.ascii("xyz")), 1, 2);

        edited().avps(cursor);
        while (cursor.next() && !cursor.is(504, 10_415)) {
            assertTrue(cursor.avpOffset() > 0);
        }
        assertEquals("yz", Messages.text(cursor));
        assertEquals(AvpFlags.VENDOR | M, cursor.flags());
    }

    @Test
    void shouldTakeChangesInAnyOrder() {
        editor.append(BaseAvp.ORIGIN_STATE_ID.code(), M, 0, 5);
        editor.remove(message.find(BaseAvp.PROXY_INFO));
        editor.replaceValue(message.find(BaseAvp.USER_NAME), CLIENT, 0, 3);
        editor.remove(message.find(BaseAvp.SESSION_ID));

        final DiameterMessage edited = edited();

        assertEquals("cli", Messages.text(edited, BaseAvp.USER_NAME));
        assertEquals(5, edited.unsigned32(BaseAvp.ORIGIN_STATE_ID));
        assertFalse(edited.has(BaseAvp.PROXY_INFO));
        assertFalse(edited.has(BaseAvp.SESSION_ID));
        assertEquals(message.avpCount() - 1, edited.avpCount());
    }

    @Test
    void shouldHoldToTheLaterOfTwoChangesOfOneAvp() {
        editor.remove(message.find(BaseAvp.USER_NAME));
        editor.replaceValue(message.find(BaseAvp.USER_NAME), CLIENT, 0, 3);
        editor.replaceValue(message.find(BaseAvp.DESTINATION_REALM), CLIENT, 0, 3);
        editor.remove(message.find(BaseAvp.DESTINATION_REALM));

        final DiameterMessage edited = edited();

        assertEquals("cli", Messages.text(edited, BaseAvp.USER_NAME));
        assertFalse(edited.has(BaseAvp.DESTINATION_REALM));
    }

    @Test
    void shouldAppendProxyInfoAndOtherGroups() {
        editor.appendProxyInfo(CLIENT, Messages.direct("00010203 04"), 1, 4);
        editor.beginGroup(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID.code(), M, 0);
        editor.append(BaseAvp.VENDOR_ID.code(), M, 0, 10_415);
        editor.endGroup();

        final DiameterMessage edited = edited();

        assertEquals(2, edited.count(BaseAvp.PROXY_INFO));
        final byte[] appended = Messages.bytes(edited.buffer(), CCR.length, edited.messageLength() - CCR.length);
        assertEquals(
                "0000011c 4000002c 00000118 40000016 636c692e 74657374 2e726561 6c6d0000 00000021 4000000c 01020304"
                        + " 00000104 40000014 0000010a 4000000c 000028af",
                Messages.words(appended));
    }

    @Test
    void shouldForgetChangesOfTheMessageBefore() {
        editor.remove(message.find(BaseAvp.USER_NAME));
        editor.append(1, 0, 0, CLIENT);
        editor.hopByHopId(99);
        editor.flags(0);

        editor.begin(message, buffer, ROOM, 4000);

        assertArrayEquals(CCR, end());
    }

    // Bounds

    @Test
    void shouldWriteNothingWhenThereIsTooLittleRoom() {
        final int needed = CCR.length + 24 - 16;
        for (final int capacity : new int[] {0, 1, 19, 20, CCR.length, needed - 4, needed - 1}) {
            buffer.setMemory(0, buffer.capacity(), (byte) 0x55);
            editor.begin(message, buffer, ROOM, capacity);
            editor.append(BaseAvp.ROUTE_RECORD.code(), M, 0, CLIENT);
            editor.remove(message.find(BaseAvp.USER_NAME));

            assertEquals(0, editor.end());

            for (int i = 0; i < buffer.capacity(); i++) {
                assertEquals(0x55, buffer.getByte(i));
            }
        }
        editor.begin(message, buffer, ROOM, needed);
        editor.append(BaseAvp.ROUTE_RECORD.code(), M, 0, CLIENT);
        editor.remove(message.find(BaseAvp.USER_NAME));
        assertEquals(needed, editor.end());
        assertEquals(0x55, buffer.getByte(ROOM + needed));
    }

    @Test
    void shouldRefuseMoreChangesThanItsBound() {
        final DiameterMessage many = Messages.parsed(Messages.request("00000001 00000008".repeat(20)));
        editor.begin(many, buffer, ROOM, 4000);
        for (int i = 0; i < DiameterEditor.EDITS_MAX; i++) {
            editor.remove(DiameterMessage.HEADER_BYTES + 8 * i);
        }
        assertEquals(20 + 8 * 4, editor.end());

        editor.remove(DiameterMessage.HEADER_BYTES + 8 * DiameterEditor.EDITS_MAX);

        assertEquals(0, editor.end());
    }

    @Test
    void shouldRefuseMoreBytesThanItsBounds() {
        final byte[] half = new byte[5000];
        editor.append(1, 0, 0, half);
        editor.append(1, 0, 0, half);
        assertEquals(0, editor.end());

        editor.begin(message, buffer, ROOM, 4000);
        editor.replaceValue(message.find(BaseAvp.USER_NAME), half, 0, half.length);
        editor.replaceValue(message.find(BaseAvp.ORIGIN_HOST), half, 0, half.length);
        assertEquals(0, editor.end());
    }

    @Test
    void shouldRefuseWhatIsNoMessage() {
        editor.begin(new DiameterMessage(DiameterLimits.defaults()), buffer, ROOM, 4000);

        assertEquals(0, editor.end());
    }

    @Test
    void shouldAssertThatAnAvpAtTopLevelBeginsThere() {
        final int proxyInfo = message.find(BaseAvp.PROXY_INFO);

        assertThrows(AssertionError.class, () -> editor.remove(proxyInfo + 8));
        assertThrows(AssertionError.class, () -> editor.remove(-1));
        assertThrows(AssertionError.class, () -> editor.remove(CCR.length));
    }

    /** Against a list of AVPs that is changed one at a time. */
    @Test
    void shouldDoWhatAListOfAvpsDoesWhateverIsAskedFor() {
        final Random random = new Random(6733);
        for (int turn = 0; turn < 2_000; turn++) {
            final DiameterMessage original = Messages.parsed(randomMessage(random));
            final List<byte[]> model = new ArrayList<>();
            final List<Integer> places = new ArrayList<>();
            final AvpCursor cursor = new AvpCursor();
            original.avps(cursor);
            while (cursor.next()) {
                places.add(cursor.avpOffset());
                model.add(Messages.bytes(cursor.buffer(), cursor.avpOffset(), cursor.paddedLength()));
            }
            editor.begin(original, buffer, ROOM, 4000);
            final int changes = places.isEmpty() ? 0 : random.nextInt(6);
            for (int n = 0; n < changes; n++) {
                final int i = random.nextInt(places.size());
                if (random.nextBoolean()) {
                    editor.remove(places.get(i));
                    model.set(i, new byte[0]);
                } else {
                    final byte[] value = randomBytes(random);
                    editor.replaceValue(places.get(i), value, 0, value.length);
                    cursor.wrap(original.buffer(), places.get(i), original.messageLength() - places.get(i));
                    cursor.next();
                    model.set(i, avp(cursor.code(), cursor.flags(), cursor.vendorId(), value));
                }
            }
            for (int n = random.nextInt(3); n > 0; n--) {
                final byte[] value = randomBytes(random);
                editor.append(7, 0, 0, value);
                model.add(avp(7, 0, 0, value));
            }

            final byte[] result = end();

            final ByteArrayOutputStream expected = new ByteArrayOutputStream();
            expected.writeBytes(Messages.bytes(original.buffer(), 0, DiameterMessage.HEADER_BYTES));
            model.forEach(expected::writeBytes);
            final byte[] bytes = expected.toByteArray();
            new UnsafeBuffer(bytes).putInt(0, 1 << 24 | bytes.length, DiameterMessage.NETWORK);
            assertEquals(Messages.words(bytes), Messages.words(result));
        }
    }

    private static byte[] randomMessage(final Random random) {
        final StringBuilder avps = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) {
            final int vendor = random.nextBoolean() ? 10_415 : 0;
            avps.append(Messages.words(
                    avp(1 + random.nextInt(3), vendor == 0 ? 0 : AvpFlags.VENDOR, vendor, randomBytes(random))));
        }
        return Messages.request(avps.toString());
    }

    private static byte[] randomBytes(final Random random) {
        final byte[] bytes = new byte[random.nextInt(12)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] avp(final int code, final int flags, final int vendorId, final byte[] value) {
        final boolean vendor = (flags & AvpFlags.VENDOR) != 0;
        final int length = (vendor ? 12 : 8) + value.length;
        final UnsafeBuffer avp = new UnsafeBuffer(new byte[(length + 3) / 4 * 4]);
        avp.putInt(0, code, DiameterMessage.NETWORK);
        avp.putInt(4, flags << 24 | length, DiameterMessage.NETWORK);
        if (vendor) {
            avp.putInt(8, vendorId, DiameterMessage.NETWORK);
        }
        avp.putBytes(vendor ? 12 : 8, value);
        return Messages.bytes(avp, 0, avp.capacity());
    }
}
