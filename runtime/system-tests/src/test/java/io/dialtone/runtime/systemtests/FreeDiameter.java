package io.dialtone.runtime.systemtests;

import java.time.Duration;
import java.util.List;

/** A freeDiameterd that knows one peer, by TCP on loopback: a stack of others, with the watchdog at the least that it allows. */
final class FreeDiameter {
    static final String HOST = "fd.test.realm";

    private static final Duration START_MAX = Duration.ofSeconds(20);

    private final Child child;

    private FreeDiameter(final Child child) {
        this.child = child;
    }

    /** Starts one that listens on a port and dials a peer at another, again and again until that is there. */
    static FreeDiameter start(final Stage stage, final int port, final String peer, final int peerPort) {
        final String file = stage.write("freediameter.conf", """
                        Identity = "%s";
                        Realm = "test.realm";
                        Port = %d;
                        SecPort = 0;
                        No_SCTP;
                        No_IPv6;
                        TwTimer = 6;
                        TcTimer = 6;
                        ConnectPeer = "%s" { ConnectTo = "127.0.0.1"; Port = %d; No_TLS; };
                        """.formatted(HOST, port, peer, peerPort))
                .toString();
        final Child child = stage.start("freediameter", List.of(Peer.FREE_DIAMETER.path(), "-c", file));
        child.awaitOutput("daemon initialized", START_MAX);
        return new FreeDiameter(child);
    }

    Child process() {
        return child;
    }
}
