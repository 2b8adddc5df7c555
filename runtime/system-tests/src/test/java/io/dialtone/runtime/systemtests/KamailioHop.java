package io.dialtone.runtime.systemtests;

import java.time.Duration;
import java.util.List;

/** A Kamailio that keeps transactions, record-routes and sends every new request to one next hop. */
final class KamailioHop {
    private final Child child;
    private final int port;

    private KamailioHop(final Child child, final int port) {
        this.child = child;
        this.port = port;
    }

    /** Starts one whose new requests go to {@code nextHop}, a {@code host:port}. */
    static KamailioHop start(final Stage stage, final String name, final String nextHop) {
        return start(stage, name, nextHop, "disable_tcp=yes");
    }

    /** The same, which can be reached by TCP as well, and goes on by UDP. */
    static KamailioHop byTcp(final Stage stage, final String name, final String nextHop) {
        return start(stage, name, nextHop, "tcp_children=1\nlisten=tcp:127.0.0.1:@PORT@");
    }

    private static KamailioHop start(final Stage stage, final String name, final String nextHop, final String ofTcp) {
        final String program = Peer.KAMAILIO.path();
        final int port = Ports.free();
        final String config = """
                #!KAMAILIO
                debug=1
                log_stderror=yes
                children=1
                auto_aliases=no
                @TCP@
                dns=no
                rev_dns=no
                listen=udp:127.0.0.1:@PORT@
                loadmodule "tm.so"
                loadmodule "tmx.so"
                loadmodule "sl.so"
                loadmodule "pv.so"
                loadmodule "rr.so"
                loadmodule "textops.so"
                loadmodule "siputils.so"
                loadmodule "maxfwd.so"
                loadmodule "sanity.so"
                modparam("tm", "fr_timer", 30000)
                modparam("rr", "enable_full_lr", 1)
                request_route {
                  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
                  if (!sanity_check("17895", "7")) { exit; }
                  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
                  if (has_totag()) {
                    if (loose_route()) { t_relay(); exit; }
                    if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
                    sl_send_reply("404", "Not here");
                    exit;
                  }
                  t_check_trans();
                  if (is_method("INVITE|SUBSCRIBE")) { record_route(); }
                  $du = "sip:@NEXT@";
                  if (!t_relay()) { sl_reply_error(); }
                }
                """.replace("@TCP@", ofTcp)
                .replace("@PORT@", Integer.toString(port))
                .replace("@NEXT@", nextHop);
        final String file = stage.write(name + ".cfg", config).toString();
        final Child child = stage.start(
                name,
                List.of(
                        program,
                        "-f",
                        file,
                        "-DD",
                        "-E",
                        "-m",
                        "64",
                        "-M",
                        "8",
                        "-Y",
                        stage.directory().toString(),
                        "-w",
                        stage.directory().toString()));
        Await.until(
                name + " listens",
                Duration.ofSeconds(20),
                () -> {
                    if (!child.isAlive()) {
                        throw new AssertionError(name + " ended:\n" + child.tail());
                    }
                    return Ports.isUdpBound("127.0.0.1", port);
                },
                child::tail);
        return new KamailioHop(child, port);
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    Child process() {
        return child;
    }
}
