package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The kill series in the length that is asked for, with a report. Takes as long as it takes, so it runs only when the script {@code kill-series} beside this module's pom asks. */
class LongSeriesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    @SuppressWarnings("SystemOut") // its report is what it is for
    void shouldLoseNothingInTheSeriesAskedFor() throws IOException {
        final String folder = System.getProperty("dialtone.series", "");
        Assumptions.assumeTrue(!folder.isEmpty(), "SKIPPED: a long series, only by the script kill-series");
        final Path reports = Files.createDirectories(Path.of(folder));
        final KillSeries.Plan plan = new KillSeries.Plan(
                Deed.valueOf(System.getProperty("dialtone.series.deed", "kill").toUpperCase(Locale.ROOT)),
                Integer.getInteger("dialtone.series.faults", 100),
                Duration.ofSeconds(Integer.getInteger("dialtone.series.for", 86_000)),
                Integer.getInteger("dialtone.series.nodes", 3),
                Integer.getInteger("dialtone.series.rate", 300),
                Integer.getInteger("dialtone.series.hold", 8_000),
                Integer.getInteger("dialtone.series.gap", 2_000),
                Duration.ofSeconds(Integer.getInteger("dialtone.series.warm-up", 20)),
                Duration.ofMillis(Integer.getInteger("dialtone.series.pause", 0)));

        final SeriesReport report;
        try (Writer history = history(reports);
                PrintWriter progress = new PrintWriter(
                        Files.newBufferedWriter(reports.resolve("progress"), StandardCharsets.US_ASCII), true)) {
            report = KillSeries.run(stage, plan, history, line -> {
                System.out.println(line);
                progress.println(line);
            });
        }

        Files.writeString(reports.resolve("report.md"), report.toText());
        JSON.writerWithDefaultPrettyPrinter()
                .writeValue(reports.resolve("report.json").toFile(), report.toJson(JSON));
        System.out.println(report.toText());
        assertTrue(report.isClean(), "see " + reports.resolve("report.md"));
    }

    private static @Nullable Writer history(final Path reports) throws IOException {
        return Boolean.getBoolean("dialtone.series.history")
                ? new OutputStreamWriter(
                        new GZIPOutputStream(Files.newOutputStream(reports.resolve("history.edn.gz")), 1 << 16),
                        StandardCharsets.US_ASCII)
                : null;
    }
}
