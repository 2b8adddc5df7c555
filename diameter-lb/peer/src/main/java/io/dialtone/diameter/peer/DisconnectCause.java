package io.dialtone.diameter.peer;

/** Why a peer disconnects (Disconnect-Cause, RFC 6733 section 5.4.3), and what follows for dialling it again. */
public enum DisconnectCause {
    /** It will be back: it is dialled again, after the usual wait. */
    REBOOTING(0),
    /** It has no resources for us: it is dialled again after the longest wait. */
    BUSY(1),
    /** It expects no messages: it is not dialled again until somebody asks for it, or it dials us. */
    DO_NOT_WANT_TO_TALK_TO_YOU(2);

    private final int value;

    DisconnectCause(final int value) {
        this.value = value;
    }

    /** What stands in the AVP. */
    public int value() {
        return value;
    }

    /** The cause of a value from the wire; one that RFC 6733 does not know is taken for REBOOTING, after which all goes on as before. */
    static DisconnectCause of(final long value) {
        return value == 1 ? BUSY : value == 2 ? DO_NOT_WANT_TO_TALK_TO_YOU : REBOOTING;
    }
}
