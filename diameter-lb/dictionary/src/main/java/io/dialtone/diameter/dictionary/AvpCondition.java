package io.dialtone.diameter.dictionary;

import io.dialtone.diameter.codec.AvpCursor;

/** What has to stand in an AVP, or in one of its members, for it to be on an {@link AvpPath}. Immutable; used by {@link AvpFinder} on the message path. */
final class AvpCondition {
    private final boolean isOfMember;
    private final int vendorId;
    private final int code;
    private final byte[] value;
    private final boolean ignoresCase;

    private AvpCondition(final boolean isOfMember, final AvpDefinition avp, final byte[] value) {
        this.isOfMember = isOfMember;
        this.vendorId = avp.vendorId();
        this.code = avp.code();
        this.value = value;
        this.ignoresCase = avp.type() == AvpType.DIAMETER_IDENTITY;
    }

    /** A member has this value. */
    static AvpCondition ofMember(final AvpDefinition member, final byte[] value) {
        return new AvpCondition(true, member, value);
    }

    /** The AVP itself has this value. */
    static AvpCondition ofItself(final AvpDefinition avp, final byte[] value) {
        return new AvpCondition(false, avp, value);
    }

    boolean isOfMember() {
        return isOfMember;
    }

    /** Whether a cursor stands on the AVP that is meant, with the value. */
    boolean isMetBy(final AvpCursor avp) {
        return avp.is(code, vendorId) && (ignoresCase ? avp.valueEqualsIgnoreCase(value) : avp.valueEquals(value));
    }
}
