package io.dialtone.diameter.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterEditor;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.dictionary.AvpPath;
import io.dialtone.diameter.dictionary.Dictionary;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Once warm, a transaction through the relay leaves nothing for the collector. The best of several windows counts. */
final class NoGarbageTest {
    private static final int WINDOWS = 8;
    private static final int TRANSACTIONS = 5_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final String SRV1 = "srv1.test.realm";
    private static final String SRV2 = "srv2.test.realm";

    private final RelayHarness relay = new RelayHarness(RelayHarness.config());
    private final ScriptedPeer client = relay.peer("cli.test.realm");
    private final ScriptedPeer first = relay.peer(SRV1);
    private final ScriptedPeer second = relay.peer(SRV2);
    private final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());

    private void routeTo(final PeerGroup group, final RouteRule... rules) {
        relay.core.routes(
                new RouteTable(List.of(group), List.of(rules), List.of(Route.of(Requests.REALM, group.name()))));
    }

    private void assertNoGarbage(final Requests request, final int resultCode, final RelayCounter counter) {
        final UnsafeBuffer requestBytes = new UnsafeBuffer(request.bytes());
        relay.send(client, request);
        final ScriptedPeer answering = first.requests.isEmpty() ? second : first;
        final UnsafeBuffer answerBytes = new UnsafeBuffer(
                Requests.answer(answering.requests.getFirst(), answering.host, resultCode, writer -> {}));
        relay.send(answering, answerBytes.byteArray());
        client.isCapturing = false;
        first.isCapturing = false;
        second.isCapturing = false;
        long best = Long.MAX_VALUE;
        for (int window = 0; window < WINDOWS && best > 0; window++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < TRANSACTIONS; i++) {
                transaction(requestBytes, answerBytes, i);
            }
            best = Math.min(best, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, best, "bytes in the best window of " + TRANSACTIONS + " transactions");
        assertTrue(relay.count(counter) > TRANSACTIONS / 2, "the messages went another way");
    }

    /** A request, all that is sent for it, and the answer of each peer that got it. */
    private void transaction(final UnsafeBuffer request, final UnsafeBuffer answer, final int number) {
        relay.nowNs += 1_000;
        // The last digit of the Session-Id: ten sessions.
        request.putByte(20 + 8 + "cli.test.realm;1;".length(), (byte) ('0' + number % 10));
        final long firstBefore = first.sent;
        final long secondBefore = second.sent;
        message.parse(request, 0, request.capacity());
        relay.core.onRequest(relay.known(client), client.connection, message, relay.nowNs);
        if (first.sent > firstBefore) {
            answer(first, answer);
            if (second.sent > secondBefore) {
                answer(second, answer);
            }
        } else if (second.sent > secondBefore) {
            answer(second, answer);
            if (first.sent > firstBefore) {
                answer(first, answer);
            }
        }
        relay.core.doWork(relay.nowNs, Relay.WORK_MAX);
    }

    private void answer(final ScriptedPeer from, final UnsafeBuffer answer) {
        DiameterEditor.hopByHopId(answer, 0, from.lastHopByHopId);
        message.parse(answer, 0, answer.capacity());
        relay.core.onAnswer(relay.known(from), from.connection, message, relay.nowNs);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotAllocateWhenChoosingForEachRequest(final Algorithm algorithm) {
        routeTo(PeerGroup.of("servers", SRV1, SRV2).withAlgorithm(algorithm).withSticky(false));

        assertNoGarbage(Requests.ccr(), ResultCode.SUCCESS, RelayCounter.ANSWERS_SENT);
    }

    @Test
    void shouldNotAllocateWhenSessionsStayWithTheirPeers() {
        routeTo(PeerGroup.of("servers", SRV1, SRV2));

        assertNoGarbage(Requests.ccr(), ResultCode.SUCCESS, RelayCounter.BY_SESSION);
    }

    @Test
    void shouldNotAllocateWhenARuleLooksIntoGroups() {
        routeTo(
                PeerGroup.of("servers", SRV1, SRV2),
                RouteRule.of(
                        "user",
                        AvpPath.parse("1", Dictionary.standard()),
                        new AvpMatch.BeginsWith("262"),
                        new RouteAction.ToGroup("servers")));

        assertNoGarbage(Requests.ccr().with(BaseAvp.USER_NAME, "26201"), ResultCode.SUCCESS, RelayCounter.ANSWERS_SENT);
    }

    @Test
    void shouldNotAllocateWhenAnotherPeerIsTriedAfterTooBusy() {
        routeTo(PeerGroup.of("servers", SRV1, SRV2).withSticky(false));

        assertNoGarbage(Requests.ccr(), ResultCode.TOO_BUSY, RelayCounter.RESENT_AFTER_RESULT);
    }

    @Test
    void shouldNotAllocateWhenRefusing() {
        routeTo(PeerGroup.of("servers", SRV1));
        final UnsafeBuffer request =
                new UnsafeBuffer(Requests.ccr().realm("other.realm").bytes());
        client.isCapturing = false;
        long best = Long.MAX_VALUE;
        for (int window = 0; window < WINDOWS && best > 0; window++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < TRANSACTIONS; i++) {
                transaction(request, request, i);
            }
            best = Math.min(best, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, best, "bytes in the best window of " + TRANSACTIONS + " refusals");
        assertTrue(relay.count(RelayCounter.REALMS_UNKNOWN) > TRANSACTIONS / 2, "the messages went another way");
    }
}
