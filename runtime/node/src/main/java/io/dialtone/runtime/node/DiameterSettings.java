package io.dialtone.runtime.node;

import io.dialtone.diameter.peer.CertificateCheck;
import io.dialtone.diameter.peer.PeerIdentity;
import io.dialtone.diameter.transport.ConnectionSettings;
import io.dialtone.diameter.transport.DiameterListener;
import io.dialtone.net.TlsSettings;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Settings of a Diameter node's own name, its listeners, its connections and how its peers are watched. */
final class DiameterSettings {
    private static final String DOMAIN_NAME = "a domain name of at most 255 letters, digits, dots and hyphens";

    static final SettingType<DiameterListener> LISTENER = SettingType.readBy(
            "tcp:HOST:PORT",
            "tcp:HOST:PORT or tls:HOST:PORT, an IPv6 address in brackets",
            DiameterListener::parse,
            List.of());

    static final Setting<List<DiameterListener>> LISTEN = Setting.optional(
                    "diameter.listen",
                    "--listen",
                    SettingType.listOf(LISTENER),
                    "where peers connect to us, by tcp: or tls:; port 0 lets the system choose. Without one we only dial")
            .reference("RFC 6733 2.1");

    static final Setting<PeerIdentity> IDENTITY = Setting.required(
                    "diameter.identity",
                    "--identity",
                    SettingType.readBy("HOST", DOMAIN_NAME, PeerIdentity::of, List.of()),
                    "our Origin-Host, by which peers know us; nobody else has the same")
            .reference("RFC 6733 6.3");

    static final Setting<String> REALM = Setting.optional(
                    "diameter.realm",
                    "--realm",
                    SettingType.readBy(
                            "REALM", DOMAIN_NAME, text -> PeerIdentity.of(text).host(), List.of()),
                    "our Origin-Realm; without it what follows the first dot of the identity")
            .reference("RFC 6733 6.4");

    static final Setting<List<InetAddress>> ADDRESSES = Setting.optional(
                    "diameter.addresses",
                    "--host-ip-address",
                    SettingType.listOf(
                            SettingType.of("ADDRESS", "an IP address, not a name", DiameterSettings::address)),
                    "what Host-IP-Address tells peers; without it the addresses of the listeners")
            .reference("RFC 6733 5.3.5");

    static final Setting<List<Path>> DICTIONARY = Setting.optional(
            "diameter.dictionary",
            "--dictionary",
            SettingType.listOf(SettingType.file()),
            "files, or directories of files, with AVPs, commands and applications that the dictionary has not; 'dialtone dictionary' shows what it has");

    static final Setting<Integer> CONNECTIONS_MAX = Setting.of(
            "diameter.connections-max",
            "--connections-max",
            SettingType.wholeNumber(1, 1 << 20),
            String.valueOf(ConnectionSettings.CONNECTIONS_DEFAULT),
            "connections, both ways; more are closed as they come. Fewer if the process may not open so many files (ulimit -n)");

    static final Setting<Integer> CONNECTIONS_OF_AN_ADDRESS_MAX = Setting.of(
            "diameter.connections-of-an-address-max",
            "--connections-of-an-address-max",
            SettingType.wholeNumber(1, 1 << 20),
            String.valueOf(ConnectionSettings.CONNECTIONS_OF_AN_ADDRESS_DEFAULT),
            "of these, made by one IPv4 address or from one /64 of IPv6; more are closed as they come");

    static final Setting<Integer> MESSAGE_SIZE_MAX = Setting.of(
                    "diameter.message-size-max",
                    "--message-size-max",
                    SettingType.size("1k", "1m"),
                    "64k",
                    "longest message taken; whoever sends a longer one is answered 5015 and cut off")
            .reference("RFC 6733 3");

    static final Setting<Integer> QUEUED_MAX = Setting.of(
            "diameter.queued-max",
            "--queued-max",
            SettingType.size("64k", "1024m"),
            "1m",
            "what may wait for one connection; no message is given to a connection that is full");

    static final Setting<Long> MESSAGE_TIME = Setting.of(
            "diameter.message-time-max",
            "--message-time-max",
            SettingType.duration("10ms", "1h"),
            "10s",
            "whoever has begun a message has so long to end it");

    static final Setting<Long> SLOW_PEER_TIME = Setting.of(
            "diameter.slow-peer-time-max",
            "--slow-peer-time-max",
            SettingType.duration("10ms", "1h"),
            "10s",
            "a peer that takes nothing for so long, while something waits for it, is cut off");

    static final Setting<Long> CAPABILITIES_TIME = Setting.of(
                    "diameter.capabilities-time-max",
                    "--capabilities-time-max",
                    SettingType.duration("10ms", "5m"),
                    "5s",
                    "how long whoever has connected may take to say who it is, and whoever was dialled to answer")
            .reference("RFC 6733 5.3");

    static final Setting<Long> DRAIN_TIME = Setting.of(
            "diameter.drain-time-max",
            "--drain-time-max",
            SettingType.duration("0ms", "5m"),
            "5s",
            "how long requests under way may take to be answered before we disconnect from a peer that is drained, or at our own end");

    static final Setting<Long> WATCHDOG = Setting.of(
                    "diameter.watchdog",
                    "--watchdog",
                    SettingType.duration("1s", "1h"),
                    "30s",
                    "after so long without a word a peer is asked for a sign of life; without an answer in the same time it is left,"
                            + " and after once more cut off")
            .reference("RFC 3539 3.4.1");

    static final Setting<Long> RECONNECT_FIRST = Setting.of(
                    "diameter.reconnect-first",
                    "--reconnect-first",
                    SettingType.duration("10ms", "1h"),
                    "500ms",
                    "how long after a connection is lost, or did not come about, it is dialled again; twice as long each time")
            .reference("RFC 6733 2.1");

    static final Setting<Long> RECONNECT_MAX = Setting.of(
            "diameter.reconnect-max",
            "--reconnect-max",
            SettingType.duration("10ms", "1h"),
            "30s",
            "the longest of these waits");

    static final Setting<List<Path>> TLS_CERTIFICATES = Setting.optional(
                    "diameter.tls-certificates",
                    "--tls-certificates",
                    SettingType.listOf(SettingType.file()),
                    "PEM files, each with a certificate and those that lead to its authority; read anew when they change")
            .reference("RFC 6733 13.1");

    static final Setting<List<Path>> TLS_KEYS = Setting.optional(
            "diameter.tls-keys",
            "--tls-keys",
            SettingType.listOf(SettingType.file()),
            "PEM files with the keys (PKCS 8, no password) of diameter.tls-certificates, in the same order");

    static final Setting<Path> TLS_AUTHORITIES = Setting.optional(
            "diameter.tls-authorities",
            "--tls-authorities",
            SettingType.file(),
            "PEM file with the certificates of those whom we believe who peers are; without it those of the JVM");

    static final Setting<TlsSettings.Clients> TLS_CLIENTS = Setting.of(
                    "diameter.tls-clients",
                    "--tls-clients",
                    SettingType.oneOf(TlsSettings.Clients.class),
                    "required",
                    "what peers that connect by TLS must show: none, a certificate if they have one (wanted), or one in any case (required)")
            .reference("RFC 6733 13.1");

    static final Setting<CertificateCheck> CERTIFICATE_CHECK = Setting.of(
                    "diameter.certificate-check",
                    "--certificate-check",
                    SettingType.oneOf(CertificateCheck.class),
                    "required",
                    "whether a peer's certificate must be for its Origin-Host")
            .reference("RFC 6733 5.2");

    static final SettingGroup LISTENING = SettingGroup.of("Listening", LISTEN, IDENTITY, REALM, ADDRESSES, DICTIONARY);

    static final SettingGroup WATCHING =
            SettingGroup.of("Watching peers", WATCHDOG, RECONNECT_FIRST, RECONNECT_MAX, CAPABILITIES_TIME, DRAIN_TIME);

    static final SettingGroup CONNECTIONS = SettingGroup.of(
            "Connections",
            CONNECTIONS_MAX,
            CONNECTIONS_OF_AN_ADDRESS_MAX,
            MESSAGE_SIZE_MAX,
            QUEUED_MAX,
            MESSAGE_TIME,
            SLOW_PEER_TIME);

    static final SettingGroup TLS =
            SettingGroup.of("TLS", TLS_CERTIFICATES, TLS_KEYS, TLS_AUTHORITIES, TLS_CLIENTS, CERTIFICATE_CHECK);

    private DiameterSettings() {}

    static String ms(final Duration time) {
        return time.toMillis() + "ms";
    }

    /** Names are not looked up: a peer is told addresses, and which of a name's would be chance. */
    private static InetAddress address(final String text) throws WrongValueException {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new WrongValueException("an IP address, not a name");
        }
    }
}
