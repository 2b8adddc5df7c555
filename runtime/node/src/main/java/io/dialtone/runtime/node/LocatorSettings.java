package io.dialtone.runtime.node;

import io.dialtone.sip.dns.DnsClient;
import io.dialtone.sip.dns.DnsClientConfig;
import io.dialtone.sip.locate.LocateSettings;
import io.dialtone.sip.locate.Locator;
import io.dialtone.sip.locate.RecordSource;
import io.dialtone.sip.locate.StaticRoutes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Settings of finding servers by their names. */
final class LocatorSettings {
    private static final int DNS_PORT = 53;
    private static final String SERVER =
            "an address with or without a port, for instance 192.0.2.53 or [2001:db8::53]:5353";

    static final Setting<List<InetSocketAddress>> DNS_SERVERS = Setting.optional(
            "locate.dns-servers",
            "--dns-servers",
            SettingType.listOf(SettingType.of("ADDRESS", SERVER, LocatorSettings::server)),
            "DNS servers, asked in this order; without it those of the system, as they are at the first question");

    static final Setting<Long> DNS_TIMEOUT = Setting.of(
            "locate.dns-timeout",
            "--dns-timeout",
            SettingType.duration("10ms", "30s"),
            "2s",
            "how long one DNS server may take before the next one is asked");

    static final Setting<Integer> DNS_ROUNDS = Setting.of(
            "locate.dns-rounds",
            "--dns-rounds",
            SettingType.wholeNumber(1, 10),
            "2",
            "how often each DNS server is asked before a question has failed");

    static final Setting<Integer> QUESTIONS_MAX = Setting.of(
            "locate.questions-max",
            "--dns-questions-max",
            SettingType.wholeNumber(1, 100_000),
            "1000",
            "questions to DNS under way at a time; a further one fails at once");

    static final Setting<Integer> CACHE_MAX = Setting.of(
            "locate.cache-max",
            "--dns-cache-max",
            SettingType.wholeNumber(1, 10_000_000),
            "10000",
            "answers of DNS that are kept for as long as they may be believed");

    static final Setting<Long> TTL_MAX = Setting.of(
            "locate.ttl-max",
            "--dns-ttl-max",
            SettingType.duration("0s", "168h"),
            "1h",
            "longest time for which an answer of DNS is kept, whatever it says; 0s keeps none");

    static final Setting<Long> NEGATIVE_TTL_MAX = Setting.of(
                    "locate.negative-ttl-max",
                    "--dns-negative-ttl-max",
                    SettingType.duration("0s", "3h"),
                    "1m",
                    "the same where DNS says that there is nothing")
            .reference("RFC 2308 5");

    static final Setting<Long> TIMEOUT = Setting.of(
                    "locate.timeout",
                    "--locate-timeout",
                    SettingType.duration("10ms", "1m"),
                    "5s",
                    "how long a request may wait for DNS; its service is told 503 then")
            .reference("RFC 3263 4.3");

    static final Setting<Integer> WAITING_MAX = Setting.of(
            "locate.waiting-max",
            "--locate-waiting-max",
            SettingType.wholeNumber(1, 1_000_000),
            "10000",
            "requests of a process that wait for DNS at a time; the service of a further one is told 503");

    static final Setting<Long> NEXT_TARGET_AFTER = Setting.of(
                    "locate.next-target-after",
                    "--next-target-after",
                    SettingType.duration("100ms", "10m"),
                    "8s",
                    "how long a server may be silent while another one is left to be tried; never longer than 64*T1, which is what the RFC says")
            .reference("RFC 3263 4.3");

    static final Setting<Long> SHUN_TIME = Setting.of(
            "locate.shun-time",
            "--shun-time",
            SettingType.duration("0s", "1h"),
            "30s",
            "how long a server that was silent or said 503 is tried after all others; 0s forgets at once");

    static final Setting<List<StaticRoutes.Route>> ROUTES = Setting.optional(
            "locate.routes",
            "--locate-routes",
            SettingType.listOf(
                    SettingType.readBy("DOMAIN=URI", StaticRoutes.EXPECTED, StaticRoutes.Route::parse, List.of())),
            "where requests for a domain go without a question to DNS; a domain may stand there several times, *.DOMAIN is all below it,"
                    + " * is all");

    static final SettingGroup GROUP = SettingGroup.of(
            "Finding servers",
            ROUTES,
            TIMEOUT,
            WAITING_MAX,
            NEXT_TARGET_AFTER,
            SHUN_TIME,
            DNS_SERVERS,
            DNS_TIMEOUT,
            DNS_ROUNDS,
            QUESTIONS_MAX,
            CACHE_MAX,
            TTL_MAX,
            NEGATIVE_TTL_MAX);
    /** For those who only look up addresses. */
    static final SettingGroup DNS = SettingGroup.of("DNS", DNS_SERVERS, DNS_TIMEOUT, DNS_ROUNDS, TTL_MAX);

    private static final long FAILED_TTL_NS = 1_000_000_000L;
    private static final int SHUNNED_MAX = 10_000;

    private LocatorSettings() {}

    /** What finds servers; it asks nobody before it has to. */
    static Locator locator(final Settings settings) {
        return new Locator(
                new LocateSettings(
                        settings.get(WAITING_MAX),
                        settings.get(QUESTIONS_MAX),
                        settings.get(CACHE_MAX),
                        settings.get(TTL_MAX),
                        settings.get(NEGATIVE_TTL_MAX),
                        FAILED_TTL_NS,
                        settings.get(SHUN_TIME),
                        SHUNNED_MAX),
                StaticRoutes.of(settings.find(ROUTES).orElse(List.of())),
                dns(settings),
                System::nanoTime);
    }

    /** What asks DNS servers, once somebody wants to know something. */
    static RecordSource dns(final Settings settings) {
        final DnsClientConfig config = new DnsClientConfig(
                settings.find(DNS_SERVERS).orElse(List.of()),
                Duration.ofNanos(settings.get(DNS_TIMEOUT)).toMillis(),
                settings.get(DNS_ROUNDS));
        return new DnsOnDemand(() -> DnsClient.start(config));
    }

    private static InetSocketAddress server(final String text) throws WrongValueException {
        final boolean hasPort = text.startsWith("[")
                ? !text.endsWith("]")
                : text.indexOf(':') == text.lastIndexOf(':') && text.indexOf(':') > 0;
        final String bare = text.startsWith("[") || hasPort || text.indexOf(':') < 0 ? text : "[" + text + "]";
        final Endpoint endpoint = Endpoint.parse(hasPort ? text : bare + ":" + DNS_PORT);
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(endpoint.host()), endpoint.port());
        } catch (IllegalArgumentException e) {
            throw new WrongValueException(SERVER);
        }
    }
}
