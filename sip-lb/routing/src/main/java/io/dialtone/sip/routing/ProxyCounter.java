package io.dialtone.sip.routing;

/** What a stand-alone balancer counts; each with the sentence that metrics and documentation show. */
public enum ProxyCounter {
    REQUESTS_RECEIVED("requests.received", "Requests that came in and could be read."),
    RESPONSES_RECEIVED("responses.received", "Responses that came in and could be read."),
    REQUESTS_FORWARDED("requests.forwarded", "Requests sent on to a backend or, from a backend, to the outside."),
    RESPONSES_FORWARDED("responses.forwarded", "Responses sent on to the next Via."),
    NEW_CALLS("dispatched.new", "Requests outside of dialogs that were given to a backend."),
    KEPT("dispatched.kept", "Of these given to the backend of an earlier request with the same key."),
    SECOND_CHOICES("dispatched.second-choice", "Of these given to the second backend of their key, because of load."),
    SPILLED("dispatched.spilled", "Of these given to a third, because the choice had as much open as it may."),
    REMEMBERED("dispatched.remembered", "Retransmissions, CANCEL and ACK that followed their request from memory."),
    FAILED_OVER(
            "dispatched.failed-over",
            "Retransmissions given to another backend because theirs had gone down unanswered."),
    IN_DIALOG_BY_ADDRESS("in-dialog.by-address", "In-dialog requests whose next hop is the address of a backend."),
    IN_DIALOG_BY_TOKEN("in-dialog.by-token", "In-dialog requests that followed the token in their Route."),
    IN_DIALOG_BY_AFFINITY(
            "in-dialog.by-affinity", "In-dialog requests without a valid token, given away by the affinity rule."),
    IN_DIALOG_TO_DOWN("in-dialog.to-down", "In-dialog requests sent to a backend though it counts as down."),
    TOKENS_FORGED("tokens.forged", "Tokens in a Route of ours whose check failed; they were ignored."),
    FROM_BACKEND("from-backend.forwarded", "Requests from backends sent on to the outside by Route or Request-URI."),
    REFUSED_MALFORMED("refused.malformed", "Requests answered 400 or as their defect asks."),
    REFUSED_VERSION("refused.version", "Requests answered 505: a SIP version we do not speak."),
    REFUSED_TOO_MANY_HOPS("refused.too-many-hops", "Requests answered 483: Max-Forwards was used up."),
    REFUSED_LOOP("refused.loop", "Requests answered 482: they had been here before, unchanged."),
    REFUSED_EXTENSION("refused.extension", "Requests answered 420: Proxy-Require names an extension we do not know."),
    REFUSED_NO_BACKEND("refused.no-backend", "Requests answered 503: no backend is in use."),
    REFUSED_AT_LIMIT("refused.at-limit", "Requests answered 503: backends in use have as much open as they may."),
    REFUSED_NO_NEXT_HOP(
            "refused.no-next-hop", "Requests of backends answered 480: their next hop is no address we can reach."),
    REFUSED_SCHEME("refused.scheme", "Requests of backends answered 416: their Request-URI has no SIP scheme."),
    REFUSED_SIPS(
            "refused.sips",
            "Requests answered 480 with Warning 380: a sips URI is reached by TLS only, and that could not be had."),
    REFUSED_TOO_LARGE("refused.too-large", "Requests answered 513: with our header fields they exceed a datagram."),
    ANSWERED_OPTIONS("answered.options", "OPTIONS for the balancer itself, answered 200."),
    ABSORBED_ACK("absorbed.ack", "ACKs for refusals of ours, absorbed."),
    DROPPED_GARBAGE("dropped.garbage", "Datagrams that are neither a request we can answer nor a response."),
    DROPPED_ACK("dropped.ack", "ACKs that could not be forwarded; an ACK is never answered."),
    DROPPED_MALFORMED_RESPONSE("dropped.malformed-response", "Responses with a defect; a response is never answered."),
    DROPPED_STRAY_RESPONSE("dropped.stray-response", "Responses whose topmost Via is not ours, or that have no other."),
    DROPPED_FORGED_RESPONSE(
            "dropped.forged-response", "Responses whose next Via is not the one we sent the request on for."),
    DROPPED_UNREACHABLE_RESPONSE(
            "dropped.unreachable-response", "Responses whose next Via names no address we may send to."),
    DROPPED_TOO_LARGE("dropped.too-large", "Responses and ACKs that no longer fit a datagram."),
    DROPPED_REFUSAL_LIMIT("dropped.refusal-limit", "Refusals not sent, because too many were due in this second."),
    DROPPED_UNSENT(
            "dropped.unsent",
            "Requests whose connection did not come about, and whose sender could not be told, because too many were waiting to be."),
    DROPPED_BY_EGRESS("dropped.egress", "Messages that the transport did not take."),
    PROBES_SENT("probes.sent", "OPTIONS sent to backends."),
    PROBES_ANSWERED("probes.answered", "Answers to probes, whichever their status."),
    PROBES_MISSED("probes.missed", "Probes not answered in time."),
    BACKENDS_DOWN("backends.down", "How often a backend went down."),
    FAILED_UNAVAILABLE("failed.unavailable", "Requests that a backend answered 503."),
    FAILED_NO_ANSWER("failed.no-answer", "Requests that a backend did not answer in time, and nothing later either."),
    FAILED_TRANSPORT("failed.transport", "Requests that a connection to a backend did not take."),
    BACKENDS_EJECTED("backends.ejected", "How often a backend was taken out of use because its requests failed."),
    EJECTIONS_WITHHELD(
            "backends.eject-withheld", "How often that was due but too many backends would have been out of use."),
    EXPIRED("memory.expired", "Transactions no longer counted as open, because no final response came for so long."),
    MEMORY_OVERRUN(
            "memory.overrun", "Transactions forgotten while open for want of room: memory-entries is too small.");

    private final String text;
    private final String meaning;

    ProxyCounter(final String text, final String meaning) {
        this.text = text;
        this.meaning = meaning;
    }

    /** The counter's name in status and metrics, words separated by dots and dashes. */
    public String text() {
        return text;
    }

    /** A sentence for people. */
    public String meaning() {
        return meaning;
    }
}
