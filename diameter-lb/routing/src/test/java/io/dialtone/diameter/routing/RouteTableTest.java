package io.dialtone.diameter.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.dictionary.AvpPath;
import io.dialtone.diameter.dictionary.Dictionary;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Routes, rules and redirection. */
final class RouteTableTest {
    private static final String SRV1 = "srv1.test.realm";
    private static final String SRV2 = "srv2.test.realm";
    private static final List<PeerGroup> GROUPS = List.of(PeerGroup.of("one", SRV1), PeerGroup.of("two", SRV2));

    private final RelayHarness relay = new RelayHarness(RelayHarness.config());
    private final ScriptedPeer client = relay.peer("cli.test.realm");
    private final ScriptedPeer first = relay.peer(SRV1);
    private final ScriptedPeer second = relay.peer(SRV2);

    private static int group(final RouteTable table, final String realm, final int application) {
        final byte[] bytes = Requests.ascii(realm);
        return table.group(new UnsafeBuffer(bytes), 0, bytes.length, application);
    }

    private void rules(final RouteRule... rules) {
        relay.core.routes(new RouteTable(GROUPS, List.of(rules), List.of(Route.of(Requests.REALM, "one"))));
    }

    // Routes

    @Test
    void shouldTakeTheMostExactRealmThatHasTheApplication() {
        final RouteTable table = new RouteTable(
                GROUPS,
                List.of(),
                List.of(
                        Route.of("a.example.net", ApplicationId.GX, "two"),
                        Route.of(".example.net", "one"),
                        Route.of(".b.example.net", "two")));

        assertEquals(1, group(table, "A.example.NET", ApplicationId.GX));
        assertEquals(0, group(table, "a.example.net", ApplicationId.RX));
        assertEquals(1, group(table, "x.b.example.net", ApplicationId.RX));
        assertEquals(RouteTable.NO_REALM, group(table, "example.net", ApplicationId.RX));
    }

    @Test
    void shouldTellAnUnknownRealmFromAnUnknownApplication() {
        final RouteTable table =
                new RouteTable(GROUPS, List.of(), List.of(Route.of("example.net", ApplicationId.GX, "two")));

        assertEquals(RouteTable.NO_APPLICATION, group(table, "example.net", ApplicationId.RX));
        assertEquals(RouteTable.NO_REALM, group(table, "example.org", ApplicationId.GX));
    }

    @Test
    void shouldSayPolitelyWhatIsWrongWithARoute() {
        final IllegalArgumentException thrown = assertThrows(
                IllegalArgumentException.class,
                () -> new RouteTable(GROUPS, List.of(), List.of(Route.of("example.net", "three"))));

        assertTrue(String.valueOf(thrown.getMessage()).contains("there is no group \"three\""), thrown.toString());
    }

    @Test
    void shouldGoByTheNewTableWhenItIsReplaced() {
        relay.core.routes(new RouteTable(GROUPS, List.of(), List.of(Route.of(Requests.REALM, "one"))));
        relay.send(client, Requests.ccr());

        relay.core.routes(new RouteTable(GROUPS, List.of(), List.of(Route.of("*", "two"))));
        relay.send(client, Requests.ccr());

        assertEquals(1, first.requests.size());
        assertEquals(1, second.requests.size());
    }

    @Test
    void shouldUseAPeerOfAGroupWhenItConnectsLater() {
        relay.core.routes(new RouteTable(
                List.of(PeerGroup.of("late", "late.test.realm")), List.of(), List.of(Route.of("*", "late"))));
        relay.send(client, Requests.ccr());
        assertEquals(ResultCode.UNABLE_TO_DELIVER, client.answer().resultCode());

        final ScriptedPeer late = relay.peer("late.test.realm");
        relay.send(client, Requests.ccr());

        assertEquals(1, late.requests.size());
    }

    // Rules

    @Test
    void shouldSendToTheGroupOfARuleWhenAnAvpWithinAGroupMatches() {
        rules(RouteRule.of(
                "imsi",
                AvpPath.parse("443/444", Dictionary.standard()),
                new AvpMatch.Within(262_01_000L, 262_01_999L),
                new RouteAction.ToGroup("two")));

        relay.send(client, Requests.ccr().with(subscription("26201500")));
        relay.send(client, Requests.ccr().with(subscription("26202500")));
        relay.send(client, Requests.ccr().with(subscription("1")).with(subscription("26201001")));

        assertEquals(2, second.requests.size());
        assertEquals(1, first.requests.size());
    }

    private static Consumer<DiameterWriter> subscription(final String id) {
        return writer -> {
            writer.beginGroup(BaseAvp.SUBSCRIPTION_ID.code(), AvpFlags.MANDATORY, 0);
            writer.unsigned32(450, AvpFlags.MANDATORY, 0, 1);
            writer.bytes(444, AvpFlags.MANDATORY, 0, Requests.ascii(id));
            writer.endGroup();
        };
    }

    @Test
    void shouldMatchTheWholeTextItsBeginningAndItsEnd() {
        final AvpPath user = AvpPath.parse("1", Dictionary.standard());
        rules(
                RouteRule.of("is", user, new AvpMatch.Is("alice"), new RouteAction.Refuse(5003)),
                RouteRule.of("begins", user, new AvpMatch.BeginsWith("bob"), new RouteAction.Refuse(5012)),
                RouteRule.of("ends", user, new AvpMatch.EndsWith("@far.realm"), new RouteAction.Refuse(5030)));

        relay.send(client, Requests.ccr().with(BaseAvp.USER_NAME, "Alice"));
        relay.send(client, Requests.ccr().with(BaseAvp.USER_NAME, "bobby"));
        relay.send(client, Requests.ccr().with(BaseAvp.USER_NAME, "carol@far.realm"));
        relay.send(client, Requests.ccr().with(BaseAvp.USER_NAME, "al"));

        assertEquals(
                List.of(5003L, 5012L, 5030L),
                client.answers.stream().map(Message::resultCode).toList());
        assertEquals(1, first.requests.size());
        assertEquals(3, relay.count(RelayCounter.REFUSED_BY_RULE));
    }

    @Test
    void shouldAskARuleOfAnApplicationForThatApplicationOnly() {
        rules(new RouteRule(
                "no-gx", OptionalInt.of(ApplicationId.GX), List.of(), new RouteAction.Refuse(ResultCode.TOO_BUSY)));

        relay.send(client, Requests.ccr().application(ApplicationId.GX)).send(client, Requests.ccr());

        assertEquals(ResultCode.TOO_BUSY, client.answer().resultCode());
        assertEquals(1, first.requests.size());
    }

    // Redirection, 6.1.8

    @Test
    void shouldAnswer3006WithTheHostsOfARedirectRule() {
        rules(RouteRule.of(
                "elsewhere",
                AvpPath.parse("283", Dictionary.standard()),
                new AvpMatch.Is(Requests.REALM),
                new RouteAction.Redirect(List.of("aaa://srv9.test.realm:3868"), 3, 60)));

        relay.send(client, Requests.ccr());

        final Message answer = client.answer();
        assertEquals(ResultCode.REDIRECT_INDICATION, answer.resultCode());
        assertTrue(answer.isError());
        assertEquals("aaa://srv9.test.realm:3868", answer.text(BaseAvp.REDIRECT_HOST));
        assertEquals(3, answer.parsed().unsigned32(BaseAvp.REDIRECT_HOST_USAGE));
        assertEquals(60, answer.parsed().unsigned32(BaseAvp.REDIRECT_MAX_CACHE_TIME));
    }

    private void redirectFromFirst(final long usage, final long seconds, final String... hosts) {
        relay.answer(first, first.request(), ResultCode.REDIRECT_INDICATION, writer -> {
            for (final String host : hosts) {
                writer.bytes(BaseAvp.REDIRECT_HOST.code(), AvpFlags.MANDATORY, 0, Requests.ascii(host));
            }
            writer.unsigned32(BaseAvp.REDIRECT_HOST_USAGE.code(), AvpFlags.MANDATORY, 0, usage);
            writer.unsigned32(BaseAvp.REDIRECT_MAX_CACHE_TIME.code(), AvpFlags.MANDATORY, 0, seconds);
        });
    }

    @Test
    void shouldFollowARedirectionToThePeerThatItNames() {
        rules();
        relay.send(client, Requests.ccr());

        redirectFromFirst(0, 0, "aaa://unknown.test.realm", "aaa://" + SRV2 + ":3868;transport=tcp");

        assertEquals(1, second.requests.size());
        relay.answer(second).send(client, Requests.ccr());
        assertEquals(ResultCode.SUCCESS, client.answer().resultCode());
        assertEquals(2, first.requests.size());
    }

    @Test
    void shouldForwardTheAnswerWhenARedirectionNamesNoPeerOfOurs() {
        rules();
        relay.send(client, Requests.ccr());

        redirectFromFirst(0, 0, "aaa://unknown.test.realm", "", "aaa:/", "//");

        assertEquals(ResultCode.REDIRECT_INDICATION, client.answer().resultCode());
        assertEquals(1, client.answers.size());
    }

    @Test
    void shouldRememberARedirectionForWhatItsUsageSaysAndAsLongAsItSays() {
        rules();
        relay.send(client, Requests.ccr().session("s;1"));
        redirectFromFirst(1, 10, "aaa://" + SRV2);

        relay.send(client, Requests.ccr().session("s;1"))
                .send(client, Requests.ccr().session("s;2"));
        assertEquals(2, second.requests.size());
        assertEquals(2, first.requests.size());

        relay.nowNs += 10_001 * RelayHarness.MS;
        relay.send(client, Requests.ccr().session("s;1"));
        assertEquals(3, first.requests.size() + second.requests.size() - 2);
        assertEquals(1, relay.count(RelayCounter.REDIRECTS_REMEMBERED));
    }
}
