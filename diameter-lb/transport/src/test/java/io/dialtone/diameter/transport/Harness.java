package io.dialtone.diameter.transport;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dialtone.diameter.peer.DiameterTransport;
import io.dialtone.diameter.peer.PeerAddress;
import io.dialtone.net.IoKind;
import io.dialtone.net.Linux;
import io.dialtone.net.TlsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A transport with a scripted door, for tests, which waits, with a limit, for what it counts. */
final class Harness implements AutoCloseable {
    private static final long AWAIT_NS = 30_000_000_000L;

    private final ScriptedDoor door;
    private final DiameterIo io;
    private final Queue<Dialler> dialler = new ConcurrentLinkedQueue<>();

    Harness(final DiameterIoConfig config, final ScriptedDoor.Script script, final Turn turn) throws IOException {
        door = new ScriptedDoor(script);
        io = DiameterIo.start(config, (itsDialler, nowNs) -> {
            dialler.add(itsDialler);
            return new DiameterLoop.Rooms(door, turn);
        });
    }

    Harness(final DiameterIoConfig config, final ScriptedDoor.Script script) throws IOException {
        this(config, script, Turn.NONE);
    }

    /** Ways of I/O that must keep the same laws. */
    static Stream<IoKind> kinds() {
        return Stream.of(IoKind.NIO, IoKind.EPOLL);
    }

    static DiameterIoConfig tcp(final IoKind io) {
        return config(io, DiameterTransport.TCP, null);
    }

    static DiameterIoConfig tls(final IoKind io, final TlsSettings settings) {
        return config(io, DiameterTransport.TLS, settings);
    }

    static DiameterIoConfig config(
            final IoKind io, final DiameterTransport transport, final @Nullable TlsSettings settings) {
        assumeTrue(io != IoKind.EPOLL || Linux.isHere(), "epoll needs Linux on x86-64 or AArch64");
        return DiameterIoConfig.of(List.of(new DiameterListener(transport, "127.0.0.1", 0)), settings)
                .withIo(io);
    }

    ScriptedDoor door() {
        return door;
    }

    DiameterIo io() {
        return io;
    }

    InetSocketAddress address() {
        return io.listeners().getFirst();
    }

    long count(final IoCounter counter) {
        return io.count(counter);
    }

    RawPeer connect() throws IOException {
        return RawPeer.connect(address());
    }

    /** Dials, as a peer's machine would. */
    void dial(final PeerAddress to, final String name) {
        onLoop(() -> dialler.element().dial(to, name, door.dialled()));
    }

    /** Does something on the loop's thread, and waits for its end. */
    void onLoop(final Runnable command) {
        final CountDownLatch done = new CountDownLatch(1);
        if (!io.submit(() -> {
            try {
                command.run();
            } finally {
                done.countDown();
            }
        })) {
            fail("the loop takes no commands");
        }
        try {
            if (!done.await(AWAIT_NS, TimeUnit.NANOSECONDS)) {
                fail("waited in vain for the loop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("interrupted");
        }
    }

    void awaitCount(final IoCounter counter, final long atLeast) {
        await(counter + " of at least " + atLeast, () -> count(counter) >= atLeast);
    }

    void awaitHeard(final String what) {
        await("\"" + what + "\" in " + door.heard, () -> door.heard.contains(what));
    }

    static void await(final String what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + AWAIT_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                fail("waited in vain for " + what);
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        io.close();
    }
}
