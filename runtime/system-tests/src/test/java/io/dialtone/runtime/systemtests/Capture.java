package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;

/** What went over loopback during a test, and an independent decoder's opinion of it. Needs the right to capture; without it the test is skipped. */
final class Capture {
    private final Stage stage;
    private final Child tshark;
    private final Path file;
    private final List<Integer> ports;
    private final int markerPort;
    private final String protocol;

    private Capture(
            final Stage stage,
            final Child tshark,
            final Path file,
            final List<Integer> ports,
            final int markerPort,
            final String protocol) {
        this.stage = stage;
        this.tshark = tshark;
        this.file = file;
        this.ports = ports;
        this.markerPort = markerPort;
        this.protocol = protocol;
    }

    /** Captures UDP and TCP to and from these ports, from when this returns; it is SIP. */
    static Capture start(final Stage stage, final List<Integer> ports) {
        return start(stage, ports, "sip");
    }

    /** The same of another protocol, by the name that tshark has for it. */
    static Capture start(final Stage stage, final List<Integer> ports, final String protocol) {
        final String program = Peer.TSHARK.path();
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")), "SKIPPED: capturing on loopback needs root");
        final Path file = stage.directory().resolve("lo.pcap");
        final int markerPort = Ports.free();
        final List<String> filter = new ArrayList<>();
        filter.add("udp port " + markerPort);
        for (final int port : ports) {
            filter.add("port " + port);
        }
        final Child child = stage.start(
                "capture",
                List.of(
                        program,
                        "-i",
                        "lo",
                        "-B",
                        "64",
                        "-F",
                        "pcap",
                        "-l",
                        "-w",
                        file.toString(),
                        "-f",
                        String.join(" or ", filter)));
        child.awaitOutput("Capturing on", Duration.ofSeconds(20));
        final Capture capture = new Capture(stage, child, file, ports, markerPort, protocol);
        capture.awaitMarker("capture-begins");
        return capture;
    }

    /** Ends the capture; what it saw can be asked for afterwards. */
    Capture stop() {
        if (tshark.isAlive()) {
            awaitMarker("capture-ends");
            tshark.signal("INT");
            tshark.awaitExit(Duration.ofSeconds(20));
        }
        return this;
    }

    /** A capture starts after it says so, and lags behind; what was sent before this marker is in the file when the marker is. */
    private void awaitMarker(final String marker) {
        final byte[] bytes = marker.getBytes(StandardCharsets.US_ASCII);
        try (DatagramSocket socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), markerPort))) {
            Await.until(
                    "the capture shows " + marker,
                    Duration.ofSeconds(15),
                    () -> {
                        try {
                            socket.send(new DatagramPacket(bytes, bytes.length, socket.getLocalSocketAddress()));
                            return Files.exists(file)
                                    && Files.readString(file, StandardCharsets.ISO_8859_1)
                                            .contains(marker);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    tshark::tail);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many SIP frames left this port. */
    long framesFrom(final int sourcePort) {
        return read("frames", from(sourcePort) + " && sip", "-T", "fields", "-e", "frame.number")
                .size();
    }

    /** What the decoder objects to in frames that left this port: malformed packets, expert warnings and errors, datagrams that are no SIP; not how the kernel repeats segments. */
    List<String> objectionsTo(final int sourcePort) {
        final List<String> objections = new ArrayList<>(read(
                "objections",
                from(sourcePort)
                        + " && (_ws.malformed"
                        + " || (udp && (_ws.expert.severity >= 0x600000 || (!sip && data.len > 4)))"
                        + " || (tcp && sip && _ws.expert.severity >= 0x600000 && !tcp.analysis.flags))",
                "-T",
                "fields",
                "-e",
                "frame.number",
                "-e",
                "_ws.expert.message",
                "-e",
                "_ws.col.Info"));
        return objections;
    }

    /** What the decoder objects to in TCP segments of this protocol, either way: malformed messages, expert warnings and errors; not how the kernel repeats segments. */
    List<String> objections() {
        return read(
                "objections",
                "tcp && (_ws.malformed || (" + protocol
                        + " && _ws.expert.severity >= 0x600000 && !tcp.analysis.flags))",
                "-T",
                "fields",
                "-e",
                "frame.number",
                "-e",
                "_ws.expert.message",
                "-e",
                "_ws.col.Info");
    }

    /** Values of a field in the frames a filter selects, each once. */
    Set<String> values(final String filter, final String field) {
        return new TreeSet<>(read("values", filter, "-T", "fields", "-e", field));
    }

    private static String from(final int port) {
        return "(udp.srcport==" + port + " || tcp.srcport==" + port + ")";
    }

    private List<String> read(final String name, final String filter, final String... fields) {
        final List<String> command = new ArrayList<>(List.of(Peer.TSHARK.path(), "-r", file.toString(), "-n"));
        for (final int port : ports) {
            command.addAll(List.of("-d", "tcp.port==" + port + "," + protocol));
            if (protocol.equals("sip")) {
                command.addAll(List.of("-d", "udp.port==" + port + ",sip"));
            }
        }
        command.addAll(List.of("-o", "udp.check_checksum:FALSE", "-Y", filter));
        command.addAll(List.of(fields));
        try {
            final Path output = stage.directory().resolve("tshark-" + name + ".txt");
            final Process process = new ProcessBuilder(command)
                    .redirectError(
                            stage.directory().resolve("tshark-" + name + ".err").toFile())
                    .redirectOutput(output.toFile())
                    .start();
            if (process.waitFor() != 0) {
                throw new AssertionError(
                        "tshark: " + Files.readString(stage.directory().resolve("tshark-" + name + ".err")));
            }
            return Files.readString(output, StandardCharsets.ISO_8859_1).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
