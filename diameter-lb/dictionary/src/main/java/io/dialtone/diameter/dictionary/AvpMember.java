package io.dialtone.diameter.dictionary;

/**
 * What may stand in an AVP of type Grouped, for people. Immutable.
 *
 * @param name of an AVP with this vendor and code
 * @param least how often it stands there at least
 * @param most how often at most, or {@link #ANY_NUMBER}
 */
public record AvpMember(String name, int vendorId, int code, int least, int most) {
    /** {@link #most} without a bound. */
    public static final int ANY_NUMBER = Integer.MAX_VALUE;

    /** As RFC 6733 section 3.2 writes it: <code>{ A }</code> once, {@code [ A ]} at most once, {@code *[ A ]} any number, <code>1*{ A }</code> at least once. */
    @Override
    public String toString() {
        final String bounds = most == ANY_NUMBER
                ? (least == 0 ? "*" : least + "*")
                : most == 1 ? "" : (least == 0 ? "" : Integer.toString(least)) + "*" + most;
        return least == 0 ? bounds + "[ " + name + " ]" : bounds + "{ " + name + " }";
    }
}
