package io.dialtone.diameter.transport;

import static java.lang.System.Logger.Level.WARNING;

import io.dialtone.net.IoKind;
import io.dialtone.net.ServerCheck;
import io.dialtone.net.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The listeners and connections of Diameter, and the thread that reads them, has them routed and writes, {@code diameter-io-0}.
 * Any thread may call it.
 */
public final class DiameterIo implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DiameterIo.class.getName());

    /** How long closing waits for the loop's last turn. */
    private static final long CLOSE_MS_MAX = 5_000;

    private final IoKind io;
    private final DiameterLoop loop;
    private final @Nullable TlsContexts tls;
    private boolean closed;

    private DiameterIo(final IoKind io, final DiameterLoop loop, final @Nullable TlsContexts tls) {
        this.io = io;
        this.loop = loop;
        this.tls = tls;
    }

    /**
     * Reads certificates, furnishes the loop, binds all listeners and begins.
     *
     * @throws java.net.BindException if a listener cannot be bound; the message is for the operator
     * @throws IOException if certificates cannot be read, or a socket is refused otherwise; nothing stays open
     */
    public static DiameterIo start(final DiameterIoConfig config, final LoopRooms.Factory factory) throws IOException {
        return start(config, (dialler, nowNs) -> {
            final PeersAtTheDoor peers = new PeersAtTheDoor(dialler);
            final LoopRooms rooms = factory.create(0, peers, nowNs);
            peers.door(rooms.door());
            return new DiameterLoop.Rooms(peers, rooms.turn());
        });
    }

    static DiameterIo start(final DiameterIoConfig wanted, final DiameterLoop.Furnishing furnishing)
            throws IOException {
        final DiameterIoConfig config = wanted.withinFileLimit();
        final IoKind io = config.io().choose("Diameter");
        final TlsContexts tls = config.tls() == null ? null : TlsContexts.open(config.tls(), ServerCheck.LATER);
        boolean done = false;
        try {
            final DiameterIo transport = new DiameterIo(io, new DiameterLoop(0, io, config, tls, furnishing), tls);
            done = true;
            transport.begin();
            return transport;
        } finally {
            if (!done && tls != null) {
                tls.close();
            }
        }
    }

    private void begin() throws IOException {
        loop.start();
        boolean isStarted = false;
        try {
            loop.awaitStarted();
            isStarted = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while Diameter starts", e);
        } finally {
            if (!isStarted) {
                close();
            }
        }
    }

    /** Which way of I/O was chosen: never {@link IoKind#AUTO}. */
    public IoKind io() {
        return io;
    }

    /** Where the listeners are, in the order of the configuration, with the ports they got. */
    public List<InetSocketAddress> listeners() {
        return loop.bound();
    }

    public long count(final IoCounter counter) {
        return loop.counters().get(counter);
    }

    /** True while the loop runs; false after a close, or after it broke. */
    public boolean isAlive() {
        return loop.thread().isAlive();
    }

    /** Has something done by the loop's thread in its next turn, as all that stands on a loop is its alone; false if too much waits, or it has ended. */
    public boolean submit(final Runnable command) {
        return loop.submit(command);
    }

    /** Sends what is queued, ends the loop and closes all connections without more words; idempotent. Whoever wants to part with peers does so before. Not to be called by the loop's thread. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        loop.stop();
        try {
            loop.thread().join(CLOSE_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (loop.thread().isAlive()) {
            LOG.log(WARNING, "The Diameter loop has not ended within {0} ms and is left behind.", CLOSE_MS_MAX);
        }
        if (tls != null) {
            tls.close();
        }
    }
}
