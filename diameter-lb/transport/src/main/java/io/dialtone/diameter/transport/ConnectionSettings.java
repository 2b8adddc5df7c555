package io.dialtone.diameter.transport;

import io.dialtone.net.Expect;

/**
 * Limits of a loop's connections. Who is silent is the watchdog's affair (RFC 3539).
 *
 * <p>They bound the memory: what is read is handed on in the same turn, and what that causes to be sent is refused when a queue is full, so that nothing gathers by reading and
 * reading need never pause. What remains is halves of messages, at most {@code halvesBytesMax}, and what waits for peers, at most {@code queuedBytesOfAllMax}.
 *
 * @param connectionsMax connections, both ways; more are closed as they come
 * @param connectionsOfAnAddressMax of these, made by one IPv4 address or from one /64 of IPv6; more are closed as they come
 * @param queuedBytesMax what may wait for one connection; messages beyond that are not taken
 * @param queuedBytesOfAllMax what may wait for all of them
 * @param halvesBytesMax memory for beginnings of messages whose rest is on its way, of all connections, 8 KiB each at least; who goes beyond that is closed
 * @param messageMs whoever has begun a message has so long to end it
 * @param handshakeMs how long hands may be shaken (TLS)
 * @param connectMs how long a connection of ours may take to come about, TLS included
 * @param slowPeerMs a peer that takes nothing for so long, while something waits for it, is cut off
 * @param closeMs how long a connection that is being closed may take for what was sent before
 */
public record ConnectionSettings(
        int connectionsMax,
        int connectionsOfAnAddressMax,
        int queuedBytesMax,
        int queuedBytesOfAllMax,
        int halvesBytesMax,
        int messageMs,
        int handshakeMs,
        int connectMs,
        int slowPeerMs,
        int closeMs) {
    public static final int CONNECTIONS_DEFAULT = 4_096;
    public static final int CONNECTIONS_OF_AN_ADDRESS_DEFAULT = 256;
    public static final int QUEUED_BYTES_DEFAULT = 1 << 20;
    public static final int QUEUED_BYTES_OF_ALL_DEFAULT = 1 << 28;
    public static final int HALVES_BYTES_DEFAULT = 1 << 26;
    public static final int MESSAGE_MS_DEFAULT = 10_000;
    public static final int HANDSHAKE_MS_DEFAULT = 5_000;
    public static final int CONNECT_MS_DEFAULT = 5_000;
    public static final int SLOW_PEER_MS_DEFAULT = 10_000;
    public static final int CLOSE_MS_DEFAULT = 2_000;

    private static final int CONNECTIONS_MOST = 1 << 20;
    private static final int BYTES_LEAST = 1 << 16;
    private static final int BYTES_MOST = 1 << 30;
    private static final int MS_LEAST = 10;
    private static final int MS_MOST = 3_600_000;

    public ConnectionSettings {
        Expect.between("connections-max", connectionsMax, 1, CONNECTIONS_MOST, CONNECTIONS_DEFAULT);
        Expect.between(
                "connections-of-an-address-max",
                connectionsOfAnAddressMax,
                1,
                CONNECTIONS_MOST,
                CONNECTIONS_OF_AN_ADDRESS_DEFAULT);
        Expect.between("queued-bytes-max", queuedBytesMax, BYTES_LEAST, BYTES_MOST, QUEUED_BYTES_DEFAULT);
        Expect.between(
                "queued-bytes-of-all-max", queuedBytesOfAllMax, BYTES_LEAST, BYTES_MOST, QUEUED_BYTES_OF_ALL_DEFAULT);
        Expect.between("halves-bytes-max", halvesBytesMax, BYTES_LEAST, BYTES_MOST, HALVES_BYTES_DEFAULT);
        Expect.between("message-time-max", messageMs, MS_LEAST, MS_MOST, MESSAGE_MS_DEFAULT);
        Expect.between("handshake-time-max", handshakeMs, MS_LEAST, MS_MOST, HANDSHAKE_MS_DEFAULT);
        Expect.between("connect-time-max", connectMs, MS_LEAST, MS_MOST, CONNECT_MS_DEFAULT);
        Expect.between("slow-peer-time-max", slowPeerMs, MS_LEAST, MS_MOST, SLOW_PEER_MS_DEFAULT);
        Expect.between("close-time-max", closeMs, MS_LEAST, MS_MOST, CLOSE_MS_DEFAULT);
    }

    /** What stands where nothing is configured. */
    public static ConnectionSettings defaults() {
        return new ConnectionSettings(
                CONNECTIONS_DEFAULT,
                CONNECTIONS_OF_AN_ADDRESS_DEFAULT,
                QUEUED_BYTES_DEFAULT,
                QUEUED_BYTES_OF_ALL_DEFAULT,
                HALVES_BYTES_DEFAULT,
                MESSAGE_MS_DEFAULT,
                HANDSHAKE_MS_DEFAULT,
                CONNECT_MS_DEFAULT,
                SLOW_PEER_MS_DEFAULT,
                CLOSE_MS_DEFAULT);
    }

    /** The same with other numbers of connections. */
    public ConnectionSettings withConnections(final int most, final int ofAnAddress) {
        return new ConnectionSettings(
                most,
                ofAnAddress,
                queuedBytesMax,
                queuedBytesOfAllMax,
                halvesBytesMax,
                messageMs,
                handshakeMs,
                connectMs,
                slowPeerMs,
                closeMs);
    }

    /** The same with other limits of memory. */
    public ConnectionSettings withBytes(final int queued, final int queuedOfAll, final int halves) {
        return new ConnectionSettings(
                connectionsMax,
                connectionsOfAnAddressMax,
                queued,
                queuedOfAll,
                halves,
                messageMs,
                handshakeMs,
                connectMs,
                slowPeerMs,
                closeMs);
    }

    /** The same with other times for connections to come about. */
    public ConnectionSettings withOpening(final int handshake, final int connect) {
        return new ConnectionSettings(
                connectionsMax,
                connectionsOfAnAddressMax,
                queuedBytesMax,
                queuedBytesOfAllMax,
                halvesBytesMax,
                messageMs,
                handshake,
                connect,
                slowPeerMs,
                closeMs);
    }

    /** The same with other times for those that are there. */
    public ConnectionSettings withTimes(final int message, final int slowPeer, final int close) {
        return new ConnectionSettings(
                connectionsMax,
                connectionsOfAnAddressMax,
                queuedBytesMax,
                queuedBytesOfAllMax,
                halvesBytesMax,
                message,
                handshakeMs,
                connectMs,
                slowPeer,
                close);
    }
}
