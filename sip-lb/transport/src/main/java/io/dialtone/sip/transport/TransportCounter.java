package io.dialtone.sip.transport;

/** What the transport counts, for operators' dashboards; the sentence is the help text. Read by any thread. */
public enum TransportCounter {
    RECEIVED_DATAGRAMS("Datagrams read from sockets, whatever became of them."),
    RECEIVED_BYTES("Bytes of the datagrams read."),
    RECEIVE_CALLS("Reads that brought at least one datagram; datagrams per call is the batch the kernel had ready."),
    RECEIVED_SEGMENTED("Datagrams that came joined with others of their peer (UDP GRO)."),
    RECEIVED_KEEP_ALIVES(
            "Datagrams of nothing, or of at most four CR, LF or NUL bytes, that keep a NAT binding; dropped."),
    DROPPED_TRUNCATED("Datagrams longer than a receive slot; dropped, as their end is lost."),
    DROPPED_BY_KERNEL("Datagrams the kernel dropped as the receive buffer was full, sampled every few seconds."),
    RECEIVE_ERRORS("Reads that failed, for instance with a delayed ICMP error; the loop goes on."),
    INGRESS_FAILURES("Messages or turns in which our own routing threw; the message was dropped, the log says why."),

    SENT_DATAGRAMS("Datagrams the kernel took."),
    SENT_BYTES("Bytes of the datagrams the kernel took."),
    SEND_CALLS("System calls that sent them; datagrams per call is how well flushing batches."),
    SEND_SEGMENTED("Datagrams that left as a segment of a larger send (UDP GSO)."),
    SEND_WAITS("Times a full send buffer made the loop wait for room."),
    DROPPED_SEND_BUFFER_FULL(
            "Messages dropped as the send buffer stayed full for the longest wait, or the device queue overflowed."),
    DROPPED_UNREACHABLE("Messages dropped as the peer's network, host or port could not be reached."),
    DROPPED_FORBIDDEN("Messages dropped as a local firewall or routing policy forbade them."),
    DROPPED_TOO_BIG("Messages dropped as they fit no datagram."),
    DROPPED_WRONG_FAMILY("Messages dropped as an IPv4 listener was to reach an IPv6 peer, or the reverse."),
    DROPPED_INVALID("Messages dropped as their listener, port, address or bytes make no datagram."),
    SEND_ERRORS("Messages dropped for another error of the kernel."),

    STREAM_ACCEPTED("Connections that peers made."),
    STREAM_CONNECTS("Connections that we began, to send what had none."),
    STREAM_CONNECT_FAILURES(
            "Connections of ours that did not come about, or not in time; what waited for them is lost."),
    STREAM_HANDSHAKE_FAILURES(
            "Connections on which hands could not be shaken: no TLS, a wrong certificate, no WebSocket for SIP."),
    STREAM_CLOSED("Connections that ended, whoever ended them and why."),
    STREAM_CLOSED_IDLE("Connections we closed as nothing went either way for the longest time."),
    STREAM_CLOSED_SLOW(
            "Connections we closed as the peer did not end a message, shake hands or take what we sent in time."),
    STREAM_CLOSED_UNREADABLE("Connections we closed as nobody could tell where the next message begins."),
    STREAM_CLOSED_ERROR("Connections that broke: reset by the peer, most of them."),
    STREAM_REFUSED_LIMIT("Connections not taken or not made as there were as many as may be."),
    STREAM_REFUSED_PEER(
            "Connections closed at once as their address, or its /64 of IPv6, had as many as one may have."),
    STREAM_REFUSED_SOURCE("Connections not taken as they came from nobody who may speak the PROXY protocol here."),
    STREAM_REUSED("Connections that peers made, and that take what we send to the port in their Via (RFC 5923)."),
    STREAM_REUSE_REFUSED(
            "Requests to do so of peers that have shown no certificate for the address they came from; we connect to them."),
    STREAM_CLOSED_PROXY_HEADER(
            "Connections we closed as they did not begin with a header of the PROXY protocol that we can read."),
    STREAM_ACCEPT_FAILURES("Connections the kernel did not give us, for lack of descriptors most likely; they wait."),
    STREAM_READS("Reads that brought bytes of connections."),
    STREAM_READ_BYTES("Bytes of connections read."),
    STREAM_RECEIVED_MESSAGES("Messages cut out of connections' bytes."),
    STREAM_PINGS("Pings between messages (RFC 5626), each answered."),
    STREAM_SENT_MESSAGES("Messages and pongs written to connections."),
    STREAM_SENT_BYTES("Bytes written to connections."),
    STREAM_DROPPED_SLOW_PEER("Messages dropped as too much waited for their peer."),
    STREAM_DROPPED_CLOSED("Messages dropped as their connection had ended, or did not come about."),
    STREAM_DROPPED_NO_CONNECTION("Messages dropped as their peer has no connection, and none can be made to it."),

    TURNS("Turns of the loop's duty cycle."),
    RESTS("Turns that began by waiting in the kernel.");

    private final String sentence;

    TransportCounter(final String sentence) {
        this.sentence = sentence;
    }

    /** One sentence for people. */
    public String sentence() {
        return sentence;
    }
}
