package io.dialtone.runtime.testsupport;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The called end of a call that the cluster makes to a {@link SipPeer}, message by message: it knows its tag, the peer's, and where the next request goes. Not thread safe. */
public final class SipCalled {
    /** A session description. */
    public static final String SDP = """
            v=0
            o=- 2 2 IN IP4 192.0.2.2
            s=-
            c=IN IP4 192.0.2.2
            t=0 0
            m=audio 50000 RTP/AVP 0
            """.replace("\n", "\r\n");

    private final SipPeer peer;
    private final SipText invite;
    private final String tag;
    private final String target;
    private String contact;
    private SipText request;
    private int cseq = 100;
    private byte[] lastMessage = {};

    SipCalled(final SipPeer peer, final SipText invite, final String tag) {
        this.peer = peer;
        this.invite = invite;
        this.tag = tag;
        request = invite;
        contact = peer.name() + "@" + peer.address();
        final String where = invite.header("Contact").orElseThrow();
        target = where.substring(where.indexOf('<') + 1, where.indexOf('>'));
    }

    /** From now on Contact says that the call is to be found at another place. */
    public SipCalled moveTo(final SipPeer elsewhere) {
        return moveTo(elsewhere.name() + "@" + elsewhere.address());
    }

    /** The same, with the user and host that Contact is to have. */
    public SipCalled moveTo(final String userAndHost) {
        contact = userAndHost;
        return this;
    }

    /** The INVITE that began it. */
    public SipText invite() {
        return invite;
    }

    public String callId() {
        return invite.callId();
    }

    /** Answers the INVITE with our tag and Contact, without a body. */
    public SipCalled respond(final int status, final String... headers) {
        return send(response(invite, status, "", headers));
    }

    /** Answers the INVITE with our tag, Contact and a body. */
    public SipCalled respondWithBody(final int status, final String body, final String... headers) {
        return send(response(invite, status, body, headers));
    }

    /** Answers the request received last by {@link #expectRequest}. */
    public SipCalled answer(final int status, final String... headers) {
        return send(response(request, status, "", headers));
    }

    /** Answers the request received last by {@link #expectRequest}, with a body. */
    public SipCalled answerWithBody(final int status, final String body, final String... headers) {
        return send(response(request, status, body, headers));
    }

    /** Takes the peer's next message, which must be a request of this call with this method. */
    public SipText expectRequest(final String method) {
        request = peer.expectRequest(method);
        if (!request.callId().equals(invite.callId())) {
            throw new AssertionError("a request of call " + invite.callId() + " was expected, not:\n" + request);
        }
        return request;
    }

    /** Takes the peer's next message, which must be a response with this status. */
    public SipText expect(final int status) {
        return peer.expect(status);
    }

    /** Sends a request within the call, to where the cluster has told us. */
    public SipCalled request(final String method, final String body, final String... headers) {
        cseq++;
        return send(build(method, cseq, "called-" + method + "-" + cseq, body, headers));
    }

    /** Confirms the cluster's 2xx to our INVITE of this call. */
    public SipCalled ack() {
        return send(build("ACK", cseq, "called-ack-" + cseq, ""));
    }

    /** Acknowledges the cluster's refusal of our INVITE of this call. */
    public SipCalled ackRefusal() {
        return send(build("ACK", cseq, "called-INVITE-" + cseq, ""));
    }

    /** Sends the last message again, byte for byte. */
    public SipCalled retransmit() {
        peer.send(lastMessage);
        return this;
    }

    /** The message that was sent last. */
    public byte[] lastMessage() {
        return lastMessage.clone();
    }

    private SipCalled send(final byte[] message) {
        lastMessage = message;
        peer.send(message);
        return this;
    }

    private byte[] response(final SipText to, final int status, final String body, final String... headers) {
        final StringBuilder text = new StringBuilder("SIP/2.0 ").append(status).append(" Answer\r\n");
        for (final String name : List.of("Via", "From", "To", "Call-ID", "CSeq")) {
            to.headers(name).forEach(value -> {
                text.append(name).append(": ").append(value);
                if (name.equals("To") && status > 100 && !value.contains(";tag=")) {
                    text.append(";tag=").append(tag);
                }
                text.append("\r\n");
            });
        }
        if (status < 300) {
            text.append("Contact: <")
                    .append(peer.scheme())
                    .append(':')
                    .append(contact)
                    .append(">\r\n");
        }
        if (status > 100 && status < 300) {
            to.headers("Record-Route")
                    .forEach(
                            route -> text.append("Record-Route: ").append(route).append("\r\n"));
        }
        return finish(text, body, headers);
    }

    private byte[] build(
            final String method, final int number, final String branch, final String body, final String... headers) {
        final StringBuilder text = new StringBuilder(1024);
        text.append(method).append(' ').append(target).append(" SIP/2.0\r\n");
        text.append("Via: SIP/2.0/UDP ").append(peer.address()).append(";branch=z9hG4bK");
        text.append(tag).append('-').append(branch).append("\r\n");
        text.append("Max-Forwards: 70\r\n");
        invite.headers("Record-Route")
                .forEach(route -> text.append("Route: ").append(route).append("\r\n"));
        text.append("From: ")
                .append(invite.header("To").orElseThrow())
                .append(";tag=")
                .append(tag)
                .append("\r\n");
        text.append("To: ").append(invite.header("From").orElseThrow()).append("\r\n");
        text.append("Call-ID: ").append(invite.callId()).append("\r\n");
        text.append("CSeq: ").append(number).append(' ').append(method).append("\r\n");
        text.append("Contact: <")
                .append(peer.scheme())
                .append(':')
                .append(contact)
                .append(">\r\n");
        return finish(text, body, headers);
    }

    private static byte[] finish(final StringBuilder text, final String body, final String... headers) {
        for (final String header : headers) {
            text.append(header).append("\r\n");
        }
        if (!body.isEmpty()) {
            text.append("Content-Type: application/sdp\r\n");
        }
        return text.append("Content-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }
}
