package io.dialtone.diameter.peer;

/**
 * All that a {@link PeerDoor} is told at its start. Immutable.
 *
 * @param local who we are
 * @param accept whom we take that is not in the table
 * @param certificates what certificates must say
 * @param times how long each step may take
 * @param peersMax peers in the table, those that were accepted included; who would be one more is answered 3004 (TOO_BUSY)
 * @param handshakesMax accepted connections that have not sent a CER; for one more the oldest is closed
 * @param seed of jitter and of identifiers: another one in each process and loop
 */
public record PeerConfig(
        LocalPeer local,
        AcceptList accept,
        CertificateCheck certificates,
        PeerTimes times,
        int peersMax,
        int handshakesMax,
        long seed) {
    public static final int PEERS_DEFAULT = 1024;
    public static final int PEERS_MOST = 1 << 16;
    public static final int HANDSHAKES_DEFAULT = 1024;
    public static final int HANDSHAKES_MOST = 1 << 16;

    public PeerConfig {
        Expect.between("peers-max", peersMax, 1, PEERS_MOST, PEERS_DEFAULT);
        Expect.between("handshakes-max", handshakesMax, 1, HANDSHAKES_MOST, HANDSHAKES_DEFAULT);
    }

    public static PeerConfig of(final LocalPeer local, final long seed) {
        return new PeerConfig(
                local,
                AcceptList.nobody(),
                CertificateCheck.REQUIRED,
                PeerTimes.defaults(),
                PEERS_DEFAULT,
                HANDSHAKES_DEFAULT,
                seed);
    }

    public PeerConfig withAccept(final AcceptList list) {
        return new PeerConfig(local, list, certificates, times, peersMax, handshakesMax, seed);
    }

    public PeerConfig withCertificates(final CertificateCheck check) {
        return new PeerConfig(local, accept, check, times, peersMax, handshakesMax, seed);
    }

    public PeerConfig withTimes(final PeerTimes other) {
        return new PeerConfig(local, accept, certificates, other, peersMax, handshakesMax, seed);
    }

    public PeerConfig withLimits(final int peers, final int handshakes) {
        return new PeerConfig(local, accept, certificates, times, peers, handshakes, seed);
    }
}
