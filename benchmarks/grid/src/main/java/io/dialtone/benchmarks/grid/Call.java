package io.dialtone.benchmarks.grid;

import java.time.Instant;
import java.util.List;

/** The state of a back-to-back call: what a service would keep. */
record Call(
        String peer,
        Phase phase,
        int requests,
        long bytes,
        boolean isRecorded,
        Instant since,
        Leg caller,
        Leg callee,
        List<String> route,
        String note) {
    /** Where a call stands. */
    enum Phase {
        RINGING,
        ANSWERED
    }

    /** One side of a call. */
    record Leg(String remoteTag, String target, int cseq) {}

    static Call of(final int session, final String note) {
        return new Call(
                "sip:subscriber-" + session + "@ims.example.org",
                Phase.RINGING,
                0,
                0,
                false,
                Instant.ofEpochSecond(1_790_000_000L + session),
                new Leg("a1b2c3d4e5f6", "sip:10.0.0.1:5060;transport=udp", 1),
                new Leg("f6e5d4c3b2a1", "sip:10.0.1.1:5060;transport=udp", 1),
                List.of("<sip:edge-1.example.org;lr>", "<sip:edge-2.example.org;lr>"),
                note);
    }

    /** What an event does to it. */
    Call afterRequest(final int messageBytes) {
        return new Call(
                peer,
                Phase.ANSWERED,
                requests + 1,
                bytes + messageBytes,
                isRecorded,
                since,
                caller,
                new Leg(callee.remoteTag(), callee.target(), callee.cseq() + 1),
                route,
                note);
    }
}
