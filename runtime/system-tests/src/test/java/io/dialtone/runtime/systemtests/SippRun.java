package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/** One SIPp process, calling or answering, and its statistics, which it writes anew every second and at its end. */
final class SippRun {
    /** SIPp opens sound and video sockets from its media port on, whether it sends media or not. */
    private static final int MEDIA_PORTS = 4;

    private final Child child;
    private final Path statistics;
    private final Path directory;
    private final String name;
    private final String host;
    private final int port;

    private SippRun(final Child child, final Path directory, final String name, final String host, final int port) {
        this.child = child;
        this.directory = directory;
        this.name = name;
        this.host = host;
        this.port = port;
        statistics = directory.resolve(name + ".csv");
    }

    /** Begins the description of a SIPp process. */
    static Builder named(final Stage stage, final String name) {
        return new Builder(stage, name);
    }

    static final class Builder {
        private final Stage stage;
        private final String name;
        private final List<String> more = new ArrayList<>();
        private final Map<String, String> replacements = new HashMap<>(Map.of("@RING@", "100", "@PADDING@", ""));
        private String scenario = "";
        private String host = "127.0.0.1";
        private int port = -1;
        private boolean traced;

        private Builder(final Stage stage, final String name) {
            this.stage = stage;
            this.name = name;
        }

        /** A scenario of ours, from the test's resources, by its name without ending. */
        Builder scenario(final String resource) {
            scenario = resource(resource);
            return this;
        }

        /** One of those that SIPp brings along. */
        Builder builtIn(final String scenarioName) {
            try {
                final Process process = new ProcessBuilder(Peer.SIPP.path(), "-sd", scenarioName).start();
                process.getOutputStream().close();
                scenario = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        Builder scenario(final Path file) {
            try {
                scenario = Files.readString(file, StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        /** Makes calls by sips of a scenario's calls: to a sips URI, with a sips Contact, whose port is this one. */
        Builder sips(final int contactPort) {
            scenario = scenario.replace(" sip:[service]@", " sips:[service]@")
                    .replaceAll(
                            "Contact: <sip:([^>]*)\\[local_port\\];transport=\\[transport\\]>",
                            "Contact: <sips:$1" + contactPort + ">");
            return this;
        }

        /** Puts a value where the scenario says {@code @NAME@}. */
        Builder with(final String placeholder, final String value) {
            replacements.put("@" + placeholder + "@", value);
            return this;
        }

        Builder host(final String address) {
            host = address;
            return this;
        }

        Builder port(final int udpPort) {
            port = udpPort;
            return this;
        }

        Builder option(final String... options) {
            more.addAll(List.of(options));
            return this;
        }

        /** Keeps every message in a log, for tests that look at them. */
        Builder traced() {
            traced = true;
            return this;
        }

        /** Starts answering and waits until the socket is open. */
        SippRun answers() {
            return answers(start(List.of()), Ports::isUdpBound);
        }

        /** The same by TCP. */
        SippRun answersByTcp() {
            return answers(start(List.of("-t", "t1")), Ports::isTcpBound);
        }

        private SippRun answers(final SippRun run, final BiPredicate<String, Integer> isBound) {
            Await.until(
                    name + " listens on " + host + ":" + run.port,
                    Duration.ofSeconds(10),
                    () -> run.child.isAlive() && isBound.test(host, run.port),
                    run.child::tail);
            return run;
        }

        /** Starts calling {@code target} at a rate until so many calls were made. */
        SippRun calls(final String target, final int callsPerSecond, final int calls) {
            return start(List.of(
                    target, "-r", Integer.toString(callsPerSecond), "-m", Integer.toString(calls), "-l", "20000"));
        }

        private SippRun start(final List<String> first) {
            final int udpPort = port < 0 ? Ports.free() : port;
            String text = scenario;
            for (final Map.Entry<String, String> replacement : replacements.entrySet()) {
                text = text.replace(replacement.getKey(), replacement.getValue());
            }
            final Path file = stage.write(name + ".xml", text);
            final List<String> command = new ArrayList<>(List.of(Peer.SIPP.path()));
            command.addAll(first);
            command.addAll(List.of(
                    "-sf",
                    file.toString(),
                    "-i",
                    host,
                    "-bind_local",
                    "-p",
                    Integer.toString(udpPort),
                    "-cp",
                    Integer.toString(Ports.free()),
                    "-mp",
                    Integer.toString(Ports.block(MEDIA_PORTS)),
                    "-nostdin",
                    "-buff_size",
                    "4194304",
                    "-trace_stat",
                    "-stf",
                    name + ".csv",
                    "-fd",
                    "1",
                    "-trace_counts",
                    "-trace_err",
                    "-error_file",
                    name + ".errors"));
            if (traced) {
                command.addAll(List.of("-trace_msg", "-message_file", name + ".messages"));
            }
            command.addAll(more);
            final Child child = stage.start(name, command);
            final SippRun run = new SippRun(child, stage.directory(), name, host, udpPort);
            stage.onFailureTell(run::toString);
            return run;
        }
    }

    static String resource(final String name) {
        try (InputStream in = SippRun.class.getResourceAsStream("/sipp/" + name + ".xml")) {
            if (in == null) {
                throw new AssertionError("no scenario " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Child process() {
        return child;
    }

    int port() {
        return port;
    }

    /** {@code host:port}, IPv6 in brackets. */
    String address() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Waits until a calling SIPp has made all its calls, and says its exit code: 0 only if all went well. */
    int awaitEnd(final Duration atMost) {
        return child.awaitExit(atMost);
    }

    /** Asks it to finish open calls and write its figures, as the q key does; one that keeps calls open is killed after a while. */
    SippRun finish() {
        if (child.isAlive()) {
            child.signal("USR1");
            try {
                child.awaitExit(Duration.ofSeconds(3));
            } catch (AssertionError callsStayOpen) {
                child.kill9();
            }
        }
        return this;
    }

    /** A figure of the newest line of statistics, by the column's name in SIPp's documentation. */
    long figure(final String column) {
        final List<String> lines = linesOf(statistics);
        if (lines.size() < 2) {
            return 0;
        }
        return column(lines.getFirst(), lines.getLast(), column);
    }

    long successful() {
        return figure("SuccessfulCall(C)");
    }

    long failed() {
        return figure("FailedCall(C)");
    }

    long unexpected() {
        return figure("FailedUnexpectedMessage(C)");
    }

    long retransmissions() {
        return figure("Retransmissions(C)");
    }

    /** How many messages passed a step of the scenario, by its column: {@code 1_INVITE_Recv}. */
    long messages(final String step) {
        final Path counts = directory.resolve(name + "_" + child.pid() + "_counts.csv");
        final List<String> lines = linesOf(counts);
        return lines.size() < 2 ? 0 : column(lines.getFirst(), lines.getLast(), step);
    }

    /** Sum of all steps whose column ends so: {@code _INVITE_Recv}. */
    long messagesOfAll(final String ending) {
        final Path counts = directory.resolve(name + "_" + child.pid() + "_counts.csv");
        final List<String> lines = linesOf(counts);
        long sum = 0;
        if (lines.size() >= 2) {
            for (final String column : lines.getFirst().split(";", -1)) {
                if (column.endsWith(ending)) {
                    sum += column(lines.getFirst(), lines.getLast(), column);
                }
            }
        }
        return sum;
    }

    /** Every message, sent and received, of a {@linkplain Builder#traced traced} run. */
    String trace() {
        return String.join("\n", linesOf(directory.resolve(name + ".messages")));
    }

    String errors() {
        final List<String> lines = linesOf(directory.resolve(name + ".errors"));
        return String.join("\n", lines.subList(0, Math.min(lines.size(), 60)));
    }

    private static long column(final String header, final String line, final String column) {
        final String[] names = header.split(";", -1);
        final String[] values = line.split(";", -1);
        for (int i = 0; i < names.length && i < values.length; i++) {
            if (names[i].equals(column)) {
                return values[i].isEmpty() ? 0 : (long) Double.parseDouble(values[i]);
            }
        }
        throw new AssertionError("no column " + column + " in " + header);
    }

    /** Whole lines only: SIPp may be writing the last one. */
    private static List<String> linesOf(final Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            final String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            final int end = text.lastIndexOf('\n');
            return end < 0 ? List.of() : text.substring(0, end).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "SIPp " + name + ": successful " + successful() + ", failed " + failed() + ", unexpected " + unexpected()
                + ", retransmissions " + retransmissions() + ", open " + figure("CurrentCall") + "\n" + errors();
    }
}
