package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Via, name-addr and URI, taken apart. */
class ViewsTest {
    private final ViaView via = new ViaView();
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();

    private final DialogNameView dialog = new DialogNameView();

    private static SipMessage vias(final String lines) {
        return Messages.datagram("SIP/2.0 200 OK\r\n" + lines + "\r\n\r\n");
    }

    private static String text(final SipMessage message, final int offset, final int length) {
        return Messages.text(message.buffer(), offset, length);
    }

    // Replaces and Join

    private static SipMessage replaces(final String value) {
        return Messages.datagram("INVITE sip:a@b SIP/2.0\r\nReplaces: " + value + "\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff",
                "98732@sip.example.com ; To-Tag = ff87ff\r\n ;x=\"1\";y;FROM-TAG=r33th4x0r"
            })
    void shouldReadWhichDialogIsNamed(final String value) {
        final SipMessage message = replaces(value);

        assertTrue(dialog.wrap(message, 0));

        assertEquals("98732@sip.example.com", text(message, dialog.callIdOffset(), dialog.callIdLength()));
        assertEquals("ff87ff", text(message, dialog.toTagOffset(), dialog.toTagLength()));
        assertEquals("r33th4x0r", text(message, dialog.fromTagOffset(), dialog.fromTagLength()));
        assertFalse(dialog.isEarlyOnly());
    }

    @Test
    void shouldReadThatADialogIsMeantWhileItIsEarly() {
        assertTrue(dialog.wrap(replaces("a;to-tag=1;from-tag=2;early-only"), 0));
        assertTrue(dialog.isEarlyOnly());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a;to-tag=1",
                "a;to-tag=1;from-tag",
                "a;to-tag=1;from-tag=",
                "a;to-tag=1;to-tag=2;from-tag=3",
                ";to-tag=1;from-tag=2"
            })
    void shouldNotReadADialogThatIsNotNamed(final String value) {
        assertFalse(dialog.wrap(replaces(value), 0));
    }

    // Via

    @Test
    void shouldReadEveryPartOfAVia() {
        final SipMessage message = vias(
                "Via: SIP/2.0/UDP 192.0.2.1:5066 ;branch=z9hG4bKabc;rport=1024;received=2001:db8::1;maddr=239.1.1.1;ttl=16;x=\"a,;b\"");

        assertTrue(via.wrap(message));

        assertTrue(via.protocolOk());
        assertEquals("UDP", text(message, via.transportOffset(), via.transportLength()));
        assertEquals("192.0.2.1", text(message, via.hostOffset(), via.hostLength()));
        assertEquals(5066, via.port());
        assertEquals("z9hG4bKabc", text(message, via.branchOffset(), via.branchLength()));
        assertTrue(via.hasMagicCookie());
        assertTrue(via.hasRport());
        assertEquals(1024, via.rport());
        assertEquals("1024", text(message, via.rportOffset(), via.rportLength()));
        assertEquals("2001:db8::1", text(message, via.receivedOffset(), via.receivedLength()));
        assertEquals("239.1.1.1", text(message, via.maddrOffset(), via.maddrLength()));
        assertEquals(16, via.ttl());
        assertEquals(message.headerValueOffset(0), via.valueOffset());
        assertEquals(message.headerValueEnd(0), via.valueEnd());
        assertFalse(via.next());
        assertFalse(via.isMalformed());
    }

    @Test
    void shouldWalkOverViasOnOneLineAndOnSeveral() {
        final SipMessage message = vias(
                "v: SIP/2.0/UDP a;x=\"1,2\" , SIP  /  2.0 /\r\n TCP  [2001:db8::9:1]:5060;rport\r\nTo: sip:x\r\nVia:SIP/2.0/TLS c");

        assertTrue(via.wrap(message));
        assertEquals("a", text(message, via.hostOffset(), via.hostLength()));
        assertTrue(via.isFollowedOnLine());
        assertFalse(via.hasRport());
        assertTrue(via.next());
        assertEquals("TCP", text(message, via.transportOffset(), via.transportLength()));
        assertEquals("[2001:db8::9:1]", text(message, via.hostOffset(), via.hostLength()));
        assertEquals(5060, via.port());
        assertTrue(via.hasRport());
        assertEquals(-1, via.rport());
        assertEquals(-1, via.rportOffset());
        assertTrue(via.next());
        assertEquals("c", text(message, via.hostOffset(), via.hostLength()));
        assertEquals(-1, via.port());
        assertEquals(2, via.header());
        assertFalse(via.next());
        assertFalse(via.isMalformed());
    }

    @Test
    void shouldNotTakeABareCookieForABranch() {
        via.wrap(vias("Via: SIP/2.0/UDP a;branch=z9hG4bK"));
        assertFalse(via.hasMagicCookie());
        via.wrap(vias("Via: SIP/2.0/UDP a;branch=z9hG4bk1"));
        assertFalse(via.hasMagicCookie());
        via.wrap(vias("Via: SIP/2.0/UDP a"));
        assertFalse(via.hasMagicCookie());
    }

    @Test
    void shouldReadViasOfOtherProtocols() {
        assertTrue(via.wrap(vias("Via: SIP/7.0/UDP a")));
        assertFalse(via.protocolOk());
        assertTrue(via.wrap(vias("Via: sip/2.0/udp a")));
        assertTrue(via.protocolOk());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SIP/2.0/UDP",
                "SIP/2.0 a",
                "SIP/2.0/UDPa",
                "SIP/2.0/UDP :5060",
                "SIP/2.0/UDP a:",
                "SIP/2.0/UDP a:65536",
                "SIP/2.0/UDP a:x",
                "SIP/2.0/UDP [::1",
                "SIP/2.0/UDP [::1;branch=x]",
                "SIP/2.0/UDP 2001:db8::1",
                "SIP/2.0/UDP a;",
                "SIP/2.0/UDP a;;branch=x",
                "SIP/2.0/UDP a;branch=",
                "SIP/2.0/UDP a;branch",
                "SIP/2.0/UDP a;ttl=256",
                "SIP/2.0/UDP a;rport=x",
                "SIP/2.0/UDP a;rport=65536",
                "SIP/2.0/UDP a;x=\"open",
                "SIP/2.0/UDP a b",
                "SIP/2.0/UDP a,",
                "SIP/2.0/UDP a;received",
                ",SIP/2.0/UDP a"
            })
    void shouldSeeThatAViaIsMalformed(final String value) {
        final SipMessage message = vias("Via: " + value);

        boolean more = via.wrap(message);
        while (more) {
            more = via.next();
        }

        assertTrue(via.isMalformed());
    }

    @Test
    void shouldSayThatThereIsNoVia() {
        assertFalse(via.wrap(vias("To: sip:a")));
        assertFalse(via.isMalformed());
        assertFalse(via.next());
    }

    // name-addr

    @Test
    void shouldReadEveryPartOfANameAddr() {
        final SipMessage message =
                vias("Contact: \"J, \\\"R\\\" <x>\" <sip:jr@[::1];lr?a=b>;q=0.7 ; expires\r\n = 60;tag=1, sip:c;x, *");

        assertTrue(address.wrap(message, 0));
        assertEquals("\"J, \\\"R\\\" <x>\"", text(message, address.displayNameOffset(), address.displayNameLength()));
        assertEquals("sip:jr@[::1];lr?a=b", text(message, address.uriOffset(), address.uriLength()));
        assertTrue(address.isBracketed());
        assertTrue(address.findParam(Messages.bytes("expires")));
        assertEquals("60", text(message, address.paramValueOffset(), address.paramValueLength()));
        assertTrue(address.findParam(Messages.bytes("q")));
        assertFalse(address.findParam(Messages.bytes("lr")));
        assertEquals("1", text(message, address.tagOffset(), address.tagLength()));
        assertTrue(address.next());
        assertEquals("sip:c", text(message, address.uriOffset(), address.uriLength()));
        assertFalse(address.isBracketed());
        assertTrue(address.findParam(Messages.bytes("x")));
        assertEquals(-1, address.paramValueOffset());
        assertTrue(address.next());
        assertTrue(address.isStar());
        assertFalse(address.next());
        assertFalse(address.isMalformed());
    }

    @Test
    void shouldReadDisplayNamesOfTokens() {
        final SipMessage message = vias("From: token1~` token2'+_\r\n token3*%!.-<sip:a>");

        assertTrue(address.wrap(message, 0));
        assertEquals(
                "token1~` token2'+_\r\n token3*%!.-",
                text(message, address.displayNameOffset(), address.displayNameLength()));
        assertEquals("sip:a", text(message, address.uriOffset(), address.uriLength()));
    }

    @Test
    void shouldReadAnAddressFromAnyBytes() {
        final UnsafeBuffer buffer = new UnsafeBuffer(Messages.bytes("xx<sip:a>;tag=7,yy"));

        assertTrue(address.wrap(buffer, 2, 13));
        assertEquals("7", Messages.text(buffer, address.tagOffset(), address.tagLength()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"open <sip:a>",
                "\"x\" sip:a",
                "<sip:a",
                "<>",
                "< >",
                "sip:a b",
                "sip:a>",
                "name",
                "<sip:a>;",
                "<sip:a>;;x",
                "<sip:a>;x=",
                "<sip:a> x",
                "<sip:<a>",
                ",<sip:a>",
                ";tag=1",
                "Bell, A <sip:a>",
                "\"a\\\" <sip:a>"
            })
    void shouldSeeThatAnAddressIsMalformed(final String value) {
        assertFalse(address.wrap(vias("From: " + value), 0));
        assertTrue(address.isMalformed());
    }

    // URI

    private String parts(final String text) {
        final UnsafeBuffer buffer = Messages.direct(text);
        if (!uri.parse(buffer, Messages.ROOM, text.length())) {
            return "none";
        }
        return uri.scheme() + " " + Messages.text(buffer, uri.userOffset(), uri.userLength()) + " "
                + Messages.text(buffer, uri.passwordOffset(), uri.passwordLength()) + " "
                + Messages.text(buffer, uri.hostOffset(), uri.hostLength()) + " " + uri.port() + " "
                + Messages.text(buffer, uri.paramsOffset(), uri.paramsEnd() - uri.paramsOffset()) + " "
                + Messages.text(buffer, uri.headersOffset(), uri.headersLength());
    }

    @Test
    void shouldTakeUrisApart() {
        assertEquals(
                "SIP alice secret example.com 5066 ;transport=tcp;lr subject=x&y=z",
                parts("sip:alice:secret@example.com:5066;transport=tcp;lr?subject=x&y=z"));
        assertEquals("SIPS - - [2001:db8::10] 5070  -", parts("SIPS:[2001:db8::10]:5070"));
        assertEquals("SIP - - [2001:db8::10:5070] -1  -", parts("sip:[2001:db8::10:5070]"));
        assertEquals(
                "SIP user;par=u%40example.net - example.com -1  -", parts("sip:user;par=u%40example.net@example.com"));
        assertEquals("SIP a?b/c d?e h -1  -", parts("sip:a?b/c:d?e@h"));
        assertEquals("TEL +1-201-555-0123 - - -1 ;phone-context=x -", parts("tel:+1-201-555-0123;phone-context=x"));
        assertEquals("OTHER - - - -1  -", parts("urn:service:sos"));
        assertEquals("OTHER - - - -1  -", parts("soap.beep://192.0.2.103:3002"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sip",
                "sip:",
                ":a",
                "1sip:a",
                "s p:a",
                "sip:@a",
                "sip:u@",
                "sip:2001:db8::10",
                "sip:a:",
                "sip:a:x",
                "sip:a:65536",
                "sip:[::1",
                "sip:[::1]x",
                "sip:a b",
                "<sip:a>",
                "sip:a\"b",
                "tel:",
                "tel:;a",
                "urn:",
                "sip:a@b@c",
                "sip:u@:5060"
            })
    void shouldSeeThatAUriIsNone(final String text) {
        assertEquals("none", parts(text));
        assertEquals(-1, uri.hostOffset());
        assertFalse(uri.isLooseRouter());
    }

    @Test
    void shouldFindParametersOfAUri() {
        final UnsafeBuffer buffer = Messages.direct("sip:h;Transport=UDP;%6C%72;dt=a=b?x;lrx");
        assertTrue(uri.parse(buffer, Messages.ROOM, 38));

        assertTrue(uri.isLooseRouter());
        assertTrue(uri.findParam(Messages.bytes("transport")));
        assertEquals("UDP", Messages.text(buffer, uri.paramValueOffset(), uri.paramValueLength()));
        assertTrue(uri.findParam(Messages.bytes("dt")));
        assertEquals("a=b", Messages.text(buffer, uri.paramValueOffset(), uri.paramValueLength()));
        assertFalse(uri.hasParam(Messages.bytes("l")));
        assertFalse(uri.hasParam(Messages.bytes("lrx")));
    }
}
