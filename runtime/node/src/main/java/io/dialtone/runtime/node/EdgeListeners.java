package io.dialtone.runtime.node;

import io.dialtone.runtime.sip.EdgeAddresses;
import io.dialtone.sip.codec.ViaTransport;
import java.util.List;
import java.util.Map;

/** What a node knows of the edges' listeners, from the cluster's file. Immutable; any thread. */
final class EdgeListeners implements EdgeAddresses {
    private final Map<Integer, List<ListenerSpec>> specs;
    private final byte[][][] advertised;

    /**
     * @param specs of each edge, by its number
     * @param advertised what peers are told of each, by edge and place
     */
    EdgeListeners(final Map<Integer, List<ListenerSpec>> specs, final byte[][][] advertised) {
        this.specs = specs;
        this.advertised = advertised;
    }

    @Override
    public byte[] hostPort(final int member, final int listener) {
        return advertised[member][listener];
    }

    @Override
    public int listener(final int member, final ViaTransport transport, final boolean ipv4) {
        final List<ListenerSpec> of = specs.getOrDefault(member, List.of());
        for (int i = 0; i < of.size(); i++) {
            if (of.get(i).speaks() == transport && isIpv4(of.get(i).endpoint()) == ipv4) {
                return i;
            }
        }
        return -1;
    }

    /** A name is taken for one of an IPv4 address; whoever has both writes addresses. */
    private static boolean isIpv4(final Endpoint endpoint) {
        return endpoint.host().indexOf(':') < 0;
    }
}
