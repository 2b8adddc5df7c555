package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dialtone.api.AffinityRule;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which requests go together under each rule. */
final class AffinityTest {
    private static ProxyHarness with(final String rule) {
        return ProxyHarness.of(
                ProxyHarness.config("10.0.0.1:5060", "10.0.0.2:5060", "10.0.0.3:5060", "10.0.0.4:5060", "10.0.0.5:5060")
                        .affinity(AffinityRule.parse(rule)));
    }

    private static InetSocketAddress home(
            final ProxyHarness proxy, final int call, final String uri, final String... more) {
        return proxy.receive(request("MESSAGE", uri, "call-" + call, "z9hG4bKa" + call, 1, "", more))
                .sent()
                .to();
    }

    /** The same text in place of another, in every call. */
    private static int homes(final String rule, final String from, final String to, final int calls) {
        final ProxyHarness proxy = with(rule);
        final Set<InetSocketAddress> homes = new HashSet<>();
        for (int i = 0; i < calls; i++) {
            homes.add(proxy.receive(request(
                                    "MESSAGE",
                                    "sip:user" + i + "@example.com",
                                    "call-" + i,
                                    "z9hG4bKa" + i,
                                    1,
                                    "",
                                    "X-Tenant: t" + i)
                            .replace("sip:alice@", "sip:alice" + i + "@")
                            .replace("sip:bob@", "sip:bob" + i + "@")
                            .replaceAll(from, to))
                    .sent()
                    .to());
        }
        return homes.size();
    }

    @Test
    void shouldKeepRequestsWithTheSameKeyTogetherAndSpreadTheOthers() {
        assertEquals(1, homes("call-id", "call-[0-9]+", "call", 60));
        assertEquals(5, homes("call-id", "sip:alice[0-9]+@", "sip:alice@", 60));
        assertEquals(1, homes("from-user", "sip:alice[0-9]+@", "sip:alice@", 60));
        assertEquals(5, homes("from-user", "call-[0-9]+", "call", 60));
        assertEquals(1, homes("to-user", "sip:bob[0-9]+@", "sip:bob@", 60));
        assertEquals(5, homes("to-user", "sip:alice[0-9]+@", "sip:alice@", 60));
        assertEquals(1, homes("request-uri-user", "sip:user[0-9]+@", "sip:user@", 60));
        assertEquals(5, homes("request-uri-user", "sip:bob[0-9]+@", "sip:bob@", 60));
        assertEquals(1, homes("header:x-tenant", "t[0-9]+", "t", 60));
        assertEquals(5, homes("header:x-tenant", "call-[0-9]+", "call", 60));
    }

    @Test
    void shouldFallBackToTheCallIdWhenTheKeyIsMissing() {
        assertEquals(5, homes("header:x-other", "sip:alice[0-9]+@", "sip:alice@", 60));
        assertEquals(5, homes("from-user", "sip:alice[0-9]+@", "sip:", 60));
        assertEquals(1, homes("from-user", "sip:alice[0-9]+@|call-[0-9]+", "sip:", 60));
    }

    @Test
    void shouldReadEscapedUsersAsWhatTheyStandFor() {
        final ProxyHarness proxy = with("request-uri-user");
        for (int i = 0; i < 20; i++) {
            final InetSocketAddress plain = home(proxy, i, "sip:alice" + i + "@example.com");
            assertEquals(plain, home(proxy, i + 100, "sip:%61li%63e" + i + "@example.com"));
            assertEquals(plain, home(proxy, i + 200, "sip:alice" + i + ":secret@example.com;transport=udp"));
        }
    }

    @Test
    void shouldBringRegistrationsAndCallsOfASubscriberTogether() {
        final ProxyHarness proxy = with("address-of-record");
        for (int i = 0; i < 20; i++) {
            final InetSocketAddress registered = proxy.receive(
                            request("REGISTER", "sip:example.com", "call-" + i, "z9hG4bKa" + i, 1, "")
                                    .replace("sip:bob@", "sip:bob" + i + "@"))
                    .sent()
                    .to();
            final InetSocketAddress called = proxy.receive(request(
                            "INVITE",
                            "sip:b%6Fb" + i + "@EXAMPLE.com:5060;x=y",
                            "call-" + (i + 100),
                            "z9hG4bKb" + i,
                            1,
                            ""))
                    .sent()
                    .to();
            assertEquals(registered, called);
        }
    }

    @Test
    void shouldTakeTheNumberOfATelUri() {
        final ProxyHarness proxy = with("request-uri-user");

        assertEquals(
                home(proxy, 1, "sip:+3612345@example.com"), home(proxy, 2, "tel:+3612345;phone-context=example.com"));
    }

    @Test
    void shouldSayPolitelyWhichRulesThereAre() {
        final IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> AffinityRule.parse("callid"));

        assertEquals(
                "affinity: \"callid\" (expected: call-id, from-user, to-user, request-uri-user, address-of-record or header:NAME)."
                        + " Maybe call-id, the default.",
                refusal.getMessage());
        assertThrows(IllegalArgumentException.class, () -> AffinityRule.parse("header:"));
        assertEquals("header:x-tenant", AffinityRule.parse(" Header:X-Tenant ").toString());
    }
}
