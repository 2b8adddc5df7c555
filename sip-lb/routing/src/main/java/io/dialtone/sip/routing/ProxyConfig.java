package io.dialtone.sip.routing;

import io.dialtone.api.AffinityRule;
import io.dialtone.placement.table.ClusterKey;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Settings of a stand-alone balancer, finished and checked before the first thread starts. Immutable; made by {@link #builder()}.
 *
 * @param backends where requests go; may be empty, and then everything is refused until one is added
 * @param affinity which bytes of a request choose its backend; default Call-ID
 * @param aliases further names by which peers call us in Route and Request-URI: {@code host} for any port, or {@code host:port}
 * @param key secret of the tokens in Record-Route and Via; by default a random one, forgotten when the process ends
 * @param outbound where requests of backends go whose next hop is a name: nothing looks names up on the path
 * @param health probes, evidence and slow start
 * @param balancing how a backend is chosen, and how much it is given
 * @param limits numbers with a bound
 * @param recordRoute whether we stay in the path of dialogs (RFC 3261 section 16.6 step 4); default yes
 * @param areBackendsTrusted whether what is {@code sips} may go on to backends that are not reached by TLS, because the way there is the operator's own; default no (RFC 5630 section 4)
 * @param proxyRequirePassed option tags in Proxy-Require that backends take care of, in lower case; anything else is answered 420
 */
public record ProxyConfig(
        List<BackendSpec> backends,
        AffinityRule affinity,
        List<String> aliases,
        ClusterKey key,
        Optional<InetSocketAddress> outbound,
        HealthConfig health,
        BalancingConfig balancing,
        Limits limits,
        boolean recordRoute,
        boolean areBackendsTrusted,
        List<String> proxyRequirePassed) {

    /** Most backends at a time: each costs a choice about 3 ns. */
    public static final int BACKENDS_MAX = 1_000;

    /**
     * Numbers with a bound.
     *
     * @param memoryEntries how many transactions the balancer remembers the backend of; a power of two
     * @param retryAfterSeconds what a 503 asks the caller to wait
     * @param maxForwards what a request without Max-Forwards is given (RFC 3261 section 16.6 step 3)
     * @param refusalsPerSecond most answers of our own in a second and I/O thread; beyond it requests are dropped and counted
     */
    public record Limits(int memoryEntries, int retryAfterSeconds, int maxForwards, int refusalsPerSecond) {
        public static final int MEMORY_ENTRIES_DEFAULT = 1 << 17;
        public static final int RETRY_AFTER_SECONDS_DEFAULT = 5;
        public static final int MAX_FORWARDS_DEFAULT = 70;
        public static final int REFUSALS_PER_SECOND_DEFAULT = 10_000;

        public Limits {
            check("memory entries", memoryEntries, 1 << 10, 1 << 24, MEMORY_ENTRIES_DEFAULT);
            if (Integer.bitCount(memoryEntries) != 1) {
                throw new IllegalArgumentException("memory entries: " + memoryEntries
                        + " (expected: a power of two). Maybe " + Integer.highestOneBit(memoryEntries) + ".");
            }
            check("retry after", retryAfterSeconds, 0, 3_600, RETRY_AFTER_SECONDS_DEFAULT);
            check("max forwards", maxForwards, 1, 255, MAX_FORWARDS_DEFAULT);
            check("refusals per second", refusalsPerSecond, 1, 10_000_000, REFUSALS_PER_SECOND_DEFAULT);
        }

        public static Limits defaults() {
            return new Limits(
                    MEMORY_ENTRIES_DEFAULT,
                    RETRY_AFTER_SECONDS_DEFAULT,
                    MAX_FORWARDS_DEFAULT,
                    REFUSALS_PER_SECOND_DEFAULT);
        }

        public Limits withMemoryEntries(final int entries) {
            return new Limits(entries, retryAfterSeconds, maxForwards, refusalsPerSecond);
        }

        public Limits withRetryAfterSeconds(final int seconds) {
            return new Limits(memoryEntries, seconds, maxForwards, refusalsPerSecond);
        }

        public Limits withMaxForwards(final int hops) {
            return new Limits(memoryEntries, retryAfterSeconds, hops, refusalsPerSecond);
        }

        public Limits withRefusalsPerSecond(final int refusals) {
            return new Limits(memoryEntries, retryAfterSeconds, maxForwards, refusals);
        }

        private static void check(final String what, final int value, final int min, final int max, final int maybe) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(what + ": " + value + " (expected: " + min + " to " + max
                        + "). Maybe " + maybe + ", the default.");
            }
        }
    }

    public ProxyConfig {
        backends = List.copyOf(backends);
        aliases = aliases.stream()
                .map(alias -> alias.strip().toLowerCase(Locale.ROOT))
                .toList();
        proxyRequirePassed = proxyRequirePassed.stream()
                .map(tag -> tag.strip().toLowerCase(Locale.ROOT))
                .toList();
        if (backends.size() > BACKENDS_MAX) {
            throw new IllegalArgumentException(
                    "backends: " + backends.size() + " (expected: at most " + BACKENDS_MAX + ")");
        }
        final long distinct =
                backends.stream().map(BackendSpec::name).distinct().count();
        if (distinct != backends.size()) {
            throw new IllegalArgumentException("backends: one is named twice (expected: each once, with a weight)");
        }
        if (outbound.isPresent() && outbound.get().isUnresolved()) {
            throw new IllegalArgumentException(
                    "outbound: " + outbound.get().getHostString() + " is not known to the resolver");
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; {@link #build} checks them all. Not thread safe; for set-up. */
    public static final class Builder {
        private List<BackendSpec> backends = List.of();
        private AffinityRule affinity = AffinityRule.CALL_ID;
        private List<String> aliases = List.of();
        private Optional<ClusterKey> key = Optional.empty();
        private Optional<InetSocketAddress> outbound = Optional.empty();
        private HealthConfig health = HealthConfig.defaults();
        private BalancingConfig balancing = BalancingConfig.defaults();
        private Limits limits = Limits.defaults();
        private boolean recordRoute = true;
        private boolean areBackendsTrusted;
        private List<String> proxyRequirePassed = List.of();

        private Builder() {}

        public Builder backends(final List<BackendSpec> specs) {
            this.backends = specs;
            return this;
        }

        public Builder affinity(final AffinityRule rule) {
            this.affinity = rule;
            return this;
        }

        public Builder aliases(final List<String> names) {
            this.aliases = names;
            return this;
        }

        /** The content of a key file, as {@link ClusterKey#parse} reads it. */
        public Builder key(final ClusterKey secret) {
            this.key = Optional.of(secret);
            return this;
        }

        public Builder outbound(final InetSocketAddress nextHop) {
            this.outbound = Optional.of(nextHop);
            return this;
        }

        public Builder health(final HealthConfig settings) {
            this.health = settings;
            return this;
        }

        public Builder balancing(final BalancingConfig settings) {
            this.balancing = settings;
            return this;
        }

        public Builder limits(final Limits settings) {
            this.limits = settings;
            return this;
        }

        public Builder recordRoute(final boolean stay) {
            this.recordRoute = stay;
            return this;
        }

        public Builder trustBackends(final boolean areTrusted) {
            this.areBackendsTrusted = areTrusted;
            return this;
        }

        public Builder proxyRequirePassed(final List<String> optionTags) {
            this.proxyRequirePassed = optionTags;
            return this;
        }

        public ProxyConfig build() {
            return new ProxyConfig(
                    backends,
                    affinity,
                    aliases,
                    key.orElseGet(Builder::randomKey),
                    outbound,
                    health,
                    balancing,
                    limits,
                    recordRoute,
                    areBackendsTrusted,
                    proxyRequirePassed);
        }

        private static ClusterKey randomKey() {
            final byte[] secret = new byte[32];
            new SecureRandom().nextBytes(secret);
            return ClusterKey.parse(HexFormat.of().formatHex(secret));
        }
    }
}
