package io.dialtone.state.registry;

import io.aeron.Aeron;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.EgressListener;
import io.aeron.logbuffer.Header;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * A process's door to the registry: keeps a session with whoever leads it, holds the newest map, carries proposals. Any thread may read the map and propose; one thread
 * calls {@link #doWork} all the time, {@link #onClose} included.
 *
 * <p>The registry, with a majority behind it, was there at the time a ping was <em>sent</em> that the log has brought back: {@link #lastHeardNs} is that time, not the
 * time of the answer, which may have lain anywhere on its way. Pings cost an entry of the log, so they are frequent only while somebody needs them: while the member
 * that this client speaks for owns a slot without a backup.
 */
public final class RegistryClient implements SlotAuthority, Agent {
    /** Proposals that wait to be sent; more are refused. */
    public static final int PROPOSALS_MAX = 1024;

    /** Proposals sent and not answered. */
    static final int PENDING_MAX = 256;

    static final long RESEND_NS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long PROPOSAL_LIFE_NS = TimeUnit.SECONDS.toNanos(3);
    static final long KEEP_ALIVE_NS = TimeUnit.MILLISECONDS.toNanos(200);
    static final long PING_NS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long PING_IDLE_NS = TimeUnit.SECONDS.toNanos(5);

    /** A member whose number of sessions has changed by an eighth says so after this time. */
    static final long PING_NEWS_NS = TimeUnit.SECONDS.toNanos(1);

    private static final int NEWS_PART = 8;

    /** Pings unanswered for so long: the session is as good as gone, and a new one is opened. */
    static final long UNANSWERED_NS = TimeUnit.MILLISECONDS.toNanos(1_500);

    private static final System.Logger LOGGER = System.getLogger(RegistryClient.class.getName());
    private static final long CONNECT_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MESSAGE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);

    /** An election takes less; a registry that was started again knows no sessions, and then a new one must be open before {@link RegistryService#RETURN_MS} is over. */
    private static final long NEW_LEADER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long DRIVER_TIMEOUT_MS = 2_000;
    private static final long NEVER_NS = TimeUnit.DAYS.toNanos(1);
    private static final long NO_PING = Long.MIN_VALUE;

    /** A map of 2 048 slots is one message; the members' driver would choose smaller terms. */
    private static final String EGRESS = "aeron:udp?term-length=1m|endpoint=";

    private static final class Pending {
        final long number;
        final SlotCommand command;
        final long sinceNs;
        long sentNs;
        boolean isSent;

        Pending(final long number, final SlotCommand command, final long sinceNs) {
            this.number = number;
            this.command = command;
            this.sinceNs = sinceNs;
        }
    }

    private final RegistryClientSettings settings;
    private final NanoClock clock;
    private final SlotMapListener listener;
    private final RegistryCounters counters = new RegistryCounters();
    private final ManyToOneConcurrentArrayQueue<SlotCommand> proposals =
            new ManyToOneConcurrentArrayQueue<>(PROPOSALS_MAX);
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final FrameReader reader = new FrameReader();
    private final FrameWriter writer = new FrameWriter();

    private volatile SlotMap map;
    private volatile SessionFigures figures = SessionFigures.NONE;
    private volatile long sessions;
    private long sessionsTold;
    private volatile long lastHeardNs;
    private volatile long askedNs;
    /** Members that this process cannot reach, and their incarnations. */
    private volatile Map<Integer, Long> outOfReach = Map.of();

    private Map<Integer, Long> outOfReachTold = Map.of();
    private volatile int unanswered;
    private volatile boolean isConnected;
    private volatile int leader = SlotEntry.NONE;

    private @Nullable Aeron aeron;
    private AeronCluster.@Nullable AsyncConnect connecting;
    private @Nullable AeronCluster cluster;
    private long connectNs;
    private long registry = RegistryState.NO_REGISTRY;
    private long proposalNumber;
    private boolean isRegistered;
    private boolean isAlone;
    private boolean isPingDue;
    private long keepAliveNs;
    private long pingNs;
    private long unansweredSinceNs = NO_PING;

    public RegistryClient(
            final RegistryClientSettings settings, final NanoClock clock, final SlotMapListener listener) {
        this.settings = settings;
        this.clock = clock;
        this.listener = listener;
        map = SlotMap.empty(settings.slots(), 0);
        lastHeardNs = clock.nanoTime() - NEVER_NS;
        askedNs = lastHeardNs;
        connectNs = clock.nanoTime();
    }

    // ---- for any thread

    @Override
    public SlotMap map() {
        return map;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it is a member's join with texts that are too long
     */
    @Override
    public void propose(final SlotCommand command) {
        if (command instanceof SlotCommand.Join join) {
            RegistryFrame.check(join);
        }
        if (!proposals.offer(command)) {
            counters.increment(RegistryCounter.PROPOSALS_REFUSED);
        }
    }

    @Override
    public long lastHeardNs() {
        return lastHeardNs;
    }

    @Override
    public void ask() {
        askedNs = clock.nanoTime();
    }

    /**
     * Says which members this process, an edge, cannot reach now, with their incarnations; the registry forgets it with the session.
     *
     * @throws IllegalArgumentException if they are more than there can be
     */
    public void sayOutOfReach(final Map<Integer, Long> members) {
        if (members.size() > SlotMap.MEMBERS_MAX) {
            throw new IllegalArgumentException(
                    "out of reach: " + members.size() + " (expected: <= " + SlotMap.MEMBERS_MAX + ")");
        }
        outOfReach = Map.copyOf(members);
    }

    /** True while there is a session with the registry; it may be about to end. */
    public boolean isConnected() {
        return isConnected;
    }

    /** The member of the registry that leads it, as far as this client knows, or {@link SlotEntry#NONE}; for people. */
    public int leader() {
        return leader;
    }

    /** What members have said of their sessions, as of the last map or answer to a ping. */
    public SessionFigures figures() {
        return figures;
    }

    /** How many sessions the member that this client speaks for has: told with the next ping. */
    public void say(final long itsSessions) {
        sessions = itsSessions;
    }

    /** Proposals that wait to be sent or answered. */
    public int proposalsWaiting() {
        return proposals.size() + unanswered;
    }

    public long count(final RegistryCounter counter) {
        return counters.get(counter);
    }

    // ---- the client's thread

    /** True when {@link #map} is the registry's word, and not what this client began with. */
    public boolean hasHeardOfRegistry() {
        return registry != RegistryState.NO_REGISTRY;
    }

    @Override
    public String roleName() {
        return "registry-client";
    }

    @Override
    public int doWork() {
        final long nowNs = clock.nanoTime();
        int work = takeProposals(nowNs);
        try {
            if (cluster != null) {
                work += serve(cluster, nowNs);
            } else if (connecting != null) {
                work += connect(connecting, nowNs);
            } else if (nowNs - connectNs >= 0) {
                beginConnect();
                work++;
            }
        } catch (RuntimeException e) {
            // A driver that ended, a leader that cannot be reached: all there is to do is to try again.
            LOGGER.log(System.Logger.Level.DEBUG, "registry client", e);
            counters.increment(RegistryCounter.CONNECT_FAILED);
            disconnect(nowNs);
            work++;
        }
        return work;
    }

    @Override
    public void onClose() {
        disconnect(clock.nanoTime());
        CloseHelper.quietClose(aeron);
        aeron = null;
    }

    private int takeProposals(final long nowNs) {
        int taken = 0;
        while (pending.size() < PENDING_MAX) {
            final SlotCommand command = proposals.poll();
            if (command == null) {
                break;
            }
            pending.addLast(new Pending(++proposalNumber, command, nowNs));
            taken++;
        }
        while (!pending.isEmpty() && nowNs - pending.getFirst().sinceNs > PROPOSAL_LIFE_NS) {
            pending.removeFirst();
            counters.increment(RegistryCounter.PROPOSALS_GIVEN_UP);
            taken++;
        }
        unanswered = pending.size();
        return taken;
    }

    private void beginConnect() {
        Aeron client = aeron;
        if (client == null || client.isClosed()) {
            client = Aeron.connect(new Aeron.Context()
                    .aeronDirectoryName(settings.driverDirectory().toString())
                    .driverTimeoutMs(DRIVER_TIMEOUT_MS)
                    .useConductorAgentInvoker(true)
                    .errorHandler(error ->
                            LOGGER.log(System.Logger.Level.INFO, () -> "registry client: " + error.getMessage())));
            aeron = client;
        }
        connecting = AeronCluster.asyncConnect(new AeronCluster.Context()
                .aeron(client)
                .ownsAeronClient(false)
                .messageTimeoutNs(MESSAGE_TIMEOUT_NS)
                .newLeaderTimeoutNs(NEW_LEADER_TIMEOUT_NS)
                .ingressChannel(RegistryMember.INGRESS_CHANNEL)
                .ingressEndpoints(RegistryPeer.ingressEndpoints(settings.peers()))
                .egressChannel(EGRESS + settings.host() + ":0")
                .egressListener(new Egress()));
    }

    /** Asks for the schema of a member's state; {@link SlotMapListener#onSchema} has the answer. Who gets none asks again. */
    public void askForSchema(final long identity) {
        final AeronCluster session = cluster;
        if (session != null) {
            writer.begin(RegistryFrame.ASK).i64(identity);
            send(session);
        }
    }

    private int connect(final AeronCluster.AsyncConnect attempt, final long nowNs) {
        if (aeron != null) {
            aeron.conductorAgentInvoker().invoke();
        }
        final AeronCluster.AsyncConnect.State before = attempt.state();
        final AeronCluster connected = attempt.poll();
        if (connected == null) {
            return attempt.state() == before ? 0 : 1;
        }
        connecting = null;
        cluster = connected;
        isConnected = true;
        leader = connected.leaderMemberId();
        isRegistered = false;
        outOfReachTold = Map.of();
        unansweredSinceNs = NO_PING;
        keepAliveNs = nowNs;
        counters.increment(RegistryCounter.CONNECTED);
        sendAllAgain();
        return 1;
    }

    private void disconnect(final long nowNs) {
        if (isConnected) {
            counters.increment(RegistryCounter.DISCONNECTED);
        }
        isConnected = false;
        leader = SlotEntry.NONE;
        CloseHelper.quietCloseAll(connecting, cluster);
        connecting = null;
        cluster = null;
        connectNs = nowNs + CONNECT_RETRY_NS;
    }

    private int serve(final AeronCluster session, final long nowNs) {
        int work = 0;
        if (aeron != null) {
            work += aeron.conductorAgentInvoker().invoke();
        }
        work += session.pollEgress();
        if (session.isClosed() || isUnanswered(nowNs)) {
            disconnect(nowNs);
            return work + 1;
        }
        return work
                + register(session)
                + tellOutOfReach(session)
                + ping(session, nowNs)
                + keepAlive(session, nowNs)
                + sendPending(session, nowNs);
    }

    private int register(final AeronCluster session) {
        if (isRegistered) {
            return 0;
        }
        if (settings.member() == SlotEntry.NONE) {
            isRegistered = true;
            return 0;
        }
        writer.begin(RegistryFrame.REGISTER).i32(settings.member()).i64(settings.incarnation());
        writer.i64(map.version());
        isRegistered = send(session);
        return isRegistered ? 1 : 0;
    }

    private int tellOutOfReach(final AeronCluster session) {
        final Map<Integer, Long> told = outOfReach;
        if (told.equals(outOfReachTold)) {
            return 0;
        }
        writer.begin(RegistryFrame.OUT_OF_REACH);
        RegistryFrame.writeProcesses(writer, told);
        if (!send(session)) {
            return 0;
        }
        outOfReachTold = told;
        return 1;
    }

    // ---- pings

    private boolean isUnanswered(final long nowNs) {
        return unansweredSinceNs != NO_PING && nowNs - unansweredSinceNs > UNANSWERED_NS;
    }

    private int ping(final AeronCluster session, final long nowNs) {
        final long told = sessions;
        final boolean isNews = Math.abs(told - sessionsTold) > sessionsTold / NEWS_PART;
        final long interval = isAlone || unansweredSinceNs != NO_PING ? PING_NS : isNews ? PING_NEWS_NS : PING_IDLE_NS;
        if (!isPingDue && askedNs - pingNs <= 0 && nowNs - pingNs < interval) {
            return 0;
        }
        writer.begin(RegistryFrame.PING).i64(nowNs).i64(map.version()).i64(told);
        // A ping that the log brought back before our name would prove that the registry is there, and not that it does
        // not hold us for dead.
        if (!isRegistered || !send(session)) {
            // A leader that takes nothing does not answer either.
            unansweredSinceNs = unansweredSinceNs == NO_PING ? nowNs : unansweredSinceNs;
            return 0;
        }
        isPingDue = false;
        sessionsTold = told;
        pingNs = nowNs;
        unansweredSinceNs = unansweredSinceNs == NO_PING ? nowNs : unansweredSinceNs;
        return 1;
    }

    /** Only whoever has the map that the registry had then may hold it for current: the push may have been lost on its way. */
    private void onPong(final long nonce, final long version, final SessionFigures itsFigures) {
        unansweredSinceNs = NO_PING;
        if (reader.isSound()) {
            figures = itsFigures;
        }
        if (version > map.version()) {
            isPingDue = true;
        } else if (reader.isSound() && nonce - lastHeardNs > 0 && nonce - clock.nanoTime() <= 0) {
            lastHeardNs = nonce;
        }
    }

    private int keepAlive(final AeronCluster session, final long nowNs) {
        if (nowNs - keepAliveNs < KEEP_ALIVE_NS) {
            return 0;
        }
        keepAliveNs = nowNs;
        return session.sendKeepAlive() ? 1 : 0;
    }

    // ---- proposals

    private int sendPending(final AeronCluster session, final long nowNs) {
        int sent = 0;
        for (final Pending proposal : pending) {
            if (proposal.isSent && nowNs - proposal.sentNs < RESEND_NS) {
                continue;
            }
            writer.begin(RegistryFrame.COMMAND).i64(proposal.number);
            RegistryFrame.writeCommand(writer, proposal.command);
            if (!send(session)) {
                break;
            }
            proposal.isSent = true;
            proposal.sentNs = nowNs;
            counters.increment(RegistryCounter.PROPOSALS_SENT);
            sent++;
        }
        return sent;
    }

    private void onAnswer(final long number) {
        for (final Iterator<Pending> each = pending.iterator(); each.hasNext(); ) {
            if (each.next().number == number) {
                each.remove();
                counters.increment(RegistryCounter.PROPOSALS_ANSWERED);
                return;
            }
        }
    }

    /** There is a new leader, or a new session: nobody knows what became of that which was sent. */
    private void sendAllAgain() {
        isPingDue = true;
        for (final Pending proposal : pending) {
            proposal.isSent = false;
        }
    }

    private boolean send(final AeronCluster session) {
        return session.offer(writer.buffer(), 0, writer.length()) > 0;
    }

    // ---- maps

    private void onMap() {
        final long itsRegistry = reader.i64();
        final SlotMap newer = RegistryFrame.readMap(reader);
        if (newer == null || newer.slots() != settings.slots()) {
            counters.increment(RegistryCounter.FRAMES_MALFORMED);
            return;
        }
        if (registry != RegistryState.NO_REGISTRY && registry != itsRegistry) {
            if (counters.get(RegistryCounter.REGISTRY_REPLACED) == 0) {
                LOGGER.log(
                        System.Logger.Level.ERROR,
                        "this is not the registry that gave us our slots: its directories were lost. This process must be started again.");
            }
            counters.increment(RegistryCounter.REGISTRY_REPLACED);
            return;
        }
        registry = itsRegistry;
        if (newer.version() < map.version()) {
            return;
        }
        figures = RegistryFrame.readFigures(reader);
        if (newer.version() == map.version()) {
            return;
        }
        map = newer;
        counters.increment(RegistryCounter.MAPS_RECEIVED);
        final boolean wasAlone = isAlone;
        isAlone = isAloneAnywhere(newer);
        isPingDue |= isAlone && !wasAlone;
        listener.onMap(newer, figures);
    }

    private void onSchema(final long identity, final String text) {
        if (reader.isSound()) {
            listener.onSchema(identity, text);
        } else {
            counters.increment(RegistryCounter.FRAMES_MALFORMED);
        }
    }

    private boolean isAloneAnywhere(final SlotMap newer) {
        if (settings.member() == SlotEntry.NONE) {
            return false;
        }
        for (int slot = 0; slot < newer.slots(); slot++) {
            if (newer.entry(slot).owner() == settings.member()
                    && newer.entry(slot).backups() == 0) {
                return true;
            }
        }
        return false;
    }

    private final class Egress implements EgressListener {
        @Override
        public void onMessage(
                final long clusterSessionId,
                final long timestamp,
                final DirectBuffer buffer,
                final int offset,
                final int length,
                final Header header) {
            switch (RegistryFrame.read(reader, buffer, offset, length)) {
                case RegistryFrame.MAP -> onMap();
                case RegistryFrame.ANSWER -> onAnswer(reader.i64());
                case RegistryFrame.PONG -> onPong(reader.i64(), reader.i64(), RegistryFrame.readFigures(reader));
                case RegistryFrame.SCHEMA -> onSchema(reader.i64(), reader.longText(RegistryFrame.SCHEMA_BYTES_MAX));
                default -> counters.increment(RegistryCounter.FRAMES_MALFORMED);
            }
        }

        @Override
        public void onNewLeader(
                final long clusterSessionId,
                final long leadershipTermId,
                final int leaderMemberId,
                final String ingressEndpoints) {
            counters.increment(RegistryCounter.LEADERS);
            leader = leaderMemberId;
            sendAllAgain();
        }
    }
}
