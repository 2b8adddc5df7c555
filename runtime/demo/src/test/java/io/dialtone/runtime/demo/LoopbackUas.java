package io.dialtone.runtime.demo;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** Answers every request on a real loopback socket, on a thread of its own, until it is closed. */
final class LoopbackUas implements AutoCloseable {
    private final DatagramSocket socket;

    LoopbackUas() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().start(() -> answerAll(socket));
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public void close() {
        socket.close();
    }

    private static void answerAll(final DatagramSocket socket) {
        final DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        try {
            while (true) {
                socket.receive(packet);
                final String request = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
                if (request.startsWith("ACK")) {
                    continue;
                }
                if (request.startsWith("INVITE")) {
                    send(socket, packet, answer(socket, request, "180 Ringing"));
                }
                send(socket, packet, answer(socket, request, "200 OK"));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private static String answer(final DatagramSocket socket, final String request, final String status) {
        final String copied = request.lines()
                .filter(line -> line.matches("(Via|From|To|Call-ID|CSeq):.*"))
                .map(line -> line.startsWith("To:") && !line.contains(";tag=") ? line + ";tag=real" : line)
                .collect(Collectors.joining("\r\n"));
        return "SIP/2.0 " + status + "\r\n" + copied + "\r\nContact: <sip:127.0.0.1:" + socket.getLocalPort()
                + ">\r\nContent-Length: 0\r\n\r\n";
    }

    private static void send(final DatagramSocket socket, final DatagramPacket to, final String text)
            throws IOException {
        final byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        socket.send(new DatagramPacket(bytes, bytes.length, to.getSocketAddress()));
    }
}
