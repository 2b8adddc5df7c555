package io.dialtone.sip.locate;

/** What is counted where servers are found. */
public enum LocateCounter {
    CACHE_HITS("Requests to a name whose targets were known without a question to DNS"),
    SEARCHES("Requests to a name for which DNS was asked"),
    SEARCHES_REFUSED("Requests not looked up because as many waited for DNS as may wait"),
    NOBODY_FOUND("Requests to a name of which DNS knows no server, or has not answered"),
    RESULTS_LOST("Results dropped because a worker's mailbox was full; the request that waits is told by its timer"),
    QUESTIONS("Questions to DNS servers"),
    QUESTIONS_REFUSED("Questions not asked because as many were under way as may be"),
    QUESTIONS_FAILED("Questions that no DNS server has answered"),
    TARGETS_SHUNNED("Targets that have failed and come after all others for a while"),
    CACHE_ANSWERS("Gauge: answers of DNS in memory"),
    WAITING("Gauge: requests that wait for DNS");

    private final String sentence;

    LocateCounter(final String sentence) {
        this.sentence = sentence;
    }

    /** What the counter says, for people. */
    public String sentence() {
        return sentence;
    }
}
