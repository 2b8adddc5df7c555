package io.dialtone.diameter.codec;

/** Bits of a message's flags (RFC 6733 section 3). The lower four are reserved: sent as zero, ignored when received. */
public final class CommandFlags {
    /** A request; without it an answer. */
    public static final int REQUEST = 0x80;
    /** May be proxied, relayed or redirected; without it the message is for the peer alone. */
    public static final int PROXIABLE = 0x40;
    /** An answer that reports a protocol error and need not have the AVPs that its command asks for. */
    public static final int ERROR = 0x20;
    /** Perhaps sent before, over a connection that was lost. */
    public static final int RETRANSMITTED = 0x10;

    private CommandFlags() {}
}
