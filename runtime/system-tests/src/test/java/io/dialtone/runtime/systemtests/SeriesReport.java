package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.runtime.systemtests.CallHistory.EventKind;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** What a series of faults has shown, in the form of Jepsen's reports: what was run, the faults, the counts, the anomalies with the history around them. Immutable. */
final class SeriesReport {
    private static final long LONGEST_NS = 60_000_000_000L;
    private static final int FAULTS_SHOWN_MAX = 40;

    private final List<String> setting;
    private final History history;
    private final List<String> notes;
    private final double tookS;
    private final int slotsLostUnforeseen;

    /**
     * @param setting what was run, a line each
     * @param notes what else was seen, a line each
     * @param slotsLostUnforeseen slots that had a backup just before a fault, and none when it struck
     */
    SeriesReport(
            final List<String> setting,
            final History history,
            final List<String> notes,
            final double tookS,
            final int slotsLostUnforeseen) {
        this.setting = List.copyOf(setting);
        this.history = history;
        this.notes = List.copyOf(notes);
        this.tookS = tookS;
        this.slotsLostUnforeseen = slotsLostUnforeseen;
    }

    /** What must be rare: it takes a machine that is short of processors, and the same moment. */
    int slotsLostUnforeseen() {
        return slotsLostUnforeseen;
    }

    /** Nothing is wrong in any call's history. */
    boolean isClean() {
        return history.anomalies().isEmpty();
    }

    /** From each fault to the first answer within a call of the victim by somebody else. */
    Histogram firstAnswersNs() {
        final Histogram all = new Histogram(1_000, LONGEST_NS, 3);
        for (final Fault fault : history.faults()) {
            if (fault.firstAnswerNs() != Fault.NOT_YET) {
                all.recordValue(Math.min(fault.firstAnswerNs(), LONGEST_NS));
            }
        }
        return all;
    }

    /** As {@link Fault#waitsNs}, of all faults. */
    Histogram waitsNs(final boolean isHitOnly) {
        final Histogram all = new Histogram(1_000, LONGEST_NS, 3);
        history.faults().forEach(fault -> all.add(fault.waitsNs(isHitOnly)));
        return all;
    }

    /** The longest of these, for each fault. */
    Histogram longestWaitsNs() {
        final Histogram all = new Histogram(1_000, LONGEST_NS, 3);
        for (final Fault fault : history.faults()) {
            final Histogram waits = fault.waitsNs(false);
            if (waits.getTotalCount() > 0) {
                all.recordValue(waits.getMaxValue());
            }
        }
        return all;
    }

    /** Requests answered with 2xx, of those that were sent. */
    double availability() {
        final long invoked = history.count(EventKind.INVOKE);
        return invoked == 0 ? 1 : Math.min(1, (double) history.count(EventKind.OK) / invoked);
    }

    String toText() {
        final StringBuilder text = new StringBuilder(4_096);
        line(text, "## What was run");
        setting.forEach(each -> line(text, "- " + each));
        line(text, "- took %.1f s", tookS);
        line(text, "");
        line(text, "## Faults");
        line(text, "| # | at s | what | calls up | its own | lost | first answer ms | longest wait ms |");
        line(text, "|---|---|---|---|---|---|---|---|");
        final List<Fault> faults = history.faults();
        for (final Fault fault : faults.subList(0, Math.min(faults.size(), FAULTS_SHOWN_MAX))) {
            line(
                    text,
                    "| %d | %.3f | %s %s | %d | %d | %d | %s | %s |",
                    fault.number(),
                    (fault.atNs() - history.originNs()) / 1e9,
                    fault.what(),
                    fault.victim(),
                    fault.callsUp(),
                    fault.callsOwned(),
                    fault.callsLost(),
                    fault.firstAnswerNs() == Fault.NOT_YET ? "none" : ms(fault.firstAnswerNs()),
                    fault.waitsNs(false).getTotalCount() == 0
                            ? "none"
                            : ms(fault.waitsNs(false).getMaxValue()));
        }
        if (faults.size() > FAULTS_SHOWN_MAX) {
            line(text, "(%d more in the JSON)", faults.size() - FAULTS_SHOWN_MAX);
        }
        line(text, "");
        line(text, "## Operations");
        line(
                text,
                "%d requests sent in %d calls: %d ok, %d fail %s, %d info (nobody knows); availability %.5f %%",
                history.count(EventKind.INVOKE),
                history.calls(),
                history.count(EventKind.OK),
                history.count(EventKind.FAIL),
                history.refusals(),
                history.count(EventKind.INFO),
                100 * availability());
        line(
                text,
                "%d calls established, %d of them lost; %d not established; %d timers of handlers ran out",
                history.callsEstablished(),
                history.establishedLost(),
                history.callsRefused(),
                history.timersFired());
        if (history.establishedForsaken() > 0) {
            line(
                    text,
                    "%d of them were up when all who held them were taken away at once: they are gone, and must be answered 481; they do not count as lost",
                    history.establishedForsaken());
        }
        line(text, "");
        line(text, "## Time to the first correct answer within a dialog of the victim");
        line(text, "| | n | p50 ms | p90 ms | p99 ms | max ms |");
        line(text, "|---|---|---|---|---|---|");
        row(text, "first call of each fault, from the fault", firstAnswersNs());
        row(text, "each request that was under way or sent before that, from the fault or its sending", waitsNs(true));
        row(text, "the first request of each call, from the fault or its sending", waitsNs(false));
        row(text, "the call that waited longest, of each fault", longestWaitsNs());
        line(text, "");
        notes.forEach(note -> line(text, "- " + note));
        line(text, "");
        line(text, "## Anomalies");
        if (isClean()) {
            line(text, "none");
        }
        history.anomalies()
                .forEach((anomaly, count) -> line(text, "- %d x %s: %s", count, anomaly, anomaly.sentence()));
        history.broken().forEach(broken -> tell(text, broken));
        return text.toString();
    }

    private void tell(final StringBuilder text, final History.Broken broken) {
        line(text, "");
        line(text, "call %d, %s:", broken.call().number(), broken.call().callId());
        broken.findings()
                .forEach(finding -> line(
                        text,
                        "  %s at %s",
                        finding.anomaly(),
                        finding.at().toEdn(broken.call().number(), history.originNs())));
        line(text, "  its history:");
        for (final CallHistory.Event event : broken.call().events()) {
            line(text, "    %s", event.toEdn(broken.call().number(), history.originNs()));
        }
        for (final Fault fault : history.faults()) {
            if (fault.atNs() > broken.call().beganNs()
                    && fault.atNs() < broken.call().endedNs()) {
                line(
                        text,
                        "    fault %d at %d: %s %s (pids %s)%s",
                        fault.number(),
                        fault.atNs() - history.originNs(),
                        fault.what(),
                        fault.victim(),
                        fault.pids(),
                        fault.owned(broken.call().callId()) ? ", its owner" : "");
            }
        }
    }

    ObjectNode toJson(final ObjectMapper json) {
        final ObjectNode report = json.createObjectNode();
        final ArrayNode run = report.putArray("run");
        setting.forEach(run::add);
        report.put("tookS", tookS);
        final ArrayNode faults = report.putArray("faults");
        for (final Fault fault : history.faults()) {
            final ObjectNode each = faults.addObject()
                    .put("number", fault.number())
                    .put("atS", (fault.atNs() - history.originNs()) / 1e9)
                    .put("what", fault.what())
                    .put("victim", fault.victim())
                    .put("callsUp", fault.callsUp())
                    .put("callsOwned", fault.callsOwned())
                    .put("callsLost", fault.callsLost());
            if (fault.firstAnswerNs() != Fault.NOT_YET) {
                each.put("firstAnswerMs", fault.firstAnswerNs() / 1e6);
            }
            if (fault.waitsNs(false).getTotalCount() > 0) {
                each.put("longestWaitMs", fault.waitsNs(false).getMaxValue() / 1e6);
            }
        }
        report.putObject("operations")
                .put("invoke", history.count(EventKind.INVOKE))
                .put("ok", history.count(EventKind.OK))
                .put("fail", history.count(EventKind.FAIL))
                .put("info", history.count(EventKind.INFO))
                .put("availability", availability());
        final ObjectNode refusals = report.putObject("refusals");
        history.refusals().forEach((status, count) -> refusals.put(status.toString(), count));
        report.putObject("calls")
                .put("made", history.calls())
                .put("established", history.callsEstablished())
                .put("notEstablished", history.callsRefused())
                .put("establishedLost", history.establishedLost())
                .put("establishedForsaken", history.establishedForsaken())
                .put("broken", history.callsBroken())
                .put("timersFired", history.timersFired());
        histogram(report.putObject("firstAnswerMs"), firstAnswersNs());
        histogram(report.putObject("hitWaitMs"), waitsNs(true));
        histogram(report.putObject("waitMs"), waitsNs(false));
        histogram(report.putObject("longestWaitMs"), longestWaitsNs());
        final ObjectNode anomalies = report.putObject("anomalies");
        history.anomalies().forEach((anomaly, count) -> anomalies.put(anomaly.name(), count));
        final ArrayNode said = report.putArray("notes");
        notes.forEach(said::add);
        return report;
    }

    private static void histogram(final ObjectNode node, final Histogram histogram) {
        node.put("n", histogram.getTotalCount());
        if (histogram.getTotalCount() > 0) {
            node.put("p50", histogram.getValueAtPercentile(50) / 1e6)
                    .put("p90", histogram.getValueAtPercentile(90) / 1e6)
                    .put("p99", histogram.getValueAtPercentile(99) / 1e6)
                    .put("max", histogram.getMaxValue() / 1e6);
        }
    }

    private static void row(final StringBuilder text, final String what, final Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            line(text, "| %s | 0 | | | | |", what);
            return;
        }
        line(
                text,
                "| %s | %d | %s | %s | %s | %s |",
                what,
                histogram.getTotalCount(),
                ms(histogram.getValueAtPercentile(50)),
                ms(histogram.getValueAtPercentile(90)),
                ms(histogram.getValueAtPercentile(99)),
                ms(histogram.getMaxValue()));
    }

    private static String ms(final long ns) {
        return String.format(Locale.ROOT, "%.1f", ns / 1e6);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is of a library that no room of ours has
    private static void line(final StringBuilder text, final String form, final Object... values) {
        text.append(values.length == 0 ? form : String.format(Locale.ROOT, form, values))
                .append('\n');
    }
}
