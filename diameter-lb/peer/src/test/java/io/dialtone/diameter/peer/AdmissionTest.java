package io.dialtone.diameter.peer;

import static io.dialtone.diameter.peer.PeerHarness.LOWER;
import static io.dialtone.diameter.peer.PeerHarness.MS;
import static io.dialtone.diameter.peer.PeerHarness.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterMessage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who comes in: accept lists, certificates, security within the connection, floods, and the table of peers. */
final class AdmissionTest {
    private static long resultFor(final PeerHarness harness, final ScriptedConnection by, final String host) {
        harness.accept(by).onMessage(Words.cer(host), harness.nowNs);
        return Words.resultCode(by.take());
    }

    private static long resultFor(final PeerHarness harness, final String host) {
        return resultFor(harness, harness.connection(host), host);
    }

    // Accept lists

    @Test
    void shouldAcceptIdentitiesAndHostsBelowAName() {
        final PeerHarness harness = PeerHarness.accepting("cli.test.realm", "*.Core.example.net");

        assertEquals(2001, resultFor(harness, "CLI.test.realm"));
        assertEquals(2001, resultFor(harness, "mme.core.example.net"));
        assertEquals(2001, resultFor(harness, "a.b.core.example.net"));
        assertEquals(3010, resultFor(harness, "core.example.net"));
        assertEquals(3010, resultFor(harness, "evilcore.example.net"));
        assertEquals(3010, resultFor(harness, "other.test.realm"));
        assertEquals(3, harness.door.peers().all().size());
    }

    @Test
    void shouldSayPolitelyWhatIsWrongWithAnEntry() {
        final IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> AcceptList.of(List.of("*.*")));

        assertTrue(String.valueOf(e.getMessage()).contains("expected: an identity, *.REALM or *"), e.getMessage());
    }

    @Test
    void shouldForgetWhoWasAcceptedWhenItGoes() {
        final PeerHarness harness = PeerHarness.accepting("*");
        final PeerSession session = harness.openAccepted(LOWER, harness.connection("c"));

        session.onClosed(harness.nowNs);
        harness.advance(MS);

        assertTrue(harness.door.peers().all().isEmpty());
        assertEquals("removed " + LOWER, harness.listener.heard.getLast());
    }

    @Test
    void shouldNotForgetWhoComesBackInTheSameMoment() {
        final PeerHarness harness = PeerHarness.accepting("*");
        harness.openAccepted(LOWER, harness.connection("c")).onClosed(harness.nowNs);

        harness.openAccepted(LOWER, harness.connection("again"));
        harness.advance(MS);

        assertTrue(harness.door.peers().find(LOWER).orElseThrow().isOpen());
    }

    @Test
    void shouldGiveTheIndexOfAForgottenPeerToTheNext() {
        final PeerHarness harness = PeerHarness.accepting("*");
        final PeerSession first = harness.openAccepted("a.example.net", harness.connection("a"));
        harness.openAccepted("b.example.net", harness.connection("b"));
        first.onClosed(harness.nowNs);
        harness.advance(MS);

        harness.openAccepted("c.example.net", harness.connection("c"));

        assertEquals(0, harness.door.peers().find("c.example.net").orElseThrow().index());
        assertEquals(2, harness.door.peers().indexLimit());
    }

    @Test
    void shouldKeepTheConnectionWhenAGuestIsConfigured() {
        final PeerHarness harness = PeerHarness.accepting("*");
        final PeerSession session = harness.openAccepted(LOWER, harness.connection("c"));

        final Peer peer = harness.add(LOWER);
        assertTrue(peer.isUsable());
        session.onClosed(harness.nowNs);
        harness.advance(500 * MS);

        assertTrue(harness.transport.isDialling());
        assertEquals(1, harness.door.peers().all().size());
    }

    @Test
    void shouldNotTakeAGuestAgainThatAnOperatorDrains() {
        final PeerHarness harness = PeerHarness.accepting("*");
        final ScriptedConnection connection = harness.connection("c");
        final PeerSession session = harness.openAccepted(LOWER, connection);
        final Peer guest = harness.door.peers().find(LOWER).orElseThrow();
        guest.drain(DisconnectCause.BUSY, harness.nowNs);
        session.drained(harness.nowNs);
        session.onMessage(Words.answer(connection.take(), LOWER), harness.nowNs);
        harness.advance(SECOND);

        assertEquals(3004, resultFor(harness, LOWER));
        guest.connect(harness.nowNs);
        harness.advance(MS);

        assertEquals(2001, resultFor(harness, LOWER));
    }

    // The table

    @Test
    void shouldRefuseToAddAPeerTwiceOrItself() {
        final PeerHarness harness = PeerHarness.plain();
        harness.add(LOWER);

        assertThrows(IllegalArgumentException.class, () -> harness.add(LOWER));
        assertThrows(IllegalArgumentException.class, () -> harness.add(PeerHarness.OWN));
        assertFalse(harness.door.peers().remove("nobody.example.net", DisconnectCause.BUSY, harness.nowNs));
    }

    @Test
    void shouldRefuseOnePeerTooManyWith3004() {
        final PeerHarness harness = new PeerHarness(
                PeerHarness.config().withAccept(AcceptList.anybody()).withLimits(2, 10));
        harness.openAccepted("a.example.net", harness.connection("a"));
        harness.openAccepted("b.example.net", harness.connection("b"));

        assertEquals(3004, resultFor(harness, "c.example.net"));

        assertEquals(1, harness.count(PeerCounter.CER_TOO_BUSY));
        assertThrows(IllegalArgumentException.class, () -> harness.add("d.example.net"));
    }

    // Floods and half-open connections

    @Test
    void shouldCloseAConnectionThatSendsNoCerInTime() {
        final PeerHarness harness = PeerHarness.plain();
        final ScriptedConnection silent = harness.connection("silent");
        harness.accept(silent);

        harness.advance(5 * SECOND - 1);
        assertFalse(silent.isClosed());
        harness.advance(1);

        assertEquals(CloseCause.HANDSHAKE_TIMEOUT, silent.closedBy);
        assertEquals(0, harness.door.handshakes());
        assertEquals(1, harness.count(PeerCounter.HANDSHAKES_TIMED_OUT));
    }

    @Test
    void shouldCloseAConnectionThatSendsSomethingElseFirst() {
        final PeerHarness harness = PeerHarness.plain();
        final ScriptedConnection rude = harness.connection("rude");

        harness.accept(rude).onMessage(Words.ccr(LOWER), harness.nowNs);

        assertEquals(CloseCause.NO_CAPABILITIES_FIRST, rude.closedBy);
        assertTrue(rude.sent.isEmpty());
    }

    @Test
    void shouldCloseTheOldestHalfOpenConnectionForANewOneInAFlood() {
        final PeerHarness harness = new PeerHarness(
                PeerHarness.config().withAccept(AcceptList.anybody()).withLimits(10, 4));
        final List<ScriptedConnection> flood = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            flood.add(harness.connection("flood " + i));
            harness.accept(flood.getLast());
        }

        assertEquals(4, harness.door.handshakes());
        assertEquals(
                96,
                flood.stream()
                        .filter(each -> each.closedBy == CloseCause.HANDSHAKES_FULL)
                        .count());
        assertFalse(flood.getLast().isClosed());
        assertEquals(96, harness.count(PeerCounter.HANDSHAKES_EVICTED));
        assertEquals(2001, resultFor(harness, LOWER));
    }

    @Test
    void shouldCountEachHalfOpenConnectionOnceHoweverItEnds() {
        final PeerHarness harness = PeerHarness.accepting("*");
        final PeerSession a = harness.accept(harness.connection("a"));
        final PeerSession b = harness.accept(harness.connection("b"));
        final PeerSession c = harness.accept(harness.connection("c"));

        b.onClosed(harness.nowNs);
        b.onClosed(harness.nowNs);
        a.onMessage(Words.cer(LOWER), harness.nowNs);
        assertEquals(1, harness.door.handshakes());
        c.onClosed(harness.nowNs);

        assertEquals(0, harness.door.handshakes());
    }

    @Test
    void shouldRefuseAFloodOfCersAndServeTheOthers() {
        final PeerHarness harness = PeerHarness.plain();
        final Peer peer = harness.add(LOWER);
        harness.openDialled(LOWER, harness.connection("good"));

        for (int i = 0; i < 5_000; i++) {
            assertEquals(3010, resultFor(harness, "bot" + i + ".example.org"));
        }

        assertEquals(0, harness.door.handshakes());
        assertEquals(1, harness.door.peers().all().size());
        assertTrue(peer.isUsable());
    }

    // Certificates

    private static ScriptedConnection secure(final PeerHarness harness, final String... names) {
        final ScriptedConnection connection = harness.connection("tls");
        connection.secure = true;
        connection.certificateNames = List.of(names);
        return connection;
    }

    @Test
    void shouldTakeAPeerWhoseCertificateIsForItsOriginHost() {
        final PeerHarness harness = PeerHarness.accepting("*");

        assertEquals(2001, resultFor(harness, secure(harness, "x.org", "A.example.net"), "a.example.net"));
        assertEquals(2001, resultFor(harness, secure(harness, "*.example.net"), "b.example.net"));
    }

    @Test
    void shouldRefuseAPeerWhoseCertificateIsForAnother() {
        final PeerHarness harness = PeerHarness.accepting("*");

        assertEquals(3010, resultFor(harness, secure(harness, "b.example.net"), "a.example.net"));
        assertEquals(3010, resultFor(harness, secure(harness, "*.example.net"), "a.b.example.net"));
        assertEquals(3010, resultFor(harness, secure(harness, "*.net"), "example.net"));
        assertEquals(3010, resultFor(harness, secure(harness), "a.example.net"));
        assertEquals(4, harness.count(PeerCounter.CER_CERTIFICATE));
    }

    @Test
    void shouldTakeAPeerWithoutCertificateIfToldSo() {
        final PeerHarness harness = new PeerHarness(
                PeerHarness.config().withAccept(AcceptList.anybody()).withCertificates(CertificateCheck.IF_SHOWN));

        assertEquals(2001, resultFor(harness, secure(harness), "a.example.net"));
        assertEquals(3010, resultFor(harness, secure(harness, "x.example.net"), "b.example.net"));
    }

    @Test
    void shouldCloseADialledConnectionWhoseCertificateIsForAnother() {
        final PeerHarness harness = PeerHarness.plain();
        final Peer peer = harness.add(PeerSpec.of(PeerIdentity.of(LOWER), PeerAddress.parse("tls:192.0.2.1")));
        final ScriptedConnection connection = secure(harness, "mallory.example.net");

        harness.openDialled(LOWER, connection);

        assertEquals(CloseCause.CERTIFICATE_MISMATCH, connection.closedBy);
        assertEquals(PeerState.CLOSED, harness.state(peer));
    }

    @Test
    void shouldRefuseAPeerOfTlsThatComesWithoutWith5017() {
        final PeerHarness harness = PeerHarness.plain();
        harness.add(PeerSpec.of(PeerIdentity.of(LOWER), PeerAddress.parse("tls:192.0.2.1")));

        assertEquals(5017, resultFor(harness, LOWER));

        assertEquals(1, harness.count(PeerCounter.CER_NO_COMMON_SECURITY));
    }

    // Security within the connection

    private static DiameterMessage cerWithSecurity(final long... ids) {
        return Words.cer(writer -> {
            Words.origin(writer, LOWER);
            Words.product(writer);
            Words.number(writer, BaseAvp.AUTH_APPLICATION_ID, ApplicationId.RELAY);
            for (final long id : ids) {
                Words.number(writer, BaseAvp.INBAND_SECURITY_ID, id);
            }
        });
    }

    private static PeerHarness withInbandTls() {
        return new PeerHarness(PeerConfig.of(PeerHarness.local(PeerHarness.OWN).withInbandTls(true), 42)
                .withAccept(AcceptList.anybody()));
    }

    @Test
    void shouldRefuseWith5017WhoWantsTlsWithinTheConnectionWhenItIsNotOffered() {
        final PeerHarness harness = PeerHarness.accepting("*");
        final ScriptedConnection connection = harness.connection("c");

        harness.accept(connection).onMessage(cerWithSecurity(1), harness.nowNs);

        assertEquals(5017, Words.resultCode(connection.take()));
        assertTrue(connection.isClosed());
    }

    @Test
    void shouldGoOnWithoutTlsWhenTheOtherSideCanDoWithout() {
        final PeerHarness harness = PeerHarness.accepting("*");
        final ScriptedConnection connection = harness.connection("c");

        harness.accept(connection).onMessage(cerWithSecurity(0, 1), harness.nowNs);

        assertEquals(2001, Words.resultCode(connection.take()));
        assertNull(connection.tlsBegunAsServer);
    }

    @Test
    void shouldBeginTlsWithinTheConnectionWhenBothOfferIt() {
        final PeerHarness harness = withInbandTls();
        final ScriptedConnection connection = harness.connection("c");
        connection.canStartTls = true;
        final PeerSession session = harness.accept(connection);

        session.onMessage(cerWithSecurity(1), harness.nowNs);

        final DiameterMessage cea = connection.take();
        assertEquals(2001, Words.resultCode(cea));
        assertEquals(2, cea.count(BaseAvp.INBAND_SECURITY_ID));
        assertEquals(true, connection.tlsBegunAsServer);
        final Peer peer = harness.door.peers().find(LOWER).orElseThrow();
        assertEquals(PeerState.WAIT_TLS, harness.state(peer));
        assertFalse(peer.isUsable());
        connection.secure = true;
        connection.certificateNames = List.of(LOWER);
        session.onSecured(harness.nowNs);
        assertEquals(PeerState.R_OPEN, harness.state(peer));
        assertTrue(peer.isUsable());
    }

    @Test
    void shouldBeginTlsAsClientWhenItHasDialled() {
        final PeerHarness harness = withInbandTls();
        final ScriptedConnection connection = harness.connection("c");
        connection.canStartTls = true;
        harness.add(LOWER);
        final PeerSession session = harness.connectDial(connection);
        final DiameterMessage cer = connection.take();
        assertEquals(2, cer.count(BaseAvp.INBAND_SECURITY_ID));

        session.onMessage(
                Words.cea(cer, 2001, writer -> {
                    Words.origin(writer, LOWER);
                    Words.number(writer, BaseAvp.AUTH_APPLICATION_ID, ApplicationId.RELAY);
                    Words.number(writer, BaseAvp.INBAND_SECURITY_ID, 1);
                }),
                harness.nowNs);

        assertEquals(false, connection.tlsBegunAsServer);
    }

    @Test
    void shouldCloseWhenTheCertificateThatTlsShowsIsForAnother() {
        final PeerHarness harness = withInbandTls();
        final ScriptedConnection connection = harness.connection("c");
        connection.canStartTls = true;
        final PeerSession session = harness.accept(connection);
        session.onMessage(cerWithSecurity(1), harness.nowNs);

        connection.secure = true;
        connection.certificateNames = List.of("mallory.example.net");
        session.onSecured(harness.nowNs);

        assertEquals(CloseCause.CERTIFICATE_MISMATCH, connection.closedBy);
        assertTrue(harness.listener.heard.isEmpty());
    }

    @Test
    void shouldCloseWhenHandsAreNotShakenInTime() {
        final PeerHarness harness = withInbandTls();
        final ScriptedConnection connection = harness.connection("c");
        connection.canStartTls = true;
        harness.accept(connection).onMessage(cerWithSecurity(1), harness.nowNs);

        harness.advance(5 * SECOND);

        assertEquals(CloseCause.HANDSHAKE_TIMEOUT, connection.closedBy);
        assertNotEquals(0, harness.count(PeerCounter.HANDSHAKES_TIMED_OUT));
    }
}
