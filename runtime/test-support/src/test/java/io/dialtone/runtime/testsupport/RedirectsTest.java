package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Proxying;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a proxy does with 3xx (RFC 3261 sections 16.5 and 16.7 step 4): by default it is a refusal like others; if redirects are followed, its contacts become targets. */
class RedirectsTest {
    private static final Duration RING = Duration.ofSeconds(10);

    private final ScriptedHandler handler = ScriptedHandler.proxying();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3).start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipPeer carol = cluster.peer("carol");
    private final SipPeer dave = cluster.peer("dave");
    private final SipCall call = alice.newCall("sip:bob@example.com");

    RedirectsTest() {
        proxying(proxying -> proxying.to(uriOf(bob)).followRedirects(5));
    }

    private static String uriOf(final SipPeer peer) {
        return "sip:" + peer.name() + "@" + peer.address();
    }

    private static String contact(final SipPeer peer, final String params) {
        return "Contact: <" + uriOf(peer) + ">" + params;
    }

    private void proxying(final Consumer<Proxying> what) {
        handler.onInvite = (invite, session) -> {
            final Proxying proxying = invite.proxy();
            what.accept(proxying);
            proxying.start();
        };
        handler.onOther = handler.onInvite;
    }

    private static SipCalled redirect(final SipCalled called, final String... contacts) {
        called.respond(302, contacts);
        called.expectRequest("ACK");
        return called;
    }

    @Test
    void shouldBringBackA3xxAsItIsUnlessItIsToBeFollowed() {
        proxying(proxying -> proxying.to(uriOf(bob)));
        call.invite();
        redirect(bob.expectCall(), contact(carol, ""));

        assertEquals(
                "<" + uriOf(carol) + ">", call.expect(302).header("Contact").orElseThrow());
        carol.expectNothing();
    }

    @Test
    void shouldAskWhomA3xxNames() {
        call.invite();
        redirect(bob.expectCall(), contact(carol, ""));
        final SipCalled called = carol.expectCall();

        assertEquals("INVITE " + uriOf(carol) + " SIP/2.0", called.invite().startLine());
        called.respond(200);

        assertEquals("carol-tag", call.expect(200).tag("To").orElseThrow());
        assertEquals(1, cluster.count(SipCounter.REDIRECTS_FOLLOWED));
    }

    @Test
    void shouldAskThoseWithTheHighestQAtOnceAndOthersLater() {
        call.invite();
        redirect(
                bob.expectCall(),
                "Contact: <" + uriOf(dave) + ">;q=0.25, <" + uriOf(alice) + ">;q=0.5",
                "m: <" + uriOf(carol) + ">;q=0.50");
        final SipCalled two = carol.expectCall();
        final SipCalled one = alice.expectCall();
        dave.expectNothing();

        one.respond(486);
        one.expectRequest("ACK");
        dave.expectNothing();
        two.respond(480);
        two.expectRequest("ACK");

        dave.expectCall().respond(200);
        call.expect(200);
    }

    @Test
    void shouldAskThemBeforeTheTargetsThatTheServiceHasForLater() {
        proxying(proxying -> proxying.to(uriOf(bob)).thenTo(uriOf(dave)).followRedirects(5));
        call.invite();
        redirect(bob.expectCall(), contact(carol, ""));
        final SipCalled called = carol.expectCall();
        dave.expectNothing();

        called.respond(486);
        called.expectRequest("ACK");

        dave.expectCall().respond(200);
        call.expect(200);
    }

    @Test
    void shouldLetThemRingForAsLongAsTheirGroupMay() {
        proxying(proxying ->
                proxying.to(uriOf(bob)).ringFor(RING).thenTo(uriOf(dave)).followRedirects(5));
        call.invite();
        final SipCalled first = bob.expectCall().respond(180);
        call.expect(180);
        cluster.advance(Duration.ofSeconds(6));
        redirect(first, contact(carol, ""));
        final SipCalled called = carol.expectCall().respond(180);
        cluster.advance(Duration.ofSeconds(5));

        called.expectRequest("CANCEL");
        dave.expectCall();
    }

    @Test
    void shouldAskNobodyTwice() {
        call.invite();
        redirect(bob.expectCall(), contact(carol, ""));
        redirect(
                carol.expectCall(),
                "Contact: <SIP:bob@" + bob.address() + ";x=1>, <" + uriOf(carol) + ">;q=0.1",
                contact(dave, ";q=0.2"));
        bob.expectNothing();
        carol.expectNothing();
        redirect(dave.expectCall(), contact(bob, ""));

        call.expect(408);
        bob.expectNothing();
        assertEquals(2, cluster.count(SipCounter.REDIRECTS_FOLLOWED));
    }

    @Test
    void shouldBringBackTheBestRefusalOfThoseWhoWereAsked() {
        call.invite();
        redirect(bob.expectCall(), contact(carol, ""));
        final SipCalled called = carol.expectCall().respond(486);
        called.expectRequest("ACK");

        assertEquals("carol-tag", call.expect(486).tag("To").orElseThrow());
    }

    @Test
    void shouldBringBackOnlyThoseContactsThatWereNotAsked() {
        proxying(proxying -> proxying.to(uriOf(bob)).followRedirects(1));
        call.invite();
        redirect(
                bob.expectCall(),
                "Contact: <" + uriOf(carol) + ">, \"Dave, too\" <" + uriOf(dave) + ">;q=0.3;x=\"a,b\"",
                "Contact: <mailto:bob@example.com>",
                "Subject: kept");
        final SipCalled called = carol.expectCall().respond(480);
        called.expectRequest("ACK");

        final SipText best = call.expect(302);
        assertEquals(
                List.of("\"Dave, too\" <" + uriOf(dave) + ">;q=0.3;x=\"a,b\"", "<mailto:bob@example.com>"),
                best.headers("Contact"));
        assertEquals("kept", best.header("Subject").orElseThrow());
        dave.expectNothing();
    }

    @Test
    void shouldIgnoreContactsThatNobodyCanBeSentTo() {
        call.invite();
        redirect(bob.expectCall(), "Contact: <tel:+1>, <sip:y@192.0.2.78?Subject=z>, *, <sips:z@192.0.2.79>");

        assertEquals(1, call.expect(302).headers("Contact").size());
        assertEquals(0, cluster.count(SipCounter.REDIRECTS_FOLLOWED));
    }

    @Test
    void shouldNotFollowA3xxWithoutContact() {
        call.invite();
        redirect(bob.expectCall());

        call.expect(302);
    }

    @Test
    void shouldNotFollowA3xxOfABranchThatIsWithdrawn() {
        proxying(proxying -> proxying.to(uriOf(bob)).to(uriOf(dave)).followRedirects(5));
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        final SipCalled two = dave.expectCall().respond(200);
        one.expectRequest("CANCEL");
        one.answer(200);
        redirect(one, contact(carol, ""));

        carol.expectNothing();
        assertEquals(two.callId(), call.callId());
    }

    @Test
    void shouldFollowForOtherMethodsToo() {
        call.request("MESSAGE");
        final SipText message = bob.expectRequest("MESSAGE");
        bob.send(refusal(message, 301, contact(carol, "")));
        carol.respond(carol.expectRequest("MESSAGE"), 200);

        call.expect(200);
    }

    private static String refusal(final SipText request, final int status, final String contact) {
        final StringBuilder text = new StringBuilder("SIP/2.0 " + status + " Moved\n");
        for (final String name : List.of("Via", "From", "To", "Call-ID", "CSeq")) {
            request.headers(name)
                    .forEach(value ->
                            text.append(name).append(": ").append(value).append('\n'));
        }
        return text.append(contact).append("\nContent-Length: 0\n\n").toString();
    }

    @Test
    void shouldStopAfterAsManyTargetsAsItMayAdd() {
        proxying(proxying -> proxying.to(uriOf(bob)).followRedirects(3));
        call.invite();
        SipCalled asked = bob.expectCall();
        int count = 0;
        for (int i = 0; i < 5; i++) {
            redirect(asked, "Contact: <sip:next-" + i + "@" + bob.address() + ">");
            if (i < 3) {
                asked = bob.expectCall();
                count++;
            } else {
                break;
            }
        }

        call.expect(302);
        assertEquals(3, count);
        assertEquals(3, cluster.count(SipCounter.REDIRECTS_FOLLOWED));
    }

    @Test
    void shouldGoOnWithWhatA3xxHasNamedAtTheNewOwner() {
        call.invite();
        redirect(bob.expectCall(), contact(carol, ";q=0.9"), contact(dave, ";q=0.1"), contact(bob, ";q=0.05"));
        final SipCalled two = carol.expectCall();

        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofMillis(5));
        carol.drain();
        alice.drain();
        two.respond(486);
        carol.drain();
        final SipCalled three = dave.expectCall();
        redirect(three, contact(bob, ""), contact(carol, ""));

        assertEquals("carol-tag", call.expect(486).tag("To").orElseThrow());
        bob.drain();
        assertTrue(handler.told.contains("best 486"), handler.told::toString);
    }
}
