package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar to the letter, beyond what RFC 4475 has examples of. */
class SipSyntaxTest {
    private final SipSyntax syntax = new SipSyntax();

    private Malformation check(final String text) {
        final SipMessage message = Messages.datagram(text);
        assertEquals(Malformation.NONE, message.malformation(), "parser");
        return syntax.check(message);
    }

    private Malformation checkHeader(final String line) {
        return check("OPTIONS sip:a SIP/2.0\r\n" + line.replace("$", "\r\n") + "\r\n\r\n");
    }

    @Test
    void shouldAcceptOrdinaryMessages() {
        assertEquals(Malformation.NONE, check(Messages.INVITE));
        assertEquals(Malformation.NONE, check(Messages.OK));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:alice:secret@example.com:5066;transport=tcp;lr",
                "sips:alice@example.com.",
                "sip:a",
                "sip:host_with.under_score",
                "sip:3f2a9c7b1d0e:5060",
                "sip:%00%41-_.!~*'()&=+$,;?/@h",
                "sip:*21#@h",
                "sip:u:@h",
                "sip:u@[::]:0;maddr=[2001:db8::1];ttl=1;method=INVITE;user=phone;a=%2C;b",
                "sip:[2001:db8::10:5070]",
                "sip:user@[2001:db8:::192.0.2.1]",
                "tel:+1-(201).555-0123;ext=1;phone-context=+1",
                "tel:*#06#",
                "tel:911",
                "urn:service:sos.police",
                "http://[2001:db8::1]:80/a/b;c?d=e&f=%20",
                "im:a@b",
                "x-1.2+3:opaque",
            })
    void shouldAcceptUri(final String uri) {
        assertEquals(Malformation.NONE, check("OPTIONS " + uri + " SIP/2.0\r\n\r\n"));
        assertEquals(Malformation.NONE, check("OPTIONS sip:a SIP/2.0\r\nTo: \"x\" <" + uri + ">\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "sip:",
                "sip:2001:db8::10",
                "sip:[2001:db8::10",
                "sip:[2001:db8::10]:",
                "sip:[g::1]",
                "sip:[192.0.2.1]",
                "sip:256.1.1.1",
                "sip:a..b",
                "sip:-a",
                "sip:a-",
                "sip:a-.b",
                "sip:.a",
                "sip:u@",
                "sip:@h",
                "sip:u@h@i",
                "sip:u[@h",
                "sip:u\u00e9@h",
                "sip:u%4@h",
                "sip:u%4G@h",
                "sip:u%@h",
                "sip:u:p;w@h",
                "sip:h;",
                "sip:h;;lr",
                "sip:h;=x",
                "sip:h;a=",
                "sip:h;a=b=c",
                "sip:h;a=\"b\"",
                "sip:h:99999",
                "sip:h/x",
                "tel:",
                "tel:+",
                "tel:12x4",
                "tel:1+2",
                "http://h/#fragment",
                "1a:b",
                ":b",
            })
    void shouldRefuseUri(final String uri) {
        assertEquals(Malformation.REQUEST_URI, check("OPTIONS " + uri + " SIP/2.0\r\n\r\n"));
        assertEquals(Malformation.TO, checkHeader("To: <" + uri + ">"));
    }

    @Test
    void shouldRefuseHeadersInARequestUriOnly() {
        assertEquals(Malformation.REQUEST_URI_HEADERS, check("OPTIONS sip:a?b=c SIP/2.0\r\n\r\n"));
        assertEquals(Malformation.NONE, checkHeader("Contact: <sip:a?b=c&d=>"));
        assertEquals(Malformation.CONTACT, checkHeader("Contact: <sip:a?b>"));
        assertEquals(Malformation.CONTACT, checkHeader("Contact: <sip:a?=c>"));
        assertEquals(Malformation.CONTACT, checkHeader("Contact: <sip:a?>"));
        assertEquals(Malformation.CONTACT, checkHeader("Contact: <sip:a?b=c&>"));
        assertEquals(Malformation.CONTACT, checkHeader("Contact: sip:a?b=c"));
    }

    /** A dollar stands for a fold. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Via: SIP/2.0/UDP a:5060 ;branch=z9hG4bK1;received=2001:db8::1,SIP / 2.0 / TLS $ [::1] : 5061 ; maddr = b",
                "v: SIP/2.0/UDP a;received=[2001:db8::9:255];rport;alias;x=\"a\\\"b\"",
                "From: sip:a@b;tag=x;y=\"1;2,3\"",
                "f: \"A \\\\ \\\" B\"$ <sip:a> ;$ tag$ =$ x",
                "To: <sip:a>",
                "t: \"\u00c3\" <sip:a>;tag=1",
                "Contact: *",
                "m: <sip:a>;q=0.333;expires=4294967295, \"B, C\" <sip:b>;q=1.000 , sip:c;q=0;+sip.instance=\"<urn:uuid:1>\"",
                "Contact: <sip:a>;q=1.;x=[::1]",
                "Route: <sip:a;lr>,<sip:b>;x=y , \"N\" <sip:c>",
                "Record-Route: <sip:a;lr>$ ,$ <sip:b>",
                "Path: <sip:a;lr>",
                "Service-Route: <sip:a;lr>",
                "Refer-To: <sip:a?Replaces=b%40c%3Bto-tag%3D1>",
                "r: sip:a",
                "Reply-To: Bob <sip:a>",
                "P-Asserted-Identity: \"x\" <sip:a>, tel:+1",
                "Call-ID: a@b",
                "i: word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
                "Date: Sat, 13 Nov 2010 23:29:00 GMT",
                "Expires: 0",
                "Min-Expires: 4294967295",
                "x: 1800;refresher=uac",
                "Min-SE: 90",
                "RSeq: 1",
                "RAck: 776656 1 INVITE",
                "Retry-After: 18000;duration=3600",
                "Retry-After: 120 (I'm (still) in a \\) meeting)",
                "Timestamp: 54.21 0.5",
                "Timestamp: 54",
                "MIME-Version: 1.0",
                "c: application/sdp",
                "Content-Type: multipart/mixed ; boundary=\"=x\\\"y\" ; a=b",
                "Accept: application/sdp;level=1, */* ;q=0.1,text/*",
                "Accept:",
                "Accept-Encoding:",
                "Accept-Encoding: gzip;q=1.0, identity",
                "Accept-Language: da, en-gb;q=0.8",
                "Supported:",
                "k: 100rel,timer ,$ path",
                "Allow: INVITE, !odd.method",
                "Require: 100rel",
                "Content-Disposition: session;handling=optional",
                "o: presence.winfo;id=1",
                "Subscription-State: terminated;reason=timeout",
                "Replaces: 425928@b.example.org;to-tag=7743;from-tag=6472",
                "In-Reply-To: 70710@saturn , 17320@saturn",
                "Authorization: Digest username=\"b, \\\"c\", realm=\"r\", uri=\"sip:a\",qop=auth , nc=00000001",
                "Authorization: Bearer abc.def-_~+/==",
                "WWW-Authenticate: Digest realm=\"a\", qop=\"auth,auth-int\", algorithm=MD5, stale=FALSE",
                "Authentication-Info: nextnonce=\"a\", rspauth=\"b\"",
                "Warning: 307 isi.edu \"Session parameter 'foo'\", 301 [::1]:5060 \"x\\\"\"",
                "Reason: Q.850 ;cause=16 ;text=\"a, b\", SIP;cause=200",
                "Subject: \"unbalanced, and ;;,,",
                "Alert-Info: ;info=alert-autoanswer",
                "X-Any: \u00ff ;;,,\"",
            })
    void shouldAcceptHeader(final String line) {
        assertEquals(Malformation.NONE, checkHeader(line));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "Via: SIP/2.0/UDP a;;branch=x|VIA",
                "Via: SIP/2.0/UDP a,,SIP/2.0/UDP b|VIA",
                "Via: SIP/2.0/UDP a$Via: SIP/2.0/UDP|VIA",
                "Via: SIP/2.0/UDP a;branch=a/b|VIA",
                "Via: SIP/2.0/UDP a;branch=\"x\"|VIA",
                "Via: SIP/2.0/UDP a;received=host|VIA",
                "Via: SIP/2.0/UDP a..b|VIA",
                "Via: SIP/2.0/UDP 300.1.1.1|VIA",
                "Via: SIP/2.0/UDP [::1::]|VIA",
                "Via: SIP/2.0/UDP a;x=\"\u0001\"|VIA",
                "From: \"a <sip:a>;tag=x|FROM",
                "From: \"a\\\" <sip:a>;tag=x|FROM",
                "From: \"a\" sip:a|FROM",
                "From: A, B <sip:a>|FROM",
                "From: A: B <sip:a>|FROM",
                "From: \u00c3 <sip:a>|FROM",
                "From: <sip:a>,<sip:b>|FROM",
                "From: <sip:a>;tag|FROM",
                "From: <sip:a>;tag=|FROM",
                "From: <sip:a>;tag=1;tag=2|FROM",
                "From: <sip:a>;tag=\"x\"|FROM",
                "From: *|FROM",
                "From:|FROM",
                "To: < sip:a >|TO",
                "To: <sip:a> ;|TO",
                "To: sip:a@b?c=d|TO",
                "To: sip:a b|TO",
                "Contact: <sip:a>;;x|CONTACT",
                "Contact: <sip:a>,|CONTACT",
                "Contact:|CONTACT",
                "Contact: *, <sip:a>|CONTACT",
                "Contact: *;q=1|CONTACT",
                "Contact: <sip:a>;q=1.1|CONTACT",
                "Contact: <sip:a>;q=0.1234|CONTACT",
                "Contact: <sip:a>;q=.5|CONTACT",
                "Contact: <sip:a>;q|CONTACT",
                "Contact: <sip:a>;expires=x|CONTACT",
                "Contact: <sip:a>;expires=4294967296|CONTACT",
                "Route: sip:a|ROUTE",
                "Route: <sip:a>,|ROUTE",
                "Record-Route: <sip:a;lr|RECORD_ROUTE",
                "Path: sip:a|ADDRESS",
                "Refer-To: <sip:a>, <sip:b>|ADDRESS",
                "Call-ID: a b|CALL_ID",
                "Call-ID: a@b@c|CALL_ID",
                "Call-ID: @b|CALL_ID",
                "Call-ID: a@|CALL_ID",
                "Call-ID: a,b|CALL_ID",
                "Call-ID:|CALL_ID",
                "Date: Fri, 01 Jan 2010 16:00:00 EST|DATE",
                "Date: Fri, 32 Jan 2010 16:00:00 GMT|DATE",
                "Date: Fri, 1 Jan 2010 16:00:00 GMT|DATE",
                "Date: 2010-01-01T16:00:00Z|DATE",
                "Date:|DATE",
                "Expires: -1|EXPIRES",
                "Expires: 4294967296|EXPIRES",
                "Expires: Thu, 01 Dec 1994 16:00:00 GMT|EXPIRES",
                "Session-Expires: 1800;|EXPIRES",
                "RSeq: x|NUMBER",
                "RAck: 1 INVITE|NUMBER",
                "RAck: 1 1 INV/ITE|NUMBER",
                "Retry-After: 120 (open|NUMBER",
                "Retry-After: soon|NUMBER",
                "Timestamp: .5|NUMBER",
                "MIME-Version: 1|NUMBER",
                "Content-Type: text|CONTENT_TYPE",
                "Content-Type: text/plain;charset|CONTENT_TYPE",
                "Content-Type: text/plain, text/html|CONTENT_TYPE",
                "Content-Type:|CONTENT_TYPE",
                "Accept: text|TOKEN_LIST",
                "Accept: text/plain,|TOKEN_LIST",
                "Supported: a,,b|TOKEN_LIST",
                "Require:|TOKEN_LIST",
                "Require: a b|TOKEN_LIST",
                "Allow: INVITE;x|TOKEN_LIST",
                "Event: a,b|TOKEN_LIST",
                "Authorization: Digest|CREDENTIALS",
                "Authorization: Digest username=\"a|CREDENTIALS",
                "Authorization: Digest a=\"b\" c=\"d\"|CREDENTIALS",
                "Warning: 1812 overture \"In Progress\"|WARNING",
                "Warning: 307 isi.edu no quotes|WARNING",
                "Subject: a\u0000b|CONTROL_CHARACTER",
                "X-Any: \"\u0007\"|CONTROL_CHARACTER",
            })
    void shouldRefuseHeader(final String line, final Malformation why) {
        assertEquals(why, checkHeader(line));
    }

    @Test
    void shouldAcceptControlCharactersBehindABackslash() {
        assertEquals(Malformation.NONE, checkHeader("To: \"BEL:\\\u0007 NUL:\\\u0000 DEL:\\\u007f\" <sip:a>"));
        assertEquals(Malformation.TO, checkHeader("To: \"\\\u00e9\" <sip:a>"));
    }

    @ParameterizedTest
    @CsvSource({
        "Via,MISSING_VIA",
        "From,MISSING_FROM",
        "To,MISSING_TO",
        "Call-ID,MISSING_CALL_ID",
        "CSeq,MISSING_CSEQ",
    })
    void shouldMissWhatMustBeThere(final String name, final Malformation why) {
        final SipMessage message = Messages.datagram(Messages.INVITE.replaceAll("(?m)^" + name + ": .*\r\n", ""));

        assertEquals(Malformation.NONE, syntax.check(message));
        assertEquals(why, syntax.checkForward(message));
        assertEquals(why, syntax.checkEndpoint(message));
        assertEquals(400, message.answerStatus(why));
    }

    @ParameterizedTest
    @CsvSource({
        "From,REPEATED_FROM",
        "To,REPEATED_TO",
        "Call-ID,REPEATED_CALL_ID",
        "CSeq,REPEATED_CSEQ",
        "Max-Forwards,REPEATED_MAX_FORWARDS",
        "Content-Length,REPEATED_CONTENT_LENGTH",
        "Content-Type,REPEATED_CONTENT_TYPE",
    })
    void shouldRefuseAsAnEndpointWhatMustBeSingle(final String name, final Malformation why) {
        final SipMessage message = Messages.datagram(Messages.INVITE.replaceAll("(?m)^(" + name + ": .*\r\n)", "$1$1"));

        assertEquals(Malformation.NONE, syntax.check(message));
        assertEquals(Malformation.NONE, syntax.checkForward(message));
        assertEquals(why, syntax.checkEndpoint(message));
    }
}
