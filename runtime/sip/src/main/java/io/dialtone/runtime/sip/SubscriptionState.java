package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import java.util.Locale;

/** What a NOTIFY says of the subscription it is for, in Subscription-State (RFC 6665 section 4.1.3). Laid over one after the other; called only by the owning worker. */
final class SubscriptionState {
    /** What is not said. */
    static final int UNSAID = -1;

    private static final int REASON_CHARACTERS_MAX = 64;
    private static final int SECONDS_MAX = 365 * 24 * 3_600;
    private static final String TERMINATED = "terminated";
    private static final String ACTIVE = "active";

    private boolean isTerminated;
    private boolean isActive;
    private String reason = "";
    private int expiresSeconds;
    private int retryAfterSeconds;

    /** Reads a well-formed NOTIFY; false if it does not say, says it twice, or with a number that is none. */
    boolean read(final SipMessage notify) {
        isTerminated = false;
        isActive = false;
        reason = "";
        expiresSeconds = UNSAID;
        retryAfterSeconds = UNSAID;
        final int header = notify.firstHeader(HeaderName.SUBSCRIPTION_STATE);
        if (header < 0 || notify.nextHeader(header) >= 0) {
            return false;
        }
        final String[] parts = RequestView.value(notify, header).split(";", -1);
        final String value = parts[0].strip();
        isTerminated = value.equalsIgnoreCase(TERMINATED);
        isActive = value.equalsIgnoreCase(ACTIVE);
        for (int i = 1; i < parts.length; i++) {
            if (!readParam(parts[i])) {
                return false;
            }
        }
        return !value.isEmpty();
    }

    private boolean readParam(final String param) {
        final String[] pair = param.split("=", 2);
        final String value = pair.length < 2 ? "" : pair[1].strip();
        switch (pair[0].strip().toLowerCase(Locale.ROOT)) {
            case "reason" -> {
                final String lower = value.toLowerCase(Locale.ROOT);
                reason = lower.substring(0, Math.min(lower.length(), REASON_CHARACTERS_MAX));
            }
            case "expires" -> expiresSeconds = seconds(value);
            case "retry-after" -> retryAfterSeconds = seconds(value);
            default -> {
                return true;
            }
        }
        return expiresSeconds != Integer.MIN_VALUE && retryAfterSeconds != Integer.MIN_VALUE;
    }

    /** A number of seconds, of which more than a year are a year; the lowest of all numbers if there is none. */
    private static int seconds(final String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Integer.MIN_VALUE;
        }
        long seconds = 0;
        for (int i = 0; i < text.length() && seconds <= SECONDS_MAX; i++) {
            seconds = 10 * seconds + text.charAt(i) - '0';
        }
        return (int) Math.min(seconds, SECONDS_MAX);
    }

    boolean isTerminated() {
        return isTerminated;
    }

    /** False for one that is pending, or in a state that we do not know. */
    boolean isActive() {
        return isActive;
    }

    /** Why it is terminated, in lower case; empty if that is not said. */
    String reason() {
        return reason;
    }

    /** How long it lasts, or {@link #UNSAID}. */
    int expiresSeconds() {
        return expiresSeconds;
    }

    /** When to come again, or {@link #UNSAID}. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
