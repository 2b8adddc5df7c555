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

import io.dialtone.api.AffinityRule;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who gets a new call under each algorithm, what stays where it is, and where it ends. Time is moved by hand. */
final class BalancingTest {
    private static final String THIRD_BACKEND = "10.0.0.3:5070";

    private static ProxyHarness with(final Algorithm algorithm, final String... backends) {
        return with(BalancingConfig.defaults().withAlgorithm(algorithm), backends);
    }

    private static ProxyHarness with(final BalancingConfig balancing, final String... backends) {
        return ProxyHarness.of(ProxyHarness.config(backends)
                .balancing(balancing)
                // Nobody answers probes here, and nobody is to go down for it.
                .health(HealthConfig.defaults().withProbes(Duration.ZERO, Duration.ofMillis(250))));
    }

    private static CapturingEgress.Sent call(final ProxyHarness proxy, final int number) {
        return proxy.receive(invite("call-" + number, "z9hG4bKa" + number)).sent();
    }

    private static void answer(final ProxyHarness proxy, final int status, final CapturingEgress.Sent request) {
        proxy.receive(response(status, request), request.to()).sent();
    }

    private static BackendStatus status(final ProxyHarness proxy, final String name) {
        return proxy.balancer.control().list().stream()
                .filter(b -> b.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static long open(final ProxyHarness proxy, final String name) {
        return status(proxy, name).open();
    }

    private static void assertNear(final long expected, final long actual, final long within) {
        assertTrue(
                Math.abs(actual - expected) <= within,
                "expected " + expected + ", give or take " + within + ": " + actual);
    }

    // What is open

    @Test
    void shouldCountATransactionAsOpenUntilItsFinalResponse() {
        final ProxyHarness proxy = with(Algorithm.WEIGHTED_HASH, FIRST_BACKEND);
        final CapturingEgress.Sent invite = call(proxy, 1);
        proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        assertEquals(1, open(proxy, FIRST_BACKEND));

        answer(proxy, 100, invite);
        answer(proxy, 180, invite);
        assertEquals(1, open(proxy, FIRST_BACKEND));
        answer(proxy, 200, invite);
        answer(proxy, 200, invite);

        assertEquals(0, open(proxy, FIRST_BACKEND));
    }

    @Test
    void shouldNotCountWhatHasNoTransactionOfItsOwnOrWasNotSent() {
        final ProxyHarness proxy = with(Algorithm.WEIGHTED_HASH, FIRST_BACKEND);
        proxy.receive(request("CANCEL", "sip:bob@example.com", "call-1", "z9hG4bKa1", 1, ""))
                .sent();
        proxy.receive(request("ACK", "sip:bob@example.com", "call-2", "z9hG4bKa2", 1, ""))
                .sent();
        proxy.receive(request("BYE", "sip:bob@example.com", "call-3", "z9hG4bKa3", 1, ""))
                .sent();
        proxy.egress.refusing = true;
        proxy.receive(invite("call-4", "z9hG4bKa4"));

        assertEquals(0, open(proxy, FIRST_BACKEND));
    }

    @Test
    void shouldNoLongerCountWhatNobodyWaitsForAnyMore() {
        final ProxyHarness proxy = with(Algorithm.WEIGHTED_HASH, FIRST_BACKEND);
        call(proxy, 1);
        answer(proxy, 180, call(proxy, 2));
        assertEquals(2, open(proxy, FIRST_BACKEND));

        pass(proxy, Duration.ofSeconds(31));
        assertEquals(2, open(proxy, FIRST_BACKEND));
        pass(proxy, Duration.ofSeconds(3));
        assertEquals(1, open(proxy, FIRST_BACKEND));
        pass(proxy, Duration.ofSeconds(270));

        assertEquals(0, open(proxy, FIRST_BACKEND));
        assertEquals(2, proxy.count(ProxyCounter.EXPIRED));
    }

    @Test
    void shouldFindOpenTransactionsOfABackendThatWasRemovedAndAddedAgain() throws UnknownHostException {
        final ProxyHarness proxy = with(Algorithm.WEIGHTED_HASH, FIRST_BACKEND);
        final CapturingEgress.Sent first = call(proxy, 1);
        final CapturingEgress.Sent second = call(proxy, 2);

        proxy.balancer.control().remove(FIRST_BACKEND);
        answer(proxy, 200, first);
        proxy.balancer.control().add(BackendSpec.parse(FIRST_BACKEND));
        assertEquals(1, open(proxy, FIRST_BACKEND));
        answer(proxy, 200, second);
        call(proxy, 3);

        assertEquals(1, open(proxy, FIRST_BACKEND));
    }

    private static void pass(final ProxyHarness proxy, final Duration time) {
        for (long ms = 0; ms < time.toMillis(); ms += 50) {
            proxy.after(Duration.ofMillis(50));
        }
    }

    // Least of two

    @Test
    void shouldGiveACallToTheBackendWithFewerOpenTransactions() {
        final ProxyHarness proxy = with(Algorithm.LEAST_OF_TWO, FIRST_BACKEND, SECOND_BACKEND);
        for (int i = 0; i < 100; i++) {
            call(proxy, i);
        }

        // Nobody answers: with two backends the lesser one is always among the two.
        assertNear(50, open(proxy, FIRST_BACKEND), 1);
        assertNear(50, open(proxy, SECOND_BACKEND), 1);
        assertTrue(proxy.count(ProxyCounter.SECOND_CHOICES) > 10);
    }

    @Test
    void shouldCountOpenTransactionsAgainstWeight() {
        final ProxyHarness proxy = with(Algorithm.LEAST_OF_TWO, FIRST_BACKEND + ";weight=3", SECOND_BACKEND);
        for (int i = 0; i < 400; i++) {
            call(proxy, i);
        }

        assertNear(300, open(proxy, FIRST_BACKEND), 4);
        assertNear(100, open(proxy, SECOND_BACKEND), 4);
    }

    @ParameterizedTest
    @EnumSource(names = {"LEAST_OF_TWO", "PEAK_EWMA"})
    void shouldLeaveABackendAloneThatKeepsItsCallsWaiting(final Algorithm algorithm) {
        final ProxyHarness proxy = with(algorithm, FIRST_BACKEND, SECOND_BACKEND, THIRD_BACKEND);
        int waiting = 0;
        for (int i = 0; i < 300; i++) {
            final CapturingEgress.Sent invite = call(proxy, i);
            proxy.nowNs += 5_000_000;
            answer(proxy, 180, invite);
            if (invite.to().equals(address(FIRST_BACKEND))) {
                waiting++;
            } else {
                answer(proxy, 200, invite);
            }
        }

        // All ring equally soon. One call waits there, and the others have none: nobody is sent to it any more.
        assertEquals(1, waiting);
    }

    // Peak EWMA

    /** Calls one after the other, each answered after its backend's time; returns how many each backend got. */
    private static Map<InetSocketAddress, Integer> oneByOne(
            final ProxyHarness proxy, final int calls, final Map<InetSocketAddress, Duration> times) {
        final Map<InetSocketAddress, Integer> got = new HashMap<>();
        for (int i = 0; i < calls; i++) {
            final CapturingEgress.Sent invite = call(proxy, i);
            got.merge(invite.to(), 1, Integer::sum);
            proxy.nowNs += times.getOrDefault(invite.to(), Duration.ZERO).toNanos();
            answer(proxy, 200, invite);
            proxy.nowNs += 1_000_000;
        }
        return got;
    }

    @Test
    void shouldGiveASlowBackendFewerCalls() {
        final ProxyHarness proxy = with(Algorithm.PEAK_EWMA, FIRST_BACKEND, SECOND_BACKEND);

        final Map<InetSocketAddress, Integer> got = oneByOne(
                proxy,
                1_000,
                Map.of(
                        address(FIRST_BACKEND), Duration.ofMillis(200),
                        address(SECOND_BACKEND), Duration.ofMillis(5)));

        // After each answer it takes 10 s times ln(200 / (1.25 * 5)) = 35 s until it is tried again; the calls take 6
        // s.
        assertEquals(1, got.get(address(FIRST_BACKEND)));
    }

    @Test
    void shouldTryASlowBackendAgainAndBelieveItWhenItHasRecovered() {
        final ProxyHarness proxy = with(Algorithm.PEAK_EWMA, FIRST_BACKEND, SECOND_BACKEND);
        final Duration fast = Duration.ofMillis(5);
        oneByOne(proxy, 10, Map.of(address(FIRST_BACKEND), Duration.ofMillis(200), address(SECOND_BACKEND), fast));

        proxy.nowNs += Duration.ofSeconds(60).toNanos();
        final Map<InetSocketAddress, Integer> got =
                oneByOne(proxy, 400, Map.of(address(FIRST_BACKEND), fast, address(SECOND_BACKEND), fast));

        assertNear(200, got.getOrDefault(address(FIRST_BACKEND), 0), 40);
    }

    @Test
    void shouldNotTakeAQuickRefusalForAQuickAnswer() {
        final ProxyHarness proxy = ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND)
                .balancing(BalancingConfig.defaults().withAlgorithm(Algorithm.PEAK_EWMA))
                .health(HealthConfig.defaults()
                        .withProbes(Duration.ZERO, Duration.ofMillis(250))
                        .withEjection(EjectionConfig.defaults().withFailures(0))));
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            final CapturingEgress.Sent invite = call(proxy, i);
            if (invite.to().equals(address(FIRST_BACKEND))) {
                refused++;
                answer(proxy, 503, invite);
            } else {
                proxy.nowNs += 20_000_000;
                answer(proxy, 200, invite);
            }
        }

        // 8 s of calls; a refusal counts as half a second, which takes 10 s times ln(500 / (1.25 * 20)) = 30 s to
        // decay.
        assertEquals(1, refused);
    }

    /** 200 calls a second for a minute, each answered in its time while others begin. */
    @Test
    void shouldTryASlowBackendWithSingleCalls() {
        final ProxyHarness proxy = with(Algorithm.PEAK_EWMA, FIRST_BACKEND, SECOND_BACKEND);
        final PriorityQueue<Due> answers = new PriorityQueue<>(Comparator.comparingLong(Due::atNs));
        int slow = 0;
        for (int i = 0; i < 12_000; i++) {
            proxy.nowNs += 5_000_000;
            while (!answers.isEmpty() && answers.element().atNs() <= proxy.nowNs) {
                answer(proxy, 200, answers.remove().invite());
            }
            final CapturingEgress.Sent invite = call(proxy, i);
            final boolean isSlow = invite.to().equals(address(FIRST_BACKEND));
            slow += isSlow ? 1 : 0;
            answers.add(new Due(proxy.nowNs + (isSlow ? 1_000_000_000L : 2_000_000L), invite));
        }

        // Every 10 s times ln(1000 / (1.25 * 2)) = 60 s; the first one began when nothing was known.
        assertTrue(slow >= 1 && slow <= 3, "slow got " + slow);
    }

    private record Due(long atNs, CapturingEgress.Sent invite) {}

    @Test
    void shouldTellInvitesFromOtherRequests() {
        final ProxyHarness proxy = with(Algorithm.PEAK_EWMA, FIRST_BACKEND, SECOND_BACKEND);
        oneByOne(
                proxy,
                20,
                Map.of(
                        address(FIRST_BACKEND), Duration.ofMillis(200),
                        address(SECOND_BACKEND), Duration.ofMillis(5)));

        int first = 0;
        for (int i = 0; i < 200; i++) {
            final CapturingEgress.Sent message = proxy.receive(
                            request("MESSAGE", "sip:bob@example.com", "message-" + i, "z9hG4bKm" + i, 1, ""))
                    .sent();
            first += message.to().equals(address(FIRST_BACKEND)) ? 1 : 0;
            answer(proxy, 200, message);
        }

        assertNear(100, first, 30);
        // It is slow with INVITE only.
        assertEquals(1, status(proxy, FIRST_BACKEND).inviteFirstResponse().count());
        assertEquals(first, status(proxy, FIRST_BACKEND).otherFirstResponse().count());
        assertEquals(0, status(proxy, FIRST_BACKEND).registerFirstResponse().count());
    }

    // Shares

    @ParameterizedTest
    @EnumSource(names = {"LEAST_OF_TWO", "PEAK_EWMA"})
    void shouldShareAsTheWeightsSayCallForCallWhileNothingIsOpen(final Algorithm algorithm) {
        final String[] hundred = IntStream.rangeClosed(1, 100)
                .mapToObj(i -> "10.0.1." + i + ":5070;weight=" + i)
                .toArray(String[]::new);
        final ProxyHarness byHash = with(Algorithm.WEIGHTED_HASH, hundred);
        final ProxyHarness byLoad = with(algorithm, hundred);

        for (int i = 0; i < 5_000; i++) {
            final CapturingEgress.Sent expected = call(byHash, i);
            final CapturingEgress.Sent invite = call(byLoad, i);
            answer(byHash, 200, expected);
            answer(byLoad, 200, invite);
            assertEquals(expected.to(), invite.to());
        }
        assertEquals(0, byLoad.count(ProxyCounter.SECOND_CHOICES));
    }

    @ParameterizedTest
    @EnumSource
    void shouldLoadANewBackendSlowly(final Algorithm algorithm) throws UnknownHostException {
        final ProxyHarness proxy = with(algorithm, FIRST_BACKEND);
        pass(proxy, Duration.ofMillis(100));
        proxy.balancer.control().add(BackendSpec.parse(SECOND_BACKEND));

        final int early = callsTo(proxy, SECOND_BACKEND, "early");
        pass(proxy, Duration.ofSeconds(5));
        final int half = callsTo(proxy, SECOND_BACKEND, "half");
        pass(proxy, Duration.ofSeconds(6));
        final int full = callsTo(proxy, SECOND_BACKEND, "full");

        // A tenth, a half and a full weight against one other backend: 9 %, 33 %, 50 %.
        assertNear(90, early, 30);
        assertNear(333, half, 50);
        assertNear(500, full, 60);
    }

    private static int callsTo(final ProxyHarness proxy, final String backend, final String calls) {
        int got = 0;
        for (int i = 0; i < 1_000; i++) {
            final CapturingEgress.Sent invite =
                    proxy.receive(invite(calls + i, "z9hG4bK" + calls + i)).sent();
            got += invite.to().equals(address(backend)) ? 1 : 0;
            answer(proxy, 200, invite);
        }
        return got;
    }

    // What stays where it is

    @ParameterizedTest
    @EnumSource
    void shouldKeepAllThatBelongsToACallOnItsBackend(final Algorithm algorithm) {
        final ProxyHarness proxy = with(algorithm, FIRST_BACKEND, SECOND_BACKEND, THIRD_BACKEND);
        final List<CapturingEgress.Sent> invites = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            invites.add(call(proxy, i));
        }
        for (int i = 0; i < 200; i++) {
            final InetSocketAddress home = invites.get(i).to();
            final String id = "call-" + i;
            final String branch = "z9hG4bKa" + i;
            final String route = "Route: " + invites.get(i).header("Record-Route");

            assertEquals(home, proxy.receive(invite(id, branch)).sent().to(), "a retransmission");
            assertEquals(home, to(proxy, "CANCEL", id, branch, 1, ""), "CANCEL");
            answer(proxy, 407, invites.get(i));
            assertEquals(home, to(proxy, "ACK", id, branch, 1, "bob1"), "ACK of the refusal");
            assertEquals(home, to(proxy, "INVITE", id, "z9hG4bKb" + i, 2, ""), "again with credentials");
            assertEquals(home, to(proxy, "BYE", id, "z9hG4bKc" + i, 3, "bob1", route), "BYE by Record-Route");
            assertEquals(home, to(proxy, "ACK", id, "z9hG4bKd" + i, 2, "bob1"), "ACK of 200 without Route");
            assertEquals(home, to(proxy, "BYE", id, "z9hG4bKe" + i, 3, "bob1"), "BYE without Route");
        }
        assertEquals(200, proxy.count(ProxyCounter.NEW_CALLS) - 200);
    }

    private static InetSocketAddress to(
            final ProxyHarness proxy,
            final String method,
            final String callId,
            final String branch,
            final int cseq,
            final String toTag,
            final String... more) {
        return proxy.receive(request(method, "sip:bob@example.com", callId, branch, cseq, toTag, more))
                .sent()
                .to();
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendCancelAfterItsInviteThoughTheTransactionIsForgotten(final Algorithm algorithm) {
        final ProxyHarness proxy = with(algorithm, FIRST_BACKEND, SECOND_BACKEND, THIRD_BACKEND);
        for (int i = 0; i < 100; i++) {
            final CapturingEgress.Sent invite = call(proxy, i);

            // Another branch: as if nothing were remembered of the transaction.
            assertEquals(invite.to(), to(proxy, "CANCEL", "call-" + i, "z9hG4bKx" + i, 1, ""));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepRegistrationsOfAnAddressOfRecordTogether(final Algorithm algorithm) {
        for (final String rule : List.of(
                "call-id", "from-user", "to-user", "request-uri-user", "address-of-record", "header:X-Tenant")) {
            final ProxyHarness proxy = ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND, THIRD_BACKEND)
                    .affinity(AffinityRule.parse(rule))
                    .balancing(BalancingConfig.defaults().withAlgorithm(algorithm)));
            final Set<InetSocketAddress> all = new HashSet<>();
            for (int user = 0; user < 30; user++) {
                final Set<InetSocketAddress> homes = new HashSet<>();
                for (int device = 0; device < 10; device++) {
                    homes.add(proxy.receive(request(
                                            "REGISTER",
                                            "sip:example.com",
                                            "device-" + user + "-" + device,
                                            "z9hG4bKr" + user + "x" + device,
                                            1,
                                            "")
                                    .replace("From: <sip:alice@", "From: <sip:gateway" + device + "@")
                                    .replace("To: <sip:bob@", "To: <sip:user" + user + "@"))
                            .sent()
                            .to());
                }
                assertEquals(1, homes.size(), rule);
                all.addAll(homes);
            }
            assertEquals(3, all.size(), rule);
        }
    }

    @Test
    void shouldLeadCallsForAUserToWhereTheUserIsRegistered() {
        final ProxyHarness proxy = ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND, THIRD_BACKEND)
                .affinity(AffinityRule.parse("request-uri-user")));
        for (int i = 0; i < 50; i++) {
            final String user = "sip:user" + i + "@example.com";
            final InetSocketAddress home = proxy.receive(
                            request("REGISTER", "sip:example.com", "reg-" + i, "z9hG4bKr" + i, 1, "")
                                    .replace("sip:bob@example.com", user))
                    .sent()
                    .to();

            assertEquals(
                    home,
                    proxy.receive(request("INVITE", user, "call-" + i, "z9hG4bKa" + i, 1, ""))
                            .sent()
                            .to());
        }
    }

    @Test
    void shouldForgetAKeyThatIsNotMetForItsTime() {
        final ProxyHarness proxy = ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND)
                .affinity(AffinityRule.parse("from-user"))
                .balancing(BalancingConfig.defaults()
                        .withAlgorithm(Algorithm.LEAST_OF_TWO)
                        .withKeyHold(Duration.ofSeconds(60)))
                .health(HealthConfig.defaults().withProbes(Duration.ZERO, Duration.ofMillis(250))));
        final InetSocketAddress home = call(proxy, 1).to();
        for (int i = 2; i < 10; i++) {
            assertEquals(home, call(proxy, i).to(), "the same user, whatever is open");
        }

        pass(proxy, Duration.ofSeconds(62));
        final long kept = proxy.count(ProxyCounter.KEPT);
        call(proxy, 10);

        assertEquals(8, kept);
        assertEquals(kept, proxy.count(ProxyCounter.KEPT));
    }

    @Test
    void shouldGiveANewCallOfARememberedKeyAwayWhenItsBackendDrains() {
        final ProxyHarness proxy = ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND)
                .affinity(AffinityRule.parse("from-user"))
                .balancing(BalancingConfig.defaults().withAlgorithm(Algorithm.LEAST_OF_TWO)));
        final InetSocketAddress home = call(proxy, 1).to();
        proxy.balancer.control().drain(home.getHostString() + ":" + home.getPort());

        assertEquals(home, to(proxy, "BYE", "call-1", "z9hG4bKb", 2, "bob1"));
        assertNotEquals(home, call(proxy, 2).to());
    }

    // Limits

    @ParameterizedTest
    @EnumSource
    void shouldRefuseWith503AndRetryAfterWhenAllHaveAsMuchOpenAsTheyMay(final Algorithm algorithm) {
        final ProxyHarness proxy =
                with(BalancingConfig.defaults().withAlgorithm(algorithm).withOpenMax(3), FIRST_BACKEND, SECOND_BACKEND);
        final List<CapturingEgress.Sent> invites = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            invites.add(call(proxy, i));
        }
        assertEquals(3, open(proxy, FIRST_BACKEND));
        assertEquals(3, open(proxy, SECOND_BACKEND));

        final CapturingEgress.Sent refusal = call(proxy, 6);
        assertEquals("SIP/2.0 503 Service Unavailable", refusal.firstLine());
        assertEquals("5", refusal.header("Retry-After"));
        assertEquals(1, proxy.count(ProxyCounter.REFUSED_AT_LIMIT));
        assertEquals(0, proxy.count(ProxyCounter.REFUSED_NO_BACKEND));

        answer(proxy, 200, invites.get(2));
        assertEquals(invites.get(2).to(), call(proxy, 7).to());
    }

    @ParameterizedTest
    @EnumSource
    void shouldNeverRefuseWhatBelongsToACallBecauseOfALimit(final Algorithm algorithm) {
        final ProxyHarness proxy =
                with(BalancingConfig.defaults().withAlgorithm(algorithm).withOpenMax(1), FIRST_BACKEND, SECOND_BACKEND);
        final CapturingEgress.Sent first = call(proxy, 1);
        final CapturingEgress.Sent second = call(proxy, 2);
        assertNotEquals(first.to(), second.to());

        assertEquals(first.to(), call(proxy, 1).to(), "a retransmission");
        assertEquals(second.to(), to(proxy, "CANCEL", "call-2", "z9hG4bKa2", 1, ""));
        assertEquals(second.to(), to(proxy, "BYE", "call-2", "z9hG4bKb2", 2, "bob1"), "spilled or not");
        assertEquals(
                first.to(),
                to(proxy, "INVITE", "call-1", "z9hG4bKc1", 3, "bob1", "Route: " + first.header("Record-Route")),
                "re-INVITE");
    }

    @Test
    void shouldRememberWhereACallWentThatItsOwnBackendHadNoRoomFor() {
        final ProxyHarness proxy =
                with(BalancingConfig.defaults().withOpenMax(2), FIRST_BACKEND, SECOND_BACKEND, THIRD_BACKEND);
        final List<InetSocketAddress> homes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            homes.add(call(proxy, i).to());
        }

        assertTrue(proxy.count(ProxyCounter.SPILLED) > 0);
        for (int i = 0; i < 6; i++) {
            assertEquals(homes.get(i), to(proxy, "BYE", "call-" + i, "z9hG4bKb" + i, 2, "bob1"));
        }
    }

    @Test
    void shouldRefuseARegistrationRatherThanMoveIt() {
        final ProxyHarness proxy = with(BalancingConfig.defaults().withOpenMax(1), FIRST_BACKEND, SECOND_BACKEND);
        final String register = request("REGISTER", "sip:example.com", "reg-1", "z9hG4bKr1", 1, "");
        final CapturingEgress.Sent first = proxy.receive(register).sent();

        final CapturingEgress.Sent refusal =
                proxy.receive(register.replace("z9hG4bKr1", "z9hG4bKr2")).sent();
        answer(proxy, 200, first);
        final CapturingEgress.Sent again =
                proxy.receive(register.replace("z9hG4bKr1", "z9hG4bKr3")).sent();

        assertEquals("SIP/2.0 503 Service Unavailable", refusal.firstLine());
        assertEquals(first.to(), again.to());
    }

    @Test
    void shouldTakeABackendsOwnLimitBeforeThatOfAll() {
        final ProxyHarness proxy =
                with(BalancingConfig.defaults().withOpenMax(2), FIRST_BACKEND + ";open-max=5", SECOND_BACKEND);
        for (int i = 0; i < 20; i++) {
            call(proxy, i);
        }

        assertEquals(5, open(proxy, FIRST_BACKEND));
        assertEquals(2, open(proxy, SECOND_BACKEND));
        assertEquals(5, status(proxy, FIRST_BACKEND).openMax());
        assertEquals(13, proxy.count(ProxyCounter.REFUSED_AT_LIMIT));
    }
}
