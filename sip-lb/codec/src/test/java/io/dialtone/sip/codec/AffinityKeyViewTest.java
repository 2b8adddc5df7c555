package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.sip.codec.AffinityKeyView.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AffinityKeyViewTest {
    private static final String CALL_ID = "a84b4c76e66710@pc33.atlanta.example.com";

    @ParameterizedTest
    @CsvSource({
        "sip:bob@example.com, bob@example.com",
        "sip:bob@EXAMPLE.com, bob@example.com",
        "SIPS:bob@example.com, bob@example.com",
        "sip:bob:secret@example.com:5070;transport=tcp;user=phone?subject=x, bob@example.com",
        "sip:bob@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6, bob@example.com",
        "sip:Bob@example.com, Bob@example.com",
        "sip:%62o%62@example.com, bob@example.com",
        "sip:b%4fb@example.com, bOb@example.com",
        "sip:b%4Fb@example.com, bOb@example.com",
        "sip:b%40c@example.com, b@c@example.com",
        "sip:bob@[2001:DB8::1]:5060, bob@[2001:db8::1]",
        "sip:%zz%4@example.com, %zz%4@example.com",
        "tel:+1-(555).123;phone-context=x, +1555123"
    })
    void shouldMakeAddressesOfRecordComparable(final String uri, final String key) {
        assertEquals(key, key(Place.ADDRESS_OF_RECORD, "INVITE", uri, "sip:carol@example.com"));
        assertEquals(key, key(Place.ADDRESS_OF_RECORD, "REGISTER", "sip:example.com", uri));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sip:example.com", "sip:@example.com", "urn:service:sos", "tel:-", "http://bob@example.com"})
    void shouldTakeTheCallIdWhereThereIsNoUser(final String uri) {
        assertEquals(CALL_ID, key(Place.ADDRESS_OF_RECORD, "INVITE", uri, "sip:bob@example.com"));
        assertEquals(CALL_ID, key(Place.ADDRESS_OF_RECORD, "REGISTER", "sip:bob@example.com", uri));
    }

    @Test
    void shouldTakeTheCallIdWhereTheUserIsTooLongToBeMadeComparable() {
        assertEquals(
                "b".repeat(1024) + "@example.com",
                key(Place.ADDRESS_OF_RECORD, "INVITE", "sip:" + "b".repeat(1024) + "@example.com", "sip:x@y"));
        assertEquals(
                CALL_ID, key(Place.ADDRESS_OF_RECORD, "INVITE", "sip:" + "b".repeat(1025) + "@example.com", "sip:x@y"));
    }

    @Test
    void shouldReadUsersWithoutTheirEscapes() {
        assertEquals("bob", key(Place.REQUEST_URI_USER, "INVITE", "sip:%62ob@example.com", "sip:carol@example.com"));
        assertEquals("carol", key(Place.TO_USER, "INVITE", "sip:bob@example.com", "sip:c%61rol@example.com"));
        assertEquals("alice", key(Place.FROM_USER, "INVITE", "sip:bob@example.com", "sip:carol@example.com"));
        assertEquals(CALL_ID, key(Place.CALL_ID, "INVITE", "sip:bob@example.com", "sip:carol@example.com"));
    }

    private static String key(final Place place, final String method, final String requestUri, final String to) {
        final SipMessage message = Messages.datagram(method + " " + requestUri + " SIP/2.0\r\n"
                + "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKabc\r\nMax-Forwards: 70\r\n"
                + "From: <sip:alice@example.com>;tag=1\r\nTo: <" + to + ">\r\nCall-ID: " + CALL_ID + "\r\nCSeq: 1 "
                + method + "\r\nContent-Length: 0\r\n\r\n");
        final AffinityKeyView view = new AffinityKeyView(place, "").wrap(message);
        return Messages.text(view.buffer(), view.offset(), view.length());
    }
}
