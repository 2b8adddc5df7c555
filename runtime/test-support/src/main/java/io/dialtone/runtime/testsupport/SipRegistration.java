package io.dialtone.runtime.testsupport;

import java.util.ArrayList;
import java.util.List;

/** The registrations of a {@link SipPeer} for one address of record: REGISTERs with one Call-ID and growing CSeq. Not thread safe. */
public final class SipRegistration {
    private final SipPeer peer;
    private final String registrar;
    private final String addressOfRecord;
    private final String callId;
    private String user = "";
    private String password = "";
    private int cseq;
    private int branches;
    private String last = "";

    SipRegistration(final SipPeer peer, final String registrar, final String addressOfRecord, final String callId) {
        this.peer = peer;
        this.registrar = registrar;
        this.addressOfRecord = addressOfRecord;
        this.callId = callId;
    }

    /** Who answers challenges. */
    public SipRegistration as(final String name, final String secret) {
        user = name;
        password = secret;
        return this;
    }

    public String callId() {
        return callId;
    }

    public int cseq() {
        return cseq;
    }

    /** The next REGISTER has this CSeq number and one more than it. */
    public SipRegistration cseq(final int number) {
        cseq = number - 1;
        return this;
    }

    /** Sends a REGISTER with these header lines and takes what comes; a challenge is answered, and what comes then is returned. */
    public SipText register(final String... lines) {
        final SipText first = send(lines);
        if (user.isEmpty() || first.status() != 401) {
            return first;
        }
        final List<String> more = new ArrayList<>(List.of(lines));
        more.add(DigestAnswer.to(first, user, password).line("REGISTER", registrar, 1));
        return send(more.toArray(String[]::new));
    }

    /** Sends a REGISTER with these header lines and takes what comes. */
    public SipText send(final String... lines) {
        cseq++;
        return sendAgain(lines);
    }

    /** Sends a REGISTER with the CSeq of the last one, in a transaction of its own. */
    public SipText sendAgain(final String... lines) {
        branches++;
        final StringBuilder text = new StringBuilder(512)
                .append("REGISTER ")
                .append(registrar)
                .append(" SIP/2.0\nVia: SIP/2.0/UDP ")
                .append(peer.address())
                .append(";rport;branch=z9hG4bKreg-")
                .append(callId, 0, callId.indexOf('@'))
                .append('-')
                .append(branches)
                .append("\nMax-Forwards: 70\nFrom: <")
                .append(addressOfRecord)
                .append(">;tag=f")
                .append(branches)
                .append("\nTo: <")
                .append(addressOfRecord)
                .append(">\nCall-ID: ")
                .append(callId)
                .append("\nCSeq: ")
                .append(cseq)
                .append(" REGISTER\n");
        for (final String line : lines) {
            text.append(line).append('\n');
        }
        last = text.append("Content-Length: 0\n\n").toString();
        peer.send(last);
        return peer.receive();
    }

    /** Sends the last REGISTER again, byte for byte, and takes what comes. */
    public SipText retransmit() {
        peer.send(last);
        return peer.receive();
    }
}
