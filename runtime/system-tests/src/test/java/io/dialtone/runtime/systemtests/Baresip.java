package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A baresip with one account, which hears what it says itself; it answers every call. */
final class Baresip {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    private final Child child;

    private Baresip(final Child child) {
        this.child = child;
    }

    /**
     * Starts one that registers.
     *
     * @param registrar host and port
     * @param commands what it is to do when it has begun
     */
    static Baresip start(
            final Stage stage,
            final String user,
            final String password,
            final String registrar,
            final String transport,
            final String... commands) {
        final Path directory = stage.directory().resolve("baresip-" + user);
        final String config = "poll_method epoll\nnet_interface 127.0.0.1\nsip_listen 127.0.0.1:" + Ports.free()
                + "\nrtp_ports " + Ports.block(2) + "-65000\nmodule_path " + modules()
                + "\nmodule g711.so\nmodule aubridge.so\nmodule_tmp uuid.so\nmodule_tmp account.so"
                + "\nmodule_app menu.so\naudio_source aubridge," + user + "\naudio_player aubridge," + user
                + "\naudio_alert aubridge," + user + "\n";
        final String account = "<sip:" + user + "@" + registrar + ";transport=" + transport + ">;auth_user=" + user
                + ";auth_pass=" + password + ";answermode=auto;regint=600\n";
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("config"), config);
            Files.writeString(directory.resolve("accounts"), account);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        final List<String> command = new ArrayList<>(List.of(Peer.BARESIP.path(), "-v", "-f", directory.toString()));
        for (final String each : commands) {
            command.addAll(List.of("-e", each));
        }
        final Baresip phone = new Baresip(stage.start("baresip-" + user, command));
        stage.onFailureTell(() -> "baresip of " + user + ":\n" + phone.child.tail());
        return phone;
    }

    /** Debian has them in a directory of the machine's kind, or not, by release. */
    private static Path modules() {
        final Path plain = Path.of("/usr/lib/baresip/modules");
        if (Files.isDirectory(plain)) {
            return plain;
        }
        return Path.of(
                "/usr/lib/" + System.getProperty("os.arch").replace("amd64", "x86_64") + "-linux-gnu/baresip/modules");
    }

    Baresip awaitRegistered() {
        child.awaitOutput("200 OK", LONG_ENOUGH);
        return this;
    }

    Baresip awaitCall() {
        child.awaitOutput("Call established", LONG_ENOUGH);
        return this;
    }

    Baresip awaitEndOfCall() {
        child.awaitOutput("session closed|terminated", LONG_ENOUGH);
        return this;
    }

    /** It hangs up and ends. */
    void quit() {
        child.signal("TERM");
        child.awaitExit(LONG_ENOUGH);
    }

    String output() {
        return child.output();
    }
}
