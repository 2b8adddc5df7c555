package io.dialtone.diameter.dictionary;

/**
 * How much of a message {@link MessageText} prints, whatever is in it. Immutable.
 *
 * @param charsMax of a whole message; what does not fit is left out, and that is said
 * @param depthMax groups within groups whose members are printed; what is deeper is printed as bytes
 * @param valueBytesMax of one value
 */
public record TextLimits(int charsMax, int depthMax, int valueBytesMax) {
    private static final int CHARS_DEFAULT = 65_536;
    private static final int DEPTH_DEFAULT = 8;
    private static final int VALUE_BYTES_DEFAULT = 256;

    public TextLimits {
        if (charsMax < 1 || depthMax < 0 || valueBytesMax < 1) {
            throw new IllegalArgumentException("limits of text: " + charsMax + " characters, " + depthMax + " groups, "
                    + valueBytesMax + " bytes (expected: > 0)");
        }
    }

    /** For a person who reads one message. */
    public static TextLimits defaults() {
        return new TextLimits(CHARS_DEFAULT, DEPTH_DEFAULT, VALUE_BYTES_DEFAULT);
    }
}
