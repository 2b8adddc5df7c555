package io.dialtone.runtime.sip;

import io.dialtone.api.ProxiedCall;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call that was passed on as a handler sees it; laid over one after the other. Called only by the owning worker, within one handler method. */
final class KeptCallView implements ProxiedCall {
    private @Nullable CallRecord record;
    private long nowNs;

    /** Lays the view over what is known of a call; the time is in ns since 1970. */
    void wrap(final CallRecord itsRecord, final long wallNs) {
        record = itsRecord;
        nowNs = wallNs;
    }

    /** Takes the call away: the handler's method has returned. */
    void unwrap() {
        record = null;
    }

    @Override
    public String callId() {
        return record().callId();
    }

    @Override
    public String from() {
        return record().from();
    }

    @Override
    public String to() {
        return record().to();
    }

    @Override
    public String target() {
        return record().target();
    }

    @Override
    public boolean isAnswered() {
        return record().isAnswered();
    }

    @Override
    public int status() {
        return record().status();
    }

    @Override
    public Optional<EndedBy> endedBy() {
        return switch (record().endedBy()) {
            case NOBODY -> Optional.empty();
            case CALLER -> Optional.of(EndedBy.CALLER);
            case CALLEE, PEER -> Optional.of(EndedBy.CALLEE);
            case SERVICE -> Optional.of(EndedBy.SERVICE);
            case TIMEOUT -> Optional.of(EndedBy.TIMEOUT);
            case SILENCE -> Optional.of(EndedBy.SILENCE);
        };
    }

    @Override
    public Duration duration() {
        final CallRecord its = record();
        if (!its.isAnswered()) {
            return Duration.ZERO;
        }
        return Duration.ofNanos(Math.max(0, (its.isEnded() ? its.endedNs() : nowNs) - its.answeredNs()));
    }

    private CallRecord record() {
        if (record == null) {
            throw new IllegalStateException("a call is the handler's only until its method returns");
        }
        return record;
    }
}
