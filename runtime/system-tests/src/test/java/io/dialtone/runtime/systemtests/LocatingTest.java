package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls to a name that a real DNS server knows, over a service that joins two legs, to SIPp. */
class LocatingTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final String BRIDGING = BridgingService.class.getName();
    private static final String NAPTR = "naptr-record=pool.example,50,50,s,SIP+D2U,,_sip._udp.pool.example";
    private static final String HOST = "host-record=host.pool.example,127.0.0.1";

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldCallTheSecondServerWhenTheFirstIsDead() {
        final int dead = Ports.free();
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();
        final NameServer names = NameServer.start(stage, List.of(NAPTR, HOST, server(dead, 1), server(uas.port(), 2)));
        final Platform platform = platform(names);
        final Capture capture = Capture.start(stage, List.of(platform.port(), uas.port(), dead));

        final SippRun uac = calls("uac", platform, 20, 100);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        capture.stop();

        assertEquals(100, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(100, uas.finish().messagesOfAll("_BYE_Recv"), uas::toString);
        assertEquals(List.of(), capture.objectionsTo(platform.port()));
        final long failovers = platform.status("run")
                .path("counters")
                .path("sip.requests-failed-over")
                .asLong();
        assertTrue(failovers > 0 && failovers < 50, "it was dead for whoever came first: " + failovers);
        platform.assertAllAlive();
    }

    /** With the default patience of 8 s: a server that refuses connections is no silent one. */
    @Test
    void shouldCallTheSecondServerAtOnceWhenTheFirstRefusesConnections() {
        final int dead = Ports.free();
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answersByTcp();
        final String both = ",host.pool.example,";
        final NameServer names = NameServer.start(
                stage,
                List.of(
                        "naptr-record=pool.example,50,50,s,SIP+D2T,,_sip._tcp.pool.example",
                        HOST,
                        "srv-host=_sip._tcp.pool.example" + both + dead + ",1,10",
                        "srv-host=_sip._tcp.pool.example" + both + uas.port() + ",2,10"));
        final Platform platform = Platform.inOneProcess(
                stage,
                BRIDGING,
                "--class-path",
                Dialtone.testClasses(),
                "--dns-servers",
                names.address(),
                "--shun-time",
                "1s",
                "--nodes",
                "1"); // a take-over would send again by TCP, which SIPp takes for a fault

        final SippRun uac = calls("uac", platform, 20, 100);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);

        assertEquals(100, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(100, uas.finish().messagesOfAll("_BYE_Recv"), uas::toString);
        final long unsent = platform.status("run")
                .path("counters")
                .path("sip.requests-unsent")
                .asLong();
        assertTrue(unsent > 1, "it was tried again when its time was over: " + unsent);
        platform.assertAllAlive();
    }

    @Test
    void shouldFollowRecordsThatChange() {
        final SippRun first =
                SippRun.named(stage, "first").scenario("uas-reinvite").answers();
        final SippRun second =
                SippRun.named(stage, "second").scenario("uas-reinvite").answers();
        final NameServer names = NameServer.start(stage, List.of(NAPTR, HOST, server(first.port(), 1)));
        final Platform platform = platform(names);

        final SippRun uac = calls("uac", platform, 20, 200);
        Await.until("calls go to the first", LONG_ENOUGH, () -> uac.successful() >= 20, uac::toString);
        names.know(List.of(NAPTR, HOST, server(second.port(), 1)));

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(200, uac.successful());
        final long ofFirst = first.finish().messagesOfAll("_BYE_Recv");
        final long ofSecond = second.finish().messagesOfAll("_BYE_Recv");
        assertEquals(200, ofFirst + ofSecond);
        assertTrue(ofFirst >= 20 && ofSecond >= 20, ofFirst + " and " + ofSecond);
    }

    @Test
    void shouldRefuseCallsToANameThatNobodyKnows() {
        final NameServer names = NameServer.start(stage, List.of(HOST));
        final Platform platform = platform(names);

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-refused")
                .with("STATUS", "503")
                .option("-s", "nobody.example")
                .calls(platform.address(), 20, 20);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(20, uac.successful());
    }

    private Platform platform(final NameServer names) {
        return Platform.inOneProcess(
                stage,
                BRIDGING,
                "--class-path",
                Dialtone.testClasses(),
                "--dns-servers",
                names.address(),
                "--next-target-after",
                "300ms");
    }

    private SippRun calls(final String name, final Platform platform, final int rate, final int calls) {
        return SippRun.named(stage, name)
                .scenario("uac-reinvite")
                .option("-d", "200", "-s", "pool.example")
                .calls(platform.address(), rate, calls);
    }

    private static String server(final int port, final int priority) {
        return "srv-host=_sip._udp.pool.example,host.pool.example," + port + "," + priority + ",10";
    }
}
