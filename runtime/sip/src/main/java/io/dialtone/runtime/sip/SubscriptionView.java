package io.dialtone.runtime.sip;

import io.dialtone.api.SipSubscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** A subscription as a handler sees it. Called only by the owning worker, within one handler method. */
record SubscriptionView(Notifier notifier, Subscription subscription) implements SipSubscription {
    private static final Duration RETRY_MAX = Duration.ofDays(365);

    @Override
    public int number() {
        return subscription.number;
    }

    @Override
    public String event() {
        return subscription.event;
    }

    @Override
    public String id() {
        return subscription.id;
    }

    @Override
    public Duration timeLeft() {
        return notifier.timeLeft(subscription);
    }

    @Override
    public boolean isPending() {
        return subscription.isPending;
    }

    @Override
    public Optional<End> end() {
        return Optional.ofNullable(subscription.end);
    }

    @Override
    public boolean tell(final String contentType, final String body) {
        return tell(contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean tell(final String contentType, final byte[] body) {
        return notifier.stageNotice(subscription, contentType, body);
    }

    @Override
    public void hold() {
        notifier.stage(subscription, Notifier.Kind.HOLD, "", 0);
    }

    @Override
    public void activate() {
        notifier.stage(subscription, Notifier.Kind.ACTIVATE, "", 0);
    }

    @Override
    public void terminate(final Reason reason) {
        terminate(reason, Duration.ZERO);
    }

    @Override
    public void terminate(final Reason reason, final Duration retryAfter) {
        if (retryAfter.isNegative() || retryAfter.compareTo(RETRY_MAX) > 0) {
            throw new IllegalArgumentException("retry after: " + retryAfter + " (expected: 0 to 365 days)");
        }
        notifier.stage(subscription, Notifier.Kind.TERMINATE, reason.token(), (int) retryAfter.toSeconds());
    }
}
