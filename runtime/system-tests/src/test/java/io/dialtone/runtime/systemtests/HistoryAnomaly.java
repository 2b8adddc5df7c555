package io.dialtone.runtime.systemtests;

/** What {@link HistoryChecker} may find in a history. Any of them is a broken promise. */
enum HistoryAnomaly {
    FORGOTTEN("a request that was answered before is missing in what a later answer remembers"),
    NEVER_SENT("an answer remembers a request that was not sent"),
    HANDLED_TWICE("a request was handled more than once"),
    CONTRADICTED("two different final answers to one request"),
    WENT_BACK("a count is lower than in an earlier answer"),
    SILENT("a 2xx that does not say what is remembered"),
    REFUSED("a request within an established dialog was refused by other than 503 or 491"),
    REFUSED_YET_HANDLED("a request was answered with 503 or 491, and handled"),
    UNANSWERED("a request within an established dialog was not answered in the time the RFC gives it"),
    TIMER_LOST("a timer that was due long ago has not run out"),
    TIMER_DOUBLED("more timers ran out than were started"),
    TIMER_EARLY("an answer that a timer was to give came though none had run out");

    private final String sentence;

    HistoryAnomaly(final String sentence) {
        this.sentence = sentence;
    }

    String sentence() {
        return sentence;
    }
}
