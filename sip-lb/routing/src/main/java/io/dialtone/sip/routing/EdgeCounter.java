package io.dialtone.sip.routing;

/** What an edge counts; each with the sentence that metrics and documentation show. */
public enum EdgeCounter {
    REQUESTS_RECEIVED("requests.received", "Requests that came in and could be read."),
    RESPONSES_RECEIVED("responses.received", "Responses that came in and could be read."),
    REQUESTS_FORWARDED("requests.forwarded", "Requests handed to the owner of their slot."),
    RESPONSES_FORWARDED("responses.forwarded", "Responses handed to the owner of the slot their Via names."),
    REQUESTS_HELD(
            "requests.held",
            "Requests kept because their slot had no owner that could be reached, or others waited before them."),
    RESPONSES_HELD(
            "responses.held", "Responses kept because the slot their Via names had no owner that could be reached."),
    REQUESTS_RELEASED("requests.released", "Held requests handed to an owner in time."),
    REQUESTS_REDRIVEN(
            "requests.redriven",
            "Requests without answer handed over once more, because their slot's owner changed or came back."),
    REQUESTS_NOT_REMEMBERED(
            "requests.not-remembered",
            "Requests handed over but not kept, because there was no room; only their client can send them again."),
    ANSWERS_READ("answers.read", "Answers without the number of a request that is kept; they were read to find it."),
    MESSAGES_SENT("messages.sent", "Messages of nodes sent out by the flow they name."),
    ROUTED_BY_TOKEN("routed.by-token", "Requests whose slot was told by a token in Route, Request-URI or To tag."),
    ROUTED_BY_AFFINITY("routed.by-affinity", "Requests whose slot was told by the affinity rule."),
    ROUTED_BY_MEMORY(
            "routed.by-memory", "Requests without token that followed their transaction, a CANCEL for instance."),
    TOKENS_FORGED("tokens.forged", "Tokens whose check failed; they were ignored."),
    REFUSED_MALFORMED("refused.malformed", "Requests answered 400, 505 or 513, as their defect asks."),
    REFUSED_NO_OWNER(
            "refused.no-owner", "Requests answered 503: nobody owned their slot for as long as they could wait."),
    REFUSED_OWNER_UNREACHABLE(
            "refused.owner-unreachable",
            "Requests answered 503: the owner of their slot was silent for as long as they could wait."),
    REFUSED_NOT_HELD(
            "refused.not-held",
            "Requests answered 503 at once: no owner could be reached, and no room was left to wait."),
    REFUSED_BACK_PRESSURE(
            "refused.back-pressure", "Requests answered 503: the owner of their slot is slower than we are."),
    REFUSED_TOO_LARGE("refused.too-large", "Requests answered 513: longer than the link carries."),
    REFUSED_AGAIN("refused.again", "Retransmissions of refused requests, refused again."),
    ABSORBED_ACK("absorbed.ack", "ACKs for refusals of ours, absorbed."),
    ABSORBED_RETRANSMISSION(
            "absorbed.retransmission", "Retransmissions of requests and responses that wait here for an owner."),
    DROPPED_GARBAGE("dropped.garbage", "Datagrams that are neither a request we can answer nor a response."),
    DROPPED_ACK("dropped.ack", "ACKs that could not be handed over; an ACK is never answered."),
    DROPPED_RETRANSMISSION(
            "dropped.retransmission",
            "Retransmissions that no owner could take; not refused, because the first may still be answered."),
    DROPPED_UNANSWERED(
            "dropped.unanswered",
            "Requests that an owner was given and no later one took in time; not refused, because they may still be answered."),
    FORGOTTEN_UNANSWERED(
            "forgotten.unanswered",
            "Requests that their owner has not answered in time; they are not kept any longer."),
    DROPPED_STRAY_RESPONSE("dropped.stray-response", "Responses whose topmost Via names no slot of ours."),
    DROPPED_RESPONSE("dropped.response", "Responses that could not be handed over; a response is never answered."),
    DROPPED_REFUSAL_LIMIT("dropped.refusal-limit", "Refusals not sent, because too many were due in this second."),
    DROPPED_NO_WAY_BACK("dropped.no-way-back", "Refusals not sent, because the request has no Via they could follow."),
    DROPPED_BY_EGRESS("dropped.by-egress", "Messages of nodes that the transport did not take."),
    PEERS_FOUND(
            "peers.found",
            "Requests within calls brought to a connection by which their peer has registered meanwhile."),
    FLOWS_NOT_NAMED(
            "flows.not-named", "Connections by which somebody has registered, and which got no name for lack of room."),
    UNSENT_TOLD(
            "unsent.told",
            "Requests of nodes that could not be sent, as their owner was told: no connection came about."),
    UNSENT_NOT_TOLD(
            "unsent.not-told",
            "Requests of nodes that could not be sent, of which their owner could not be told; its timers end them."),
    FRAMES_UNKNOWN("frames.unknown", "Frames of nodes that are not for an edge, or empty."),
    FRAMES_BAD_FLOW("frames.bad-flow", "Frames of nodes that name a listener or slot that is not there."),
    FRAMES_OLD_EPOCH(
            "frames.old-epoch", "Frames of nodes that owned their slot once; dropped, the owner of today answers."),
    FRAMES_NOT_OWNER("frames.not-owner", "Frames of nodes that do not own their slot in this epoch; dropped.");

    private final String key;
    private final String sentence;

    EdgeCounter(final String key, final String sentence) {
        this.key = key;
        this.sentence = sentence;
    }

    /** Name in metrics and status. */
    public String key() {
        return key;
    }

    /** One sentence for people. */
    public String sentence() {
        return sentence;
    }
}
