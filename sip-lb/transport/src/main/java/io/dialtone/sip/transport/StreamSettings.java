package io.dialtone.sip.transport;

import io.dialtone.net.Expect;

/**
 * Limits of connections.
 *
 * @param connectionsMax connections of a listener within one loop, both ways; more are closed as they come
 * @param connectionsOfAPeerMax of these, made by one IPv4 address or from one /64 of IPv6; more are closed as they come
 * @param idleMs a connection on which nothing went either way for so long is closed
 * @param messageMs whoever has begun a message has so long to end it, and so long to shake hands (TLS, WebSocket)
 * @param connectMs how long a connection of ours may take to come about
 * @param slowPeerMs a peer that takes nothing for so long, while something waits for it, is cut off
 * @param pendingBytes what may wait for one peer; messages beyond that are dropped and counted
 */
public record StreamSettings(
        int connectionsMax,
        int connectionsOfAPeerMax,
        int idleMs,
        int messageMs,
        int connectMs,
        int slowPeerMs,
        int pendingBytes) {
    static final int CONNECTIONS_DEFAULT = 20_000;
    static final int CONNECTIONS_OF_A_PEER_DEFAULT = 5_000;
    static final int CONNECTIONS_LIMIT = 4_000_000;
    static final int IDLE_MS_DEFAULT = 600_000;
    static final int MESSAGE_MS_DEFAULT = 10_000;
    static final int CONNECT_MS_DEFAULT = 5_000;
    static final int SLOW_PEER_MS_DEFAULT = 10_000;
    static final int PENDING_BYTES_DEFAULT = 1 << 20;
    static final int PENDING_BYTES_MIN = 1 << 16;
    static final int PENDING_BYTES_MAX = 1 << 28;
    private static final int MS_MAX = 86_400_000;

    public StreamSettings {
        Expect.between("connections-max", connectionsMax, 1, CONNECTIONS_LIMIT, CONNECTIONS_DEFAULT);
        Expect.between(
                "connections-of-a-peer-max",
                connectionsOfAPeerMax,
                1,
                CONNECTIONS_LIMIT,
                CONNECTIONS_OF_A_PEER_DEFAULT);
        Expect.between("connection-idle-max", idleMs, 1_000, MS_MAX, IDLE_MS_DEFAULT);
        Expect.between("message-time-max", messageMs, 100, MS_MAX, MESSAGE_MS_DEFAULT);
        Expect.between("connect-time-max", connectMs, 100, MS_MAX, CONNECT_MS_DEFAULT);
        Expect.between("slow-peer-time-max", slowPeerMs, 100, MS_MAX, SLOW_PEER_MS_DEFAULT);
        Expect.between(
                "connection-pending-max", pendingBytes, PENDING_BYTES_MIN, PENDING_BYTES_MAX, PENDING_BYTES_DEFAULT);
    }

    /** The same with fewer connections, if so many are too many. */
    StreamSettings withConnectionsAtMost(final int most) {
        return new StreamSettings(
                Math.clamp(most, 1, connectionsMax),
                connectionsOfAPeerMax,
                idleMs,
                messageMs,
                connectMs,
                slowPeerMs,
                pendingBytes);
    }

    /** What stands where nothing is configured. */
    public static StreamSettings defaults() {
        return new StreamSettings(
                CONNECTIONS_DEFAULT,
                CONNECTIONS_OF_A_PEER_DEFAULT,
                IDLE_MS_DEFAULT,
                MESSAGE_MS_DEFAULT,
                CONNECT_MS_DEFAULT,
                SLOW_PEER_MS_DEFAULT,
                PENDING_BYTES_DEFAULT);
    }
}
