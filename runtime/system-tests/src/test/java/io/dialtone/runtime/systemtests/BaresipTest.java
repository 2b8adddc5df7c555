package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.examples.ProxyService;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Soft phones that register with a password at a proxy and call each other through a back-to-back service before it. */
class BaresipTest {
    @RegisterExtension
    final Stage stage = new Stage();

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp"})
    void shouldRegisterWithDigestAndCallThroughABackToBackService(final String transport) {
        // baresip looks at the first challenge only, and knows MD5 only.
        final Platform registrar = Platform.inOneProcess(
                stage,
                ProxyService.class.getName(),
                "--affinity",
                "address-of-record",
                "--realm",
                "example.com",
                "--digest-algorithm",
                "md5");
        final Platform bridge = Platform.inOneProcessBeside(
                stage, "bridge", BridgingService.class.getName(), "--class-path", Dialtone.testClasses());
        final Capture capture = Capture.start(stage, List.of(registrar.port(), bridge.port()));
        final Baresip bob = Baresip.start(stage, "bob", "builder", registrar.address(), transport);
        bob.awaitRegistered();

        final Baresip alice = Baresip.start(
                stage,
                "alice",
                "wonderland",
                registrar.address(),
                transport,
                "/dial sip:bob@" + bridge.address() + ";transport=" + transport + ";next=" + registrar.port());
        alice.awaitRegistered().awaitCall();
        bob.awaitCall();
        alice.quit();
        bob.awaitEndOfCall();
        capture.stop();

        assertEquals(List.of(), capture.objectionsTo(registrar.port()));
        assertEquals(List.of(), capture.objectionsTo(bridge.port()));
    }
}
