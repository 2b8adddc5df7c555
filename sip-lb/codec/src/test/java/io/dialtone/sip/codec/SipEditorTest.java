package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SipEditorTest {
    private static final int LENGTH = Messages.INVITE.length();

    private final UnsafeBuffer buffer = Messages.direct(Messages.INVITE);
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final SipEditor editor = new SipEditor();
    private final ViaView via = new ViaView();

    SipEditorTest() {
        message.parseDatagram(buffer, Messages.ROOM, LENGTH);
        via.wrap(message);
        editor.begin(message);
    }

    private String apply() {
        final int length = editor.apply(buffer, Messages.ROOM, Messages.ROOM);
        assertEquals(length, editor.length());
        return Messages.text(buffer, editor.offset(), length);
    }

    private int text(final String text) {
        final int from = editor.text().position();
        editor.text().put(text);
        return from;
    }

    @Test
    void shouldLeaveAMessageAloneThatNothingIsAskedFor() {
        assertEquals(Messages.INVITE, apply());
        assertEquals(Messages.ROOM, editor.offset());
    }

    @Test
    void shouldForwardARequestAsAProxyDoes() {
        editor.pushVia(text("Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKabc\r\n"));
        editor.pushRecordRoute(text("Record-Route: <sip:192.0.2.9;lr>\r\n"));
        assertTrue(editor.stripRoute());
        editor.maxForwards(69);
        editor.rport(via, 40_000);
        editor.received(via, 0, 0xFFFF_C000_0207L);

        final String expected = Messages.INVITE
                .replace(
                        "Via: SIP/2.0/UDP pc33",
                        "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKabc\r\nVia: SIP/2.0/UDP pc33")
                .replace("Record-Route:", "Record-Route: <sip:192.0.2.9;lr>\r\nRecord-Route:")
                .replace("<sip:192.0.2.1:5060;lr;dt=abcdef>, ", "")
                .replace("Max-Forwards: 70", "Max-Forwards: 69")
                .replace(";rport\r\n", ";rport=40000;received=192.0.2.7\r\n");
        assertEquals(expected, apply());
    }

    @Test
    void shouldMoveNoByteBehindTheLastChangeOfLength() {
        editor.pushVia(text("Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKabc\r\n"));
        editor.maxForwards(69);
        apply();

        assertEquals(Messages.ROOM - 46, editor.offset());
        assertEquals("v=0\r\no=-\r\n", Messages.text(buffer, message.bodyOffset(), message.bodyLength()));
    }

    @Test
    void shouldTakeTheLineAwayWithItsOnlyValue() {
        final SipMessage ok = Messages.datagram(Messages.OK);
        via.wrap(ok);
        editor.begin(ok);
        assertTrue(editor.popVia(via));

        final int length = editor.apply(ok.buffer(), 0, 0);
        final String left = Messages.text(ok.buffer(), editor.offset(), length);
        assertTrue(left.startsWith("SIP/2.0 200 OK\r\nv: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKabc\r\n"), left);
    }

    @Test
    void shouldTakeOnlyTheFirstOfSeveralViasOnALine() {
        final SipMessage ok = Messages.datagram(
                "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1 ,\r\n SIP/2.0/UDP b;branch=z9hG4bK2\r\n\r\n");
        via.wrap(ok);
        editor.begin(ok);
        editor.popVia(via);

        final int length = editor.apply(ok.buffer(), 0, 0);
        assertEquals(
                "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK2\r\n\r\n",
                Messages.text(ok.buffer(), editor.offset(), length));
    }

    @Test
    void shouldNotPopAViaThatIsNotTheTopmost() {
        via.next();

        assertFalse(editor.popVia(via));
    }

    @Test
    void shouldNotPopASecondValueOfTheTopmostLine() {
        final SipMessage ok = Messages.datagram("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a,SIP/2.0/UDP b\r\n\r\n");
        via.wrap(ok);
        via.next();
        editor.begin(ok);

        assertFalse(editor.popVia(via));
    }

    @Test
    void shouldKeepTheWidthOfMaxForwards() {
        editor.maxForwards(9);

        assertEquals(Messages.INVITE.replace("Max-Forwards: 70", "Max-Forwards: 09"), apply());
        assertEquals(Messages.ROOM, editor.offset());
    }

    @Test
    void shouldAddMaxForwardsWhereThereIsNone() {
        final String text = Messages.INVITE.replace("Max-Forwards: 70\r\n", "");
        final SipMessage without = Messages.datagram(text);
        editor.begin(without);
        editor.maxForwards(70);

        final int length = editor.apply(without.buffer(), Messages.ROOM, 0);
        assertEquals(
                text.replace("SIP/2.0\r\n", "SIP/2.0\r\nMax-Forwards: 70\r\n"),
                Messages.text(without.buffer(), editor.offset(), length));
    }

    @Test
    void shouldReplaceWhatTheTopmostViaSaidOfItsSource() {
        final SipMessage ok = Messages.datagram(Messages.OK);
        via.wrap(ok);
        editor.begin(ok);
        editor.received(via, 0x2001_0db8_0000_0000L, 1);
        editor.rport(via, 5);

        final int length = editor.apply(ok.buffer(), Messages.ROOM, 0);
        assertEquals(
                Messages.OK.replace("rport=1024;received=192.0.2.3", "rport=5;received=2001:db8::1"),
                Messages.text(ok.buffer(), editor.offset(), length));
    }

    @Test
    void shouldUseTheRoomBehindWhenThereIsNoneBefore() {
        editor.pushVia(text("Via: SIP/2.0/UDP 192.0.2.9\r\n"));

        assertEquals(LENGTH + 28, editor.apply(buffer, 27, 28));
        assertEquals(Messages.ROOM, editor.offset());
        assertTrue(Messages.text(buffer, editor.offset(), editor.length()).endsWith("v=0\r\no=-\r\n"));
    }

    @Test
    void shouldChangeNothingWhenThereIsNoRoom() {
        editor.pushVia(text("Via: SIP/2.0/UDP 192.0.2.9\r\n"));

        assertEquals(SipEditor.TOO_BIG, editor.apply(buffer, 27, 27));
        assertEquals(Messages.INVITE, Messages.text(buffer, Messages.ROOM, LENGTH));
        assertEquals(SipEditor.TOO_BIG, editor.applyTo(buffer, 0, LENGTH));
    }

    /** The line that vanishes may be the one that others are put before; found by fuzzing. */
    @Test
    void shouldInsertBeforeALineThatVanishesWhicheverIsAskedForFirst() {
        final String text = "BYE sip:b SIP/2.0\r\nRoute: <sip:a;lr>\r\nVia: SIP/2.0/UDP c\r\n\r\n";
        for (int order = 0; order < 2; order++) {
            final SipMessage bye = Messages.datagram(text);
            editor.begin(bye);
            if (order == 0) {
                assertTrue(editor.stripRoute());
            }
            editor.pushRecordRoute(text("Record-Route: <sip:p>\r\n"));
            editor.maxForwards(70);
            if (order == 1) {
                assertTrue(editor.stripRoute());
            }
            editor.pushVia(text("Via: SIP/2.0/UDP p\r\n"));

            final int length = editor.apply(bye.buffer(), Messages.ROOM, 0);
            assertEquals(
                    text.replace(
                            "Route: <sip:a;lr>\r\n",
                            "Record-Route: <sip:p>\r\nMax-Forwards: 70\r\nVia: SIP/2.0/UDP p\r\n"),
                    Messages.text(bye.buffer(), editor.offset(), Math.max(0, length)));
        }
    }

    @Test
    void shouldRefuseChangesOfTheSameBytes() {
        editor.delete(Messages.ROOM + 10, 10).delete(Messages.ROOM + 15, 10);

        assertEquals(SipEditor.CONFLICT, editor.apply(buffer, Messages.ROOM, 0));
    }

    @Test
    void shouldRefuseChangesOutsideTheMessage() {
        editor.delete(Messages.ROOM + LENGTH - 1, 2);

        assertEquals(SipEditor.CONFLICT, editor.apply(buffer, Messages.ROOM, 0));
    }

    @Test
    void shouldRefuseMoreChangesThanItHolds() {
        for (int i = 0; i < 33; i++) {
            editor.insert(Messages.ROOM, new byte[] {'x'});
        }

        assertEquals(SipEditor.TOO_BIG, editor.apply(buffer, Messages.ROOM, 0));
    }

    @Test
    void shouldLeaveOutWhatLiesAroundTheMessage() {
        final SipMessage padded = Messages.datagram("\r\n\r\nSIP/2.0 200 OK\r\nl: 2\r\n\r\nabtrailing");
        editor.begin(padded);

        assertEquals("SIP/2.0 200 OK\r\nl: 2\r\n\r\nab".length(), editor.apply(padded.buffer(), 0, 0));
        assertEquals(
                "SIP/2.0 200 OK\r\nl: 2\r\n\r\nab", Messages.text(padded.buffer(), editor.offset(), editor.length()));
    }

    /** Random changes, in place to the front, in place to the back, and gathered, against the same done to a String. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldDoWhatAStringWouldDo(final long seed) {
        final Random random = new Random(seed);
        final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(8192));
        for (int round = 0; round < 2_000; round++) {
            buffer.putBytes(Messages.ROOM, Messages.bytes(Messages.INVITE));
            editor.begin(message);
            final StringBuilder expected = new StringBuilder();
            int at = 0;
            final int changes = random.nextInt(12);
            for (int i = 0; i < changes && at < LENGTH; i++) {
                final int next = at + random.nextInt(Math.min(90, LENGTH - at) + 1);
                final int deleted = random.nextBoolean() ? random.nextInt(Math.min(60, LENGTH - next) + 1) : 0;
                final String inserted = random.nextInt(3) > 0 ? ("<" + i + ">").repeat(random.nextInt(20)) : "";
                expected.append(Messages.INVITE, at, next).append(inserted);
                editor.replace(Messages.ROOM + next, deleted, Messages.bytes(inserted), 0, inserted.length());
                at = next + deleted;
            }
            expected.append(Messages.INVITE, at, LENGTH);

            final int gathered = editor.applyTo(target, 7, 8000);
            assertEquals(expected.toString(), Messages.text(target, 7, gathered));
            final boolean front = random.nextBoolean();
            final int length = editor.apply(buffer, front ? Messages.ROOM : -LENGTH, Messages.ROOM);
            assertEquals(expected.toString(), Messages.text(buffer, editor.offset(), length));
            assertEquals(front ? Messages.ROOM - editor.growth() : Messages.ROOM, editor.offset());
        }
    }
}
