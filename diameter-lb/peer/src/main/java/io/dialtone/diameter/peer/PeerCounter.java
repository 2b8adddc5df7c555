package io.dialtone.diameter.peer;

/** What is counted about peers; each with the sentence that metrics and documentation show. */
public enum PeerCounter {
    CONNECTIONS_ACCEPTED("connections.accepted", "Connections that somebody has made to us."),
    CONNECTIONS_DIALLED("connections.dialled", "Connections that we have begun to make."),
    CONNECTIONS_NOT_MADE(
            "connections.not-made", "Connections that we have begun to make and that did not come about in time."),
    CONNECTIONS_TOO_LATE(
            "connections.too-late",
            "Connections that came about when nobody waited for them any more; they were closed."),
    HANDSHAKES_EVICTED("handshakes.evicted", "Connections closed before their CER, because too many were without one."),
    HANDSHAKES_TIMED_OUT("handshakes.timed-out", "Connections closed because capabilities were not exchanged in time."),
    HANDSHAKES_WITHOUT_CER(
            "handshakes.without-cer", "Connections closed because something else came where a CER or CEA had to."),
    HANDSHAKES_MALFORMED("handshakes.malformed", "Connections closed because their CER or CEA could not be read."),
    CER_RECEIVED("cer.received", "Capabilities-Exchange-Requests that were first on their connection."),
    CER_UNKNOWN_PEER("cer.unknown-peer", "CERs refused by 3010: the Origin-Host is nobody that we accept."),
    CER_CERTIFICATE("cer.certificate", "CERs refused by 3010: the certificate is not for the Origin-Host."),
    CER_NO_COMMON_APPLICATION("cer.no-common-application", "CERs refused by 5010: no application in common."),
    CER_NO_COMMON_SECURITY(
            "cer.no-common-security",
            "CERs refused by 5017: the peer must be spoken with by TLS, or offers nothing that we do."),
    CER_TOO_BUSY("cer.too-busy", "CERs refused by 3004: the table of peers is full, or the peer is drained."),
    CER_FAULTY(
            "cer.faulty",
            "CERs refused by 5xxx: an AVP is missing, unknown, too often there or has no value that could be."),
    CER_ALREADY_CONNECTED(
            "cer.already-connected",
            "Connections closed because their peer has all that it may have; those are asked for a sign of life."),
    CER_WHEN_OPEN("cer.when-open", "CERs on a connection that is open; answered by 5012."),
    CEA_REFUSED("cea.refused", "Our CERs that the other side has refused."),
    CEA_WRONG_IDENTITY("cea.wrong-identity", "CEAs by somebody else than was dialled; the connection was closed."),
    CEA_CERTIFICATE("cea.certificate", "CEAs whose Origin-Host the certificate is not for; the connection was closed."),
    CEA_NOTHING_IN_COMMON(
            "cea.nothing-in-common", "CEAs without an application or security in common; the connection was closed."),
    CEA_FAULTY(
            "cea.faulty",
            "CEAs in which something is missing or has no value that could be; the connection was closed."),
    ELECTIONS_WON("elections.won", "Both sides dialled, and the connection was kept that the other has made."),
    ELECTIONS_LOST("elections.lost", "Both sides dialled, and the connection was kept that we have made."),
    OPENED("opened", "Connections that became open."),
    LOST("lost", "Open connections that were closed by the peer or broke, without a Disconnect-Peer."),
    DWR_SENT("dwr.sent", "Device-Watchdog-Requests sent."),
    DWR_NOT_TAKEN(
            "dwr.not-taken",
            "Device-Watchdog-Requests that their connection did not take, because its queue was full."),
    DWR_RECEIVED("dwr.received", "Device-Watchdog-Requests answered."),
    DWA_RECEIVED("dwa.received", "Device-Watchdog-Answers that were waited for."),
    SUSPECTED("suspected", "Connections that became suspect: no sign of life for two watchdog intervals."),
    RECOVERED("recovered", "Connections that were used again after they had been suspect or lost."),
    DOWN("down", "Connections closed because there was no sign of life for three watchdog intervals."),
    DPR_SENT("dpr.sent", "Disconnect-Peer-Requests sent."),
    DPR_RECEIVED("dpr.received", "Disconnect-Peer-Requests received."),
    DPR_UNANSWERED("dpr.unanswered", "Disconnect-Peer-Requests of ours that were not answered in time."),
    RESTARTS_SEEN("restarts.seen", "Changes of a peer's Origin-State-Id."),
    ANSWERS_NOT_TAKEN("answers.not-taken", "Answers to base messages that their connection did not take."),
    UNEXPECTED("unexpected", "Base answers that nobody waited for; they were dropped."),
    MALFORMED_ANSWERED(
            "malformed.answered",
            "Requests on open connections that could not be read, and were answered as RFC 6733 says."),
    MALFORMED_DROPPED("malformed.dropped", "Messages on open connections that could not be read, and are no requests."),
    MALFORMED_CLOSED(
            "malformed.closed", "Open connections closed because nobody could say where their next message begins."),
    LATE_REQUESTS("late-requests", "Requests that came when the connection was about to be closed; answered by 3004."),
    REQUESTS("requests", "Requests given to the agent."),
    ANSWERS("answers", "Answers given to the agent.");

    private final String key;
    private final String sentence;

    PeerCounter(final String key, final String sentence) {
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
