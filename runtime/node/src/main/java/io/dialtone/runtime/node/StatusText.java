package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Status for people: first what runs, then for each process what an operator asks next. Used by one thread. */
final class StatusText {
    private static final int EVENTS_MAX = 8;

    private final PrintWriter out;
    private final boolean withSlots;

    /** Status with a line a slot, or without. */
    StatusText(final PrintWriter out, final boolean withSlots) {
        this.out = out;
        this.withSlots = withSlots;
    }

    void print(final List<JsonNode> processes) {
        final TextTable table =
                new TextTable("ROLE", "NAME", "PID", "UP", "STATE", "CPU", "MEMORY", "ADMIN", "LISTENS");
        for (final JsonNode process : processes) {
            table.row(
                    process.path("role").asText(),
                    process.path("name").asText(),
                    process.path("pid").asText(),
                    duration(process.path("uptimeSeconds").asLong()),
                    process.path("ready").asBoolean() ? "ready" : "not ready",
                    String.format(
                            Locale.ROOT, "%.1f s", process.path("cpuSeconds").asDouble()),
                    process.path("residentBytes").asLong() / (1024 * 1024) + " MiB",
                    process.path("admin").asText(),
                    listeners(process));
        }
        table.print(out);
        for (final JsonNode process : processes) {
            details(process);
        }
    }

    private void details(final JsonNode process) {
        final String title = process.path("role").asText() + " "
                + process.path("name").asText() + " (pid " + process.path("pid").asText() + ")";
        if (process.has("notReady")) {
            out.println();
            out.println(title + " is not ready: " + process.path("notReady").asText());
        }
        if (process.has("backends")) {
            heading(title + ": backends by " + process.path("algorithm").asText() + ", affinity "
                    + process.path("affinity").asText());
            backends(process.path("backends"));
            heading(title + ": first responses of backends by class of request");
            responseTimes(process.path("backends"));
        }
        if (process.has("peers")) {
            heading(title + ": peers over the link");
            peers(process.path("peers"));
        }
        if (process.has("diameterPeers")) {
            heading(title + ": Diameter peers of " + process.path("identity").asText());
            diameterPeers(process.path("diameterPeers"));
        }
        if (process.has("grid")) {
            grid(title, process.path("grid"));
        }
        if (process.has("membership")) {
            membership(title, process.path("membership"));
        }
        if (process.has("services")) {
            heading(title + ": services");
            services(process.path("services"));
        }
        if (process.has("latencyMs")) {
            heading(title + ": response times");
            latencies(process.path("latencyMs"));
        }
        if (process.has("counters")) {
            heading(title + ": counters that are not zero");
            counters(process.path("counters"));
        }
    }

    private void heading(final String text) {
        out.println();
        out.println(text);
    }

    private void backends(final JsonNode backends) {
        final TextTable table = new TextTable(
                "BACKEND",
                "STATE",
                "WEIGHT",
                "SHARE",
                "OPEN",
                "NEW CALLS",
                "REQUESTS",
                "RESPONSES",
                "P50 ms",
                "P99 ms",
                "WENT DOWN",
                "EJECTED",
                "LAST HEARD");
        for (final JsonNode backend : backends) {
            final long silentMs = backend.path("silentMs").asLong();
            table.row(
                    nameWithTransport(backend),
                    backend.path("state").asText(),
                    backend.path("weight").asText(),
                    backend.path("sharePercent").asText() + "%",
                    backend.path("open").asText()
                            + (backend.path("openMax").asLong() == 0
                                    ? ""
                                    : " of " + backend.path("openMax").asText()),
                    backend.path("newCalls").asText(),
                    backend.path("requests").asText(),
                    backend.path("responses").asText(),
                    backend.path("firstResponseMs").path("p50").asText(),
                    backend.path("firstResponseMs").path("p99").asText(),
                    backend.path("timesDown").asText(),
                    backend.path("timesEjected").asText(),
                    silentMs < 0
                            ? "never"
                            : silentMs < 10_000 ? silentMs + " ms ago" : duration(silentMs / 1000) + " ago");
        }
        table.print(out);
    }

    /** As an operator writes it: UDP is not mentioned. */
    private static String nameWithTransport(final JsonNode backend) {
        final String transport = backend.path("transport").asText("udp");
        return ("udp".equals(transport) ? "" : transport + ":")
                + backend.path("name").asText();
    }

    private void responseTimes(final JsonNode backends) {
        final TextTable table = new TextTable("BACKEND", "REQUESTS", "COUNT", "P50 ms", "P90 ms", "P99 ms", "P99.9 ms");
        for (final JsonNode backend : backends) {
            for (final Map.Entry<String, JsonNode> each :
                    backend.path("firstResponseMsByClass").properties()) {
                if (each.getValue().path("count").asLong() > 0) {
                    table.row(
                            backend.path("name").asText(),
                            each.getKey(),
                            each.getValue().path("count").asText(),
                            each.getValue().path("p50").asText(),
                            each.getValue().path("p90").asText(),
                            each.getValue().path("p99").asText(),
                            each.getValue().path("p999").asText());
                }
            }
        }
        table.print(out);
    }

    private void diameterPeers(final JsonNode peers) {
        final TextTable table = new TextTable(
                "PEER",
                "STATE",
                "REMOTE",
                "FROM IT",
                "TO IT",
                "PENDING",
                "2xxx",
                "3xxx",
                "4xxx",
                "5xxx",
                "TIMEOUTS",
                "RESENT",
                "P50 ms",
                "P99 ms");
        for (final JsonNode peer : peers) {
            final List<String> remotes = new ArrayList<>();
            peer.path("connections")
                    .forEach(each -> remotes.add(each.path("remote").asText()));
            remotes.removeIf(String::isEmpty);
            table.row(
                    peer.path("identity").asText(),
                    peer.path("state").asText(),
                    remotes.isEmpty() ? "-" : String.join(" ", remotes),
                    peer.path("requestsFrom").asText(),
                    peer.path("requestsTo").asText(),
                    peer.path("pending").asText(),
                    peer.path("answersSuccess").asText(),
                    peer.path("answersProtocolError").asText(),
                    peer.path("answersTransientFailure").asText(),
                    peer.path("answersPermanentFailure").asText(),
                    peer.path("timeouts").asText(),
                    peer.path("resent").asText(),
                    peer.path("answerMs").path("p50").asText(),
                    peer.path("answerMs").path("p99").asText());
        }
        table.print(out);
    }

    private void peers(final JsonNode peers) {
        final TextTable table = new TextTable("PEER", "THREAD", "REACHABLE", "SENT", "RECEIVED", "REFUSED", "LOST");
        for (final JsonNode peer : peers) {
            table.row(
                    peer.path("name").asText(),
                    peer.path("thread").asText(),
                    peer.path("reachable").asBoolean() ? "yes" : "no",
                    peer.path("sentFrames").asText(),
                    peer.path("receivedFrames").asText(),
                    peer.path("refusedFrames").asText(),
                    peer.path("lost").asText());
        }
        table.print(out);
    }

    private void grid(final String title, final JsonNode grid) {
        heading(title + ": state grid, map " + grid.path("mapVersion").asText() + ", "
                + grid.path("backupsWanted").asText() + " backups wanted, "
                + (grid.path("settled").asBoolean() ? "settled" : "not settled")
                + (grid.path("registryConnected").asBoolean() ? "" : ", NO SESSION WITH THE REGISTRY")
                + (grid.path("slotsLost").asLong() == 0
                        ? ""
                        : ", " + grid.path("slotsLost").asText() + " slots lost so far with about "
                                + grid.path("sessionsLost").asText() + " sessions"));
        final TextTable table =
                new TextTable("NODE", "HOST", "SESSIONS", "OWNS", "ALONE", "BACKS UP", "LEARNS", "TEACHES", "DRAINING");
        for (final JsonNode member : grid.path("members")) {
            table.row(
                    member.path("name").asText(),
                    member.path("host").asText(),
                    member.path("sessions").asText(),
                    member.path("owned").asText(),
                    member.path("alone").asText(),
                    member.path("backedUp").asText(),
                    member.path("learning").asText(),
                    member.path("teaching").asText(),
                    member.path("leaving").asBoolean()
                            ? "and ends"
                            : member.path("draining").asBoolean() ? "yes" : "");
        }
        table.print(out);
        if (grid.has("lag")) {
            lag(title, grid.path("lag"));
        }
        if (withSlots) {
            slots(title, grid.path("slots"));
        }
        if (!grid.path("events").isEmpty()) {
            events(title + ": what happened last in the grid", grid.path("events"));
        }
    }

    private void membership(final String title, final JsonNode membership) {
        heading(title + ": hosts as they see each other, "
                + membership.path("state").asText() + ", "
                + membership.path("hostsSeen").asText() + " of "
                + membership.path("hostsNamed").asText() + " hosts there");
        if (membership.has("problem")) {
            out.println(membership.path("problem").asText());
        }
        final TextTable table =
                new TextTable("ROLE", "NAME", "HOST", "STATE", "SINCE", "LOAD", "SESSIONS", "ADMIN ON ITS HOST");
        for (final JsonNode each : membership.path("processes")) {
            final boolean isThere = each.path("state").asText().equals("there");
            table.row(
                    each.path("role").asText(),
                    each.path("name").asText(),
                    each.path("host").asText(),
                    each.path("state").asText(),
                    each.path("since").asText(),
                    isThere ? each.path("loadPercent").asText() + "%" : "",
                    isThere ? each.path("sessions").asText() : "",
                    each.path("admin").asText());
        }
        table.print(out);
        if (!membership.path("events").isEmpty()) {
            events(title + ": what happened last to hosts", membership.path("events"));
        }
    }

    private void lag(final String title, final JsonNode lag) {
        heading(title + ": what its backups have not applied yet");
        final TextTable table = new TextTable("NODE", "ENTRIES", "BYTES HELD", "OUTPUTS HELD", "OLDEST ms");
        for (final JsonNode node : lag) {
            table.row(
                    node.path("node").asText(),
                    node.path("entriesUnapplied").asText(),
                    node.path("entryBytesHeld").asText(),
                    node.path("outputsHeld").asText(),
                    node.path("oldestOutputHeldMs").asText());
        }
        table.print(out);
    }

    private void slots(final String title, final JsonNode slots) {
        heading(title + ": slots");
        final TextTable table = new TextTable("SLOT", "EPOCH", "OWNER", "IN SYNC", "LEARNER", "MOVES TO");
        for (final JsonNode slot : slots) {
            final List<String> inSync = new ArrayList<>();
            slot.path("inSync").forEach(name -> inSync.add(name.asText()));
            table.row(
                    slot.path("slot").asText(),
                    slot.path("epoch").asText(),
                    slot.path("owner").asText(),
                    String.join(" ", inSync),
                    slot.path("learner").asText(),
                    slot.path("movesTo").asText());
        }
        table.print(out);
    }

    private void events(final String title, final JsonNode events) {
        heading(title);
        final TextTable table = new TextTable("AT", "WHAT");
        for (int i = Math.max(0, events.size() - EVENTS_MAX); i < events.size(); i++) {
            table.row(
                    events.get(i).path("at").asText(),
                    events.get(i).path("what").asText());
        }
        table.print(out);
    }

    private void services(final JsonNode services) {
        final TextTable table = new TextTable("SERVICE", "VERSION", "HANDLER", "SESSIONS");
        for (final JsonNode service : services) {
            table.row(
                    service.path("name").asText(),
                    service.path("version").asText(),
                    service.path("handler").asText(),
                    service.path("sessions").asText());
        }
        table.print(out);
    }

    private void latencies(final JsonNode latencies) {
        final TextTable table = new TextTable("WHAT", "COUNT", "P50 ms", "P90 ms", "P99 ms", "P99.9 ms");
        for (final Map.Entry<String, JsonNode> latency : latencies.properties()) {
            table.row(
                    latency.getKey(),
                    latency.getValue().path("count").asText(),
                    latency.getValue().path("p50").asText(),
                    latency.getValue().path("p90").asText(),
                    latency.getValue().path("p99").asText(),
                    latency.getValue().path("p999").asText());
        }
        table.print(out);
    }

    private void counters(final JsonNode counters) {
        final TextTable table = new TextTable("COUNTER", "VALUE");
        for (final Map.Entry<String, JsonNode> counter : counters.properties()) {
            if (counter.getValue().asLong() != 0) {
                table.row(counter.getKey(), counter.getValue().asText());
            }
        }
        table.print(out);
    }

    private static String listeners(final JsonNode process) {
        final List<String> texts = new ArrayList<>();
        process.path("listeners")
                .forEach(listener -> texts.add(listener.path("address").asText()));
        return texts.isEmpty() ? "-" : String.join(" ", texts);
    }

    static String duration(final long seconds) {
        final Duration time = Duration.ofSeconds(seconds);
        if (time.toDays() > 0) {
            return time.toDays() + "d " + time.toHoursPart() + "h";
        }
        if (time.toHours() > 0) {
            return time.toHours() + "h " + time.toMinutesPart() + "m";
        }
        return time.toMinutes() > 0 ? time.toMinutes() + "m " + time.toSecondsPart() + "s" : seconds + "s";
    }
}
