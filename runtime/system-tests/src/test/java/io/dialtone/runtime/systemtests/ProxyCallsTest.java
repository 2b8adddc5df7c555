package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls from SIPp through edge and nodes to SIPp, over a service that proxies them; Kamailio before it and behind it. */
class ProxyCallsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final String PASSING = PassingService.class.getName();

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldCarryCallsThatTsharkDoesNotObjectTo() {
        final Platform platform = Platform.ofProcesses(stage, PASSING, 2, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();
        final Capture capture = Capture.start(stage, List.of(platform.port(), uas.port()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-d", "200", "-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 100);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        capture.stop();

        assertEquals(100, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(0, uac.retransmissions());
        assertEquals(100, uas.finish().messagesOfAll("_BYE_Recv"), uas::toString);
        assertTrue(capture.framesFrom(platform.port()) > 1_000);
        assertEquals(List.of(), capture.objectionsTo(platform.port()));
        platform.assertAllAlive();
    }

    @Test
    void shouldWithdrawTheBranchThatWasNotAnswered() {
        final Platform platform = Platform.inOneProcess(stage, PASSING, "--class-path", Dialtone.testClasses());
        final SippRun answers =
                SippRun.named(stage, "answers").scenario("uas-reinvite").answers();
        final SippRun rings =
                SippRun.named(stage, "rings").scenario("uas-cancel").answers();
        final Capture capture = Capture.start(stage, List.of(platform.port(), answers.port(), rings.port()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-d", "200", "-s", rings.port() + "-" + answers.port())
                .calls(platform.address(), 20, 60);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(60, uac.successful());
        assertEquals(60, rings.finish().messagesOfAll("_CANCEL_Recv"), rings::toString);
        assertEquals(60, rings.messagesOfAll("_ACK_Recv"), rings::toString);
        assertEquals(List.of(), capture.stop().objectionsTo(platform.port()));
    }

    @Test
    void shouldWithdrawCallsWhoseCallersGiveUp() {
        final Platform platform = Platform.inOneProcess(stage, PASSING, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-cancel").answers();

        final SippRun giveUp = SippRun.named(stage, "give-up")
                .scenario("uac-cancel")
                .option("-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 50);

        assertEquals(0, giveUp.awaitEnd(LONG_ENOUGH), giveUp::toString);
        assertEquals(50, giveUp.successful());
        assertEquals(50, uas.finish().messagesOfAll("_CANCEL_Recv"), uas::toString);
    }

    @Test
    void shouldKeepCallsWhoseNodeIsKilled() {
        final Platform platform = Platform.withGrid(stage, PASSING, 3, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-d", "4000", "-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 120);
        Await.until("calls are up", LONG_ENOUGH, () -> uac.figure("CurrentCall") >= 60, uac::toString);
        platform.kill("node-1");

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(120, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected(), uac::toString);
    }

    @Test
    void shouldWriteARecordOfEachCallWhoeverOwnsItAtTheEnd() {
        final Path cdr = stage.directory().resolve("cdr");
        final Platform platform = Platform.withGridAndSettings(
                stage,
                PASSING,
                3,
                "link: { peer-silence-max: 3s }\n",
                "--class-path",
                Dialtone.testClasses(),
                "--cdr-directory",
                cdr.toString());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();
        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-d", "8000", "-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 60);
        Await.until("calls are up", LONG_ENOUGH, () -> uac.figure("CurrentCall") >= 60, uac::toString);
        platform.kill("node-1");
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(60, uac.successful());

        Await.until(
                "all calls are written down",
                LONG_ENOUGH,
                () -> WrittenCalls.all("callId", WrittenCalls.in(cdr)).size() == 60,
                () -> WrittenCalls.in(cdr).toString());
        final List<JsonNode> records = WrittenCalls.in(cdr);
        assertEquals(60, WrittenCalls.ids(records).size(), records::toString);
        assertEquals(60, records.size(), "no call was told of twice");
        assertEquals(Set.of("through"), WrittenCalls.all("direction", records));
        assertEquals(Set.of("caller"), WrittenCalls.all("endedBy", records));
        assertEquals(Set.of("sip:" + uas.port() + "@" + uas.address()), WrittenCalls.all("target", records));
        assertTrue(records.stream().anyMatch(record -> record.path("takeOvers").asInt() == 1), records::toString);
        assertTrue(records.stream().allMatch(record -> record.path("durationMs").asLong() >= 8_000), records::toString);
    }

    @Test
    void shouldStayBetweenCallersByTcpAndCalleesByUdp() {
        final Platform platform = Platform.inOneProcess(stage, PASSING, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();
        final Capture capture = Capture.start(stage, List.of(platform.port(), uas.port()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-t", "t1", "-d", "200", "-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(100, uas.finish().messagesOfAll("_BYE_Recv"), uas::toString);
        assertEquals(List.of(), capture.stop().objectionsTo(platform.port()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "uac,          uas,          ,    ",
        "uac-reinvite, uas-reinvite, ,    ",
        "uac-cancel,   uas-cancel,   ,    ",
        "uac-refused,  uas-refuse,   486, 486 Busy Here",
        "uac,          uas-lossy,    ,    "
    })
    void shouldFitBetweenTwoKamailios(
            final String caller, final String callee, final String status, final String statusLine) {
        final SippRun uas = SippRun.named(stage, "uas")
                .scenario(callee)
                .with("STATUS_LINE", statusLine == null ? "" : statusLine)
                .with("EXTRA", "X-Test: yes")
                .answers();
        final KamailioHop after = KamailioHop.start(stage, "kamailio-after", uas.address());
        final Platform platform = Platform.inOneProcess(stage, PASSING, "--class-path", Dialtone.testClasses());
        final KamailioHop before = KamailioHop.start(stage, "kamailio-before", platform.address());
        final Capture capture = Capture.start(stage, List.of(platform.port(), after.port(), before.port()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario(caller)
                .with("STATUS", status == null ? "" : status)
                .option(
                        "-s",
                        String.valueOf(after.port()),
                        "-d",
                        "100",
                        "-max_retrans",
                        "12",
                        "-max_invite_retrans",
                        "12")
                .calls(before.address(), 20, 60);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        uas.finish();
        assertEquals(60, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(0, uas.failed() + uas.unexpected(), uas::toString);
        assertEquals(List.of(), capture.stop().objectionsTo(platform.port()));
    }
}
