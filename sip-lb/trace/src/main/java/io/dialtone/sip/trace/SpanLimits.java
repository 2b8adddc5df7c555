package io.dialtone.sip.trace;

/**
 * How much a {@link SpanBook} keeps open, and of which traces. Immutable, for any thread.
 *
 * @param openMax calls, and as many transactions, that may be open at a time
 * @param oneIn 1 for all traces, else one of so many
 * @param silenceMaxNs a call of which nothing was seen for so long is written down without its end
 */
public record SpanLimits(int openMax, int oneIn, long silenceMaxNs) {
    public SpanLimits {
        if (openMax < 1 || oneIn < 1 || silenceMaxNs < 1) {
            throw new IllegalArgumentException(
                    "open: " + openMax + ", one in: " + oneIn + ", silence: " + silenceMaxNs + " ns (expected: > 0)");
        }
    }
}
