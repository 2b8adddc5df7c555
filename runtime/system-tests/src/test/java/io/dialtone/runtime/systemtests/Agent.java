package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A running {@code dialtone diameter-lb}, {@code relay.test.realm}, its counters and its commands. */
final class Agent {
    static final String HOST = "relay.test.realm";

    private static final Duration START_MAX = Duration.ofSeconds(30);

    private final Child child;
    private final AdminPort admin;

    private Agent(final Child child, final AdminPort admin) {
        this.child = child;
        this.admin = admin;
    }

    /** Starts one and waits until it can be asked how it is; it listens by then. */
    static Agent start(final Stage stage, final List<String> options) {
        final AdminPort admin = new AdminPort(stage, Ports.free());
        final List<String> arguments =
                new ArrayList<>(List.of("diameter-lb", "--identity", HOST, "--admin", admin.address()));
        arguments.addAll(options);
        final Child child = stage.start("diameter-lb", Dialtone.command(arguments), Dialtone.ENVIRONMENT);
        final Agent agent = new Agent(child, admin);
        stage.onFailureTell(agent::toString);
        Await.until(
                "the agent answers at its admin port",
                START_MAX,
                () -> {
                    if (!child.isAlive()) {
                        throw new AssertionError("diameter-lb ended with " + child.exitValue() + ":\n" + child.tail());
                    }
                    return admin.isAnswering();
                },
                child::tail);
        return agent;
    }

    Child process() {
        return child;
    }

    /** The Prometheus page. */
    String metrics() {
        return admin.metrics();
    }

    JsonNode status() {
        return admin.status();
    }

    /** A counter by the name that status shows: {@code relay.requests}. */
    long counter(final String name) {
        return admin.counter(name);
    }

    void awaitCounter(final String name, final long atLeast, final Duration atMost) {
        Await.until(name + " is " + atLeast, atMost, () -> counter(name) >= atLeast, this::toString);
    }

    /** What status says of a peer; nothing if there is none of that name. */
    JsonNode peer(final String host) {
        return admin.entry("diameterPeers", "identity", host);
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
        return admin.ended(words);
    }

    /** The same, and it must have succeeded; what it said. */
    String command(final String... words) {
        return admin.command(words);
    }

    @Override
    public String toString() {
        return child.isAlive()
                ? "diameter-lb status:\n" + status().toPrettyString()
                : "diameter-lb: ended with " + child.exitValue();
    }
}
