package io.dialtone.runtime.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What a finished run measured, for people and as JSON. Only what was measured is in it. Immutable; made by {@link LoadRunner} at the end of a run.
 */
public final class CallReport {
    private final CallLoad load;
    private final CallTally tally;
    private final long tookNs;

    CallReport(final CallLoad load, final CallTally tally, final long tookNs) {
        this.load = load;
        this.tally = tally;
        this.tookNs = tookNs;
    }

    public long attempted() {
        return tally.attempted;
    }

    /** Calls whose INVITE got its 200. */
    public long answered() {
        return tally.answered;
    }

    /** Answered calls that also ended well. */
    public long completed() {
        return tally.completed;
    }

    /** Calls that were refused, timed out, or broke after the answer. */
    public long failed() {
        return tally.failed;
    }

    public long count(final Anomaly anomaly) {
        return tally.count(anomaly);
    }

    public long anomalies() {
        return tally.anomalies();
    }

    /** Time from a call's intended start to its 200, in ns. */
    public long setupNs(final double percentile) {
        return tally.setupNs.getValueAtPercentile(percentile);
    }

    public long count(final Failure failure) {
        return tally.count(failure);
    }

    /** How many calls failed after they had been answered, by who had answered them. */
    public Map<String, Long> lostBy() {
        return counts(tally.lostBy());
    }

    /** How many calls each answering party took, by the name it gave. */
    public Map<String, Long> answeredBy() {
        return counts(tally.answeredBy());
    }

    private static Map<String, Long> counts(final Map<String, long[]> tallied) {
        final Map<String, Long> counts = new TreeMap<>();
        tallied.forEach((party, count) -> counts.put(party, count[0]));
        return counts;
    }

    /** Every call was answered and ended well, and nothing odd was seen. */
    public boolean isClean() {
        return allCallsAnswered() && tally.anomalies() == 0;
    }

    /** Every call was answered and none failed later. */
    public boolean allCallsAnswered() {
        return tally.attempted > 0 && tally.answered == tally.attempted && tally.failed == 0;
    }

    /** The report on a screen. */
    public String toText() {
        final StringBuilder text = new StringBuilder(1024);
        final Histogram setup = tally.setupNs;
        line(text, "calls attempted", tally.attempted + " in " + seconds() + " s");
        line(text, "      answered", tally.answered + percent(tally.answered));
        line(text, "      completed", tally.completed + percent(tally.completed));
        line(text, "      failed", Long.toString(tally.failed));
        for (final Failure failure : Failure.values()) {
            if (tally.count(failure) > 0) {
                line(text, "", tally.count(failure) + " x " + failure.sentence());
            }
        }
        for (int status = 300; status < 700; status++) {
            if (tally.finals(status) > 0) {
                line(text, "      status " + status, tally.finals(status) + " times");
            }
        }
        if (setup.getTotalCount() > 0) {
            line(
                    text,
                    "set-up time",
                    "p50 " + Milliseconds.at(setup, 50) + "  p90 " + Milliseconds.at(setup, 90) + "  p99 "
                            + Milliseconds.at(setup, 99) + "  p99.9 " + Milliseconds.at(setup, 99.9) + "  max "
                            + Milliseconds.of(setup.getMaxValue()) + " ms");
            line(text, "", "(from the moment a call was due to its 200 OK)");
        }
        final Histogram later = tally.inDialogNs;
        if (later.getTotalCount() > 0) {
            line(
                    text,
                    "within dialogs",
                    "p50 " + Milliseconds.at(later, 50) + "  p99 " + Milliseconds.at(later, 99) + "  max "
                            + Milliseconds.of(later.getMaxValue()) + " ms");
        }
        killLines(text);
        line(text, "messages", tally.sent + " sent, " + tally.received + " received");
        line(
                text,
                "retransmissions",
                tally.retransmissions + " by us, " + tally.retransmittedFinals + " repeated answers, "
                        + tally.lateAnswers + " late ones");
        if (tally.startLateNs.getTotalCount() > 0) {
            line(text, "started late by", "p99 " + Milliseconds.at(tally.startLateNs, 99) + " ms");
        }
        tally.answeredBy().forEach((party, count) -> line(text, "answered by", party + ": " + count[0] + " calls"));
        tally.lostBy().forEach((party, count) -> line(text, "lost by", party + ": " + count[0] + " calls"));
        if (tally.anomalies() == 0) {
            line(text, "anomalies", "none");
        }
        for (final Anomaly anomaly : Anomaly.values()) {
            if (tally.count(anomaly) > 0) {
                line(text, "anomaly", tally.count(anomaly) + " x " + anomaly.key() + ": " + anomaly.sentence());
            }
        }
        return text.toString();
    }

    private void killLines(final StringBuilder text) {
        final KillTally kill = tally.kill;
        if (kill == null) {
            return;
        }
        line(
                text,
                "killed",
                kill.kill.node() + ", with " + kill.establishedAtKill + " calls up, " + kill.owned
                        + " of them its own");
        line(text, "      lost", kill.establishedLost + " of the calls that were up");
        line(text, "      contradicted", kill.contradicted + " answers");
        if (kill.saidAgain > 0) {
            line(
                    text,
                    "      said again",
                    kill.saidAgain
                            + " answers, which the new owner could not know to have left; a caller ignores that");
        }
        if (kill.hasAnswer()) {
            line(
                    text,
                    "      answered again",
                    "after " + Milliseconds.of(kill.firstAnswerNs()) + " ms; each of its calls p50 "
                            + Milliseconds.at(kill.firstAnswersNs, 50) + "  p99 "
                            + Milliseconds.at(kill.firstAnswersNs, 99) + "  max "
                            + Milliseconds.of(kill.firstAnswersNs.getMaxValue()) + " ms");
            line(text, "", "(from the kill, or from a later request, to the first answer within the call)");
        }
    }

    /** Calls that were up when a node was killed and failed later; 0 if none was killed. */
    public long establishedLost() {
        final KillTally kill = tally.kill;
        return kill == null ? 0 : kill.establishedLost;
    }

    /** Calls that were up when a node was killed; 0 if none was killed. */
    public long establishedAtKill() {
        final KillTally kill = tally.kill;
        return kill == null ? 0 : kill.establishedAtKill;
    }

    /** Of these, calls whose owner died; 0 if no node was killed. */
    public long ownedByKilled() {
        final KillTally kill = tally.kill;
        return kill == null ? 0 : kill.owned;
    }

    /** Answers after a kill that do not fit those before it. */
    public long contradicted() {
        final KillTally kill = tally.kill;
        return kill == null ? 0 : kill.contradicted;
    }

    /** Time to the first answer of each call whose owner was killed, in ns; 0 if there is none. */
    public long firstAnswerNs(final double percentile) {
        final KillTally kill = tally.kill;
        return kill == null ? 0 : kill.firstAnswersNs.getValueAtPercentile(percentile);
    }

    /** The report as one JSON object. */
    public String toJson() {
        final Json json = new Json();
        json.open();
        json.field(
                "target",
                load.target().getAddress().getHostAddress() + ":"
                        + load.target().getPort());
        json.number("rate", number(load.callsPerSecond()));
        json.number("seconds", Long.toString(load.seconds()));
        json.number("tookMs", Long.toString(tookNs / 1_000_000));
        json.open("calls");
        json.number("attempted", tally.attempted);
        json.number("answered", tally.answered);
        json.number("completed", tally.completed);
        json.number("failed", tally.failed);
        final KillTally kill = tally.kill;
        if (kill != null) {
            json.number("establishedAtKill", kill.establishedAtKill);
            json.number("establishedLost", kill.establishedLost);
        }
        json.close();
        if (kill != null) {
            kill(json, kill);
        }
        json.open("failures");
        for (final Failure failure : Failure.values()) {
            if (tally.count(failure) > 0) {
                json.number(failure.key(), tally.count(failure));
            }
        }
        json.close();
        histogram(json, "setupMs", tally.setupNs);
        histogram(json, "inDialogMs", tally.inDialogNs);
        histogram(json, "startedLateMs", tally.startLateNs);
        json.open("messages");
        json.number("sent", tally.sent);
        json.number("received", tally.received);
        json.number("retransmissions", tally.retransmissions);
        json.number("repeatedFinals", tally.retransmittedFinals);
        json.number("lateAnswers", tally.lateAnswers);
        json.close();
        json.open("finalAnswers");
        for (int status = 200; status < 700; status++) {
            if (tally.finals(status) > 0) {
                json.number(Integer.toString(status), tally.finals(status));
            }
        }
        json.close();
        json.open("answeredBy");
        tally.answeredBy().forEach((party, count) -> json.number(party, count[0]));
        json.close();
        json.open("lostBy");
        tally.lostBy().forEach((party, count) -> json.number(party, count[0]));
        json.close();
        json.open("anomalies");
        for (final Anomaly anomaly : Anomaly.values()) {
            json.number(anomaly.key(), tally.count(anomaly));
        }
        json.close();
        json.close();
        return json.toString();
    }

    /** Writes {@link #toJson} to a file, for {@code --report FILE}. */
    public void writeJson(final Path file) throws IOException {
        Files.writeString(file, toJson() + "\n");
    }

    private static void kill(final Json json, final KillTally kill) {
        json.open("kill");
        json.field("node", kill.kill.node());
        json.number("callsOwned", kill.owned);
        json.number("contradicted", kill.contradicted);
        json.number("saidAgain", kill.saidAgain);
        if (kill.hasAnswer()) {
            json.number("firstAnswerMs", Milliseconds.of(kill.firstAnswerNs()));
            histogram(json, "answerMs", kill.firstAnswersNs);
        }
        json.close();
    }

    private static void histogram(final Json json, final String name, final Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return; // nothing measured, nothing said
        }
        json.open(name);
        json.number("p50", Milliseconds.at(histogram, 50));
        json.number("p90", Milliseconds.at(histogram, 90));
        json.number("p99", Milliseconds.at(histogram, 99));
        json.number("p999", Milliseconds.at(histogram, 99.9));
        json.number("max", Milliseconds.of(histogram.getMaxValue()));
        json.close();
    }

    private String seconds() {
        return String.format(Locale.ROOT, "%.1f", tookNs / 1e9);
    }

    private String percent(final long part) {
        return tally.attempted == 0 ? "" : String.format(Locale.ROOT, " (%.2f %%)", 100.0 * part / tally.attempted);
    }

    private static String number(final double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static void line(final StringBuilder text, final String label, final String value) {
        text.append(String.format(Locale.ROOT, "  %-18s %s%n", label, value));
    }
}
