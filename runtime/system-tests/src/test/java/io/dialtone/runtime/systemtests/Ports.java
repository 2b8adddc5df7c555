package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Ports that are free for UDP and TCP now, handed out once each. They lie below the range from which the system takes ports for others, so that none
 * is taken between our look and its use.
 */
final class Ports {
    private static final String UDP_SOCKETS = "/proc/net/udp";
    private static final int FIRST = 12_000;
    private static final int LAST = 31_000;
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST, LAST));

    private Ports() {}

    static int free() {
        return block(1);
    }

    /** The first of {@code size} free ports in a row, for peers that take neighbours of the port they are told. */
    static int block(final int size) {
        for (int i = 0; i < LAST - FIRST; i++) {
            final int first = NEXT.getAndUpdate(next -> next + 2 * size > LAST ? FIRST : next + size);
            if (IntStream.range(first, first + size).allMatch(Ports::isFree)) {
                return first;
            }
        }
        throw new AssertionError("no " + size + " free ports in a row between " + FIRST + " and " + LAST);
    }

    private static boolean isFree(final int port) {
        final InetAddress loopback = InetAddress.getLoopbackAddress();
        try (DatagramSocket any = new DatagramSocket(port);
                ServerSocket tcp = new ServerSocket(port, 1, loopback)) {
            return any.isBound() && tcp.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    /** Whether this machine has that address. */
    static boolean canBind(final String host) {
        try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(host), 0))) {
            return probe.isBound();
        } catch (IOException absent) {
            return false;
        }
    }

    /** Whether a socket is bound to that address and port, as the kernel's table says: whoever tried to bind it to see would be in the way of who wants it. */
    static boolean isUdpBound(final String host, final int port) {
        final InetAddress address = InetAddress.ofLiteral(host);
        final String any = address instanceof Inet6Address ? "0".repeat(32) : "0".repeat(8);
        final String suffix = String.format(Locale.ROOT, ":%04X", port);
        try (Stream<String> lines =
                Files.lines(Path.of(address instanceof Inet6Address ? UDP_SOCKETS + "6" : UDP_SOCKETS))) {
            return lines.skip(1)
                    .map(line -> line.strip().split("\\s+", -1)[1])
                    .anyMatch(local -> local.equals(hex(address) + suffix) || local.equals(any + suffix));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the kernel writes addresses: words of four bytes, each as the machine has it. */
    private static String hex(final InetAddress address) {
        final ByteBuffer bytes = ByteBuffer.wrap(address.getAddress()).order(ByteOrder.nativeOrder());
        final StringBuilder text = new StringBuilder();
        while (bytes.hasRemaining()) {
            text.append(String.format(Locale.ROOT, "%08X", bytes.getInt()));
        }
        return text.toString();
    }
}
