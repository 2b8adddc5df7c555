package io.dialtone.sip.trace;

/** What spans, their events and attributes are called; docs/reference/spans.md says what they mean. */
final class SpanNames {
    static final String CALL = "call";

    static final String METHOD = "sip.method";
    static final String METHOD_ORIGINAL = "sip.method_original";
    static final String CALL_ID = "sip.call_id";
    static final String CSEQ = "sip.cseq";
    static final String STATUS_CODE = "sip.status_code";
    static final String RETRANSMISSIONS = "sip.retransmissions";
    static final String PEER_ADDRESS = "network.peer.address";
    static final String PEER_PORT = "network.peer.port";
    static final String TRANSPORT = "network.transport";
    static final String SIP_TRANSPORT = "sip.transport";
    static final String ERROR_TYPE = "error.type";
    static final String LEG = "dialtone.leg";
    static final String LEGS = "dialtone.legs";
    static final String SLOT = "dialtone.slot";
    static final String EPOCH = "dialtone.epoch";
    static final String EPOCH_BEFORE = "dialtone.epoch.before";
    static final String NODE = "dialtone.node";
    static final String NODE_BEFORE = "dialtone.node.before";
    static final String OUTCOME = "dialtone.call.outcome";
    static final String INCOMPLETE = "dialtone.incomplete";

    static final String RESPONSE = "sip.response";
    static final String RETRANSMISSION = "sip.retransmission";
    static final String ACK = "sip.ack";
    static final String CANCEL = "sip.cancel";
    static final String HANDED_OVER = "dialtone.handed_over";
    static final String TAKE_OVER = "dialtone.take_over";
    static final String ANSWERED = "dialtone.call.answered";

    /** Why a span was written down before its end was seen. */
    static final String TIMEOUT = "timeout";

    static final String SILENCE = "silence";
    static final String TABLE_FULL = "table full";
    static final String STOPPED = "stopped";

    private SpanNames() {}
}
