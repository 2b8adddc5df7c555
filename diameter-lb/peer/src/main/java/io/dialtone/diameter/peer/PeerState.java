package io.dialtone.diameter.peer;

/** States of the peer state machine (RFC 6733 section 5.6). */
public enum PeerState {
    CLOSED,
    WAIT_CONN_ACK,
    WAIT_I_CEA,
    WAIT_CONN_ACK_ELECT,
    WAIT_RETURNS,
    /** Ours, between capabilities and OPEN: hands are shaken for TLS within the connection. */
    WAIT_TLS,
    R_OPEN,
    I_OPEN,
    CLOSING
}
