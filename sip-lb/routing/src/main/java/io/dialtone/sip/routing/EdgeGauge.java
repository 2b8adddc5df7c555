package io.dialtone.sip.routing;

/** What an edge holds at the moment; each with the sentence that metrics and documentation show. */
public enum EdgeGauge {
    REQUESTS_UNANSWERED(
            "requests.unanswered", "Requests remembered until their answer comes, those that wait included."),
    REQUESTS_WAITING("requests.waiting", "Requests never handed over, which wait for an owner of their slot."),
    UNANSWERED_BYTES("unanswered.bytes", "Memory in use for requests that are remembered.");

    private final String key;
    private final String sentence;

    EdgeGauge(final String key, final String sentence) {
        this.key = key;
        this.sentence = sentence;
    }

    /** Name in metrics and status. */
    public String key() {
        return key;
    }

    /** One sentence for people. */
    public String sentence() {
        return sentence;
    }
}
