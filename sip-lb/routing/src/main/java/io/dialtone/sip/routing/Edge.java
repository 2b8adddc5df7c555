package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SipHash;
import io.dialtone.placement.table.SlotHash;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.placement.table.SlotToken;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.EpochNanoClock;

/**
 * An edge of a cluster: what its I/O threads share, and what operators see. Built once by whoever wires the process; then an
 * {@link EdgeRouter} for each I/O thread; {@link #status} for any thread.
 */
public final class Edge {
    private final EdgeConfig config;
    /** Connections of an I/O thread that are known by who has registered by them. */
    private static final int FLOW_NAMES_MAX = 1 << 20;

    private final SlotTableHolder slots;
    private final SlotHash slotHash;
    private final SlotToken slotToken;
    private final EdgeKeys keys;
    private final TransactionKey refusalKey;
    private final SipHash flowHash;
    private final AffinityMemory memory;
    private final EpochNanoClock wallClock;
    private final List<EdgeCounters> counters = new ArrayList<>();
    private final List<LatencyHistogram> answers = new ArrayList<>();

    /**
     * An edge for one affinity group.
     *
     * @param key the cluster's
     * @param group number of the affinity group
     * @param slots where the group's newest slot table is found
     * @param loops number of I/O threads
     */
    public Edge(
            final EdgeConfig config,
            final ClusterKey key,
            final int group,
            final SlotTableHolder slots,
            final EpochNanoClock wallClock,
            final int loops) {
        this.config = config;
        this.slots = slots;
        this.wallClock = wallClock;
        final int size = slots.table().slots();
        slotHash = SlotHash.of(key, size);
        slotToken = SlotToken.of(key, group, size);
        keys = new EdgeKeys(
                new TransactionKey(key.derive("edge transaction")), new TransactionKey(key.derive("edge request")));
        refusalKey = new TransactionKey(key.derive("edge refusal"));
        flowHash = key.derive("edge flows");
        memory = new AffinityMemory(config.memoryEntries());
        for (int i = 0; i < loops; i++) {
            counters.add(new EdgeCounters());
            answers.add(new LatencyHistogram());
        }
    }

    /** The routing of one I/O thread that nobody looks at. */
    public EdgeRouter router(final int loop, final SipEgress egress, final LinkEndpoint link, final long nowNs) {
        return router(loop, egress, RouteTap.NONE, link, nowNs);
    }

    /**
     * The routing of one I/O thread; called once for each.
     *
     * @param loop index of the thread, from 0
     * @param egress the thread's way out
     * @param tap told which nodes messages go to
     * @param link the thread's end of the corridor
     */
    public EdgeRouter router(
            final int loop, final SipEgress egress, final RouteTap tap, final LinkEndpoint link, final long nowNs) {
        return new EdgeRouter(
                config,
                new EdgeLoop(
                        egress,
                        tap,
                        link,
                        slots,
                        new SlotFinder(config.affinity(), slotHash, slotToken),
                        keys,
                        new FlowNames(flowHash, FLOW_NAMES_MAX),
                        memory,
                        counters.get(loop),
                        answers.get(loop)),
                new Refusals(egress, refusalKey, config.refusalsPerSecond(), nowNs),
                wallClock,
                nowNs);
    }

    /** A consistent enough picture for people and metrics: each number is right, all of them are read one after the other. */
    public EdgeStatus status() {
        final Map<EdgeCounter, Long> sums = new EnumMap<>(EdgeCounter.class);
        for (final EdgeCounter counter : EdgeCounter.values()) {
            sums.put(
                    counter,
                    counters.stream().mapToLong(each -> each.get(counter)).sum());
        }
        final Map<EdgeGauge, Long> levels = new EnumMap<>(EdgeGauge.class);
        for (final EdgeGauge gauge : EdgeGauge.values()) {
            levels.put(
                    gauge, counters.stream().mapToLong(each -> each.get(gauge)).sum());
        }
        return new EdgeStatus(sums, levels, LatencyHistogram.snapshot(answers));
    }
}
