package io.dialtone.runtime.node;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Sees at once when a node of this host ends, however it ends, and tells: the registry, by way of its listener, and the other nodes of the host. Opened and closed by the main
 * thread; counts are for any.
 *
 * <p>Each node holds a {@link Lifeline}: a connection that it never closes while it runs. The system closes it with the process, after the last of its threads has run
 * for the last time; a connection of its own machine, so there is no network that could break it. Even so a broken connection is only the occasion to look: a process is said to
 * have ended when the system says so. A process that cannot be seen, because it lives in another name space of process numbers, is said to be lost sight of, which decides
 * nothing.
 *
 * <pre>
 *  node ── MEMBER number incarnation pid start ──▶ host
 *  node ◀── ENDED number incarnation ───────────── host     or LOST, of another node
 * </pre>
 *
 * <p>Hints about nodes of other hosts ({@link #hint}) are passed on as LOST, whatever was seen there: what makes them is no more to be believed than that.
 */
final class HostWatch implements AutoCloseable {
    /** Longest line in either direction. */
    static final int LINE_BYTES_MAX = 128;

    /** Connections at once; more are refused. */
    static final int CONNECTIONS_MAX = 256;

    /** So long after the end of its connection a process is looked for. The system closes its files before it says that it is gone. */
    private static final long LOOK_NS_MAX = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long LOOK_EVERY_MS = 1;
    private static final System.Logger LOGGER = System.getLogger(HostWatch.class.getName());
    private static final String OWNER_ONLY = "rw-------";

    /** Hints that wait to be passed on; more are dropped. */
    private static final int HINTS_MAX = 256;

    /**
     * A node that holds a line.
     *
     * @param pid its process, or {@link ProcessMark#UNKNOWN} if that cannot be seen from here
     */
    record Node(int member, long incarnation, long pid) {}

    /** A word that a node may be dead. */
    private record Hint(int member, long incarnation) {}

    /** Hears that a process has ended. Called by the watch's thread, which it must not hold up. */
    interface ExitListener {
        void onExit(int member, long incarnation);
    }

    private final Path socket;
    private final ServerSocketChannel server;
    private final Selector selector;
    private final ExitListener listener;
    private final List<Watched> leavers = new ArrayList<>();
    private final BlockingQueue<Hint> hints = new ArrayBlockingQueue<>(HINTS_MAX);
    private final AtomicLong watched = new AtomicLong();
    private final AtomicLong exitsSeen = new AtomicLong();
    private final Thread thread;
    private volatile List<Node> nodes = List.of();
    private volatile boolean isClosed;

    private HostWatch(
            final Path socket,
            final ServerSocketChannel server,
            final Selector selector,
            final ExitListener listener,
            final Consumer<Throwable> onFailure) {
        this.socket = socket;
        this.server = server;
        this.selector = selector;
        this.listener = listener;
        thread = Thread.ofPlatform().daemon().name("host-watch").unstarted(() -> run(onFailure));
    }

    /** Where the watch of a host listens: beside the memory of its media driver, so that its nodes find it. */
    static Path socketOf(final Path linkDirectory) {
        return linkDirectory.resolveSibling(linkDirectory.getFileName() + ".watch");
    }

    /**
     * Starts to watch. There is one of them for a host, as there is one media driver; what an earlier one left behind is replaced.
     *
     * @throws UnavailableException if the system does not let us
     */
    static HostWatch open(final Path socket, final ExitListener listener, final Consumer<Throwable> onFailure)
            throws UnavailableException {
        try {
            Files.deleteIfExists(socket);
            final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.bind(UnixDomainSocketAddress.of(socket), CONNECTIONS_MAX);
                Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(OWNER_ONLY));
                server.configureBlocking(false);
                final Selector selector = Selector.open();
                server.register(selector, SelectionKey.OP_ACCEPT);
                final HostWatch watch = new HostWatch(socket, server, selector, listener, onFailure);
                watch.thread.start();
                return watch;
            } catch (IOException e) {
                server.close();
                throw e;
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw new UnavailableException("cannot watch this host's nodes at " + socket + ": " + e.getMessage());
        }
    }

    /** How many nodes hold a line. */
    long watched() {
        return watched.get();
    }

    /** The nodes that hold a line now. */
    List<Node> nodes() {
        return nodes;
    }

    /** Says to this host's nodes that a node of another one may be dead; they look for themselves before anything follows. Any thread may call it. */
    void hint(final int member, final long incarnation) {
        if (hints.offer(new Hint(member, incarnation))) {
            selector.wakeup();
        }
    }

    /** How many nodes were seen to end. */
    long exitsSeen() {
        return exitsSeen.get();
    }

    @Override
    public void close() {
        isClosed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the watch's thread

    private void run(final Consumer<Throwable> onFailure) {
        try {
            while (!isClosed) {
                if (leavers.isEmpty()) {
                    selector.select(this::onReady);
                } else {
                    selector.select(this::onReady, LOOK_EVERY_MS);
                    look(System.nanoTime());
                }
                passOnHints();
            }
            for (final SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
            Files.deleteIfExists(socket);
        } catch (IOException | RuntimeException e) {
            if (!isClosed) {
                onFailure.accept(e);
            }
        }
    }

    private void onReady(final SelectionKey key) {
        if (key.attachment() instanceof Watched node) {
            node.read();
        } else {
            accept();
        }
    }

    private void accept() {
        try {
            final SocketChannel channel = server.accept();
            if (channel == null) {
                return;
            }
            if (selector.keys().size() > CONNECTIONS_MAX) {
                channel.close();
                return;
            }
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Watched(channel));
        } catch (ClosedChannelException closing) {
            isClosed = true;
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "a node's line was not taken: {0}", e.getMessage());
        }
    }

    /** Looks for the processes whose lines have ended. */
    private void look(final long nowNs) {
        final List<Watched> ended = new ArrayList<>();
        final List<Watched> lost = new ArrayList<>();
        for (final Watched leaver : leavers) {
            if (leaver.isVisible && leaver.mark.hasEnded()) {
                ended.add(leaver);
            } else if (!leaver.isVisible || nowNs - leaver.leftNs > LOOK_NS_MAX) {
                lost.add(leaver); // it has let go of the line and lives, or we cannot tell
            }
        }
        leavers.removeAll(ended);
        leavers.removeAll(lost);
        for (final Watched process : ended) {
            exitsSeen.incrementAndGet();
            listener.onExit(process.member, process.incarnation);
            tellOthers("ENDED", process.member, process.incarnation);
            LOGGER.log(System.Logger.Level.INFO, "member {0} (pid {1}) has ended", process.member, process.pidText());
        }
        lost.forEach(process -> tellOthers("LOST", process.member, process.incarnation));
    }

    private void passOnHints() {
        Hint hint = hints.poll();
        while (hint != null) {
            tellOthers("LOST", hint.member, hint.incarnation);
            hint = hints.poll();
        }
    }

    private void tellOthers(final String what, final int member, final long incarnation) {
        final byte[] line =
                (what + " " + member + " " + Long.toHexString(incarnation) + "\n").getBytes(StandardCharsets.US_ASCII);
        for (final SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Watched node && key.isValid()) {
                node.write(line);
            }
        }
    }

    private void noteNodes() {
        final List<Node> all = new ArrayList<>();
        for (final SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Watched node && node.isKnown) {
                all.add(new Node(
                        node.member, node.incarnation, node.isVisible ? node.mark.pid() : ProcessMark.UNKNOWN));
            }
        }
        nodes = List.copyOf(all);
    }

    /** One node's line. */
    private final class Watched {
        private final SocketChannel channel;
        private final ByteBuffer line = ByteBuffer.allocate(LINE_BYTES_MAX);
        private boolean isKnown;
        private int member;
        private long incarnation;
        private ProcessMark mark = new ProcessMark(0, ProcessMark.UNKNOWN);
        private boolean isVisible;
        private long leftNs;

        Watched(final SocketChannel channel) {
            this.channel = channel;
        }

        String pidText() {
            return Long.toString(mark.pid());
        }

        void read() {
            try {
                final int read = channel.read(line);
                if (read < 0 || (isKnown && read > 0) || !line.hasRemaining()) {
                    leave(); // nobody says a second thing, or one so long
                } else if (line.position() > 0 && line.get(line.position() - 1) == '\n' && !introduce()) {
                    leave();
                }
            } catch (IOException reset) {
                leave();
            }
        }

        private boolean introduce() {
            final String[] words =
                    new String(line.array(), 0, line.position() - 1, StandardCharsets.US_ASCII).split(" ", -1);
            if (words.length < 5 || !words[0].equals("MEMBER")) {
                return false;
            }
            try {
                member = Integer.parseInt(words[1]);
                incarnation = Long.parseUnsignedLong(words[2], 16);
                mark = new ProcessMark(Long.parseLong(words[3]), Long.parseLong(words[4]));
            } catch (NumberFormatException e) {
                return false;
            }
            isVisible = mark.isVisible();
            isKnown = true;
            line.clear();
            watched.incrementAndGet();
            noteNodes();
            return true;
        }

        void write(final byte[] bytes) {
            try {
                if (channel.write(ByteBuffer.wrap(bytes)) < bytes.length) {
                    leave(); // it does not read; it will come again
                }
            } catch (IOException broken) {
                leave();
            }
        }

        private void leave() {
            try {
                channel.close();
            } catch (IOException e) {
                LOGGER.log(System.Logger.Level.DEBUG, "a line that does not close", e);
            }
            if (isKnown) {
                isKnown = false;
                watched.decrementAndGet();
                noteNodes();
                leftNs = System.nanoTime();
                leavers.add(this);
            }
        }
    }
}
