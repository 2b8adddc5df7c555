package io.dialtone.diameter.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.peer.AcceptList;
import io.dialtone.diameter.peer.CloseCause;
import io.dialtone.diameter.peer.DisconnectCause;
import io.dialtone.diameter.peer.LocalPeer;
import io.dialtone.diameter.peer.Peer;
import io.dialtone.diameter.peer.PeerConfig;
import io.dialtone.diameter.peer.PeerConnection;
import io.dialtone.diameter.peer.PeerDoor;
import io.dialtone.diameter.peer.PeerIdentity;
import io.dialtone.diameter.peer.PeerSession;
import io.dialtone.diameter.peer.PeerSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The relay behind the peer machine, as a node has it: from a CER to a DPR. */
final class RelayWithPeersTest {
    private static final String SRV1 = "srv1.test.realm";
    private static final String SRV2 = "srv2.test.realm";
    private static final PeerIdentity RELAY = new PeerIdentity(RelayHarness.RELAY, Requests.REALM);

    private final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
    private final Relay relay =
            new Relay(RelayConfig.of(RELAY, 7).withLimits(RelayHarness.SMALL), LocalRequests.NONE, 1_000_000_000L);
    private final PeerDoor door = new PeerDoor(
            PeerConfig.of(LocalPeer.relay(RELAY, List.of(InetAddress.getLoopbackAddress()), 1), 7)
                    .withAccept(AcceptList.of(List.of("cli.test.realm"))),
            (peer, ticket) -> {},
            relay);
    private long nowNs = 1_000_000_000L;
    private long connections;

    /** A connection that keeps what is sent by it. */
    private static final class KeepingConnection implements PeerConnection {
        final long id;
        final List<Message> sent = new ArrayList<>();
        boolean isClosed;

        KeepingConnection(final long id) {
            this.id = id;
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public boolean send(final DirectBuffer buffer, final int offset, final int length) {
            sent.add(Message.copyOf(buffer, offset, length));
            return !isClosed;
        }

        @Override
        public int queuedBytes() {
            return 0;
        }

        @Override
        public void close(final CloseCause cause) {
            isClosed = true;
        }

        @Override
        public String remote() {
            return "test";
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        @Override
        public List<String> certificateNames() {
            return List.of();
        }
    }

    /** A node that has dialled us. */
    private final class Node {
        final String host;
        final KeepingConnection connection = new KeepingConnection(++connections);
        final PeerSession session = door.onAccepted(connection, nowNs);

        Node(final String host) {
            this.host = host;
            final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
            final DiameterWriter cer = new DiameterWriter();
            cer.begin(buffer, 0, 512, CommandFlags.REQUEST, CommandCode.CAPABILITIES_EXCHANGE, 0, 1, 1);
            cer.bytes(BaseAvp.ORIGIN_HOST.code(), AvpFlags.MANDATORY, 0, Requests.ascii(host));
            cer.bytes(BaseAvp.ORIGIN_REALM.code(), AvpFlags.MANDATORY, 0, Requests.ascii(Requests.REALM));
            cer.address(BaseAvp.HOST_IP_ADDRESS.code(), AvpFlags.MANDATORY, 0, InetAddress.getLoopbackAddress());
            cer.unsigned32(BaseAvp.VENDOR_ID.code(), AvpFlags.MANDATORY, 0, 0);
            cer.bytes(BaseAvp.PRODUCT_NAME.code(), 0, 0, Requests.ascii("test"));
            cer.unsigned32(BaseAvp.AUTH_APPLICATION_ID.code(), AvpFlags.MANDATORY, 0, ApplicationId.CREDIT_CONTROL);
            final byte[] bytes = new byte[cer.end()];
            buffer.getBytes(0, bytes);
            send(bytes);
            assertEquals(ResultCode.SUCCESS, received().resultCode());
        }

        void send(final byte[] bytes) {
            message.parse(new UnsafeBuffer(bytes), 0, bytes.length);
            session.onMessage(message, nowNs);
        }

        Message received() {
            return connection.sent.getLast();
        }

        Peer peer() {
            return door.peers().find(host).orElseThrow();
        }
    }

    private Node server(final String host) {
        door.peers().add(PeerSpec.of(PeerIdentity.of(host)), nowNs);
        return new Node(host);
    }

    private void route() {
        relay.routes(new RouteTable(
                List.of(PeerGroup.of("servers", SRV1, SRV2)), List.of(), List.of(Route.of(Requests.REALM, "servers"))));
    }

    @Test
    void shouldRelayBetweenPeersThatHaveExchangedCapabilities() {
        route();
        final Node client = new Node("cli.test.realm");
        final Node server = server(SRV1);

        client.send(Requests.ccr().ids(5, 6).bytes());
        server.send(Requests.answer(server.received(), SRV1, ResultCode.SUCCESS, writer -> {}));

        assertEquals(List.of("cli.test.realm"), server.received().texts(BaseAvp.ROUTE_RECORD));
        assertEquals(5, client.received().hopByHopId());
        assertEquals(SRV1, client.received().text(BaseAvp.ORIGIN_HOST));
        assertEquals(2, relay.peers().size());
    }

    @Test
    void shouldSendToTheOtherPeerWhenOneIsGone() {
        route();
        final Node client = new Node("cli.test.realm");
        final Node first = server(SRV1);
        client.send(Requests.ccr().bytes());
        final Node second = server(SRV2);

        first.connection.isClosed = true;
        first.session.onClosed(nowNs);
        relay.doWork(nowNs, Relay.WORK_MAX);

        assertTrue(second.received().isRetransmitted());
        assertEquals(CommandCode.CREDIT_CONTROL, second.received().parsed().commandCode());
        assertEquals(1, relay.count(RelayCounter.RESENT_AFTER_LOSS));
    }

    @Test
    void shouldDisconnectADrainedPeerWhenItsLastAnswerWentBack() {
        route();
        final Node client = new Node("cli.test.realm");
        final Node first = server(SRV1);
        client.send(Requests.ccr().bytes());
        final Message request = first.received();

        first.peer().drain(DisconnectCause.REBOOTING, nowNs);
        assertEquals(request, first.received(), "no DPR yet");
        client.send(Requests.ccr().bytes());
        assertEquals(ResultCode.UNABLE_TO_DELIVER, client.received().resultCode());
        first.send(Requests.answer(request, SRV1, ResultCode.SUCCESS, writer -> {}));

        assertEquals(ResultCode.SUCCESS, client.received().resultCode());
        assertEquals(CommandCode.DISCONNECT_PEER, first.received().parsed().commandCode());
    }

    @Test
    void shouldForgetAPeerThatCameByItselfWhenItGoes() {
        route();
        final Node client = new Node("cli.test.realm");
        server(SRV1);
        client.send(Requests.ccr().bytes());

        client.connection.isClosed = true;
        client.session.onClosed(nowNs);
        nowNs += 1_000_000;
        door.doWork(nowNs);
        relay.doWork(nowNs, Relay.WORK_MAX);

        assertEquals(1, relay.peers().size());
        assertEquals(1, relay.pending());
        final Node again = new Node("cli.test.realm");
        again.send(Requests.ccr().bytes());
        assertEquals(2, relay.pending());
    }
}
