package io.dialtone.sip.routing;

import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A stand-alone balancer: what its I/O threads share, and what operators see and change. Built once by whoever wires the process; then a
 * {@link SipProxy} for each I/O thread by {@link #proxy}; {@link #control} and {@link #status} for any thread but those.
 */
public final class Balancer {
    private final ProxyConfig config;
    private final BackendTable table;
    private final AffinityMemory memory;
    private final KeyMemory keyMemory;
    private final List<ProxyCounters> counters = new ArrayList<>();
    private final List<ProxyLatencies> latencies = new ArrayList<>();

    /**
     * Looks the backends' names up; may block.
     *
     * @param loops number of I/O threads
     * @throws UnknownHostException if a backend's name is not known: better no balancer than one that lacks a backend
     */
    public Balancer(final ProxyConfig config, final int loops) throws UnknownHostException {
        this.config = config;
        this.table = new BackendTable(loops, config, System::nanoTime);
        this.memory = new AffinityMemory(config.limits().memoryEntries());
        this.keyMemory = new KeyMemory(
                config.limits().memoryEntries(), config.balancing().keyHold().toNanos());
        for (int i = 0; i < loops; i++) {
            counters.add(new ProxyCounters());
            latencies.add(new ProxyLatencies());
        }
        table.start(config.backends());
    }

    public ProxyConfig config() {
        return config;
    }

    /**
     * The part of one I/O thread. Called once for each, before or on that thread; the sockets behind {@code egress} are bound.
     *
     * @param loop number of the I/O thread, from 0; the first one also probes
     */
    public SipProxy proxy(final int loop, final SipEgress egress) {
        return new SipProxy(this, new ProxyLoop(this, loop, egress));
    }

    BackendTable table() {
        return table;
    }

    ProxyCounters counters(final int loop) {
        return counters.get(loop);
    }

    ProxyLatencies latencies(final int loop) {
        return latencies.get(loop);
    }

    AffinityMemory memory() {
        return memory;
    }

    KeyMemory keyMemory() {
        return keyMemory;
    }

    public BackendControl control() {
        return table;
    }

    /** A consistent enough picture for people and metrics: each number is right, all of them are read one after the other. */
    public ProxyStatus status() {
        final Map<ProxyCounter, Long> sums = new EnumMap<>(ProxyCounter.class);
        for (final ProxyCounter counter : ProxyCounter.values()) {
            long sum = 0;
            for (final ProxyCounters each : counters) {
                sum += each.get(counter);
            }
            sums.put(counter, sum);
        }
        return new ProxyStatus(
                table.list(),
                sums,
                LatencyHistogram.snapshot(
                        latencies.stream().map(l -> l.inviteFirstResponse).toList()),
                LatencyHistogram.snapshot(
                        latencies.stream().map(l -> l.inviteFinalResponse).toList()),
                LatencyHistogram.snapshot(
                        latencies.stream().map(l -> l.otherFirstResponse).toList()),
                LatencyHistogram.snapshot(
                        latencies.stream().map(l -> l.forwarding).toList()));
    }
}
