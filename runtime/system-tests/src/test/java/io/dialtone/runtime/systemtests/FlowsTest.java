package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.examples.RedirectService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The flows of SIPp, its own and ours, by each transport: the caller's and the callee's side of calls that a service joins, phones that register, and subscribers. */
class FlowsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final int EACH = 30;
    /** As many as one subscriber may have. */
    private static final int PHONES = 10;

    /** What who asks goes with, and who answers. */
    private static final Map<String, String> CALLS = Map.of(
            "uac-reinvite", "uas-reinvite",
            "uac-waits", "uas-hangs-up",
            "uac-cancel", "uas-cancel",
            "uac-refused", "uas-refuse",
            "uac", "uas");

    enum Wire {
        UDP,
        TCP,
        TLS
    }

    @RegisterExtension
    final Stage stage = new Stage();

    private final int tlsPort = Ports.free();

    @ParameterizedTest
    @EnumSource
    void shouldJoinTheCallsOfAllOurFlows(final Wire wire) {
        final Platform platform = platform(BridgingService.class.getName());
        final String way = wayTo(platform, wire);

        for (final Map.Entry<String, String> each : CALLS.entrySet()) {
            final SippRun uas = answers(SippRun.named(stage, each.getValue()).scenario(each.getValue()), wire);
            final SippRun uac = calls(SippRun.named(stage, each.getKey()).scenario(each.getKey()), wire, way, uas);
            assertAllWentWell(uac);
            uas.finish();
        }
        platform.assertAllAlive();
    }

    @ParameterizedTest
    @EnumSource
    void shouldJoinTheCallsOfTheFlowsThatSippBringsAlong(final Wire wire) {
        final Platform platform = platform(BridgingService.class.getName());
        final String way = wayTo(platform, wire);
        final SippRun uas = answers(SippRun.named(stage, "sipp-uas").builtIn("uas"), wire);

        for (final String flow : List.of("uac", "regexp")) {
            assertAllWentWell(calls(SippRun.named(stage, "sipp-" + flow).builtIn(flow), wire, way, uas));
        }
        platform.assertAllAlive();
    }

    @ParameterizedTest
    @EnumSource
    void shouldRegister(final Wire wire) {
        final Platform registrar = platform(
                RedirectService.class.getName(),
                "--affinity",
                "address-of-record",
                "--realm",
                "example.com",
                "--digest-algorithm",
                "md5");
        final SippRun phones = asks(
                        SippRun.named(stage, "register").scenario("register").with("STATUS", "200"), wire)
                .option("-s", "alice", "-au", "alice", "-ap", "wonderland")
                .calls(wayTo(registrar, wire), 20, PHONES);
        assertAllWentWell(phones, PHONES);
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellSubscribers(final Wire wire) {
        final Platform teller = platform(TellingService.class.getName());
        final SippRun subscribers = asks(
                        SippRun.named(stage, "subscriber")
                                .scenario("subscriber")
                                .with("WAIT", "500"),
                        wire)
                .calls(wayTo(teller, wire), 20, EACH);
        assertAllWentWell(subscribers);
    }

    private Platform platform(final String service, final String... options) {
        final List<String> arguments = new ArrayList<>(List.of("--class-path", Dialtone.testClasses()));
        arguments.addAll(TlsListener.options(tlsPort));
        arguments.addAll(List.of(options));
        return Platform.inOneProcess(stage, service, arguments.toArray(String[]::new));
    }

    private String wayTo(final Platform platform, final Wire wire) {
        return wire == Wire.TLS
                ? TlsBridge.start(stage, tlsPort, TlsListener.AUTHORITY).address()
                : platform.address();
    }

    private static SippRun answers(final SippRun.Builder uas, final Wire wire) {
        uas.with("STATUS_LINE", "486 Busy Here").with("EXTRA", "X-Test: busy");
        return wire == Wire.UDP ? uas.answers() : uas.answersByTcp();
    }

    private SippRun calls(final SippRun.Builder uac, final Wire wire, final String way, final SippRun uas) {
        final int port = wire == Wire.TLS
                ? TlsBridge.before(stage, uas.port(), TlsListener.CERTIFICATE, TlsListener.KEY)
                        .port()
                : uas.port();
        final String transport = wire == Wire.UDP ? "" : "-" + wire.name().toLowerCase(Locale.ROOT);
        return asks(uac, wire)
                .with("STATUS", "486")
                .option("-d", "200", "-s", port + transport)
                .calls(way, 20, EACH);
    }

    private static SippRun.Builder asks(final SippRun.Builder uac, final Wire wire) {
        return wire == Wire.UDP ? uac : uac.option("-t", "t1");
    }

    private static void assertAllWentWell(final SippRun run) {
        assertAllWentWell(run, EACH);
    }

    private static void assertAllWentWell(final SippRun run, final int times) {
        assertEquals(0, run.awaitEnd(LONG_ENOUGH), run::toString);
        assertEquals(times, run.successful(), run::toString);
        assertTrue(run.failed() + run.unexpected() == 0, run::toString);
    }
}
