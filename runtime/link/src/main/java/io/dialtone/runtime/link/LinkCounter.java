package io.dialtone.runtime.link;

/** What is counted for each peer's thread, for operators' dashboards; the sentence is the help text. */
public enum LinkCounter {
    SENT_FRAMES("Frames the corridor took, beats not counted."),
    SENT_BYTES("Bytes of the frames the corridor took, headers included."),
    RECEIVED_FRAMES("Frames that came from the peer, beats not counted."),
    RECEIVED_BYTES("Bytes of the frames that came from the peer, headers included."),
    REFUSED_BACK_PRESSURED("Frames refused because the peer is slower than we are."),
    REFUSED_NOT_CONNECTED("Frames refused because nobody listens at the peer's end."),
    REFUSED_ADMIN_ACTION("Frames refused because the corridor was busy with itself twice in a row."),
    REFUSED_CLOSED("Frames refused because the corridor was closed."),
    REFUSED_TOO_LONG("Frames refused because they are longer than the corridor carries."),
    BEATS_SENT("Beats the corridor took."),
    BEATS_REFUSED("Beats that could not be sent."),
    BEATS_RECEIVED("Beats that came from the peer."),
    SEAL_UNKNOWN_KEYS("Frames refused because they were sealed with a key that we do not have."),
    SEAL_FORGERIES("Frames refused because their seal is broken."),
    SEAL_REPLAYS("Frames refused because they were taken before, or are of a former start of the peer."),
    SEAL_STRAYS("Frames refused because they are for a former start of ours."),
    SEAL_MISSING("Frames refused because they came from another host without a seal."),
    PEER_FOUND("Times the peer was heard for the first time, or again after a silence."),
    PEER_LOST("Times the peer fell silent, or said that it does not hear us, for too long and was held unreachable."),
    PEER_RESTARTED("Times the peer came back as a new start of its process.");

    private final String sentence;

    LinkCounter(final String sentence) {
        this.sentence = sentence;
    }

    /** One sentence for people. */
    public String sentence() {
        return sentence;
    }
}
