package io.dialtone.sip.routing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where the newest {@link Backends} are found, and how they change. The message path reads them by one volatile read; the control thread and
 * the thread that probes publish new ones by compare-and-set, so that neither waits for the other.
 */
final class BackendTable implements BackendControl {
    /** Counts of removed backends are forgotten beyond this, those that are not zero aside. */
    private static final int OPEN_COUNTS_MAX = 4 * ProxyConfig.BACKENDS_MAX;

    private final AtomicReference<Backends> current = new AtomicReference<>(new Backends(List.of()));
    /** By a backend's number; kept when it is removed, as its open transactions are. */
    private final Map<Integer, OpenCount> openCounts = new ConcurrentHashMap<>();

    private final int loops;
    private final float slowStartShare;
    private final int openMax;
    private final LongSupplier clockNs;

    BackendTable(final int loops, final ProxyConfig config, final LongSupplier clockNs) {
        final HealthConfig health = config.health();
        this.loops = loops;
        this.openMax = config.balancing().openMax();
        this.slowStartShare = health.slowStart().isZero() ? 1f : health.slowStartPercent() / 100f;
        this.clockNs = clockNs;
    }

    Backends current() {
        return Objects.requireNonNull(current.get());
    }

    /** An open transaction has ended, whatever became of its backend. Called by any I/O thread. */
    void onClosed(final Backends backends, final int id) {
        final Backend backend = backends.byId(id);
        if (backend != null) {
            backend.vitals().openCount().onClosed();
        } else {
            onClosedOfRemovedSlowPath(id);
        }
    }

    private void onClosedOfRemovedSlowPath(final int id) {
        final OpenCount count = openCounts.get(id);
        if (count != null) {
            count.onClosed();
        }
    }

    private Backend resolve(final BackendSpec spec) throws UnknownHostException {
        forgetIdleCounts();
        return Backend.resolve(spec, loops, this::openCountOf);
    }

    private OpenCount openCountOf(final int id) {
        return openCounts.computeIfAbsent(id, any -> new OpenCount());
    }

    private void forgetIdleCounts() {
        if (openCounts.size() >= OPEN_COUNTS_MAX) {
            final Backends present = current();
            openCounts.entrySet().removeIf(each -> each.getValue().get() == 0 && present.byId(each.getKey()) == null);
        }
    }

    /** The backends a balancer starts with, all taken to be up. */
    void start(final List<BackendSpec> specs) throws UnknownHostException {
        for (final BackendSpec spec : specs) {
            final Backend backend = resolve(spec);
            update(backends -> checkedWith(backends, backend));
        }
    }

    /** Publishes a change made by a pure function, which may be called more than once. */
    void update(final UnaryOperator<Backends> change) {
        current.updateAndGet(change);
    }

    @Override
    public void add(final BackendSpec spec) throws UnknownHostException {
        final Backend backend = fresh(resolve(spec));
        update(backends -> checkedWith(backends, backend));
    }

    @Override
    public boolean remove(final String name) {
        return change(name, Backends::without);
    }

    @Override
    public boolean weight(final String name, final int weight) {
        BackendSpec.checkWeight(name, weight);
        return change(
                name,
                (backends, backend) ->
                        backends.replacing(backend.withSpec(backend.spec().withWeight(weight))));
    }

    @Override
    public boolean drain(final String name) {
        return change(
                name,
                (backends, backend) -> backend.draining() ? backends : backends.replacing(backend.withDraining(true)));
    }

    @Override
    public boolean undrain(final String name) {
        return change(
                name,
                (backends, backend) -> backend.draining()
                        ? backends.replacing(
                                backend.isDown() || backend.isEjected()
                                        ? backend.withDraining(false)
                                        : fresh(backend.withDraining(false)))
                        : backends);
    }

    @Override
    public int replaceAll(final List<BackendSpec> specs) throws UnknownHostException {
        final List<Backend> wanted = new ArrayList<>();
        for (final BackendSpec spec : specs) {
            final Backend backend = resolve(spec);
            final Optional<Backend> twin =
                    wanted.stream().filter(b -> b.id() == backend.id()).findFirst();
            if (twin.isPresent()) {
                throw sameAddress(backend, twin.get());
            }
            wanted.add(backend);
        }
        if (wanted.size() > ProxyConfig.BACKENDS_MAX) {
            throw tooMany();
        }
        final int[] changes = new int[1];
        update(backends -> {
            final List<Backend> result = new ArrayList<>();
            changes[0] = 0;
            for (final Backend backend : wanted) {
                final Backend known = backends.byId(backend.id());
                if (known == null) {
                    result.add(fresh(backend));
                    changes[0]++;
                } else if (isOtherwise(known.spec(), backend.spec())) {
                    result.add(known.withSpec(known.spec().withSettingsOf(backend.spec())));
                    changes[0]++;
                } else {
                    result.add(known);
                }
            }
            for (final Backend known : backends.all()) {
                if (wanted.stream().noneMatch(b -> b.id() == known.id())) {
                    changes[0]++;
                }
            }
            return changes[0] == 0 ? backends : new Backends(result);
        });
        return changes[0];
    }

    @Override
    public boolean move(final String name, final InetAddress address) {
        forgetIdleCounts();
        final boolean[] moved = new boolean[1];
        update(backends -> {
            final Backend old = backends.byName(name);
            moved[0] = false;
            if (old == null) {
                return backends;
            }
            final Backend moving = Backend.at(address, old.spec(), loops, this::openCountOf);
            if (backends.byId(moving.id()) != null) {
                return backends;
            }
            moved[0] = true;
            return backends.without(old).with(fresh(moving).withDraining(old.draining()));
        });
        return moved[0];
    }

    @Override
    public List<BackendStatus> list() {
        final long nowNs = clockNs.getAsLong();
        return current().all().stream()
                .map(backend -> backend.status(openMax, nowNs))
                .toList();
    }

    private static boolean isOtherwise(final BackendSpec known, final BackendSpec wanted) {
        return known.weight() != wanted.weight() || known.openMax() != wanted.openMax();
    }

    private Backend fresh(final Backend backend) {
        final BackendState state = slowStartShare < 1f ? BackendState.SLOW_START : BackendState.UP;
        backend.vitals().onState(state);
        return backend.withHealth(state, slowStartShare);
    }

    private boolean change(final String name, final Change change) {
        final boolean[] found = new boolean[1];
        update(backends -> {
            final Backend backend = backends.byName(name);
            found[0] = backend != null;
            return backend == null ? backends : change.apply(backends, backend);
        });
        return found[0];
    }

    private static Backends checkedWith(final Backends backends, final Backend backend) {
        final @Nullable Backend known = backends.byId(backend.id());
        if (known != null) {
            throw sameAddress(backend, known);
        }
        if (backends.all().size() == ProxyConfig.BACKENDS_MAX) {
            throw tooMany();
        }
        return backends.with(backend);
    }

    private static IllegalArgumentException sameAddress(final Backend backend, final Backend known) {
        return new IllegalArgumentException("backend " + backend.name() + ": has the address of " + known.name()
                + " (expected: each address once, with a weight)");
    }

    private static IllegalArgumentException tooMany() {
        return new IllegalArgumentException("backends: more than " + ProxyConfig.BACKENDS_MAX);
    }

    /** A new table from a table and one of its backends. */
    private interface Change {
        Backends apply(Backends backends, Backend backend);
    }
}
