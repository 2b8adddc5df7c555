package io.dialtone.registrar;

import java.util.List;
import java.util.Locale;

/**
 * A place where a subscriber can be reached: a Contact of a REGISTER (RFC 3261 section 10.2.1). A part of a session's state; how long it lasts is a timer of the session.
 *
 * @param number tells it from the other bindings of the subscriber, and names its timer
 * @param uri the Contact's URI
 * @param params the Contact's parameters as they came, but for q and expires; each with its semicolon
 * @param qThousandths preference among the bindings, 0 to 1000
 * @param callId of the REGISTER that made it or refreshed it last
 * @param cseq of that REGISTER
 * @param path the Path values of that REGISTER, topmost first: the route to the contact (RFC 3327)
 * @param instance the URN of {@code +sip.instance} (RFC 5626 section 4.1), or empty
 * @param regId which flow of the instance this is (RFC 5626 section 4.2); 0 if it is none
 * @param flow the way that REGISTER came, for who sends a request there by the connection that is there already
 */
public record Binding(
        int number,
        String uri,
        String params,
        int qThousandths,
        String callId,
        long cseq,
        List<String> path,
        String instance,
        int regId,
        String flow) {
    static final int Q_MAX = 1000;

    /** Preference as it stands in a Contact: {@code 0.7}. */
    public String q() {
        return qThousandths == Q_MAX
                ? "1.0"
                : "0." + String.format(Locale.ROOT, "%03d", qThousandths).replaceAll("0{1,2}$", "");
    }
}
