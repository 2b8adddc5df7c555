package io.dialtone.runtime.node;

import io.dialtone.sip.routing.LatencySnapshot;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Writes metrics in the text format of Prometheus (version 0.0.4): each family once, its HELP and TYPE before its samples.
 * One instance per scrape; not thread safe.
 */
final class MetricsPage {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Bounds of every latency histogram, in seconds: from a tenth of a millisecond to timer B (RFC 3261, 32 s). */
    private static final double[] LATENCY_BOUNDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 32
    };

    private static final double NS_PER_SECOND = 1e9;

    private final StringBuilder text = new StringBuilder(16 * 1024);
    private final Set<String> families = new HashSet<>();
    private String family = "";

    /** Begins a family of counters; its name ends in {@code _total}. */
    MetricsPage counter(final String name, final String help) {
        if (!name.endsWith("_total")) {
            throw new IllegalArgumentException(name + " (expected: a name that ends in _total)");
        }
        return begin(name, "counter", help);
    }

    MetricsPage gauge(final String name, final String help) {
        return begin(name, "gauge", help);
    }

    /** Begins a family of latency histograms; its name ends in {@code _seconds}. */
    MetricsPage histogram(final String name, final String help) {
        return begin(name, "histogram", help);
    }

    private MetricsPage begin(final String name, final String type, final String help) {
        if (!families.add(name)) {
            throw new IllegalStateException("metric " + name + " is there twice");
        }
        family = name;
        text.append("# HELP ")
                .append(name)
                .append(' ')
                .append(escape(help, false))
                .append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /** A sample of the family, with labels as name, value, name, value. */
    MetricsPage sample(final long value, final String... labels) {
        name(family, labels, "", "");
        text.append(value).append('\n');
        return this;
    }

    MetricsPage sample(final double value, final String... labels) {
        name(family, labels, "", "");
        number(value);
        text.append('\n');
        return this;
    }

    /** A histogram of the family. */
    MetricsPage sample(final LatencySnapshot latencies, final String... labels) {
        int bucket = 0;
        long cumulative = 0;
        for (final double bound : LATENCY_BOUNDS) {
            while (bucket < latencies.buckets().size()
                    && latencies.buckets().get(bucket).upperNs() <= bound * NS_PER_SECOND) {
                cumulative += latencies.buckets().get(bucket++).count();
            }
            name(family + "_bucket", labels, "le", plain(bound));
            text.append(cumulative).append('\n');
        }
        final long total = latencies.count();
        name(family + "_bucket", labels, "le", "+Inf");
        text.append(total).append('\n');
        name(family + "_sum", labels, "", "");
        number(latencies.sumNs() / NS_PER_SECOND);
        text.append('\n');
        name(family + "_count", labels, "", "");
        text.append(total).append('\n');
        return this;
    }

    private void name(final String name, final String[] labels, final String lastLabel, final String lastValue) {
        text.append(name);
        char opening = '{';
        for (int i = 0; i + 1 < labels.length; i += 2) {
            text.append(opening)
                    .append(labels[i])
                    .append("=\"")
                    .append(escape(labels[i + 1], true))
                    .append('"');
            opening = ',';
        }
        if (!lastLabel.isEmpty()) {
            text.append(opening)
                    .append(lastLabel)
                    .append("=\"")
                    .append(lastValue)
                    .append('"');
            opening = ',';
        }
        if (opening == ',') {
            text.append('}');
        }
        text.append(' ');
    }

    private void number(final double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            text.append((long) value);
        } else {
            text.append(value);
        }
    }

    private static String plain(final double bound) {
        return bound == Math.rint(bound)
                ? String.valueOf((long) bound)
                : String.format(Locale.ROOT, "%.5f", bound).replaceAll("0+$", "");
    }

    private static String escape(final String words, final boolean inQuotes) {
        final String escaped = words.replace("\\", "\\\\").replace("\n", "\\n");
        return inQuotes ? escaped.replace("\"", "\\\"") : escaped;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
