package io.dialtone.diameter.peer;

import java.time.Duration;
import java.util.Optional;

/**
 * A peer as an operator wants it: who it is, where it is dialled, how it is watched. Immutable; for set-up and control.
 *
 * @param identity who it must be: whoever else answers there is refused
 * @param address where we dial it; empty for one that only dials us
 * @param connectionsMax connections with it at a time; each is dialled if there is an address. RFC 6733 section 2.1 has one
 * @param watchdog how long nothing may be heard before it is asked for a sign of life (Tw of RFC 3539 section 3.4.1), before jitter
 * @param reopenInterval how far apart the three watchdogs are that a peer has to answer before it is used again; RFC 3539 has {@code watchdog}
 * @param reconnectFirst how long after a connection is lost or not made it is dialled again; doubles with each failure
 * @param reconnectMax the longest such wait
 */
public record PeerSpec(
        PeerIdentity identity,
        Optional<PeerAddress> address,
        int connectionsMax,
        Duration watchdog,
        Duration reopenInterval,
        Duration reconnectFirst,
        Duration reconnectMax) {
    public static final int CONNECTIONS_DEFAULT = 1;
    public static final int CONNECTIONS_MOST = 16;

    /** RFC 3539 section 3.4.1. */
    public static final Duration WATCHDOG_DEFAULT = Duration.ofSeconds(30);

    /** RFC 3539 has 6 s at least, for networks with many hops; within a data centre a dead peer can be known sooner. */
    public static final Duration WATCHDOG_MIN = Duration.ofSeconds(1);

    public static final Duration WATCHDOG_MAX = Duration.ofHours(1);
    public static final Duration REOPEN_INTERVAL_DEFAULT = Duration.ofSeconds(1);
    public static final Duration RECONNECT_FIRST_DEFAULT = Duration.ofMillis(500);
    public static final Duration RECONNECT_MAX_DEFAULT = Duration.ofSeconds(30);

    private static final Duration RECONNECT_MIN = Duration.ofMillis(10);
    private static final Duration RECONNECT_LONGEST = Duration.ofHours(1);
    private static final Duration REOPEN_MIN = Duration.ofMillis(100);

    public PeerSpec {
        final String peer = "peer " + identity.host() + ": ";
        Expect.between(peer + "connections-max", connectionsMax, 1, CONNECTIONS_MOST, CONNECTIONS_DEFAULT);
        Expect.between(peer + "watchdog", watchdog, WATCHDOG_MIN, WATCHDOG_MAX, WATCHDOG_DEFAULT);
        Expect.between(peer + "reopen-interval", reopenInterval, REOPEN_MIN, WATCHDOG_MAX, REOPEN_INTERVAL_DEFAULT);
        Expect.between(peer + "reconnect-first", reconnectFirst, RECONNECT_MIN, reconnectMax, RECONNECT_FIRST_DEFAULT);
        Expect.between(peer + "reconnect-max", reconnectMax, RECONNECT_MIN, RECONNECT_LONGEST, RECONNECT_MAX_DEFAULT);
    }

    /** A peer that only dials us. */
    public static PeerSpec of(final PeerIdentity identity) {
        return new PeerSpec(
                identity,
                Optional.empty(),
                CONNECTIONS_DEFAULT,
                WATCHDOG_DEFAULT,
                REOPEN_INTERVAL_DEFAULT,
                RECONNECT_FIRST_DEFAULT,
                RECONNECT_MAX_DEFAULT);
    }

    /** A peer that we dial, and that may dial us. */
    public static PeerSpec of(final PeerIdentity identity, final PeerAddress address) {
        return of(identity).withAddress(address);
    }

    /** Reads the operator's form {@code IDENTITY[=ADDRESS]}, for instance {@code srv1.example.net=tcp:192.0.2.10:3868}. */
    public static PeerSpec parse(final String text) {
        final int equals = text.indexOf('=');
        return equals < 0
                ? of(PeerIdentity.of(text.strip()))
                : of(PeerIdentity.of(text.substring(0, equals).strip()), PeerAddress.parse(text.substring(equals + 1)));
    }

    public PeerSpec withAddress(final PeerAddress newAddress) {
        return new PeerSpec(
                identity,
                Optional.of(newAddress),
                connectionsMax,
                watchdog,
                reopenInterval,
                reconnectFirst,
                reconnectMax);
    }

    public PeerSpec withRealm(final String realm) {
        return withIdentity(new PeerIdentity(identity.host(), realm));
    }

    public PeerSpec withConnectionsMax(final int connections) {
        return new PeerSpec(identity, address, connections, watchdog, reopenInterval, reconnectFirst, reconnectMax);
    }

    public PeerSpec withWatchdog(final Duration tw) {
        return new PeerSpec(identity, address, connectionsMax, tw, reopenInterval, reconnectFirst, reconnectMax);
    }

    public PeerSpec withReopenInterval(final Duration interval) {
        return new PeerSpec(identity, address, connectionsMax, watchdog, interval, reconnectFirst, reconnectMax);
    }

    public PeerSpec withReconnect(final Duration first, final Duration max) {
        return new PeerSpec(identity, address, connectionsMax, watchdog, reopenInterval, first, max);
    }

    PeerSpec withIdentity(final PeerIdentity other) {
        return new PeerSpec(other, address, connectionsMax, watchdog, reopenInterval, reconnectFirst, reconnectMax);
    }

    /** Whether this peer must be spoken with by TLS. */
    boolean isSecure() {
        return address.isPresent() && address.get().transport() == DiameterTransport.TLS;
    }
}
