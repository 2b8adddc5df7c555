package io.dialtone.diameter.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ParseResult;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.dictionary.AvpPath;
import io.dialtone.diameter.dictionary.Dictionary;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a peer may send that means no good: nothing throws, others are served, and each request still has one answer at most. */
final class HostileInputTest {
    private static final long SEED = 20261128;
    private static final String SRV1 = "srv1.test.realm";
    private static final String SRV2 = "srv2.test.realm";

    private final RelayHarness relay = new RelayHarness(RelayHarness.config());
    private final ScriptedPeer client = relay.peer("cli.test.realm");
    private final ScriptedPeer server = relay.peer(SRV1);
    private final ScriptedPeer other = relay.peer(SRV2);

    HostileInputTest() {
        relay.core.routes(new RouteTable(
                List.of(PeerGroup.of("servers", SRV1, SRV2).withKey(AvpPath.parse("443/444", Dictionary.standard()))),
                List.of(new RouteRule(
                        "deep",
                        OptionalInt.empty(),
                        List.of(new RouteRule.Condition(
                                AvpPath.parse("443/443/443/444", Dictionary.standard()), new AvpMatch.Within(1, 2))),
                        new RouteAction.Refuse(ResultCode.AUTHORIZATION_REJECTED))),
                List.of(Route.of(Requests.REALM, "servers"))));
    }

    @Test
    void shouldServeRequestsWithEmptyAndOddValues() {
        relay.send(client, Requests.ccr().session("").with(BaseAvp.ROUTE_RECORD, ""));
        relay.send(client, Requests.ccr().with(BaseAvp.DESTINATION_HOST, ""));
        relay.send(client, Requests.ccr().realm("").with(BaseAvp.DESTINATION_REALM, ""));
        relay.send(client, Requests.ccr().with(BaseAvp.SUBSCRIPTION_ID, "no group"));

        assertEquals(3, server.requests.size() + other.requests.size());
        assertEquals(ResultCode.REALM_NOT_SERVED, client.answer().resultCode());
    }

    @Test
    void shouldEndTheSearchInGroupsWithinGroupsOfGroups() {
        relay.send(client, Requests.ccr().with(writer -> {
            for (int i = 0; i < 15; i++) {
                writer.beginGroup(443, AvpFlags.MANDATORY, 0);
            }
            writer.unsigned32(444, AvpFlags.MANDATORY, 0, 1);
            for (int i = 0; i < 15; i++) {
                writer.endGroup();
            }
        }));

        assertEquals(1, server.requests.size() + other.requests.size());
    }

    @Test
    void shouldNotThrowWhateverBytesAreChangedOnTheWay() {
        final Random random = new Random(SEED);
        final byte[] request = Requests.ccr()
                .host(SRV2)
                .with(BaseAvp.ROUTE_RECORD, "a.b")
                .with(writer -> {
                    writer.beginGroup(443, AvpFlags.MANDATORY, 0);
                    writer.bytes(444, AvpFlags.MANDATORY, 0, Requests.ascii("262010"));
                    writer.endGroup();
                })
                .bytes();
        final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
        final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
        int forwarded = 0;
        for (int i = 0; i < 20_000; i++) {
            final byte[] bytes = request.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[4 + random.nextInt(bytes.length - 4)] = (byte) random.nextInt(256);
            }
            buffer.wrap(bytes);
            if (message.parse(buffer, 0, bytes.length) != ParseResult.COMPLETE) {
                continue;
            }
            final boolean isRequest = message.isRequest();
            final int before = client.answers.size() + server.requests.size() + other.requests.size();
            if (isRequest) {
                relay.core.onRequest(relay.known(client), client.connection, message, relay.nowNs);
            } else {
                relay.core.onAnswer(relay.known(client), client.connection, message, relay.nowNs);
            }
            final int after = client.answers.size() + server.requests.size() + other.requests.size();
            assertEquals(isRequest ? 1 : 0, after - before, "seed " + SEED + ", message " + i);
            forwarded += isRequest ? 1 : 0;
            if (relay.core.pendingCount() == RelayHarness.SMALL.pendingMax()) {
                server.requests.forEach(each -> relay.answer(server, each, ResultCode.SUCCESS));
                other.requests.forEach(each -> relay.answer(other, each, ResultCode.SUCCESS));
                server.requests.clear();
                other.requests.clear();
                client.answers.clear();
            }
        }
        assertTrue(forwarded > 1_000, "forwarded " + forwarded);
    }

    @Test
    void shouldIgnoreGuessedAnswers() {
        relay.send(client, Requests.ccr());
        final ScriptedPeer asked = server.requests.isEmpty() ? other : server;
        final byte[] answer = Requests.answer(asked.request(), SRV1, ResultCode.SUCCESS, writer -> {});
        final Random random = new Random(SEED);

        for (int i = 0; i < 10_000; i++) {
            new UnsafeBuffer(answer).putInt(12, random.nextInt());
            relay.send(client, answer);
        }

        assertTrue(client.answers.isEmpty());
        relay.answer(asked);
        assertEquals(1, client.answers.size());
    }
}
