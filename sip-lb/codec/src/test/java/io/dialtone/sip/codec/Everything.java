package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Asks a message everything that can be asked, and checks that every answer lies within the message. For fuzzing, and for tests of what bad input costs. Does not
 * allocate.
 */
final class Everything {
    private static final byte[] NAME = Messages.bytes("x-unknown");
    private static final byte[] PARAM = Messages.bytes("transport");
    private static final byte[] TAG = Messages.bytes("t1");
    private static final int OUT_BYTES = 1 << 17;

    final SipMessage message = new SipMessage(SipLimits.defaults());
    private final SipMessage again = new SipMessage(SipLimits.defaults());
    private final SipSyntax syntax = new SipSyntax();
    private final ViaView via = new ViaView();
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private final IpLiteral literal = new IpLiteral();
    private final SipEditor editor = new SipEditor();
    private final SipWriter writer = new SipWriter();
    private final UnsafeBuffer out = new UnsafeBuffer(ByteBuffer.allocateDirect(OUT_BYTES));

    private int from;
    private int to;

    ParseResult readDatagram(final UnsafeBuffer buffer, final int offset, final int length) {
        from = offset;
        to = offset + length;
        final ParseResult result = message.parseDatagram(buffer, offset, length);
        assertTrue(result != ParseResult.NEEDS_MORE);
        read(result);
        return result;
    }

    ParseResult readStream(final UnsafeBuffer buffer, final int offset, final int length) {
        from = offset;
        to = offset + length;
        final ParseResult result = message.parseStream(buffer, offset, length);
        if (result == ParseResult.NEEDS_MORE) {
            assertTrue(message.bytesNeeded() > 0);
        } else {
            read(result);
        }
        return result;
    }

    private void read(final ParseResult result) {
        assertTrue((result == ParseResult.COMPLETE) == (message.malformation() == Malformation.NONE));
        readLines();
        for (int i = 0; i < message.headerCount(); i++) {
            readHeader(i);
        }
        readVias();
        within(message.callIdOffset(), message.callIdLength());
        within(message.fromTagOffset(), message.fromTagLength());
        within(message.toTagOffset(), message.toTagLength());
        within(message.cseqMethodOffset(), message.cseqMethodLength());
        syntax.checkEndpoint(message);
        final Malformation fault = syntax.check(message);
        if (message.isRequest()) {
            readUri(message.requestUriOffset(), message.requestUriLength());
            answer(fault);
        }
        if (result == ParseResult.COMPLETE) {
            edit(fault);
        }
    }

    private void readLines() {
        within(message.startLineOffset(), 0);
        within(message.methodOffset(), message.methodLength());
        within(message.requestUriOffset(), message.requestUriLength());
        within(message.reasonOffset(), message.reasonLength());
        within(message.headersOffset(), 0);
        within(message.bodyOffset(), message.bodyLength());
        assertTrue(message.messageLength() >= 0 && message.messageLength() <= to - from);
        message.findHeader(NAME);
        message.answerStatus();
    }

    private void within(final int offset, final int length) {
        assertTrue((offset == -1 && length == 0) || (offset >= from && length >= 0 && offset + length <= to));
    }

    private void readHeader(final int i) {
        within(message.headerLineOffset(i), message.headerLineLength(i));
        within(message.headerNameOffset(i), message.headerNameLength(i));
        within(message.headerValueOffset(i), message.headerValueLength(i));
        assertTrue(message.headerNameLength(i) > 0);
        final int next = message.nextHeader(i);
        assertTrue(next == -1 || next > i);
        boolean more = address.wrap(message, i);
        int values = 0;
        while (more) {
            within(address.valueOffset(), address.valueEnd() - address.valueOffset());
            within(address.displayNameOffset(), address.displayNameLength());
            within(address.tagOffset(), address.tagLength());
            address.findParam(PARAM);
            within(address.paramValueOffset(), address.paramValueLength());
            readUri(address.uriOffset(), address.uriLength());
            more = address.next();
            assertTrue(++values <= to - from);
        }
    }

    private void readUri(final int offset, final int length) {
        within(offset, length);
        if (uri.parse(message.buffer(), offset, length)) {
            within(uri.userOffset(), uri.userLength());
            within(uri.passwordOffset(), uri.passwordLength());
            within(uri.hostOffset(), uri.hostLength());
            within(uri.portOffset(), uri.portLength());
            within(uri.paramsOffset(), uri.paramsEnd() - uri.paramsOffset());
            within(uri.headersOffset(), uri.headersLength());
            uri.isLooseRouter();
            uri.findParam(PARAM);
            within(uri.paramValueOffset(), uri.paramValueLength());
            literal.parse(message.buffer(), uri.hostOffset(), uri.hostLength());
        }
    }

    private void readVias() {
        boolean more = via.wrap(message);
        int values = 0;
        while (more) {
            within(via.valueOffset(), via.valueEnd() - via.valueOffset());
            within(via.transportOffset(), via.transportLength());
            within(via.hostOffset(), via.hostLength());
            within(via.branchOffset(), via.branchLength());
            within(via.receivedOffset(), via.receivedLength());
            within(via.maddrOffset(), via.maddrLength());
            within(via.rportOffset(), via.rportLength());
            assertTrue(via.port() >= -1 && via.port() <= 65_535);
            assertTrue(via.rport() >= -1 && via.rport() <= 65_535);
            assertTrue(via.ttl() >= -1 && via.ttl() <= 255);
            via.hasMagicCookie();
            literal.parse(message.buffer(), via.hostOffset(), via.hostLength());
            more = via.next();
            assertTrue(++values <= to - from);
        }
    }

    /** Whatever a request was, our answer to it is a message without fault. */
    private void answer(final Malformation fault) {
        final int length = writer.wrap(out, 0, OUT_BYTES)
                .refusal(message, fault == Malformation.NONE ? Malformation.REQUEST_LINE : fault, TAG)
                .finish();
        if (length > 0 && length <= SipLimits.defaults().messageBytesMax()) {
            final ParseResult result = again.parseDatagram(out, 0, length);
            assertTrue(result == ParseResult.COMPLETE, again.malformation().sentence());
            final Malformation found = syntax.check(again);
            assertTrue(found == Malformation.NONE, found.sentence());
            assertTrue(syntax.checkEndpoint(again) == Malformation.NONE);
        } else {
            assertTrue(length == SipWriter.NO_WAY_BACK || to - from > 30_000);
        }
    }

    /** A message without fault stays one when a proxy has worked on it. */
    private void edit(final Malformation fault) {
        editor.begin(message);
        final int text = editor.text().position();
        editor.text().put("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnew").putLineEnd();
        editor.pushVia(text);
        editor.stripRoute();
        editor.maxForwards(Math.max(0, message.maxForwards() - 1));
        if (via.wrap(message)) {
            editor.received(via, 0, 0xFFFF_C000_0207L);
            editor.rport(via, 5066);
        }
        final int length = editor.applyTo(out, 0, OUT_BYTES);
        assertTrue(length == SipEditor.TOO_BIG || length == editor.length());
        if (length > 0 && length <= SipLimits.defaults().messageBytesMax()) {
            final ParseResult result = again.parseDatagram(out, 0, length);
            final boolean full = again.headerCount() == SipLimits.defaults().headersMax();
            assertTrue(
                    result == ParseResult.COMPLETE || full, again.malformation().sentence());
            if (fault == Malformation.NONE && !full) {
                final Malformation found = syntax.check(again);
                assertTrue(found == Malformation.NONE, found.sentence());
            }
        }
    }
}
