package io.dialtone.registrar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.DigestCredentials;
import io.dialtone.api.DigestPolicy;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipRegistration;
import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 3261 section 10.3, RFC 3327, RFC 5626 section 6, RFC 5627 section 5. */
class RegistrarTest {
    private static final String BOB = "bob@example.com";
    private static final String REGISTRAR = "sip:example.com";
    private static final String DESK = "<sip:bob@192.0.2.10>";
    private static final String MOBILE = "<sip:bob@192.0.2.11:5070;transport=tcp>";
    private static final String INSTANCE = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
    private static final String FLOW = ";+sip.instance=\"<" + INSTANCE + ">\";reg-id=";
    private static final String EDGE = "Path: <sip:edge.example.com;lr;ob>";

    /** Registers; answers all else with what it would be sent to. */
    private record Locating(Registrar registrar, Optional<DigestPolicy> asks) implements SipHandler<Bindings> {
        @Override
        public Bindings initialState(final SipRequest request) {
            return Bindings.NONE;
        }

        @Override
        public void onRequest(final SipRequest request, final Session<Bindings> session) {
            if (request.method() == SipMethod.REGISTER) {
                session.update(registrar.register(request, session, session.state()));
            } else {
                request.reply(200)
                        .body(
                                "text/plain",
                                String.join(
                                        " ",
                                        registrar.lookup(request.requestUri(), session.state()).stream()
                                                .map(Binding::uri)
                                                .toList()))
                        .send();
            }
        }

        @Override
        public void onTimer(final String timer, final Session<Bindings> session) {
            session.update(registrar.onTimer(timer, session.state()));
        }

        @Override
        public Set<SipMethod> methods() {
            return SipMethod.ofACallAnd(SipMethod.REGISTER, SipMethod.MESSAGE);
        }

        @Override
        public Set<String> extensions() {
            return Registrar.EXTENSIONS;
        }

        @Override
        public Optional<DigestPolicy> digest() {
            return asks;
        }
    }

    private final TestCluster cluster = start(RegistrarSettings.of("example.com"), Optional.empty());
    private final SipPeer phone = cluster.peer("bob");
    private final SipRegistration registration = phone.registration(REGISTRAR, "sip:" + BOB);

    private static TestCluster start(final RegistrarSettings settings, final Optional<DigestPolicy> asks) {
        final RecordStateCodec<Bindings> codec = RecordStateCodec.of(Bindings.class, StateLimits.defaults());
        return TestCluster.replicated(() -> new Locating(new Registrar(settings), asks), codec::forAnotherWorker)
                .affinity("address-of-record")
                .nodes(3)
                .start();
    }

    // ---- bindings

    @Test
    void shouldBindAContactForAsLongAsItAsks() {
        final SipText ok = register("Contact: " + DESK + ";expires=600");

        assertEquals(List.of(DESK + ";expires=600"), ok.headers("Contact"));
        assertEquals("sip:bob@192.0.2.10", whereabouts());
        cluster.advance(Duration.ofSeconds(599));
        assertEquals("sip:bob@192.0.2.10", whereabouts());
        cluster.advance(Duration.ofMillis(1_010));
        assertEquals("", whereabouts());
    }

    @Test
    void shouldSayHowLongEachBindingStillLasts() {
        register("Contact: " + DESK + ";expires=600");
        cluster.advance(Duration.ofMillis(100_500));
        register("Contact: " + MOBILE, "Expires: 300");

        final SipText fetched = register();

        assertEquals(List.of(DESK + ";expires=500", MOBILE + ";expires=300"), fetched.headers("Contact"));
    }

    @ParameterizedTest
    @CsvSource({
        "Expires: 90, '', 90",
        "Expires: 90, ;expires=120, 120",
        "Subject: y, '', 3600",
        "Expires: 4294967295, '', 7200",
        "Subject: y, ;expires=7201, 7200"
    })
    void shouldTakeTheTimeOfTheContactOrElseOfTheRequestOrElseTheUsualOne(
            final String line, final String param, final int expires) {
        assertEquals(
                List.of(DESK + ";expires=" + expires),
                register("Contact: " + DESK + param, line).headers("Contact"));
    }

    @Test
    void shouldRefuseATimeThatIsTooShort() {
        final SipText refusal = register("Contact: " + DESK + ";expires=59");

        assertEquals(423, refusal.status());
        assertEquals(Optional.of("60"), refusal.header("Min-Expires"));
        assertEquals(200, register("Contact: " + DESK + ";expires=60").status());
    }

    @Test
    void shouldRefreshTheSameContactHoweverItIsWritten() {
        register("Contact: \"Bob\" <sip:b%6fb@192.0.2.10>;expires=100;q=0.5");
        cluster.advance(Duration.ofSeconds(50));

        final SipText ok = register("m: sip:bob@192.0.2.10;expires=100");

        assertEquals(List.of(DESK + ";expires=100"), ok.headers("Contact"));
        cluster.advance(Duration.ofSeconds(99));
        assertEquals("sip:bob@192.0.2.10", whereabouts());
    }

    @Test
    void shouldKeepParametersThatItDoesNotKnow() {
        final SipText ok =
                register("Contact: " + DESK + ";q=0.25;Expires=100;methods=\"INVITE;x\" ; audio;pub-gruu=\"x\"");

        assertEquals(List.of(DESK + ";q=0.25;expires=100;methods=\"INVITE;x\";audio"), ok.headers("Contact"));
    }

    @Test
    void shouldRemoveAContactWithExpiresZero() {
        register("Contact: " + DESK + ", " + MOBILE);

        final SipText ok = register("Contact: " + DESK + ";expires=0");

        assertEquals(List.of(MOBILE + ";expires=3600"), ok.headers("Contact"));
        assertEquals(List.of(), register("Contact: " + MOBILE, "Expires: 0").headers("Contact"));
        assertEquals(0, cluster.sessions(), "no bindings, no session");
    }

    @Test
    void shouldNotBindWhatIsRemovedAndWasNotThere() {
        assertEquals(List.of(), register("Contact: " + DESK + ";expires=0").headers("Contact"));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldRemoveAllWithAStar() {
        register("Contact: " + DESK, "Contact: " + MOBILE);

        assertEquals(List.of(), register("Contact: *", "Expires: 0").headers("Contact"));
        assertEquals("", whereabouts());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Expires: 1", "Subject: y", "Expires: no", "Expires: 0\nContact: <sip:bob@192.0.2.10>"})
    void shouldRefuseAStarThatDoesNotStandAloneWithExpiresZero(final String line) {
        register("Contact: " + DESK);

        assertEquals(400, register("Contact: *", line).status());
        assertEquals("sip:bob@192.0.2.10", whereabouts());
    }

    // ---- order, and all or nothing

    @Test
    void shouldRefuseARequestThatCameTooLate() {
        registration.cseq(10);
        register("Contact: " + DESK);

        registration.cseq(9);
        assertEquals(500, register("Contact: " + DESK + ";expires=0").status());
        registration.cseq(10);
        assertEquals(500, register("Contact: " + DESK + ";expires=0").status());
        registration.cseq(9);
        assertEquals(500, register("Contact: *", "Expires: 0").status());
        assertEquals("sip:bob@192.0.2.10", whereabouts());

        registration.cseq(11);
        assertEquals(200, register("Contact: " + DESK + ";expires=0").status());
    }

    @Test
    void shouldNotCompareTheOrderOfDifferentCalls() {
        registration.cseq(10);
        register("Contact: " + DESK);

        final SipText ok = phone.registration(REGISTRAR, "sip:" + BOB).send("Contact: " + DESK + ";expires=100");

        assertEquals(List.of(DESK + ";expires=100"), ok.headers("Contact"));
    }

    @Test
    void shouldMakeAllChangesOrNone() {
        registration.cseq(10);
        register("Contact: " + DESK);
        registration.cseq(12);
        register("Contact: " + MOBILE);

        registration.cseq(11);
        assertEquals(
                500,
                register("Contact: " + DESK + ";expires=0", "Contact: " + MOBILE + ";expires=0")
                        .status());
        assertEquals(
                423,
                register("Contact: <sip:bob@192.0.2.12>", "Contact: " + DESK + ";expires=1")
                        .status());

        assertEquals("sip:bob@192.0.2.11:5070;transport=tcp sip:bob@192.0.2.10", whereabouts());
    }

    @Test
    void shouldTakeTheLastOfAContactThatStandsThereTwice() {
        final SipText ok = register("Contact: " + DESK + ";expires=100, " + DESK + ";expires=200");

        assertEquals(List.of(DESK + ";expires=200"), ok.headers("Contact"));
    }

    // ---- sips

    @Test
    void shouldGiveASipsRequestToSipsBindingsOnlyAndASipRequestToAll() {
        connectByTls();
        final SipRegistration secure = phone.registration("sips:example.com", "sips:" + BOB);

        register("Contact: " + DESK);
        assertEquals(200, secure.send("Contact: <sips:bob@192.0.2.12>").status());

        assertEquals("sips:bob@192.0.2.12 sip:bob@192.0.2.10", whereabouts());
        assertEquals("sips:bob@192.0.2.12", whereabouts("sips:" + BOB));
    }

    @ParameterizedTest
    @CsvSource({
        "sip:example.com, <sips:bob@192.0.2.12>, <sips:edge.example.com;lr>",
        "sips:example.com, <sips:bob@192.0.2.12>, <sip:edge.example.com;lr>",
        "sips:example.com, '<sips:bob@192.0.2.12>, <sip:bob@192.0.2.13>', <sips:edge.example.com;lr>"
    })
    void shouldNotBindASipsContactByAWayThatIsNot(final String registrar, final String contact, final String path) {
        connectByTls();

        final SipText refusal =
                phone.registration(registrar, "sips:" + BOB).send("Contact: " + contact, "Path: " + path);

        assertEquals(400, refusal.status());
    }

    @Test
    void shouldTakeTheAddressOfRecordForNoContactWhicheverItsScheme() {
        connectByTls();

        assertEquals(
                403,
                phone.registration("sips:example.com", "sip:" + BOB)
                        .send("Contact: <sips:" + BOB + ">")
                        .status());
    }

    private void connectByTls() {
        phone.connectByTlsFrom(40_000);
        cluster.peer("alice").connectByTlsFrom(40_001);
    }

    // ---- who and whose

    @Test
    void shouldKeepOneSessionForASubscriberHoweverTheAddressIsWritten() {
        register("Contact: " + DESK);

        for (final String same :
                List.of("sip:b%6Fb@example.com", "sips:bob@EXAMPLE.com", "sip:bob@example.com:5060;transport=udp")) {
            final SipText fetched = phone.registration(REGISTRAR, same).send();
            assertEquals(List.of(DESK + ";expires=3600"), fetched.headers("Contact"), same);
        }
        assertEquals(
                List.of(),
                phone.registration(REGISTRAR, "sip:Bob@example.com").send().headers("Contact"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sip:bob@example.org", "sip:example.com", "urn:service:sos"})
    void shouldNotKnowOtherAddressesOfRecord(final String address) {
        assertEquals(
                404,
                phone.registration(REGISTRAR, address).send("Contact: " + DESK).status());
    }

    @Test
    void shouldLetUsersRegisterTheirOwnAddressOnly() {
        final DigestPolicy policy = DigestPolicy.of(
                DigestCredentials.ofPasswords(Map.of("bob", "secret", "bob@example.com", "secret", "eve", "other")),
                SipMethod.REGISTER);
        final SipPeer peer = start(RegistrarSettings.of(), Optional.of(policy)).peer("bob");

        assertEquals(
                401,
                peer.registration(REGISTRAR, "sip:" + BOB)
                        .send("Contact: " + DESK)
                        .status());
        for (final String user : List.of("bob", "bob@example.com")) {
            assertEquals(
                    200,
                    peer.registration(REGISTRAR, "sip:" + BOB)
                            .as(user, "secret")
                            .register("Contact: " + DESK)
                            .status());
        }
        assertEquals(
                403,
                peer.registration(REGISTRAR, "sip:" + BOB)
                        .as("eve", "other")
                        .register("Contact: <sip:eve@192.0.2.66>")
                        .status());
        assertEquals(
                List.of(DESK + ";expires=3600"),
                peer.registration(REGISTRAR, "sip:" + BOB)
                        .as("bob", "secret")
                        .register()
                        .headers("Contact"));
    }

    @Test
    void shouldRefuseAContactThatLeadsBackHere() {
        assertEquals(
                403,
                register("Contact: <sip:bob@example.com;gr=" + INSTANCE + ">").status());
    }

    // ---- limits

    @Test
    void shouldRefuseMoreBindingsThanThereMayBe() {
        for (int i = 0; i < RegistrarSettings.BINDINGS_MAX_DEFAULT; i++) {
            assertEquals(200, register("Contact: <sip:bob@192.0.2." + i + ">").status());
        }

        assertEquals(403, register("Contact: <sip:bob@192.0.2.99>").status());
        assertEquals(
                200,
                register("Contact: <sip:bob@192.0.2.99>, <sip:bob@192.0.2.0>;expires=0")
                        .status());
        assertEquals(
                RegistrarSettings.BINDINGS_MAX_DEFAULT,
                register().headers("Contact").size());
    }

    @Test
    void shouldExchangeAllBindingsInOneRequest() {
        final int max = RegistrarSettings.BINDINGS_MAX_DEFAULT;
        IntStream.range(0, max).forEach(i -> register("Contact: <sip:bob@192.0.2." + i + ">"));
        final String[] lines = IntStream.range(0, 2 * max)
                .mapToObj(i -> "Contact: <sip:bob@192.0.2." + (2 * max - 1 - i) + ">;expires=" + (i < max ? 100 : 0))
                .toArray(String[]::new);

        final SipText ok = register(lines);

        assertEquals(max, ok.headers("Contact").size());
        assertTrue(ok.headers("Contact").stream().allMatch(contact -> contact.endsWith(";expires=100")));
        cluster.advance(Duration.ofMillis(100_010));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldRefuseWhatIsTooLong() {
        final String user = "u".repeat(RegistrarSettings.CONTACT_CHARS_MAX_DEFAULT);
        assertEquals(400, register("Contact: <sip:" + user + "@192.0.2.10>").status());
        assertEquals(
                400,
                register(
                                "Contact: " + DESK,
                                "Path: <sip:" + "u".repeat(1024) + "@edge.example.com;lr>",
                                "Supported: path")
                        .status());
        assertEquals(
                400, register("Contact: " + DESK + (", " + DESK).repeat(20)).status());
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldSayPolitelyWhichSettingsAreWrong() {
        final IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> RegistrarSettings.of().withBindingsMax(13));

        assertEquals("registrar.bindings-max: 13 (expected: 1 to 12). Maybe 10.", refusal.getMessage());
    }

    // ---- location service

    @Test
    void shouldOrderByPreferenceAndThenTheYoungestFirst() {
        register("Contact: <sip:bob@192.0.2.1>;q=0.5");
        register("Contact: <sip:bob@192.0.2.2>;q=0.500");
        register("Contact: <sip:bob@192.0.2.3>;q=0.4");
        register("Contact: <sip:bob@192.0.2.4>");
        register("Contact: <sip:bob@192.0.2.5>;q=0");

        assertEquals(
                "sip:bob@192.0.2.4 sip:bob@192.0.2.2 sip:bob@192.0.2.1 sip:bob@192.0.2.3 sip:bob@192.0.2.5",
                whereabouts());
        assertEquals(
                List.of("0.4", "0.5", "1.0", "0.005"),
                IntStream.of(400, 500, 1000, 5)
                        .mapToObj(q -> new Binding(1, "", "", q, "", 1, List.of(), "", 0, "").q())
                        .toList());
    }

    @Test
    void shouldGoOnWithBindingsAtTheNewOwnerAndLetThemEndAtTheirTime() {
        register("Contact: " + DESK + ";expires=100");
        register("Contact: " + MOBILE + ";expires=300");
        cluster.advance(Duration.ofSeconds(40));

        final String former = cluster.killOwnerOf(BOB);
        cluster.awaitNewOwner(BOB, former);
        phone.drain();

        assertEquals(2, register().headers("Contact").size());
        cluster.advance(Duration.ofSeconds(62));
        assertEquals("sip:bob@192.0.2.11:5070;transport=tcp", whereabouts());
        cluster.advance(Duration.ofSeconds(200));
        assertEquals(
                Optional.empty(), cluster.stateOf(BOB, Bindings.class), "nobody asked, and it has ended all the same");
        cluster.advance(Duration.ofSeconds(33));
        assertEquals(0, cluster.images());
    }

    @Test
    void shouldNotMoveTheEndOfABindingWhenTheWallClockJumps() {
        cluster.advance(Duration.ofSeconds(30)); // slots have been spread evenly, so that none changes hands
        register("Contact: " + DESK + ";expires=100");

        cluster.stepWallClock(Duration.ofHours(1));
        assertEquals("sip:bob@192.0.2.10", whereabouts());
        cluster.stepWallClock(Duration.ofHours(-2));
        cluster.advance(Duration.ofMillis(100_010));

        assertEquals("", whereabouts());
    }

    // ---- Path, outbound, GRUU

    @Test
    void shouldKeepThePathAndRepeatIt() {
        final SipText ok = register(
                "Contact: " + DESK,
                "Supported: path",
                "Path: <sip:p2.example.com;lr>, <sip:p1.example.com;lr>",
                "Path: <sip:p0.example.com;lr>");

        assertEquals(
                List.of("<sip:p2.example.com;lr>, <sip:p1.example.com;lr>", "<sip:p0.example.com;lr>"),
                ok.headers("Path"));
        assertEquals(
                List.of("<sip:p2.example.com;lr>", "<sip:p1.example.com;lr>", "<sip:p0.example.com;lr>"),
                bindings().getFirst().path());
    }

    @Test
    void shouldReplaceTheBindingOfTheSameFlowOfTheSamePhone() {
        registerByEdge("<sip:bob@192.0.2.10:1111>", FLOW + "1");
        registerByEdge("<sip:bob@192.0.2.10:2222>", FLOW + "2");

        final SipText ok = registerByEdge("<sip:bob@192.0.2.10:3333>", FLOW + "1");

        assertEquals(
                List.of(
                        "<sip:bob@192.0.2.10:2222>;expires=3600" + FLOW + "2",
                        "<sip:bob@192.0.2.10:3333>;expires=3600" + FLOW + "1"),
                ok.headers("Contact"));
        assertEquals(Optional.of("outbound"), ok.header("Require"));
    }

    @Test
    void shouldRefuseFlowsWhoseFirstHopDoesNotKeepThem() {
        final String noOb = "Path: <sip:edge.example.com;lr>";
        assertEquals(
                439,
                registerBehind(noOb, DESK + FLOW + "1", "Supported: path, outbound")
                        .status());
        assertEquals(
                439,
                registerBehind("Subject: y", DESK + FLOW + "1", "Supported: outbound")
                        .status());

        final SipText ignored = registerBehind(noOb, DESK + FLOW + "1", "Supported: path");

        assertEquals(200, ignored.status());
        assertEquals(Optional.empty(), ignored.header("Require"));
        assertEquals(0, bindings().getFirst().regId());
    }

    @Test
    void shouldIgnoreFlowsOfPhonesThatRegisterDirectlyUnlessTheirConnectionsAreKept() {
        final SipText ignored = register("Contact: " + DESK + FLOW + "1", "Supported: outbound");
        assertEquals(200, ignored.status());
        assertEquals(Optional.empty(), ignored.header("Require"));

        final TestCluster keeping = start(RegistrarSettings.of().withFirstHopKeepsFlows(true), Optional.empty());
        final SipText kept = keeping.peer("bob")
                .registration(REGISTRAR, "sip:" + BOB)
                .send("Contact: " + DESK + FLOW + "1", "Supported: outbound");
        assertEquals(Optional.of("outbound"), kept.header("Require"));
    }

    @Test
    void shouldRefuseTwoFlowsInOneRequest() {
        assertEquals(
                400,
                registerBehind(EDGE, DESK + FLOW + "1, " + MOBILE + FLOW + "2", "Supported: path, outbound")
                        .status());
    }

    @Test
    void shouldIgnoreAFlowOfAPhoneWithoutName() {
        final SipText ok = registerBehind(EDGE, DESK + ";reg-id=1", "Supported: path, outbound");

        assertEquals(200, ok.status());
        assertEquals(Optional.empty(), ok.header("Require"));
    }

    @Test
    void shouldGiveAPhoneItsGruuAndFindItByThat() {
        register("Contact: " + MOBILE);
        final SipText ok = register("Contact: " + DESK + ";+sip.instance=\"<" + INSTANCE + ">\"", "Supported: gruu");

        final String gruu = "sip:bob@example.com;gr=" + INSTANCE;
        assertEquals(
                List.of(
                        MOBILE + ";expires=3600",
                        DESK + ";expires=3600;+sip.instance=\"<" + INSTANCE + ">\";pub-gruu=\"" + gruu + "\""),
                ok.headers("Contact"));
        assertEquals("sip:bob@192.0.2.10", whereabouts(gruu));
        assertEquals("", whereabouts("sip:bob@example.com;gr=urn:uuid:other"));
        assertTrue(register().headers("Contact").stream().noneMatch(contact -> contact.contains("gruu")));
    }

    private SipText register(final String... lines) {
        return registration.send(lines);
    }

    private SipText registerByEdge(final String uri, final String params) {
        return registerBehind(EDGE, uri + params, "Supported: path, outbound");
    }

    private SipText registerBehind(final String path, final String contact, final String supported) {
        return register("Contact: " + contact, path, supported, "Via: SIP/2.0/TCP 192.0.2.10;branch=z9hG4bKphone");
    }

    private List<Binding> bindings() {
        return cluster.stateOf(BOB, Bindings.class).orElseThrow().all();
    }

    private String whereabouts() {
        return whereabouts("sip:" + BOB);
    }

    private String whereabouts(final String uri) {
        final SipPeer alice = cluster.peer("alice");
        alice.newCall(uri).request("MESSAGE");
        return alice.expect(200).body();
    }
}
