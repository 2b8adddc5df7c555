package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes packets of HEP version 3 and reads them by the letter: a chunk that does not fit, or a type that is not in the specification, is written down as a complaint. */
final class HepReceiver implements AutoCloseable {
    private static final int CHUNK_HEADER_BYTES = 6;
    private static final int TYPE_LAST = 0x0012;
    private static final int SOURCE_PORT = 0x0007;
    private static final int DESTINATION_PORT = 0x0008;
    private static final int PROTOCOL = 0x0002;
    private static final int CAPTURE_ID = 0x000c;
    private static final int KEY = 0x000e;
    private static final int PAYLOAD = 0x000f;
    private static final int CORRELATION = 0x0011;

    /** A captured message. */
    record Packet(
            int protocol,
            int sourcePort,
            int destinationPort,
            int captureId,
            String key,
            String correlation,
            String sip) {
        String header(final String name) {
            return sip.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    private final DatagramSocket socket;
    private final List<Packet> packets = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    private HepReceiver(final DatagramSocket socket) {
        this.socket = socket;
    }

    static HepReceiver listen(final Stage stage) {
        try {
            final HepReceiver receiver =
                    new HepReceiver(new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
            receiver.socket.setReceiveBufferSize(1 << 20);
            stage.closeAtEnd(receiver);
            Thread.ofPlatform().daemon().name("hep-receiver").start(receiver::run);
            return receiver;
        } catch (SocketException e) {
            throw new AssertionError("no socket for HEP", e);
        }
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    List<Packet> packets() {
        return packets;
    }

    List<String> complaints() {
        return complaints;
    }

    private void run() {
        final byte[] bytes = new byte[65_535];
        while (!socket.isClosed()) {
            try {
                final DatagramPacket datagram = new DatagramPacket(bytes, bytes.length);
                socket.receive(datagram);
                read(ByteBuffer.wrap(bytes, 0, datagram.getLength()).slice());
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    complaints.add(String.valueOf(e));
                }
            }
        }
    }

    private void read(final ByteBuffer packet) {
        final int length = packet.remaining();
        if (packet.getInt() != 0x48455033 || (packet.getShort() & 0xFFFF) != length) {
            complaints.add("no HEP3 packet of " + length + " bytes");
            return;
        }
        final Map<Integer, byte[]> chunks = new HashMap<>();
        while (packet.hasRemaining()) {
            final int vendor = packet.getShort();
            final int type = packet.getShort();
            final int value = (packet.getShort() & 0xFFFF) - CHUNK_HEADER_BYTES;
            if (vendor != 0 || type < 1 || type > TYPE_LAST || value < 0 || value > packet.remaining()) {
                complaints.add("chunk " + vendor + "/" + type + " of " + value + " bytes");
                return;
            }
            final byte[] bytes = new byte[value];
            packet.get(bytes);
            chunks.put(type, bytes);
        }
        packets.add(new Packet(
                chunk(chunks, PROTOCOL)[0],
                ByteBuffer.wrap(chunk(chunks, SOURCE_PORT)).getShort() & 0xFFFF,
                ByteBuffer.wrap(chunk(chunks, DESTINATION_PORT)).getShort() & 0xFFFF,
                ByteBuffer.wrap(chunk(chunks, CAPTURE_ID)).getInt(),
                text(chunks.getOrDefault(KEY, new byte[0])),
                text(chunk(chunks, CORRELATION)),
                text(chunk(chunks, PAYLOAD))));
    }

    private static byte[] chunk(final Map<Integer, byte[]> chunks, final int type) {
        return Objects.requireNonNull(chunks.get(type), () -> "no chunk " + type);
    }

    private static String text(final byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        socket.close();
    }
}
