package io.dialtone.sip.codec;

/**
 * What a parser accepts at most, for whoever builds a {@link SipMessage}. Immutable.
 *
 * @param messageBytesMax one whole message, body included
 * @param startLineBytesMax request line or status line
 * @param headerBytesMax one header with its folds
 * @param headersMax headers of a message
 * @param bareLineFeeds whether a line may end in a LF alone, which RFC 3261 does not allow but people type
 */
public record SipLimits(
        int messageBytesMax, int startLineBytesMax, int headerBytesMax, int headersMax, boolean bareLineFeeds) {
    private static final SipLimits DEFAULTS = new SipLimits(65_535, 8_192, 16_384, 256, true);

    public SipLimits {
        requirePositive("messageBytesMax", messageBytesMax);
        requirePositive("startLineBytesMax", startLineBytesMax);
        requirePositive("headerBytesMax", headerBytesMax);
        requirePositive("headersMax", headersMax);
    }

    public static SipLimits defaults() {
        return DEFAULTS;
    }

    private static void requirePositive(final String name, final int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }
}
