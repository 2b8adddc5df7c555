package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A running {@code dialtone sip-lb}, its counters and its commands. */
final class Balancer {
    private static final Duration START_MAX = Duration.ofSeconds(30);

    private final Child child;
    private final String host;
    private final int port;
    private final AdminPort admin;

    private Balancer(final Child child, final String host, final int port, final AdminPort admin) {
        this.child = child;
        this.host = host;
        this.port = port;
        this.admin = admin;
    }

    /** Starts a balancer on 127.0.0.1 in front of these backends and waits until it takes calls. */
    static Balancer start(final Stage stage, final List<String> backends, final String... options) {
        return start(stage, "127.0.0.1", Ports.free(), backends, options);
    }

    static Balancer start(
            final Stage stage,
            final String host,
            final int port,
            final List<String> backends,
            final String... options) {
        final AdminPort admin = new AdminPort(stage, Ports.free());
        final String shown = host.contains(":") ? "[" + host + "]" : host;
        final List<String> arguments =
                new ArrayList<>(List.of("sip-lb", "--listen", "udp:" + shown + ":" + port, "--admin", admin.address()));
        for (final String backend : backends) {
            arguments.add("--backend");
            arguments.add(backend);
        }
        arguments.addAll(List.of(options));
        final Child child = stage.start("sip-lb", Dialtone.command(arguments), Dialtone.ENVIRONMENT);
        final Balancer balancer = new Balancer(child, host, port, admin);
        stage.onFailureTell(balancer::toString);
        Await.until(
                "the balancer listens on " + shown + ":" + port,
                START_MAX,
                () -> {
                    if (!child.isAlive()) {
                        throw new AssertionError("sip-lb ended with " + child.exitValue() + ":\n" + child.tail());
                    }
                    return Ports.isUdpBound(host, port) && admin.isAnswering();
                },
                child::tail);
        return balancer;
    }

    Child process() {
        return child;
    }

    int port() {
        return port;
    }

    /** Where SIP goes in: {@code host:port}. */
    String address() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    String admin() {
        return admin.address();
    }

    /** The Prometheus page. */
    String metrics() {
        return admin.metrics();
    }

    /** Sum of all samples whose name and labels contain these words. */
    double metric(final String name, final String... labels) {
        double sum = 0;
        for (final String line : metrics().lines().toList()) {
            boolean fits = !line.startsWith("#") && line.startsWith(name);
            for (final String label : labels) {
                fits &= line.contains(label);
            }
            if (fits) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

    /** A counter of the balancer by the name that its status shows: {@code tokens.forged}. */
    long counter(final String name) {
        return admin.counter(name);
    }

    JsonNode status() {
        return admin.status();
    }

    /** State of a backend in words: UP, SUSPECT, DOWN, SLOW_START, DRAINING; "" if there is none of that name. */
    String backendState(final String backend) {
        final JsonNode found = backend(backend);
        return found.path("state").asText("").replace('-', '_').toUpperCase(java.util.Locale.ROOT);
    }

    JsonNode backend(final String name) {
        for (final JsonNode backend : status().path("backends")) {
            if (backend.path("name").asText().equals(name)
                    || backend.path("address").asText().equals(name)) {
                return backend;
            }
        }
        return MissingNode.getInstance();
    }

    void awaitBackendState(final String backend, final String state, final Duration atMost) {
        Await.until(
                backend + " is " + state,
                atMost,
                () -> backendState(backend).equals(state),
                () -> status().toPrettyString());
    }

    /** Runs {@code dialtone COMMAND... --admin HERE} and expects it to succeed. */
    String command(final String... words) {
        return admin.command(words);
    }

    @Override
    public String toString() {
        if (!child.isAlive()) {
            return "sip-lb: ended with " + child.exitValue();
        }
        final StringBuilder words = new StringBuilder("sip-lb status:\n")
                .append(status().toPrettyString())
                .append('\n');
        metrics()
                .lines()
                .filter(line -> !line.startsWith("#") && !line.endsWith(" 0") && !line.endsWith(" 0.0"))
                .limit(200)
                .forEach(line -> words.append(line).append('\n'));
        return words.toString();
    }
}
