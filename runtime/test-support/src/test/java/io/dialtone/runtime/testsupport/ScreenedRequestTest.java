package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.sip.SipCounter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** RFC 3261 section 8.2: what is refused before a handler sees it. */
class ScreenedRequestTest {
    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(2).start();
    private final SipPeer alice = cluster.peer("alice");

    @Test
    void shouldAnswer405WithAllowToAMethodTheServiceDoesNotServe() {
        final SipText refused =
                alice.newCall("sip:bob@example.com").request("PUBLISH").expect(405);

        assertEquals(Optional.of("INVITE, ACK, BYE, CANCEL, OPTIONS"), refused.header("Allow"));
    }

    @Test
    void shouldAnswer501ToAMethodNobodyKnows() {
        final SipText refused =
                alice.newCall("sip:bob@example.com").request("DANCE").expect(501);

        assertTrue(refused.header("CSeq").orElseThrow().endsWith("DANCE"));
    }

    @Test
    void shouldAnswer416ToASchemeWeDoNotServe() {
        alice.newCall("mailto:bob@example.com").request("OPTIONS").expect(416);
    }

    @Test
    void shouldServeTelUris() {
        alice.newCall("tel:+36123456").request("OPTIONS").expect(200);
    }

    @Test
    void shouldListAllRequiredOptionsAsUnsupported() {
        final SipText refused = alice.newCall("sip:bob@example.com")
                .request("OPTIONS", "Require: 100rel, timer", "Require: gruu")
                .expect(420);

        assertEquals(Optional.of("100rel, timer, gruu"), refused.header("Unsupported"));
    }

    @Test
    void shouldAnswer415WithAcceptToABodyTheServiceDoesNotRead() {
        alice.send(withBody("OPTIONS", "Content-Type: text/unknown"));

        assertEquals(Optional.of("application/sdp"), alice.expect(415).header("Accept"));
    }

    @Test
    void shouldAnswer415ToAnEncodedBody() {
        alice.send(withBody("OPTIONS", "Content-Type: application/sdp\nContent-Encoding: gzip"));

        assertEquals(Optional.of("identity"), alice.expect(415).header("Accept-Encoding"));
    }

    @Test
    void shouldPassABodyThatMayBeIgnored() {
        alice.send(withBody("OPTIONS", "Content-Type: text/unknown\nContent-Disposition: icon;handling=OPTIONAL"));

        alice.expect(200);
    }

    @Test
    void shouldAnswer406WhenTheCallerTakesNoSessionDescription() {
        alice.newCall("sip:bob@example.com").invite("Accept: text/plain, application/pidf+xml");
        alice.expect(406);

        alice.newCall("sip:bob@example.com").invite("Accept: text/plain, application/*");
        alice.expect(200);
        alice.newCall("sip:bob@example.com").invite("Accept: APPLICATION/SDP;q=0.5");
        alice.expect(200);
    }

    @Test
    void shouldNotShowARefusedRequestToTheHandler() {
        alice.newCall("sip:bob@example.com").invite("Require: 100rel").expect(420);

        assertEquals(List.of(), handler.told);
        assertEquals(0, cluster.sessions());
        assertEquals(1, cluster.count(SipCounter.REQUESTS_REFUSED));
    }

    @Test
    void shouldNeverAnswerAMalformedAckOrResponse() {
        alice.send("ACK sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\nCSeq: 1 BYE\n\n");
        alice.send("SIP/2.0 4242 Broken\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\n\n");
        alice.send("garbage");

        alice.expectNothing();
        assertEquals(3, cluster.count(SipCounter.MALFORMED_DISCARDED));
    }

    private static String withBody(final String method, final String headers) {
        return """
                %s sip:bob@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKbody
                From: <sip:alice@example.com>;tag=1
                To: <sip:bob@example.com>
                Call-ID: body@example.com
                CSeq: 1 %s
                Max-Forwards: 70
                %s
                Content-Length: 4

                body""".formatted(method, method, headers);
    }
}
