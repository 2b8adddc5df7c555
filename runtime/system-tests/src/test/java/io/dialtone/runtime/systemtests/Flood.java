package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Throws garbage at a port at a bounded rate: noise, torture messages with bytes changed, and pieces of them. From a seed; on a thread of its own. */
final class Flood implements AutoCloseable {
    private static final int BURST = 50;

    private final DatagramSocket socket;
    private final InetSocketAddress target;
    private final int perSecond;
    private final Random random;
    private final List<byte[]> seeds;
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final AtomicLong sent = new AtomicLong();
    private final long startNs = System.nanoTime();

    private Flood(final DatagramSocket socket, final InetSocketAddress target, final int perSecond, final long seed) {
        this.socket = socket;
        this.target = target;
        this.perSecond = perSecond;
        random = new Random(seed);
        // Their Vias name hosts that do not resolve here, or addresses that are for documentation: answers go to our
        // own socket or nowhere.
        seeds = Torturer.verdicts().stream().map(Torturer.Verdict::message).toList();
    }

    static Flood start(final Stage stage, final int port, final int perSecond, final long seed) throws IOException {
        final Flood flood = new Flood(
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                RunningCalls.loopback(port),
                perSecond,
                seed);
        Thread.ofPlatform().name("flood").daemon().start(flood::run);
        stage.closeAtEnd(flood);
        stage.onFailureTell(() -> "flood of seed " + seed + ": " + flood.sent + " datagrams");
        return flood;
    }

    private void run() {
        try {
            while (running.get()) {
                final long due = (System.nanoTime() - startNs) / 1_000L * perSecond / 1_000_000L;
                if (sent.get() >= due) {
                    LockSupport.parkNanos(1_000_000L);
                    continue;
                }
                for (int i = 0; i < BURST; i++) {
                    final byte[] bytes = garbage();
                    socket.send(new DatagramPacket(bytes, bytes.length, target));
                    sent.incrementAndGet();
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    private byte[] garbage() {
        final byte[] seed = seeds.get(random.nextInt(seeds.size()));
        return switch (random.nextInt(4)) {
            case 0 -> {
                final byte[] noise = new byte[1 + random.nextInt(1200)];
                random.nextBytes(noise);
                yield noise;
            }
            case 1 -> java.util.Arrays.copyOf(seed, 1 + random.nextInt(seed.length));
            default -> {
                final byte[] mutated = seed.clone();
                for (int i = 1 + random.nextInt(8); i > 0; i--) {
                    mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
                }
                yield mutated;
            }
        };
    }

    long sent() {
        return sent.get();
    }

    double perSecond() {
        return sent.get() / ((System.nanoTime() - startNs) / 1e9);
    }

    @Override
    public void close() {
        running.set(false);
        socket.close();
    }
}
