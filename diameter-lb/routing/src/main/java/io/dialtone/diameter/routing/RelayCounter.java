package io.dialtone.diameter.routing;

/** What a relay counts; each with the sentence that status and metrics show. */
public enum RelayCounter {
    REQUESTS("Requests that came."),
    REQUESTS_SENT("Requests that were sent to a peer for the first time."),
    REQUESTS_RESENT("Requests that were sent to another peer than before."),
    ANSWERS("Answers that came and belong to a request."),
    ANSWERS_SENT("Answers that went back the way of their request."),
    ANSWERS_LATE("Answers dropped because their request is over or was sent to another peer."),
    ANSWERS_FROM_ELSEWHERE("Answers dropped because another connection brought them than the request went by."),
    ANSWERS_MISMATCHED("Answers dropped because their End-to-End Identifier or command is not the request's."),
    ANSWERS_UNDELIVERABLE("Answers dropped because the connection of the request is gone or takes no more."),
    OWN_ANSWERS("Requests that were answered here."),
    NOT_PROXIABLE("Requests not forwarded because their P bit is clear."),
    ADDRESSED_TO_US("Requests whose destination is this relay."),
    LOOPS("Requests answered 3005 because they were here before."),
    NO_ROUTE("Requests answered 3002 because no peer could be sent to."),
    REALMS_UNKNOWN("Requests answered 3003 because no route knows their realm."),
    APPLICATIONS_UNSUPPORTED("Requests answered 3007 because no peer of their route has the application."),
    INVALID_BITS("Requests answered 3008."),
    NO_DESTINATION_REALM("Requests answered 5005 because they name a host, no peer of ours, without its realm."),
    TABLE_FULL("Requests answered 3004 because too many are pending."),
    SLAB_FULL("Requests answered 3004 because the bytes of pending ones need all the room there is."),
    PEERS_FULL("Requests answered 3004 because the peers that could be sent to take no more."),
    TOO_LONG("Requests answered 3002 because they are too long with a Route-Record more."),
    REFUSED_BY_RULE("Requests that a rule refuses."),
    REDIRECTED("Requests answered 3006 as a rule says."),
    BY_DESTINATION_HOST("Requests sent to the peer that their Destination-Host names."),
    BY_SESSION("Requests sent to the peer of their session."),
    SESSIONS_FORGOTTEN("Sessions forgotten before their time to make room for others."),
    TIMEOUTS("Times that an answer did not come in time."),
    RESENT_AFTER_LOSS("Requests sent to another peer because the connection was lost."),
    RESENT_AFTER_SUSPICION("Requests sent to another peer because theirs answers nobody."),
    RESENT_AFTER_TIMEOUT("Requests sent to another peer because the answer did not come in time."),
    RESENT_AFTER_RESULT("Requests sent to another peer because of their answer's Result-Code."),
    ATTEMPTS_OVER("Requests answered 3002 because no peer answered, and no further one was there or allowed."),
    SUSPICIONS("Times that a peer answered nobody for too long."),
    PROBES("Requests sent to a peer under suspicion to see whether it answers."),
    REDIRECTS_FOLLOWED("Requests sent to a peer that an answer 3006 names."),
    REDIRECTS_REMEMBERED("Requests sent to a peer that an earlier answer 3006 named."),
    CONNECTIONS_UNLISTED("Connections beyond those that there is room for; their peers are not sent to.");

    private final String sentence;

    RelayCounter(final String sentence) {
        this.sentence = sentence;
    }

    /** What it counts, for people. */
    public String sentence() {
        return sentence;
    }
}
