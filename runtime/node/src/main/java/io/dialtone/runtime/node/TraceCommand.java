package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.trace.PcapngWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the messages of a call, or says which messages are to be kept. */
@Command(
        name = "trace",
        description = {
            "Show the messages of a call as a ladder: all legs of its session, what was sent again, and which node had it.",
            "",
            "Edges and balancers of yours on this machine are asked, and with --also those of others. They keep the last messages in a memory of"
                    + " fixed size (trace.memory-max), so a call must not be long ago."
        },
        footer = {
            "  dialtone trace 3c2670092b7a@192.0.2.1                the call with this Call-ID, and the other legs of its session",
            "  dialtone trace 3c2670092b7a@192.0.2.1 --full         every message whole",
            "  dialtone trace 3c2670092b7a@192.0.2.1 --follow       what comes, until Ctrl-C",
            "  dialtone trace 3c2670092b7a@192.0.2.1 --pcapng call.pcapng    for Wireshark, what came by TLS in clear as well",
            "  dialtone trace --start --user alice --for 10m        keep only messages from and to alice for ten minutes",
            "  dialtone trace --stop                                keep again what trace.keep says",
            "",
            "Values of Authorization and Proxy-Authorization are masked unless --with-credentials is given.",
            "Exit code 0: shown, or done. 1: no message of such a call is left, or refused. 69: no edge or balancer answers."
        })
final class TraceCommand extends ToolCommand {
    private static final String PATH = "/trace";
    private static final String STANDARD_OUTPUT = "-";
    private static final long FOLLOW_MS = 500;

    @Parameters(
            arity = "0..1",
            paramLabel = "CALL-ID",
            description = "Call-ID of any leg, as it stands in its messages.")
    private String callId = "";

    @Option(names = "--full", description = "Show every message whole.")
    private boolean full;

    @Option(names = "--follow", description = "Go on with what comes, until interrupted.")
    private boolean follow;

    @Option(
            names = "--pcapng",
            paramLabel = "FILE",
            description = "Write the messages to a file that Wireshark opens; - for standard output.")
    private @Nullable String pcapng;

    @Option(names = "--with-credentials", description = "Show Authorization and Proxy-Authorization as they were.")
    private boolean withCredentials;

    @Option(
            names = "--also",
            paramLabel = "HOST:PORT",
            description = "Ask the process whose admin server listens there too; may be given several times.")
    private List<String> also = new ArrayList<>();

    @Option(names = "--start", description = "Keep what --one-in, --user and --address say, for a while.")
    private boolean start;

    @Option(names = "--stop", description = "End what --start began.")
    private boolean stop;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "10m",
            description = "With --start: how long. Default: ${DEFAULT-VALUE}.")
    private String duration = "";

    @Option(
            names = "--one-in",
            paramLabel = "N",
            defaultValue = "1",
            description = "With --start: one of N slots or calls.")
    private int oneIn;

    @Option(names = "--user", paramLabel = "USER", description = "With --start: only with this user in From or To.")
    private String user = "";

    @Option(names = "--address", paramLabel = "IP", description = "With --start: only from and to this address.")
    private String address = "";

    /** A process that is asked, and where it goes on. */
    private static final class Source {
        final AdminClient client;
        String name = "";
        String cursor = "";

        Source(final AdminClient client) {
            this.client = client;
        }
    }

    private final Map<AdminClient, Source> sources = new LinkedHashMap<>();
    private final Set<String> sessions = new TreeSet<>();
    private final TraceStory story = new TraceStory();
    private final ArrayNode calls = Json.object().arrayNode();
    private final ArrayNode traces = Json.object().arrayNode();
    private long missed;

    @Override
    int ask() throws Exception {
        for (final AdminClient client : clients()) {
            sources.put(client, new Source(client));
        }
        if (start || stop) {
            return command();
        }
        if (callId.isEmpty()) {
            throw new WrongConfigurationException(
                    "CALL-ID is missing (expected: the Call-ID of a call, or --start, or --stop).");
        }
        return show();
    }

    private List<AdminClient> clients() throws Exception {
        final List<AdminClient> clients = new ArrayList<>(target().all());
        for (final String each : also) {
            clients.add(target().at(each));
        }
        return clients;
    }

    // ---- what is kept

    private int command() throws Exception {
        final ObjectNode request = Json.object();
        if (stop) {
            request.put("stop", true);
        } else {
            request.put("seconds", TimeUnit.NANOSECONDS.toSeconds(durationNs()))
                    .put("oneIn", oneIn)
                    .put("user", user)
                    .put("address", address);
        }
        boolean done = false;
        for (final AdminClient client : sources.keySet()) {
            try {
                print(client.post(PATH, request));
                done = true;
            } catch (AdminRefusal refusal) {
                if (refusal.status() != AdminRefusal.NOT_FOUND) {
                    throw refusal;
                }
            }
        }
        if (!done) {
            throw nobody();
        }
        return ExitCode.OK;
    }

    private long durationNs() throws WrongConfigurationException {
        try {
            return SettingType.duration("1s", "168h").reader().read(duration);
        } catch (WrongValueException e) {
            throw new WrongConfigurationException("--for: " + duration + " (expected: " + e.expected() + ").");
        }
    }

    private static UnavailableException nobody() {
        return new UnavailableException(
                "no edge or balancer of yours runs here. To see what does: dialtone status. One on another machine: --also HOST:PORT");
    }

    // ---- what has happened

    private int show() throws Exception {
        final List<TraceEntry> entries = collect();
        if (traces.isEmpty()) {
            throw nobody();
        }
        final List<TraceStory.Step> steps = story.add(entries);
        if (steps.isEmpty() && !follow) {
            err().println("dialtone: no message of " + TraceEntry.printable(callId) + " is left" + why());
            return ExitCode.NO;
        }
        if (pcapng != null) {
            toFile(steps, pcapng);
        } else if (json()) {
            printJson(steps);
        } else {
            final Ladder ladder = new Ladder(out(), ZoneId.systemDefault());
            print(steps, ladder);
            if (!follow) {
                summary();
            }
            followUp(more -> print(more, ladder));
        }
        return ExitCode.OK;
    }

    /** Why nothing is found, as far as one can tell. */
    private String why() {
        final List<String> reasons = new ArrayList<>();
        for (final JsonNode trace : traces) {
            final String name = trace.path("name").asText();
            if (!trace.path("on").asBoolean()) {
                reasons.add(name + " keeps none (trace.memory-max)");
            } else if (trace.path("keeps").asText().equals("nothing")) {
                reasons.add(name + " keeps nothing (trace.keep; dialtone trace --start)");
            } else if (trace.path("messages").asLong() == 0) {
                reasons.add(name + " has seen none yet");
            } else {
                reasons.add(name + " keeps " + trace.path("keeps").asText() + ", back to "
                        + trace.path("oldest").asText());
            }
        }
        return ": " + String.join("; ", reasons) + ".";
    }

    /** Asks all processes, and once more those who have not known then to which session the call belongs. */
    private List<TraceEntry> collect() throws IOException, UnavailableException, AdminRefusal {
        final Map<String, JsonNode> answers = new LinkedHashMap<>();
        traces.removeAll();
        calls.removeAll();
        final List<TraceEntry> entries = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            final Set<String> known = new TreeSet<>(sessions);
            for (final Source source : sources.values()) {
                final JsonNode last = answers.get(source.name);
                if (last == null || !names(last).containsAll(known)) {
                    final JsonNode answer = askOne(source);
                    if (answer != null) {
                        answers.put(source.name, answer);
                        sessions.addAll(names(answer));
                    }
                }
            }
        }
        for (final Source source : sources.values()) {
            JsonNode answer = answers.get(source.name);
            while (answer != null) {
                read(source, answer, entries);
                answer = answer.path("more").asBoolean() ? askOne(source) : null;
            }
        }
        return entries;
    }

    private void read(final Source source, final JsonNode answer, final List<TraceEntry> entries) throws IOException {
        answer.path("calls").forEach(calls::add);
        if (answer.has("trace")) {
            traces.add(((ObjectNode) answer.path("trace")).put("name", source.name));
            source.cursor = answer.path("cursor").asText();
            missed += answer.path("missed").asLong();
            for (final JsonNode message : answer.path("messages")) {
                entries.add(TraceEntry.of(source.name, message));
            }
        }
    }

    private static Set<String> names(final JsonNode answer) {
        final Set<String> names = new TreeSet<>();
        answer.path("sessions").forEach(each -> names.add(each.asText()));
        return names;
    }

    /** What a process knows; null if it has nothing to do with calls, or does not answer. */
    private @Nullable JsonNode askOne(final Source source) throws AdminRefusal {
        try {
            final JsonNode answer =
                    source.client.getSlowly(PATH + "?call-id=" + URLEncoder.encode(callId, StandardCharsets.UTF_8)
                            + "&sessions=" + String.join(",", sessions) + "&cursor=" + source.cursor + "&credentials="
                            + withCredentials);
            source.name = answer.path("name").asText();
            return answer;
        } catch (AdminRefusal refusal) {
            if (refusal.status() == AdminRefusal.NOT_FOUND) {
                return null; // a host
            }
            throw refusal;
        } catch (UnavailableException e) {
            err().println("dialtone: " + e.getMessage());
            return null;
        }
    }

    // ---- how it is shown

    /** Gets what has come since. */
    @FunctionalInterface
    private interface More {
        void onSteps(List<TraceStory.Step> steps) throws IOException;
    }

    private void followUp(final More more) throws Exception {
        while (follow) {
            TimeUnit.MILLISECONDS.sleep(FOLLOW_MS);
            final List<TraceStory.Step> steps = story.add(collect());
            if (!steps.isEmpty()) {
                more.onSteps(steps);
            }
        }
    }

    private void print(final List<TraceStory.Step> steps, final Ladder ladder) {
        ladder.draw(steps);
        if (full) {
            for (final TraceStory.Step step : steps) {
                final TraceEntry entry = step.entry();
                out().println();
                out().println("--- leg " + step.leg() + ", " + (entry.isOut() ? "to " : "from ") + entry.transport()
                        + ":"
                        + entry.peer() + (entry.isOut() ? " by " : " at ") + entry.process()
                        + (entry.node().isEmpty() ? "" : ", " + entry.node()));
                out().print(entry.text());
            }
        }
        out().flush();
    }

    private void summary() {
        out().println();
        final List<String> legs = story.legs();
        for (int i = 0; i < legs.size(); i++) {
            out().println("leg " + (i + 1) + "  " + TraceEntry.printable(legs.get(i)));
        }
        for (final JsonNode call : calls) {
            out().println("session of slot " + call.path("slot").asInt() + " at "
                    + call.path("node").asText() + ", epoch "
                    + call.path("epoch").asLong() + ": "
                    + (call.path("begun").asBoolean() ? "goes on" : "over, and remembered for what is sent again"));
            for (final JsonNode leg : call.path("legs")) {
                out().println("  " + leg.path("name").asText() + "  "
                        + leg.path("state").asText() + "  "
                        + TraceEntry.printable(leg.path("callId").asText()));
            }
            call.path("timersMs")
                    .properties()
                    .forEach(timer -> out().println("  timer " + timer.getKey() + " in "
                            + timer.getValue().asLong() + " ms"));
        }
        if (missed > 0) {
            out().println(missed + " records were overwritten while they were read");
        }
    }

    private void printJson(final List<TraceStory.Step> steps) throws Exception {
        final ObjectNode all = Json.object();
        final ArrayNode names = all.putArray("sessions");
        sessions.forEach(names::add);
        final ArrayNode legs = all.putArray("legs");
        story.legs().forEach(legs::add);
        final ArrayNode messages = all.putArray("messages");
        steps.forEach(step -> describe(step, messages.addObject()));
        all.set("calls", calls.deepCopy());
        all.set("traces", traces.deepCopy());
        out().println(Json.write(all));
        out().flush();
        followUp(more -> {
            for (final TraceStory.Step step : more) {
                final ObjectNode each = Json.object();
                describe(step, each);
                out().println(Json.write(each));
            }
            out().flush();
        });
    }

    private static void describe(final TraceStory.Step step, final ObjectNode to) {
        final TraceEntry entry = step.entry();
        to.put("timeNs", entry.timeNs())
                .put("leg", step.leg())
                .put("callId", entry.callId())
                .put("what", entry.what())
                .put("title", entry.title())
                .put("transport", entry.transport())
                .put("peer", entry.peer())
                .put("local", entry.local())
                .put("process", entry.process())
                .put("node", entry.node())
                .put("slot", entry.slot())
                .put("epoch", entry.epoch())
                .put("retransmission", step.isRepeated());
        if (!step.event().isEmpty()) {
            to.put("event", step.event());
        }
        to.put("message", new String(entry.message(), StandardCharsets.UTF_8));
    }

    private void toFile(final List<TraceStory.Step> steps, final String file) throws Exception {
        if (file.equals(STANDARD_OUTPUT)) {
            toStream(steps, new BufferedOutputStream(System.out));
            return;
        }
        try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(Path.of(file)))) {
            toStream(steps, stream);
        } catch (FileSystemException e) {
            throw new UnavailableException("cannot write " + e.getMessage());
        }
        out().println(steps.size() + " messages written to " + file);
    }

    private void toStream(final List<TraceStory.Step> steps, final OutputStream stream) throws Exception {
        final PcapngWriter writer = new PcapngWriter(stream, "dialtone " + Version.number());
        write(steps, writer);
        followUp(more -> write(more, writer));
    }

    private static void write(final List<TraceStory.Step> steps, final PcapngWriter writer) throws IOException {
        for (final TraceStory.Step step : steps) {
            final TraceEntry entry = step.entry();
            if (entry.isIn() || entry.isOut()) {
                final Endpoint from = endpoint(entry.isIn() ? entry.peer() : entry.local());
                final Endpoint to = endpoint(entry.isIn() ? entry.local() : entry.peer());
                writer.write(
                        from.toAddress(),
                        to.toAddress(),
                        ViaTransport.valueOf(entry.transport().toUpperCase(Locale.ROOT)),
                        entry.timeNs(),
                        comment(step),
                        entry.message());
            }
        }
        writer.flush();
    }

    private static Endpoint endpoint(final String text) throws IOException {
        try {
            return Endpoint.parse(text);
        } catch (WrongValueException e) {
            throw new IOException("an answer names the address " + text, e);
        }
    }

    private static String comment(final TraceStory.Step step) {
        final TraceEntry entry = step.entry();
        return "leg " + step.leg() + ", " + entry.process()
                + (entry.node().isEmpty()
                        ? ""
                        : ", " + entry.node() + ", slot " + entry.slot() + ", epoch " + entry.epoch())
                + (step.isRepeated() ? ", retransmission" : "")
                + (step.event().isEmpty() ? "" : "; before: " + step.event());
    }
}
