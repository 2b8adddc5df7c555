package io.dialtone.diameter.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ParseResult;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.peer.AcceptList;
import io.dialtone.diameter.peer.CloseCause;
import io.dialtone.diameter.peer.DisconnectCause;
import io.dialtone.diameter.peer.LocalPeer;
import io.dialtone.diameter.peer.Peer;
import io.dialtone.diameter.peer.PeerConfig;
import io.dialtone.diameter.peer.PeerDoor;
import io.dialtone.diameter.peer.PeerIdentity;
import io.dialtone.diameter.peer.PeerListener;
import io.dialtone.diameter.peer.PeerSession;
import io.dialtone.diameter.peer.PeerSpec;
import io.dialtone.diameter.peer.PeerTransport;
import io.dialtone.net.IoKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The peer machines on real connections. */
class PeersTest {
    private static final String KINDS = "io.dialtone.diameter.transport.Harness#kinds";
    private static final int RELAY = 0xFFFF_FFFF;

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldExchangeCapabilitiesWithWhoDialsUs(final IoKind io) throws IOException {
        // given
        final NotingListener peers = new NotingListener();
        try (DiameterIo transport = DiameterIo.start(Harness.tcp(io), peers::furnish);
                RawPeer client = RawPeer.connect(transport.listeners().getFirst())) {
            // when
            client.send(capabilities(CommandFlags.REQUEST, 1, "cli.test.realm"));

            // then
            final DiameterMessage answer = parse(client.read());
            assertEquals(CommandCode.CAPABILITIES_EXCHANGE, answer.commandCode());
            assertEquals(ResultCode.SUCCESS, answer.unsigned32(BaseAvp.RESULT_CODE));
            Harness.await("an open peer", () -> peers.heard.contains("open cli.test.realm"));

            // and a watchdog and a request in one segment
            client.send(Bytes.all(watchdog(2), Bytes.request(3)));
            assertEquals(CommandCode.DEVICE_WATCHDOG, parse(client.read()).commandCode());
            Harness.await("a request", () -> peers.heard.contains("request 3 of cli.test.realm"));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldRefuseWhoIsNotKnown(final IoKind io) throws IOException {
        final NotingListener peers = new NotingListener();
        try (DiameterIo transport = DiameterIo.start(Harness.tcp(io), peers::furnish);
                RawPeer client = RawPeer.connect(transport.listeners().getFirst())) {
            client.send(capabilities(CommandFlags.REQUEST, 1, "stranger.elsewhere"));

            assertEquals(ResultCode.UNKNOWN_PEER, parse(client.read()).unsigned32(BaseAvp.RESULT_CODE));
            client.expectEnd();
            assertTrue(peers.heard.isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldExchangeCapabilitiesWithWhomWeDial(final IoKind io) throws IOException {
        final NotingListener peers = new NotingListener();
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
                DiameterIo transport = DiameterIo.start(Harness.tcp(io), peers::furnish)) {
            transport.submit(() -> peers.door()
                    .peers()
                    .add(PeerSpec.parse("srv1.test.realm=tcp:127.0.0.1:" + server.getLocalPort()), System.nanoTime()));

            try (RawPeer peer = new RawPeer(server.accept())) {
                final DiameterMessage request = parse(peer.read());
                assertEquals(CommandCode.CAPABILITIES_EXCHANGE, request.commandCode());
                assertTrue(request.isRequest());
                peer.send(capabilities(0, request.hopByHopId(), request.endToEndId(), "srv1.test.realm"));

                Harness.await("an open peer", () -> peers.heard.contains("open srv1.test.realm"));
            }
            Harness.await("its end", () -> peers.heard.contains("closed srv1.test.realm"));
        }
    }

    // ---- messages of the other side

    private static byte[] capabilities(final int flags, final int hopByHopId, final String host) {
        return capabilities(flags, hopByHopId, hopByHopId, host);
    }

    private static byte[] capabilities(final int flags, final int hopByHopId, final int endToEndId, final String host) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
        final DiameterWriter writer = new DiameterWriter();
        writer.begin(buffer, 0, 1024, flags, CommandCode.CAPABILITIES_EXCHANGE, 0, hopByHopId, endToEndId);
        if (flags == 0) {
            writer.unsigned32(BaseAvp.RESULT_CODE.code(), AvpFlags.MANDATORY, 0, ResultCode.SUCCESS);
        }
        origin(writer, host);
        writer.address(BaseAvp.HOST_IP_ADDRESS.code(), AvpFlags.MANDATORY, 0, InetAddress.getLoopbackAddress());
        writer.unsigned32(BaseAvp.VENDOR_ID.code(), AvpFlags.MANDATORY, 0, 0);
        writer.bytes(BaseAvp.PRODUCT_NAME.code(), 0, 0, Bytes.ascii("scripted"));
        writer.unsigned32(BaseAvp.AUTH_APPLICATION_ID.code(), AvpFlags.MANDATORY, 0, RELAY);
        return Arrays.copyOf(buffer.byteArray(), writer.end());
    }

    private static byte[] watchdog(final int hopByHopId) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
        final DiameterWriter writer = new DiameterWriter();
        writer.begin(buffer, 0, 1024, CommandFlags.REQUEST, CommandCode.DEVICE_WATCHDOG, 0, hopByHopId, hopByHopId);
        origin(writer, "cli.test.realm");
        return Arrays.copyOf(buffer.byteArray(), writer.end());
    }

    private static void origin(final DiameterWriter writer, final String host) {
        writer.bytes(BaseAvp.ORIGIN_HOST.code(), AvpFlags.MANDATORY, 0, host.getBytes(StandardCharsets.US_ASCII));
        writer.bytes(BaseAvp.ORIGIN_REALM.code(), AvpFlags.MANDATORY, 0, Bytes.ascii("test.realm"));
    }

    private static DiameterMessage parse(final byte[] bytes) {
        final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
        assertEquals(ParseResult.COMPLETE, message.parse(new UnsafeBuffer(bytes), 0, bytes.length));
        return message;
    }

    /** An agent that does nothing but note what it hears. */
    private static final class NotingListener implements PeerListener {
        final Queue<String> heard = new ConcurrentLinkedQueue<>();
        private final Queue<PeerDoor> doors = new ConcurrentLinkedQueue<>();

        LoopRooms furnish(final int loop, final PeerTransport transport, final long nowNs) {
            final LocalPeer local = LocalPeer.relay(
                    new PeerIdentity("relay.test.realm", "test.realm"), List.of(InetAddress.getLoopbackAddress()), 1);
            final PeerConfig config =
                    PeerConfig.of(local, loop + 1).withAccept(AcceptList.of(List.of("cli.test.realm")));
            final PeerDoor door = new PeerDoor(config, transport, this);
            doors.add(door);
            return new LoopRooms(door, Turn.NONE);
        }

        PeerDoor door() {
            return doors.element();
        }

        @Override
        public void onPeerOpen(final Peer peer, final PeerSession by, final long nowNs) {
            heard.add("open " + peer.identity().host());
        }

        @Override
        public void onPeerSuspect(final Peer peer, final PeerSession by, final long nowNs) {
            heard.add("suspect " + peer.identity().host());
        }

        @Override
        public void onPeerRecovered(final Peer peer, final PeerSession by, final long nowNs) {
            heard.add("recovered " + peer.identity().host());
        }

        @Override
        public void onPeerClosed(final Peer peer, final PeerSession by, final CloseCause cause, final long nowNs) {
            heard.add("closed " + peer.identity().host());
        }

        @Override
        public void onPeerDraining(
                final Peer peer, final PeerSession by, final DisconnectCause cause, final long nowNs) {
            heard.add("draining " + peer.identity().host());
        }

        @Override
        public void onPeerRestarted(final Peer peer, final long originStateId, final long nowNs) {
            heard.add("restarted " + peer.identity().host());
        }

        @Override
        public void onPeerRemoved(final Peer peer, final long nowNs) {
            heard.add("removed " + peer.identity().host());
        }

        @Override
        public void onRequest(final Peer from, final PeerSession by, final DiameterMessage message, final long nowNs) {
            heard.add(
                    "request " + message.hopByHopId() + " of " + from.identity().host());
        }

        @Override
        public void onAnswer(final Peer from, final PeerSession by, final DiameterMessage message, final long nowNs) {
            heard.add(
                    "answer " + message.hopByHopId() + " of " + from.identity().host());
        }
    }
}
