package io.dialtone.diameter.peer;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whom we take as a peer who dials us and is not in the table: identities, all hosts below a name ({@code *.example.net}), or anybody ({@code *}). Immutable;
 * for set-up.
 */
public final class AcceptList {
    private static final String EXPECTED = "expected: an identity, *.REALM or *, for instance client.example.net";

    private final List<String> written;
    private final Set<String> hosts = new HashSet<>();
    private final Set<String> suffixes = new HashSet<>();
    private final boolean any;
    private final int connectionsMax;
    private final Duration watchdog;

    private AcceptList(final List<String> written, final int connectionsMax, final Duration watchdog) {
        Expect.between(
                "accepted peers: connections-max",
                connectionsMax,
                1,
                PeerSpec.CONNECTIONS_MOST,
                PeerSpec.CONNECTIONS_DEFAULT);
        Expect.between(
                "accepted peers: watchdog",
                watchdog,
                PeerSpec.WATCHDOG_MIN,
                PeerSpec.WATCHDOG_MAX,
                PeerSpec.WATCHDOG_DEFAULT);
        boolean anybody = false;
        for (final String entry : written) {
            final String text = entry.strip().toLowerCase(Locale.ROOT);
            if (text.equals("*")) {
                anybody = true;
            } else if (text.startsWith("*.") && PeerIdentity.isIdentity(text.substring(2))) {
                suffixes.add(text.substring(2));
            } else if (PeerIdentity.isIdentity(text)) {
                hosts.add(text);
            } else {
                throw new IllegalArgumentException("accept: \"" + entry + "\" (" + EXPECTED + ")");
            }
        }
        this.written = List.copyOf(written);
        this.any = anybody;
        this.connectionsMax = connectionsMax;
        this.watchdog = watchdog;
    }

    /** Takes nobody but peers of the table. */
    public static AcceptList nobody() {
        return of(List.of());
    }

    public static AcceptList anybody() {
        return of(List.of("*"));
    }

    /** Reads the operator's entries; says politely what is wrong with one. */
    public static AcceptList of(final Collection<String> entries) {
        return new AcceptList(List.copyOf(entries), PeerSpec.CONNECTIONS_DEFAULT, PeerSpec.WATCHDOG_DEFAULT);
    }

    /** How many connections each of them may have. */
    public AcceptList withConnectionsMax(final int connections) {
        return new AcceptList(written, connections, watchdog);
    }

    /** How they are watched. */
    public AcceptList withWatchdog(final Duration tw) {
        return new AcceptList(written, connectionsMax, tw);
    }

    /** @param host an identity in lower case */
    boolean accepts(final String host) {
        if (any || hosts.contains(host)) {
            return true;
        }
        // Each dot begins a name that could be listed; an identity has at most 255 characters.
        for (int dot = host.indexOf('.'); dot >= 0 && !suffixes.isEmpty(); dot = host.indexOf('.', dot + 1)) {
            if (suffixes.contains(host.substring(dot + 1))) {
                return true;
            }
        }
        return false;
    }

    PeerSpec spec(final PeerIdentity identity) {
        return PeerSpec.of(identity).withConnectionsMax(connectionsMax).withWatchdog(watchdog);
    }

    @Override
    public String toString() {
        return written.toString();
    }
}
