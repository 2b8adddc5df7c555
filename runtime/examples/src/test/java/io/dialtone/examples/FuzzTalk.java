package io.dialtone.examples;

import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipText;
import java.util.List;

/**
 * A dialog as one of its ends knows it, for {@link SequenceFuzz} to speak in.
 *
 * @param local From of its requests, with its tag
 * @param remote To of its requests, with the other end's tag
 * @param invite the INVITE that began it, as it was on this end's side of the cluster
 */
record FuzzTalk(
        SipPeer peer,
        String callId,
        String local,
        String remote,
        String target,
        List<String> routes,
        FuzzMessage invite) {

    /** The dialog of an answer to an INVITE, as its caller has it. */
    static FuzzTalk ofCaller(final SipPeer peer, final SipText answer, final FuzzMessage invite) {
        return new FuzzTalk(
                peer,
                answer.callId(),
                answer.header("From").orElse(""),
                answer.header("To").orElse(""),
                answer.header("Contact").map(FuzzTalk::uri).orElse("sip:bob@example.com"),
                answer.headers("Record-Route").reversed(),
                invite);
    }

    /** The dialog of an INVITE that came, as the callee has it that answers with this tag. */
    static FuzzTalk ofCallee(final SipPeer peer, final SipText invite, final String tag) {
        final String to = invite.header("To").orElse("");
        return new FuzzTalk(
                peer,
                invite.callId(),
                to.contains(";tag=") ? to : to + ";tag=" + tag,
                invite.header("From").orElse(""),
                invite.header("Contact").map(FuzzTalk::uri).orElse("sip:alice@example.com"),
                invite.headers("Record-Route"),
                FuzzMessage.of(invite.bytes()));
    }

    FuzzMessage request(final String method, final long cseq, final String branch) {
        final FuzzMessage request = FuzzMessage.request(method, target)
                .add("Via", "SIP/2.0/UDP " + peer.address() + ";rport;branch=" + branch);
        routes.forEach(route -> request.add("Route", route));
        return request.add("Max-Forwards", "70")
                .add("From", local)
                .add("To", remote)
                .add("Call-ID", callId)
                .add("CSeq", cseq + " " + method)
                .add("Contact", "<sip:" + peer.name() + "@" + peer.address() + ">");
    }

    private static String uri(final String contact) {
        final int from = contact.indexOf('<');
        return from < 0 ? contact : contact.substring(from + 1, contact.indexOf('>', from));
    }
}
