package io.dialtone.diameter.transport;

/** What the transport counts, for operators' dashboards; the sentence is the help text. Read by any thread. */
public enum IoCounter {
    ACCEPTED("Connections that peers made."),
    ACCEPT_FAILURES("Connections the kernel did not give us, for lack of descriptors most likely; they wait."),
    REFUSED_LIMIT("Connections closed at once as there were as many as may be."),
    REFUSED_ADDRESS("Connections closed at once as their address, or its /64 of IPv6, had as many as one may have."),
    DIALS("Connections that we began."),
    DIALS_REFUSED("Connections that we did not begin: too many, no certificates for TLS, or a transport that we lack."),
    DIAL_FAILURES("Connections of ours that did not come about, or not in time."),
    UNKNOWN_NAMES("Names of peers that could not be looked up."),
    HANDSHAKE_FAILURES("Connections on which hands could not be shaken: no TLS, or a wrong certificate."),
    SECURED("Connections that went over to TLS after capabilities had agreed on it."),

    CLOSED("Connections that ended, whoever ended them and why."),
    CLOSED_BY_PEER("Connections that the other side closed."),
    CLOSED_BY_US("Connections that a peer's machine closed; it counts why."),
    CLOSED_ERROR("Connections that broke: reset by the other side, most of them."),
    CLOSED_UNREADABLE("Connections we closed as nobody could tell where the next message begins."),
    CLOSED_TOO_LONG("Connections we closed as a message was longer than the limit."),
    CLOSED_HALF_MESSAGE("Connections we closed as a message that had begun did not end in time."),
    CLOSED_HALVES_FULL("Connections we closed as halves of messages took as much memory as they may."),
    CLOSED_SLOW_PEER("Connections we closed as the other side took nothing of what waited for it."),
    CLOSED_SLOW_HANDSHAKE("Connections we closed as hands were not shaken in time."),

    READS("Reads that brought bytes."),
    READ_BYTES("Bytes read, after TLS."),
    RECEIVED_MESSAGES("Messages that could be read."),
    RECEIVED_MALFORMED("Messages that could not, and were shown to their peer's machine to be answered."),
    SENT_MESSAGES("Messages taken to be sent."),
    SENT_BYTES("Bytes of the messages taken to be sent."),
    WRITES("Times that what had gathered was handed to the kernel; messages per write is how well gathering works."),
    SEND_REFUSED_FULL("Messages not taken as too much waited for their peer, or for all peers."),
    SEND_REFUSED_CLOSED("Messages not taken as their connection had ended."),

    FAILURES("Messages or turns in which our own code threw; the message was dropped, the log says why."),
    TURNS("Turns of the loop's duty cycle."),
    RESTS("Turns that began by waiting in the kernel.");

    private final String sentence;

    IoCounter(final String sentence) {
        this.sentence = sentence;
    }

    /** One sentence for people. */
    public String sentence() {
        return sentence;
    }
}
