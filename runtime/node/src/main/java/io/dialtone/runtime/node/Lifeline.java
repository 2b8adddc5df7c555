package io.dialtone.runtime.node;

import io.dialtone.state.api.MembershipListener.DeathHint;
import io.dialtone.state.replication.DeathHints;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A node's connection to the {@link HostWatch} of its host, held for as long as the process lives, so that its end is seen; by the same line the node hears of others' ends.
 * Opened and closed by the main thread. Without a host's watch all else works: deaths are noticed by silence then.
 */
final class Lifeline implements AutoCloseable {
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Path socket;
    private final byte[] introduction;
    private final DeathHints hints;
    private final Thread thread;
    private volatile boolean isClosed;
    private volatile boolean isHeld;
    private volatile @Nullable SocketChannel channel;

    private Lifeline(final Path socket, final int member, final long incarnation, final DeathHints hints) {
        this.socket = socket;
        this.hints = hints;
        final ProcessMark self = ProcessMark.ofThis();
        introduction = ("MEMBER " + member + " " + Long.toHexString(incarnation) + " " + self.pid() + " "
                        + self.startTicks() + "\n")
                .getBytes(StandardCharsets.US_ASCII);
        thread = Thread.ofPlatform().daemon().name("lifeline").unstarted(this::run);
    }

    /** Takes hold of the line, now or as soon as there is one. */
    static Lifeline hold(final Path socket, final int member, final long incarnation, final DeathHints hints) {
        final Lifeline line = new Lifeline(socket, member, incarnation, hints);
        line.thread.start();
        return line;
    }

    /** True while this host's watch would see our end. */
    boolean isHeld() {
        return isHeld;
    }

    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
        final SocketChannel open = channel;
        try {
            if (open != null) {
                open.close();
            }
            thread.join();
        } catch (IOException e) {
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!isClosed) {
            try (SocketChannel line = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                channel = line;
                line.write(ByteBuffer.wrap(introduction));
                isHeld = true;
                listen(line);
            } catch (IOException noWatch) {
                // There is none now, or it has ended: asked again below.
                isHeld = false;
            }
            isHeld = false;
            if (!isClosed) {
                LockSupport.parkNanos(RETRY_NS);
            }
        }
    }

    private void listen(final SocketChannel line) throws IOException {
        final ByteBuffer heard = ByteBuffer.allocate(HostWatch.LINE_BYTES_MAX);
        while (!isClosed && line.read(heard) >= 0) {
            heard.flip();
            int begin = 0;
            for (int i = 0; i < heard.limit(); i++) {
                if (heard.get(i) == '\n') {
                    onLine(new String(heard.array(), begin, i - begin, StandardCharsets.US_ASCII));
                    begin = i + 1;
                }
            }
            heard.position(begin).compact();
            if (!heard.hasRemaining()) {
                throw new IOException("a line that does not end");
            }
        }
    }

    private void onLine(final String line) {
        final String[] words = line.split(" ", -1);
        if (words.length < 3 || !(words[0].equals("ENDED") || words[0].equals("LOST"))) {
            return; // said by a later version
        }
        try {
            hints.onDeathHint(
                    Integer.parseInt(words[1]),
                    Long.parseUnsignedLong(words[2], 16),
                    words[0].equals("ENDED") ? DeathHint.EXIT_SEEN : DeathHint.LOST);
        } catch (NumberFormatException e) {
            System.getLogger(Lifeline.class.getName())
                    .log(System.Logger.Level.WARNING, "the host's watch says: {0}", line);
        }
    }
}
