package io.dialtone.runtime.node;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** Finds UDP ports of this machine that nobody has, below those that the system gives to others. For clusters that are started for a while; any thread. */
final class FreePorts {
    private static final int FROM = 21_000;
    private static final int TO = 31_000;

    private FreePorts() {}

    /** The first of so many in a row. Processes that look at the same time look in different places. */
    static int block(final int count) throws IOException {
        final int blocks = (TO - FROM) / count;
        final int beginning = ThreadLocalRandom.current().nextInt(blocks);
        for (int i = 0; i < blocks; i++) {
            final int first = FROM + (beginning + i) % blocks * count;
            if (IntStream.range(first, first + count).allMatch(FreePorts::isFree)) {
                return first;
            }
        }
        throw new IOException("no " + count + " free UDP ports in a row from " + FROM + " to " + TO);
    }

    private static boolean isFree(final int port) {
        try (DatagramSocket socket = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
