package io.dialtone.diameter.codec;

/**
 * What a parser accepts at most, for whoever builds a {@link DiameterMessage}. Immutable.
 *
 * @param messageBytesMax one whole message, header included; the wire allows 16 MiB
 * @param avpsMax AVPs of a message, those within groups not counted
 * @param depthMax groups within groups: a group at top level is at depth 1
 */
public record DiameterLimits(int messageBytesMax, int avpsMax, int depthMax) {
    private static final DiameterLimits DEFAULTS = new DiameterLimits(65_536, 256, 8);

    public DiameterLimits {
        requireWithin("messageBytesMax", messageBytesMax, DiameterMessage.HEADER_BYTES, DiameterMessage.LENGTH_MAX);
        requireWithin("avpsMax", avpsMax, 1, DiameterMessage.LENGTH_MAX);
        requireWithin("depthMax", depthMax, 0, DiameterMessage.LENGTH_MAX);
    }

    public static DiameterLimits defaults() {
        return DEFAULTS;
    }

    private static void requireWithin(final String name, final int value, final int min, final int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + min + " to " + max + ")");
        }
    }
}
