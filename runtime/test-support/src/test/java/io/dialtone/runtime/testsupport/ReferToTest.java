package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.api.DialogName;
import io.dialtone.api.ReferTo;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Refer-To (RFC 3515) and Replaces (RFC 3891) as values for services. */
class ReferToTest {
    private static final DialogName NAME = new DialogName("425928@phone.example.com", "7743", "6472", false);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:carol@example.com",
                "sip:carol@example.com;x=ignored",
                "<sip:carol@example.com>",
                "\"Carol <sip:no>\" <sip:carol@example.com>;x=y",
                "Carol <sip:carol@example.com;method=INVITE>",
                "<sip:carol@example.com?Subject=a%20b>"
            })
    void shouldReadWhomToInvite(final String value) {
        assertEquals(
                Optional.of(new ReferTo("sip:carol@example.com", "INVITE", Optional.empty())), ReferTo.parse(value));
    }

    @Test
    void shouldReadWhichCallIsToBeReplaced() {
        final ReferTo to = ReferTo.parse(
                        "<sip:carol@example.com;user=phone?Replaces=425928%40phone.example.com%3Bto-tag%3D7743%3Bfrom-tag%3D6472&X=1>")
                .orElseThrow();

        assertEquals("sip:carol@example.com;user=phone", to.uri());
        assertEquals(NAME, to.replaces().orElseThrow());
        assertEquals(to, ReferTo.parse(to.header()).orElseThrow());
    }

    @Test
    void shouldReadAnotherMethodAndWriteItAgain() {
        final ReferTo to = ReferTo.parse("<sip:conf@example.com;METHOD=bye;lr>").orElseThrow();

        assertEquals(new ReferTo("sip:conf@example.com;lr", "BYE", Optional.empty()), to);
        assertEquals("<sip:conf@example.com;lr;method=BYE>", to.header());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<>",
                "carol",
                "<sip:>",
                "<sip:carol@example.com",
                "<mailto:carol@example.com>",
                "<sip:a b@example.com>",
                "<sip:carol@example.com?Replaces=425928>",
                "<sip:carol@example.com?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Replaces=b%3Bto-tag%3D1%3Bfrom-tag%3D2>"
            })
    void shouldNotReadWhatPointsNowhere(final String value) {
        assertEquals(Optional.empty(), ReferTo.parse(value));
    }

    @Test
    void shouldReadAndWriteTheNameOfACall() {
        final DialogName early = new DialogName("a@b", "1", "2", true);

        assertEquals("a@b;to-tag=1;from-tag=2;early-only", early.header());
        assertEquals(Optional.of(early), DialogName.parse(" a@b ; Early-Only;from-tag= 2 ;to-tag=1"));
        assertEquals(Optional.empty(), DialogName.parse("a@b;to-tag=1"));
        assertEquals(Optional.empty(), DialogName.parse("a@b;to-tag=1;to-tag=1;from-tag=2"));
    }
}
