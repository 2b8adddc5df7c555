package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** A Kamailio whose sipcapture module takes HEP, as Homer's does, and that says what it has read. */
final class KamailioCapture {
    private final Child child;
    private final int port;

    private KamailioCapture(final Child child, final int port) {
        this.child = child;
        this.port = port;
    }

    static KamailioCapture start(final Stage stage) throws IOException {
        final String program = Peer.KAMAILIO.path();
        final int port = Ports.free();
        Files.createDirectories(stage.directory().resolve("captured"));
        final String config = """
                #!KAMAILIO
                debug=1
                log_stderror=yes
                children=1
                auto_aliases=no
                disable_tcp=yes
                dns=no
                rev_dns=no
                listen=udp:127.0.0.1:@PORT@
                loadmodule "pv.so"
                loadmodule "xlog.so"
                loadmodule "db_text.so"
                loadmodule "sipcapture.so"
                modparam("sipcapture", "db_url", "text://@DIRECTORY@")
                modparam("sipcapture", "capture_on", 1)
                modparam("sipcapture", "hep_capture_on", 1)
                request_route { xlog("L_ERR", "captured $rm of $ci from port $sp\\n"); drop; }
                onreply_route { xlog("L_ERR", "captured $rs of $ci from port $sp\\n"); drop; }
                """.replace("@PORT@", Integer.toString(port))
                .replace("@DIRECTORY@", stage.directory().resolve("captured").toString());
        final String directory = stage.directory().toString();
        final Child child = stage.start(
                "kamailio-capture",
                List.of(
                        program,
                        "-f",
                        stage.write("kamailio-capture.cfg", config).toString(),
                        "-DD",
                        "-E",
                        "-m",
                        "64",
                        "-M",
                        "8",
                        "-Y",
                        directory,
                        "-w",
                        directory));
        Await.until(
                "Kamailio listens",
                Duration.ofSeconds(20),
                () -> {
                    if (!child.isAlive()) {
                        throw new AssertionError("Kamailio ended:\n" + child.tail());
                    }
                    return Ports.isUdpBound("127.0.0.1", port);
                },
                child::tail);
        return new KamailioCapture(child, port);
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /** What it has said of messages of this Call-ID, in order. */
    List<String> captured(final String callId) {
        return child.output()
                .lines()
                .filter(line -> line.contains("captured ") && line.contains(" of " + callId + " "))
                .map(line -> line.substring(line.indexOf("captured ") + "captured ".length()))
                .toList();
    }

    Child process() {
        return child;
    }
}
