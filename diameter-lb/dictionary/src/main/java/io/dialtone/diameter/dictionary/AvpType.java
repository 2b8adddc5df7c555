package io.dialtone.diameter.dictionary;

import java.util.Optional;

/** What the bytes of an AVP's value are (RFC 6733 sections 4.2 to 4.4), for whoever prints or compares them. Immutable. */
public enum AvpType {
    /** Also of AVPs that the dictionary does not know. */
    OCTET_STRING("OctetString", AvpType.ANY_BYTES),
    INTEGER_32("Integer32", Integer.BYTES),
    INTEGER_64("Integer64", Long.BYTES),
    UNSIGNED_32("Unsigned32", Integer.BYTES),
    UNSIGNED_64("Unsigned64", Long.BYTES),
    FLOAT_32("Float32", Float.BYTES),
    FLOAT_64("Float64", Double.BYTES),
    GROUPED("Grouped", AvpType.ANY_BYTES),
    /** Two bytes of family, then the address. */
    ADDRESS("Address", AvpType.ANY_BYTES),
    /** Seconds since 1900 or, from 2036 on, since then. */
    TIME("Time", Integer.BYTES),
    UTF8_STRING("UTF8String", AvpType.ANY_BYTES),
    DIAMETER_IDENTITY("DiameterIdentity", AvpType.ANY_BYTES),
    DIAMETER_URI("DiameterURI", AvpType.ANY_BYTES),
    ENUMERATED("Enumerated", Integer.BYTES),
    IP_FILTER_RULE("IPFilterRule", AvpType.ANY_BYTES),
    /** Of RFC 3588 and RFC 7155. */
    QOS_FILTER_RULE("QoSFilterRule", AvpType.ANY_BYTES);

    /** {@link #valueBytes()} of a type without a length of its own. */
    public static final int ANY_BYTES = -1;

    private final String specName;
    private final int valueBytes;

    AvpType(final String specName, final int valueBytes) {
        this.specName = specName;
        this.valueBytes = valueBytes;
    }

    /** As the RFCs and our files write it. */
    public String specName() {
        return specName;
    }

    /** How long each value is, or {@link #ANY_BYTES}. */
    public int valueBytes() {
        return valueBytes;
    }

    static Optional<AvpType> of(final String specName) {
        for (final AvpType type : values()) {
            if (type.specName.equals(specName)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
