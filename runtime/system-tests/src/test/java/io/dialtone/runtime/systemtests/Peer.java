package io.dialtone.runtime.systemtests;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Programs of others that we talk to. A test that needs one which is missing is skipped, visibly, with the name of its Debian package. */
enum Peer {
    SIPP("sipp", "sip-tester"),
    KAMAILIO("kamailio", "kamailio"),
    SIPSAK("sipsak", "sipsak"),
    TSHARK("tshark", "tshark"),
    TEXT2PCAP("text2pcap", "wireshark-common"),
    DNSMASQ("dnsmasq", "dnsmasq-base"),
    BARESIP("baresip", "baresip-core"),
    HAPROXY("haproxy", "haproxy"),
    FREE_DIAMETER("freeDiameterd", "freediameterd");

    private final String program;
    private final String debianPackage;

    Peer(final String program, final String debianPackage) {
        this.program = program;
        this.debianPackage = debianPackage;
    }

    /** The program's path; skips the test when there is none. */
    String path() {
        for (final String directory : (System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin")
                .split(File.pathSeparator, -1)) {
            final Path candidate = Path.of(directory, program);
            if (!directory.isEmpty() && Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        Assumptions.abort("SKIPPED: " + program + " is not installed (Debian: apt-get install " + debianPackage + ")");
        throw new AssertionError("abort returned");
    }
}
