package io.dialtone.sip.locate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.codec.ViaTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StaticRoutesTest {
    @Test
    void shouldReadDomainUriPriorityAndWeight() {
        final StaticRoutes.Route route =
                StaticRoutes.Route.parse("*.Example.com = sips:[2001:db8::1]:5071;transport=tcp;priority=3;weight=7");

        assertEquals("*.example.com", route.domain());
        assertEquals(3, route.priority());
        assertEquals(7, route.weight());
        assertEquals(new Destination("[2001:db8::1]", 5071, ViaTransport.TLS, true), route.to());
    }

    @Test
    void shouldStaySafeWhereTheRequestAsksForIt() {
        final StaticRoutes.Route route = StaticRoutes.Route.parse("example.com=sip:192.0.2.1:5061");

        assertTrue(route.towards(new Destination("example.com", 0, null, true)).isSecure());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "=sip:192.0.2.1",
                "example.com=",
                "example.com=192.0.2.1",
                "example.com=tel:+123",
                "exa mple.com=sip:192.0.2.1",
                "*example.com=sip:192.0.2.1",
                "example.com=sip:192.0.2.1;transport=ws",
                "example.com=sip:192.0.2.1;transport=pigeon",
                "example.com=sip:192.0.2.1;priority=-1",
                "example.com=sip:192.0.2.1;weight=much"
            })
    void shouldSayWhatARouteLooksLike(final String text) {
        final IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> StaticRoutes.Route.parse(text));
        assertTrue(String.valueOf(wrong.getMessage()).contains("expected: DOMAIN=URI"), wrong::getMessage);
    }
}
