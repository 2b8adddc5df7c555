package io.dialtone.sip.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/** A peer on loopback that speaks in strings and waits for answers with a limit. Each method blocks its caller. */
final class Peer implements AutoCloseable {
    private static final int AWAIT_MS = 10_000;
    private static final int SILENCE_MS = 100;
    private static final int BUFFER_BYTES = 4 * 1024 * 1024;

    private final DatagramSocket socket;
    private final byte[] buffer = new byte[65_536];
    private final DatagramPacket packet = new DatagramPacket(buffer, buffer.length);

    Peer(final String host) throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(host), 0));
        socket.setReceiveBufferSize(BUFFER_BYTES);
        socket.setSendBufferSize(BUFFER_BYTES);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    void send(final String text, final InetSocketAddress to) throws IOException {
        send(text.getBytes(ISO_8859_1), to);
    }

    void send(final byte[] bytes, final InetSocketAddress to) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, to));
    }

    String awaitText() throws IOException {
        return new String(awaitBytes(), ISO_8859_1);
    }

    byte[] awaitBytes() throws IOException {
        return Arrays.copyOf(buffer, awaitPacket(AWAIT_MS).getLength());
    }

    int awaitLength() throws IOException {
        return awaitPacket(AWAIT_MS).getLength();
    }

    /** The address that the next datagram comes from. */
    InetSocketAddress awaitSender() throws IOException {
        return (InetSocketAddress) awaitPacket(AWAIT_MS).getSocketAddress();
    }

    boolean hearsNothing() throws IOException {
        try {
            awaitPacket(SILENCE_MS);
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    private DatagramPacket awaitPacket(final int timeoutMs) throws IOException {
        socket.setSoTimeout(timeoutMs);
        packet.setLength(buffer.length);
        socket.receive(packet);
        return packet;
    }

    @Override
    public void close() {
        socket.close();
    }
}
