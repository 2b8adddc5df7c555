package io.dialtone.runtime.demo;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Writes nanoseconds as people and JSON readers want them. */
final class Milliseconds {
    private Milliseconds() {}

    static String of(final long nanoseconds) {
        return String.format(Locale.ROOT, "%.3f", nanoseconds / 1e6);
    }

    static String at(final Histogram histogram, final double percentile) {
        return of(histogram.getValueAtPercentile(percentile));
    }
}
