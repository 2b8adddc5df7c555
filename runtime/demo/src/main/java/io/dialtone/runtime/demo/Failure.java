package io.dialtone.runtime.demo;

/** Why a call failed; each failed call has exactly one. */
public enum Failure {
    INVITE_TIMEOUT("no final answer to INVITE in time"),
    INVITE_REFUSED("INVITE answered with 300 or more"),
    UNUSABLE_ANSWER("200 to INVITE without a To tag or a Contact to send ACK to"),
    IN_DIALOG_TIMEOUT("no answer to a request within the dialog"),
    DIALOG_UNKNOWN("481 or 408 within the dialog: the other side had lost the call"),
    BYE_TIMEOUT("no answer to BYE"),
    BYE_REFUSED("BYE answered with 300 or more"),
    HUNG_UP("the other side sent BYE first"),
    ABANDONED("still open when the run was stopped");

    private final String sentence;

    Failure(final String sentence) {
        this.sentence = sentence;
    }

    /** What happened, for people. */
    public String sentence() {
        return sentence;
    }

    /** The name in reports: {@code inviteTimeout}. */
    public String key() {
        return Anomaly.camelCase(name());
    }
}
