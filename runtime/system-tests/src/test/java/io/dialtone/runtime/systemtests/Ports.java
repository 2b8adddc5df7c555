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

    /** Whether a socket is bound to that address and port, as the kernel's tables say: whoever tried to bind it to see would be in the way of who wants it. */
    static boolean isUdpBound(final String host, final int port) {
        return isBound("udp", host, port);
    }

    /** The same for a socket that takes connections, or is one. */
    static boolean isTcpBound(final String host, final int port) {
        return isBound("tcp", host, port);
    }

    private static boolean isBound(final String protocol, final String host, final int port) {
        final InetAddress address = InetAddress.ofLiteral(host);
        final byte[] bytes = address.getAddress();
        final String suffix = String.format(Locale.ROOT, ":%04X", port);
        if (address instanceof Inet6Address) {
            return isBound("/proc/net/" + protocol + "6", bytes, suffix);
        }
        // A socket of both families, as Java's are, has an IPv4 address in IPv6's clothes.
        final byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xFF;
        mapped[11] = (byte) 0xFF;
        System.arraycopy(bytes, 0, mapped, 12, bytes.length);
        return isBound("/proc/net/" + protocol, bytes, suffix)
                || isBound("/proc/net/" + protocol + "6", mapped, suffix);
    }

    private static boolean isBound(final String table, final byte[] address, final String suffix) {
        if (!Files.exists(Path.of(table))) {
            return false; // a machine without IPv6
        }
        final String here = hex(address) + suffix;
        final String anywhere = hex(new byte[address.length]) + suffix;
        try (Stream<String> lines = Files.lines(Path.of(table))) {
            return lines.skip(1)
                    .map(line -> line.strip().split("\\s+", -1)[1])
                    .anyMatch(local -> local.equals(here) || local.equals(anywhere));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the kernel writes addresses: words of four bytes, each as the machine has it. */
    private static String hex(final byte[] address) {
        final ByteBuffer bytes = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
        final StringBuilder text = new StringBuilder();
        while (bytes.hasRemaining()) {
            text.append(String.format(Locale.ROOT, "%08X", bytes.getInt()));
        }
        return text.toString();
    }
}
