package io.dialtone.runtime.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Gathers everything that is wrong with a configuration, so that all of it is said at once. One instance per reading; not thread safe. */
final class Problems {
    private static final int FAR = 3;

    private final List<String> sentences = new ArrayList<>();

    void add(final String sentence) {
        sentences.add(sentence);
    }

    /** {@code sip-lb.loops: 0 (expected: a whole number from 1 to 64). Maybe 1, the default. [--loops]}. */
    void wrongValue(
            final String name,
            final String value,
            final String expected,
            final @Nullable String maybe,
            final String origin) {
        add(name + ": " + (value.isEmpty() ? "nothing" : value) + " (expected: " + expected + ")."
                + (maybe == null ? "" : " Maybe " + maybe + ".")
                + (origin.isEmpty() ? "" : " [" + origin + "]"));
    }

    boolean isEmpty() {
        return sentences.isEmpty();
    }

    List<String> sentences() {
        return List.copyOf(sentences);
    }

    /** Stops the start if anything is wrong. */
    void throwIfAny() throws WrongConfigurationException {
        if (!sentences.isEmpty()) {
            throw new WrongConfigurationException(sentences);
        }
    }

    /** The word that somebody who wrote {@code written} may have meant, or null. */
    static @Nullable String nearest(final String written, final Collection<String> words) {
        String best = null;
        int bestDistance = FAR + 1;
        final String lower = written.toLowerCase(Locale.ROOT);
        for (final String word : words) {
            final int distance = distance(lower, word.toLowerCase(Locale.ROOT));
            if (distance < bestDistance && distance <= Math.max(1, word.length() / 3)) {
                bestDistance = distance;
                best = word;
            }
        }
        return best;
    }

    /** Edits between two words, where exchanging two neighbours counts as one. */
    private static int distance(final String a, final String b) {
        final int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                final int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(cost[i - 1][j - 1] + same, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
