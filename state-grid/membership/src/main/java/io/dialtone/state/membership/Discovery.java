package io.dialtone.state.membership;

import java.util.List;

/** How a process finds the others. A value for whoever wires it. */
public sealed interface Discovery {
    /** The multicast group of old, in the range for one's own site. */
    String GROUP_DEFAULT = "239.255.57.1";

    int GROUP_PORT_DEFAULT = 54_327;

    /**
     * A list of addresses, HOST:PORT; one that is up is enough.
     *
     * @param addresses where members may be; one's own does no harm
     */
    record Seeds(List<String> addresses) implements Discovery {
        public Seeds {
            addresses = List.copyOf(addresses);
            if (addresses.isEmpty()) {
                throw new IllegalArgumentException(
                        "membership seeds: none (expected: HOST:PORT, ...). Maybe 127.0.0.1:5701");
            }
            for (final String address : addresses) {
                check(address);
            }
        }

        private static void check(final String address) {
            final int colon = address.lastIndexOf(':');
            final String port = address.substring(colon + 1);
            if (colon < 1
                    || !port.matches("[0-9]{1,5}")
                    || Integer.parseInt(port) < 1
                    || Integer.parseInt(port) > 0xFFFF) {
                throw new IllegalArgumentException("membership seed: " + address
                        + " (expected: HOST:PORT with a port from 1 to 65535). Maybe "
                        + (colon < 1 ? address : address.substring(0, colon))
                        + ":5701");
            }
        }
    }

    /** Whoever answers on a multicast group; for networks that carry it and hold no strangers. */
    record Multicast(String group, int port) implements Discovery {}
}
