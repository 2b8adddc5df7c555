package io.dialtone.diameter.routing;

/** What a relay counts of each peer; each with the sentence that status and metrics show. */
public enum RelayPeerCounter {
    REQUESTS_FROM("Requests that it sent."),
    REQUESTS_TO("Requests that were sent to it."),
    ANSWERS_SUCCESS("Answers of it with success (2xxx, and 1xxx)."),
    ANSWERS_PROTOCOL_ERROR("Answers of it with a protocol error (3xxx)."),
    ANSWERS_TRANSIENT_FAILURE("Answers of it with a transient failure (4xxx)."),
    ANSWERS_PERMANENT_FAILURE("Answers of it with a permanent failure (5xxx)."),
    ANSWERS_OTHER("Answers of it with another Result-Code or none, as those with an Experimental-Result."),
    ANSWERS_LATE("Answers of it that came when nobody waited any more."),
    TIMEOUTS("Requests that it did not answer in time."),
    RESENT("Requests that were taken from it and sent to another."),
    SUSPICIONS("Times that it answered nobody for too long."),
    PENDING("Requests that it has to answer now.");

    private final String sentence;

    RelayPeerCounter(final String sentence) {
        this.sentence = sentence;
    }

    /** What it counts, for people. */
    public String sentence() {
        return sentence;
    }
}
