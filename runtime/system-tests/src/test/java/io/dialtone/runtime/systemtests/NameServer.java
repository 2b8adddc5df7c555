package io.dialtone.runtime.systemtests;

import java.time.Duration;
import java.util.List;

/** A dnsmasq on loopback that knows the records a test gives it, and nobody else. */
final class NameServer {
    private final Stage stage;
    private final int port;
    private Child child;
    private int starts;

    private NameServer(final Stage stage, final int port, final List<String> records) {
        this.stage = stage;
        this.port = port;
        child = start(records);
    }

    static NameServer start(final Stage stage, final List<String> records) {
        return new NameServer(stage, Ports.free(), records);
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /** From now on it knows these records, and no others. */
    void know(final List<String> records) {
        child.kill9();
        child = start(records);
    }

    private Child start(final List<String> records) {
        starts++;
        final String name = "dnsmasq-" + starts;
        final String file = stage.write(name + ".conf", """
                        keep-in-foreground
                        log-facility=-
                        log-queries
                        no-resolv
                        no-hosts
                        no-poll
                        bind-interfaces
                        listen-address=127.0.0.1
                        local=/example/
                        local-ttl=1
                        port=%d
                        user=%s
                        pid-file=
                        %s
                        """.formatted(
                                port, System.getProperty("user.name"), String.join("\n", records)))
                .toString();
        final Child started = stage.start(name, List.of(Peer.DNSMASQ.path(), "--conf-file=" + file));
        Await.until(
                name + " answers at " + address(),
                Duration.ofSeconds(10),
                () -> started.isAlive() && Ports.isUdpBound("127.0.0.1", port),
                started::tail);
        return started;
    }
}
