package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

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

    static boolean isUdpBound(final String host, final int port) {
        try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(host), port))) {
            return !probe.isBound();
        } catch (IOException taken) {
            return true;
        }
    }
}
