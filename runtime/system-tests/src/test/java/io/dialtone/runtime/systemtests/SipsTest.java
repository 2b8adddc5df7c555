package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls from SIPp to SIPp by {@code sips}, with TLS on both sides: what peers are told in Contact and Record-Route, and that they come through with it, whoever speaks. */
class SipsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final int CALLS = 20;

    @RegisterExtension
    final Stage stage = new Stage();

    private final int tlsPort = Ports.free();
    private final int calleesPort = Ports.free();

    /** The callee hangs up in the second and fourth; in the others the caller, after a re-INVITE. */
    @ParameterizedTest
    @CsvSource({
        "PassingService, uac-reinvite, uas-reinvite, Record-Route",
        "PassingService, uac-waits, uas-hangs-up, Record-Route",
        "BridgingService, uac-reinvite, uas-reinvite, Contact",
        "BridgingService, uac-waits, uas-hangs-up, Contact"
    })
    void shouldCarryCallsBySips(final String service, final String caller, final String callee, final String header) {
        final List<String> options = new ArrayList<>(TlsListener.options(tlsPort));
        options.addAll(List.of("--class-path", Dialtone.testClasses()));
        final Platform platform = Platform.inOneProcess(
                stage, getClass().getPackageName() + "." + service, options.toArray(String[]::new));
        final TlsBridge toCallee = TlsBridge.before(stage, calleesPort, TlsListener.CERTIFICATE, TlsListener.KEY);
        final SippRun uas = SippRun.named(stage, "uas")
                .scenario(callee)
                .sips(toCallee.port())
                .port(calleesPort)
                .traced()
                .answersByTcp();
        final TlsBridge toPlatform = TlsBridge.start(stage, tlsPort, TlsListener.AUTHORITY);

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario(caller)
                .sips(toPlatform.port())
                .traced()
                .option("-t", "t1", "-d", "200", "-s", String.valueOf(toCallee.port()))
                .calls(toPlatform.address(), 10, CALLS);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(CALLS, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected(), uac::toString);
        final String seen = uas.finish().trace();
        assertSips(header, seen);
        assertSips(header, uac.trace());
        assertTrue(seen.contains("INVITE sips:" + toCallee.port() + "@127.0.0.1:"), seen);
        platform.assertAllAlive();
    }

    /** All that we have written of ourselves is sips, and by the listener with TLS. */
    private void assertSips(final String header, final String trace) {
        final List<String> ours = Pattern.compile("^" + header + ": <([^;>]*)[^>]*;dt=", Pattern.MULTILINE)
                .matcher(trace)
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
        assertEquals(List.of("sips:127.0.0.1:" + tlsPort), ours, trace);
    }
}
