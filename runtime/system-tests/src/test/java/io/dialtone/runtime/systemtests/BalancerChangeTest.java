package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import io.dialtone.runtime.demo.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Backends that die, return, are drained, added and taken away, while calls run. */
class BalancerChangeTest {
    /** The answering side rings for about a millisecond. */
    private static final int RINGING_AT_KILL_MAX = 3;

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final boolean FULL = "full".equals(System.getProperty("dialtone.load"));
    private static final int CALLS_PER_SECOND = FULL ? 500 : 200;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldGiveNewCallsOfAKilledBackendToTheOtherWithinTwoSeconds() {
        final SippRun one = answering("uas-1");
        final SippRun two = answering("uas-2");
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()), "--slow-start", "4s");
        final RunningCalls calls = RunningCalls.start(
                stage,
                CallLoad.to(RunningCalls.loopback(balancer.port()))
                        .withInDialogEvery(0)
                        .withRate(CALLS_PER_SECOND)
                        .withSeconds(14)
                        .withHoldMs(300)
                        // A BYE to the killed backend gets no answer; 5 s are enough to know.
                        .withTimers(CallLoad.Timers.RFC_3261.givingUpAfterNs(5_000_000_000L)));

        awaitNewCalls(balancer, one, CALLS_PER_SECOND / 2);
        awaitNewCalls(balancer, two, CALLS_PER_SECOND / 2);
        final long callsOfOneAtKill =
                balancer.backend(one.address()).path("newCalls").asLong();
        one.process().kill9();
        balancer.awaitBackendState(one.address(), "DOWN", Duration.ofSeconds(3));
        final long callsOfOneWhenDown =
                balancer.backend(one.address()).path("newCalls").asLong();
        awaitNewCalls(
                balancer, two, balancer.backend(two.address()).path("newCalls").asLong() + CALLS_PER_SECOND);
        assertEquals(
                callsOfOneWhenDown,
                balancer.backend(one.address()).path("newCalls").asLong());

        final SippRun again = SippRun.named(stage, "uas-1-again")
                .scenario("uas")
                .port(one.port())
                .answers();
        balancer.awaitBackendState(again.address(), "SLOW_START", SOON);
        assertTrue(balancer.backend(again.address()).path("sharePercent").asInt() < 100);
        balancer.awaitBackendState(again.address(), "UP", SOON);
        final CallReport report = calls.awaitEnd();

        // Every call was answered, those on their way to the dead backend by the other, after one or two
        // retransmissions.
        // One that rang there already is nobody else's to answer: its INVITE is not sent again (RFC 3261 section
        // 17.1.1.2).
        final long rangThere = report.count(Failure.INVITE_TIMEOUT);
        assertTrue(rangThere <= RINGING_AT_KILL_MAX, report::toText);
        assertEquals(0, report.count(Failure.INVITE_REFUSED), report::toText);
        assertEquals(report.attempted(), report.answered() + rangThere, report::toText);
        assertTrue(report.setupNs(100) < 2_000_000_000L, report::toText);
        // Only calls that lived on the dead backend were lost.
        assertEquals(0, report.lostBy().getOrDefault(two.address(), 0L), report::toText);
        final long livedThere = callsOfOneWhenDown - callsOfOneAtKill + CALLS_PER_SECOND;
        assertTrue(report.lostBy().getOrDefault(one.address(), 0L) <= livedThere, report::toText);
        assertTrue(again.finish().successful() > 0, again::toString);
        assertEquals(0, again.messagesOfAll("_INVITE_Unexp"), again::toString);
        assertEquals(0, two.finish().failed() + two.unexpected(), two::toString);
    }

    @Test
    void shouldServeDialogsOfADrainedBackendButGiveItNoNewCalls() {
        final SippRun one = answering("uas-1");
        final SippRun two = answering("uas-2");
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()), "--slow-start", "2s");
        final RunningCalls calls = RunningCalls.start(
                stage,
                CallLoad.to(RunningCalls.loopback(balancer.port()))
                        .withInDialogEvery(0)
                        .withRate(100)
                        .withSeconds(12)
                        .withHoldMs(1500));
        awaitNewCalls(balancer, one, 50);

        balancer.command("drain", one.address());
        balancer.awaitBackendState(one.address(), "DRAINING", SOON);
        final long newCalls = balancer.backend(one.address()).path("newCalls").asLong();
        final long requests = balancer.backend(one.address()).path("requests").asLong();
        awaitNewCalls(
                balancer, two, balancer.backend(two.address()).path("newCalls").asLong() + 200);
        assertEquals(newCalls, balancer.backend(one.address()).path("newCalls").asLong());
        assertTrue(balancer.backend(one.address()).path("requests").asLong() > requests, "its dialogs go on");

        balancer.command("drain", one.address(), "--undo");
        awaitNewCalls(balancer, one, newCalls + 50);
        final CallReport report = calls.awaitEnd();

        assertTrue(report.isClean(), report::toText);
        assertEquals(0, one.finish().failed() + two.finish().failed());
    }

    @Test
    void shouldTakeBackendsInAndOutByCommandWhileCallsRun() {
        final SippRun one = answering("uas-1");
        final SippRun two = answering("uas-2");
        final Balancer balancer = Balancer.start(stage, List.of(one.address()), "--slow-start", "1s");
        final RunningCalls calls = RunningCalls.start(
                stage,
                CallLoad.to(RunningCalls.loopback(balancer.port()))
                        .withInDialogEvery(0)
                        .withRate(100)
                        .withSeconds(10)
                        .withHoldMs(200));
        awaitNewCalls(balancer, one, 50);

        balancer.command("backends", "add", two.address() + ";weight=3");
        awaitNewCalls(balancer, two, 100);
        assertEquals(3, balancer.backend(two.address()).path("weight").asInt());
        balancer.command("backends", "weight", two.address(), "1");
        assertEquals(1, balancer.backend(two.address()).path("weight").asInt());
        final String table = balancer.command("backends", "list");
        balancer.command("drain", one.address());
        Await.until(
                "the last dialog of the drained backend has ended",
                SOON,
                () -> one.figure("CurrentCall") == 0 && one.successful() > 0,
                one::toString);
        balancer.command("backends", "remove", one.address());
        final CallReport report = calls.awaitEnd();

        assertTrue(table.contains(one.address()) && table.contains(two.address()), table);
        assertEquals("", balancer.backendState(one.address()));
        assertTrue(report.isClean(), report::toText);
    }

    @Test
    void shouldReadTheBackendsFileAgain() {
        final SippRun one = answering("uas-1");
        final SippRun two = answering("uas-2");
        final Path file = stage.write("backends", "# the first\n" + one.address() + "\n");
        final Balancer balancer =
                Balancer.start(stage, List.of(), "--backends-file", file.toString(), "--slow-start", "0s");
        assertEquals("UP", balancer.backendState(one.address()));

        stage.write("backends", one.address() + "\n" + two.address() + ";weight=2\n");
        balancer.command("reload");
        assertEquals(2, balancer.backend(two.address()).path("weight").asInt());

        stage.write("backends", two.address() + "\n");
        balancer.process().signal("HUP");
        Await.until(
                "the first backend is gone",
                SOON,
                () -> balancer.backendState(one.address()).isEmpty());

        stage.write("backends", "nonsense::here\n");
        balancer.process().signal("HUP");
        final SippRun uac = SippRun.named(stage, "uac").scenario("uac").calls(balancer.address(), 50, 50);
        assertEquals(0, uac.awaitEnd(Duration.ofSeconds(30)), uac::toString);

        // A file with a mistake in it changes nothing.
        assertEquals("UP", balancer.backendState(two.address()));
        assertFalse(balancer.status().path("backends").isEmpty());
    }

    @Test
    void shouldRefuseWith503AndRetryAfterWhenNoBackendIsLeft() {
        final SippRun one = answering("uas-1");
        final Balancer balancer = Balancer.start(stage, List.of(one.address()));
        balancer.command("drain", one.address());

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-refused")
                .with("STATUS", "503")
                .traced()
                .calls(balancer.address(), 20, 20);

        assertEquals(0, uac.awaitEnd(Duration.ofSeconds(30)), uac::toString);
        assertTrue(uac.trace().contains("Retry-After: "));
        assertEquals(20, balancer.counter("refused.no-backend"));
    }

    private SippRun answering(final String name) {
        return SippRun.named(stage, name).scenario("uas").answers();
    }

    private static void awaitNewCalls(final Balancer balancer, final SippRun backend, final long atLeast) {
        Await.until(
                backend.address() + " has had " + atLeast + " new calls",
                Duration.ofSeconds(15),
                () -> balancer.backend(backend.address()).path("newCalls").asLong() >= atLeast,
                () -> balancer.status().path("backends").toPrettyString());
    }
}
