package io.dialtone.runtime.node;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What every process that stays has around its role: admin server, run file, banner, the wait for its end. Used by the main thread only, except
 * that {@link #stop} may be called by any.
 */
final class RoleProcess implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(RoleProcess.class.getName());
    private static final long LOOK_MS = 250;
    private static final long READY_LOOK_MS = 10;

    private final PrintStream out = System.out;
    private final ProcessFacts facts;
    private final StopSignal stop;
    private final AdminServer admin;
    private final @Nullable Path runFile;

    private RoleProcess(
            final ProcessFacts facts, final StopSignal stop, final AdminServer admin, final @Nullable Path runFile) {
        this.facts = facts;
        this.stop = stop;
        this.admin = admin;
        this.runFile = runFile;
    }

    /** Who may ask our admin server, by the settings. */
    static AdminServer.Access access(final Settings settings, final Problems problems) {
        final Endpoint address = settings.get(CommonSettings.ADMIN);
        final Optional<String> token =
                settings.find(CommonSettings.ADMIN_TOKEN_FILE).flatMap(file -> SecretFile.readText(file, problems));
        try {
            final boolean local = InetAddress.getByName(address.host()).isLoopbackAddress();
            if (!local && !settings.get(CommonSettings.ADMIN_ALLOW_REMOTE)) {
                problems.wrongValue(
                        CommonSettings.ADMIN.key(),
                        address.toString(),
                        "an address of this machine alone, unless admin.allow-remote is set",
                        CommonSettings.ADMIN_HOST + ":" + address.port(),
                        settings.origin(CommonSettings.ADMIN));
            } else if (!local && settings.find(CommonSettings.ADMIN_TOKEN_FILE).isEmpty()) {
                problems.add(CommonSettings.ADMIN_TOKEN_FILE.key() + " is missing (expected: a file with a secret, as "
                        + address + " can be reached by other machines). Maybe: openssl rand -hex 32 > admin.token");
            }
        } catch (UnknownHostException e) {
            problems.wrongValue(
                    CommonSettings.ADMIN.key(),
                    address.toString(),
                    "an address of this machine",
                    CommonSettings.ADMIN_HOST + ":" + address.port(),
                    settings.origin(CommonSettings.ADMIN));
        }
        final int lastPort =
                settings.isExplicit(CommonSettings.ADMIN) ? address.port() : CommonSettings.ADMIN_PORT_LAST;
        return new AdminServer.Access(address, lastPort, token);
    }

    /** Opens the door for operators and says who we are. */
    static RoleProcess open(
            final String role,
            final String name,
            final Settings settings,
            final StopSignal stop,
            final AdminServer.Access access,
            final AdminPages pages)
            throws IOException, UnavailableException {
        final ProcessFacts facts = ProcessFacts.of(role, name);
        ParentWatch.start(stop);
        final AdminServer admin = AdminServer.open(access, facts, pages);
        final String tokenFile = settings.find(CommonSettings.ADMIN_TOKEN_FILE)
                .map(file -> file.toAbsolutePath().toString())
                .orElse("");
        final RoleProcess process = new RoleProcess(
                facts,
                stop,
                admin,
                writeRunFile(RunFile.ofThisProcess(
                        role, facts.name(), admin.address().toString(), tokenFile)));
        process.out.println(
                "Dialtone " + Version.number() + " " + role + (facts.name().equals(role) ? "" : " " + facts.name())
                        + ", pid " + ProcessHandle.current().pid());
        return process;
    }

    private static @Nullable Path writeRunFile(final RunFile file) {
        try {
            return file.write(RunFile.directory(System.getenv()));
        } catch (IOException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING, "'dialtone status' will not find this process: {0}", e.getMessage());
            return null;
        }
    }

    /** Where its admin server listens. */
    String adminAddress() {
        return admin.address().toString();
    }

    /** A line of the banner. */
    void say(final String what, final String text) {
        out.printf("  %-9s %s%n", what, text);
    }

    /** SIGHUP reloads. */
    void onHangUp(final AdminPages pages) {
        StopSignal.onSignal("HUP", () -> {
            try {
                pages.command("reload", Json.object());
            } catch (AdminRefusal refusal) {
                LOGGER.log(System.Logger.Level.WARNING, "SIGHUP: {0}", refusal.getMessage());
            }
        });
    }

    void stop(final String why, final int exitCode) {
        stop.stop(why, exitCode);
    }

    /** Says that all is up, and waits for a signal or for a fault of what should be alive. */
    int runUntilStopped(final BooleanSupplier alive) throws InterruptedException {
        return runUntilStopped(alive, () -> true);
    }

    /** The same for who is not ready yet: all is up when the last condition holds. */
    int runUntilStopped(final BooleanSupplier alive, final BooleanSupplier ready) throws InterruptedException {
        say("admin", "http://" + admin.address() + "/status");
        while (!ready.getAsBoolean()) {
            if (stop.await(READY_LOOK_MS, TimeUnit.MILLISECONDS)) {
                return stop.exitCode();
            }
        }
        say("ready", "after " + Duration.between(facts.started(), Instant.now()).toMillis() + " ms");
        while (!stop.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
            if (!alive.getAsBoolean()) {
                stop.stop("a thread that has ended", ExitCode.FAULT);
            }
        }
        return stop.exitCode();
    }

    /** Says why we end, and what was done. */
    void lastWords(final String summary) {
        out.println("stopped by " + stop.reason() + " after "
                + StatusText.duration(
                        Duration.between(facts.started(), Instant.now()).toSeconds()) + ": " + summary);
    }

    @Override
    public void close() {
        admin.close();
        if (runFile != null) {
            try {
                Files.deleteIfExists(runFile);
            } catch (IOException e) {
                LOGGER.log(System.Logger.Level.DEBUG, "the run file stays", e);
            }
        }
    }
}
