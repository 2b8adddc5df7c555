package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A running {@code dialtone sip-lb}, its counters and its commands. */
final class Balancer {
    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Stage stage;
    private final Child child;
    private final String host;
    private final int port;
    private final int adminPort;
    private int commands;

    private Balancer(final Stage stage, final Child child, final String host, final int port, final int adminPort) {
        this.stage = stage;
        this.child = child;
        this.host = host;
        this.port = port;
        this.adminPort = adminPort;
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
        final int adminPort = Ports.free();
        final String shown = host.contains(":") ? "[" + host + "]" : host;
        final List<String> arguments = new ArrayList<>(
                List.of("sip-lb", "--listen", "udp:" + shown + ":" + port, "--admin", "127.0.0.1:" + adminPort));
        for (final String backend : backends) {
            arguments.add("--backend");
            arguments.add(backend);
        }
        arguments.addAll(List.of(options));
        final Child child = stage.start("sip-lb", Dialtone.command(arguments), Dialtone.ENVIRONMENT);
        final Balancer balancer = new Balancer(stage, child, host, port, adminPort);
        stage.onFailureTell(balancer::toString);
        Await.until(
                "the balancer listens on " + shown + ":" + port,
                START_MAX,
                () -> {
                    if (!child.isAlive()) {
                        throw new AssertionError("sip-lb ended with " + child.exitValue() + ":\n" + child.tail());
                    }
                    return Ports.isUdpBound(host, port) && balancer.answersAdmin();
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
        return "127.0.0.1:" + adminPort;
    }

    private boolean answersAdmin() {
        try {
            return get("/metrics").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpResponse<String> get(final String path) throws IOException {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The Prometheus page. */
    String metrics() {
        try {
            return get("/metrics").body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        final JsonNode counter = status().path("counters").path(name);
        if (!counter.isNumber()) {
            throw new AssertionError("no counter " + name + " in " + status().path("counters"));
        }
        return counter.asLong();
    }

    JsonNode status() {
        try {
            return JSON.readTree(get("/status").body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        return JSON.createObjectNode();
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
        final List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--admin", admin()));
        final Child command = stage.start("command-" + ++commands, Dialtone.command(arguments), Dialtone.ENVIRONMENT);
        final int exit = command.awaitExit(Duration.ofSeconds(20));
        if (exit != 0) {
            throw new AssertionError(String.join(" ", arguments) + " ended with " + exit + ":\n" + command.output());
        }
        return command.output();
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
