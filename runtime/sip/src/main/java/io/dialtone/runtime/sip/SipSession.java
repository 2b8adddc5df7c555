package io.dialtone.runtime.sip;

import io.dialtone.api.PendingRequest;
import io.dialtone.api.SipMethod;
import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.runtime.engine.WorkerSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A session with its dialogs and the requests it still has to answer. Pooled; called only by the owning worker. */
final class SipSession<S extends Record> extends WorkerSession<S> {
    private final UasCore<S> core;
    final List<ServerTransaction> pending = new ArrayList<>(2);
    final List<Dialog> dialogs = new ArrayList<>(1);

    SipSession(final WorkerParts parts, final UasCore<S> core) {
        super(parts);
        this.core = core;
    }

    @Override
    public Optional<PendingRequest> pending(final SipMethod method) {
        for (int i = 0; i < pending.size(); i++) {
            final ServerTransaction request = pending.get(i);
            if (!request.hasStagedFinal && request.method() == method) {
                return Optional.of(request);
            }
        }
        return Optional.empty();
    }

    @Override
    protected void onTimer(final String name, final long nowNs) {
        core.onTimer(this, name, nowNs);
    }

    /** Nothing can happen to it any more. */
    boolean isOver() {
        return pending.isEmpty() && dialogs.isEmpty() && !hasTimers();
    }

    @Override
    public void close() {
        pending.clear();
        dialogs.clear();
        super.close();
    }
}
