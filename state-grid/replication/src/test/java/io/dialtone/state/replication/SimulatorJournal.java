package io.dialtone.state.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Which ranges of seeds were run, and what came of them: a file with a line for each, added when the range is done. Several threads of one process use it.
 *
 * <p>A line: first seed, how many, events, CPU time in ns, seeds that failed with spaces between, a count for each {@link RarePath}, and "end", without which it is not whole.
 */
final class SimulatorJournal {
    private static final String END = "end";
    private static final int COUNTS_AT = 5;

    /** What came of some seeds in a row. */
    record Range(long from, int seeds, long events, long cpuNs, List<Long> failed, Coverage coverage) {}

    /** What came of all. */
    record Sum(long seeds, long events, long cpuNs, List<Long> violations, Coverage coverage) {
        @Override
        public String toString() {
            return String.format(
                    "%,d worlds, %,d events, %d violations%s, CPU %,d s%n%n%s",
                    seeds,
                    events,
                    violations.size(),
                    violations.isEmpty() ? "" : " " + violations,
                    cpuNs / 1_000_000_000,
                    coverage);
        }
    }

    private final Path file;
    private final List<Range> ranges = new ArrayList<>();

    SimulatorJournal(final Path file) throws IOException {
        this.file = file;
        if (Files.exists(file)) {
            for (final String line : Files.readAllLines(file)) {
                final String[] fields = line.split(",", -1);
                if (fields.length == COUNTS_AT + RarePath.values().length + 1
                        && fields[fields.length - 1].equals(END)) {
                    ranges.add(read(fields));
                }
            }
        }
    }

    private static Range read(final String[] fields) {
        final List<Long> failed = new ArrayList<>();
        for (final String seed : fields[COUNTS_AT - 1].split(" ", -1)) {
            if (!seed.isEmpty()) {
                failed.add(Long.parseLong(seed));
            }
        }
        final Coverage coverage = new Coverage();
        int at = COUNTS_AT;
        for (final RarePath path : RarePath.values()) {
            coverage.saw(path, Long.parseLong(fields[at++]));
        }
        return new Range(
                Long.parseLong(fields[0]),
                Integer.parseInt(fields[1]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                failed,
                coverage);
    }

    synchronized boolean isDone(final long from, final int seeds) {
        return ranges.stream().anyMatch(range -> range.from == from && range.seeds >= seeds);
    }

    synchronized void add(final Range range) throws IOException {
        ranges.add(range);
        final StringBuilder line = new StringBuilder()
                .append(range.from)
                .append(',')
                .append(range.seeds)
                .append(',')
                .append(range.events)
                .append(',')
                .append(range.cpuNs)
                .append(',')
                .append(String.join(
                        " ", range.failed.stream().map(String::valueOf).toList()))
                .append(',');
        for (final RarePath path : RarePath.values()) {
            line.append(range.coverage.of(path)).append(',');
        }
        Files.writeString(file, line.append(END).append('\n'), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    synchronized Sum sum(final long from, final long seeds) {
        long done = 0;
        long events = 0;
        long cpuNs = 0;
        final List<Long> failed = new ArrayList<>();
        final Coverage coverage = new Coverage();
        for (final Range range : ranges) {
            if (range.from >= from && range.from + range.seeds <= from + seeds) {
                done += range.seeds;
                events += range.events;
                cpuNs += range.cpuNs;
                failed.addAll(range.failed);
                for (final RarePath path : RarePath.values()) {
                    coverage.saw(path, range.coverage.of(path));
                }
            }
        }
        return new Sum(done, events, cpuNs, failed, coverage);
    }
}
