package io.dialtone.benchmarks.grid;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Sessions in Redis. All events that are open go in one batch: their GETs in one write, then their SETs, and with a replica one WAIT for all of them. With one event
 * open that is Redis without pipelining.
 */
final class RedisGrid implements Grid {
    private static final int WAIT_MS_MAX = 5_000;

    private final Workload workload;
    private final RespClient redis;
    private final boolean hasReplica;
    private final byte[][] keys;
    private final List<Event> open = new ArrayList<>();

    RedisGrid(final Workload workload, final int port, final boolean hasReplica) throws IOException {
        this.workload = workload;
        this.hasReplica = hasReplica;
        redis = new RespClient(port);
        keys = new byte[workload.sessions()][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = workload.keyOf(i);
            final byte[] image = workload.firstImage(i);
            redis.set(keys[i], image, image.length);
        }
        redis.flush();
        for (int i = 0; i < keys.length; i++) {
            redis.readOk();
        }
        awaitReplica();
    }

    private void awaitReplica() throws IOException {
        if (hasReplica) {
            redis.waitForOne(60_000);
            redis.flush();
            requireReplica(redis.readInteger());
        }
    }

    static void requireReplica(final long replicas) {
        if (replicas < 1) {
            throw new IllegalStateException("WAIT 1 was answered with " + replicas + " replicas");
        }
    }

    @Override
    public void begin(final Event event) {
        open.add(event);
    }

    @Override
    public int doWork(final long nowNs) {
        final int count = open.size();
        if (count == 0) {
            return 0;
        }
        try {
            for (final Event event : open) {
                redis.get(keys[event.session]);
            }
            redis.flush();
            for (final Event event : open) {
                workload.update(event, redis.readBulk());
            }
            for (final Event event : open) {
                redis.set(keys[event.session], event.image.byteArray(), event.imageLength);
            }
            if (hasReplica) {
                redis.waitForOne(WAIT_MS_MAX);
            }
            redis.flush();
            for (int i = 0; i < count; i++) {
                redis.readOk();
            }
            if (hasReplica) {
                requireReplica(redis.readInteger());
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(workload::onDone);
        open.clear();
        return count;
    }

    @Override
    public void close() {
        redis.close();
    }
}
