package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Names of headers and methods. */
class NamesTest {
    private static HeaderName header(final String name) {
        final UnsafeBuffer buffer = new UnsafeBuffer(Messages.bytes(name));
        final HeaderName found = HeaderName.of(buffer, 0, name.length());
        // The parser's own way must say the same.
        final SipMessage message = Messages.datagram("SIP/2.0 200 OK\r\nCSeq: 1 X\r\n" + name + ": x\r\n\r\n");
        if (message.headerCount() == 2) {
            assertEquals(found, message.headerName(1));
        }
        return found;
    }

    @ParameterizedTest
    @EnumSource
    void shouldKnowEveryHeaderInAnyCase(final HeaderName name) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        final String text = Messages.text(buffer, 0, name.copyTo(buffer, 0));

        assertEquals(name.length(), text.length());
        assertEquals(name, header(text));
        assertEquals(name, header(text.toUpperCase(Locale.ROOT)));
        assertEquals(name, header(text.toLowerCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotTakeANameNearbyForAHeader(final HeaderName name) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        final String text = Messages.text(buffer, 0, name.copyTo(buffer, 0));

        for (int i = 0; i < text.length(); i++) {
            final String other = text.substring(0, i) + (text.charAt(i) == '!' ? '*' : '!') + text.substring(i + 1);
            assertEquals(HeaderName.OTHER, header(other));
        }
        assertEquals(HeaderName.OTHER, header(text.replace('-', '\r') + "\r"));
    }

    @Test
    void shouldNotTakeALineEndForADash() {
        final UnsafeBuffer buffer = new UnsafeBuffer(Messages.bytes("Call\rID"));

        assertEquals(HeaderName.OTHER, HeaderName.of(buffer, 0, 7));
    }

    @ParameterizedTest
    @CsvSource({
        "a,ACCEPT_CONTACT",
        "b,REFERRED_BY",
        "c,CONTENT_TYPE",
        "d,REQUEST_DISPOSITION",
        "e,CONTENT_ENCODING",
        "f,FROM",
        "i,CALL_ID",
        "j,REJECT_CONTACT",
        "k,SUPPORTED",
        "l,CONTENT_LENGTH",
        "m,CONTACT",
        "n,IDENTITY_INFO",
        "o,EVENT",
        "r,REFER_TO",
        "s,SUBJECT",
        "t,TO",
        "u,ALLOW_EVENTS",
        "v,VIA",
        "x,SESSION_EXPIRES",
        "y,IDENTITY",
        "z,OTHER",
        "q,OTHER",
        "!,OTHER",
        "6,OTHER"
    })
    void shouldKnowCompactForms(final String compact, final HeaderName name) {
        assertEquals(name, header(compact));
        assertEquals(name, header(compact.toUpperCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @EnumSource
    void shouldKnowEveryMethodInItsCase(final SipMethod method) {
        final String text = method.name();
        final UnsafeBuffer buffer = new UnsafeBuffer(Messages.bytes(text + " " + text.toLowerCase(Locale.ROOT)));

        assertEquals(method, SipMethod.of(buffer, 0, text.length()));
        assertEquals(SipMethod.UNKNOWN, SipMethod.of(buffer, text.length() + 1, text.length()));
        assertEquals(SipMethod.UNKNOWN, SipMethod.of(buffer, 0, text.length() + 1));
        assertEquals(SipMethod.UNKNOWN, SipMethod.of(buffer, 0, text.length() - 1));
    }
}
