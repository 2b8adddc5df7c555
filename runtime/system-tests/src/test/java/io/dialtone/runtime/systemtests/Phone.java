package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Sends INVITEs once, and remembers what is answered: nothing is sent again, nothing acknowledged. A thread of its own reads. */
final class Phone implements AutoCloseable {
    private static final int DATAGRAM_BYTES_MAX = 65_535;

    private final DatagramSocket socket;
    private final InetSocketAddress target;
    private final List<String> answers = new CopyOnWriteArrayList<>();

    private Phone(final DatagramSocket socket, final InetSocketAddress target) {
        this.socket = socket;
        this.target = target;
    }

    static Phone start(final Stage stage, final InetSocketAddress target) throws IOException {
        final Phone phone =
                new Phone(new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), target);
        Thread.ofPlatform().name("phone").daemon().start(phone::read);
        stage.closeAtEnd(phone);
        stage.onFailureTell(phone::toString);
        return phone;
    }

    void invite(final String callId) {
        send(callId, "SIP/2.0");
    }

    /** One that whoever gets it first answers itself, with 505 (Version Not Supported), and hands to nobody. */
    void inviteOfAnotherVersion(final String callId) {
        send(callId, "SIP/3.0");
    }

    private void send(final String callId, final String version) {
        final String from = "127.0.0.1:" + socket.getLocalPort();
        final byte[] invite = String.join(
                        "\r\n",
                        "INVITE sip:bob@" + target.getHostString() + ":" + target.getPort() + " " + version,
                        "Via: SIP/2.0/UDP " + from + ";branch=z9hG4bK-" + callId.hashCode() + ";rport",
                        "Max-Forwards: 70",
                        "From: <sip:alice@" + from + ">;tag=a" + callId.hashCode(),
                        "To: <sip:bob@" + target.getHostString() + ">",
                        "Call-ID: " + callId,
                        "CSeq: 1 INVITE",
                        "Contact: <sip:alice@" + from + ">",
                        "Content-Length: 0",
                        "",
                        "")
                .getBytes(StandardCharsets.US_ASCII);
        try {
            socket.send(new DatagramPacket(invite, invite.length, target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        final DatagramPacket packet = new DatagramPacket(new byte[DATAGRAM_BYTES_MAX], DATAGRAM_BYTES_MAX);
        try {
            while (true) {
                packet.setLength(DATAGRAM_BYTES_MAX);
                socket.receive(packet);
                answers.add(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1));
            }
        } catch (IOException closed) {
            return;
        }
    }

    /** How many answers came for the call; 100 (Trying) is the next hop's word and not counted. */
    long answers(final String callId) {
        return answers.stream()
                .filter(answer ->
                        !answer.startsWith("SIP/2.0 100 ") && answer.contains("\r\nCall-ID: " + callId + "\r\n"))
                .count();
    }

    /** Which of the calls were answered. */
    Set<String> answered(final Collection<String> callIds) {
        return callIds.stream().filter(callId -> answers(callId) > 0).collect(Collectors.toSet());
    }

    @Override
    public void close() {
        socket.close();
    }

    @Override
    public String toString() {
        return "phone: "
                + answers.stream()
                        .map(answer -> answer.lines().findFirst().orElse(""))
                        .toList();
    }
}
