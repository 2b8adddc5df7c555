package io.dialtone.api;

/**
 * A REFER within a call that a service has accepted (RFC 3515): tells who has sent it how the thing goes, by NOTIFY. A value to be kept in the session's state.
 *
 * @param leg the call it came on
 * @param cseq its CSeq, by which the NOTIFYs are told from those for another; 0 if nobody wants to be told (RFC 4488)
 */
public record Referral(String leg, long cseq) {
    private static final String EXPIRES = "180";

    /** Accepts with 202, and tells that it is being tried. */
    public static Referral accept(final SipRequest refer, final Session<?> session) {
        if (refer.method() != SipMethod.REFER || refer.isInitial()) {
            throw new IllegalArgumentException(refer.method() + (refer.isInitial() ? " outside any call" : "")
                    + " (expected: a REFER within a call). Maybe reply(403)?");
        }
        final boolean isQuiet = refer.header("Refer-Sub")
                .map(value -> value.split(";", 2)[0].strip().equalsIgnoreCase("false"))
                .orElse(false);
        final SipReply accepted = refer.reply(202);
        if (isQuiet) {
            accepted.header("Refer-Sub", "false");
        }
        accepted.send();
        final Referral referral = new Referral(refer.leg(), isQuiet ? 0 : refer.cseq());
        referral.tell(session, 100, "Trying");
        return referral;
    }

    /** Tells what the one who was asked has said; after a final status nothing more may be told. Does nothing if the call of who has referred is over. */
    public void tell(final Session<?> session, final int status, final String reason) {
        if (cseq == 0) {
            return;
        }
        session.leg(leg)
                .filter(SipLeg::isUp)
                .ifPresent(call -> call.request(SipMethod.NOTIFY)
                        .header("Event", "refer;id=" + cseq)
                        .header(
                                "Subscription-State",
                                status < 200 ? "active;expires=" + EXPIRES : "terminated;reason=noresource")
                        .body("message/sipfrag;version=2.0", "SIP/2.0 " + status + " " + reason + "\r\n")
                        .send());
    }

    /** Tells what an answer to an INVITE of ours has said. */
    public void tell(final Session<?> session, final SipResponse response) {
        tell(session, response.status(), response.reason());
    }
}
