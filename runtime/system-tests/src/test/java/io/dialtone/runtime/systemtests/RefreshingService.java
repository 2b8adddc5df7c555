package io.dialtone.runtime.systemtests;

import io.dialtone.api.SessionTimers;
import java.util.Optional;

/** Joins two legs as {@link BridgingService} does, and wants them refreshed as often as anybody may. */
public final class RefreshingService extends BridgingService {
    @Override
    public Optional<SessionTimers> sessionTimers() {
        return Optional.of(SessionTimers.of(SessionTimers.SHORTEST));
    }
}
