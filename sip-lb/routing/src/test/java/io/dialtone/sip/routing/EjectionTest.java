package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.FIRST_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.SECOND_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.address;
import static io.dialtone.sip.routing.ProxyHarness.invite;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Backends that answer probes and fail requests. Five failures in a row, an answer within 5 s, out for 5 s, then 10 s and so on up to 20 s; at most half of
 * all out of use. Time is moved by hand.
 */
final class EjectionTest {
    private static final String THIRD_BACKEND = "10.0.0.3:5070";
    private static final Duration TURN = Duration.ofMillis(100);

    private final ProxyHarness proxy = ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND)
            .health(HealthConfig.defaults()
                    .withSlowStart(Duration.ofSeconds(10), 10)
                    .withEjection(EjectionConfig.defaults().withTimes(Duration.ofSeconds(5), Duration.ofSeconds(20)))));
    private final Set<InetSocketAddress> mute = new HashSet<>();
    private int calls;

    /** Lets time pass; backends answer their probes, unless they are mute. */
    private void pass(final Duration time) {
        final long endNs = proxy.nowNs + time.toNanos();
        while (proxy.nowNs < endNs) {
            proxy.after(Duration.ofMillis(50));
            for (final CapturingEgress.Sent sent : List.copyOf(proxy.egress.sent)) {
                if (sent.firstLine().startsWith("OPTIONS ")) {
                    proxy.egress.sent.remove(sent);
                    if (!mute.contains(sent.to())) {
                        proxy.receive(response(200, sent), sent.to());
                    }
                }
            }
        }
    }

    private CapturingEgress.Sent call() {
        calls++;
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-" + calls, "z9hG4bKa" + calls)).sent();
        assertTrue(invite.firstLine().startsWith("INVITE "), invite.text());
        return invite;
    }

    private CapturingEgress.Sent callTo(final String backend) {
        while (true) {
            final CapturingEgress.Sent invite = call();
            if (invite.to().equals(address(backend))) {
                return invite;
            }
            answer(200, invite);
        }
    }

    private void answer(final int status, final CapturingEgress.Sent request) {
        proxy.receive(response(status, request), request.to()).sent();
    }

    private void fail(final String backend, final int times) {
        for (int i = 0; i < times; i++) {
            answer(503, callTo(backend));
        }
    }

    private BackendStatus status(final String name) {
        return proxy.balancer.control().list().stream()
                .filter(b -> b.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private BackendState state(final String name) {
        return status(name).state();
    }

    @Test
    void shouldEjectABackendThatAnswersFiveRequestsInARowWith503() {
        pass(Duration.ofSeconds(1));
        fail(FIRST_BACKEND, 4);
        pass(TURN);
        assertEquals(BackendState.UP, state(FIRST_BACKEND));

        fail(FIRST_BACKEND, 1);
        pass(TURN);

        assertEquals(BackendState.EJECTED, state(FIRST_BACKEND));
        assertEquals(0, status(FIRST_BACKEND).sharePercent());
        assertEquals(1, status(FIRST_BACKEND).timesEjected());
        assertEquals(0, status(FIRST_BACKEND).timesDown());
        assertEquals(1, proxy.count(ProxyCounter.BACKENDS_EJECTED));
        assertEquals(5, proxy.count(ProxyCounter.FAILED_UNAVAILABLE));
        for (int i = 0; i < 50; i++) {
            assertEquals(address(SECOND_BACKEND), call().to());
        }
    }

    @Test
    void shouldCountFailuresInARowOnly() {
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 20; i++) {
            fail(FIRST_BACKEND, 4);
            answer(486, callTo(FIRST_BACKEND));
            pass(TURN);
        }
        assertEquals(BackendState.UP, state(FIRST_BACKEND));
    }

    @Test
    void shouldNotTakeATryingForASuccess() {
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 5; i++) {
            final CapturingEgress.Sent invite = callTo(FIRST_BACKEND);
            answer(100, invite);
            answer(503, invite);
        }
        pass(TURN);

        assertEquals(BackendState.EJECTED, state(FIRST_BACKEND));
    }

    @Test
    void shouldCountARetransmitted503Once() {
        pass(Duration.ofSeconds(1));
        final CapturingEgress.Sent invite = callTo(FIRST_BACKEND);
        for (int i = 0; i < 10; i++) {
            answer(503, invite);
        }
        pass(TURN);

        assertEquals(BackendState.UP, state(FIRST_BACKEND));
        assertEquals(1, proxy.count(ProxyCounter.FAILED_UNAVAILABLE));
    }

    @Test
    void shouldEjectABackendThatAnswersProbesButNoRequests() {
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 5; i++) {
            callTo(FIRST_BACKEND);
        }
        pass(Duration.ofMillis(4_900));
        assertNotEquals(BackendState.EJECTED, state(FIRST_BACKEND));

        pass(Duration.ofMillis(1_300));

        assertEquals(BackendState.EJECTED, state(FIRST_BACKEND));
        assertEquals(5, proxy.count(ProxyCounter.FAILED_NO_ANSWER));
    }

    @Test
    void shouldCountARequestWithoutAnswerOnce() {
        pass(Duration.ofSeconds(1));
        callTo(FIRST_BACKEND);
        pass(Duration.ofSeconds(40));

        assertEquals(1, proxy.count(ProxyCounter.FAILED_NO_ANSWER));
        assertEquals(1, proxy.count(ProxyCounter.EXPIRED));
    }

    @Test
    void shouldNotHoldLostRequestsAgainstABackendThatServedLaterOnes() {
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 50; i++) {
            callTo(FIRST_BACKEND);
        }
        pass(TURN);
        answer(200, callTo(FIRST_BACKEND));
        pass(Duration.ofSeconds(7));

        assertEquals(BackendState.UP, state(FIRST_BACKEND));
        assertEquals(0, proxy.count(ProxyCounter.FAILED_NO_ANSWER));
    }

    @Test
    void shouldTryAnEjectedBackendAgainWithAShareThatGrows() {
        pass(Duration.ofSeconds(1));
        fail(FIRST_BACKEND, 5);
        pass(TURN);

        pass(Duration.ofMillis(4_800));
        assertEquals(BackendState.EJECTED, state(FIRST_BACKEND));
        pass(Duration.ofMillis(300));
        assertEquals(BackendState.SLOW_START, state(FIRST_BACKEND));
        assertEquals(10, status(FIRST_BACKEND).sharePercent());
        pass(Duration.ofSeconds(5));
        assertTrue(Math.abs(50 - status(FIRST_BACKEND).sharePercent()) <= 3);
        pass(Duration.ofSeconds(6));
        assertEquals(BackendState.UP, state(FIRST_BACKEND));
    }

    @Test
    void shouldEjectForLongerEachTimeUpToAMostAndBeginAnewAfterAGoodTime() {
        pass(Duration.ofSeconds(1));
        assertEjectedFor(5_000);
        assertEjectedFor(10_000);
        assertEjectedFor(20_000);
        assertEjectedFor(20_000);

        pass(Duration.ofSeconds(21));

        assertEjectedFor(5_000);
    }

    private void assertEjectedFor(final long ms) {
        final long took = ejectedMs();
        assertTrue(Math.abs(took - ms) <= 200, "ejected for " + took + " ms");
    }

    /** Fails it until it is ejected; returns for how long. */
    private long ejectedMs() {
        fail(FIRST_BACKEND, 5);
        pass(TURN);
        assertEquals(BackendState.EJECTED, state(FIRST_BACKEND));
        final long beganNs = proxy.nowNs;
        while (state(FIRST_BACKEND) == BackendState.EJECTED) {
            pass(Duration.ofMillis(50));
        }
        return (proxy.nowNs - beganNs) / 1_000_000 + TURN.toMillis();
    }

    @Test
    void shouldNotEjectWhenTooManyWouldBeOutOfUse() {
        pass(Duration.ofSeconds(1));
        fail(FIRST_BACKEND, 5);
        pass(TURN);
        for (int i = 0; i < 5; i++) {
            answer(503, call());
        }
        pass(TURN);

        assertEquals(BackendState.EJECTED, state(FIRST_BACKEND));
        assertEquals(BackendState.UP, state(SECOND_BACKEND));
        assertEquals(1, proxy.count(ProxyCounter.EJECTIONS_WITHHELD));
    }

    @Test
    void shouldCountBackendsThatAreDownOrDrainedAsOutOfUse() throws Exception {
        proxy.balancer.control().add(BackendSpec.parse(THIRD_BACKEND));
        pass(Duration.ofSeconds(1));
        proxy.balancer.control().drain(SECOND_BACKEND);
        fail(FIRST_BACKEND, 5);
        pass(TURN);

        assertEquals(BackendState.UP, state(FIRST_BACKEND), "two of three would be out of use");
        assertEquals(1, proxy.count(ProxyCounter.EJECTIONS_WITHHELD));
    }

    @Test
    void shouldUseAnEjectedBackendWhenTheOthersGoDown() {
        pass(Duration.ofSeconds(1));
        fail(FIRST_BACKEND, 5);
        pass(TURN);
        mute.add(address(SECOND_BACKEND));
        pass(Duration.ofSeconds(2));
        assertEquals(BackendState.DOWN, state(SECOND_BACKEND));

        assertEquals(address(FIRST_BACKEND), call().to());
    }

    @Test
    void shouldKeepDialogsAndTransactionsOnAnEjectedBackend() {
        pass(Duration.ofSeconds(1));
        final CapturingEgress.Sent invite = callTo(FIRST_BACKEND);
        final String callId = invite.header("Call-ID");
        final String branch = "z9hG4bKa" + calls;
        final CapturingEgress.Sent ringing = callTo(FIRST_BACKEND);
        answer(200, ringing);
        fail(FIRST_BACKEND, 5);
        pass(TURN);
        assertEquals(BackendState.EJECTED, state(FIRST_BACKEND));

        assertEquals(
                address(FIRST_BACKEND),
                proxy.receive(invite(callId, branch)).sent().to(),
                "a retransmission");
        assertEquals(
                address(FIRST_BACKEND),
                proxy.receive(request(
                                "BYE",
                                "sip:bob@example.com",
                                ringing.header("Call-ID"),
                                "z9hG4bKb",
                                2,
                                "bob1",
                                "Route: " + ringing.header("Record-Route")))
                        .sent()
                        .to());
    }

    @Test
    void shouldNotHoldAgainstAReturnedBackendWhatItLeftUnansweredWhileItWasDead() {
        pass(Duration.ofSeconds(1));
        mute.add(address(FIRST_BACKEND));
        for (int i = 0; i < 20; i++) {
            callTo(FIRST_BACKEND);
        }
        pass(Duration.ofSeconds(2));
        assertEquals(BackendState.DOWN, state(FIRST_BACKEND));
        mute.clear();
        pass(Duration.ofSeconds(2));
        assertEquals(BackendState.SLOW_START, state(FIRST_BACKEND));

        pass(Duration.ofSeconds(6));

        assertEquals(0, status(FIRST_BACKEND).timesEjected());
    }

    @Test
    void shouldGoDownFromEjectedWhenProbesAreNoLongerAnswered() {
        pass(Duration.ofSeconds(1));
        fail(FIRST_BACKEND, 5);
        mute.add(address(FIRST_BACKEND));
        pass(Duration.ofSeconds(2));

        assertEquals(BackendState.DOWN, state(FIRST_BACKEND));
    }

    @Test
    void shouldStayEjectedThoughADrainIsTakenBack() {
        pass(Duration.ofSeconds(1));
        fail(FIRST_BACKEND, 5);
        pass(TURN);
        proxy.balancer.control().drain(FIRST_BACKEND);
        pass(TURN);
        proxy.balancer.control().undrain(FIRST_BACKEND);
        pass(TURN);

        assertEquals(BackendState.EJECTED, state(FIRST_BACKEND));
        assertEquals(0, status(FIRST_BACKEND).sharePercent());
        assertEquals(address(SECOND_BACKEND), call().to());
    }
}
