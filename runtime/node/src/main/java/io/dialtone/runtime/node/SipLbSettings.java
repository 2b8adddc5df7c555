package io.dialtone.runtime.node;

import io.dialtone.api.AffinityRule;
import io.dialtone.sip.routing.Algorithm;
import io.dialtone.sip.routing.BackendSpec;
import io.dialtone.sip.routing.BalancingConfig;
import io.dialtone.sip.routing.EjectionConfig;
import java.nio.file.Path;
import java.util.List;

/** Settings of the stand-alone SIP balancer. */
final class SipLbSettings {
    static final SettingType<BackendSpec> BACKEND = SettingType.readBy(
            "[udp:|tcp:|tls:]HOST:PORT[;weight=N][;open-max=N]",
            "HOST:PORT, with tcp: or tls: before it if it is not to be reached by UDP, if need be with ;weight=N, N from "
                    + BackendSpec.WEIGHT_MIN + " to " + BackendSpec.WEIGHT_MAX + ", and ;open-max=N",
            BackendSpec::parse,
            List.of());

    static final SettingType<AffinityRule> AFFINITY_RULE = SettingType.readBy(
            "RULE",
            "call-id, from-user, to-user, request-uri-user, address-of-record or header:NAME",
            AffinityRule::parse,
            List.of("call-id", "from-user", "to-user", "request-uri-user", "address-of-record"));

    static final Setting<List<BackendSpec>> BACKENDS = Setting.optional(
            "sip-lb.backends",
            "--backend",
            SettingType.listOf(BACKEND),
            "a server that takes calls, its share of them, and most transactions it may have open; once for each");

    static final Setting<Path> BACKENDS_FILE = Setting.optional(
            "sip-lb.backends-file",
            "--backends-file",
            SettingType.file(),
            "file with a backend a line, as for --backend; # begins a remark; read again by 'dialtone reload' and by SIGHUP");

    static final Setting<AffinityRule> AFFINITY = Setting.of(
            "sip-lb.affinity",
            "--affinity",
            AFFINITY_RULE,
            "call-id",
            "which part of a request decides its backend, when no dialog does: call-id, from-user, to-user, request-uri-user,"
                    + " address-of-record or header:NAME");

    static final Setting<Algorithm> ALGORITHM = Setting.of(
            "sip-lb.algorithm",
            "--algorithm",
            SettingType.oneOf(Algorithm.class),
            "weighted-hash",
            "how the backend of a new key is chosen: weighted-hash by the key alone; of its first two by hash, least-of-two the one"
                    + " with fewer open transactions for its weight, peak-ewma the one that answers sooner, open transactions"
                    + " counted in. REGISTER always goes by its address of record");

    static final Setting<Integer> OPEN_MAX = Setting.of(
            "sip-lb.open-max",
            "--open-max",
            SettingType.wholeNumber(0, BalancingConfig.OPEN_MAX_MOST),
            "0",
            "most transactions that await a final response from a backend without an open-max of its own; when all have as many,"
                    + " new requests are answered 503; 0 is no limit");

    static final Setting<Long> LATENCY_DECAY = Setting.of(
            "sip-lb.latency-decay",
            "--latency-decay",
            SettingType.duration("100ms", "10m"),
            "10s",
            "for peak-ewma: after so long without news, a third of what is known of a response time is left");

    static final Setting<Long> KEY_HOLD = Setting.of(
            "sip-lb.key-hold",
            "--key-hold",
            SettingType.duration("1s", "15m"),
            "10m",
            "for algorithms by load and for limits: how long a key that is not met keeps its backend");

    static final Setting<Path> TOKEN_KEY_FILE = Setting.optional(
            "sip-lb.token-key-file",
            "--token-key-file",
            SettingType.file(),
            "file with the secret that seals Record-Route (openssl rand -hex 32); balancers that share it can stand in for each"
                    + " other. Without one a random secret lasts until the process ends");

    static final Setting<List<String>> ALIASES = Setting.optional(
                    "sip-lb.aliases",
                    "--alias",
                    SettingType.listOf(SettingType.text("HOST[:PORT]", "a name by which peers call us")),
                    "a further name by which peers call us in Route and Request-URI")
            .reference("RFC 3261 16.4");

    static final Setting<Endpoint> OUTBOUND = Setting.optional(
            "sip-lb.outbound",
            "--outbound",
            SettingType.endpoint("HOST:PORT"),
            "where requests of backends go whose next hop is a name; names are never looked up while calls wait");

    static final Setting<Boolean> RECORD_ROUTE = Setting.of(
                    "sip-lb.record-route",
                    "--record-route",
                    SettingType.yesOrNo(),
                    "true",
                    "stays in the path of dialogs")
            .reference("RFC 3261 16.6 step 4");

    static final Setting<Boolean> TRUST_BACKENDS = Setting.of(
                    "sip-lb.trust-backends",
                    "--trust-backends",
                    SettingType.yesOrNo(),
                    "false",
                    "passes what is sips on to backends by UDP and TCP too, because the way there is your own; others get 480")
            .reference("RFC 5630 4");

    static final Setting<List<String>> PROXY_REQUIRE = Setting.optional(
                    "sip-lb.proxy-require",
                    "--proxy-require",
                    SettingType.listOf(SettingType.text("TAG", "an option tag")),
                    "an option tag in Proxy-Require that the backends take care of; any other is answered 420")
            .reference("RFC 3261 16.3 step 5");

    static final Setting<Long> PROBE_INTERVAL = Setting.of(
            "sip-lb.probe-interval",
            "--probe-interval",
            SettingType.duration("0ms", "1h"),
            "500ms",
            "between two OPTIONS to a backend that answers; 0 is off, and then only ejection takes one out of use");

    static final Setting<Long> PROBE_TIMEOUT = Setting.of(
            "sip-lb.probe-timeout",
            "--probe-timeout",
            SettingType.duration("10ms", "1h"),
            "250ms",
            "how long an answer to a probe may take; shorter than the interval");

    static final Setting<Integer> PROBE_FALL = Setting.of(
            "sip-lb.probe-fall",
            "--probe-fall",
            SettingType.wholeNumber(1, 16),
            "2",
            "probes missed in a row before a backend may count as down");

    static final Setting<Integer> PROBE_RISE = Setting.of(
            "sip-lb.probe-rise",
            "--probe-rise",
            SettingType.wholeNumber(1, 16),
            "2",
            "probes answered in a row before a backend that was down is used again");

    static final Setting<Long> SUSPECT_AFTER = Setting.of(
            "sip-lb.suspect-after",
            "--suspect-after",
            SettingType.duration("10ms", "1h"),
            "200ms",
            "a request that waits this long for any response calls for a probe at once");

    static final Setting<Long> SLOW_START = Setting.of(
            "sip-lb.slow-start",
            "--slow-start",
            SettingType.duration("0ms", "1h"),
            "10s",
            "how long the share of a backend grows that is new or back; 0 is off");

    static final Setting<Integer> SLOW_START_PERCENT = Setting.of(
            "sip-lb.slow-start-percent",
            "--slow-start-percent",
            SettingType.wholeNumber(1, 100),
            "10",
            "share of its weight that it begins with");

    static final Setting<Integer> EJECT_FAILURES = Setting.of(
                    "sip-lb.eject-failures",
                    "--eject-failures",
                    SettingType.wholeNumber(0, EjectionConfig.FAILURES_MAX),
                    "5",
                    "requests in a row that a backend answered 503 or not at all before it is taken out of use for a while; 0 is off")
            .reference("RFC 3261 21.5.4");

    static final Setting<Long> EJECT_NO_ANSWER = Setting.of(
            "sip-lb.eject-no-answer",
            "--eject-no-answer",
            SettingType.duration("100ms", "32s"),
            "5s",
            "a request without any response for so long has failed, unless a later one succeeded");

    static final Setting<Long> EJECT_TIME = Setting.of(
            "sip-lb.eject-time",
            "--eject-time",
            SettingType.duration("100ms", "1h"),
            "5s",
            "how long a backend is out of use the first time; each time twice as long; then it starts slowly");

    static final Setting<Long> EJECT_TIME_MAX = Setting.of(
            "sip-lb.eject-time-max",
            "--eject-time-max",
            SettingType.duration("100ms", "1h"),
            "2m",
            "the longest of these times; a backend in use for so long begins with the first again");

    static final Setting<Integer> EJECT_PERCENT_MAX = Setting.of(
            "sip-lb.eject-percent-max",
            "--eject-percent-max",
            SettingType.wholeNumber(0, 100),
            "50",
            "no ejection leaves more than this part of all backends out of use, those down or drained counted in");

    static final Setting<Long> RETRY_AFTER = Setting.of(
                    "sip-lb.retry-after",
                    "--retry-after",
                    SettingType.duration("0s", "1h"),
                    "5s",
                    "what a 503 asks the caller to wait")
            .reference("RFC 3261 21.5.4");

    static final Setting<Integer> MAX_FORWARDS = Setting.of(
                    "sip-lb.max-forwards",
                    "--max-forwards",
                    SettingType.wholeNumber(1, 255),
                    "70",
                    "what a request without Max-Forwards is given")
            .reference("RFC 3261 16.6 step 3");

    static final Setting<Integer> MEMORY_ENTRIES = Setting.of(
            "sip-lb.memory-entries",
            "--memory-entries",
            SettingType.powerOfTwo(1024, 1 << 24),
            "131072",
            "transactions whose backend is remembered, so that retransmissions, CANCEL and ACK follow");

    static final Setting<Integer> REFUSALS_PER_SECOND = Setting.of(
            "sip-lb.refusals-per-second",
            "--refusals-per-second",
            SettingType.wholeNumber(1, 10_000_000),
            "10000",
            "most answers of our own in a second and loop; beyond it requests are dropped and counted");

    static final SettingGroup BACKENDS_GROUP =
            SettingGroup.of("Backends", BACKENDS, BACKENDS_FILE, AFFINITY, TOKEN_KEY_FILE);
    static final SettingGroup BALANCING =
            SettingGroup.of("Choice of a backend", ALGORITHM, OPEN_MAX, LATENCY_DECAY, KEY_HOLD);
    static final SettingGroup HEALTH = SettingGroup.of(
            "Health of backends",
            PROBE_INTERVAL,
            PROBE_TIMEOUT,
            PROBE_FALL,
            PROBE_RISE,
            SUSPECT_AFTER,
            SLOW_START,
            SLOW_START_PERCENT,
            EJECT_FAILURES,
            EJECT_NO_ANSWER,
            EJECT_TIME,
            EJECT_TIME_MAX,
            EJECT_PERCENT_MAX);
    static final SettingGroup PROXY = SettingGroup.of(
            "Proxy",
            RECORD_ROUTE,
            TRUST_BACKENDS,
            ALIASES,
            OUTBOUND,
            PROXY_REQUIRE,
            RETRY_AFTER,
            MAX_FORWARDS,
            MEMORY_ENTRIES,
            REFUSALS_PER_SECOND);

    static final List<SettingGroup> GROUPS = List.of(
            SipSettings.LISTENING,
            BACKENDS_GROUP,
            BALANCING,
            HEALTH,
            PROXY,
            LocatorSettings.DNS,
            TraceSettings.GROUP,
            SipSettings.CONNECTIONS,
            SipSettings.TLS,
            SipSettings.SOCKETS,
            CommonSettings.GROUP);

    private SipLbSettings() {}
}
