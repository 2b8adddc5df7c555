package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Asks a message everything that can be asked, and checks that every answer lies within the message, and that what is made of it is well formed. For fuzzing, and for tests of what
 * bad input costs. Does not allocate.
 */
final class Everything {
    private static final int OUT_BYTES = 1 << 18;
    private static final byte[] IDENTITY = Messages.ascii("relay.test.realm");
    private static final byte[] STATE = Messages.ascii("state");
    private static final BaseAvp[] BASE_AVPS = BaseAvp.values();
    private static final int UNBOUNDED = OUT_BYTES;

    final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
    private final DiameterMessage again = new DiameterMessage(new DiameterLimits(UNBOUNDED, UNBOUNDED, 8));
    private final DiameterWriter writer = new DiameterWriter();
    private final DiameterEditor editor = new DiameterEditor();
    private final AvpCursor[] cursors = new AvpCursor[DiameterLimits.defaults().depthMax() + 2];
    private final UnsafeBuffer out = new UnsafeBuffer(ByteBuffer.allocateDirect(OUT_BYTES));
    private final UnsafeBuffer state = Messages.direct(STATE);

    private int from;
    private int to;
    private int avps;

    Everything() {
        for (int i = 0; i < cursors.length; i++) {
            cursors[i] = new AvpCursor();
        }
    }

    ParseResult read(final UnsafeBuffer buffer, final int offset, final int length) {
        from = offset;
        to = offset + length;
        final ParseResult result = message.parse(buffer, offset, length);
        check((result == ParseResult.MALFORMED) == (message.malformation() != Malformation.NONE));
        check(message.offset() == offset);
        if (result == ParseResult.NEEDS_MORE) {
            check(length < 4 || message.messageLength() > length);
        } else {
            check(message.messageLength() <= length);
            check((message.messageLength() == 0) == message.malformation().closes());
        }
        check(message.malformation().hasFailedAvp() == (message.failedAvpOffset() >= 0));
        within(message.failedAvpOffset(), message.failedAvpLength());
        readIndex();
        readAvps();
        if (message.isAnswerable()) {
            answer();
        }
        if (result == ParseResult.COMPLETE) {
            edit();
        }
        return result;
    }

    private static void check(final boolean holds) {
        assertTrue(holds);
    }

    private void within(final int offset, final int length) {
        check((offset == -1 && length == 0) || (offset >= from && length >= 0 && offset + length <= to));
    }

    private void readIndex() {
        int counted = 0;
        for (final BaseAvp avp : BASE_AVPS) {
            counted += message.count(avp);
            check(message.has(avp) == message.count(avp) > 0);
            within(message.valueOffset(avp), message.valueLength(avp));
            check(message.find(avp) < message.valueOffset(avp) || !message.has(avp));
            check(message.unsigned32(avp) == -1 || message.valueLength(avp) == 4);
            message.valueEquals(avp, IDENTITY);
            message.valueEqualsIgnoreCase(avp, IDENTITY);
        }
        check(counted <= message.avpCount());
    }

    private void readAvps() {
        final AvpCursor cursor = cursors[0];
        message.avps(cursor);
        avps = 0;
        int here = 0;
        while (cursor.next()) {
            here++;
            readAvp(cursor, 0);
        }
        check(here == message.avpCount());
        check(!cursor.isMalformed());
        check(avps <= to - from);
    }

    private void readAvp(final AvpCursor cursor, final int depth) {
        avps++;
        within(cursor.avpOffset(), cursor.paddedLength());
        within(cursor.valueOffset(), cursor.valueLength());
        check(cursor.avpLength() <= cursor.paddedLength());
        check(cursor.valueOffset() + cursor.valueLength() == cursor.avpOffset() + cursor.avpLength());
        check(cursor.depth() == depth);
        check(cursor.unsigned32() == -1 || cursor.valueLength() == 4);
        cursor.unsigned64(0);
        cursor.epochSecond(0);
        cursor.valueEquals(IDENTITY);
        cursor.valueEqualsIgnoreCase(IDENTITY);
        final AvpCursor child = cursors[depth + 1];
        if (!cursor.enter(child)) {
            check(!child.next());
            return;
        }
        check(depth < DiameterLimits.defaults().depthMax());
        while (child.next()) {
            check(child.avpOffset() >= cursor.valueOffset());
            check(child.avpOffset() + child.paddedLength() <= cursor.valueOffset() + cursor.valueLength());
            readAvp(child, depth + 1);
        }
        check(child.avpOffset() == -1);
    }

    /** Whatever a request was, our answer to it is a message without fault. */
    private void answer() {
        final int resultCode = message.malformation() == Malformation.NONE
                ? ResultCode.TOO_BUSY
                : message.malformation().resultCode();
        writer.answer(out, 0, OUT_BYTES, message, resultCode);
        writer.bytes(BaseAvp.ORIGIN_HOST.code(), AvpFlags.MANDATORY, 0, IDENTITY);
        writer.bytes(BaseAvp.ORIGIN_REALM.code(), AvpFlags.MANDATORY, 0, IDENTITY);
        writer.failedAvp(message);
        writer.copyAll(message, BaseAvp.PROXY_INFO);
        final int length = writer.end();
        check(length > 0);
        check(again.parse(out, 0, length) == ParseResult.COMPLETE);
        check(again.messageLength() == length);
        check(!again.isRequest());
        check(again.hopByHopId() == message.hopByHopId());
        check(again.unsigned32(BaseAvp.RESULT_CODE) == resultCode);
        check(again.count(BaseAvp.PROXY_INFO) == message.count(BaseAvp.PROXY_INFO));
        check(again.has(BaseAvp.FAILED_AVP) == message.malformation().hasFailedAvp());
        if (again.has(BaseAvp.FAILED_AVP)) {
            final AvpCursor failed = cursors[0];
            failed.wrap(out, again.valueOffset(BaseAvp.FAILED_AVP), again.valueLength(BaseAvp.FAILED_AVP));
            check(failed.next());
            check(!failed.next());
            check(!failed.isMalformed());
        }
    }

    /** A message without fault stays one when an agent has worked on it. */
    private void edit() {
        editor.begin(message, out, 0, OUT_BYTES);
        editor.hopByHopId(~message.hopByHopId());
        editor.append(BaseAvp.ROUTE_RECORD.code(), AvpFlags.MANDATORY, 0, IDENTITY);
        editor.appendProxyInfo(IDENTITY, state, 0, STATE.length);
        if (message.has(BaseAvp.DESTINATION_HOST)) {
            editor.remove(message.find(BaseAvp.DESTINATION_HOST));
        }
        if (message.has(BaseAvp.SESSION_ID)) {
            editor.replaceValue(message.find(BaseAvp.SESSION_ID), STATE, 0, STATE.length);
        }
        final int length = editor.end();
        check(length > 0);
        check(again.parse(out, 0, length) == ParseResult.COMPLETE);
        check(again.messageLength() == length);
        check(again.hopByHopId() == ~message.hopByHopId());
        check(again.endToEndId() == message.endToEndId());
        check(again.count(BaseAvp.ROUTE_RECORD) == message.count(BaseAvp.ROUTE_RECORD) + 1);
        check(again.count(BaseAvp.DESTINATION_HOST) == 0);
        check(!message.has(BaseAvp.SESSION_ID) || again.valueEquals(BaseAvp.SESSION_ID, STATE));
        check(again.avpCount() == message.avpCount() + 2 - message.count(BaseAvp.DESTINATION_HOST));
    }
}
