package io.dialtone.runtime.systemtests;

import java.nio.file.Path;
import java.util.List;

/** The certificate of the tests, and options for a listener that shows it. */
final class TlsListener {
    static final Path AUTHORITY = Path.of("src/test/resources/tls/ca.pem").toAbsolutePath();
    static final Path CERTIFICATE = AUTHORITY.resolveSibling("first.pem");
    static final Path KEY = AUTHORITY.resolveSibling("first.key");

    private TlsListener() {}

    /** Options for a port of loopback. */
    static List<String> options(final int port) {
        return List.of(
                "--listen",
                "tls:127.0.0.1:" + port,
                "--tls-certificates",
                CERTIFICATE.toString(),
                "--tls-keys",
                KEY.toString(),
                "--tls-authorities",
                AUTHORITY.toString());
    }
}
