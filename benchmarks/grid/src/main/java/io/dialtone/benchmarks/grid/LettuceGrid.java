package io.dialtone.benchmarks.grid;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in Redis by Lettuce, used as its handbook says: one connection for all, each event a chain of its own of GET, handler, SET and with a replica WAIT, which goes on in
 * Lettuce's thread as answers come.
 */
final class LettuceGrid implements Grid {
    private static final int WAIT_MS_MAX = 5_000;
    private static final int QUEUE = 4_096;

    private final Workload workload;
    private final boolean hasReplica;
    private final RedisClient client;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final RedisAsyncCommands<byte[], byte[]> redis;
    private final byte[][] keys;
    private final ManyToOneConcurrentArrayQueue<Event> arrived = new ManyToOneConcurrentArrayQueue<>(QUEUE);
    private volatile @Nullable Throwable failure;

    LettuceGrid(final Workload workload, final int port, final boolean hasReplica) {
        this.workload = workload;
        this.hasReplica = hasReplica;
        client = RedisClient.create(RedisURI.create("127.0.0.1", port));
        connection = client.connect(ByteArrayCodec.INSTANCE);
        redis = connection.async();
        keys = new byte[workload.sessions()][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = workload.keyOf(i);
            connection.sync().set(keys[i], workload.firstImage(i));
        }
    }

    @Override
    public void begin(final Event event) {
        CompletionStage<?> done = redis.get(keys[event.session]).thenCompose(read -> {
            workload.update(event, read);
            final byte[] image = Arrays.copyOf(event.image.byteArray(), event.imageLength);
            return redis.set(keys[event.session], image);
        });
        if (hasReplica) {
            done = done.thenCompose(ok -> redis.waitForReplication(1, WAIT_MS_MAX))
                    .thenAccept(RedisGrid::requireReplica);
        }
        done.whenComplete((ok, error) -> {
            if (error != null) {
                failure = error;
            }
            arrived.offer(event);
        });
    }

    @Override
    public int doWork(final long nowNs) {
        if (failure != null) {
            throw new IllegalStateException("Redis or Lettuce has failed", failure);
        }
        return arrived.drain(workload::onDone);
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }
}
