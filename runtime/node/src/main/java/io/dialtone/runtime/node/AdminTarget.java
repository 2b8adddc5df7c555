package io.dialtone.runtime.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a command says which running process it means. Used by the main thread of a command. */
final class AdminTarget {
    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The process of this name, as 'dialtone status' shows it. Not needed where only one fits.")
    private @Nullable String name;

    @Option(names = "--pid", paramLabel = "PID", description = "The process of this number.")
    private @Nullable Long pid;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description = "The process whose admin server listens there, on this machine or another.")
    private @Nullable String admin;

    @Option(
            names = "--admin-token-file",
            paramLabel = "FILE",
            description = "File with the secret of that admin server, if it wants one.")
    private @Nullable Path tokenFile;

    /** The one process of any of these roles that is meant. */
    AdminClient one(final String... roles) throws UnavailableException, WrongConfigurationException, IOException {
        if (admin != null) {
            return byAddress(admin);
        }
        final List<RunFile> fitting = new ArrayList<>();
        for (final String role : roles) {
            fitting.addAll(running(role));
        }
        if (fitting.size() == 1) {
            return AdminClient.of(fitting.get(0));
        }
        throw new UnavailableException(
                fitting.isEmpty()
                        ? "no " + String.join(" or ", roles) + " of yours runs here"
                                + (name == null && pid == null ? "" : " with that name or number")
                                + ". To see what does: dialtone status"
                        : fitting.size() + " processes fit; say which: "
                                + String.join(
                                        ", ",
                                        fitting.stream()
                                                .map(p -> "--pid " + p.pid() + " (" + p.name() + ")")
                                                .toList()));
    }

    /** A process of one of these roles, sooner of an earlier one; whichever, if several fit. */
    AdminClient any(final List<String> roles) throws UnavailableException, WrongConfigurationException, IOException {
        if (admin != null) {
            return byAddress(admin);
        }
        for (final String role : roles) {
            final List<RunFile> fitting = running(role);
            if (!fitting.isEmpty()) {
                return AdminClient.of(fitting.getFirst());
            }
        }
        throw new UnavailableException("no " + String.join(" or ", roles) + " of yours runs here"
                + (name == null && pid == null ? "" : " with that name or number")
                + ". To see what does: dialtone status");
    }

    /** All processes that are meant; all that run, if nothing is said. */
    List<AdminClient> all() throws UnavailableException, WrongConfigurationException, IOException {
        if (admin != null) {
            return List.of(byAddress(admin));
        }
        final List<AdminClient> clients = new ArrayList<>();
        for (final RunFile process : running("")) {
            clients.add(AdminClient.of(process));
        }
        return clients;
    }

    private List<RunFile> running(final String role) throws IOException {
        return RunFile.readAll(RunFile.directory(System.getenv())).stream()
                .filter(process -> role.isEmpty() || process.role().equals(role))
                .filter(process -> name == null || process.name().equals(name))
                .filter(process -> pid == null || process.pid() == pid)
                .toList();
    }

    /** The process whose admin server listens there. */
    AdminClient at(final String address) throws WrongConfigurationException, IOException {
        return byAddress(address);
    }

    private AdminClient byAddress(final String address) throws WrongConfigurationException, IOException {
        try {
            return new AdminClient(
                    Endpoint.parse(address),
                    tokenFile == null
                            ? Optional.empty()
                            : Optional.of(Files.readString(tokenFile).strip()));
        } catch (WrongValueException e) {
            throw new WrongConfigurationException("--admin: " + address + " (expected: " + e.expected() + ").");
        }
    }
}
