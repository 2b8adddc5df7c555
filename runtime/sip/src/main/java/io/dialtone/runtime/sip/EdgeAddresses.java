package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.ViaTransport;

/** Says under which address peers know the listeners of the edges, for Contact. Called by workers; must be thread safe and must not block. */
@FunctionalInterface
public interface EdgeAddresses {
    /**
     * Host and port as they stand in a SIP URI, such as {@code 192.0.2.1:5060} or {@code [2001:db8::1]:5060}. The same array each time; not to be changed.
     *
     * @param member number of the edge in the cluster's list of members
     * @param listener index of the edge's listener
     */
    byte[] hostPort(int member, int listener);

    /** Numbers of all edges in the cluster's list of members. The same array each time; not to be changed. */
    default int[] members() {
        return new int[0];
    }

    /**
     * The edge's listener for requests of ours by this transport to an address of this family: the first one; -1 if the edge has none.
     *
     * @param member number of the edge
     */
    default int listener(final int member, final ViaTransport transport, final boolean ipv4) {
        return -1;
    }
}
