package io.dialtone.runtime.node;

import io.dialtone.net.TlsSettings;
import java.nio.file.Path;
import java.util.List;

/** Settings of SIP listeners and their sockets, for the balancer and for edges. */
final class SipSettings {
    /** How datagrams pass between the kernel and us. */
    enum Io {
        AUTO,
        EPOLL,
        NIO
    }

    static final Setting<List<ListenerSpec>> LISTEN = Setting.required(
            "sip.listen",
            "--listen",
            SettingType.listOf(ListenerSpec.TYPE),
            "where SIP comes in, by udp:, tcp:, tls:, ws: or wss:; port 0 lets the system choose, ;advertise=HOST:PORT tells peers another address,"
                    + " ;proxy-protocol-from=ADDRESS/BITS takes connections only from these, each with a header of the PROXY protocol");

    static final Setting<Integer> LOOPS = Setting.of(
            "sip.loops",
            "--loops",
            SettingType.wholeNumber(1, 64),
            "1",
            "I/O threads; each has its own socket for each listener (SO_REUSEPORT)");

    static final Setting<Io> TRANSPORT = Setting.of(
            "sip.transport",
            "--transport",
            SettingType.oneOf(Io.class),
            "auto",
            "epoll reads and writes many datagrams by one call (Linux), nio works everywhere; auto takes the better one");

    static final Setting<Integer> RECEIVE_BUFFER = Setting.of(
            "sip.receive-buffer",
            "--receive-buffer",
            SettingType.size("4k", "1024m"),
            "4m",
            "asked of the kernel for each socket (SO_RCVBUF); it may grant less, which is said at start");

    static final Setting<Integer> SEND_BUFFER = Setting.of(
            "sip.send-buffer", "--send-buffer", SettingType.size("4k", "1024m"), "4m", "likewise, SO_SNDBUF");

    static final Setting<Integer> DSCP = Setting.of(
                    "sip.dscp",
                    "--dscp",
                    SettingType.wholeNumber(0, 63),
                    "0",
                    "class of service of what we send; 24 (CS3) is usual for signalling, 0 is off")
            .reference("RFC 2474, RFC 4594");

    static final Setting<Long> BUSY_POLL = Setting.of(
            "sip.busy-poll",
            "--busy-poll",
            SettingType.duration("0us", "10ms"),
            "0us",
            "how long a read may poll the network card (SO_BUSY_POLL); spends CPU for latency, 0 is off");

    static final Setting<Long> SPIN = Setting.of(
            "sip.spin",
            "--spin",
            SettingType.duration("0us", "1s"),
            "0us",
            "how long a loop keeps looking for work before it sleeps; spends CPU for latency, 0 is off");

    static final Setting<Integer> BATCH =
            Setting.of("sip.batch", "--batch", SettingType.wholeNumber(1, 1024), "32", "datagrams read by one call");

    static final Setting<Integer> SEND_QUEUE = Setting.of(
            "sip.send-queue",
            "--send-queue",
            SettingType.wholeNumber(1, 1024),
            "128",
            "datagrams collected for a socket before they are sent in any case");

    static final Setting<Integer> MESSAGE_SIZE_MAX = Setting.of(
                    "sip.message-size-max",
                    "--message-size-max",
                    SettingType.size("512", "65535"),
                    "65535",
                    "longest message taken; longer ones are dropped and counted")
            .reference("RFC 3261 18.1.1");

    static final Setting<Boolean> GRO = Setting.of(
            "sip.gro",
            "--gro",
            SettingType.yesOrNo(),
            "false",
            "lets the kernel join datagrams of one peer (UDP_GRO); pays with few peers and much traffic");

    static final Setting<Boolean> GSO = Setting.of(
            "sip.gso",
            "--gso",
            SettingType.yesOrNo(),
            "false",
            "hands runs of equally long datagrams to one peer to the kernel as one (UDP_SEGMENT)");

    static final Setting<Integer> CONNECTIONS_MAX = Setting.of(
            "sip.connections-max",
            "--connections-max",
            SettingType.wholeNumber(1, 4_000_000),
            "20000",
            "connections of a listener in each I/O thread, both ways; more are closed as they come. Fewer if the process may not open so many files (ulimit -n)");

    static final Setting<Integer> CONNECTIONS_OF_A_PEER_MAX = Setting.of(
            "sip.connections-of-a-peer-max",
            "--connections-of-a-peer-max",
            SettingType.wholeNumber(1, 4_000_000),
            "5000",
            "of these, made by one IPv4 address or from one /64 of IPv6; more are closed at once. Behind a proxy that says whom it connects for, these count, and not the proxy's");

    static final Setting<Long> CONNECTION_IDLE = Setting.of(
                    "sip.connection-idle-max",
                    "--connection-idle-max",
                    SettingType.duration("1s", "1440m"),
                    "10m",
                    "a connection on which nothing went either way for so long is closed; clients that stay send a ping in time")
            .reference("RFC 5626 3.5.1");

    static final Setting<Long> MESSAGE_TIME = Setting.of(
            "sip.message-time-max",
            "--message-time-max",
            SettingType.duration("100ms", "1440m"),
            "10s",
            "whoever has begun a message on a connection has so long to end it");

    static final Setting<Long> CONNECT_TIME = Setting.of(
            "sip.connect-time-max",
            "--connect-time-max",
            SettingType.duration("100ms", "1440m"),
            "5s",
            "how long a connection of ours may take to come about; what waits for it is lost then");

    static final Setting<Long> SLOW_PEER_TIME = Setting.of(
            "sip.slow-peer-time-max",
            "--slow-peer-time-max",
            SettingType.duration("100ms", "1440m"),
            "10s",
            "a peer that takes nothing for so long, while its share of sip.connection-pending-max waits, is cut off");

    static final Setting<Integer> CONNECTION_PENDING = Setting.of(
            "sip.connection-pending-max",
            "--connection-pending-max",
            SettingType.size("64k", "256m"),
            "1m",
            "what may wait for one peer of a connection; messages beyond that are dropped and counted");

    static final Setting<List<Path>> TLS_CERTIFICATES = Setting.optional(
                    "sip.tls-certificates",
                    "--tls-certificates",
                    SettingType.listOf(SettingType.file()),
                    "PEM files, each with a certificate and those that lead to its authority; chosen by the host that a peer names, the"
                            + " first for all others. They are read anew when they change")
            .reference("RFC 6066, RFC 5922");

    static final Setting<List<Path>> TLS_KEYS = Setting.optional(
            "sip.tls-keys",
            "--tls-keys",
            SettingType.listOf(SettingType.file()),
            "PEM files with the keys (PKCS 8, no password) of sip.tls-certificates, in the same order");

    static final Setting<Path> TLS_AUTHORITIES = Setting.optional(
            "sip.tls-authorities",
            "--tls-authorities",
            SettingType.file(),
            "PEM file with the certificates of those whom we believe who peers are; without it those of the JVM");

    static final Setting<List<String>> TLS_SERVER_NAMES = Setting.optional(
                    "sip.tls-server-names",
                    "--tls-server-names",
                    SettingType.listOf(SettingType.text("HOST", "a host name, for instance sip.example.com")),
                    "hosts, of which one may stand in the certificate of whom we connect to by TLS; without it the certificate must be for the"
                            + " address we connect to, which is enough in any case")
            .reference("RFC 5922 7.1");

    static final Setting<TlsSettings.Clients> TLS_CLIENTS = Setting.of(
            "sip.tls-clients",
            "--tls-clients",
            SettingType.oneOf(TlsSettings.Clients.class),
            "none",
            "what peers that connect must show: none, a certificate if they have one (wanted), or one in any case (required)");

    static final SettingGroup TLS =
            SettingGroup.of("TLS", TLS_CERTIFICATES, TLS_KEYS, TLS_AUTHORITIES, TLS_SERVER_NAMES, TLS_CLIENTS);

    static final SettingGroup CONNECTIONS = SettingGroup.of(
            "Connections",
            CONNECTIONS_MAX,
            CONNECTIONS_OF_A_PEER_MAX,
            CONNECTION_IDLE,
            MESSAGE_TIME,
            CONNECT_TIME,
            SLOW_PEER_TIME,
            CONNECTION_PENDING);

    static final SettingGroup LISTENING = SettingGroup.of("Listening", LISTEN, LOOPS, TRANSPORT);
    /** For edges, whose listeners and threads the cluster's file names. */
    static final SettingGroup IO = SettingGroup.of("I/O", TRANSPORT);

    static final SettingGroup SOCKETS = SettingGroup.of(
            "Sockets",
            RECEIVE_BUFFER,
            SEND_BUFFER,
            DSCP,
            BUSY_POLL,
            SPIN,
            BATCH,
            SEND_QUEUE,
            MESSAGE_SIZE_MAX,
            GRO,
            GSO);

    private SipSettings() {}
}
