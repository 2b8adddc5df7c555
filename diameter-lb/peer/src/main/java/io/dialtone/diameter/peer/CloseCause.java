package io.dialtone.diameter.peer;

/** Why a connection was closed, by us or by the other side; each with the sentence that logs and status show. */
public enum CloseCause {
    CLOSED_BY_PEER("The peer closed the connection, or it broke."),
    DISCONNECTED("A Disconnect-Peer exchange came to its end."),
    DISCONNECT_UNANSWERED("A Disconnect-Peer exchange did not come to its end in time."),
    WATCHDOG("Nothing was heard, neither messages nor an answer to a watchdog (RFC 3539)."),
    ELECTION_LOST("Both sides dialled; the other connection was kept (RFC 6733 section 5.6.4)."),
    ALREADY_CONNECTED("The peer has all the connections it may have."),
    HANDSHAKE_TIMEOUT("Capabilities were not exchanged in time."),
    HANDSHAKES_FULL("Too many connections had not exchanged capabilities; the oldest had to go."),
    NO_CAPABILITIES_FIRST("Something else came where capabilities had to be exchanged."),
    CAPABILITIES_REFUSED("We refused the capabilities of the other side, with the result code that says why."),
    REFUSED_BY_PEER("The other side refused our capabilities."),
    WRONG_IDENTITY("Somebody else answered than the peer that was dialled."),
    CERTIFICATE_MISMATCH("The certificate is not for the Origin-Host."),
    MALFORMED("The bytes could not be read as Diameter any further."),
    NOT_TAKEN("The connection took no message that had to be sent: its queue was full."),
    NOT_WANTED("It was dialled, but came too late, or its peer is no longer wanted."),
    REMOVED("The peer was removed, or is shut down, and the time to part in was over.");

    private final String sentence;

    CloseCause(final String sentence) {
        this.sentence = sentence;
    }

    public String sentence() {
        return sentence;
    }
}
