package io.dialtone.state.membership;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.topic.ITopic;
import io.dialtone.state.api.MemberFigures;
import io.dialtone.state.api.MemberProcess;
import io.dialtone.state.api.Membership;
import io.dialtone.state.api.MembershipListener;
import io.dialtone.state.api.WatchedProcesses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Membership on Hazelcast. Any thread may call it; all that touches Hazelcast happens on one thread of its own, {@code membership}.
 *
 * <p>What Hazelcast says wakes that thread, which then looks who is there: no event is queued, so none can be lost, and a slow look makes the next one no longer. Only words
 * of exits are queued, with a limit. If Hazelcast cannot start or ends, that thread tries again; meanwhile callers get what was known, and nobody is held to be dead.
 */
public final class HazelcastMembership implements Membership {
    /** Words of exits that wait to be sent, or to be passed on. */
    static final int EXITS_MAX = 256;

    private static final long FIGURES_EVERY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MS = 5_000;
    private static final String TOPIC = "dialtone.members";
    private static final System.Logger LOG = System.getLogger(HazelcastMembership.class.getName());

    /** Held, as the logging of the JDK forgets levels of loggers that nobody holds. */
    private static final Logger HAZELCAST_LOG = Logger.getLogger("com.hazelcast");

    /** They warn of what was chosen here: no access to the JDK's inside, no watch on operations that do not exist. */
    private static final List<Logger> LOGS_OF_CHOICES = List.of(
            Logger.getLogger("com.hazelcast.instance.impl.HazelcastInstanceFactory"),
            Logger.getLogger("com.hazelcast.spi.impl.operationexecutor.slowoperationdetector.SlowOperationDetector"));

    /** It says each failed start with its stack; that it failed, and why, is said here, once. */
    private static final Logger LOG_OF_STARTS = Logger.getLogger("com.hazelcast.instance.AddressPicker");

    private final MembershipSettings settings;
    private final MemberProcess self;
    private final MembershipListener listener;
    private final Sightings sightings;
    private final Thread thread;
    private final Semaphore wake = new Semaphore(0);
    private final BlockingQueue<MemberMessage.Exit> exitsToSend = new ArrayBlockingQueue<>(EXITS_MAX);
    private final BlockingQueue<MemberMessage> heard = new ArrayBlockingQueue<>(EXITS_MAX);
    private final Map<Integer, MemberFigures> figures = new ConcurrentHashMap<>();
    private final Map<Integer, WatchedProcesses> watched = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable MemberFigures> toSay = new AtomicReference<>();
    private final AtomicReference<@Nullable WatchedProcesses> watchedToSay = new AtomicReference<>();
    private final AtomicLong joined = new AtomicLong();
    private final AtomicLong left = new AtomicLong();
    private final AtomicLong deathHints = new AtomicLong();
    private final AtomicLong startsFailed = new AtomicLong();
    private final AtomicLong exitsDropped = new AtomicLong();
    private final AtomicLong messagesInvalid = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    private volatile State state = State.STARTING;
    private volatile String problem = "";
    private volatile List<MemberProcess> processes;
    private volatile boolean isClosed;
    private volatile boolean saysGoodbye = true;

    /** True while two halves of the cluster become one, when members seem to vanish. */
    private volatile boolean isMerging;

    private volatile @Nullable HazelcastInstance instance;

    private HazelcastMembership(
            final MembershipSettings settings, final MemberProcess self, final MembershipListener listener) {
        this.settings = settings;
        this.self = self;
        this.listener = listener;
        sightings = new Sightings(new Guarded());
        processes = List.of(self);
        thread = new Thread(this::run, "membership");
        thread.setDaemon(true);
    }

    /** Begins to look for the others. Returns at once; what comes of it is told to the listener and by {@link #state}. */
    public static HazelcastMembership start(
            final MembershipSettings settings, final MemberProcess self, final MembershipListener listener) {
        HAZELCAST_LOG.setLevel(Level.WARNING);
        LOG_OF_STARTS.setLevel(Level.OFF);
        LOGS_OF_CHOICES.forEach(log -> log.setLevel(Level.SEVERE));
        final HazelcastMembership membership = new HazelcastMembership(settings, self, listener);
        membership.thread.start();
        return membership;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public List<MemberProcess> processes() {
        return processes;
    }

    @Override
    public List<MemberFigures> figures() {
        final List<MemberFigures> all = new ArrayList<>(figures.values());
        all.sort(Comparator.comparingInt(MemberFigures::number));
        return all;
    }

    @Override
    public void say(final int loadPercent, final long sessions) {
        toSay.set(new MemberFigures(
                self.number(), self.incarnation(), Math.clamp(loadPercent, 0, 100), Math.max(0, sessions)));
    }

    @Override
    public void sayWatched(final List<MemberFigures> processes) {
        watchedToSay.set(new WatchedProcesses(
                self.number(),
                self.incarnation(),
                processes.subList(0, Math.min(processes.size(), WatchedProcesses.PROCESSES_MAX))));
    }

    @Override
    public List<WatchedProcesses> watched() {
        final List<WatchedProcesses> all = new ArrayList<>(watched.values());
        all.sort(Comparator.comparingInt(WatchedProcesses::watcher));
        return all;
    }

    @Override
    public void reportExit(final int number, final long incarnation) {
        if (exitsToSend.offer(new MemberMessage.Exit(number, incarnation))) {
            wake.release();
        } else {
            exitsDropped.incrementAndGet();
        }
    }

    @Override
    public Counts counts() {
        return new Counts(
                joined.get(),
                left.get(),
                deathHints.get(),
                startsFailed.get(),
                exitsDropped.get(),
                messagesInvalid.get(),
                failures.get());
    }

    @Override
    public void close() {
        isClosed = true;
        wake.release();
        try {
            thread.join(CLOSE_MS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends Hazelcast as a crash would, without a goodbye; for tests. */
    void crash() {
        final HazelcastInstance running = instance;
        saysGoodbye = false;
        isClosed = true;
        if (running != null) {
            running.getLifecycleService().terminate();
        }
        wake.release();
    }

    private void run() {
        while (!isClosed) {
            final HazelcastInstance started = tryStart();
            if (started == null) {
                await(TimeUnit.MILLISECONDS.toNanos(settings.retryMs()));
            } else {
                instance = started;
                isMerging = false;
                serve(started);
                instance = null;
            }
        }
        state = State.CLOSED;
    }

    private @Nullable HazelcastInstance tryStart() {
        try {
            final Config config = HazelcastConfig.of(settings.withAddress(numeric(settings.address())), self);
            config.addListenerConfig(new ListenerConfig(new Waker()));
            final HazelcastInstance started = Hazelcast.newHazelcastInstance(config);
            problem = "";
            return started;
        } catch (final UnknownHostException | RuntimeException e) {
            final String words = "Membership on " + settings.address() + ":" + settings.port()
                    + " does not start: " + reasonOf(e) + ". Calls go on without it; next try in "
                    + settings.retryMs() + " ms.";
            if (!words.equals(problem)) {
                LOG.log(System.Logger.Level.WARNING, words);
            }
            problem = words;
            state = State.UNAVAILABLE;
            startsFailed.incrementAndGet();
            return null;
        }
    }

    /** Hazelcast compares addresses as text. */
    private static String numeric(final String address) throws UnknownHostException {
        return InetAddress.getByName(address).getHostAddress();
    }

    private String reasonOf(final Exception e) {
        if (e instanceof UnknownHostException) {
            return "nobody knows the host " + settings.address();
        }
        final String said = String.valueOf(e.getMessage());
        if (said.contains("already in use") || said.contains("ports are")) {
            return "the port is taken. Maybe another process of this host has it; give each its own";
        }
        if (said.contains("No matching network interface")) {
            return "this machine has no such address. Maybe another one of it is meant";
        }
        return said;
    }

    /** Serves until Hazelcast ends or this is closed. */
    private void serve(final HazelcastInstance running) {
        final ITopic<long[]> topic;
        try {
            topic = running.getTopic(TOPIC);
            topic.addMessageListener(message -> onMessage(message.getMessageObject()));
        } catch (final RuntimeException e) {
            fail("takes no listener", e);
            end(running);
            return;
        }
        state = State.RUNNING;
        boolean isTrusted = false;
        long figuresDueNs = System.nanoTime();
        final OwnPause pause = new OwnPause(TimeUnit.SECONDS.toNanos(settings.silenceMaxSeconds()), System.nanoTime());
        while (!isClosed && running.getLifecycleService().isRunning()) {
            final boolean wasStopped = pause.isFelt(System.nanoTime());
            try {
                passOn();
                if (isMerging) {
                    isTrusted = false;
                } else {
                    look(running, isTrusted && !wasStopped);
                    isTrusted = true;
                }
                sendExits(topic);
                if (System.nanoTime() - figuresDueNs >= 0) {
                    figuresDueNs = System.nanoTime() + FIGURES_EVERY_NS;
                    new Guarded().onTurn();
                    sayFigures(topic);
                }
            } catch (final RuntimeException e) {
                fail("failed in an operation", e);
                isTrusted = false;
            }
            await(figuresDueNs - System.nanoTime());
        }
        if (isClosed) {
            sayGoodbye(running, topic);
        } else {
            state = State.UNAVAILABLE;
            problem = "Hazelcast has ended by itself; it is started again";
        }
        end(running);
    }

    private void await(final long nanos) {
        try {
            if (wake.tryAcquire(Math.max(1, nanos), TimeUnit.NANOSECONDS)) {
                wake.drainPermits();
            }
        } catch (final InterruptedException e) {
            isClosed = true;
        }
    }

    private void look(final HazelcastInstance running, final boolean isTrusted) {
        final List<MemberProcess> present = new ArrayList<>();
        for (final Member member : running.getCluster().getMembers()) {
            final MemberProcess process = MemberAttributes.processOf(member);
            if (process != null) {
                present.add(process);
            }
        }
        // A merge that has begun meanwhile explains who is missing.
        if (isMerging) {
            return;
        }
        present.sort(Comparator.comparingInt(MemberProcess::number));
        processes = List.copyOf(present);
        sightings.look(others(present), isTrusted);
        figures.values().removeIf(said -> !isPresent(present, said.incarnation()));
        watched.values().removeIf(said -> !isPresent(present, said.incarnation()));
    }

    private List<MemberProcess> others(final List<MemberProcess> present) {
        return present.stream()
                .filter(process -> process.incarnation() != self.incarnation())
                .toList();
    }

    private static boolean isPresent(final List<MemberProcess> present, final long incarnation) {
        return present.stream().anyMatch(process -> process.incarnation() == incarnation);
    }

    private void passOn() {
        MemberMessage message = heard.poll();
        while (message != null) {
            switch (message) {
                case MemberMessage.Exit exit ->
                    new Guarded()
                            .onDeathHint(exit.number(), exit.incarnation(), MembershipListener.DeathHint.EXIT_SEEN);
                case MemberMessage.Goodbye goodbye -> sightings.onGoodbye(goodbye.number(), goodbye.incarnation());
                case MemberMessage.Figures said -> figures.put(said.figures().number(), said.figures());
                case MemberMessage.Watched said -> watched.put(said.watched().watcher(), said.watched());
            }
            message = heard.poll();
        }
    }

    private void sendExits(final ITopic<long[]> topic) {
        MemberMessage.Exit exit = exitsToSend.poll();
        while (exit != null) {
            topic.publish(exit.toLongs());
            exit = exitsToSend.poll();
        }
    }

    private void sayFigures(final ITopic<long[]> topic) {
        final MemberFigures own = toSay.get();
        if (own != null) {
            topic.publish(new MemberMessage.Figures(own).toLongs());
        }
        final WatchedProcesses ownWatched = watchedToSay.get();
        if (ownWatched != null) {
            topic.publish(new MemberMessage.Watched(ownWatched).toLongs());
        }
    }

    private void sayGoodbye(final HazelcastInstance running, final ITopic<long[]> topic) {
        if (saysGoodbye && running.getLifecycleService().isRunning()) {
            try {
                topic.publish(new MemberMessage.Goodbye(self.number(), self.incarnation()).toLongs());
            } catch (final RuntimeException e) {
                failures.incrementAndGet();
            }
        }
    }

    private void end(final HazelcastInstance running) {
        try {
            running.shutdown();
        } catch (final RuntimeException e) {
            fail("does not end", e);
        }
    }

    /** Called by Hazelcast's event thread. */
    private void onMessage(final long[] longs) {
        final MemberMessage message = MemberMessage.of(longs);
        if (message == null) {
            messagesInvalid.incrementAndGet();
        } else if (message instanceof MemberMessage.Figures said) {
            figures.put(said.figures().number(), said.figures());
        } else if (message instanceof MemberMessage.Watched said) {
            // Of whom is not seen yet, more comes in a second; of who is never seen, nothing is kept.
            if (isPresent(processes, said.watched().incarnation())) {
                watched.put(said.watched().watcher(), said.watched());
            }
        } else if (heard.offer(message)) {
            wake.release();
        } else {
            exitsDropped.incrementAndGet();
        }
    }

    private void fail(final String what, final RuntimeException e) {
        if (failures.getAndIncrement() == 0) {
            LOG.log(System.Logger.Level.WARNING, "Membership " + what + "; further failures are only counted", e);
        }
    }

    /** Wakes the membership's thread. Called by Hazelcast's threads. */
    private final class Waker implements com.hazelcast.cluster.MembershipListener, LifecycleListener {
        @Override
        public void memberAdded(final MembershipEvent event) {
            wake.release();
        }

        @Override
        public void memberRemoved(final MembershipEvent event) {
            wake.release();
        }

        @Override
        public void stateChanged(final LifecycleEvent event) {
            switch (event.getState()) {
                case MERGING -> isMerging = true;
                case MERGED, MERGE_FAILED -> isMerging = false;
                default -> {
                    // Whether it runs is asked each turn.
                }
            }
            wake.release();
        }
    }

    /** The listener, counted, and kept from ending the thread that calls it. */
    private final class Guarded implements MembershipListener {
        @Override
        public void onJoined(final MemberProcess process) {
            joined.incrementAndGet();
            call(() -> listener.onJoined(process));
        }

        @Override
        public void onLeft(final MemberProcess process) {
            left.incrementAndGet();
            call(() -> listener.onLeft(process));
        }

        @Override
        public void onDeathHint(final int number, final long incarnation, final DeathHint why) {
            deathHints.incrementAndGet();
            call(() -> listener.onDeathHint(number, incarnation, why));
        }

        @Override
        public void onTurn() {
            call(listener::onTurn);
        }

        private void call(final Runnable word) {
            try {
                word.run();
            } catch (final RuntimeException e) {
                fail("met a listener that throws", e);
            }
        }
    }
}
