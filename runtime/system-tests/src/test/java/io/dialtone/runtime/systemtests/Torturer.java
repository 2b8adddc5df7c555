package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * Sends the messages of RFC 4475, byte for byte, from the port that their Via names (5060 mostly), because that is where answers go
 * (RFC 3261 18.2.2). It has a loopback address of its own, so that nobody else's port 5060 is in the way.
 */
final class Torturer implements AutoCloseable {
    private static final int SIP_PORT = 5060;
    private static final int QUOTBAL_PORT = 5050;
    private static final Pattern CALL_ID = Pattern.compile("(?im)^(?:call-id|i)[ \t]*:[ \t]*(?:\r\n[ \t]+)?([^\r\n]+)");

    private static final Pattern BRANCH = Pattern.compile("branch=([^;, \r\n]+)");

    /** A line of verdicts.tsv. */
    record Verdict(String file, String syntax, String endpoint, String note) {
        boolean isResponse() {
            return new String(message(), StandardCharsets.ISO_8859_1).startsWith("SIP/2.0 ");
        }

        byte[] message() {
            return read(file);
        }

        @Override
        public String toString() {
            return file + " (" + syntax + ", " + endpoint + "): " + note;
        }
    }

    private final DatagramSocket sip;
    private final DatagramSocket other;
    private final InetSocketAddress target;
    private int pings;

    private Torturer(final DatagramSocket sip, final DatagramSocket other, final InetSocketAddress target) {
        this.sip = sip;
        this.other = other;
        this.target = target;
    }

    static Torturer against(final Stage stage, final int port) {
        for (int i = 9; i < 60; i++) {
            final InetAddress address = InetAddress.ofLiteral("127.0.0." + i);
            if (Ports.isUdpBound(address.getHostAddress(), SIP_PORT)) {
                continue;
            }
            try {
                final Torturer torturer = new Torturer(
                        new DatagramSocket(new InetSocketAddress(address, SIP_PORT)),
                        new DatagramSocket(new InetSocketAddress(address, QUOTBAL_PORT)),
                        RunningCalls.loopback(port));
                stage.closeAtEnd(torturer);
                return torturer;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Assumptions.abort("SKIPPED: no loopback address with a free port 5060");
        throw new AssertionError("abort returned");
    }

    static List<Verdict> verdicts() {
        return new String(read("verdicts.tsv"), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .map(line -> line.split("\t", -1))
                .map(c -> new Verdict(c[0], c[2], c[3], c[4]))
                .toList();
    }

    /** Sends a message and waits for the final answer to it. */
    Optional<String> finalAnswer(final Verdict verdict, final int waitMs) {
        final byte[] message = verdict.message();
        final DatagramSocket socket = verdict.file().equals("quotbal.dat") ? other : sip;
        try {
            socket.send(new DatagramPacket(message, message.length, target));
            final String text = new String(message, StandardCharsets.ISO_8859_1);
            return receive(socket, branch(text), callIds(text), waitMs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether an ordinary OPTIONS is still answered. */
    boolean isAlive() {
        return isAnswered("sip:ping@127.0.0.1:" + target.getPort());
    }

    /** Whether an OPTIONS to this Request-URI is answered. */
    boolean isAnswered(final String requestUri) {
        final String callId = "ping-" + ++pings + "@torturer";
        final String local = sip.getLocalAddress().getHostAddress();
        final byte[] options = ("OPTIONS " + requestUri + " SIP/2.0\r\nVia: SIP/2.0/UDP " + local
                        + ";branch=z9hG4bKping" + pings
                        + "\r\nMax-Forwards: 70\r\nFrom: <sip:torturer@" + local
                        + ">;tag=1\r\nTo: <sip:ping@127.0.0.1>\r\nCall-ID: "
                        + callId + "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try {
            for (int i = 0; i < 5; i++) {
                sip.send(new DatagramPacket(options, options.length, target));
                if (receive(sip, "", List.of(callId), 1000).isPresent()) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> receive(
            final DatagramSocket socket, final String branch, final List<String> callIds, final int waitMs)
            throws IOException {
        final long deadlineNs = System.nanoTime() + waitMs * 1_000_000L;
        final DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        while (true) {
            final long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000L;
            if (leftMs <= 0) {
                return Optional.empty();
            }
            socket.setSoTimeout((int) leftMs);
            try {
                packet.setLength(65_535);
                socket.receive(packet);
            } catch (SocketTimeoutException none) {
                return Optional.empty();
            }
            final String answer = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
            final List<String> answered = callIds(answer);
            // Answers to earlier messages may come again, as retransmissions; they carry another Call-ID.
            final boolean ours = callIds.isEmpty() ? branch(answer).equals(branch) : callIds.containsAll(answered);
            if (ours && answer.startsWith("SIP/2.0 ") && !answer.startsWith("SIP/2.0 1")) {
                return Optional.of(answer);
            }
        }
    }

    private static List<String> callIds(final String message) {
        final Matcher matcher = CALL_ID.matcher(message);
        return matcher.results().map(found -> found.group(1).strip()).toList();
    }

    private static String branch(final String message) {
        final Matcher matcher = BRANCH.matcher(message);
        return matcher.find() ? matcher.group(1) : "";
    }

    static String status(final String answer) {
        return answer.substring(8, 11);
    }

    private static byte[] read(final String file) {
        try (InputStream in = Torturer.class.getResourceAsStream("/rfc4475/" + file)) {
            if (in == null) {
                throw new AssertionError("no " + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (final DatagramSocket socket : Arrays.asList(sip, other)) {
            socket.close();
        }
    }
}
