package io.dialtone.benchmarks.grid;

import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.partition.PartitionService;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in a Hazelcast IMap with one synchronous backup, two members on loopback. Best case for Hazelcast: this member is owner of all sessions used, as it would be
 * behind a balancer that knows the partitions; so a read stays in this process, and a write goes to one other.
 */
final class ImapGrid implements Grid {
    private static final String MAP = "calls";
    private static final int MEMBERS = 2;
    private static final int QUEUE = 4_096;

    private final Workload workload;
    private final HazelcastInstance member;
    private final IMap<String, byte[]> calls;
    private final String[] keys;
    private final ManyToOneConcurrentArrayQueue<Event> arrived = new ManyToOneConcurrentArrayQueue<>(QUEUE);
    private volatile @Nullable Throwable failure;

    ImapGrid(final Workload workload, final int port, final int otherPort) {
        this.workload = workload;
        member = member(port, otherPort);
        final PartitionService partitions = member.getPartitionService();
        while (member.getCluster().getMembers().size() < MEMBERS || !partitions.isClusterSafe()) {
            LockSupport.parkNanos(10_000_000L);
        }
        calls = member.getMap(MAP);
        keys = new String[workload.sessions()];
        int next = 0;
        for (int i = 0; i < keys.length; i++) {
            String key;
            do {
                key = new String(Workload.key(next++), StandardCharsets.US_ASCII);
            } while (!isOurs(partitions, key));
            keys[i] = key;
            calls.set(key, workload.firstImage(i));
        }
    }

    private boolean isOurs(final PartitionService partitions, final String key) {
        return member.getCluster()
                .getLocalMember()
                .equals(partitions.getPartition(key).getOwner());
    }

    /** A member with the settings of the platform's own use of Hazelcast: quiet, no more threads than needed, no success without a backup. */
    static HazelcastInstance member(final int port, final int otherPort) {
        final Config config = new Config("dialtone-benchmark");
        Map.of(
                        "hazelcast.phone.home.enabled", "false",
                        "hazelcast.logging.type", "none",
                        "hazelcast.socket.bind.any", "false",
                        "hazelcast.io.thread.count", "1",
                        "hazelcast.event.thread.count", "1",
                        "hazelcast.slow.operation.detector.enabled", "false",
                        "hazelcast.health.monitoring.level", "OFF",
                        "hazelcast.operation.fail.on.indeterminate.state", "true",
                        "hazelcast.operation.backup.timeout.millis", "1000",
                        "hazelcast.invocation.retry.pause.millis", "50")
                .forEach(config::setProperty);
        config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        final JoinConfig join = config.getNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).addMember("127.0.0.1:" + port).addMember("127.0.0.1:" + otherPort);
        config.getMetricsConfig().setEnabled(false);
        config.addMapConfig(new MapConfig(MAP)
                .setBackupCount(1)
                .setAsyncBackupCount(0)
                .setInMemoryFormat(InMemoryFormat.BINARY)
                .setPerEntryStatsEnabled(false)
                .setStatisticsEnabled(false));
        return Hazelcast.newHazelcastInstance(config);
    }

    @Override
    public void begin(final Event event) {
        event.isRead = false;
        whenComplete(event, calls.getAsync(keys[event.session]));
    }

    private void whenComplete(final Event event, final CompletionStage<?> stage) {
        // With an executor of one's own: without, Hazelcast starts a thread per callback on machines with two cores.
        stage.whenCompleteAsync(
                (value, error) -> {
                    if (error != null) {
                        failure = error;
                    }
                    if (value instanceof final byte[] bytes) {
                        event.read = bytes;
                    }
                    arrived.offer(event);
                },
                Runnable::run);
    }

    @Override
    public int doWork(final long nowNs) {
        if (failure != null) {
            throw new IllegalStateException("Hazelcast has failed", failure);
        }
        return arrived.drain(this::onArrived);
    }

    private void onArrived(final Event event) {
        if (event.isRead) {
            workload.onDone(event);
            return;
        }
        final byte[] read = event.read;
        if (read == null) {
            throw new IllegalStateException("a session that Hazelcast does not have");
        }
        event.isRead = true;
        workload.update(event, read);
        final byte[] image = new byte[event.imageLength];
        event.image.getBytes(0, image);
        whenComplete(event, calls.setAsync(keys[event.session], image));
    }

    @Override
    public void close() {
        member.getLifecycleService().terminate();
    }
}
