package io.dialtone.diameter.peer;

/** Events of the peer state machine before a connection is open (RFC 6733 section 5.6.1 and the table in 5.6). */
enum PeerEvent {
    START,
    I_RCV_CONN_ACK,
    I_RCV_CONN_NACK,
    R_CONN_CER,
    I_RCV_CEA,
    I_RCV_NON_CEA,
    I_PEER_DISC,
    R_PEER_DISC,
    WIN_ELECTION,
    TIMEOUT
}
