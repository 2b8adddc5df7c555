package io.dialtone.runtime.testsupport;

import io.dialtone.api.AffinityRule;
import io.dialtone.api.ServiceDescriptor;
import io.dialtone.api.ServicePolicy;
import io.dialtone.api.SipHandler;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.CounterSet;
import io.dialtone.runtime.engine.SessionWorker;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerContext;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.engine.WorkerGrid;
import io.dialtone.runtime.engine.WorkerSession;
import io.dialtone.runtime.sip.CallLog;
import io.dialtone.runtime.sip.CallRecord;
import io.dialtone.runtime.sip.DigestContext;
import io.dialtone.runtime.sip.DigestSettings;
import io.dialtone.runtime.sip.ServiceChain;
import io.dialtone.runtime.sip.SipContext;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.locate.LocateSettings;
import io.dialtone.sip.locate.Locator;
import io.dialtone.sip.locate.StaticRoutes;
import io.dialtone.state.api.StateCodec;
import io.dialtone.state.replication.DeathHints;
import io.dialtone.state.replication.ReplicationCounters;
import io.dialtone.state.replication.Replicator;
import io.dialtone.state.replication.ReplicatorConfig;
import io.dialtone.state.replication.ReplicatorContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster for tests: an edge and some nodes in one thread of one JVM, joined by a {@link SimulatedLink}, under a clock that moves only when told to. Whatever a test does
 * comes out the same each time. Not thread safe.
 *
 * <pre>{@code
 * final TestCluster cluster = TestCluster.of(AnsweringService::new).nodes(3).start();
 * final SipCall call = cluster.peer("alice").invite("sip:bob@example.com");
 * call.expect(180);
 * cluster.advance(Duration.ofSeconds(2));
 * call.expect(200);
 * call.ack().bye().expect(200);
 * }</pre>
 *
 * <p>With a codec for the handler's state ({@link #replicated}) the nodes keep each other's sessions: {@link #killOwnerOf} and see who goes on.
 */
public final class TestCluster {
    /** The realm, unless a test wants another. */
    public static final String REALM = "example.com";

    private static final int SLOTS = 64;
    private static final int EDGE_MEMBER = 0;
    private static final int FIRST_PEER_IPV4 = 0xC000_0201; // 192.0.2.1
    private static final long START_NS = 1_000_000_000L;
    private static final long STEP_NS = 1_000_000L;
    private static final long TAKE_OVER_NS_MAX = 10_000_000_000L;
    private static final long MOVE_NS_MAX = 1_000_000_000L;
    private static final int TURNS_MAX = 10_000;
    private static final List<SipCounter> LEFT_BEHIND = List.of(
            SipCounter.TRANSACTIONS, SipCounter.CLIENT_TRANSACTIONS, SipCounter.DIALOGS, SipCounter.MESSAGE_BYTES_KEPT);
    private static final List<WorkerCounter> LEFT_BEHIND_OF_WORKER = List.of(
            WorkerCounter.SESSIONS,
            WorkerCounter.SESSIONS_DORMANT,
            WorkerCounter.DEADLINES,
            WorkerCounter.OUTPUTS_HELD,
            WorkerCounter.OUTPUT_BYTES_HELD);

    private final AdjustableClock clock = new AdjustableClock(START_NS);
    private final SimulatedLink link = new SimulatedLink();
    private final SlotTableHolder slots;
    private final @Nullable TestRegistry registry;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Integer, SipPeer> peers = new LinkedHashMap<>();
    private final TestEdge edge;
    private final boolean isWorstCase;
    private long moves;
    private int strayDatagrams;
    private boolean isHeldBack;
    private final List<EndedCall> endedCalls = new ArrayList<>();
    private long wallStepNs;
    private Wire wire = (ipv4, connection, message) -> {};

    /** Is shown what the cluster sends, whether somebody is there to get it or not. */
    @FunctionalInterface
    public interface Wire {
        void onSent(int ipv4, int connection, byte[] message);
    }

    /** One node, with one worker. */
    private static final class Node {
        final int member;
        final CounterSet<WorkerCounter> workerCounters = new CounterSet<>(WorkerCounter.class);
        /** Of each service of the chain. */
        final List<CounterSet<SipCounter>> sipCounters = new ArrayList<>();

        final HeapImages images = new HeapImages();
        final SessionWorker worker;
        boolean isDead;
        boolean isPaused;

        Node(final int member, final Function<Node, SessionWorker> workers) {
            this.member = member;
            worker = workers.apply(this);
        }

        String name() {
            return "node-" + member;
        }

        long count(final SipCounter counter) {
            return sipCounters.stream().mapToLong(set -> set.get(counter)).sum();
        }

        int doWork() {
            return isDead || isPaused ? 0 : worker.doWork();
        }
    }

    private TestCluster(final Builder builder) {
        final ClusterKey key = ClusterKey.parse("a secret for tests, known to all\n");
        final int[] members = new int[builder.nodes];
        for (int i = 0; i < members.length; i++) {
            members[i] = EDGE_MEMBER + 1 + i;
        }
        registry = builder.isReplicated ? new TestRegistry(SLOTS, members, clock) : null;
        isWorstCase = builder.isWorstCase && registry != null;
        slots = registry == null ? new SlotTableHolder(SlotTable.roundRobin(SLOTS, members)) : registry.tables();
        final SlotToken tokens = SlotToken.of(key, 0, SLOTS);
        edge = new TestEdge(link.endpoint(EDGE_MEMBER, 0), slots, key, tokens, builder.affinity, clock, this::onAnswer);
        for (final int member : members) {
            nodes.add(new Node(member, node -> startWorker(builder, key, tokens, node)));
        }
        if (registry != null) {
            awaitBackups();
        }
    }

    /** Begins a cluster whose nodes run this service and keep each other's sessions; each worker gets a handler and a codec of its own. */
    public static <S extends Record> Builder replicated(
            final Supplier<? extends SipHandler<S>> handlers, final Supplier<? extends StateCodec<S>> codecs) {
        return chain(service("test", handlers, codecs));
    }

    /** Begins a cluster whose nodes run these services one behind the other, and keep each other's sessions. */
    public static Builder chain(final Service... services) {
        return new Builder(List.of(services), true);
    }

    /** A service of a chain; each worker gets a handler and a codec of its own. */
    public static <S extends Record> Service service(
            final String name,
            final Supplier<? extends SipHandler<S>> handlers,
            final Supplier<? extends StateCodec<S>> codecs) {
        return new Service(name, sip -> ServiceChain.Service.of(sip, handlers, codecs));
    }

    /**
     * A service of a chain.
     *
     * @param chained makes it for a worker
     */
    public record Service(String name, Function<SipContext, ServiceChain.Service> chained) {}

    /** Begins a cluster whose nodes run this service; each worker gets a handler of its own. */
    public static Builder of(final Supplier<? extends SipHandler<?>> handlers) {
        return new Builder(List.of(new Service("test", sip -> ServiceChain.Service.of(sip, handlers))), false);
    }

    /** What a cluster is to be. */
    public static final class Builder {
        private final List<Service> services;
        private final boolean isReplicated;
        private boolean isWorstCase = Boolean.getBoolean("dialtone.worst-case");
        private int nodes = 2;
        private AffinityRule affinity = AffinityRule.CALL_ID;
        private ServicePolicy policy = ServicePolicy.defaults();
        private SipSettings sip = SipSettings.defaults();
        private boolean hasCallRecords = true;
        private boolean hasTls;
        private DigestSettings digest = DigestSettings.defaults(REALM);
        private WorkerConfig worker = WorkerConfig.defaults();
        private @Nullable SimulatedDns dns;
        private LocateSettings locate = LocateSettings.defaults();
        private StaticRoutes routes = StaticRoutes.none();

        private Builder(final List<Service> services, final boolean isReplicated) {
            this.services = services;
            this.isReplicated = isReplicated;
        }

        public Builder nodes(final int count) {
            nodes = count;
            return this;
        }

        public Builder policy(final ServicePolicy ofService) {
            policy = ofService;
            return this;
        }

        /** The rule as it stands in a service's YAML. */
        public Builder affinity(final String rule) {
            affinity = AffinityRule.parse(rule);
            return this;
        }

        public Builder sip(final SipSettings settings) {
            sip = settings;
            return this;
        }

        /** Nobody wants to know of calls that have ended. */
        public Builder withoutCallRecords() {
            hasCallRecords = false;
            return this;
        }

        /** The edge has a listener for TLS as well. */
        public Builder tls() {
            hasTls = true;
            return this;
        }

        public Builder digest(final DigestSettings settings) {
            digest = settings;
            return this;
        }

        /** What nodes ask for names; without it there are none. */
        public Builder dns(final SimulatedDns server) {
            dns = server;
            return this;
        }

        public Builder locate(final LocateSettings settings, final StaticRoutes own) {
            locate = settings;
            routes = own;
            return this;
        }

        public Builder worker(final WorkerConfig config) {
            worker = config;
            return this;
        }

        /**
         * Lets every message of a peer be followed by a move of its session's slot, so that the next one, whatever it is, meets another node. Everything must work as ever; only some
         * 10 ms pass with each message. Without this it is so when the system property {@code dialtone.worst-case} is {@code true}. Nodes that do not keep each other's
         * sessions stay as they are.
         */
        public Builder worstCase() {
            isWorstCase = true;
            return this;
        }

        public TestCluster start() {
            return new TestCluster(this);
        }
    }

    /** The phone of this user; the same each time. Addresses are 192.0.2.1, 192.0.2.2 and so on. */
    public SipPeer peer(final String name) {
        return peers.values().stream()
                .filter(peer -> peer.name().equals(name))
                .findFirst()
                .orElseGet(() -> {
                    final SipPeer peer = new SipPeer(this, name, FIRST_PEER_IPV4 + peers.size());
                    peers.put(peer.ipv4(), peer);
                    return peer;
                });
    }

    /** From now on this is shown what the cluster sends. */
    public void watch(final Wire watcher) {
        wire = watcher;
    }

    /** From now on what peers send waits at the nodes, until it is to be worked on all at once. */
    public void holdBack(final boolean isHolding) {
        isHeldBack = isHolding;
        if (!isHolding) {
            work();
        }
    }

    /** Lets time pass; whatever is due on the way happens in its order. */
    public void advance(final Duration time) {
        advance(time, Duration.ofNanos(STEP_NS));
    }

    /** Lets a long time pass in longer steps than usual: what is due happens late by a step at most. */
    public void advance(final Duration time, final Duration inSteps) {
        final long stepNs = inSteps.toNanos();
        long rest = time.toNanos();
        while (rest > 0) {
            final long step = Math.min(rest, stepNs);
            clock.advanceNs(step);
            rest -= step;
            work();
        }
    }

    /** Lets everybody work until nobody has anything to do, without time passing. Sending and advancing do this too. */
    public void work() {
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            int work = edge.doWork();
            for (final Node node : nodes) {
                work += node.doWork();
            }
            if (work == 0) {
                return;
            }
        }
        throw failure("the cluster does not come to rest");
    }

    /** Name of the node that owns the session of this affinity key: by default, of this Call-ID. */
    public String ownerOf(final String key) {
        return ownerNode(key).name();
    }

    /** The state of this type of the session with this affinity key, if there is one: of a chain, each service may have one. */
    public <S extends Record> Optional<S> stateOf(final String key, final Class<S> type) {
        final SessionWorker worker = ownerNode(key).worker;
        final int slot = edge.slotOf(key);
        WorkerSession<?> session = sessionOf(worker, slot, key, type);
        if (session == null) {
            worker.dormant().wakeAll(slot);
            session = sessionOf(worker, slot, key, type);
        }
        return Optional.ofNullable(session).map(found -> type.cast(found.state()));
    }

    private static @Nullable WorkerSession<?> sessionOf(
            final SessionWorker worker, final int slot, final String key, final Class<?> type) {
        final List<WorkerSession<?>> found = new ArrayList<>();
        worker.sessions().forEach(slot, session -> {
            if (session.isBegun() && session.key().equals(key) && type.isInstance(session.state())) {
                found.add(session);
            }
        });
        return found.isEmpty() ? null : found.getFirst();
    }

    /** Sessions in the memory of all nodes. */
    public int sessions() {
        return nodes.stream().mapToInt(node -> node.worker.sessions().size()).sum();
    }

    /** Kills the node that owns the session of this affinity key, and returns its name: what it had not sent is lost with it. */
    public String killOwnerOf(final String key) {
        final Node owner = ownerNode(key);
        owner.isDead = true;
        link.disconnect(owner.member, 0);
        return owner.name();
    }

    /** Tells the registry who is dead, as membership does some seconds later, and waits until each slot has a backup among the living: before, a slot may wait for the dead to be its backup again. */
    public void awaitBackupsAmongTheLiving() {
        final TestRegistry authority = Objects.requireNonNull(registry, "a cluster that is replicated");
        for (final Node node : nodes) {
            if (node.isDead) {
                authority.forget(node.member);
            }
        }
        awaitBackups();
    }

    /** Kills all nodes but the owner of this affinity key, and waits until it has all slots, each without a backup. */
    public void killAllBut(final String key) {
        final Node survivor = ownerNode(key);
        final TestRegistry authority = Objects.requireNonNull(registry, "a cluster that is replicated");
        for (final Node node : nodes) {
            if (node != survivor) {
                node.isDead = true;
                link.disconnect(node.member, 0);
            }
        }
        for (long waitedNs = 0; waitedNs < TAKE_OVER_NS_MAX; waitedNs += STEP_NS) {
            if (IntStream.range(0, SLOTS)
                    .mapToObj(authority.map()::entry)
                    .allMatch(entry -> entry.owner() == survivor.member && entry.backups() == 0)) {
                return;
            }
            advance(Duration.ofNanos(STEP_NS));
        }
        throw failure(survivor.name() + " is not alone");
    }

    /** Lets the owner of the session of this affinity key hand it to its backup, if there is one. */
    public void moveOwnerOf(final String key) {
        moveElsewhere(edge.slotOf(key));
    }

    /** True if a node could die and nothing would be lost: each slot has a backup. */
    public boolean isKeptTwice() {
        final TestRegistry authority = Objects.requireNonNull(registry, "replicated");
        return IntStream.range(0, SLOTS)
                .allMatch(slot -> authority.map().entry(slot).backups() > 0);
    }

    /** What the living nodes still have in their tables, for people; empty if they have forgotten everything. */
    public List<String> leftovers() {
        final List<String> left = new ArrayList<>();
        for (final Node node : nodes) {
            if (!node.isDead) {
                for (int slot = 0; slot < SLOTS; slot++) {
                    node.worker
                            .sessions()
                            .forEach(
                                    slot,
                                    session -> left.add(node.name() + ": session " + session.key()
                                            + (session.isBegun() ? "" : ", over for its handler")));
                }
                for (final SipCounter gauge : LEFT_BEHIND) {
                    leftover(left, node, gauge.name(), node.count(gauge));
                }
                for (final WorkerCounter gauge : LEFT_BEHIND_OF_WORKER) {
                    leftover(left, node, gauge.name(), node.workerCounters.get(gauge));
                }
                leftover(left, node, "images", node.images.count());
            }
        }
        return left;
    }

    private static void leftover(final List<String> left, final Node node, final String name, final long count) {
        if (count != 0) {
            left.add(node.name() + ": " + name + " " + count);
        }
    }

    /** Stops the node that owns the session of this affinity key as SIGSTOP would; {@link #wake} lets it go on. */
    public String pauseOwnerOf(final String key) {
        final Node owner = ownerNode(key);
        owner.isPaused = true;
        return owner.name();
    }

    /** The member that is backup of the session of this affinity key. */
    public int backupOf(final String key) {
        return Objects.requireNonNull(registry, "a cluster whose nodes keep each other's sessions")
                .map()
                .entry(edge.slotOf(key))
                .backup(0);
    }

    /** Lets a node go on that was stopped. */
    public void wake(final String name) {
        nodes.stream().filter(node -> node.name().equals(name)).forEach(node -> node.isPaused = false);
        work();
    }

    /** Lets time pass until another node than this one owns the session of this affinity key, and says which. */
    public String awaitNewOwner(final String key, final String former) {
        for (long waitedNs = 0; waitedNs < TAKE_OVER_NS_MAX; waitedNs += STEP_NS) {
            if (!ownerOf(key).equals(former)) {
                work();
                return ownerOf(key);
            }
            advance(Duration.ofNanos(STEP_NS));
        }
        throw failure("nobody has taken over from " + former);
    }

    /** The images that the owner of this affinity key keeps, to make them few or wrong. */
    public HeapImages imagesOfOwnerOf(final String key) {
        return ownerNode(key).images;
    }

    /** How many sessions all living nodes keep as images, as owners and as backups. */
    public int images() {
        return nodes.stream()
                .filter(node -> !node.isDead)
                .mapToInt(node -> node.images.count())
                .sum();
    }

    /** Lets the wall clock jump; the monotonic clock does not. */
    public void stepWallClock(final Duration step) {
        wallStepNs += step.toNanos();
    }

    /** A counter, summed over all nodes. */
    public long count(final SipCounter counter) {
        return nodes.stream().mapToLong(node -> node.count(counter)).sum();
    }

    /** A counter, summed over all nodes. */
    public long count(final WorkerCounter counter) {
        return nodes.stream()
                .mapToLong(node -> node.workerCounters.get(counter))
                .sum();
    }

    /** Answers that were sent to an address where no peer is, or by a connection that is gone. */
    public int strayDatagrams() {
        return strayDatagrams;
    }

    /** The corridor, to make it slow or break it. The edge is member 0, nodes are members 1 and up. */
    public SimulatedLink link() {
        return link;
    }

    /** What nodes have told of calls that have ended, oldest first. */
    public List<EndedCall> endedCalls() {
        return List.copyOf(endedCalls);
    }

    /** Writes down what a node tells. */
    private final class EndedCalls implements CallLog {
        private final String node;
        private final int member;

        EndedCalls(final String node, final int member) {
            this.node = node;
            this.member = member;
        }

        @Override
        public boolean isOn() {
            return true;
        }

        @Override
        public int member() {
            return member;
        }

        @Override
        public long incarnation() {
            return member;
        }

        @Override
        public void onEnded(final long session, final int slot, final CallRecord call) {
            endedCalls.add(new EndedCall(
                    node,
                    session,
                    call.leg(),
                    call.callId(),
                    call.from(),
                    call.to(),
                    call.status(),
                    call.endedBy(),
                    call.isAnswered(),
                    call.isProxied(),
                    call.target(),
                    call.takeOvers(),
                    call.beganNs(),
                    call.endedNs()));
        }
    }

    /** Who owns what, to move a slot. */
    public SlotTableHolder slots() {
        return slots;
    }

    /** Takes what a peer sends, and works on it. */
    void onDatagram(final SipPeer from, final byte[] datagram) {
        final int slot = edge.onDatagram(from, datagram);
        if (isHeldBack) {
            return;
        }
        work();
        if (isWorstCase) {
            moveElsewhere(slot);
        }
    }

    /** Lets the owner of a slot hand it to its backup, which takes some 10 ms. Not if there is none, or it is dead. */
    private void moveElsewhere(final int slot) {
        final TestRegistry authority = Objects.requireNonNull(registry, "replicated");
        final int former = authority.map().entry(slot).owner();
        if (!authority.move(slot)) {
            return;
        }
        for (long waitedNs = 0; waitedNs < MOVE_NS_MAX; waitedNs += STEP_NS) {
            if (authority.map().entry(slot).owner() != former) {
                moves++;
                return;
            }
            advance(Duration.ofNanos(STEP_NS));
        }
    }

    boolean isWorstCase() {
        return isWorstCase;
    }

    /** How often a slot went to another node because of {@link Builder#worstCase}. */
    public long moves() {
        return moves;
    }

    /** An error that says what an engineer would ask next. */
    AssertionError failure(final String sentence) {
        final StringBuilder text = new StringBuilder(sentence);
        for (final Node node : nodes) {
            text.append('\n').append(node.name()).append(':');
            for (final SipCounter counter : SipCounter.values()) {
                append(text, counter.name(), node.count(counter));
            }
            for (final WorkerCounter counter : WorkerCounter.values()) {
                append(text, counter.name(), node.workerCounters.get(counter));
            }
        }
        return new AssertionError(text.toString());
    }

    private static void append(final StringBuilder text, final String name, final long value) {
        if (value != 0) {
            text.append(' ').append(name).append('=').append(value);
        }
    }

    private SessionWorker startWorker(
            final Builder builder, final ClusterKey key, final SlotToken tokens, final Node node) {
        final int member = node.member;
        final Locator locator = locator(builder);
        final List<ServiceChain.Service> services = new ArrayList<>();
        for (final Service service : builder.services) {
            final CounterSet<SipCounter> counters = new CounterSet<>(SipCounter.class);
            node.sipCounters.add(counters);
            services.add(service.chained()
                    .apply(new SipContext(
                            builder.sip,
                            SipLimits.defaults(),
                            new ServiceDescriptor(
                                    service.name(), "1", service.name(), builder.affinity, builder.policy),
                            tokens,
                            key.derive("tags of " + member),
                            new TestListeners(builder.hasTls),
                            DigestContext.of(builder.digest, key),
                            builder.hasCallRecords ? new EndedCalls(node.name(), member) : CallLog.NONE,
                            counters,
                            locator)));
        }
        final WorkerContext context = new WorkerContext(
                link.endpoint(member, 0),
                grid(key, node),
                clock,
                () -> clock.nanoTime() + wallStepNs,
                key.derive("tables of " + member),
                node.workerCounters);
        return new SessionWorker(builder.worker, context, ServiceChain.factory(services));
    }

    private Locator locator(final Builder builder) {
        final SimulatedDns dns = builder.dns;
        return dns == null ? Locator.none() : new Locator(builder.locate, builder.routes, dns, clock::nanoTime);
    }

    private WorkerGrid grid(final ClusterKey key, final Node node) {
        final TestRegistry authority = registry;
        if (authority == null) {
            return WorkerGrid.alone(slots, 1, key.derive("keys"));
        }
        return new WorkerGrid(
                SLOTS,
                key.derive("keys"),
                node.images,
                (endpoint, keeper, images) -> new Replicator(
                        isWorstCase
                                ? ReplicatorConfig.defaults().withHandoverIntervalNs(1)
                                : ReplicatorConfig.defaults(),
                        new ReplicatorContext(
                                endpoint,
                                authority,
                                images,
                                keeper,
                                new DeathHints(),
                                1,
                                new ReplicationCounters(),
                                clock.nanoTime())));
    }

    /** Lets time pass until each slot has its backup. */
    private void awaitBackups() {
        for (long waitedNs = 0; waitedNs < TAKE_OVER_NS_MAX; waitedNs += STEP_NS) {
            if (isKeptTwice()) {
                return;
            }
            advance(Duration.ofNanos(STEP_NS));
        }
        throw failure("slots stay without backup");
    }

    private Node ownerNode(final String key) {
        return nodes.get(slots.table().ownerOf(edge.slotOf(key)) - EDGE_MEMBER - 1);
    }

    private boolean onAnswer(final int ipv4, final int connection, final byte[] datagram) {
        final SipPeer peer = peers.get(ipv4);
        final boolean isThere = peer != null && peer.connection() == connection;
        if (isThere || connection == 0) {
            wire.onSent(ipv4, connection, datagram); // by a connection that is gone nothing leaves
        }
        if (peer == null || !isThere) {
            strayDatagrams++;
            return false;
        }
        peer.onDatagram(datagram);
        return true;
    }
}
