package io.dialtone.runtime.sip;

import io.dialtone.api.Proxying;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.UriView;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** The proxying a handler is asking for; one for each worker, used again and again. Called only by the owning worker, within a handler method. */
final class ProxyBuilder implements Proxying {
    private static final int EXTRA_BYTES_MAX = 1 << 10;
    private static final int ROUTES_BYTES_MAX = 1 << 10;
    private static final int URI_BYTES_MAX = 1 << 10;
    private static final byte[] NO_BYTES = {};

    /** What a proxy may not change, or what has a method of its own. */
    private static final Set<HeaderName> PLATFORMS_OWN = EnumSet.of(
            HeaderName.VIA,
            HeaderName.FROM,
            HeaderName.TO,
            HeaderName.CALL_ID,
            HeaderName.CSEQ,
            HeaderName.CONTACT,
            HeaderName.MAX_FORWARDS,
            HeaderName.CONTENT_LENGTH,
            HeaderName.CONTENT_TYPE,
            HeaderName.RECORD_ROUTE,
            HeaderName.ROUTE);

    private final ProxyOrders orders;
    private final ProxyPool pool;
    private final NextHop way;
    private final AsciiWriter extra = new AsciiWriter(EXTRA_BYTES_MAX);
    private final AsciiWriter routes = new AsciiWriter(ROUTES_BYTES_MAX);
    private final UnsafeBuffer view = new UnsafeBuffer(NO_BYTES);
    private final UriView uri = new UriView();
    private @Nullable ResponseContext context;
    private @Nullable ServerTransaction server;
    /** The target named last, whose way is not known yet. */
    private @Nullable ProxyTarget target;

    private byte[] targetUri = NO_BYTES;

    ProxyBuilder(final ProxyOrders orders, final ProxyPool pool, final NextHop way) {
        this.orders = orders;
        this.pool = pool;
        this.way = way;
    }

    ProxyBuilder begin(final ServerTransaction request, final ResponseContext fresh) {
        if (isOpen()) {
            pool.release(fresh);
            throw new IllegalStateException("proxy() was begun but not started");
        }
        server = request;
        context = fresh;
        extra.clear();
        return this;
    }

    boolean isOpen() {
        return context != null;
    }

    /** Forgets what was begun. */
    void abandon() {
        if (context != null) {
            pool.release(context);
        }
        close();
    }

    private void close() {
        context = null;
        server = null;
        target = null;
    }

    @Override
    public Proxying to(final String text) {
        final ResponseContext its = open();
        aimTarget();
        final ProxyTarget before = its.targets.isEmpty() ? null : its.targets.getLast();
        final ProxyTarget next = add(its, text);
        if (before != null) {
            next.group = before.group;
            next.ringForNs = before.ringForNs;
        }
        return this;
    }

    @Override
    public Proxying thenTo(final String text) {
        final ResponseContext its = open();
        aimTarget();
        final int group = its.targets.isEmpty() ? 0 : its.targets.getLast().group + 1;
        add(its, text).group = group;
        return this;
    }

    private ProxyTarget add(final ResponseContext its, final String text) {
        final int max = orders.branchesMax();
        if (its.targets.size() + orders.branchesOf(server) >= max) {
            throw new IllegalStateException("to: more than " + max + " targets of one request");
        }
        final byte[] bytes = ReplyBuilder.utf8("to", text.strip());
        view.wrap(bytes);
        if (bytes.length > URI_BYTES_MAX
                || !uri.parse(view, 0, bytes.length)
                || uri.scheme() == UriView.Scheme.OTHER
                || uri.headersLength() > 0) {
            throw new IllegalArgumentException("to: \"" + text + "\" (expected: a SIP URI of at most " + URI_BYTES_MAX
                    + " bytes, without headers). Maybe sip:bob@192.0.2.1:5060?");
        }
        final ProxyTarget next = pool.newTarget();
        its.targets.add(next);
        next.name = text;
        next.uri(view, 0, bytes.length, pool.bytes());
        target = next;
        targetUri = bytes;
        routes.clear();
        return next;
    }

    @Override
    public Proxying route(final String routeUri) {
        open();
        named("route");
        way.addresses().putRoute(routeUri, routes);
        return this;
    }

    @Override
    public Proxying flow(final String name) {
        open();
        final ProxyTarget its = named("flow");
        FlowTexts.read(name, its.port);
        its.hasFlow = true;
        return this;
    }

    @Override
    public Proxying ringFor(final Duration time) {
        final ResponseContext its = open();
        final int group = named("ringFor").group;
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("ringFor: " + time + " (expected: > 0). Maybe 20 s?");
        }
        for (int i = its.targets.size() - 1; i >= 0 && its.targets.get(i).group == group; i--) {
            its.targets.get(i).ringForNs = time.toNanos();
        }
        return this;
    }

    @Override
    public Proxying header(final String name, final String value) {
        open();
        ReplyBuilder.putHeader(extra, PLATFORMS_OWN, name, value);
        return this;
    }

    @Override
    public Proxying recordRoute() {
        open().isRecordRouting = true;
        return this;
    }

    @Override
    public Proxying keepCall() {
        final ResponseContext its = open();
        its.isRecordRouting = true;
        its.isKept = true;
        return this;
    }

    @Override
    public Proxying followRedirects(final int max) {
        if (max <= 0) {
            throw new IllegalArgumentException("followRedirects: " + max + " (expected: > 0). Maybe 5?");
        }
        open().redirectsLeft = Math.min(max, orders.branchesMax());
        return this;
    }

    @Override
    public Proxying watch() {
        open().isWatched = true;
        return this;
    }

    @Override
    public void start() {
        final ResponseContext its = open();
        if (its.targets.isEmpty()) {
            throw new IllegalStateException("start: without a target. Maybe reply(404)?");
        }
        if (extra.isOverflown()) {
            throw new IllegalStateException("start: headers longer than " + EXTRA_BYTES_MAX + " bytes");
        }
        if (its.isKept) {
            orders.checkKeepsAnother(server);
        }
        aimTarget();
        its.extra(extra.buffer(), extra.offset(), extra.length());
        orders.stage(its);
        close();
    }

    /** The target named last has all that will be said of it: finds the way there. */
    private void aimTarget() {
        final ProxyTarget its = target;
        final ServerTransaction request = server;
        if (its == null || request == null) {
            return;
        }
        if (routes.isOverflown()) {
            throw new IllegalStateException("route: longer than " + ROUTES_BYTES_MAX + " bytes together");
        }
        its.routes(routes.buffer(), routes.offset(), routes.length(), pool.bytes());
        if (its.hasFlow) {
            way.judge(request, its);
        } else {
            way.aim(request, its, routes, targetUri);
        }
        target = null;
    }

    private ProxyTarget named(final String what) {
        if (target == null) {
            throw new IllegalStateException(what + ": of which target? (expected: after to or thenTo)");
        }
        return target;
    }

    private ResponseContext open() {
        if (context == null) {
            throw new IllegalStateException("it was started already, or its handler method has returned");
        }
        return context;
    }
}
