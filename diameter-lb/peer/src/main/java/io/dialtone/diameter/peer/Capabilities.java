package io.dialtone.diameter.peer;

import java.net.InetAddress;
import java.util.List;

/**
 * What the other side has said of itself in a CER or CEA. Immutable.
 *
 * @param identity its Origin-Host and Origin-Realm
 * @param addresses its Host-IP-Addresses, the first few
 * @param vendorId whose product it is
 * @param productName what it is called
 * @param originStateId rises when it has lost its sessions; {@link #NONE} if it does not say
 * @param applications what it supports
 * @param security which Inband-Security-Ids it offers
 */
public record Capabilities(
        PeerIdentity identity,
        List<InetAddress> addresses,
        long vendorId,
        String productName,
        long originStateId,
        Applications applications,
        Security security) {
    /** An unsigned value that was not there. */
    public static final long NONE = -1;

    /** Values of Inband-Security-Id (RFC 6733 section 6.10). */
    public record Security(boolean withoutTls, boolean withTls) {
        static final Security WITHOUT_TLS = new Security(true, false);
    }

    static Capabilities unknown(final PeerIdentity identity) {
        return new Capabilities(identity, List.of(), NONE, "", NONE, Applications.NONE, Security.WITHOUT_TLS);
    }
}
