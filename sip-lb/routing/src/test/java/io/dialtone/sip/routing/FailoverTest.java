package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.FIRST_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.SECOND_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.address;
import static io.dialtone.sip.routing.ProxyHarness.invite;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.AffinityRule;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Backends that die, return, are drained, added and removed while calls run. Time is moved by hand. */
final class FailoverTest {
    private final ProxyHarness proxy = ProxyHarness.withBackends(FIRST_BACKEND, SECOND_BACKEND);
    private final Set<InetSocketAddress> dead = new HashSet<>();

    /** Lets time pass; living backends answer their probes. */
    private void pass(final Duration time) {
        final long endNs = proxy.nowNs + time.toNanos();
        while (proxy.nowNs < endNs) {
            proxy.after(Duration.ofMillis(10));
            for (final CapturingEgress.Sent sent : List.copyOf(proxy.egress.sent)) {
                if (sent.firstLine().startsWith("OPTIONS ")) {
                    proxy.egress.sent.remove(sent);
                    if (!dead.contains(sent.to())) {
                        proxy.receive(response(200, sent), sent.to());
                    }
                }
            }
        }
    }

    private BackendState state(final String name) {
        return status(name).state();
    }

    private BackendStatus status(final String name) {
        return proxy.balancer.control().list().stream()
                .filter(b -> b.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** A call that the first backend gets. */
    private String callOf(final String backend) {
        for (int i = 0; ; i++) {
            final String callId = "searching-" + backend + "-" + i;
            if (proxy.receive(invite(callId, "z9hG4bKs" + i)).sent().to().equals(address(backend))) {
                return callId;
            }
        }
    }

    @Test
    void shouldProbeEveryBackendAndAcceptAnyAnswer() {
        proxy.after(Duration.ofMillis(1)).after(Duration.ofMillis(500));

        final List<CapturingEgress.Sent> probes = List.copyOf(proxy.egress.sent);
        assertTrue(probes.stream()
                .map(CapturingEgress.Sent::to)
                .toList()
                .containsAll(List.of(address(FIRST_BACKEND), address(SECOND_BACKEND))));
        final CapturingEgress.Sent probe = probes.getFirst();
        assertEquals("OPTIONS sip:10.0.0.1:5070 SIP/2.0", probe.firstLine());
        assertEquals("70", probe.header("Max-Forwards"));
        assertTrue(probe.header("From").contains(";tag="));

        proxy.egress.sent.clear();
        proxy.receive(response(500, probe), probe.to());
        proxy.egress.nothing();
        assertEquals(1, proxy.count(ProxyCounter.PROBES_ANSWERED));
        final String branch = probe.branch();
        final String forged = branch.substring(0, branch.length() - 1) + (branch.endsWith("a") ? "b" : "a");
        proxy.receive(response(200, probe).replace(branch, forged), probe.to());
        assertEquals(1, proxy.count(ProxyCounter.PROBES_ANSWERED));
    }

    @Test
    void shouldGiveARetransmittedInviteOfADeadBackendToTheOtherWithinTwoSeconds() {
        pass(Duration.ofSeconds(2));
        final String victim = FIRST_BACKEND;
        final String callId = callOf(victim);
        dead.add(address(victim));
        final long diedNs = proxy.nowNs;
        proxy.receive(invite("new-" + callId, "z9hG4bKn"));
        proxy.egress.sent.clear();

        // Timer A: 0.5 s, 1.5 s.
        pass(Duration.ofMillis(500));
        proxy.receive(invite(callId, "z9hG4bKs" + callId.replaceAll(".*-", "")));
        proxy.egress.sent.clear();
        pass(Duration.ofSeconds(1));
        assertEquals(BackendState.DOWN, state(victim));
        final CapturingEgress.Sent again = proxy.receive(invite(callId, "z9hG4bKs" + callId.replaceAll(".*-", "")))
                .sent();

        assertEquals(address(SECOND_BACKEND), again.to());
        assertTrue(proxy.nowNs - diedNs < 2_000_000_000L);
        assertEquals(1, proxy.count(ProxyCounter.FAILED_OVER));

        // From now on the transaction is the other's, CANCEL and ACK included.
        final String branch = "z9hG4bKs" + callId.replaceAll(".*-", "");
        assertEquals(
                address(SECOND_BACKEND),
                proxy.receive(request("CANCEL", "sip:bob@example.com", callId, branch, 1, ""))
                        .sent()
                        .to());
        assertEquals(
                address(SECOND_BACKEND),
                proxy.receive(request("ACK", "sip:bob@example.com", callId, branch, 1, "x"))
                        .sent()
                        .to());
    }

    @Test
    void shouldCountATransactionWhereItWentInTheEnd() {
        pass(Duration.ofSeconds(1));
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        dead.add(invite.to());
        pass(Duration.ofSeconds(2));
        final CapturingEgress.Sent again =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        assertNotEquals(invite.to(), again.to());
        assertEquals(0, status(nameOf(invite)).open());
        assertEquals(1, status(nameOf(again)).open());
        assertEquals(0, proxy.count(ProxyCounter.MEMORY_OVERRUN));
    }

    private static String nameOf(final CapturingEgress.Sent sent) {
        return sent.to().getHostString() + ":" + sent.to().getPort();
    }

    @Test
    void shouldSendNoNewCallToADeadBackendButItsDialogsStill() {
        pass(Duration.ofSeconds(1));
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final InetSocketAddress home = invite.to();
        proxy.receive(response(200, invite), home).sent();
        dead.add(home);
        pass(Duration.ofSeconds(2));

        for (int i = 0; i < 50; i++) {
            assertNotEquals(
                    home,
                    proxy.receive(invite("after-" + i, "z9hG4bKb" + i)).sent().to());
        }
        final CapturingEgress.Sent bye = proxy.receive(request(
                        "BYE",
                        "sip:bob@example.com",
                        "call-1",
                        "z9hG4bKa2",
                        2,
                        "bob1",
                        "Route: " + invite.header("Record-Route")))
                .sent();
        assertEquals(home, bye.to());
        assertEquals(1, proxy.count(ProxyCounter.IN_DIALOG_TO_DOWN));
    }

    @Test
    void shouldNotMoveAnInviteThatWasAnsweredByAProvisionalResponse() {
        pass(Duration.ofSeconds(1));
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        proxy.receive(response(180, invite), invite.to()).sent();
        dead.add(invite.to());
        pass(Duration.ofSeconds(2));

        assertEquals(
                invite.to(), proxy.receive(invite("call-1", "z9hG4bKa1")).sent().to());
    }

    @Test
    void shouldLoadAReturningBackendSlowlyAndThenFully() {
        pass(Duration.ofSeconds(1));
        dead.add(address(FIRST_BACKEND));
        pass(Duration.ofSeconds(3));
        assertEquals(BackendState.DOWN, state(FIRST_BACKEND));
        assertEquals(1, status(FIRST_BACKEND).timesDown());

        dead.clear();
        pass(Duration.ofMillis(700));
        assertEquals(BackendState.SLOW_START, state(FIRST_BACKEND));
        final int early = share(FIRST_BACKEND, "early");
        pass(Duration.ofSeconds(5));
        final int half = share(FIRST_BACKEND, "half");
        pass(Duration.ofSeconds(5));
        assertEquals(BackendState.UP, state(FIRST_BACKEND));
        final int full = share(FIRST_BACKEND, "full");

        // A tenth, a half and a full weight against one other backend: 9 %, 33 %, 50 %.
        assertTrue(early > 20 && early < 200, "early " + early);
        assertTrue(half > 250 && half < 450, "half " + half);
        assertTrue(full > 420 && full < 580, "full " + full);
    }

    private int share(final String backend, final String calls) {
        int share = 0;
        for (int i = 0; i < 1000; i++) {
            final CapturingEgress.Sent invite =
                    proxy.receive(invite(calls + i, "z9hG4bK" + calls + i)).sent();
            if (invite.to().equals(address(backend))) {
                share++;
            }
            // Someone answers, or the silence would be held against it.
            proxy.receive(response(200, invite), invite.to()).sent();
        }
        return share;
    }

    @Test
    void shouldKeepARunningTransactionWhereItIsWhileSharesGrow() throws UnknownHostException {
        pass(Duration.ofSeconds(1));
        proxy.balancer.control().add(BackendSpec.parse("10.0.0.3:5070"));
        final List<CapturingEgress.Sent> invites = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            invites.add(proxy.receive(invite("call-" + i, "z9hG4bKa" + i)).sent());
            proxy.receive(response(180, invites.getLast()), invites.getLast().to())
                    .sent();
        }
        pass(Duration.ofSeconds(11));

        for (int i = 0; i < 200; i++) {
            final CapturingEgress.Sent cancel = proxy.receive(
                            request("CANCEL", "sip:bob@example.com", "call-" + i, "z9hG4bKa" + i, 1, ""))
                    .sent();
            assertEquals(invites.get(i).to(), cancel.to());
            assertEquals(invites.get(i).branch(), cancel.branch());
        }
    }

    @Test
    void shouldServeDialogsButNoNewCallsWhileDraining() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String home = invite.to().getHostString() + ":" + invite.to().getPort();

        assertTrue(proxy.balancer.control().drain(home));

        assertEquals(BackendState.DRAINING, state(home));
        assertEquals(0, status(home).sharePercent());
        for (int i = 0; i < 50; i++) {
            assertNotEquals(
                    invite.to(),
                    proxy.receive(invite("after-" + i, "z9hG4bKb" + i)).sent().to());
        }
        assertEquals(
                invite.to(), proxy.receive(invite("call-1", "z9hG4bKa1")).sent().to());
        assertEquals(
                invite.to(),
                proxy.receive(request(
                                "BYE",
                                "sip:bob@example.com",
                                "call-1",
                                "z9hG4bKa2",
                                2,
                                "bob1",
                                "Route: " + invite.header("Record-Route")))
                        .sent()
                        .to());

        assertTrue(proxy.balancer.control().undrain(home));
        assertEquals(BackendState.SLOW_START, state(home));
        pass(Duration.ofSeconds(11));
        assertEquals(BackendState.UP, state(home));
        assertFalse(proxy.balancer.control().drain("10.9.9.9:1"));
    }

    @Test
    void shouldKeepAHeaderRulesCancelWithItsInviteThoughItLacksTheHeader() {
        final ProxyHarness byHeader =
                ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND, "10.0.0.3:5070")
                        .affinity(AffinityRule.parse("header:X-Tenant")));
        for (int i = 0; i < 50; i++) {
            final CapturingEgress.Sent invite = byHeader.receive(request(
                            "INVITE", "sip:bob@example.com", "call-" + i, "z9hG4bKa" + i, 1, "", "X-Tenant: t" + i))
                    .sent();
            final CapturingEgress.Sent cancel = byHeader.receive(
                            request("CANCEL", "sip:bob@example.com", "call-" + i, "z9hG4bKa" + i, 1, ""))
                    .sent();
            assertEquals(invite.to(), cancel.to());
        }
    }

    @Test
    void shouldChangeBackendsWhileItRuns() throws UnknownHostException {
        final BackendControl control = proxy.balancer.control();

        control.add(BackendSpec.parse("10.0.0.3:5070;weight=5"));
        assertEquals(3, control.list().size());
        assertEquals(BackendState.SLOW_START, state("10.0.0.3:5070"));
        assertThrows(IllegalArgumentException.class, () -> control.add(BackendSpec.parse("10.0.0.3:5070")));
        assertTrue(control.weight("10.0.0.3:5070", 7));
        assertEquals(7, status("10.0.0.3:5070").weight());
        assertThrows(IllegalArgumentException.class, () -> control.weight("10.0.0.3:5070", 0));
        assertTrue(control.remove("10.0.0.3:5070"));
        assertFalse(control.remove("10.0.0.3:5070"));

        final List<BackendSpec> wanted = List.of(BackendSpec.parse(SECOND_BACKEND), BackendSpec.parse("10.0.0.4:5070"));
        assertEquals(2, control.replaceAll(wanted));
        assertEquals(0, control.replaceAll(wanted));
        assertEquals(
                List.of(SECOND_BACKEND, "10.0.0.4:5070"),
                control.list().stream().map(BackendStatus::name).toList());
        assertThrows(
                IllegalArgumentException.class,
                () -> control.replaceAll(
                        List.of(BackendSpec.parse(SECOND_BACKEND), BackendSpec.parse(SECOND_BACKEND))));
        assertEquals(2, control.list().size());
    }

    @Test
    void shouldSendADialogOfARemovedBackendWhereAffinitySays() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        proxy.balancer
                .control()
                .remove(invite.to().getHostString() + ":" + invite.to().getPort());

        final CapturingEgress.Sent bye = proxy.receive(request(
                        "BYE",
                        "sip:bob@example.com",
                        "call-1",
                        "z9hG4bKa2",
                        2,
                        "bob1",
                        "Route: " + invite.header("Record-Route")))
                .sent();

        assertNotEquals(invite.to(), bye.to());
    }

    @Test
    void shouldMeasureHowLongBackendsTake() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        proxy.nowNs += 20_000_000;
        proxy.receive(response(180, invite), invite.to()).sent();
        proxy.nowNs += 80_000_000;
        proxy.receive(response(200, invite), invite.to()).sent();
        proxy.receive(response(200, invite), invite.to()).sent();

        final ProxyStatus status = proxy.balancer.status();
        assertEquals(1, status.inviteFirstResponse().count());
        assertEquals(20e6, (double) status.inviteFirstResponse().percentileNs(50), 3e6);
        assertEquals(1, status.inviteFinalResponse().count());
        assertEquals(100e6, (double) status.inviteFinalResponse().percentileNs(99), 13e6);
        final BackendStatus backend = status.backends().stream()
                .filter(b -> b.requests() > 0)
                .findFirst()
                .orElseThrow();
        assertEquals(1, backend.requests());
        assertEquals(3, backend.responses());
        assertEquals(1, backend.newCalls());
        assertEquals(1, backend.firstResponse().count());
    }
}
