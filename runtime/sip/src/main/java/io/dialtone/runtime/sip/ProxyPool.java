package io.dialtone.runtime.sip;

import java.util.ArrayDeque;

/** Response contexts and targets of a worker's proxy that come and go. Called only by the owning worker. */
final class ProxyPool {
    private static final int SPARES_MAX = 1 << 16;

    private final ProxyCore core;
    private final BytesPool bytes;
    private final ArrayDeque<ResponseContext> spareContexts = new ArrayDeque<>();
    private final ArrayDeque<ProxyTarget> spareTargets = new ArrayDeque<>();

    ProxyPool(final ProxyCore core, final BytesPool bytes) {
        this.core = core;
        this.bytes = bytes;
    }

    BytesPool bytes() {
        return bytes;
    }

    ResponseContext newContext() {
        final ResponseContext spare = spareContexts.pollLast();
        return spare == null ? new ResponseContext(core, this) : spare;
    }

    ProxyTarget newTarget() {
        final ProxyTarget spare = spareTargets.pollLast();
        return spare == null ? new ProxyTarget() : spare;
    }

    void release(final ResponseContext proxied) {
        proxied.close();
        if (spareContexts.size() < SPARES_MAX) {
            spareContexts.addLast(proxied);
        }
    }

    void release(final ProxyTarget target) {
        target.close(bytes);
        if (spareTargets.size() < SPARES_MAX) {
            spareTargets.addLast(target);
        }
    }
}
