package io.dialtone.runtime.demo;

import java.util.Locale;

/** What a caller should never see, counted by name. A call may survive an anomaly; a run with one is not clean. */
public enum Anomaly {
    MALFORMED("a datagram that is no SIP message"),
    UNKNOWN_CALL("an answer to no call of ours"),
    UNEXPECTED_ANSWER("an answer to a request that we did not send, or of a class that does not fit it"),
    WRONG_TAG("an answer with other tags than its dialog has"),
    TAG_CHANGED("180 and 200 of one call came from different user agents"),
    WRONG_BRANCH("an answer whose topmost Via is not the one we sent"),
    EXTRA_VIA("an answer that still carries a Via below ours"),
    SECOND_DIALOG("a second 200 to one INVITE from another user agent"),
    DUPLICATE_FINAL("more final answers to a request than it was sent, too early for a retransmission"),
    CONTRADICTION("two different final answers to one request"),
    UNEXPECTED_REQUEST("a request from the other side that the call does not ask for");

    private final String sentence;

    Anomaly(final String sentence) {
        this.sentence = sentence;
    }

    /** What happened, for people. */
    public String sentence() {
        return sentence;
    }

    /** The name in reports: {@code wrongTag}. */
    public String key() {
        return camelCase(name());
    }

    static String camelCase(final String constant) {
        final StringBuilder words = new StringBuilder();
        for (final String word : constant.toLowerCase(Locale.ROOT).split("_", -1)) {
            words.append(words.isEmpty() ? word.charAt(0) : Character.toUpperCase(word.charAt(0)))
                    .append(word, 1, word.length());
        }
        return words.toString();
    }
}
