package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import io.dialtone.runtime.systemtests.Torturer.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes over the wire: torture in, garbage in, and everything out of it judged by tshark. */
class WireTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final int ANSWER_MS = 3000;
    private static final int SILENCE_MS = 300;
    private static final boolean FULL = "full".equals(System.getProperty("dialtone.load"));
    private static final int GARBAGE_PER_SECOND = FULL ? 50_000 : 20_000;
    private static final int FLOOD_SECONDS = FULL ? 30 : 6;

    /**
     * Sent-by, branch and method are those of another of the messages, so that one who has just answered that one must take these for its
     * retransmission (RFC 3261 17.2.3).
     */
    private static final Set<String> SAME_TRANSACTION_AS_ANOTHER =
            Set.of("novelsc.dat", "cparam02.dat", "regescrt.dat");

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldAnswerThe49TortureMessagesAsAnEndpointShould() {
        assertEquals(49, Torturer.verdicts().size());
        assertEquals(List.of(), wrongAnswers(verdict -> !SAME_TRANSACTION_AS_ANOTHER.contains(verdict.file())));
        assertEquals(List.of(), wrongAnswers(verdict -> SAME_TRANSACTION_AS_ANOTHER.contains(verdict.file())));
    }

    private List<String> wrongAnswers(final Predicate<Verdict> chosen) {
        final Platform platform = Platform.inOneProcess(stage, Platform.ANSWERING);
        final Torturer torturer = Torturer.against(stage, platform.port());
        final List<String> wrong = new ArrayList<>();

        for (final Verdict verdict : Torturer.verdicts().stream().filter(chosen).toList()) {
            final boolean silence = verdict.isResponse() || verdict.endpoint().equals("discard");
            final Optional<String> answer = torturer.finalAnswer(verdict, silence ? SILENCE_MS : ANSWER_MS);
            if (!fits(verdict, silence, answer)) {
                wrong.add(verdict + " was answered " + answer.orElse("nothing"));
            }
        }

        assertTrue(torturer.isAlive());
        platform.assertAllAlive();
        return wrong;
    }

    private static boolean fits(final Verdict verdict, final boolean silence, final Optional<String> answer) {
        if (silence) {
            return answer.isEmpty();
        }
        if (answer.isEmpty()) {
            return false;
        }
        final String status = Torturer.status(answer.get());
        return verdict.endpoint().equals("-")
                ? !status.equals("400") && !status.startsWith("5")
                : List.of(verdict.endpoint().replace("accept", "200").split("/", -1))
                        .contains(status);
    }

    @Test
    void shouldCarryOrRefuseThe49TortureMessagesAsAProxyShould() {
        final PlainUas one = PlainUas.start(stage, true);
        final PlainUas two = PlainUas.start(stage, true);
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()));
        final Torturer torturer = Torturer.against(stage, balancer.port());
        final List<String> wrong = new ArrayList<>();

        for (final Verdict verdict : Torturer.verdicts()) {
            final int before = one.kept().size() + two.kept().size();
            final Optional<String> answer =
                    torturer.finalAnswer(verdict, verdict.isResponse() ? SILENCE_MS : ANSWER_MS);
            final boolean forwarded = one.kept().size() + two.kept().size() > before;
            final String got = answer.map(Torturer::status).orElse("nothing") + (forwarded ? ", forwarded" : "");
            if (!proxyExpectation(verdict).contains(got)) {
                wrong.add(verdict + ": " + got + " instead of " + proxyExpectation(verdict));
            }
        }

        assertEquals(List.of(), wrong);
        assertTrue(torturer.isAlive());
        assertEquals("UP", balancer.backendState(one.address()));
        assertEquals("UP", balancer.backendState(two.address()));
    }

    /** What a proxy has to look at (RFC 3261 16.3) it must judge; the rest is the endpoint's business, and it may judge or forward. */
    private static List<String> proxyExpectation(final Verdict verdict) {
        if (verdict.isResponse()) {
            return List.of("nothing");
        }
        return switch (verdict.file()) {
            case "zeromf.dat" -> List.of("483");
            case "badvers.dat" -> List.of("505");
            case "bext01.dat" -> List.of("420");
            case "insuf.dat", "ncl.dat", "clerr.dat" -> List.of("400");
            // Doubled header fields are for the endpoint to refuse; a proxy may.
            case "multi01.dat", "mcl01.dat" -> List.of("400", "200, forwarded");
            case "unkscm.dat", "novelsc.dat" -> List.of("416", "200, forwarded");
            default -> verdict.syntax().equals("accept") ? List.of("200, forwarded") : List.of("400", "200, forwarded");
        };
    }

    @Test
    void shouldSendThroughTheBalancerNothingThatTsharkObjectsTo() {
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();
        final Balancer balancer = Balancer.start(stage, List.of(uas.address()));
        final Capture capture = Capture.start(stage, List.of(balancer.port(), uas.port()));

        final SippRun uac = SippRun.named(stage, "uac").scenario("uac-reinvite").calls(balancer.address(), 50, 100);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        // Our own answers, too: to an OPTIONS for us, to a call that has used up its hops, to one that nobody can take.
        assertTrue(Torturer.against(stage, balancer.port()).isAnswered("sip:127.0.0.1:" + balancer.port()));
        sipsak("-s", "sip:service@127.0.0.1:" + balancer.port(), "-m", "0");
        balancer.command("drain", uas.address());
        final SippRun refused = SippRun.named(stage, "refused")
                .scenario("uac-refused")
                .with("STATUS", "503")
                .calls(balancer.address(), 10, 10);
        assertEquals(0, refused.awaitEnd(LONG_ENOUGH), refused::toString);
        capture.stop();

        assertTrue(capture.framesFrom(balancer.port()) > 1300);
        assertEquals(List.of(), capture.objectionsTo(balancer.port()));
        final String seen = capture.values("udp.srcport==" + balancer.port() + " && sip.Status-Code", "sip.Status-Code")
                .toString();
        assertTrue(seen.contains("503") && seen.contains("200"), seen);
    }

    @Test
    void shouldSendFromAServiceNothingThatTsharkObjectsTo() {
        final Platform platform =
                Platform.inOneProcess(stage, RingingService.class.getName(), "--class-path", Dialtone.testClasses());
        final Capture capture = Capture.start(stage, List.of(platform.port()));

        for (final String scenario : List.of("uac", "uac-cancel")) {
            final SippRun uac =
                    SippRun.named(stage, scenario).scenario(scenario).calls(platform.address(), 25, 50);
            assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        }
        assertEquals(0, sipsak("-s", "sip:ping@" + platform.address()));
        capture.stop();

        assertTrue(capture.framesFrom(platform.port()) > 250);
        assertEquals(List.of(), capture.objectionsTo(platform.port()));
    }

    @Test
    void shouldAnswerSipsakThroughTheBalancerAndByItself() {
        final PlainUas uas = PlainUas.start(stage, true);
        final Balancer balancer = Balancer.start(stage, List.of(uas.address()));

        assertEquals(0, sipsak("-s", "sip:someone@127.0.0.1:" + balancer.port()), "OPTIONS to someone behind it");
        assertEquals(1, uas.kept().size());
        assertEquals(0, balancer.counter("answered.options"));
        // Not by sipsak: without a user it loses the last digit of the port.
        assertTrue(Torturer.against(stage, balancer.port()).isAnswered("sip:127.0.0.1:" + balancer.port()));
        assertEquals(1, uas.kept().size());
        assertEquals(1, balancer.counter("answered.options"));
    }

    @Test
    void shouldHarmNoRunningCallByAFloodOfGarbage() throws IOException {
        final PlainUas one = PlainUas.start(stage, false);
        final PlainUas two = PlainUas.start(stage, false);
        final Balancer balancer = Balancer.start(stage, List.of(one.address(), two.address()));

        final CallReport report = callsUnderFlood(balancer.port(), GARBAGE_PER_SECOND);

        assertTrue(report.allCallsAnswered(), report::toText);
        assertEquals(0, report.anomalies(), report::toText);
        assertTrue(balancer.counter("dropped.garbage") + balancer.counter("refused.malformed") > 1000);
        assertFalse(balancer.process().output().contains("Exception"), balancer.process()::tail);
    }

    @Test
    void shouldHarmNoRunningCallOfAServiceByAFloodOfGarbage() throws IOException {
        final Platform platform = Platform.inOneProcess(stage, Platform.ANSWERING);

        final CallReport report = callsUnderFlood(platform.port(), FULL ? GARBAGE_PER_SECOND : GARBAGE_PER_SECOND / 2);

        assertTrue(report.allCallsAnswered(), report::toText);
        assertEquals(0, report.anomalies(), report::toText);
        platform.assertAllAlive();
        assertFalse(platform.process("run").output().contains("Exception"), platform.process("run")::tail);
    }

    private CallReport callsUnderFlood(final int port, final int garbagePerSecond) throws IOException {
        final CallLoad load =
                CallLoad.to(RunningCalls.loopback(port)).withRate(100).withHoldMs(500);
        // A flood that meets a process whose code still runs interpreted says more about the compiler's share of two
        // cores.
        RunningCalls.start(stage, load.withSeconds(3)).awaitEnd();
        final RunningCalls calls = RunningCalls.start(stage, load.withSeconds(FLOOD_SECONDS));
        final Flood flood = Flood.start(stage, port, garbagePerSecond, 20_261_120L);
        final CallReport report = calls.awaitEnd();
        stage.write("flood.txt", flood.sent() + " datagrams, " + Math.round(flood.perSecond()) + "/s\n");
        flood.close();
        assertTrue(flood.sent() > 1000L * FLOOD_SECONDS, () -> "only " + flood.perSecond() + " datagrams/s went out");
        return report;
    }

    private int sipsak(final String... arguments) {
        final List<String> command = new ArrayList<>(List.of(Peer.SIPSAK.path(), "-v"));
        command.addAll(List.of(arguments));
        return stage.start("sipsak-" + Ports.free(), command).awaitExit(Duration.ofSeconds(40));
    }
}
