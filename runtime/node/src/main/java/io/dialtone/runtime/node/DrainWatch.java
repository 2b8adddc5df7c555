package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Watches a node get empty, and end, and says how far it is. Used by the main thread of a command. */
final class DrainWatch {
    private static final long LOOK_MS = 200;
    private static final int NOTHING_KNOWN = -1;

    private final String node;
    private final boolean keep;
    private final AdminClient process;
    private final Consumer<JsonNode> out;
    private String lastLine = "";
    private @Nullable ProcessHandle here;

    /**
     * A watch.
     *
     * @param keep true if the node stays
     * @param process an edge, or another process that hears the registry
     * @param out where each line goes
     */
    DrainWatch(final String node, final boolean keep, final AdminClient process, final Consumer<JsonNode> out) {
        this.node = node;
        this.keep = keep;
        this.process = process;
        this.out = out;
    }

    /** True when it is done; false when the time is over, or somebody has taken it back. */
    boolean await(final long timeoutNs) throws InterruptedException, IOException, AdminRefusal, UnavailableException {
        final long beginNs = System.nanoTime();
        JsonNode member = Json.object();
        boolean wasDraining = false;
        while (System.nanoTime() - beginNs < timeoutNs) {
            final Optional<JsonNode> found = member();
            if (found.isEmpty()) {
                return awaitEnd(beginNs, timeoutNs);
            }
            member = found.get();
            here = here == null ? processHere(member.path("incarnation").asText()) : here;
            if (wasDraining && !member.path("draining").asBoolean()) {
                say(line(member, node + " was taken back: it owns " + slots(member)));
                return false;
            }
            wasDraining |= member.path("draining").asBoolean();
            if (keep && wasDraining && member.path("owned").asInt(NOTHING_KNOWN) == 0) {
                say(line(
                        member,
                        node + " owns nothing after " + seconds(beginNs)
                                + (member.path("backedUp").asInt() == 0
                                        ? ""
                                        : "; it is still backup of "
                                                + member.path("backedUp").asInt() + " slots")));
                return true;
            }
            say(line(member, left(member) + " left"));
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        say(line(
                member,
                node + " is not empty after " + seconds(beginNs) + ": " + left(member)
                        + " left. It goes on giving them away; to wait on: dialtone drain " + node
                        + " --timeout 10m; to take it back: dialtone drain " + node + " --undo"));
        return false;
    }

    /** It is no member any more; if it runs on this machine, it is seen to end. */
    private boolean awaitEnd(final long beginNs, final long timeoutNs) throws InterruptedException {
        while (isRunningHere()) {
            if (System.nanoTime() - beginNs >= timeoutNs) {
                say(Json.object().put("node", node).put("done", node + " has left, and its process has not ended"));
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        say(Json.object()
                .put("node", node)
                .put("slots", 0)
                .put("sessions", 0)
                .put("done", node + " is empty and has ended after " + seconds(beginNs)));
        return true;
    }

    private boolean isRunningHere() {
        return here != null && here.isAlive();
    }

    /** The node's process, if it runs on this machine; others may have its name. */
    private @Nullable ProcessHandle processHere(final String incarnation) throws IOException {
        for (final RunFile running : RunFile.readAll(RunFile.directory(System.getenv()))) {
            if (running.role().equals("node")
                    && running.name().equals(node)
                    && incarnationOf(running).equals(incarnation)) {
                return ProcessHandle.of(running.pid()).orElse(null);
            }
        }
        return null;
    }

    private static String incarnationOf(final RunFile running) {
        try {
            return AdminClient.of(running)
                    .get("/status")
                    .path("services")
                    .path(0)
                    .path("incarnation")
                    .asText();
        } catch (UnavailableException | AdminRefusal e) {
            return ""; // it does not answer: another one, or about to end
        }
    }

    private Optional<JsonNode> member() throws AdminRefusal, UnavailableException {
        for (final JsonNode member : process.get("/status").path("grid").path("members")) {
            if (member.path("name").asText().equals(node)) {
                return Optional.of(member);
            }
        }
        return Optional.empty();
    }

    private ObjectNode line(final JsonNode member, final String text) {
        return Json.object()
                .put("node", node)
                .put("slots", member.path("owned").asInt())
                .put("sessions", member.path("sessions").asLong())
                .put("backedUp", member.path("backedUp").asInt())
                .put("done", text);
    }

    private String left(final JsonNode member) {
        return node + ": " + slots(member) + " with about "
                + member.path("sessions").asLong() + " sessions, backup of "
                + member.path("backedUp").asInt() + " more,";
    }

    private static String slots(final JsonNode member) {
        final int owned = member.path("owned").asInt();
        return owned == 1 ? "1 slot" : owned + " slots";
    }

    private static String seconds(final long beginNs) {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - beginNs) / 1e9);
    }

    /** A line a change. */
    private void say(final ObjectNode line) {
        final String text = line.path("done").asText();
        if (!text.equals(lastLine)) {
            lastLine = text;
            out.accept(line);
        }
    }
}
