package io.dialtone.state.codec;

/**
 * How large a session's state may grow. They bind whoever writes; a reader is bound by the bytes it is given, so that a version with lower limits still reads what
 * an earlier one wrote. Immutable.
 *
 * @param stateBytesMax bytes of one state, from 64 to {@value #STATE_BYTES_LIMIT}
 * @param stringCharsMax characters of one String
 * @param elementsMax elements of one List, Set, Map or array
 * @param nestingMax records, collections and optionals within each other, counted on the type; at most {@value #NESTING_LIMIT}
 */
public record StateLimits(int stateBytesMax, int stringCharsMax, int elementsMax, int nestingMax) {
    /** No state is longer, whatever a service asks for: a reader refuses it unread. */
    public static final int STATE_BYTES_LIMIT = 16 * 1024 * 1024;

    /** No type is deeper, whatever a service asks for: reading needs stack. */
    public static final int NESTING_LIMIT = 64;

    /** Components of one record: a constructor takes 255 arguments and a long counts for two. */
    static final int COMPONENTS_MAX = 120;

    public StateLimits {
        requireWithin("state-bytes-max", stateBytesMax, 64, STATE_BYTES_LIMIT);
        requireWithin("string-chars-max", stringCharsMax, 1, STATE_BYTES_LIMIT);
        requireWithin("elements-max", elementsMax, 1, STATE_BYTES_LIMIT);
        requireWithin("nesting-max", nestingMax, 1, NESTING_LIMIT);
    }

    /** 64 KiB of state, Strings of 16 384 characters, 8 192 elements, 16 levels. */
    public static StateLimits defaults() {
        return new StateLimits(65_536, 16_384, 8_192, 16);
    }

    public StateLimits withStateBytesMax(final int bytes) {
        return new StateLimits(bytes, stringCharsMax, elementsMax, nestingMax);
    }

    private static void requireWithin(final String limit, final int value, final int least, final int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    limit + ": " + value + " (expected: " + least + " to " + most + "). Maybe leave it out.");
        }
    }
}
