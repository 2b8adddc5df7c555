package io.dialtone.sip.transport;

/** What the UDP transport counts, for operators' dashboards; the sentence is the help text. Read by any thread. */
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
