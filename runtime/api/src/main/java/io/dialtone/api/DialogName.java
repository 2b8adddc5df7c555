package io.dialtone.api;

import java.util.Locale;
import java.util.Optional;

/**
 * Names a call as Replaces (RFC 3891) and Join (RFC 3911) do: by Call-ID and both tags, seen from who gets the name.
 *
 * @param toTag the tag of who gets the name
 * @param fromTag the tag of that one's peer
 * @param isEarlyOnly true if the call is meant only as long as it is not answered
 */
public record DialogName(String callId, String toTag, String fromTag, boolean isEarlyOnly) {
    public DialogName {
        if (callId.isBlank() || toTag.isBlank() || fromTag.isBlank()) {
            throw new IllegalArgumentException("dialog: \"" + callId + "\", \"" + toTag + "\", \"" + fromTag
                    + "\" (expected: a Call-ID and two tags)");
        }
    }

    /** Reads a header's value; empty if it names no call. */
    public static Optional<DialogName> parse(final String value) {
        final String[] parts = value.split(";", -1);
        String toTag = "";
        String fromTag = "";
        boolean earlyOnly = false;
        for (int i = 1; i < parts.length; i++) {
            final String[] pair = parts[i].split("=", 2);
            final String text = pair.length == 2 ? pair[1].strip() : "";
            switch (pair[0].strip().toLowerCase(Locale.ROOT)) {
                case "to-tag" -> {
                    if (!toTag.isEmpty()) {
                        return Optional.empty();
                    }
                    toTag = text;
                }
                case "from-tag" -> {
                    if (!fromTag.isEmpty()) {
                        return Optional.empty();
                    }
                    fromTag = text;
                }
                case "early-only" -> earlyOnly = true;
                default -> {}
            }
        }
        final String callId = parts[0].strip();
        return callId.isEmpty() || toTag.isEmpty() || fromTag.isEmpty()
                ? Optional.empty()
                : Optional.of(new DialogName(callId, toTag, fromTag, earlyOnly));
    }

    /** The value of Replaces or Join. */
    public String header() {
        return callId + ";to-tag=" + toTag + ";from-tag=" + fromTag + (isEarlyOnly ? ";early-only" : "");
    }
}
