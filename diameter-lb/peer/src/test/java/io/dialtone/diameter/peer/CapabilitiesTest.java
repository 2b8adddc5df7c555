package io.dialtone.diameter.peer;

import static io.dialtone.diameter.peer.PeerHarness.LOWER;
import static io.dialtone.diameter.peer.PeerHarness.OWN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.AvpCursor;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ResultCode;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What is said and understood in CER and CEA: RFC 6733 sections 5.3, 6.11 and 7.1.5. */
final class CapabilitiesTest {
    private static final int THREE_GPP = 10415;
    private static final int M = AvpFlags.MANDATORY;

    private final PeerHarness relay = PeerHarness.accepting("*");
    private final ScriptedConnection connection = relay.connection("c");

    private static PeerHarness server(final LocalApplication... applications) {
        return new PeerHarness(PeerConfig.of(PeerHarness.local(OWN).withApplications(List.of(applications)), 42)
                .withAccept(AcceptList.anybody()));
    }

    private DiameterMessage ceaFor(final PeerHarness harness, final DiameterMessage cer) {
        harness.accept(connection).onMessage(cer, harness.nowNs);
        return connection.take();
    }

    private void assertRefused(final int resultCode, final String failed, final DiameterMessage cea) {
        assertEquals(resultCode, Words.resultCode(cea));
        assertEquals(failed, Words.failed(cea));
        assertEquals(4711, cea.hopByHopId());
        assertEquals(ResultCode.isProtocolError(resultCode), cea.isError());
        assertEquals(OWN, Words.text(cea, BaseAvp.ORIGIN_HOST));
        assertTrue(connection.isClosed());
        assertTrue(relay.listener.heard.isEmpty());
    }

    private static List<Long> values(final DiameterMessage message, final BaseAvp avp) {
        final AvpCursor cursor = new AvpCursor();
        final List<Long> result = new ArrayList<>();
        message.avps(cursor);
        while (cursor.next()) {
            if (cursor.is(avp.code(), 0)) {
                result.add(cursor.unsigned32());
            }
        }
        return result;
    }

    private static Consumer<DiameterWriter> with(final Consumer<DiameterWriter> more) {
        return writer -> {
            Words.origin(writer, LOWER);
            Words.product(writer);
            Words.number(writer, BaseAvp.AUTH_APPLICATION_ID, ApplicationId.RELAY);
            more.accept(writer);
        };
    }

    // What we say

    @Test
    void shouldSayAllThatRfc6733WantsInACea() {
        final DiameterMessage cea = ceaFor(relay, Words.cer(LOWER));

        assertEquals(2001, Words.resultCode(cea));
        assertFalse(cea.isError());
        assertEquals(OWN, Words.text(cea, BaseAvp.ORIGIN_HOST));
        assertEquals("example.net", Words.text(cea, BaseAvp.ORIGIN_REALM));
        assertTrue(cea.has(BaseAvp.HOST_IP_ADDRESS));
        assertEquals(0, cea.unsigned32(BaseAvp.VENDOR_ID));
        assertEquals("Dialtone", Words.text(cea, BaseAvp.PRODUCT_NAME));
        assertEquals(1_000_000, cea.unsigned32(BaseAvp.ORIGIN_STATE_ID));
        assertEquals(0xFFFF_FFFFL, cea.unsigned32(BaseAvp.AUTH_APPLICATION_ID));
        assertTrue(cea.has(BaseAvp.FIRMWARE_REVISION));
        assertFalse(cea.has(BaseAvp.INBAND_SECURITY_ID));
    }

    @Test
    void shouldSayApplicationsOfVendorsInAGroup() {
        final PeerHarness server = new PeerHarness(PeerConfig.of(
                        PeerHarness.local(OWN)
                                .withApplications(List.of(
                                        LocalApplication.auth(ApplicationId.CREDIT_CONTROL, 0),
                                        LocalApplication.acct(ApplicationId.ACCOUNTING, 0),
                                        LocalApplication.auth(ApplicationId.GX, THREE_GPP)))
                                .withSupportedVendors(List.of(10415L, 13019L)),
                        42)
                .withAccept(AcceptList.anybody()));

        final DiameterMessage cea = ceaFor(server, Words.cer(LOWER));

        assertEquals(List.of(10415L, 13019L), values(cea, BaseAvp.SUPPORTED_VENDOR_ID));
        assertEquals(List.of(4L), values(cea, BaseAvp.AUTH_APPLICATION_ID));
        assertEquals(List.of(3L), values(cea, BaseAvp.ACCT_APPLICATION_ID));
        assertEquals(1, cea.count(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID));
        final AvpCursor group = new AvpCursor();
        group.wrap(
                cea.buffer(),
                cea.valueOffset(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID),
                cea.valueLength(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID));
        assertTrue(group.next() && group.is(BaseAvp.VENDOR_ID.code(), 0));
        assertEquals(THREE_GPP, group.unsigned32());
        assertTrue(group.next() && group.is(BaseAvp.AUTH_APPLICATION_ID.code(), 0));
        assertEquals(ApplicationId.GX, group.unsigned32());
    }

    @Test
    void shouldSayTheSameOriginStateIdAsLongAsItLives() {
        final Peer peer = relay.add(LOWER);
        final ScriptedConnection first = relay.connection("first");
        final PeerSession session = relay.connectDial(first);
        final long said = first.take().unsigned32(BaseAvp.ORIGIN_STATE_ID);
        session.onClosed(relay.nowNs);

        relay.advance(PeerHarness.SECOND);
        final ScriptedConnection second = relay.connection("second");
        relay.connectDial(second);

        assertEquals(said, second.take().unsigned32(BaseAvp.ORIGIN_STATE_ID));
        assertEquals(PeerState.WAIT_I_CEA, relay.state(peer));
    }

    // What we understand

    @Test
    void shouldHaveInCommonWithARelayWhatItselfHas() {
        final PeerHarness server = server(LocalApplication.auth(ApplicationId.GX, THREE_GPP));

        ceaFor(server, Words.cer(LOWER));

        final Peer peer = server.door.peers().find(LOWER).orElseThrow();
        assertTrue(peer.supports(ApplicationId.GX));
        assertFalse(peer.supports(ApplicationId.RX));
    }

    @Test
    void shouldKnowAsARelayWhatAPeerSupports() {
        ceaFor(relay, Words.cer(LOWER, ApplicationId.CREDIT_CONTROL));

        final Peer peer = relay.door.peers().find(LOWER).orElseThrow();
        assertTrue(peer.supports(ApplicationId.CREDIT_CONTROL));
        assertFalse(peer.supports(ApplicationId.GX));
        assertEquals("[4]", peer.applications().toString());
        assertEquals("Scripted", peer.capabilities().productName());
        assertEquals(THREE_GPP, peer.capabilities().vendorId());
        assertEquals(
                List.of(InetAddress.ofLiteral("192.0.2.1")), peer.capabilities().addresses());
    }

    @Test
    void shouldUnderstandApplicationsOfVendors() {
        final DiameterMessage cer = Words.cer(writer -> {
            Words.origin(writer, LOWER);
            Words.product(writer);
            writer.beginGroup(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID.code(), M, 0);
            Words.number(writer, BaseAvp.VENDOR_ID, THREE_GPP);
            Words.number(writer, BaseAvp.AUTH_APPLICATION_ID, ApplicationId.RX);
            writer.endGroup();
            Words.number(writer, BaseAvp.ACCT_APPLICATION_ID, ApplicationId.ACCOUNTING);
        });

        assertEquals(2001, Words.resultCode(ceaFor(relay, cer)));

        final Peer peer = relay.door.peers().find(LOWER).orElseThrow();
        assertTrue(peer.supports(ApplicationId.RX));
        assertTrue(peer.supports(ApplicationId.ACCOUNTING));
        assertFalse(peer.supports(ApplicationId.GX));
    }

    @Test
    void shouldTakeIdentitiesWithoutCaseForTheSame() {
        relay.add(PeerSpec.of(PeerIdentity.of("Alpha.Example.NET")));

        assertEquals(2001, Words.resultCode(ceaFor(relay, Words.cer("ALPHA.example.net"))));

        assertTrue(relay.door.peers().find("alpha.EXAMPLE.net").orElseThrow().isUsable());
        assertEquals(1, relay.door.peers().all().size());
    }

    @Test
    void shouldKnowTheRealmThatThePeerSays() {
        final DiameterMessage cer = Words.cer(writer -> {
            Words.text(writer, BaseAvp.ORIGIN_HOST, LOWER);
            Words.text(writer, BaseAvp.ORIGIN_REALM, "Other.Realm");
            Words.product(writer);
            Words.number(writer, BaseAvp.AUTH_APPLICATION_ID, 4);
        });

        ceaFor(relay, cer);

        assertEquals(
                "other.realm",
                relay.door.peers().find(LOWER).orElseThrow().identity().realm());
    }

    @Test
    void shouldTakeUnknownAvpsThatAreNotMandatory() {
        final DiameterMessage cer = Words.cer(with(writer -> {
            writer.unsigned32(9999, 0, 0, 1);
            writer.unsigned32(1, 0, THREE_GPP, 1);
            writer.unsigned32(BaseAvp.DRMP.code(), 0, 0, 1);
        }));

        assertEquals(2001, Words.resultCode(ceaFor(relay, cer)));
    }

    // What we refuse

    @Test
    void shouldRefuseAnUnknownPeerWith3010() {
        final PeerHarness strict = PeerHarness.plain();

        assertRefused(3010, "", ceaFor(strict, Words.cer(LOWER)));

        assertEquals(1, strict.count(PeerCounter.CER_UNKNOWN_PEER));
        assertEquals(CloseCause.CAPABILITIES_REFUSED, connection.closedBy);
    }

    @Test
    void shouldRefuseItselfWith3010() {
        assertRefused(3010, "", ceaFor(relay, Words.cer(OWN)));
    }

    @Test
    void shouldRefuseWith5010WhenThereIsNoCommonApplication() {
        final PeerHarness server = server(LocalApplication.auth(ApplicationId.GX, THREE_GPP));

        assertRefused(5010, "", ceaFor(server, Words.cer(LOWER, ApplicationId.RX)));

        assertEquals(1, server.count(PeerCounter.CER_NO_COMMON_APPLICATION));
    }

    @Test
    void shouldRefuseWith5010AsARelayWhenThereIsNoApplicationAtAll() {
        final DiameterMessage cer = Words.cer(writer -> {
            Words.origin(writer, LOWER);
            Words.product(writer);
        });

        assertRefused(5010, "", ceaFor(relay, cer));
    }

    @Test
    void shouldRefuseWith5005AndAnExampleWhenAnAvpIsMissing() {
        assertRefused(5005, "264/8", ceaFor(relay, Words.cer(writer -> {})));
    }

    @Test
    void shouldRefuseWith5005WhenThereIsNoHostIpAddress() {
        assertRefused(5005, "257/14", ceaFor(relay, Words.cer(writer -> Words.origin(writer, LOWER))));
    }

    @Test
    void shouldRefuseWith5005WhenThereIsNoVendor() {
        final DiameterMessage cer = Words.cer(writer -> {
            Words.origin(writer, LOWER);
            writer.address(BaseAvp.HOST_IP_ADDRESS.code(), M, 0, InetAddress.ofLiteral("2001:db8::1"));
        });

        assertRefused(5005, "266/12", ceaFor(relay, cer));
    }

    @Test
    void shouldRefuseWith5005AndBothExamplesWhenAVendorNamesNoApplication() {
        final DiameterMessage cer = Words.cer(with(writer -> {
            writer.beginGroup(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID.code(), M, 0);
            Words.number(writer, BaseAvp.VENDOR_ID, THREE_GPP);
            writer.endGroup();
        }));

        assertRefused(5005, "258/12 259/12", ceaFor(relay, cer));
    }

    @Test
    void shouldRefuseWith5009WhenAVendorNamesTwoApplications() {
        final DiameterMessage cer = Words.cer(with(writer -> {
            writer.beginGroup(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID.code(), M, 0);
            Words.number(writer, BaseAvp.VENDOR_ID, THREE_GPP);
            Words.number(writer, BaseAvp.AUTH_APPLICATION_ID, ApplicationId.GX);
            Words.number(writer, BaseAvp.ACCT_APPLICATION_ID, ApplicationId.ACCOUNTING);
            writer.endGroup();
        }));

        assertRefused(5009, "258/12 259/12", ceaFor(relay, cer));
    }

    @Test
    void shouldRefuseWith5009WhenAnAvpIsThereTwice() {
        final DiameterMessage cer = Words.cer(with(writer -> Words.number(writer, BaseAvp.VENDOR_ID, 9)));

        assertRefused(5009, "266/12", ceaFor(relay, cer));
    }

    @Test
    void shouldRefuseWith5001WhenAMandatoryAvpIsUnknown() {
        final DiameterMessage cer = Words.cer(with(writer -> writer.unsigned32(4242, M, THREE_GPP, 7)));

        assertRefused(5001, "4242/16", ceaFor(relay, cer));
    }

    @Test
    void shouldRefuseWith5004WhenOriginHostIsNoName() {
        final DiameterMessage cer = Words.cer(writer -> {
            Words.text(writer, BaseAvp.ORIGIN_HOST, "not a name");
            Words.text(writer, BaseAvp.ORIGIN_REALM, "example.net");
            Words.product(writer);
        });

        assertRefused(5004, "264/18", ceaFor(relay, cer));
    }

    @Test
    void shouldRefuseWith5014WhenAnApplicationIsNoNumber() {
        final DiameterMessage cer =
                Words.cer(with(writer -> writer.bytes(BaseAvp.AUTH_APPLICATION_ID.code(), M, 0, new byte[2])));

        assertRefused(5014, "258/10", ceaFor(relay, cer));
    }

    // Hostile input

    private DiameterMessage refusalOfWhatCannotBeRead(final DiameterMessage message) {
        relay.accept(connection).onMalformed(message, relay.nowNs);
        assertTrue(connection.isClosed());
        return connection.take();
    }

    @Test
    void shouldRefuseWith5009When64OriginHostsCome() {
        final DiameterMessage cer = Words.cer(with(writer -> {
            for (int i = 0; i < 64; i++) {
                Words.text(writer, BaseAvp.ORIGIN_HOST, "h" + i + ".example.net");
            }
        }));

        final DiameterMessage cea = refusalOfWhatCannotBeRead(cer);

        assertEquals(5009, Words.resultCode(cea));
        assertEquals(1, relay.count(PeerCounter.HANDSHAKES_MALFORMED));
        assertEquals(0, relay.door.handshakes());
    }

    @Test
    void shouldKeepFewOfManyAddresses() {
        final DiameterMessage cer = Words.cer(with(writer -> {
            for (int i = 0; i < 200; i++) {
                writer.address(BaseAvp.HOST_IP_ADDRESS.code(), M, 0, InetAddress.ofLiteral("192.0.2." + i));
            }
        }));

        assertEquals(2001, Words.resultCode(ceaFor(relay, cer)));

        assertEquals(
                16,
                relay.door
                        .peers()
                        .find(LOWER)
                        .orElseThrow()
                        .capabilities()
                        .addresses()
                        .size());
    }

    @Test
    void shouldRefuseWith5012WhenThousandsOfAddressesCome() {
        final DiameterMessage cer = Words.cer(with(writer -> {
            for (int i = 0; i < 3_000; i++) {
                writer.address(BaseAvp.HOST_IP_ADDRESS.code(), M, 0, InetAddress.ofLiteral("192.0.2.1"));
            }
        }));

        assertEquals(5012, Words.resultCode(refusalOfWhatCannotBeRead(cer)));
    }

    @Test
    void shouldRefuseWith5011AndCloseWhenTheVersionIsAnother() {
        final DiameterMessage cer = Words.cer(LOWER);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[cer.messageLength()]);
        bytes.putBytes(0, cer.buffer(), 0, bytes.capacity());
        bytes.putByte(0, (byte) 9);

        final DiameterMessage answer = refusalOfWhatCannotBeRead(Words.parse(bytes, bytes.capacity()));

        assertEquals(5011, Words.resultCode(answer));
        assertEquals(CloseCause.MALFORMED, connection.closedBy);
    }

    @Test
    void shouldRefuseWithoutAFailedAvpThatWouldNotFit() {
        final DiameterMessage cer = Words.cer(with(writer -> writer.bytes(4242, M, 0, new byte[60_000])));

        assertRefused(5001, "", ceaFor(relay, cer));
    }

    // CEA

    private PeerState stateAfterCea(final Consumer<DiameterWriter> avps, final int resultCode) {
        final Peer peer = relay.add(LOWER);
        final PeerSession session = relay.connectDial(connection);
        session.onMessage(Words.cea(connection.take(), resultCode, avps), relay.nowNs);
        return relay.state(peer);
    }

    @Test
    void shouldCloseWhenAnotherThanTheDialledPeerAnswers() {
        final PeerState state = stateAfterCea(
                writer -> {
                    Words.origin(writer, "mallory.example.net");
                    Words.product(writer);
                    Words.number(writer, BaseAvp.AUTH_APPLICATION_ID, ApplicationId.RELAY);
                },
                2001);

        assertEquals(PeerState.CLOSED, state);
        assertEquals(CloseCause.WRONG_IDENTITY, connection.closedBy);
        assertEquals(1, relay.count(PeerCounter.CEA_WRONG_IDENTITY));
    }

    @Test
    void shouldCloseWhenItsCerIsRefused() {
        final PeerState state = stateAfterCea(writer -> Words.origin(writer, LOWER), 3010);

        assertEquals(PeerState.CLOSED, state);
        assertEquals(CloseCause.REFUSED_BY_PEER, connection.closedBy);
        assertEquals(1, relay.count(PeerCounter.CEA_REFUSED));
    }

    @Test
    void shouldCloseWhenTheCeaNamesNoApplication() {
        final PeerState state = stateAfterCea(writer -> Words.origin(writer, LOWER), 2001);

        assertEquals(PeerState.CLOSED, state);
        assertEquals(1, relay.count(PeerCounter.CEA_NOTHING_IN_COMMON));
    }

    @Test
    void shouldTakeACeaThatLacksWhatItCanDoWithout() {
        final PeerState state = stateAfterCea(
                writer -> {
                    Words.origin(writer, LOWER);
                    Words.number(writer, BaseAvp.AUTH_APPLICATION_ID, 4);
                    writer.unsigned32(4242, M, THREE_GPP, 7);
                },
                2001);

        assertEquals(PeerState.I_OPEN, state);
    }

    @Test
    void shouldCloseWhenTheCeaSaysNotWhoItIs() {
        assertEquals(PeerState.CLOSED, stateAfterCea(writer -> {}, 2001));
        assertEquals(1, relay.count(PeerCounter.CEA_FAULTY));
    }
}
