package io.dialtone.runtime.rehearsal;

import io.dialtone.api.AffinityRule;
import io.dialtone.api.ServiceDescriptor;
import io.dialtone.api.ServicePolicy;
import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.CounterSet;
import io.dialtone.runtime.engine.SessionWorker;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerContext;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.engine.WorkerGrid;
import io.dialtone.runtime.sip.SipContext;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipProtocol;
import io.dialtone.runtime.sip.SipSettings;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import io.dialtone.state.replication.DeathHints;
import io.dialtone.state.replication.ReplicationCounters;
import io.dialtone.state.replication.Replicator;
import io.dialtone.state.replication.ReplicatorConfig;
import io.dialtone.state.replication.ReplicatorContext;
import io.dialtone.state.store.SlabImages;
import io.dialtone.state.store.SlabSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Two nodes that back each other up and a caller, all in one thread of one process and seen by nobody: the code of a node runs until it is loaded and compiled, or the time
 * is over. Used by one thread.
 *
 * <p>Without it the first call of a young node makes its worker stand still for a tenth of a second and more, and others who wait for its word take it for dead.
 */
public final class Rehearsal implements AutoCloseable {
    private static final int CALLER = 0;
    private static final int NODES = 2;

    /** A caller and two nodes. */
    public static final int MEMBERS = 1 + NODES;

    private static final int SLOTS = 8;
    private static final long IMAGES_BYTES = 16L << 20;
    private static final long MOVE_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(300);

    /** Small, so that what is remembered of a call is forgotten within the rehearsal. */
    private static final long T1_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final List<LinkEndpoint> link;
    private final RehearsalRegistry registry = new RehearsalRegistry(SLOTS);
    private final RehearsalCaller caller;
    private final List<SessionWorker> workers = new ArrayList<>();
    private final List<SlabImages> images = new ArrayList<>();
    private boolean isDrained;

    /**
     * Gets all ready.
     *
     * @param link the ends of a corridor between {@link #MEMBERS}, which are all called by the rehearsal's thread
     */
    public Rehearsal(final List<LinkEndpoint> link) {
        this.link = List.copyOf(link);
        caller = new RehearsalCaller(link.get(CALLER), registry);
        final ClusterKey key = ClusterKey.parse("nobody outside ever sees a rehearsal");
        for (int member = CALLER + 1; member <= NODES; member++) {
            registry.join(member, link.get(member).incarnation());
            workers.add(worker(member, key));
        }
    }

    private SessionWorker worker(final int member, final ClusterKey key) {
        final SlabImages store = new SlabImages(SlabSettings.of(SLOTS, IMAGES_BYTES));
        images.add(store);
        final RecordStateCodec<RehearsalService.Call> codec =
                RecordStateCodec.of(RehearsalService.Call.class, StateLimits.defaults());
        final byte[] address = "192.0.2.2:5060".getBytes(StandardCharsets.US_ASCII);
        final SipContext sip = new SipContext(
                settings(),
                SipLimits.defaults(),
                new ServiceDescriptor("rehearsal", "1", "rehearsal", AffinityRule.CALL_ID, ServicePolicy.defaults()),
                SlotToken.of(key, 0, SLOTS),
                key.derive("tags of " + member),
                (edge, listener) -> address,
                new CounterSet<>(SipCounter.class));
        final WorkerGrid grid = new WorkerGrid(
                SLOTS,
                key.derive("keys"),
                store,
                (endpoint, keeper, kept) -> new Replicator(
                        ReplicatorConfig.defaults(),
                        new ReplicatorContext(
                                endpoint,
                                registry,
                                kept,
                                keeper,
                                new DeathHints(),
                                1,
                                new ReplicationCounters(),
                                System.nanoTime())));
        return new SessionWorker(
                WorkerConfig.defaults().withRestAfterNs(T1_NS),
                new WorkerContext(
                        link.get(member),
                        grid,
                        SystemNanoClock.INSTANCE,
                        SystemEpochNanoClock.INSTANCE,
                        key.derive("tables of " + member),
                        new CounterSet<>(WorkerCounter.class)),
                SipProtocol.factory(sip, RehearsalService::new, codec::forAnotherWorker));
    }

    private static SipSettings settings() {
        final SipSettings usual = SipSettings.defaults();
        return new SipSettings(
                T1_NS,
                T1_NS * 8,
                T1_NS * 8,
                usual.tryingAfterNs(),
                usual.ringingMaxNs(),
                usual.transactionsMax(),
                usual.dialogsMax(),
                usual.pooledBytesMax(),
                usual.retryAfterSeconds(),
                usual.client());
    }

    /**
     * Makes calls, and lets slots change hands now and then.
     *
     * @param nsMax for how long at most
     * @param goesOn asked between turns: false ends it
     * @return how many calls came to their end
     */
    public long run(final long nsMax, final BooleanSupplier goesOn) {
        final long beganNs = System.nanoTime();
        long nowNs = beganNs;
        long moveNs = beganNs + MOVE_INTERVAL_NS;
        while (nowNs - beganNs < nsMax && goesOn.getAsBoolean()) {
            caller.doWork(nowNs);
            for (final SessionWorker worker : workers) {
                worker.doWork();
            }
            nowNs = System.nanoTime();
            if (nowNs - moveNs >= 0) {
                moveNs = nowNs + MOVE_INTERVAL_NS;
                move();
            }
        }
        return caller.ended();
    }

    /** How many calls came to their end. */
    public long calls() {
        return caller.ended();
    }

    /** Lets the last node's slots go, with the calls in them, or come back. */
    void move() {
        isDrained = !isDrained;
        registry.propose(new SlotCommand.Drain(NODES, isDrained));
    }

    @Override
    public void close() {
        CloseHelper.closeAll(images);
    }
}
