package io.dialtone.state.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Says of an error whether the log has been told it lately: an election that cannot end brings the same one a hundred times a second, with other numbers in it each time.
 * Any thread may ask.
 */
final class RepeatedErrors {
    static final long AGAIN_NS = TimeUnit.SECONDS.toNanos(10);
    static final int TEXTS_MAX = 64;

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private final Map<String, Long> saidNs = new HashMap<>();

    synchronized boolean isToBeSaid(final String text, final long nowNs) {
        final String kind = NUMBER.matcher(text).replaceAll("#");
        final Long lastNs = saidNs.get(kind);
        if (lastNs != null && nowNs - lastNs < AGAIN_NS) {
            return false;
        }
        if (saidNs.size() >= TEXTS_MAX) {
            saidNs.clear();
        }
        saidNs.put(kind, nowNs);
        return true;
    }
}
