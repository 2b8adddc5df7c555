package io.dialtone.runtime.node;

import io.dialtone.api.ServiceDescriptor;
import io.dialtone.api.link.LinkBell;
import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SipHash;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.CounterSet;
import io.dialtone.runtime.engine.SessionWorker;
import io.dialtone.runtime.engine.SessionWorkerProxy;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerContext;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.engine.WorkerGrid;
import io.dialtone.runtime.link.Link;
import io.dialtone.runtime.link.LinkLoop;
import io.dialtone.runtime.link.LinkMember;
import io.dialtone.runtime.rehearsal.Rehearsal;
import io.dialtone.runtime.sip.ClientLimits;
import io.dialtone.runtime.sip.DigestContext;
import io.dialtone.runtime.sip.EdgeAddresses;
import io.dialtone.runtime.sip.ProxySettings;
import io.dialtone.runtime.sip.ServiceChain;
import io.dialtone.runtime.sip.SessionPicture;
import io.dialtone.runtime.sip.SipContext;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.locate.LocateCounter;
import io.dialtone.sip.locate.Locator;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.codec.StateSchema;
import io.dialtone.state.replication.DeathHints;
import io.dialtone.state.replication.ReplicationCounter;
import io.dialtone.state.replication.ReplicationCounters;
import io.dialtone.state.replication.Replicator;
import io.dialtone.state.replication.ReplicatorConfig;
import io.dialtone.state.replication.ReplicatorContext;
import io.dialtone.state.store.SlabImages;
import io.dialtone.state.store.SlabSettings;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;

/** A node: its workers, each on a thread of its own, and the service they run. Built and closed by the main thread; counters may be read by any. */
final class NodeHouse implements AutoCloseable {
    /** What {@link ClusterKey#derive} is asked for. */
    static final String SESSION_KEYS = "keys of sessions";

    /** What a session's dialogs, transactions and timers may add to the bytes of its state. */
    private static final int PROTOCOL_BYTES_MAX = 32 * 1024;

    /** Room for 200,000 deadlines within half a minute before a worker has to make more. */
    private static final int DEADLINES_PER_TICK = 16;

    private static final long WORKER_WAIT_MS_MAX = 1_000;

    private final LinkMember self;
    private final ServiceDescriptor service;
    private final List<ServiceDescriptor> services;
    private final Link link;
    // The registry's door asks for sessions while workers are still being added.
    private final List<AgentThread> threads = new CopyOnWriteArrayList<>();
    private final List<WorkerSeat> seats = new CopyOnWriteArrayList<>();
    private final List<CounterSet<WorkerCounter>> workerCounters = new CopyOnWriteArrayList<>();
    private final List<CounterSet<SipCounter>> sipCounters = new CopyOnWriteArrayList<>();
    private final List<ReplicationCounters> gridCounters = new CopyOnWriteArrayList<>();
    private final List<SessionWorkerProxy> workers = new CopyOnWriteArrayList<>();
    private final DeathHints hints = new DeathHints();
    private final List<SlabImages> images = new ArrayList<>();
    private final Debut debut;
    private final Locator locator;
    private @Nullable RegistryDoor registry;

    /**
     * What a node runs, and within which limits.
     *
     * @param service its services taken together
     * @param services in the order in which a request comes to them
     * @param locators makes what finds servers by their names
     * @param parkMinNs shortest rest of a worker that found no work
     * @param parkMaxNs longest rest of an idle worker
     * @param rehearsalNsMax how long it may rehearse before it asks for slots
     */
    record Plan(
            ServiceDescriptor service,
            List<ServicePlan> services,
            WorkerConfig workers,
            SipSettings sip,
            Supplier<Locator> locators,
            long parkMinNs,
            long parkMaxNs,
            long rehearsalNsMax,
            GridPlan grid) {

        static Plan of(final Settings settings, final List<ServicePlan> services, final GridPlan grid) {
            return new Plan(
                    ServicePlan.together(settings, services),
                    List.copyOf(services),
                    WorkerConfig.defaults()
                            .withImagesReservePercent(settings.get(GridSettings.IMAGES_RESERVE))
                            .withDeadlinesPerTick(DEADLINES_PER_TICK),
                    sip(settings),
                    () -> LocatorSettings.locator(settings),
                    settings.get(NodeSettings.PARK_MIN),
                    settings.get(NodeSettings.PARK_MAX),
                    settings.get(NodeSettings.REHEARSAL_MAX),
                    grid);
        }

        private static SipSettings sip(final Settings settings) {
            return new SipSettings(
                    settings.get(NodeSettings.T1),
                    settings.get(NodeSettings.T2),
                    settings.get(NodeSettings.T4),
                    settings.get(NodeSettings.TRYING_AFTER),
                    settings.get(NodeSettings.RINGING_MAX),
                    settings.get(NodeSettings.TRANSACTIONS_MAX),
                    settings.get(NodeSettings.DIALOGS_MAX),
                    SipSettings.defaults().pooledBytesMax(),
                    (int) (settings.get(NodeSettings.RETRY_AFTER) / 1_000_000_000L),
                    new ClientLimits(
                            settings.get(NodeSettings.CLIENT_TRANSACTIONS_MAX),
                            settings.get(NodeSettings.LEGS_MAX),
                            settings.get(NodeSettings.REQUESTS_MAX),
                            settings.get(NodeSettings.FORKS_MAX),
                            settings.get(LocatorSettings.TIMEOUT),
                            settings.get(LocatorSettings.NEXT_TARGET_AFTER),
                            settings.get(NodeSettings.DATAGRAM_REQUEST_MAX)),
                    new ProxySettings(
                            settings.get(NodeSettings.TIMER_C),
                            settings.get(NodeSettings.BRANCHES_MAX),
                            settings.get(NodeSettings.KEPT_CALLS_MAX),
                            settings.get(NodeSettings.KEPT_CALL_SILENCE_MAX)));
        }

        /** The limits of each of so many workers. */
        private WorkerConfig workers(final int threads) {
            final int sessionsMax = service.policy().sessionsMax();
            return workers.withSessionsMax(sessionsMax / threads + (sessionsMax % threads == 0 ? 0 : 1));
        }
    }

    private NodeHouse(final LinkMember self, final ClusterPlan cluster, final Plan plan, final Link link) {
        this.self = self;
        service = plan.service();
        services = plan.services().stream().map(ServicePlan::service).toList();
        this.link = link;
        locator = plan.locators().get();
        debut = new Debut(
                self.number(),
                other -> link.isReachable(other.number(), other.incarnation()),
                Debut.ofCalls(
                        plan.rehearsalNsMax(),
                        () -> LinkLoop.open(self, cluster.link(), Rehearsal.MEMBERS, System.nanoTime())));
    }

    /** Builds the node and starts its workers. The link stays the caller's. */
    static NodeHouse start(
            final LinkMember self,
            final ClusterPlan cluster,
            final Plan plan,
            final Link link,
            final CdrRoom cdr,
            final NodeEnd end) {
        final NodeHouse node = new NodeHouse(self, cluster, plan, link);
        final SlotToken tokens = SlotToken.of(
                cluster.key(), ClusterPlan.GROUP, cluster.slots().table().slots());
        final EdgeAddresses edges = new EdgeListeners(cluster.listeners());
        final SipHash tagHash = randomHash();
        if (plan.grid().hasRegistry()) {
            node.registry = RegistryDoor.ofNode(
                    plan.grid(),
                    node.candidate(ServicePlan.schema(plan.services())),
                    self.linkHost(),
                    cluster.link().directory(),
                    cluster.slots(),
                    end);
        }
        for (int thread = 0; thread < self.threads(); thread++) {
            final CounterSet<WorkerCounter> workerCounters = new CounterSet<>(WorkerCounter.class);
            final LinkEndpoint endpoint = link.endpoint(thread, System.nanoTime());
            final WorkerContext context = new WorkerContext(
                    endpoint,
                    node.workerGrid(cluster, plan),
                    SystemNanoClock.INSTANCE,
                    SystemEpochNanoClock.INSTANCE,
                    randomHash(),
                    workerCounters);
            final List<ServiceChain.Service> services = new ArrayList<>();
            for (final ServicePlan service : plan.services()) {
                final CounterSet<SipCounter> sipCounters = new CounterSet<>(SipCounter.class);
                node.sipCounters.add(sipCounters);
                services.add(service.on(new SipContext(
                        plan.sip(),
                        SipLimits.defaults(),
                        service.service(),
                        tokens,
                        tagHash,
                        edges,
                        DigestContext.of(service.digest(), cluster.key()),
                        cdr.log(
                                self.number(),
                                link.incarnation(),
                                service.service().name()),
                        sipCounters,
                        node.locator)));
            }
            node.workerCounters.add(workerCounters);
            final SessionWorker worker =
                    new SessionWorker(plan.workers(self.threads()), context, ServiceChain.factory(services));
            node.workers.add(worker.proxy());
            final LinkBell bell = endpoint.bell();
            final WorkerSeat seat = bell == null ? null : new WorkerSeat(worker, bell, end::onFault);
            if (seat != null) {
                node.seats.add(seat);
            }
            node.threads.add(AgentThread.start(worker, seat, plan.parkMinNs(), plan.parkMaxNs(), end::onFault));
        }
        return node;
    }

    /** Those of its workers that others may turn while they rest. */
    List<WorkerSeat> seats() {
        return List.copyOf(seats);
    }

    private RegistryDoor.Candidate candidate(final StateSchema schema) {
        return new RegistryDoor.Candidate(
                new GridMember(
                        self.number(),
                        link.incarnation(),
                        self.name(),
                        self.host(),
                        self.host(),
                        false,
                        false,
                        schema.identity()),
                new DeployCheck(schema),
                this::sessions,
                debut);
    }

    private WorkerGrid workerGrid(final ClusterPlan cluster, final Plan plan) {
        final GridPlan grid = plan.grid();
        final SipHash keyHash = cluster.key().derive(SESSION_KEYS);
        final RegistryDoor door = registry;
        if (door == null) {
            return WorkerGrid.alone(cluster.slots(), self.threads(), keyHash);
        }
        final ReplicationCounters counters = new ReplicationCounters();
        final SlabImages store = new SlabImages(SlabSettings.of(grid.slots(), grid.imagesBytes())
                .withImageBytesMax(service.policy().stateBytesMax() + PROTOCOL_BYTES_MAX));
        gridCounters.add(counters);
        images.add(store);
        return new WorkerGrid(
                grid.slots(),
                keyHash,
                store,
                (endpoint, keeper, kept) -> new Replicator(
                        ReplicatorConfig.defaults(),
                        new ReplicatorContext(
                                endpoint,
                                door.authority(),
                                kept,
                                keeper,
                                hints,
                                self.threads(),
                                counters,
                                System.nanoTime())));
    }

    /** A key that nobody outside can know, so that nobody can make our tables slow. */
    private static SipHash randomHash() {
        final SecureRandom random = new SecureRandom();
        return new SipHash(random.nextLong(), random.nextLong());
    }

    /**
     * The session whose key has this hash, if it lives here. Waits for the workers a moment; called by the admin server's threads.
     *
     * @throws AdminRefusal if a worker does not answer in time
     */
    Optional<SessionPicture> session(final long keyHash) throws AdminRefusal {
        for (final SessionWorkerProxy worker : workers) {
            final CompletableFuture<Optional<SessionPicture>> answer = new CompletableFuture<>();
            final long accepted = worker.offer(owner ->
                    answer.complete(Optional.ofNullable(owner.find(keyHash)).map(SessionPicture::of)));
            try {
                final Optional<SessionPicture> picture = accepted == SessionWorkerProxy.ACCEPTED
                        ? answer.get(WORKER_WAIT_MS_MAX, TimeUnit.MILLISECONDS)
                        : Optional.empty();
                if (picture.isPresent()) {
                    return picture;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AdminRefusal(503, "this process ends");
            } catch (ExecutionException | TimeoutException e) {
                throw new AdminRefusal(503, "a worker has not answered within " + WORKER_WAIT_MS_MAX + " ms");
            }
        }
        return Optional.empty();
    }

    /** Where whoever hears of others' deaths says so. */
    DeathHints hints() {
        return hints;
    }

    LinkMember self() {
        return self;
    }

    /** Its services taken together. */
    ServiceDescriptor service() {
        return service;
    }

    /** In the order in which a request comes to them. */
    List<ServiceDescriptor> services() {
        return services;
    }

    /** What one of the services has counted. */
    long count(final SipCounter counter, final ServiceDescriptor ofService) {
        final int place = services.indexOf(ofService);
        long count = 0;
        for (int i = place; i < sipCounters.size(); i += services.size()) {
            count += sipCounters.get(i).get(counter);
        }
        return count;
    }

    Link link() {
        return link;
    }

    /** Sessions that this node owns, in memory or at rest. */
    long sessions() {
        return count(WorkerCounter.SESSIONS) + count(WorkerCounter.SESSIONS_DORMANT);
    }

    /** Null in a cluster without a registry. */
    @Nullable
    RegistryDoor registry() {
        return registry;
    }

    long count(final ReplicationCounter counter) {
        return gridCounters.stream().mapToLong(each -> each.get(counter)).sum();
    }

    boolean isAlive() {
        return threads.stream().allMatch(AgentThread::isAlive) && (registry == null || registry.isAlive());
    }

    long count(final WorkerCounter counter) {
        return workerCounters.stream().mapToLong(each -> each.get(counter)).sum();
    }

    long count(final LocateCounter counter) {
        return locator.count(counter);
    }

    long count(final SipCounter counter) {
        return sipCounters.stream().mapToLong(each -> each.get(counter)).sum();
    }

    @Override
    public void close() {
        debut.close();
        threads.forEach(AgentThread::close);
        if (registry != null) {
            registry.close();
        }
        locator.close();
        images.forEach(SlabImages::close);
    }
}
