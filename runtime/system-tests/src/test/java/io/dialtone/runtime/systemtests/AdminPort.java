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

/** The admin server of a process of ours: what it shows, and what commands make of it. */
final class AdminPort {
    private static final Duration COMMAND_MAX = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Stage stage;
    private final int port;
    private int commands;

    AdminPort(final Stage stage, final int port) {
        this.stage = stage;
        this.port = port;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    boolean isAnswering() {
        try {
            return get("/metrics").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpResponse<String> get(final String path) throws IOException {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://" + address() + path))
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

    /** A counter by the name that status shows: {@code tokens.forged}, {@code relay.requests}. */
    long counter(final String name) {
        final JsonNode counter = status().path("counters").path(name);
        if (!counter.isNumber()) {
            throw new AssertionError("no counter " + name + " in " + status().path("counters"));
        }
        return counter.asLong();
    }

    /** The entry of a list in status that has this value in a field; an empty one if there is none. */
    JsonNode entry(final String list, final String field, final String value) {
        for (final JsonNode each : status().path(list)) {
            if (each.path(field).asText().equals(value)) {
                return each;
            }
        }
        return JSON.createObjectNode();
    }

    /** Runs {@code dialtone COMMAND... --admin HERE} to its end. */
    Child ended(final String... words) {
        final List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--admin", address()));
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
}
