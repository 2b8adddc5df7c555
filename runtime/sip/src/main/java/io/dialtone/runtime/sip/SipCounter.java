package io.dialtone.runtime.sip;

/** What SIP counts on a worker. */
public enum SipCounter {
    REQUESTS("Requests that began a transaction"),
    RETRANSMISSIONS("Requests received again and absorbed by their transaction"),
    MALFORMED_ANSWERED("Malformed requests that were answered"),
    MALFORMED_DISCARDED("Malformed messages that were not worth an answer"),
    RESPONSES_STRAY("Responses that match nothing here"),
    ACKS_STRAY("ACKs that match nothing here, or came again"),
    CANCELS_STRAY("CANCELs that match no INVITE"),
    SERVICES_UNKNOWN("Messages for a service by a name that none of the chain has (481)"),
    REQUESTS_OF_UNKNOWN_DIALOG("Requests of a dialog that is not here (481)"),
    REQUESTS_OUT_OF_ORDER("Requests of a dialog with a CSeq lower than the last (500)"),
    REQUESTS_MERGED("Requests that came by a second way (482)"),
    CHALLENGES("Requests answered with a challenge, because they had no credentials or none that are right (401, 407)"),
    CHALLENGES_OVER_LIMIT(
            "Requests without right credentials that were dropped, because there were as many challenges in that"
                    + " second as there may be"),
    CREDENTIALS_RIGHT("Requests whose credentials were right"),
    CREDENTIALS_WRONG("Requests whose credentials were of no user we know, or with the wrong password"),
    CREDENTIALS_STALE("Requests whose credentials were right, with a nonce that is too old or of another session"),
    CREDENTIALS_REPLAYED("Requests whose credentials were right, and had been used before"),
    CREDENTIALS_MALFORMED("Credentials that are none, or were made in a way that was not offered"),
    REQUESTS_REFUSED("Requests refused before a handler saw them"),
    SIPS_REFUSED(
            "Requests refused, or targets of a proxied request passed over, because a sips URI is reached by TLS only and that could not be had (480)"),
    SIPS_NOT_SENT("Requests to a sips URI that were not sent, because they would have left without TLS"),
    STATES_TOO_LONG("Handler methods undone because they made more state than a session may have"),
    REQUESTS_LEFT_UNANSWERED("Requests a handler left without an answer"),
    TRANSACTIONS_REFUSED("Requests refused because there are as many transactions as there may be (503)"),
    DIALOGS_REFUSED("INVITEs refused because there are as many dialogs as there may be (503)"),
    ANSWERS_RETRANSMITTED("Answers sent again because a timer said so"),
    REFUSALS_NOT_ACKED("Refusals of an INVITE that were never acknowledged (timer H)"),
    ACCEPTS_NOT_ACKED("2xx answers that were never acknowledged"),
    INVITES_TIMED_OUT("INVITEs that rang for as long as they may (408)"),
    REQUESTS_PROXIED("Requests passed on, within a dialog or outside"),
    ACKS_PROXIED("ACKs of a 2xx passed on"),
    REQUESTS_LOOPED("Requests that came again unchanged (482)"),
    HOPS_USED_UP("Requests to be passed on whose Max-Forwards was 0 (483)"),
    BRANCHES_RANG_TOO_LONG("Branches of proxied INVITEs withdrawn because they said nothing for too long (timer C)"),
    GROUPS_SILENT("Groups of targets of whom nobody answered for as long as they might ring"),
    REDIRECTS_FOLLOWED("Targets that a 3xx has added to a proxied request"),
    TIMEOUTS_NOT_PASSED_ON("Timeouts of proxied requests other than INVITE, which nobody is told of (RFC 4320)"),
    CALLS_NOT_KEPT(
            "Calls passed on whose end nobody will see, though it was asked for, because their session keeps as many"
                    + " as it may"),
    KEPT_CALLS_SILENT(
            "Calls passed on and kept that were taken for ended, because nothing was heard of them for too long"),
    BYES_SENT("Calls hung up by the platform"),
    REQUESTS_SENT("Requests of our own that began a transaction"),
    LEGS_BEGUN("INVITEs of services that begin a leg"),
    CANCELS_SENT("INVITEs of our own withdrawn with CANCEL"),
    LEGS_RANG_TOO_LONG("INVITEs of our own withdrawn because they rang for as long as they may"),
    ACCEPTS_UNWANTED("2xx answers acknowledged and hung up at once: a further fork's, or one that crossed a CANCEL"),
    ACKS_NOT_GIVEN("2xx answers with an offer that their service never answered; hung up"),
    FORKS_IGNORED("Provisional answers of more forks than an INVITE may have; no dialog is kept for these"),
    RESPONSES_REPEATED("Final answers to requests of our own that came again"),
    REQUESTS_TOO_LATE("Requests of services dropped because their call had ended by the time they were to leave"),
    CLIENT_TRANSACTIONS_REFUSED(
            "Requests of our own not begun, or not remembered, because there are as many as there may be"),
    REQUESTS_RETRANSMITTED("Requests of our own sent again because a timer said so"),
    REQUESTS_LOCATED("Requests of our own to a name whose servers were found"),
    REQUESTS_NOT_LOCATED(
            "Requests of our own to a name of which nobody was found in time (503), or that went where their call came"
                    + " from"),
    REQUESTS_UNSENT(
            "Requests of our own that an edge could not send, for want of a connection: refused, too slow to come about, or too many"),
    REQUESTS_TOO_LONG_FOR_DATAGRAMS(
            "Requests of our own, longer than node.datagram-request-max, that went by TCP though they were to go by UDP"),
    REQUESTS_SOUGHT(
            "Requests within calls for which all edges were asked whether their peer has registered by another connection"),
    PEERS_FOUND("Peers of calls that have answered by another connection than before"),
    REQUESTS_FAILED_OVER(
            "Requests of our own that another target got, because one was silent, could not be reached, or said 503"),
    REQUESTS_TIMED_OUT("Requests of our own that were never answered (timers B and F)"),
    SESSIONS_REFRESHED("Calls kept alive by a refresh of ours that was accepted (RFC 4028)"),
    REFRESHES_REFUSED("Refreshes of ours that were refused, or had no answer"),
    SESSIONS_EXPIRED("Calls hung up because nobody has refreshed them, or their peer knew them no more when we did"),
    INTERVALS_RAISED("Requests of our own sent again with the longer interval that a 422 wants"),
    SUBSCRIPTIONS_BEGUN("Subscriptions that a service has accepted (RFC 6665)"),
    SUBSCRIPTIONS_REFUSED(
            "SUBSCRIBE requests answered with 503: as many dialogs, or subscriptions of their session, as there may be"),
    SUBSCRIPTIONS_EXPIRED("Subscriptions that ended because nobody has refreshed them"),
    SUBSCRIPTIONS_LOST("Subscriptions that ended because a NOTIFY was refused, or had no answer"),
    NOTICES_SENT("NOTIFY requests sent to subscribers of a service"),
    NOTICES_REFUSED("What a service wanted to tell a subscriber that has too much waiting, or is gone"),
    WATCHES_BEGUN("Subscriptions of services to others that have begun, with their first NOTIFY (RFC 6665)"),
    WATCHES_REFRESHED("Subscriptions of services to others that were refreshed"),
    WATCHES_RENEWED("Subscriptions of services to others that have ended and are begun anew"),
    WATCHES_REFUSED("SUBSCRIBE requests of services, or for them, that were refused or had no answer"),
    WATCHES_LOST("Subscriptions of services to others that have ended for good, and not by the service's will"),
    NOTIFIES_TAKEN("NOTIFY requests that were shown to a service that has subscribed"),
    NOTIFIES_REFUSED(
            "NOTIFY requests of what a service has subscribed to that were refused: another fork's, not in order, of another event, or malformed"),
    DIALOGS_CONFIRMED("Dialogs confirmed since the worker started"),
    DIALOGS("Gauge: dialogs in memory"),
    TRANSACTIONS("Gauge: server transactions in memory"),
    CLIENT_TRANSACTIONS("Gauge: client transactions in memory"),
    MESSAGE_BYTES_KEPT("Gauge: bytes of arrays in which messages and parts of them are kept for calls"),
    KEPT_CALLS("Gauge: calls in memory that were passed on and are kept");

    private final String sentence;

    SipCounter(final String sentence) {
        this.sentence = sentence;
    }

    /** What the counter says, for people. */
    public String sentence() {
        return sentence;
    }
}
