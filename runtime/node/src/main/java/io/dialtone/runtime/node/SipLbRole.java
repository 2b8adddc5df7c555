package io.dialtone.runtime.node;

import io.dialtone.net.WaitMode;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.locate.RecordSource;
import io.dialtone.sip.routing.BackendSpec;
import io.dialtone.sip.routing.Balancer;
import io.dialtone.sip.routing.BalancingConfig;
import io.dialtone.sip.routing.EjectionConfig;
import io.dialtone.sip.routing.HealthConfig;
import io.dialtone.sip.routing.ProxyConfig;
import io.dialtone.sip.trace.TraceFilter;
import io.dialtone.sip.transport.SipTransport;
import io.dialtone.sip.transport.SipTransportConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Builds a stand-alone SIP balancer, keeps it until it is told to stop, takes it down. Used by the main thread only. */
final class SipLbRole {
    private static final String ROLE = "sip-lb";
    private static final long NAMES_PARK_NS = 200_000_000L;

    /** A call that passes a balancer has one Call-ID on both sides. */
    private static final SessionNames BALANCED_SESSIONS =
            message -> TraceFilter.hash(message.buffer(), message.callIdOffset(), message.callIdLength());

    private SipLbRole() {}

    static int run(final Settings settings)
            throws WrongConfigurationException, UnavailableException, IOException, InterruptedException {
        final Problems problems = new Problems();
        final ProxyConfig proxyConfig = proxyConfig(settings, problems);
        final SipTransportConfig transportConfig = SipTransportWiring.config(
                settings,
                settings.get(SipSettings.LISTEN),
                settings.get(SipSettings.LOOPS),
                WaitMode.BLOCK,
                SipTransportWiring.tls(settings, settings.get(SipSettings.LISTEN), problems));
        if (transportConfig.loops() > 1
                && settings.get(SipSettings.LISTEN).stream().anyMatch(each -> each.speaks() != ViaTransport.UDP)) {
            problems.add(
                    SipSettings.LOOPS.key() + ": " + transportConfig.loops()
                            + " with a listener that has connections (expected: 1, as answers of backends may come to a thread that has not the connection). Maybe 1.");
        }
        checkTransports(
                proxyConfig.backends(),
                settings.get(SipSettings.LISTEN).stream()
                        .map(ListenerSpec::speaks)
                        .collect(Collectors.toSet()),
                problems);
        final TracePlan tracePlan = TracePlan.of(settings, transportConfig.loops(), problems);
        final AdminServer.Access access = RoleProcess.access(settings, problems);
        problems.throwIfAny();

        final StopSignal stop = StopSignal.install();
        final Balancer balancer = balancer(proxyConfig, transportConfig.loops());
        final String name = settings.find(CommonSettings.NAME).orElse(ROLE);
        final TraceRoom trace =
                new TraceRoom(tracePlan, transportConfig.loops(), name, () -> BALANCED_SESSIONS, member -> "");
        try (trace;
                SipTransport transport = SipTransport.start(
                        transportConfig,
                        (loop, egress) -> trace.tracer()
                                .around(loop, egress, System.nanoTime(), (out, tap) -> balancer.proxy(loop, out)));
                RecordSource dns = LocatorSettings.dns(settings);
                AgentThread names = names(balancer, dns, settings)) {
            trace.start();
            final SipLbPages pages = new SipLbPages(
                    balancer,
                    transport,
                    trace,
                    settings.find(SipLbSettings.BACKENDS_FILE),
                    settings.find(SipLbSettings.BACKENDS).orElse(List.of()));
            try (RoleProcess process = RoleProcess.open(ROLE, name, settings, stop, access, pages)) {
                process.onHangUp(pages);
                process.say("listens", new SipTransportPages(transport).summary());
                process.say("backends", backends(proxyConfig));
                final int exitCode = process.runUntilStopped(() -> transport.isAlive() && names.isAlive());
                process.lastWords(pages.lastWords());
                return exitCode;
            }
        }
    }

    private static AgentThread names(final Balancer balancer, final RecordSource dns, final Settings settings) {
        return AgentThread.start(
                new BackendNames(balancer.control(), dns, settings.get(LocatorSettings.TTL_MAX), System::nanoTime),
                NAMES_PARK_NS,
                NAMES_PARK_NS,
                failure -> {}); // it is in the log, and backends stay where they are
    }

    private static Balancer balancer(final ProxyConfig config, final int loops) throws WrongConfigurationException {
        try {
            return new Balancer(config, loops);
        } catch (UnknownHostException e) {
            throw new WrongConfigurationException("sip-lb.backends: nobody knows the host " + e.getMessage()
                    + " (expected: an address, or a name that can be looked up).");
        }
    }

    private static ProxyConfig proxyConfig(final Settings settings, final Problems problems) {
        final List<BackendSpec> fromFile = settings.find(SipLbSettings.BACKENDS_FILE)
                .map(file -> BackendsFile.read(file, problems))
                .orElse(List.of());
        final ProxyConfig.Builder config = ProxyConfig.builder()
                .backends(merge(settings.find(SipLbSettings.BACKENDS).orElse(List.of()), fromFile, problems))
                .affinity(settings.get(SipLbSettings.AFFINITY))
                .aliases(settings.find(SipLbSettings.ALIASES).orElse(List.of()))
                .recordRoute(settings.get(SipLbSettings.RECORD_ROUTE))
                .trustBackends(settings.get(SipLbSettings.TRUST_BACKENDS))
                .proxyRequirePassed(settings.find(SipLbSettings.PROXY_REQUIRE).orElse(List.of()))
                .health(health(settings, problems).withEjection(ejection(settings, problems)))
                .balancing(BalancingConfig.defaults()
                        .withAlgorithm(settings.get(SipLbSettings.ALGORITHM))
                        .withOpenMax(settings.get(SipLbSettings.OPEN_MAX))
                        .withLatencyDecay(Duration.ofNanos(settings.get(SipLbSettings.LATENCY_DECAY)))
                        .withKeyHold(Duration.ofNanos(settings.get(SipLbSettings.KEY_HOLD))))
                .limits(ProxyConfig.Limits.defaults()
                        .withMemoryEntries(settings.get(SipLbSettings.MEMORY_ENTRIES))
                        .withRetryAfterSeconds((int) Duration.ofNanos(settings.get(SipLbSettings.RETRY_AFTER))
                                .toSeconds())
                        .withMaxForwards(settings.get(SipLbSettings.MAX_FORWARDS))
                        .withRefusalsPerSecond(settings.get(SipLbSettings.REFUSALS_PER_SECOND)));
        final Optional<ClusterKey> key =
                settings.find(SipLbSettings.TOKEN_KEY_FILE).flatMap(file -> SecretFile.readKey(file, problems));
        key.ifPresent(config::key);
        outbound(settings, problems).ifPresent(config::outbound);
        return config.build();
    }

    private static Optional<InetSocketAddress> outbound(final Settings settings, final Problems problems) {
        final Optional<Endpoint> endpoint = settings.find(SipLbSettings.OUTBOUND);
        if (endpoint.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(endpoint.get().resolve());
        } catch (WrongValueException e) {
            problems.wrongValue(
                    SipLbSettings.OUTBOUND.key(),
                    endpoint.get().toString(),
                    e.expected(),
                    null,
                    settings.origin(SipLbSettings.OUTBOUND));
            return Optional.empty();
        }
    }

    private static HealthConfig health(final Settings settings, final Problems problems) {
        final Duration interval = Duration.ofNanos(settings.get(SipLbSettings.PROBE_INTERVAL));
        final Duration timeout = Duration.ofNanos(settings.get(SipLbSettings.PROBE_TIMEOUT));
        if (!interval.isZero() && timeout.compareTo(interval) > 0) {
            problems.wrongValue(
                    SipLbSettings.PROBE_TIMEOUT.key(),
                    timeout.toMillis() + "ms",
                    "at most sip-lb.probe-interval, which is " + interval.toMillis() + "ms",
                    interval.toMillis() / 2 + "ms",
                    settings.origin(SipLbSettings.PROBE_TIMEOUT));
            return HealthConfig.defaults();
        }
        return HealthConfig.defaults()
                .withProbes(interval, timeout)
                .withFallAndRise(settings.get(SipLbSettings.PROBE_FALL), settings.get(SipLbSettings.PROBE_RISE))
                .withSuspectAfter(Duration.ofNanos(settings.get(SipLbSettings.SUSPECT_AFTER)))
                .withSlowStart(
                        Duration.ofNanos(settings.get(SipLbSettings.SLOW_START)),
                        settings.get(SipLbSettings.SLOW_START_PERCENT));
    }

    private static EjectionConfig ejection(final Settings settings, final Problems problems) {
        final Duration time = Duration.ofNanos(settings.get(SipLbSettings.EJECT_TIME));
        final Duration timeMax = Duration.ofNanos(settings.get(SipLbSettings.EJECT_TIME_MAX));
        if (time.compareTo(timeMax) > 0) {
            problems.wrongValue(
                    SipLbSettings.EJECT_TIME.key(),
                    time.toMillis() + "ms",
                    "at most sip-lb.eject-time-max, which is " + timeMax.toMillis() + "ms",
                    timeMax.toMillis() + "ms",
                    settings.origin(SipLbSettings.EJECT_TIME));
            return EjectionConfig.defaults();
        }
        return EjectionConfig.defaults()
                .withFailures(settings.get(SipLbSettings.EJECT_FAILURES))
                .withNoAnswer(Duration.ofNanos(settings.get(SipLbSettings.EJECT_NO_ANSWER)))
                .withTimes(time, timeMax)
                .withPercentMax(settings.get(SipLbSettings.EJECT_PERCENT_MAX));
    }

    /** Backends from options and file together; each may be there once. */
    static List<BackendSpec> merge(
            final List<BackendSpec> fixed, final List<BackendSpec> fromFile, final Problems problems) {
        final List<BackendSpec> all = new ArrayList<>();
        final List<String> names = new ArrayList<>();
        for (final List<BackendSpec> part : List.of(fixed, fromFile)) {
            for (final BackendSpec backend : part) {
                if (names.contains(backend.name())) {
                    problems.add(SipLbSettings.BACKENDS.key() + ": " + backend.name()
                            + " is there twice (expected: each once, with a weight).");
                } else {
                    names.add(backend.name());
                    all.add(backend);
                }
            }
        }
        return all;
    }

    /** A backend that no listener speaks with would never be reached. */
    static void checkTransports(
            final List<BackendSpec> backends, final Set<ViaTransport> spoken, final Problems problems) {
        for (final BackendSpec backend : backends) {
            if (!spoken.contains(backend.transport())) {
                problems.add(SipLbSettings.BACKENDS.key() + ": " + backend + " and no listener of "
                        + backend.transport().viaName() + " to reach it by (expected: " + SipSettings.LISTEN.key()
                        + " with one). Maybe " + backend.transport().scheme() + ":ADDRESS:"
                        + backend.transport().defaultPort() + ".");
            }
        }
    }

    private static String backends(final ProxyConfig config) {
        return config.backends().isEmpty()
                ? "none; new calls are answered 503 until one is added"
                : String.join(
                                ", ",
                                config.backends().stream()
                                        .map(BackendSpec::toString)
                                        .toList()) + " (affinity " + config.affinity() + ")";
    }
}
