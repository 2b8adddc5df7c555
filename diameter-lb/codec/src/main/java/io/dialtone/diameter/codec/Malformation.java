package io.dialtone.diameter.codec;

/**
 * Why bytes are no Diameter message, and what to answer when they were meant as a request. An answer is never answered; {@link DiameterMessage#isAnswerable()} knows.
 */
public enum Malformation {
    /** Nothing wrong. */
    NONE(0, false, "The message is well formed."),
    VERSION(ResultCode.UNSUPPORTED_VERSION, true, "The version is not 1."),
    MESSAGE_LENGTH(
            ResultCode.INVALID_MESSAGE_LENGTH,
            true,
            "The message length is no multiple of four, or shorter than a header."),
    MESSAGE_TOO_LONG(ResultCode.INVALID_MESSAGE_LENGTH, true, "The message is longer than the limit."),
    HEADER_BITS(ResultCode.INVALID_HDR_BITS, false, "The E bit is set in a request."),
    AVP_LENGTH(
            ResultCode.INVALID_AVP_LENGTH,
            false,
            "An AVP is shorter than its own header, or does not end within the message."),
    TOO_MANY_AVPS(ResultCode.UNABLE_TO_COMPLY, false, "There are more AVPs than the limit."),
    REPEATED_AVP(
            ResultCode.AVP_OCCURS_TOO_MANY_TIMES,
            false,
            "An AVP that every message has at most once is there more than once.");

    private final int resultCode;
    private final boolean closes;
    private final String sentence;

    Malformation(final int resultCode, final boolean closes, final String sentence) {
        this.resultCode = resultCode;
        this.closes = closes;
        this.sentence = sentence;
    }

    /** Result-Code of the answer when a request has this fault; 0 for {@link #NONE}. */
    public int resultCode() {
        return resultCode;
    }

    /** Whether nobody can say where the next message begins, so that the connection has to end. */
    public boolean closes() {
        return closes;
    }

    /** Whether the answer has a Failed-AVP; {@link DiameterWriter#failedAvp} writes it. */
    public boolean hasFailedAvp() {
        return this == AVP_LENGTH || this == REPEATED_AVP;
    }

    /** What is wrong, for people. */
    public String sentence() {
        return sentence;
    }
}
