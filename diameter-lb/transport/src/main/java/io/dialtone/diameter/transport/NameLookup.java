package io.dialtone.diameter.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Looks names of peers up beside the loop, as the system's resolver waits. Asked by the loop's thread; answers there. */
final class NameLookup implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int WAITING_MAX = 1024;
    private static final long REST_S = 10;

    private final Predicate<Runnable> loop;
    private final ThreadPoolExecutor threads;

    /**
     * A lookup that has nothing to do yet.
     *
     * @param loop runs what it is given in the loop's next turn; false if it cannot
     */
    NameLookup(final Predicate<Runnable> loop) {
        this.loop = loop;
        threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                REST_S,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_MAX),
                Thread.ofPlatform().name("diameter-names-", 0).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /** Says the addresses of a name, later; none if there are none, or too many names wait. */
    void lookUp(final String name, final Consumer<List<InetAddress>> then) {
        try {
            threads.execute(() -> {
                final List<InetAddress> found = ask(name);
                // A loop that takes no more has ended: nobody waits for it.
                final boolean _ = loop.test(() -> then.accept(found));
            });
        } catch (RejectedExecutionException _) {
            then.accept(List.of());
        }
    }

    private static List<InetAddress> ask(final String name) {
        try {
            return List.of(InetAddress.getAllByName(name));
        } catch (UnknownHostException _) {
            return List.of();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
