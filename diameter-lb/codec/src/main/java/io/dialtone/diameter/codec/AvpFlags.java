package io.dialtone.diameter.codec;

/** Bits of an AVP's flags (RFC 6733 section 4.1). The other five are reserved: sent as zero, ignored when received. */
public final class AvpFlags {
    /** A Vendor-ID follows the AVP's length. */
    public static final int VENDOR = 0x80;
    /** Who does not know this AVP refuses the message, unless it only relays it. */
    public static final int MANDATORY = 0x40;
    /** Meant for end-to-end security that never came; ignored. */
    public static final int PROTECTED = 0x20;

    private AvpFlags() {}
}
