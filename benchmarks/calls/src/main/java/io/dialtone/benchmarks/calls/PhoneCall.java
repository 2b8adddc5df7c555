package io.dialtone.benchmarks.calls;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A call of one phone to another: INVITE, 200, ACK, BYE, 200, each by the connection of the phone that it concerns. Used by the thread of {@link Phones}. */
final class PhoneCall {
    /** How far it has come. */
    enum State {
        CALLING,
        ENDING,
        ENDED,
        FAILED
    }

    final Phone caller;
    final int calleeNumber;
    private final String id;
    State state = State.CALLING;

    /** Whether the callee, and nobody else, has seen INVITE, ACK and BYE. */
    final List<String> seenByCallee = new ArrayList<>();

    private String target = "";
    private String to = "";
    private String routes = "";

    /**
     * @param id Call-ID, which begins with the call's number
     */
    PhoneCall(final Phone caller, final int calleeNumber, final String id) {
        this.caller = caller;
        this.calleeNumber = calleeNumber;
        this.id = id;
        to = "<" + Phone.addressOfRecord(calleeNumber) + ">";
    }

    String invite() {
        return request("INVITE", Phone.addressOfRecord(calleeNumber), 1, "i", "Contact: " + caller.contact() + "\r\n");
    }

    /** Keeps what the 200 says about the way (RFC 3261 section 12.1.2). */
    void onAccepted(final PhoneText answer) {
        final String contact = answer.header("Contact");
        final String tagged = answer.header("To");
        target = contact == null ? target : contact.substring(contact.indexOf('<') + 1, contact.indexOf('>'));
        to = tagged == null ? to : tagged;
        final List<String> set = new ArrayList<>();
        answer.headers("Record-Route").forEach(line -> Collections.addAll(set, line.split(",\\s*(?=<)")));
        final StringBuilder written = new StringBuilder();
        set.reversed().forEach(route -> written.append("Route: ").append(route).append("\r\n"));
        routes = written.toString();
    }

    String ack() {
        return request("ACK", target, 1, "a", routes);
    }

    String bye() {
        return request("BYE", target, 2, "b", routes);
    }

    private String request(
            final String method, final String uri, final int cseq, final String branch, final String more) {
        return method + " " + uri + " SIP/2.0\r\n" + caller.via(branch + id) + "Max-Forwards: 70\r\nFrom: <"
                + caller.addressOfRecord() + ">;tag=c" + caller.number + "\r\nTo: " + to + "\r\nCall-ID: " + id
                + "\r\nCSeq: " + cseq + " " + method + "\r\n" + more + "Content-Length: 0\r\n\r\n";
    }
}
