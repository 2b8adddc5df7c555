package io.dialtone.runtime.node;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws a call as a ladder: a column for each party, an arrow for each message. Callers come first, then edges, nodes, and who was called. Not thread safe.
 *
 * <pre>
 *                        10.0.0.9:5060         edge-1                node-2
 *  12:00:01.000000      1 |------INVITE-------->|-------------------->|
 * </pre>
 */
final class Ladder {
    private static final int WIDTH = 24;
    private static final int WIDTH_MAX = 46;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");
    private static final String MARGIN = " ".repeat(19);

    private final PrintWriter out;
    private final ZoneId zone;
    private final List<String> callers = new ArrayList<>();
    private final List<String> processes = new ArrayList<>();
    private final List<String> nodes = new ArrayList<>();
    private final List<String> callees = new ArrayList<>();
    private List<String> drawn = List.of();

    Ladder(final PrintWriter out, final ZoneId zone) {
        this.out = out;
        this.zone = zone;
    }

    /** Draws these steps; who is new gets a column, and the columns their headings once more. */
    void draw(final List<TraceStory.Step> steps) {
        steps.forEach(step -> know(step.entry()));
        final List<String> columns = columns();
        if (!columns.equals(drawn)) {
            drawn = columns;
            headings();
        }
        steps.forEach(this::draw);
        out.flush();
    }

    private void know(final TraceEntry entry) {
        add(processes, entry.process());
        if (!entry.node().isEmpty()) {
            add(nodes, entry.node());
        }
        if (!callers.contains(entry.peer()) && !callees.contains(entry.peer())) {
            (entry.isOut() ? callees : callers).add(entry.peer());
        }
    }

    private static void add(final List<String> to, final String name) {
        if (!to.contains(name)) {
            to.add(name);
        }
    }

    private List<String> columns() {
        final List<String> columns = new ArrayList<>(callers);
        columns.addAll(processes);
        columns.addAll(nodes);
        columns.addAll(callees);
        return columns;
    }

    private int width() {
        final int longest = drawn.stream().mapToInt(String::length).max().orElse(0);
        return Math.clamp(longest + 2L, WIDTH, WIDTH_MAX);
    }

    private void headings() {
        final StringBuilder line = new StringBuilder(MARGIN);
        for (final String column : drawn) {
            line.append(String.format("%-" + width() + "s", column));
        }
        out.println(line.toString().stripTrailing());
    }

    private void draw(final TraceStory.Step step) {
        final TraceEntry entry = step.entry();
        if (!step.event().isEmpty()) {
            out.println(MARGIN + "*** " + step.event());
        }
        final String time = TIME.format(Instant.ofEpochSecond(0, entry.timeNs()).atZone(zone));
        out.println(String.format("%s %2d ", time, step.leg()) + arrow(entry) + notes(step));
    }

    private String arrow(final TraceEntry entry) {
        final int peer = drawn.indexOf(entry.peer());
        final int process = processColumn(entry.process());
        final int node = entry.node().isEmpty() ? process : nodeColumn(entry.node());
        final int from = entry.isOut() ? node : entry.isIn() ? peer : process;
        final int to = entry.isOut() ? peer : node;
        final int width = width();
        final StringBuilder line = new StringBuilder();
        for (int column = 0; column < drawn.size(); column++) {
            line.append('|').append(" ".repeat(column == drawn.size() - 1 ? 0 : width - 1));
        }
        final int left = Math.min(from, to) * width + 1;
        final int right = Math.max(from, to) * width;
        for (int at = left; at < right; at++) {
            line.setCharAt(at, line.charAt(at) == '|' ? '+' : '-');
        }
        if (from != to) {
            line.setCharAt(from < to ? right - 1 : left, from < to ? '>' : '<');
            label(line, entry.title(), from, to, width);
        }
        return line.toString();
    }

    /** Writes what it is on the part of the arrow where it begins. */
    private static void label(
            final StringBuilder line, final String title, final int from, final int to, final int width) {
        final int begin = (from < to ? from : from - 1) * width;
        final String fitting = title.substring(0, Math.min(title.length(), width - 5));
        line.replace(
                begin + (width - fitting.length()) / 2 + 1,
                begin + (width - fitting.length()) / 2 + 1 + fitting.length(),
                fitting);
    }

    private int processColumn(final String process) {
        return callers.size() + processes.indexOf(process);
    }

    private int nodeColumn(final String node) {
        return callers.size() + processes.size() + nodes.indexOf(node);
    }

    private static String notes(final TraceStory.Step step) {
        final TraceEntry entry = step.entry();
        final StringBuilder notes = new StringBuilder();
        if (entry.hasSdp()) {
            notes.append(" SDP");
        }
        if (!entry.transport().equals("udp")) {
            notes.append(' ').append(entry.transport());
        }
        if (step.isRepeated()) {
            notes.append(" retransmission");
        }
        if (!entry.isIn() && !entry.isOut()) {
            notes.append(" handed over late or again");
        }
        return notes.isEmpty() ? "" : "  " + notes.toString().strip();
    }
}
