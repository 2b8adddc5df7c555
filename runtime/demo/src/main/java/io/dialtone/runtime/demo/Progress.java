package io.dialtone.runtime.demo;

import java.util.Locale;
import java.util.function.Consumer;

/** Says once a second how a run goes, a plain line each. Called only by the generator's thread. */
final class Progress {
    private static final long EVERY_NS = 1_000_000_000L;

    private final Consumer<String> lines;
    private final long startNs;
    private long nextNs;
    private long attemptedBefore;
    private long answeredBefore;

    Progress(final Consumer<String> lines, final long startNs) {
        this.lines = lines;
        this.startNs = startNs;
        nextNs = startNs + EVERY_NS;
    }

    void onTurn(final CallTally tally, final long nowNs) {
        if (nowNs < nextNs) {
            return;
        }
        final long second = (nowNs - startNs) / EVERY_NS;
        nextNs = startNs + (second + 1) * EVERY_NS;
        final String setup = tally.recentSetupNs.getTotalCount() == 0
                ? ""
                : ", set-up p50 " + Milliseconds.at(tally.recentSetupNs, 50) + " p99 "
                        + Milliseconds.at(tally.recentSetupNs, 99) + " ms";
        lines.accept(String.format(
                Locale.ROOT,
                "%4d s: %5d started, %5d answered%s; %d open, %d failed of %d%s",
                second,
                tally.attempted - attemptedBefore,
                tally.answered - answeredBefore,
                setup,
                tally.open,
                tally.failed,
                tally.attempted,
                tally.anomalies() == 0 ? "" : ", " + tally.anomalies() + " anomalies"));
        attemptedBefore = tally.attempted;
        answeredBefore = tally.answered;
        tally.recentSetupNs.reset();
    }
}
