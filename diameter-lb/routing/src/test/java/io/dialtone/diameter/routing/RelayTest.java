package io.dialtone.diameter.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.ResultCode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What RFC 6733 asks of a relay, request by request and answer by answer. */
final class RelayTest {
    private static final String SRV1 = "srv1.test.realm";
    private static final String SRV2 = "srv2.test.realm";

    private final RelayHarness relay = RelayHarness.withServers(SRV1);
    private final ScriptedPeer client = relay.peer("cli.test.realm");
    private final ScriptedPeer server = relay.peer(SRV1);

    // Forwarding, 6.1.6 and 6.1.9

    @Test
    void shouldGiveANewHopByHopIdAndKeepTheEndToEndIdWhenForwarding() {
        relay.send(client, Requests.ccr().ids(0x77, 0x88));
        relay.send(client, Requests.ccr().ids(0x77, 0x89));

        final Message first = server.requests.getFirst();
        final Message second = server.request();
        assertNotEquals(0x77, first.hopByHopId());
        assertNotEquals(first.hopByHopId(), second.hopByHopId());
        assertEquals(0x88, first.endToEndId());
        assertEquals(0x89, second.endToEndId());
        assertEquals(
                CommandFlags.REQUEST | CommandFlags.PROXIABLE, first.parsed().flags());
    }

    @Test
    void shouldAppendARouteRecordOfThePreviousPeerWhenForwarding() {
        relay.send(client, Requests.ccr().with(BaseAvp.ROUTE_RECORD, "edge.far.realm"));

        final Message sent = server.request();
        assertEquals(List.of("edge.far.realm", "cli.test.realm"), sent.texts(BaseAvp.ROUTE_RECORD));
        assertEquals(BaseAvp.ROUTE_RECORD.code(), sent.codes().getLast());
        assertEquals("cli.test.realm", sent.text(BaseAvp.ORIGIN_HOST));
    }

    @Test
    void shouldPassUnknownAvpsWithTheMBitAsTheyAreWhenForwarding() {
        relay.send(client, Requests.ccr().with(writer -> writer.unsigned32(9_999, AvpFlags.MANDATORY, 10_415, 5)));

        assertTrue(server.request().codes().contains(9_999));
    }

    @Test
    void shouldPassTheTBitAsItIsWhenARequestHasIt() {
        final int flags = CommandFlags.REQUEST | CommandFlags.PROXIABLE | CommandFlags.RETRANSMITTED;

        relay.send(client, Requests.ccr().flags(flags));

        assertEquals(flags, server.request().parsed().flags());
    }

    // Answers, 6.2

    @Test
    void shouldRestoreTheHopByHopIdAndSendTheAnswerBackTheWayOfItsRequest() {
        final ScriptedPeer other = relay.peer("cli2.test.realm");
        relay.send(client, Requests.ccr().ids(0x77, 1))
                .send(other, Requests.ccr().ids(0x77, 2));

        relay.answer(server, server.request(), ResultCode.SUCCESS);
        relay.answer(server, server.requests.getFirst(), ResultCode.SUCCESS);

        assertEquals(0x77, client.answer().hopByHopId());
        assertEquals(1, client.answer().endToEndId());
        assertEquals(2, other.answer().endToEndId());
        assertEquals(1, client.answers.size());
        assertEquals(SRV1, client.answer().text(BaseAvp.ORIGIN_HOST));
        assertEquals(0, relay.core.pendingCount());
    }

    @Test
    void shouldLeaveProxyInfoAloneWhenRelayingBothWays() {
        relay.send(client, Requests.ccr().with(BaseAvp.PROXY_INFO, "first").with(BaseAvp.PROXY_INFO, "second"));
        assertEquals(List.of("first", "second"), server.request().texts(BaseAvp.PROXY_INFO));

        relay.answer(server);

        assertEquals(List.of("first", "second"), client.answer().texts(BaseAvp.PROXY_INFO));
    }

    @Test
    void shouldDropAndCountAnAnswerWhenItsRequestIsOver() {
        relay.send(client, Requests.ccr()).answer(server);

        relay.answer(server);

        assertEquals(1, client.answers.size());
        assertEquals(1, relay.count(RelayCounter.ANSWERS_LATE));
        assertEquals(1, relay.count(server, RelayPeerCounter.ANSWERS_LATE));
    }

    @Test
    void shouldDropAnAnswerWhenAnotherPeerBringsItThanTheRequestWentTo() {
        final ScriptedPeer thief = relay.peer("thief.test.realm");
        relay.send(client, Requests.ccr());

        relay.answer(thief, server.request(), ResultCode.SUCCESS);

        assertTrue(client.answers.isEmpty());
        assertEquals(1, relay.count(RelayCounter.ANSWERS_FROM_ELSEWHERE));
        relay.answer(server);
        assertEquals(1, client.answers.size());
    }

    @Test
    void shouldDropAnAnswerWhenItsEndToEndIdIsNotTheRequests() {
        relay.send(client, Requests.ccr().ids(1, 2));
        final byte[] answer = Requests.answer(server.request(), SRV1, ResultCode.SUCCESS, writer -> {});
        answer[19]++;

        relay.send(server, answer);

        assertTrue(client.answers.isEmpty());
        assertEquals(1, relay.count(RelayCounter.ANSWERS_MISMATCHED));
    }

    @Test
    void shouldDropAndCountAnAnswerWhenTheConnectionOfItsRequestIsGone() {
        relay.send(client, Requests.ccr());
        relay.close(client).reopen(client);

        relay.answer(server);

        assertTrue(client.answers.isEmpty());
        assertEquals(1, relay.count(RelayCounter.ANSWERS_UNDELIVERABLE));
        assertEquals(0, relay.core.pendingCount());
    }

    // What is not forwarded

    @Test
    void shouldAnswer3005WhenOurIdentityIsInARouteRecord() {
        relay.send(client, Requests.ccr().ids(5, 6).with(BaseAvp.ROUTE_RECORD, "RELAY.test.realm"));

        assertTrue(server.requests.isEmpty());
        assertOwn(ResultCode.LOOP_DETECTED, client.answer());
        assertEquals(5, client.answer().hopByHopId());
        assertEquals(6, client.answer().endToEndId());
    }

    @Test
    void shouldNeverForwardWhenThePBitIsClear() {
        relay.send(client, Requests.ccr().flags(CommandFlags.REQUEST));

        assertTrue(server.requests.isEmpty());
        assertOwn(ResultCode.COMMAND_UNSUPPORTED, client.answer());
        assertEquals(CommandFlags.ERROR, client.answer().parsed().flags());
    }

    @Test
    void shouldAnswer3008WhenARequestHasTheEBit() {
        relay.send(client, Requests.ccr().flags(CommandFlags.REQUEST | CommandFlags.PROXIABLE | CommandFlags.ERROR));

        assertTrue(server.requests.isEmpty());
        assertOwn(ResultCode.INVALID_HDR_BITS, client.answer());
    }

    @Test
    void shouldAnswer3001WhenTheRequestIsForThisNode() {
        relay.send(client, Requests.ccr().host(RelayHarness.RELAY));
        assertOwn(ResultCode.COMMAND_UNSUPPORTED, client.answer());

        relay.send(client, Requests.ccr().realm(""));
        assertOwn(ResultCode.COMMAND_UNSUPPORTED, client.answer());
        assertEquals(2, relay.count(RelayCounter.ADDRESSED_TO_US));
    }

    @Test
    void shouldServeARequestHereWhenItIsForThisNodeAndSomebodyDoes() {
        client.isServing = true;

        relay.send(client, Requests.ccr().host(RelayHarness.RELAY));

        assertTrue(client.answers.isEmpty());
        assertEquals(1, relay.count(RelayCounter.ADDRESSED_TO_US));
    }

    @Test
    void shouldAnswer3003WhenNoRouteKnowsTheRealm() {
        relay.send(client, Requests.ccr().realm("other.realm"));

        assertOwn(ResultCode.REALM_NOT_SERVED, client.answer());
    }

    @Test
    void shouldAnswer3002WhenNoPeerOfTheRouteIsUsable() {
        server.isUsable = false;

        relay.send(client, Requests.ccr());

        assertOwn(ResultCode.UNABLE_TO_DELIVER, client.answer());
    }

    @Test
    void shouldAnswer3007WhenNoPeerOfTheRouteHasTheApplication() {
        server.applications = Set.of(ApplicationId.GX);

        relay.send(client, Requests.ccr());

        assertOwn(ResultCode.APPLICATION_UNSUPPORTED, client.answer());
    }

    @Test
    void shouldAnswer5005WithTheMissingAvpWhenAHostThatIsNoPeerHasNoRealm() {
        relay.send(client, Requests.ccr().realm("").host("unknown.far.realm"));

        assertEquals(ResultCode.MISSING_AVP, client.answer().resultCode());
        assertFalse(client.answer().isError());
        assertTrue(client.answer().parsed().has(BaseAvp.FAILED_AVP));
    }

    @Test
    void shouldAnswer3004WhenTheOnlyPeerTakesNoMore() {
        server.isTaking = false;

        relay.send(client, Requests.ccr());

        assertOwn(ResultCode.TOO_BUSY, client.answer());
        assertEquals(0, relay.core.pendingCount());
    }

    @Test
    void shouldKeepTheOrderOfAvpsAndTheProxyInfoInAnswersOfOurOwn() {
        relay.send(client, Requests.ccr().realm("other.realm").session("s;1").with(BaseAvp.PROXY_INFO, "first"));

        final Message answer = client.answer();
        assertEquals(List.of(263, 268, 264, 296, 281, 284), answer.codes(), "Session-Id first, Proxy-Info as it came");
        assertEquals("s;1", answer.text(BaseAvp.SESSION_ID));
        assertEquals(List.of("first"), answer.texts(BaseAvp.PROXY_INFO));
        assertTrue(answer.parsed().isProxiable());
    }

    private static void assertOwn(final int resultCode, final Message answer) {
        assertEquals(resultCode, answer.resultCode());
        assertTrue(answer.isError(), "the E bit of protocol errors");
        assertEquals(RelayHarness.RELAY, answer.text(BaseAvp.ORIGIN_HOST));
        assertEquals(Requests.REALM, answer.text(BaseAvp.ORIGIN_REALM));
    }

    // Where to, 6.1.5 and 6.1.6

    @Test
    void shouldSendToThePeerThatDestinationHostNamesWhateverTheRoutes() {
        final ScriptedPeer named = relay.peer("named.far.realm");

        relay.send(client, Requests.ccr().realm("far.realm").host("NAMED.far.realm"));

        assertEquals(1, named.requests.size());
        assertEquals(1, relay.count(RelayCounter.BY_DESTINATION_HOST));
    }

    @Test
    void shouldGoByRealmWhenDestinationHostIsNoPeerOrNotUsable() {
        final ScriptedPeer named = relay.peer(SRV2);
        named.isUsable = false;

        relay.send(client, Requests.ccr().host(SRV2))
                .send(client, Requests.ccr().host("srv9.test.realm"));

        assertEquals(2, server.requests.size());
    }

    @Test
    void shouldNeverSendARequestBackToWhereItCameFrom() {
        relay.send(server, Requests.ccr());

        assertTrue(server.requests.isEmpty());
        assertOwn(ResultCode.UNABLE_TO_DELIVER, server.answer());
    }

    @Test
    void shouldNotSendToAPeerThatIsInARouteRecord() {
        relay.send(client, Requests.ccr().with(BaseAvp.ROUTE_RECORD, SRV1));

        assertTrue(server.requests.isEmpty());
        assertOwn(ResultCode.UNABLE_TO_DELIVER, client.answer());
    }

    @Test
    void shouldTakeAnotherPeerWhenTheChosenOnesQueueIsFull() {
        final RelayHarness two = RelayHarness.withServers(SRV1, SRV2);
        final ScriptedPeer from = two.peer("cli.test.realm");
        final ScriptedPeer full = two.peer(SRV1);
        final ScriptedPeer free = two.peer(SRV2);
        full.isTaking = false;

        for (int i = 0; i < 20; i++) {
            two.send(from, Requests.ccr().session("s;" + i));
        }

        assertEquals(20, free.requests.size());
        assertTrue(free.requests.stream().noneMatch(Message::isRetransmitted), "nobody has seen them before");
    }

    // Bounds

    @Test
    void shouldAnswer3004WhenTheTableIsFullAndServeAgainWhenItIsNot() {
        for (int i = 0; i < RelayHarness.SMALL.pendingMax(); i++) {
            relay.send(client, Requests.ccr().ids(i, i));
        }
        assertTrue(client.answers.isEmpty());

        relay.send(client, Requests.ccr());

        assertOwn(ResultCode.TOO_BUSY, client.answer());
        assertEquals(1, relay.count(RelayCounter.TABLE_FULL));
        relay.answer(server);
        relay.send(client, Requests.ccr());
        assertEquals(RelayHarness.SMALL.pendingMax() + 1, server.requests.size());
    }

    @Test
    void shouldAnswer3004WhenTheBytesOfPendingRequestsNeedAllTheRoom() {
        final RelayHarness small = RelayHarness.withServers(
                RelayHarness.config().withLimits(RelayHarness.SMALL.withPending(256, 4 * RequestSlab.BLOCK_BYTES)),
                SRV1);
        final ScriptedPeer from = small.peer("cli.test.realm");
        final ScriptedPeer to = small.peer(SRV1);
        small.send(from, Requests.ccr().with(BaseAvp.USER_NAME, "x".repeat(3 * RequestSlab.BLOCK_BYTES - 300)));

        small.send(from, Requests.ccr()).send(from, Requests.ccr());

        assertOwn(ResultCode.TOO_BUSY, from.answer());
        assertEquals(1, small.count(RelayCounter.SLAB_FULL));
        small.answer(to, to.requests.getFirst(), ResultCode.SUCCESS);
        small.send(from, Requests.ccr());
        assertEquals(3, to.requests.size());
    }

    @Test
    void shouldForwardTheLongestMessageThatPeersMaySendAndOneRouteRecordMore() {
        final byte[] longest = Requests.ccr()
                .with(BaseAvp.USER_NAME, "x".repeat(65_536 - 20 - 8 - 108))
                .bytes();
        assertTrue(longest.length > 65_500 && longest.length <= 65_536, "length " + longest.length);

        relay.send(client, longest);

        assertEquals(1, server.requests.size());
    }

    // Status

    @Test
    void shouldCountRequestsAnswersAndTimesOfEachPeer() {
        relay.send(client, Requests.ccr());
        relay.nowNs += 5 * RelayHarness.MS;
        relay.answer(server, ResultCode.UNKNOWN_SESSION_ID);
        relay.send(client, Requests.ccr());

        assertEquals(2, relay.count(client, RelayPeerCounter.REQUESTS_FROM));
        assertEquals(2, relay.count(server, RelayPeerCounter.REQUESTS_TO));
        assertEquals(1, relay.count(server, RelayPeerCounter.ANSWERS_PERMANENT_FAILURE));
        assertEquals(1, relay.count(server, RelayPeerCounter.PENDING));
        final long p99Ns = relay.known(server).times().percentileNs(0.99);
        assertTrue(p99Ns >= 5 * RelayHarness.MS && p99Ns < 6 * RelayHarness.MS, "p99 " + p99Ns);
    }
}
