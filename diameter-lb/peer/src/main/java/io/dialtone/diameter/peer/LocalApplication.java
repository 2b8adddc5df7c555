package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.ApplicationId;

/**
 * An application that we say we support, in capabilities exchanges. Immutable.
 *
 * @param id its Application-Id, unsigned in an int
 * @param vendorId whose it is, said in a Vendor-Specific-Application-Id; 0 for the IETF's
 * @param kind by which AVP it is said
 */
public record LocalApplication(int id, long vendorId, Kind kind) {
    /** The AVP that carries it: Auth-Application-Id or Acct-Application-Id. */
    public enum Kind {
        AUTH,
        ACCT
    }

    /** What relays say: they take requests of any application (RFC 6733 section 2.4). */
    public static final LocalApplication RELAY = new LocalApplication(ApplicationId.RELAY, 0, Kind.AUTH);

    public LocalApplication {
        if (vendorId < 0 || vendorId > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("application " + Integer.toUnsignedString(id) + ": vendor " + vendorId
                    + " (expected: 0 to 4294967295). Maybe 10415, that of 3GPP.");
        }
    }

    public static LocalApplication auth(final int id, final long vendorId) {
        return new LocalApplication(id, vendorId, Kind.AUTH);
    }

    public static LocalApplication acct(final int id, final long vendorId) {
        return new LocalApplication(id, vendorId, Kind.ACCT);
    }
}
