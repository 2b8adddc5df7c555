package io.dialtone.diameter.dictionary;

/** Reads numbers that people write. Pure, off the path. */
final class Numbers {
    /** Not a number, or too large. */
    static final long NULL_NUMBER = Long.MIN_VALUE;

    private static final int DIGITS_MAX = 18;
    private static final long UNSIGNED_32_MAX = 0xFFFF_FFFFL;

    private Numbers() {}

    /** A decimal number from 0 to 4294967295, or {@link #NULL_NUMBER}. */
    static long unsigned32(final String word) {
        final long number = decimal(word, 0);
        return number > UNSIGNED_32_MAX ? NULL_NUMBER : number;
    }

    /** A decimal number that fits into 32 bits, with sign or without, or {@link #NULL_NUMBER}. */
    static long any32(final String word) {
        if (!word.startsWith("-")) {
            return unsigned32(word);
        }
        final long number = decimal(word, 1);
        return number == NULL_NUMBER || -number < Integer.MIN_VALUE ? NULL_NUMBER : -number;
    }

    private static long decimal(final String word, final int from) {
        if (word.length() == from || word.length() - from > DIGITS_MAX) {
            return NULL_NUMBER;
        }
        long number = 0;
        for (int i = from; i < word.length(); i++) {
            final char c = word.charAt(i);
            if (c < '0' || c > '9') {
                return NULL_NUMBER;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }
}
