package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Hosts of their own whose network is cut under calls: never two owners, nothing forgotten. The short form always; all cuts only when the script {@code cut-series} asks. */
class CutSeriesTest {
    /** What a machine short of processors may lose of 256: a tenth was seen once. All of a node's backups would be a third. */
    private static final int SLOTS_LOST_MAX = 32;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldForgetNothingWhenTheNetworkIsRoughAndAnOwnerIsCutOff() {
        Assumptions.assumeTrue(Network.isAvailable(), "SKIPPED: hosts of their own need root, ip and /dev/net/tun");

        final SeriesReport report = CutSeries.run(
                stage,
                new CutSeries.Plan(
                        List.of(Cut.ROUGH, Cut.OWNER_MUTE),
                        1,
                        30,
                        4_000,
                        600,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(2)),
                line -> {});

        assertTrue(report.isClean(), report::toText);
        assertTrue(report.slotsLostUnforeseen() <= SLOTS_LOST_MAX, report::toText);
    }

    @Test
    @SuppressWarnings("SystemOut") // its report is what it is for
    void shouldForgetNothingWhateverIsCut() throws IOException {
        final String folder = System.getProperty("dialtone.cuts", "");
        Assumptions.assumeTrue(!folder.isEmpty(), "SKIPPED: all cuts, only by the script cut-series");
        final Path reports = Files.createDirectories(Path.of(folder));
        final List<Cut> cuts = Arrays.stream(Cut.values())
                .filter(cut -> cut.name().matches(System.getProperty("dialtone.cuts.only", ".*")))
                .toList();

        final SeriesReport report = CutSeries.run(
                stage,
                new CutSeries.Plan(
                        cuts,
                        3,
                        Integer.getInteger("dialtone.cuts.rate", 100),
                        8_000,
                        1_000,
                        Duration.ofSeconds(10),
                        Duration.ofMillis(Integer.getInteger("dialtone.cuts.for", 4_000))),
                System.out::println);

        Files.writeString(reports.resolve("report.md"), report.toText());
        System.out.println(report.toText());
        assertTrue(report.isClean(), "see " + reports.resolve("report.md"));
    }
}
