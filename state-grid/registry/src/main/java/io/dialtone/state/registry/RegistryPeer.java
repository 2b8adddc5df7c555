package io.dialtone.state.registry;

import java.util.List;

/**
 * Where a member of the registry is found. It takes {@link #PORTS} ports in a row, from the first one on.
 *
 * @param number its number among the members of the registry, from 0 on; never another's
 * @param host address or name
 * @param port the first port
 */
public record RegistryPeer(int number, String host, int port) {
    /** For clients, votes, the log, catching up, the archive. */
    public static final int PORTS = 5;

    private static final int PORT_MAX = 65_535;

    public RegistryPeer {
        if (number < 0) {
            throw new IllegalArgumentException("registry member: " + number + " (expected: >= 0)");
        }
        if (port < 1 || port + PORTS - 1 > PORT_MAX) {
            throw new IllegalArgumentException(
                    "registry port: " + port + " (expected: 1 to " + (PORT_MAX - PORTS + 1) + ")");
        }
    }

    /** What clients are told. */
    static String ingressEndpoints(final List<RegistryPeer> peers) {
        final StringBuilder text = new StringBuilder();
        for (final RegistryPeer peer : peers) {
            text.append(text.isEmpty() ? "" : ",")
                    .append(peer.number)
                    .append('=')
                    .append(peer.endpoint(0));
        }
        return text.toString();
    }

    /** What members are told. */
    static String clusterMembers(final List<RegistryPeer> peers) {
        final StringBuilder text = new StringBuilder();
        for (final RegistryPeer peer : peers) {
            text.append(peer.number);
            for (int i = 0; i < PORTS; i++) {
                text.append(',').append(peer.endpoint(i));
            }
            text.append('|');
        }
        return text.toString();
    }

    String consensusEndpoint() {
        return endpoint(1);
    }

    String archiveEndpoint() {
        return endpoint(PORTS - 1);
    }

    String anyEndpoint() {
        return host + ":0";
    }

    private String endpoint(final int which) {
        return host + ':' + (port + which);
    }
}
