package io.dialtone.diameter.routing;

import static io.dialtone.diameter.routing.RelayHarness.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.dictionary.AvpPath;
import io.dialtone.diameter.dictionary.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which of several peers a request goes to. */
final class ChoosingTest {
    private static final String SRV1 = "srv1.test.realm";
    private static final String SRV2 = "srv2.test.realm";

    private final RelayHarness relay = new RelayHarness(RelayHarness.config()
            .withLimits(new RelayLimits(1 << 13, 1 << 23, 1 << 12, RelayLimits.SESSION_IDLE_DEFAULT, 16)));
    private final ScriptedPeer client = relay.peer("cli.test.realm");
    private final ScriptedPeer first = relay.peer(SRV1);
    private final ScriptedPeer second = relay.peer(SRV2);

    private void routeTo(final PeerGroup group) {
        relay.core.routes(new RouteTable(List.of(group), List.of(), List.of(Route.of(Requests.REALM, group.name()))));
    }

    private void sendSessions(final int count) {
        for (int i = 0; i < count; i++) {
            relay.send(client, Requests.ccr().session("s;" + i));
        }
    }

    private static PeerGroup weighted(final int firstWeight, final int secondWeight) {
        return new PeerGroup(
                "servers",
                List.of(new PeerGroup.Member(SRV1, firstWeight, 0), new PeerGroup.Member(SRV2, secondWeight, 0)),
                Algorithm.WEIGHTED_HASH,
                Optional.empty(),
                true);
    }

    @Test
    void shouldSpreadSessionsAsTheWeightsSay() {
        routeTo(weighted(300, 100));

        sendSessions(4_000);

        assertEquals(3_000, first.requests.size(), 120);
        assertEquals(1_000, second.requests.size(), 120);
    }

    @Test
    void shouldChooseAlikeWhenAnotherRelayHasTheSameSeed() {
        routeTo(weighted(100, 100).withSticky(false));
        sendSessions(50);
        final int before = first.requests.size();

        sendSessions(50);

        assertEquals(2 * before, first.requests.size());
    }

    @Test
    void shouldSendAllOfASubscriberToOnePeerWhenTheKeyIsAnAvpInAGroup() {
        routeTo(PeerGroup.of("servers", SRV1, SRV2).withKey(AvpPath.parse("443/444", Dictionary.standard())));
        final Map<String, ScriptedPeer> peers = new HashMap<>();

        for (int i = 0; i < 200; i++) {
            final String imsi = "26201000000000" + i % 10;
            final int before = first.requests.size();
            relay.send(client, Requests.ccr().session("s;" + i).with(writer -> {
                writer.beginGroup(BaseAvp.SUBSCRIPTION_ID.code(), AvpFlags.MANDATORY, 0);
                writer.unsigned32(450, AvpFlags.MANDATORY, 0, 1);
                writer.bytes(444, AvpFlags.MANDATORY, 0, Requests.ascii(imsi));
                writer.endGroup();
            }));
            final ScriptedPeer to = first.requests.size() > before ? first : second;
            assertSame(to, peers.computeIfAbsent(imsi, _ -> to));
        }

        assertTrue(peers.containsValue(first) && peers.containsValue(second));
    }

    @Test
    void shouldKeepASessionWithItsPeerWhenOthersComeBack() {
        routeTo(weighted(100, 100));
        second.isUsable = false;
        sendSessions(40);
        second.isUsable = true;

        sendSessions(40);

        assertEquals(80, first.requests.size());
        assertEquals(40, relay.count(RelayCounter.BY_SESSION));
    }

    @Test
    void shouldMoveASessionWhenItsPeerIsNotUsableAndLeaveItThere() {
        routeTo(weighted(100, 100));
        second.isUsable = false;
        sendSessions(40);
        first.isUsable = false;
        second.isUsable = true;
        sendSessions(40);
        first.isUsable = true;

        sendSessions(40);

        assertEquals(40, first.requests.size());
        assertEquals(80, second.requests.size());
    }

    @Test
    void shouldUseALowerPriorityOnlyWhenNobodyOfABetterOneIsUsable() {
        routeTo(new PeerGroup(
                "servers",
                List.of(new PeerGroup.Member(SRV2, 100, 1), new PeerGroup.Member(SRV1, 100, 0)),
                Algorithm.LEAST_PENDING,
                Optional.empty(),
                true));
        sendSessions(20);
        assertEquals(20, first.requests.size());

        first.isUsable = false;
        sendSessions(20);

        assertEquals(20, second.requests.size());
    }

    @Test
    void shouldChooseThePeerWithTheFewestPendingForItsWeight() {
        routeTo(weighted(300, 100).withAlgorithm(Algorithm.LEAST_PENDING));

        sendSessions(400);

        assertEquals(300, first.requests.size(), 2);
        for (final Message request : List.copyOf(second.requests)) {
            relay.answer(second, request, ResultCode.SUCCESS);
        }
        relay.send(client, Requests.ccr().session("new"));
        assertEquals("new", second.request().text(BaseAvp.SESSION_ID));
    }

    @Test
    void shouldChooseThePeerThatAnswersSoonerWhenAskedForPeakEwma() {
        routeTo(weighted(100, 100).withAlgorithm(Algorithm.PEAK_EWMA).withSticky(false));
        for (int i = 0; i < 100; i++) {
            final int before = first.requests.size();
            relay.send(client, Requests.ccr().session("s;" + i));
            final boolean isFirst = first.requests.size() > before;
            relay.nowNs += isFirst ? 20 * MS : 2 * MS;
            relay.answer(isFirst ? first : second);
        }

        assertTrue(second.requests.size() > 90, "to the faster one: " + second.requests.size());
    }

    @Test
    void shouldGiveAPeerThatIsBackAPartOfItsWeightAtFirst() {
        routeTo(weighted(100, 100).withSticky(false));
        relay.close(second).reopen(second);
        sendSessions(1_000);
        final int atFirst = second.requests.size();

        relay.nowNs += 10_000 * MS;
        sendSessions(1_000);

        assertTrue(atFirst < 200, "at first: " + atFirst);
        assertEquals(500, second.requests.size() - atFirst, 70);
    }

    // Draining

    @Test
    void shouldFinishWhatIsPendingAndMoveSessionsWhenAPeerIsDrained() {
        routeTo(weighted(100, 100));
        second.isUsable = false;
        sendSessions(2);
        second.isUsable = true;

        first.isUsable = false;
        relay.core.onDraining(relay.known(first), first.connection, relay.nowNs);
        sendSessions(2);
        assertEquals(2, second.requests.size());
        assertTrue(first.drained.isEmpty(), "two answers are awaited");

        relay.answer(first, first.requests.getFirst(), ResultCode.SUCCESS);
        assertTrue(first.drained.isEmpty());
        relay.answer(first);
        assertEquals(List.of(first.connection), first.drained);
        assertEquals(2, client.answers.size());
    }

    @Test
    void shouldWaitForAnswersThatADrainedPeerIsOwed() {
        routeTo(weighted(100, 100));
        second.isUsable = false;
        relay.send(client, Requests.ccr());

        relay.core.onDraining(relay.known(client), client.connection, relay.nowNs);
        assertTrue(client.drained.isEmpty());
        relay.answer(first);

        assertEquals(1, client.drained.size());
    }

    @Test
    void shouldSayAtOnceThatAPeerIsDrainedWhenNothingIsPending() {
        relay.core.onDraining(relay.known(first), first.connection, relay.nowNs);

        assertEquals(1, first.drained.size());
    }
}
