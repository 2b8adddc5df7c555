package io.dialtone.registrar;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is to become of a REGISTER. Immutable. */
sealed interface Verdict {
    /**
     * It changes nothing.
     *
     * @param status what it is answered with
     * @param reason why, in a few words
     * @param header name of a header that goes with the answer, or empty
     * @param value its value
     */
    record Refused(int status, String reason, String header, String value) implements Verdict {
        Refused(final int status, final String reason) {
            this(status, reason, "", "");
        }
    }

    /**
     * It is answered with 200.
     *
     * @param after the bindings as they are now
     * @param started life in seconds of those that were made or refreshed, by their numbers
     * @param stopped numbers of those that are no more
     * @param addressOfRecord whose they are
     * @param path the Path lines to be repeated
     * @param isOutbound whether RFC 5626 was applied
     * @param wantsGruu whether the phone understands GRUUs
     */
    record Accepted(
            Bindings after,
            Map<Integer, Long> started,
            Set<Integer> stopped,
            SipUri addressOfRecord,
            List<String> path,
            boolean isOutbound,
            boolean wantsGruu)
            implements Verdict {}
}
