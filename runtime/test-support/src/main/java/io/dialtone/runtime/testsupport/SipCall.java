package io.dialtone.runtime.testsupport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A call that a {@link SipPeer} makes, message by message: it knows Call-ID, tags, CSeq and where the next request goes. Not thread safe. */
public final class SipCall {
    private static final String OFFER = """
        v=0
        o=- 1 1 IN IP4 192.0.2.1
        s=-
        c=IN IP4 192.0.2.1
        t=0 0
        m=audio 40000 RTP/AVP 0
        """.replace("\n", "\r\n");

    private final SipPeer peer;
    private final String requestUri;
    private final String callId;
    private Optional<String> remoteTag = Optional.empty();
    private String target;
    private int cseq;
    private int inviteCseq;
    private String inviteUri;
    private Optional<String> inviteTag = Optional.empty();
    private int branches;
    private byte[] lastRequest = {};
    private List<String> routes = List.of();
    private String contact;

    SipCall(final SipPeer peer, final String requestUri, final String callId) {
        this.peer = peer;
        this.requestUri = requestUri;
        this.callId = callId;
        contact = peer.name() + "@" + peer.address();
        target = requestUri;
        inviteUri = requestUri;
    }

    public String callId() {
        return callId;
    }

    /** The session description that its INVITEs have. */
    public String offer() {
        return OFFER;
    }

    /** The tag that the cluster has given the call. */
    public String remoteTag() {
        return remoteTag.orElseThrow();
    }

    /** From now on requests of the call are such as begin another one: without a tag in To. */
    public SipCall forgetTag() {
        remoteTag = Optional.empty();
        target = requestUri;
        return this;
    }

    /** From now on Contact has this user and host. */
    public SipCall moveTo(final String userAndHost) {
        contact = userAndHost;
        return this;
    }

    /** Sends an INVITE with a session description: the first one, or a re-INVITE. */
    public SipCall invite() {
        return invite(new String[0]);
    }

    /** Sends an INVITE with a session description and further headers. */
    public SipCall invite(final String... headers) {
        inviteCseq = ++cseq;
        inviteUri = target;
        inviteTag = remoteTag;
        final List<String> lines = new ArrayList<>(List.of(headers));
        lines.add("Content-Type: application/sdp");
        return send(build("INVITE", inviteCseq, inviteBranch(), inviteUri, inviteTag, lines, OFFER));
    }

    /** Sends an INVITE without a body: the offer is to come in its 2xx. */
    public SipCall inviteWithoutOffer() {
        inviteCseq = ++cseq;
        inviteUri = target;
        inviteTag = remoteTag;
        return send(build("INVITE", inviteCseq, inviteBranch(), inviteUri, inviteTag, List.of(), ""));
    }

    /** Sends a request with a body. */
    public SipCall requestWithBody(final String method, final String contentType, final String body) {
        return send(
                build(method, ++cseq, nextBranch(), target, remoteTag, List.of("Content-Type: " + contentType), body));
    }

    /** Confirms a 2xx with the answer to the offer in it. */
    public SipCall ackWithBody(final String body) {
        return send(build(
                "ACK", inviteCseq, nextBranch(), target, remoteTag, List.of("Content-Type: application/sdp"), body));
    }

    /** Answers a request of the cluster within this call. */
    public SipCall respond(final SipText request, final int status, final String... headers) {
        peer.respond(request, status, headers);
        return this;
    }

    /** Confirms a 2xx, in a transaction of its own. */
    public SipCall ack() {
        return send(build("ACK", inviteCseq, nextBranch(), target, remoteTag, List.of(), ""));
    }

    /** Acknowledges a refusal, in the INVITE's transaction. */
    public SipCall ackRefusal() {
        return send(build("ACK", inviteCseq, inviteBranch(), inviteUri, remoteTag, List.of(), ""));
    }

    /** Gives up the INVITE sent last. */
    public SipCall cancel() {
        return send(build("CANCEL", inviteCseq, inviteBranch(), inviteUri, inviteTag, List.of(), ""));
    }

    public SipCall bye() {
        return request("BYE");
    }

    /** Sends a request without body. */
    public SipCall request(final String method, final String... headers) {
        return requestWithCseq(method, ++cseq, headers);
    }

    /** Sends a request without body and with a CSeq number of one's choice. */
    public SipCall requestWithCseq(final String method, final int number, final String... headers) {
        return send(build(method, number, nextBranch(), target, remoteTag, List.of(headers), ""));
    }

    /** Sends the last message again, byte for byte. */
    public SipCall retransmit() {
        peer.send(lastRequest);
        return this;
    }

    /** Takes the peer's next message, which must be a response of this call with this status, and learns tag and target from it. */
    public SipText expect(final int status) {
        final SipText response = peer.expect(status);
        if (!response.callId().equals(callId)) {
            throw new AssertionError("a response of call " + callId + " was expected, not:\n" + response);
        }
        if (status > 100) {
            remoteTag = response.tag("To").or(() -> remoteTag);
        }
        if (status > 100 && status < 300 && routes.isEmpty()) {
            routes = response.headers("Record-Route").reversed();
        }
        if (status < 300) {
            response.header("Contact")
                    .filter(contact -> contact.contains("<"))
                    .ifPresent(contact -> target = contact.substring(contact.indexOf('<') + 1, contact.indexOf('>')));
        }
        return response;
    }

    public void expectNothing() {
        peer.expectNothing();
    }

    private SipCall send(final byte[] message) {
        lastRequest = message;
        peer.send(message);
        return this;
    }

    /** The ACK of a refusal and CANCEL go the way of their INVITE: the first one had no route. */
    private boolean isOfInvite(final String branch) {
        return branch.equals(inviteBranch()) && inviteTag.isEmpty();
    }

    private String inviteBranch() {
        return "invite-" + inviteCseq;
    }

    private String nextBranch() {
        branches++;
        return "request-" + branches;
    }

    private byte[] build(
            final String method,
            final int number,
            final String branch,
            final String uri,
            final Optional<String> toTag,
            final List<String> headers,
            final String body) {
        final StringBuilder text = new StringBuilder(1024);
        text.append(method).append(' ').append(uri).append(" SIP/2.0\r\n");
        text.append("Via: SIP/2.0/UDP ").append(peer.address()).append(";rport;branch=z9hG4bK");
        text.append(callId, 0, callId.indexOf('@')).append('-').append(branch).append("\r\n");
        text.append("Max-Forwards: 70\r\n");
        text.append("From: <sip:").append(peer.name()).append("@example.com>;tag=from\r\n");
        text.append("To: <").append(requestUri).append('>');
        toTag.ifPresent(tag -> text.append(";tag=").append(tag));
        text.append("\r\nCall-ID: ").append(callId).append("\r\n");
        text.append("CSeq: ").append(number).append(' ').append(method).append("\r\n");
        text.append("Contact: <")
                .append(peer.scheme())
                .append(':')
                .append(contact)
                .append(">\r\n");
        if (toTag.isPresent() && !isOfInvite(branch)) {
            routes.forEach(route -> text.append("Route: ").append(route).append("\r\n"));
        }
        headers.forEach(header -> text.append(header).append("\r\n"));
        text.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
