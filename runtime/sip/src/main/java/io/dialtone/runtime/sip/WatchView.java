package io.dialtone.runtime.sip;

import io.dialtone.api.SipWatch;
import java.time.Duration;
import java.util.Optional;

/** What a service has subscribed to, as its handler sees it. Called only by the owning worker, within one handler method. */
record WatchView(Subscriber subscriber, Watch watch) implements SipWatch {
    @Override
    public String name() {
        return watch.name;
    }

    @Override
    public String event() {
        return watch.event;
    }

    @Override
    public String id() {
        return watch.id;
    }

    @Override
    public State state() {
        return watch.state;
    }

    @Override
    public Duration timeLeft() {
        return subscriber.timeLeft(watch);
    }

    @Override
    public Optional<End> end() {
        return watch.cause == null
                ? Optional.empty()
                : Optional.of(new End(
                        watch.cause,
                        watch.reason,
                        watch.retryAfterSeconds < 0
                                ? Optional.empty()
                                : Optional.of(Duration.ofSeconds(watch.retryAfterSeconds)),
                        watch.status));
    }

    @Override
    public void refresh() {
        subscriber.stage(watch, Subscriber.Kind.REFRESH);
    }

    @Override
    public void leave() {
        subscriber.stage(watch, Subscriber.Kind.LEAVE);
    }
}
