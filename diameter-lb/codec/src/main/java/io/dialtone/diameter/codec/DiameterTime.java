package io.dialtone.diameter.codec;

/**
 * The Time of AVPs: seconds since 1900 in 32 bits, which overflow on 7 February 2036 at 6:28:16 UTC (RFC 6733 section 4.3.1). For whoever reads or writes one; stateless.
 *
 * <p>As in SNTP (RFC 4330 section 3), a value whose highest bit is clear is reckoned from 2036 and not from 1900, so that times from 1968 to 2104 can be told.
 */
public final class DiameterTime {
    private static final long EPOCH_1900 = 2_208_988_800L;
    private static final long ERA = 1L << 32;
    private static final long HIGHEST_BIT = 1L << 31;

    private DiameterTime() {}

    /** Seconds since 1970 of a value from the wire. */
    public static long epochSecond(final long wire) {
        return ((wire & HIGHEST_BIT) != 0 ? wire : wire + ERA) - EPOCH_1900;
    }

    /** Value for the wire of seconds since 1970, from 0 to 2^32 - 1. Times before 1968 and after 2104 come back as others. */
    public static long wire(final long epochSecond) {
        return (epochSecond + EPOCH_1900) & (ERA - 1);
    }
}
