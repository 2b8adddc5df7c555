package io.dialtone.runtime.node;

import io.dialtone.runtime.sip.EdgeAddresses;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What a node knows of the edges' listeners, from the cluster's file. Immutable; any thread. */
final class EdgeListeners implements EdgeAddresses {
    private final Map<Integer, List<ListenerSpec>> specs;

    /** What peers are told of each listener, by edge and place. */
    private final byte[][][] told;

    private final int[] members;

    /**
     * @param specs of each edge, by its number
     */
    EdgeListeners(final Map<Integer, List<ListenerSpec>> specs) {
        this.specs = specs;
        told = new byte[specs.isEmpty() ? 0 : Collections.max(specs.keySet()) + 1][][];
        members = specs.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
        specs.forEach((member, of) ->
                told[member] = of.stream().map(EdgeListeners::told).toArray(byte[][]::new));
    }

    private static byte[] told(final ListenerSpec spec) {
        final Endpoint place = spec.advertised() == null ? spec.endpoint() : spec.advertised();
        return place.toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] hostPort(final int member, final int listener) {
        return told[member][listener];
    }

    @Override
    public int[] members() {
        return members;
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
