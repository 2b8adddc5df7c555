package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import io.dialtone.runtime.demo.Failure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What backends do decides what they get: slow ones, and those that refuse. */
class BalancerChoiceTest {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final int CALLS = 400;
    private static final int CALLS_PER_SECOND = 50;

    @RegisterExtension
    final Stage stage = new Stage();

    /**
     * The slow backend needs 400 ms for the first response, below the first retransmission. By hash it gets half of the calls whatever it does; by response
     * time a few, by which it is tried again now and then. A quarter lies far from both.
     */
    @Test
    void shouldGiveASlowBackendFewerCallsByResponseTimeThanByHash() {
        final SippRun slow = SippRun.named(stage, "uas-slow")
                .scenario("uas-slow")
                .with("PAUSE", "400")
                .answers();
        final SippRun fast = SippRun.named(stage, "uas-fast").scenario("uas").answers();

        final long byHash = callsToFirst("weighted-hash", slow, fast);
        final long byResponseTime = callsToFirst("peak-ewma", slow, fast);

        assertTrue(byHash > CALLS / 4, () -> "by hash the slow backend got " + byHash + " of " + CALLS);
        assertTrue(byResponseTime < CALLS / 4, () -> "by response time it got " + byResponseTime + " of " + CALLS);
        assertTrue(byResponseTime > 0, "it is tried at all");
    }

    /** All calls succeed, and all that belongs to a call finds its backend. */
    private long callsToFirst(final String algorithm, final SippRun slow, final SippRun fast) {
        final Balancer balancer = Balancer.start(
                stage,
                List.of(slow.address(), fast.address()),
                "--algorithm",
                algorithm,
                // A stall of the machine is forgotten after some seconds.
                "--latency-decay",
                "1s");
        final SippRun uac = SippRun.named(stage, "uac-" + algorithm)
                .scenario("uac")
                // No retransmissions: on a machine that stalls, 400 ms become more than T1.
                .option("-d", "200", "-nr")
                .calls(balancer.address(), CALLS_PER_SECOND, CALLS);
        assertEquals(0, uac.awaitEnd(Duration.ofSeconds(60)), uac::toString);

        final long ofSlow = balancer.backend(slow.address()).path("newCalls").asLong();
        final long ofFast = balancer.backend(fast.address()).path("newCalls").asLong();
        assertEquals(CALLS, ofSlow + ofFast);
        assertEquals(0, balancer.backend(slow.address()).path("open").asLong(-1), balancer::toString);
        assertEquals(0, balancer.backend(fast.address()).path("open").asLong(-1), balancer::toString);
        assertEquals(ofSlow, (long) balancer.metric(
                "dialtone_sip_lb_backend_first_response_seconds_count",
                "backend=\"" + slow.address() + "\"",
                "class=\"invite\""));
        return ofSlow;
    }

    @Test
    void shouldEjectABackendThatRefusesWith503() {
        final SippRun refusing = refusing();
        final SippRun serving = SippRun.named(stage, "uas").scenario("uas").answers();
        final Balancer balancer =
                Balancer.start(stage, List.of(refusing.address(), serving.address()), "--eject-time", "2m");
        final RunningCalls calls = calls(balancer);

        balancer.awaitBackendState(refusing.address(), "EJECTED", SOON);
        final long refused =
                balancer.backend(refusing.address()).path("newCalls").asLong();
        final long served = balancer.backend(serving.address()).path("newCalls").asLong();
        Await.until(
                "the other one has had 300 calls more",
                SOON,
                () -> balancer.backend(serving.address()).path("newCalls").asLong() >= served + 300,
                balancer::toString);
        assertEquals("EJECTED", balancer.backendState(refusing.address()));
        assertEquals(
                refused, balancer.backend(refusing.address()).path("newCalls").asLong());
        calls.stop();
        final CallReport report = calls.awaitEnd();

        assertTrue(refused >= 5, "five in a row");
        assertEquals(refused, report.count(Failure.INVITE_REFUSED), report::toText);
        assertEquals(report.attempted() - refused, report.answered(), report::toText);
        assertEquals(1, balancer.counter("backends.ejected"));
        assertEquals(0, balancer.counter("backends.down"));
    }

    @Test
    void shouldTryAnEjectedBackendAgain() {
        final SippRun refusing = refusing();
        final SippRun serving = SippRun.named(stage, "uas").scenario("uas").answers();
        final Balancer balancer = Balancer.start(
                stage, List.of(refusing.address(), serving.address()), "--eject-time", "500ms", "--slow-start", "1s");
        final RunningCalls calls = calls(balancer);

        Await.until(
                "it was ejected, tried and ejected again",
                Duration.ofSeconds(30),
                () -> balancer.backend(refusing.address()).path("timesEjected").asLong() >= 2,
                balancer::toString);
        calls.stop();
        calls.awaitEnd();

        assertEquals(0, balancer.backend(serving.address()).path("timesEjected").asLong());
    }

    /** Answers probes with 200, and every call with 503. */
    private SippRun refusing() {
        return SippRun.named(stage, "uas-refusing")
                .scenario("uas-refuse")
                .with("STATUS_LINE", "503 Service Unavailable")
                .with("EXTRA", "Retry-After: 5")
                .answers();
    }

    private RunningCalls calls(final Balancer balancer) {
        return RunningCalls.start(
                stage,
                CallLoad.to(RunningCalls.loopback(balancer.port()))
                        .withInDialogEvery(0)
                        .withRate(100)
                        .withSeconds(40)
                        .withHoldMs(100));
    }
}
