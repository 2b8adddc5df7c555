package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An answering side that swallows anything: says 200 to every request it can make out, and keeps what came. For tests that throw at it what would
 * make SIPp count errors. Runs on a thread of its own.
 */
final class PlainUas implements AutoCloseable {
    private static final Pattern COPIED =
            Pattern.compile("(via|v|from|f|to|t|call-id|i|cseq|record-route)[ \t]*:.*", Pattern.CASE_INSENSITIVE);

    private final DatagramSocket socket;
    private final AtomicInteger invites = new AtomicInteger();
    private final AtomicInteger probes = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();
    private final List<String> kept = new CopyOnWriteArrayList<>();
    private final boolean keeps;

    private PlainUas(final DatagramSocket socket, final boolean keeps) {
        this.socket = socket;
        this.keeps = keeps;
    }

    /**
     * @param keeps whether to keep the text of everything but health probes
     */
    static PlainUas start(final Stage stage, final boolean keeps) {
        try {
            final DatagramSocket socket =
                    new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), Ports.free()));
            socket.setReceiveBufferSize(4 << 20);
            final PlainUas uas = new PlainUas(socket, keeps);
            Thread.ofPlatform().name("plain-uas").daemon().start(uas::run);
            stage.closeAtEnd(uas);
            stage.onFailureTell(uas::toString);
            return uas;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    int invites() {
        return invites.get();
    }

    int probes() {
        return probes.get();
    }

    /** Everything that came but health probes, as text of single bytes. */
    List<String> kept() {
        return List.copyOf(kept);
    }

    @Override
    public void close() {
        socket.close();
    }

    private void run() {
        final DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        try {
            while (true) {
                packet.setLength(65_535);
                socket.receive(packet);
                final String text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
                onDatagram(packet, text);
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void onDatagram(final DatagramPacket packet, final String text) throws IOException {
        if (isProbe(text)) {
            probes.incrementAndGet();
        } else if (keeps) {
            kept.add(text);
        }
        if (text.startsWith("INVITE ")) {
            invites.incrementAndGet();
        } else {
            others.incrementAndGet();
        }
        if (!text.startsWith("ACK ") && !text.startsWith("SIP/")) {
            final byte[] answer = answer(text).getBytes(StandardCharsets.ISO_8859_1);
            socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
    }

    private static boolean isProbe(final String text) {
        return text.startsWith("OPTIONS ") && text.indexOf("\r\nVia:") == text.lastIndexOf("\r\nVia:");
    }

    private String answer(final String request) {
        final int end = request.indexOf("\r\n\r\n");
        final String headers = (end < 0 ? request : request.substring(0, end)).replaceAll("\r\n[ \t]+", " ");
        final String copied = headers.lines()
                .skip(1)
                .filter(line -> COPIED.matcher(line).matches())
                .map(line ->
                        line.matches("(?i)(to|t)[ \t]*:.*") && !line.contains(";tag=") ? line + ";tag=plain" : line)
                .collect(Collectors.joining("\r\n"));
        return "SIP/2.0 200 OK\r\n" + copied + "\r\nContact: <sip:" + address() + ">\r\nContent-Length: 0\r\n\r\n";
    }

    @Override
    public String toString() {
        return "plain UAS " + address() + ": " + invites + " INVITE, " + probes + " probes, " + others + " others";
    }
}
