package io.dialtone.diameter.transport;

import java.nio.file.Files;
import java.nio.file.Path;

/** Says why there is no SCTP, for the operator. Any thread. */
public final class Sctp {
    private static final Path OF_THE_KERNEL = Path.of("/proc/net/sctp");
    private static final String INSTEAD = " (expected: tcp: or tls:)";

    private Sctp() {}

    /** What is missing here: in the kernel, in the JDK, or in us. */
    public static String reason() {
        if (!Files.isDirectory(OF_THE_KERNEL)) {
            return "this kernel has no SCTP, or has not loaded it (modprobe sctp)" + INSTEAD;
        }
        if (ModuleLayer.boot().findModule("jdk.sctp").isEmpty()) {
            return "this Java has no SCTP, as it lacks the module jdk.sctp" + INSTEAD;
        }
        return "SCTP is not served by this version" + INSTEAD;
    }
}
