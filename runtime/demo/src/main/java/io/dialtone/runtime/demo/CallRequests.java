package io.dialtone.runtime.demo;

import io.dialtone.sip.codec.SipMethod;

/**
 * Writes every request of a call from the call's own fields, so that a retransmission comes out byte for byte as the first time.
 * Not thread safe; owned by a {@link CallGenerator}.
 */
final class CallRequests {
    private static final byte[] VERSION_VIA = SipText.ascii(" SIP/2.0\r\nVia: SIP/2.0/UDP ");
    private static final byte[] BRANCH = SipText.ascii(";rport;branch=");
    private static final byte[] MAX_FORWARDS = SipText.ascii("\r\nMax-Forwards: 70\r\n");
    private static final byte[] FROM = SipText.ascii("From: \"Dialtone load\" <sip:caller@");
    private static final byte[] TAG = SipText.ascii(">;tag=");
    private static final byte[] TO = SipText.ascii("\r\nTo: <");
    private static final byte[] CALL_ID = SipText.ascii("\r\nCall-ID: ");
    private static final byte[] CSEQ = SipText.ascii("\r\nCSeq: ");
    private static final byte[] CONTACT = SipText.ascii("\r\nContact: <sip:caller@");
    private static final byte[] OFFER =
            SipText.ascii(">\r\nAllow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\nUser-Agent: dialtone-load\r\n"
                    + "Content-Type: application/sdp\r\nContent-Length: ");
    private static final byte[] NO_BODY = SipText.ascii("\r\nUser-Agent: dialtone-load\r\nContent-Length: 0\r\n\r\n");

    private final CallerName name;
    private final byte[] target;
    private final SipText text = new SipText();
    private final SipText scratch = new SipText();
    private final byte[] sdpHead;
    private final byte[] sdpTail;

    CallRequests(final CallerName name, final CallLoad load) {
        this.name = name;
        target = SipText.ascii("sip:" + load.calledUser() + "@"
                + CallerName.literal(load.target().getAddress()) + ":"
                + load.target().getPort());
        final boolean ipv6 = name.host.startsWith("[");
        final String address =
                (ipv6 ? "IP6 " : "IP4 ") + (ipv6 ? name.host.substring(1, name.host.length() - 1) : name.host);
        sdpHead = SipText.ascii("v=0\r\no=- 20040819 ");
        sdpTail = SipText.ascii(" IN " + address + "\r\ns=-\r\nc=IN " + address
                + "\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
                + "a=rtpmap:101 telephone-event/8000\r\n");
    }

    /** INVITE, OPTIONS, BYE or CANCEL of this transaction. */
    SipText request(final Call call, final ClientTransaction transaction) {
        final boolean first = transaction.cseq == call.invite.cseq;
        start(transaction.method.name(), call, first, transaction.cseq, kind(transaction.method));
        end(call, first ? Call.NONE : call.remoteTag, transaction.cseq, transaction.method.name());
        if (transaction.method == SipMethod.INVITE) {
            text.put(CONTACT).put(name.sentBy).put(OFFER);
            scratch.begin().put(sdpHead).put(transaction.cseq).put(sdpTail);
            text.put(scratch.length()).put("\r\n\r\n");
            text.put(sdpHead).put(transaction.cseq).put(sdpTail);
        } else {
            text.put(NO_BODY);
        }
        return text;
    }

    /** ACK to a 2xx, sent by the dialog's route (RFC 3261 13.2.2.4). */
    SipText ackOfAnswer(final Call call, final long cseq) {
        start("ACK", call, false, cseq, 'a');
        end(call, call.remoteTag, cseq, "ACK");
        return text.put(NO_BODY);
    }

    /** ACK to a refusal, within INVITE's own transaction (RFC 3261 17.1.1.3). */
    SipText ackOfRefusal(final Call call, final ClientTransaction invite, final byte[] toTag) {
        start("ACK", call, invite.cseq == call.invite.cseq, invite.cseq, kind(SipMethod.INVITE));
        end(call, toTag, invite.cseq, "ACK");
        return text.put(NO_BODY);
    }

    /** The branch that the topmost Via of an answer must show. */
    SipText expectedBranch(final long number, final long cseq, final SipMethod method) {
        scratch.begin();
        name.putBranch(scratch, number, cseq, kind(method));
        return scratch;
    }

    /** The From tag that every answer must show. */
    SipText fromTag(final long number) {
        scratch.begin();
        name.putTag(scratch, number);
        return scratch;
    }

    private static char kind(final SipMethod method) {
        return switch (method) {
            case BYE -> 'b';
            case OPTIONS -> 'o';
            case INFO -> 'f';
            default -> 'i'; // INVITE, and its CANCEL and ACK
        };
    }

    private void start(
            final String method, final Call call, final boolean outsideDialog, final long cseq, final char kind) {
        text.begin().put(method).put(" ").put(outsideDialog ? target : call.requestUri);
        text.put(VERSION_VIA).put(name.sentBy).put(BRANCH);
        name.putBranch(text, call.number, cseq, kind);
        text.put(MAX_FORWARDS);
        if (!outsideDialog) {
            text.put(call.routes);
        }
    }

    private void end(final Call call, final byte[] toTag, final long cseq, final String method) {
        text.put(FROM).put(name.sentBy).put(TAG);
        name.putTag(text, call.number);
        text.put(TO).put(target).put(">");
        if (toTag.length > 0) {
            text.put(";tag=").put(toTag);
        }
        text.put(CALL_ID);
        name.putCallId(text, call.number);
        text.put(CSEQ).put(cseq).put(" ").put(method);
    }
}
