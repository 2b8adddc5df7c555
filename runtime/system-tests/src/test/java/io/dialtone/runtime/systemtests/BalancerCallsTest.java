package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SIPp on both sides of {@code dialtone sip-lb}: every kind of call must come out as it would without a balancer. */
class BalancerCallsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldCarryCallsToBothBackendsWithoutAFailure() {
        final SippRun one = SippRun.named(stage, "uas-1").scenario("uas").answers();
        final SippRun two = SippRun.named(stage, "uas-2").scenario("uas").answers();
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()));

        final SippRun uac =
                SippRun.named(stage, "uac").scenario("uac").option("-d", "300").calls(balancer.address(), 200, 2000);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(2000, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertBothUsed(one, two, 2000);
        assertEquals(0, balancer.counter("tokens.forged"));
        assertEquals(4000, balancer.counter("in-dialog.by-token") + balancer.counter("in-dialog.by-address"));
    }

    /** With scenarios from elsewhere: {@code -Ddialtone.scenarios=DIR} names a directory with uac.xml and uas.xml. */
    @Test
    void shouldCarryCallsOfGivenScenarios() {
        final String directory = System.getProperty("dialtone.scenarios", "");
        Assumptions.assumeFalse(directory.isEmpty(), "SKIPPED: no -Ddialtone.scenarios=DIR given");
        final Path uacFile = Path.of(directory, "uac.xml");
        final Path uasFile = Path.of(directory, "uas.xml");
        assertTrue(Files.exists(uacFile) && Files.exists(uasFile));
        final SippRun one = SippRun.named(stage, "uas-1").scenario(uasFile).answers();
        final SippRun two = SippRun.named(stage, "uas-2").scenario(uasFile).answers();
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()));

        final SippRun uac = SippRun.named(stage, "uac").scenario(uacFile).calls(balancer.address(), 200, 2000);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(2000, balancer.counter("dispatched.new"), "each call was dispatched once");
        // A scenario that knows no OPTIONS leaves its backend suspect, and in use.
        assertNotEquals("DOWN", balancer.backendState(one.address()));
        assertNotEquals("DOWN", balancer.backendState(two.address()));
    }

    @Test
    void shouldKeepEveryRequestOfADialogOnItsBackend() {
        final SippRun one =
                SippRun.named(stage, "uas-1").scenario("uas-reinvite").answers();
        final SippRun two =
                SippRun.named(stage, "uas-2").scenario("uas-reinvite").answers();
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-d", "200")
                .calls(balancer.address(), 50, 200);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(200, uac.successful());
        assertBothUsed(one, two, 400); // INVITE and re-INVITE
        assertEquals(200, one.messagesOfAll("_INFO_Recv") + two.messagesOfAll("_INFO_Recv"));
    }

    @Test
    void shouldLeadCancelToTheBackendThatRings() {
        final SippRun one = SippRun.named(stage, "uas-1").scenario("uas-cancel").answers();
        final SippRun two = SippRun.named(stage, "uas-2").scenario("uas-cancel").answers();
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()));

        final SippRun uac = SippRun.named(stage, "uac").scenario("uac-cancel").calls(balancer.address(), 50, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
        assertBothUsed(one, two, 100);
        assertEquals(100, one.messagesOfAll("_CANCEL_Recv") + two.messagesOfAll("_CANCEL_Recv"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "486 Busy Here,          X-Test: busy",
        "404 Not Found,          X-Test: gone",
        "302 Moved Temporarily,  Contact: <sip:elsewhere@192.0.2.7>"
    })
    void shouldPassARefusalBackAndItsAckForth(final String statusLine, final String extra) {
        final SippRun one = refusing("uas-1", statusLine, extra);
        final SippRun two = refusing("uas-2", statusLine, extra);
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-refused")
                .with("STATUS", statusLine.substring(0, 3))
                .traced()
                .calls(balancer.address(), 50, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
        assertTrue(uac.trace().contains(extra.strip()), "the refusal arrives whole");
        // No retransmission means that every ACK found its way to the backend that had refused.
        assertBothUsed(one, two, 100);
        assertEquals(0, one.retransmissions() + two.retransmissions());
    }

    private SippRun refusing(final String name, final String statusLine, final String extra) {
        return SippRun.named(stage, name)
                .scenario("uas-refuse")
                .with("STATUS_LINE", statusLine.strip())
                .with("EXTRA", extra.strip())
                .answers();
    }

    @Test
    void shouldSendRetransmissionsOfACallToTheSameBackend() {
        final SippRun one = SippRun.named(stage, "uas-1").scenario("uas-lossy").answers();
        final SippRun two = SippRun.named(stage, "uas-2").scenario("uas-lossy").answers();
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac")
                .option("-max_retrans", "12", "-max_invite_retrans", "12")
                .calls(balancer.address(), 50, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
        assertTrue(uac.retransmissions() > 20, "some INVITE and BYE were lost on purpose");
        assertBothUsed(one, two, 100);
    }

    @Test
    void shouldLeaveAnUnansweredCallToTheCallersTimers() {
        final SippRun silent =
                SippRun.named(stage, "uas").scenario("uas-silent").answers();
        final Balancer balancer = Balancer.start(stage, List.of(silent.address()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-unanswered")
                .option("-max_invite_retrans", "3", "-nd")
                .calls(balancer.address(), 20, 20);

        assertEquals(1, uac.awaitEnd(LONG_ENOUGH), "SIPp counts a call without an answer as failed");
        assertEquals(20, uac.figure("FailedMaxUDPRetrans(C)"));
        // Its probes are answered, so one-sided silence takes no backend out of use.
        assertEquals("UP", balancer.backendState(silent.address()).replace("SUSPECT", "UP"));
        assertEquals(80, balancer.counter("requests.forwarded"));
        assertEquals(0, balancer.counter("responses.forwarded"));
    }

    @Test
    void shouldServeACalleeBehindAStrictRouter() {
        final SippRun one = SippRun.named(stage, "uas-1").scenario("uas-strict").answers();
        final Balancer balancer = Balancer.start(stage, List.of(one.address()));

        final SippRun uac = SippRun.named(stage, "uac").scenario("uac").calls(balancer.address(), 20, 40);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(40, uac.successful());
        assertEquals(0, one.finish().failed(), one::toString);
    }

    @Test
    void shouldServeCallsOverIpv6() {
        Assumptions.assumeTrue(hasIpv6(), "SKIPPED: no IPv6 loopback here");
        final SippRun one =
                SippRun.named(stage, "uas-1").scenario("uas").host("::1").answers();
        final SippRun two =
                SippRun.named(stage, "uas-2").scenario("uas").host("::1").answers();
        final Balancer balancer = Balancer.start(stage, "::1", Ports.free(), List.of(one.address(), two.address()));

        final SippRun uac =
                SippRun.named(stage, "uac").scenario("uac").host("::1").calls(balancer.address(), 50, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
        assertBothUsed(one, two, 100);
    }

    @Test
    void shouldCarryCallsFromIpv6ToIpv4Backends() {
        Assumptions.assumeTrue(hasIpv6(), "SKIPPED: no IPv6 loopback here");
        final SippRun one = SippRun.named(stage, "uas-1").scenario("uas").answers();
        final SippRun two =
                SippRun.named(stage, "uas-2").scenario("uas").host("::1").answers();
        final Balancer balancer = Balancer.start(
                stage,
                "::1",
                Ports.free(),
                List.of(one.address(), two.address()),
                "--listen",
                "udp:127.0.0.1:" + Ports.free());

        final SippRun uac =
                SippRun.named(stage, "uac").scenario("uac").host("::1").calls(balancer.address(), 50, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
        assertBothUsed(one, two, 100);
    }

    private static boolean hasIpv6() {
        return Files.exists(Path.of("/proc/net/if_inet6")) && Ports.canBind("::1");
    }

    /** Both backends took a fair part, and neither saw a message that did not belong to it. */
    private static void assertBothUsed(final SippRun one, final SippRun two, final long invites) {
        Stream.of(one, two).forEach(SippRun::finish);
        final long first = one.messagesOfAll("_INVITE_Recv");
        final long second = two.messagesOfAll("_INVITE_Recv");
        assertEquals(invites, first + second, () -> one + "\n" + two);
        assertTrue(first > invites / 4 && second > invites / 4, () -> "spread " + first + " : " + second);
        assertEquals(0, one.failed() + one.unexpected(), one::toString);
        assertEquals(0, two.failed() + two.unexpected(), two::toString);
    }
}
