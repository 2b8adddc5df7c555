package io.dialtone.runtime.sip;

import io.dialtone.api.Proxying;
import io.dialtone.sip.codec.SipMethod;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What a handler asks to be proxied: written down while it runs, begun when it has returned. Called only by the owning worker. */
final class ProxyOrders {
    private final SipContext context;
    private final UasCore<?> uas;
    private final ProxyCore core;
    private final ProxyPool pool;
    private final ProxyBuilder builder;
    private final ArrayDeque<ResponseContext> staged = new ArrayDeque<>(2);
    private boolean inEvent;

    ProxyOrders(
            final SipContext context,
            final UasCore<?> uas,
            final ProxyCore core,
            final ProxyPool pool,
            final NextHop next) {
        this.context = context;
        this.uas = uas;
        this.core = core;
        this.pool = pool;
        builder = new ProxyBuilder(this, pool, next);
    }

    void beginEvent() {
        assert staged.isEmpty() : "an event begins with nothing written down";
        inEvent = true;
    }

    void endEvent() {
        inEvent = false;
        builder.abandon();
    }

    void checkNoneOpen() {
        if (builder.isOpen()) {
            throw new IllegalStateException("proxy() was begun but not started");
        }
    }

    Proxying begin(final ServerTransaction request) {
        if (!inEvent) {
            throw new IllegalStateException("a request is the handler's only until its method returns");
        }
        if (request.hasFinal() || request.hasStagedFinal) {
            throw new IllegalStateException(request.method() + " has its final answer already");
        }
        if (!uas.proxies(request.method)) {
            throw new IllegalStateException(request.method() + " is none of the methods in proxied()");
        }
        if (request.dialog != null && request.dialog.state != Dialog.State.EARLY) {
            throw new IllegalStateException(request.method() + " belongs to a call of ours");
        }
        if (!staged.isEmpty() && staged.stream().anyMatch(before -> before.server == request)) {
            throw new IllegalStateException(request.method() + " is proxied by this method already");
        }
        final ResponseContext fresh = pool.newContext();
        fresh.open(request);
        return builder.begin(request, fresh);
    }

    /**
     * Looks whether the session of a request can keep the call that it begins.
     *
     * @throws IllegalStateException if it keeps as many as it may
     */
    void checkKeepsAnother(final @Nullable ServerTransaction request) {
        final SipSession<?> session = request == null ? null : request.holder;
        if (request != null
                && session != null
                && request.method == SipMethod.INVITE
                && (request.context == null || request.context.call == null)
                && core.keeper().refusesAnother(session)) {
            throw new IllegalStateException("keepCall: the session keeps its "
                    + context.settings().proxy().keptCallsMax() + " calls already");
        }
    }

    int branchesMax() {
        return context.settings().proxy().branchesMax();
    }

    /** How many targets a request has already. */
    int branchesOf(final @Nullable ServerTransaction request) {
        final ResponseContext before = request == null ? null : request.context;
        return before == null ? 0 : before.branches.size() + before.targets.size();
    }

    /** Writes down what is to begin when the handler has returned. */
    void stage(final ResponseContext fresh) {
        staged.add(fresh);
    }

    /** Does what is written down. */
    void commit(final long nowNs) {
        while (!staged.isEmpty()) {
            core.start(staged.removeFirst(), nowNs);
        }
    }

    /** Forgets what is written down. */
    void rollback() {
        while (!staged.isEmpty()) {
            pool.release(staged.removeFirst());
        }
    }
}
