package io.dialtone.diameter.dictionary;

import java.util.Locale;

/** Finds what may be meant by a word that nobody knows. Used by the loader, off the path. */
final class Meant {
    private static final int CHARS_PER_MISTAKE = 4;
    private static final int MISTAKES_MAX = 4;
    private static final int WORD_CHARS_MAX = 100;

    private Meant() {}

    /** The nearest of some words; empty if none is near. */
    static String among(final Iterable<String> words, final String written) {
        if (written.length() > WORD_CHARS_MAX) {
            return "";
        }
        final String lower = written.toLowerCase(Locale.ROOT);
        final int mistakesMax = Math.min(MISTAKES_MAX, 1 + written.length() / CHARS_PER_MISTAKE);
        String nearest = "";
        int least = mistakesMax + 1;
        for (final String word : words) {
            if (Math.abs(word.length() - written.length()) < least) {
                final int mistakes = mistakes(lower, word.toLowerCase(Locale.ROOT));
                if (mistakes < least) {
                    least = mistakes;
                    nearest = word;
                }
            }
        }
        return nearest;
    }

    /** How many characters have to be put in, taken out or changed to make one word of the other. */
    private static int mistakes(final String one, final String other) {
        int[] above = new int[other.length() + 1];
        for (int i = 0; i < above.length; i++) {
            above[i] = i;
        }
        for (int row = 1; row <= one.length(); row++) {
            final int[] current = new int[above.length];
            current[0] = row;
            for (int i = 1; i < current.length; i++) {
                final int changed = above[i - 1] + (one.charAt(row - 1) == other.charAt(i - 1) ? 0 : 1);
                current[i] = Math.min(changed, 1 + Math.min(above[i], current[i - 1]));
            }
            above = current;
        }
        return above[other.length()];
    }
}
