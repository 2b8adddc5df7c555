package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.CALLER;
import static io.dialtone.sip.routing.ProxyHarness.FIRST_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.address;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The messages of RFC 4475, sent to a balancer by a stranger. A proxy judges less than an endpoint: what it need not understand it forwards. */
final class TortureTest {
    /** The messages belong to the codec. */
    private static final Path MESSAGES =
            Path.of(System.getProperty("basedir", "sip-lb/routing"), "../codec/src/test/resources/rfc4475");

    /** What a proxy itself answers; all other requests go to a backend. */
    private static final Map<String, Integer> ANSWERS = Map.ofEntries(
            Map.entry("baddn.dat", 400),
            Map.entry("badinv01.dat", 400),
            Map.entry("badvers.dat", 505),
            Map.entry("bext01.dat", 420),
            Map.entry("clerr.dat", 400),
            Map.entry("insuf.dat", 400),
            Map.entry("ltgtruri.dat", 400),
            Map.entry("lwsruri.dat", 400),
            Map.entry("lwsstart.dat", 400),
            Map.entry("mismatch01.dat", 400),
            Map.entry("mismatch02.dat", 400),
            Map.entry("ncl.dat", 400),
            Map.entry("scalar02.dat", 400),
            Map.entry("trws.dat", 400),
            Map.entry("zeromf.dat", 483));

    private static final List<String> RESPONSES =
            List.of("bcast.dat", "bigcode.dat", "noreason.dat", "scalarlg.dat", "unreason.dat");

    private final ProxyHarness proxy = ProxyHarness.withBackends(FIRST_BACKEND);

    static Stream<Path> messages() throws IOException {
        try (Stream<Path> files = Files.list(MESSAGES)) {
            return files.filter(file -> file.toString().endsWith(".dat")).sorted().toList().stream();
        }
    }

    @Test
    void shouldFindAll49() throws IOException {
        assertEquals(49, messages().count());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldForwardAnswerOrDropEachAsAProxyShould(final Path file) throws IOException {
        final String name = file.getFileName().toString();

        proxy.receive(Files.readAllBytes(file), CALLER, 0);

        if (RESPONSES.contains(name)) {
            proxy.egress.nothing();
            return;
        }
        final CapturingEgress.Sent sent = proxy.sent();
        final Integer status = ANSWERS.get(name);
        if (status == null) {
            assertEquals(address(FIRST_BACKEND), sent.to(), sent.text());
        } else {
            assertTrue(sent.firstLine().startsWith("SIP/2.0 " + status + " "), sent.text());
            assertEquals(CALLER.getAddress(), sent.to().getAddress());
        }
    }
}
