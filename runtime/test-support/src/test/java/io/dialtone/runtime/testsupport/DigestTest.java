package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.DigestAlgorithm;
import io.dialtone.api.DigestCredentials;
import io.dialtone.api.DigestPolicy;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.runtime.sip.DigestSettings;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 3261 section 22 and RFC 7616: who is let in, and that the others cost nothing that stays. */
class DigestTest {
    private static final String BOB = "bob@example.com";
    private static final String REGISTRAR = "sip:example.com";
    private static final Duration NONCE_LIFE = Duration.ofMinutes(5);
    private static final DigestCredentials USERS =
            DigestCredentials.ofPasswords(Map.of("bob", "secret", "eve", "other"));

    /** Lives for as long as its timer runs, and notes who sent what. */
    private static final class Asking implements SipHandler<Events> {
        final List<String> told = new ArrayList<>();
        private final DigestPolicy policy;

        Asking(final DigestPolicy policy) {
            this.policy = policy;
        }

        @Override
        public Events initialState(final SipRequest request) {
            return new Events(0);
        }

        @Override
        public void onRequest(final SipRequest request, final Session<Events> session) {
            told.add(request.method() + " of " + request.authenticatedUser().orElse("nobody"));
            if (request.header("Expires").orElse("").equals("0")) {
                session.end();
            } else {
                session.startTimer("life", Duration.ofHours(1));
            }
            request.reply(200).send();
        }

        @Override
        public Set<SipMethod> methods() {
            return SipMethod.ofACallAnd(SipMethod.REGISTER);
        }

        @Override
        public Set<String> extensions() {
            return Set.of("path");
        }

        @Override
        public Optional<DigestPolicy> digest() {
            return Optional.of(policy);
        }
    }

    private final Asking handler = new Asking(DigestPolicy.of(USERS, SipMethod.REGISTER, SipMethod.INVITE));
    private final TestCluster cluster = cluster(DigestSettings.defaults(TestCluster.REALM));
    private final SipPeer phone = cluster.peer("bob");
    private final SipRegistration registration = phone.registration(REGISTRAR, "sip:" + BOB);

    private TestCluster cluster(final DigestSettings settings) {
        return TestCluster.replicated(() -> handler, EventsCodec::new)
                .affinity("address-of-record")
                .digest(settings)
                .nodes(3)
                .start();
    }

    @Test
    void shouldChallengeWithTheStrongestAlgorithmFirst() {
        final List<String> challenges = challenge().headers("WWW-Authenticate");

        assertEquals(2, challenges.size());
        assertEquals("SHA-256", DigestAnswer.param(challenges.get(0), "algorithm"));
        assertEquals("MD5", DigestAnswer.param(challenges.get(1), "algorithm"));
        for (final String challenge : challenges) {
            assertEquals(TestCluster.REALM, DigestAnswer.param(challenge, "realm"));
            assertEquals("auth", DigestAnswer.param(challenge, "qop"));
            assertEquals("", DigestAnswer.param(challenge, "stale"));
            assertFalse(DigestAnswer.param(challenge, "opaque").isEmpty());
        }
    }

    @Test
    void shouldKeepNothingOfAStranger() {
        for (int i = 0; i < 20; i++) {
            phone.registration(REGISTRAR, "sip:nobody" + i + "@example.com").send();
            phone.newCall("sip:bob@example.com").invite();
            phone.expect(401);
        }

        assertEquals(0, cluster.sessions());
        assertEquals(0, cluster.images());
        assertEquals(0, cluster.count(SipCounter.TRANSACTIONS));
        assertEquals(40, cluster.count(SipCounter.CHALLENGES));
        assertEquals(List.of(), handler.told);
    }

    @Test
    void shouldSendAStrangerOneAnswerForEachRequest() {
        final SipCall call = phone.invite("sip:bob@example.com");
        final SipText refusal = call.expect(401);
        assertTrue(refusal.tag("To").isPresent());

        call.ackRefusal();
        cluster.advance(Duration.ofSeconds(40));

        call.expectNothing();
    }

    @ParameterizedTest
    @EnumSource(DigestAlgorithm.class)
    void shouldLetInWhoKnowsThePassword(final DigestAlgorithm algorithm) {
        final TestCluster all = cluster(new DigestSettings(
                TestCluster.REALM,
                List.of(DigestAlgorithm.values()),
                NONCE_LIFE.toNanos(),
                false,
                100,
                DigestSettings.NONCES_PER_SESSION_MAX_DEFAULT));
        final SipRegistration another = all.peer("bob").registration(REGISTRAR, "sip:" + BOB);
        final SipText challenge = another.send();

        final SipText answer = another.send(DigestAnswer.to(challenge, "bob", "secret")
                .with(challenge, algorithm)
                .line("REGISTER", REGISTRAR, 1));

        assertEquals(200, answer.status());
        assertEquals(List.of("REGISTER of bob"), handler.told);
        assertEquals(1, all.count(SipCounter.CREDENTIALS_RIGHT));
    }

    @Test
    void shouldTurnAwayWhoDoesNotKnowThePassword() {
        final SipText challenge = challenge();

        assertRefused(registration.send(line(challenge, "bob", "wrong", 1)), false);
        assertRefused(registration.send(line(challenge, "mallory", "secret", 1)), false);
        assertRefused(registration.send(line(challenge, "", "", 1)), false);
        assertEquals(3, cluster.count(SipCounter.CREDENTIALS_WRONG));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldTurnAwayAnAlgorithmThatWasNotOffered() {
        final String line = line(challenge(), "bob", "secret", 1).replace("SHA-256", "SHA-256-sess");

        assertRefused(registration.send(line), false);
        assertEquals(1, cluster.count(SipCounter.CREDENTIALS_MALFORMED));
    }

    @Test
    void shouldBindTheResponseToTheMethod() {
        final String line = DigestAnswer.to(challenge(), "bob", "secret").line("INVITE", REGISTRAR, 1);

        assertRefused(registration.send(line), false);
    }

    @Test
    void shouldTurnAwayOtherSchemesAndWhatIsNoneAtAll() {
        assertRefused(registration.send("Authorization: NoOneKnows user=\"bob\", secret=\"secret\""), false);
        assertRefused(registration.send("Authorization: Digest username=\"bob\""), false);
        assertEquals(1, cluster.count(SipCounter.CREDENTIALS_MALFORMED));
    }

    @Test
    void shouldFindCredentialsForItsRealmAmongOthers() {
        final SipText answer = registration.send(
                "Authorization: Digest username=\"bob\", realm=\"elsewhere\", nonce=\"n\", uri=\"u\", response=\"0\","
                        + " cnonce=\"c\", qop=auth, nc=00000001",
                line(challenge(), "bob", "secret", 1));

        assertEquals(200, answer.status());
    }

    @Test
    void shouldSayThatANonceIsStaleWhenItsTimeIsOver() {
        final SipText challenge = challenge();
        cluster.advance(NONCE_LIFE.plusSeconds(1));

        final SipText again = registration.send(line(challenge, "bob", "secret", 1));

        assertRefused(again, true);
        assertEquals(200, registration.send(line(again, "bob", "secret", 1)).status());
    }

    @Test
    void shouldNotSayThatANonceIsStaleToWhoDoesNotKnowThePassword() {
        final SipText challenge = challenge();
        cluster.advance(NONCE_LIFE.plusSeconds(1));

        assertRefused(registration.send(line(challenge, "bob", "wrong", 1)), false);
    }

    @Test
    void shouldTakeCredentialsOnce() {
        final SipText challenge = challenge();
        final String line = line(challenge, "bob", "secret", 1);
        assertEquals(200, registration.send(line).status());

        assertRefused(registration.send(line), true);
        assertRefused(registration.sendAgain(line), true);
        assertEquals(200, registration.send(line(challenge, "bob", "secret", 2)).status());

        assertEquals(List.of("REGISTER of bob", "REGISTER of bob"), handler.told);
        assertEquals(2, cluster.count(SipCounter.CREDENTIALS_REPLAYED));
        assertEquals(2, cluster.count(SipCounter.TRANSACTIONS), "those that were let in");
    }

    @Test
    void shouldRepeatItsAnswerToARetransmission() {
        final String ok =
                registration.send(line(challenge(), "bob", "secret", 1)).toString();

        assertEquals(ok, registration.retransmit().toString());
        assertEquals(List.of("REGISTER of bob"), handler.told);
    }

    @Test
    void shouldKnowNoncesAndWhatWasTakenAtTheNewOwner() {
        final SipText challenge = challenge();
        final String line = line(challenge, "bob", "secret", 1);
        assertEquals(200, registration.send(line).status());

        final String former = cluster.killOwnerOf(BOB);
        cluster.awaitNewOwner(BOB, former);
        phone.drain(); // the new owner says once more what it cannot know to have been said

        assertRefused(registration.send(line), true);
        assertEquals(200, registration.send(line(challenge, "bob", "secret", 2)).status());
    }

    @Test
    void shouldKnowWhatWasTakenAfterTheSessionHasEndedAndForgetItInTheEnd() {
        final SipText challenge = challenge();
        final String line = line(challenge, "bob", "secret", 1);
        assertEquals(200, registration.send(line).status());
        assertEquals(
                200,
                registration
                        .send(line(challenge, "bob", "secret", 2), "Expires: 0")
                        .status());
        cluster.advance(Duration.ofSeconds(60));

        assertRefused(registration.send(line), true);
        final String former = cluster.killOwnerOf(BOB);
        cluster.awaitNewOwner(BOB, former);
        phone.drain();
        assertRefused(registration.send(line), true);

        cluster.advance(NONCE_LIFE.plusSeconds(40));
        assertEquals(0, cluster.images());
        assertEquals(0, cluster.sessions());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void shouldForgetWhatWasTakenWhenAnEndedSessionIsWokenLate(final int stepMs) {
        registration.as("bob", "secret");
        assertEquals(200, registration.register("Expires: 0").status());
        cluster.advance(Duration.ofSeconds(60));
        final String former = cluster.killOwnerOf(BOB);
        cluster.awaitNewOwner(BOB, former);

        cluster.advance(NONCE_LIFE.plusSeconds(40), Duration.ofMillis(stepMs));

        assertEquals(List.of(), cluster.leftovers());
    }

    @Test
    void shouldForgetWhatWasTakenForARequestThatIsRefusedWhenItsSessionHasEnded() {
        phone.newCall("sip:" + BOB).request("OPTIONS", "Expires: 0").expect(200);
        registration.as("bob", "secret");

        assertEquals(420, registration.register("Require: x-other").status());
        cluster.advance(Duration.ofSeconds(60));
        assertFalse(cluster.leftovers().isEmpty(), "a replay would be taken");

        cluster.advance(NONCE_LIFE.plusSeconds(40));
        assertEquals(List.of(), cluster.leftovers());
    }

    @Test
    void shouldTakeANonceInTheSessionOnlyForWhichItWasMade() {
        final SipText challenge = challenge();

        final SipText elsewhere =
                phone.registration(REGISTRAR, "sip:eve@example.com").send(line(challenge, "bob", "secret", 1));

        assertRefused(elsewhere, true);
    }

    @Test
    void shouldNotAskForWhatThePolicyDoesNotName() {
        phone.newCall("sip:bob@example.com").request("OPTIONS").expect(200);

        assertEquals(List.of("OPTIONS of nobody"), handler.told);
    }

    @Test
    void shouldNotAskWithinADialog() {
        final SipCall call = phone.invite("sip:bob@example.com");
        final SipText challenge = call.expect(401);
        call.ackRefusal();
        final SipCall again = phone.newCall("sip:bob@example.com");
        again.invite(DigestAnswer.to(challenge, "bob", "secret").line("INVITE", "sip:bob@example.com", 1));
        again.expect(200);
        again.ack();

        again.invite();
        again.expect(200);
        again.ack();
        again.bye().expect(200);
    }

    @Test
    void shouldAskAsAProxyDoes() {
        final Asking proxy = new Asking(DigestPolicy.ofProxy(USERS, SipMethod.INVITE));
        final TestCluster proxies = TestCluster.of(() -> proxy).start();
        final SipPeer caller = proxies.peer("eve");
        final SipCall call = caller.invite("sip:bob@example.com");
        final SipText challenge = call.expect(407);

        // The same Call-ID, which names the session here.
        final String line = DigestAnswer.to(challenge, "eve", "other").line("INVITE", "sip:bob@example.com", 1);
        caller.send(inviteOf(call.callId(), 2, line));

        caller.expect(200);
        assertEquals(List.of("INVITE of eve"), proxy.told);
    }

    @Test
    void shouldDropAndCountWhatIsBeyondTheLimit() {
        final TestCluster few = cluster(
                new DigestSettings(TestCluster.REALM, List.of(DigestAlgorithm.MD5), NONCE_LIFE.toNanos(), false, 2, 8));
        final SipPeer peer = few.peer("bob");
        for (int i = 0; i < 5; i++) {
            peer.newCall("sip:bob@example.com").invite();
        }
        assertEquals(2, peer.drain());
        assertEquals(3, few.count(SipCounter.CHALLENGES_OVER_LIMIT));

        few.advance(Duration.ofSeconds(1));
        peer.newCall("sip:bob@example.com").invite();

        assertEquals(1, peer.drain());
    }

    @Test
    void shouldProtectBodiesWhereThatIsOffered() {
        final TestCluster careful = cluster(new DigestSettings(
                TestCluster.REALM, List.of(DigestAlgorithm.SHA_256), NONCE_LIFE.toNanos(), true, 100, 8));
        final SipRegistration another = careful.peer("bob").registration(REGISTRAR, "sip:" + BOB);
        final SipText challenge = another.send();
        assertEquals(
                "auth,auth-int",
                DigestAnswer.param(challenge.header("WWW-Authenticate").orElseThrow(), "qop"));
        final DigestAnswer answer = DigestAnswer.to(challenge, "bob", "secret");

        assertEquals(
                401,
                another.send(answer.line("REGISTER", REGISTRAR, 1, "auth-int", "another body"))
                        .status());
        assertEquals(
                200,
                another.send(answer.line("REGISTER", REGISTRAR, 1, "auth-int", ""))
                        .status());
        assertEquals(200, another.send(answer.line("REGISTER", REGISTRAR, 2)).status());
    }

    @Test
    void shouldTreatAUserDirectoryThatThrowsAsOneThatKnowsNobody() {
        final Asking broken = new Asking(DigestPolicy.of(
                (user, realm, algorithm) -> {
                    throw new IllegalStateException("on purpose");
                },
                SipMethod.REGISTER));
        final TestCluster brokenOne = TestCluster.of(() -> broken).start();
        final SipRegistration another = brokenOne.peer("bob").registration(REGISTRAR, "sip:" + BOB);

        final SipText answer = another.as("bob", "secret").register();

        assertEquals(401, answer.status());
    }

    @Test
    void shouldRefuseOnlyRequiredOptionsThatTheServiceDoesNotUnderstand() {
        registration.as("bob", "secret");
        assertEquals(200, registration.register("Require: Path").status());

        final SipText refusal = registration.register("Require: path, gruu", "Require: x-other");

        assertEquals(420, refusal.status());
        assertEquals(Optional.of("gruu, x-other"), refusal.header("Unsupported"));
    }

    private SipText challenge() {
        final SipText challenge = registration.send();
        assertRefused(challenge, false);
        return challenge;
    }

    private static String line(final SipText challenge, final String user, final String password, final int count) {
        return DigestAnswer.to(challenge, user, password).line("REGISTER", REGISTRAR, count);
    }

    private static void assertRefused(final SipText answer, final boolean isStale) {
        assertEquals(401, answer.status(), answer::toString);
        assertEquals(
                isStale ? "true" : "",
                DigestAnswer.param(answer.header("WWW-Authenticate").orElseThrow(), "stale"));
    }

    private static String inviteOf(final String callId, final int cseq, final String line) {
        return "INVITE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKsecond\n"
                + "Max-Forwards: 70\nFrom: <sip:eve@example.com>;tag=from\nTo: <sip:bob@example.com>\nCall-ID: "
                + callId
                + "\nCSeq: " + cseq + " INVITE\nContact: <sip:eve@192.0.2.1>\n" + line + "\nContent-Length: 0\n\n";
    }
}
