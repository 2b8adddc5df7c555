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

/** A running {@code dialtone diameter-lb}, {@code relay.test.realm}, its counters and its commands. */
final class Agent {
    static final String HOST = "relay.test.realm";

    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final Duration COMMAND_MAX = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Stage stage;
    private final Child child;
    private final int adminPort;
    private int commands;

    private Agent(final Stage stage, final Child child, final int adminPort) {
        this.stage = stage;
        this.child = child;
        this.adminPort = adminPort;
    }

    /** Starts one and waits until it can be asked how it is; it listens by then. */
    static Agent start(final Stage stage, final List<String> options) {
        final int adminPort = Ports.free();
        final List<String> arguments =
                new ArrayList<>(List.of("diameter-lb", "--identity", HOST, "--admin", "127.0.0.1:" + adminPort));
        arguments.addAll(options);
        final Child child = stage.start("diameter-lb", Dialtone.command(arguments), Dialtone.ENVIRONMENT);
        final Agent agent = new Agent(stage, child, adminPort);
        stage.onFailureTell(agent::toString);
        Await.until(
                "the agent answers at its admin port",
                START_MAX,
                () -> {
                    if (!child.isAlive()) {
                        throw new AssertionError("diameter-lb ended with " + child.exitValue() + ":\n" + child.tail());
                    }
                    return agent.answersAdmin();
                },
                child::tail);
        return agent;
    }

    Child process() {
        return child;
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

    JsonNode status() {
        try {
            return JSON.readTree(get("/status").body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A counter by the name that status shows: {@code relay.requests}. */
    long counter(final String name) {
        final JsonNode counter = status().path("counters").path(name);
        if (!counter.isNumber()) {
            throw new AssertionError("no counter " + name + " in " + status().path("counters"));
        }
        return counter.asLong();
    }

    void awaitCounter(final String name, final long atLeast, final Duration atMost) {
        Await.until(name + " is " + atLeast, atMost, () -> counter(name) >= atLeast, this::toString);
    }

    /** What status says of a peer; nothing if there is none of that name. */
    JsonNode peer(final String host) {
        for (final JsonNode peer : status().path("diameterPeers")) {
            if (peer.path("identity").asText().equals(host)) {
                return peer;
            }
        }
        return JSON.createObjectNode();
    }

    void awaitPeer(final String host, final String state, final Duration atMost) {
        Await.until(
                host + " is " + state,
                atMost,
                () -> peer(host).path("state").asText().equals(state),
                () -> status().toPrettyString());
    }

    /** Runs {@code dialtone COMMAND... --admin HERE} to its end. */
    Child ended(final String... words) {
        final List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--admin", "127.0.0.1:" + adminPort));
        final Child command = stage.start("command-" + ++commands, Dialtone.command(arguments), Dialtone.ENVIRONMENT);
        command.awaitExit(COMMAND_MAX);
        return command;
    }

    /** The same, and it must have succeeded; what it said. */
    String command(final String... words) {
        final Child command = ended(words);
        if (command.exitValue() != 0) {
            throw new AssertionError(
                    String.join(" ", words) + " ended with " + command.exitValue() + ":\n" + command.output());
        }
        return command.output();
    }

    @Override
    public String toString() {
        return child.isAlive()
                ? "diameter-lb status:\n" + status().toPrettyString()
                : "diameter-lb: ended with " + child.exitValue();
    }
}
