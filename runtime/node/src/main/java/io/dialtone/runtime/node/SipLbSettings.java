package io.dialtone.runtime.node;

import io.dialtone.api.AffinityRule;
import io.dialtone.sip.routing.BackendSpec;
import java.nio.file.Path;
import java.util.List;

/** Settings of the stand-alone SIP balancer. */
final class SipLbSettings {
    static final SettingType<BackendSpec> BACKEND = SettingType.readBy(
            "HOST:PORT[;weight=N]",
            "HOST:PORT, if need be with ;weight=N, N from " + BackendSpec.WEIGHT_MIN + " to " + BackendSpec.WEIGHT_MAX,
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
            "a server that takes calls, and its share of them; once for each");

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
            "between two OPTIONS to a backend that answers; 0 is off, and then nothing is ever taken out of use");

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
    static final SettingGroup HEALTH = SettingGroup.of(
            "Health of backends",
            PROBE_INTERVAL,
            PROBE_TIMEOUT,
            PROBE_FALL,
            PROBE_RISE,
            SUSPECT_AFTER,
            SLOW_START,
            SLOW_START_PERCENT);
    static final SettingGroup PROXY = SettingGroup.of(
            "Proxy",
            RECORD_ROUTE,
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
            HEALTH,
            PROXY,
            SipSettings.CONNECTIONS,
            SipSettings.TLS,
            SipSettings.SOCKETS,
            CommonSettings.GROUP);

    private SipLbSettings() {}
}
