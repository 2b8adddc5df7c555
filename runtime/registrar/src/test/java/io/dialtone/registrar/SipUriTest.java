package io.dialtone.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipUriTest {
    /** The examples of RFC 3261 section 19.1.4. */
    @ParameterizedTest
    @CsvSource({
        "sip:%61lice@atlanta.com;transport=TCP, sip:alice@AtLanTa.CoM;Transport=tcp",
        "sip:carol@chicago.com, sip:carol@chicago.com;newparam=5",
        "sip:carol@chicago.com, sip:carol@chicago.com;security=on",
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com,"
                + " sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent, sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        "mailto:alice@atlanta.com, mailto:alice@atlanta.com"
    })
    void shouldTellWhatIsTheSame(final String one, final String other) {
        assertTrue(uri(one).isSameAs(uri(other)));
        assertTrue(uri(other).isSameAs(uri(one)));
    }

    /** The examples of RFC 3261 section 19.1.4. */
    @ParameterizedTest
    @CsvSource({
        "SIP:ALICE@AtLanTa.CoM;Transport=udp, sip:alice@AtLanTa.CoM;Transport=UDP",
        "sip:bob@biloxi.com, sip:bob@biloxi.com:5060",
        "sip:bob@biloxi.com, sip:bob@biloxi.com;transport=udp",
        "sip:bob@biloxi.com, sip:bob@biloxi.com:6000;transport=tcp",
        "sip:carol@chicago.com, sip:carol@chicago.com?Subject=next%20meeting",
        "sip:bob@phone21.boxesbybob.com, sip:bob@192.0.2.4",
        "sip:carol@chicago.com;security=on, sip:carol@chicago.com;security=off",
        "sip:bob@biloxi.com, sips:bob@biloxi.com",
        "sip:bob:secret@biloxi.com, sip:bob@biloxi.com",
        "mailto:alice@atlanta.com, mailto:bob@atlanta.com"
    })
    void shouldTellWhatIsNot(final String one, final String other) {
        assertFalse(uri(one).isSameAs(uri(other)));
        assertFalse(uri(other).isSameAs(uri(one)));
    }

    @Test
    void shouldTakeAwayWhatIsNotPartOfAnAddressOfRecord() {
        assertEquals(
                "sips:b%6fb@example.com:5061",
                uri("SIPS:b%6fb:secret@Example.COM:5061;transport=tcp?x=y").bare());
        assertEquals("tel:+1-555", uri("tel:+1-555;ext=1").bare());
    }

    @Test
    void shouldReadParameters() {
        final SipUri uri = uri("sip:bob@example.com;gr=urn:uuid:1%2C2;ob");

        assertEquals(Optional.of("urn:uuid:1,2"), uri.param("gr"));
        assertEquals(Optional.of(""), uri.param("ob"));
        assertEquals(Optional.empty(), uri.param("lr"));
    }

    private static SipUri uri(final String text) {
        return SipUri.parse(text).orElseThrow();
    }
}
