package io.dialtone.benchmarks.grid;

import io.dialtone.state.codec.RecordStateCodec;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in Redis as a plain handler meets it: a pool of threads with a connection each, and each command waits for its answer: GET, handler, SET, with a replica WAIT. The client
 * is the one that costs least, {@link RespClient}.
 */
final class PlainRedisGrid implements Grid {
    private static final int THREADS = 16;
    private static final int WAIT_MS_MAX = 5_000;
    private static final int QUEUE = 4_096;

    private final Workload workload;
    private final boolean hasReplica;
    private final byte[][] keys;
    private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(QUEUE);
    private final ManyToOneConcurrentArrayQueue<Event> arrived = new ManyToOneConcurrentArrayQueue<>(QUEUE);
    private volatile @Nullable Throwable failure;

    PlainRedisGrid(final Workload workload, final int port, final boolean hasReplica) throws IOException {
        this.workload = workload;
        this.hasReplica = hasReplica;
        keys = new byte[workload.sessions()][];
        try (RespClient redis = new RespClient(port)) {
            for (int i = 0; i < keys.length; i++) {
                keys[i] = workload.keyOf(i);
                final byte[] image = workload.firstImage(i);
                redis.set(keys[i], image, image.length);
                redis.flush();
                redis.readOk();
            }
        }
        for (int i = 0; i < THREADS; i++) {
            final RespClient redis = new RespClient(port);
            Thread.ofPlatform().name("handler-" + i).daemon().start(() -> handle(redis));
        }
    }

    private void handle(final RespClient redis) {
        final RecordStateCodec<Call> codec = Workload.newCodec();
        try (redis) {
            while (true) {
                final Event event = waiting.take();
                redis.get(keys[event.session]);
                redis.flush();
                workload.update(codec, event, redis.readBulk());
                redis.set(keys[event.session], event.image.byteArray(), event.imageLength);
                redis.flush();
                redis.readOk();
                if (hasReplica) {
                    redis.waitForOne(WAIT_MS_MAX);
                    redis.flush();
                    RedisGrid.requireReplica(redis.readInteger());
                }
                arrived.offer(event);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final IOException | RuntimeException e) {
            failure = e;
        }
    }

    @Override
    public void begin(final Event event) {
        if (!waiting.offer(event)) {
            throw new IllegalStateException("more than " + QUEUE + " events are open");
        }
    }

    @Override
    public int doWork(final long nowNs) {
        if (failure != null) {
            throw new IllegalStateException("Redis has failed", failure);
        }
        return arrived.drain(workload::onDone);
    }

    @Override
    public void close() {
        // The threads are daemons and end with the process, and their connections with them.
    }
}
