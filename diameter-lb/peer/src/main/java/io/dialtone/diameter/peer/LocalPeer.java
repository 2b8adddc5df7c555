package io.dialtone.diameter.peer;

import java.net.InetAddress;
import java.util.List;

/**
 * Who we are to our peers: what our capabilities exchanges say. Immutable; for set-up.
 *
 * @param identity our Origin-Host and Origin-Realm
 * @param addresses what Host-IP-Address says, at least one
 * @param product Product-Name, and Vendor-Id of its maker
 * @param applications what we take: {@link LocalApplication#RELAY} for an agent
 * @param supportedVendors vendors whose AVPs we understand (Supported-Vendor-Id)
 * @param originStateId the same for as long as this process lives, and higher for its next life: a peer that sees it rise takes all our sessions for lost
 *     (RFC 6733 section 8.16)
 * @param inbandTls whether we offer TLS within a connection that began without (Inband-Security-Id; RFC 6733 section 13.1 keeps it for old peers only)
 */
public record LocalPeer(
        PeerIdentity identity,
        List<InetAddress> addresses,
        Product product,
        List<LocalApplication> applications,
        List<Long> supportedVendors,
        long originStateId,
        boolean inbandTls) {
    /** Who made this node, and what it is called. */
    public record Product(long vendorId, String name, long firmwareRevision) {
        public static final Product DIALTONE = new Product(0, "Dialtone", 1);
    }

    public static final int ADDRESSES_MAX = 16;
    public static final int APPLICATIONS_MAX = 64;
    public static final int VENDORS_MAX = 64;
    private static final long UNSIGNED_32_MAX = 0xFFFF_FFFFL;
    private static final int PRODUCT_LENGTH_MAX = 128;

    public LocalPeer {
        addresses = List.copyOf(addresses);
        applications = List.copyOf(applications);
        supportedVendors = List.copyOf(supportedVendors);
        if (addresses.isEmpty() || addresses.size() > ADDRESSES_MAX) {
            throw new IllegalArgumentException("addresses: " + addresses.size() + " (expected: 1 to " + ADDRESSES_MAX
                    + "). Maybe the address that the listener is bound to.");
        }
        if (applications.isEmpty() || applications.size() > APPLICATIONS_MAX) {
            throw new IllegalArgumentException("applications: " + applications.size() + " (expected: 1 to "
                    + APPLICATIONS_MAX + "). Maybe relay, the default.");
        }
        if (supportedVendors.size() > VENDORS_MAX) {
            throw new IllegalArgumentException("supported vendors: " + supportedVendors.size() + " (expected: at most "
                    + VENDORS_MAX + "). Maybe 10415, that of 3GPP.");
        }
        if (originStateId < 1 || originStateId > UNSIGNED_32_MAX) {
            throw new IllegalArgumentException("origin state id: " + originStateId + " (expected: 1 to "
                    + UNSIGNED_32_MAX + "). Maybe the second in which the process began.");
        }
        if (product.name().isEmpty() || product.name().length() > PRODUCT_LENGTH_MAX) {
            throw new IllegalArgumentException("product name: " + product.name().length()
                    + " characters (expected: 1 to " + PRODUCT_LENGTH_MAX + "). Maybe Dialtone, the default.");
        }
    }

    /** A relay, as RFC 6733 section 2.8.1 has it. */
    public static LocalPeer relay(
            final PeerIdentity identity, final List<InetAddress> addresses, final long originStateId) {
        return new LocalPeer(
                identity,
                addresses,
                Product.DIALTONE,
                List.of(LocalApplication.RELAY),
                List.of(),
                originStateId,
                false);
    }

    public LocalPeer withApplications(final List<LocalApplication> those) {
        return new LocalPeer(identity, addresses, product, those, supportedVendors, originStateId, inbandTls);
    }

    public LocalPeer withProduct(final Product other) {
        return new LocalPeer(identity, addresses, other, applications, supportedVendors, originStateId, inbandTls);
    }

    public LocalPeer withSupportedVendors(final List<Long> vendors) {
        return new LocalPeer(identity, addresses, product, applications, vendors, originStateId, inbandTls);
    }

    public LocalPeer withInbandTls(final boolean offered) {
        return new LocalPeer(identity, addresses, product, applications, supportedVendors, originStateId, offered);
    }
}
