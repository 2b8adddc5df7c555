package io.dialtone.runtime.link;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ErrorCode;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.exceptions.ClientTimeoutException;
import io.aeron.exceptions.ConductorServiceTimeoutException;
import io.aeron.exceptions.DriverTimeoutException;
import io.aeron.exceptions.RegistrationException;
import io.dialtone.api.link.LinkEndpoint;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * A process's corridor to the other members of its cluster: a client of the host's {@link LinkDriver}. Set up and closed by {@code main};
 * each of its endpoints belongs to one thread, which must have stopped before this is closed.
 */
public final class Link implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Link.class.getName());
    private static final int CONDUCTOR_REST_MS = 16;
    private static final int SET_UP_REST_MS = 1;
    private static final int STREAM_TERMS = 3;
    private static final int BYTES_PER_KIB = 1024;
    private static final long HEARTBEAT_LOOK_NS = 5_000_000L;
    private static final long KEEP_ALIVES_PER_SILENCE = 8;

    private final LinkMembers members;
    private final LinkMember self;
    private final LinkSettings settings;
    private final LinkKeys keys;
    private final LinkFailureHandler failureHandler;
    private final long incarnation;
    private final Aeron aeron;
    private final List<AeronLinkEndpoint> endpoints = new CopyOnWriteArrayList<>();
    /** By stream. */
    private final Map<Integer, BellWire> wires = new HashMap<>();

    private final AtomicReference<@Nullable Throwable> lastFatal = new AtomicReference<>();
    private volatile boolean closing;

    private Link(
            final LinkMembers members,
            final LinkMember self,
            final LinkSettings settings,
            final LinkKeys keys,
            final LinkFailureHandler failureHandler) {
        this.members = members;
        this.self = self;
        this.settings = settings;
        this.keys = keys;
        this.failureHandler = failureHandler;
        incarnation = newIncarnation();
        aeron = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(settings.directory().toString())
                .driverTimeoutMs(settings.driverSilenceMsMax())
                .keepAliveIntervalNs(settings.clientSilenceMsMax() * 1_000_000L / KEEP_ALIVES_PER_SILENCE)
                .idleStrategy(new SleepingMillisIdleStrategy(CONDUCTOR_REST_MS))
                .awaitingIdleStrategy(new SleepingMillisIdleStrategy(SET_UP_REST_MS))
                .threadFactory(work -> {
                    final Thread thread = new Thread(work, "link-conductor-" + self.name());
                    thread.setDaemon(true);
                    return thread;
                })
                .errorHandler(this::onError)
                .subscriberErrorHandler(this::onError));
        aeron.addCloseHandler(this::onClosed);
    }

    /**
     * Connects a member to the driver of its host, and waits for the driver to come up.
     *
     * @param keys what frames between hosts are sealed with
     * @param driverWaitMsMax how long to wait for the driver
     * @throws LinkUnavailableException if there is no driver
     */
    public static Link open(
            final LinkMembers members,
            final LinkMember self,
            final LinkSettings settings,
            final LinkKeys keys,
            final int driverWaitMsMax,
            final LinkFailureHandler failureHandler) {
        final long deadlineNs = System.nanoTime() + driverWaitMsMax * 1_000_000L;
        awaitHeartbeat(settings, deadlineNs);
        while (true) {
            try {
                return new Link(members, self, settings, keys, failureHandler);
            } catch (DriverTimeoutException e) {
                if (System.nanoTime() - deadlineNs >= 0) {
                    throw new LinkUnavailableException(
                            "no live media driver at " + settings.directory() + " after " + driverWaitMsMax
                                    + " ms. Maybe start it first: dialtone host",
                            e);
                }
            }
        }
    }

    /** A driver that was killed looks alive for as long as it may be silent, and takes whoever connects to it along: only one more heartbeat tells. */
    private static void awaitHeartbeat(final LinkSettings settings, final long deadlineNs) {
        final long first = LinkDriver.lastHeartbeat(settings);
        while (LinkDriver.lastHeartbeat(settings) == first && System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(HEARTBEAT_LOOK_NS);
        }
    }

    /**
     * Opens the corridor of one of this process's threads, with a stream of its own in and one to each thread of each peer.
     *
     * @param thread 0 up to {@link LinkMember#threads()} of this member
     * @param nowNs monotonic time
     * @throws LinkUnavailableException if there is no memory for the streams
     */
    public LinkEndpoint endpoint(final int thread, final long nowNs) {
        if (thread < 0 || thread >= self.threads()) {
            throw new IllegalArgumentException(
                    "thread " + thread + " of " + self.name() + " (expected: 0 to " + (self.threads() - 1) + ")");
        }
        final List<LinkMember> peerMembers = members.peersOf(self);
        final List<Subscription> subscriptions = new ArrayList<>();
        if (peerMembers.stream().anyMatch(this::isOnThisHost) || peerMembers.isEmpty()) {
            subscriptions.add(aeron.addSubscription(ipc().build(), self.streamId(thread)));
        }
        if (!peerMembers.stream().allMatch(this::isOnThisHost)) {
            subscriptions.add(aeron.addSubscription(udp(self).build(), self.streamId(thread)));
        }
        final List<LinkPeer> peers = new ArrayList<>();
        // Two: a frame that was opened is still being read when the answer to it is sealed.
        final FrameCipher sealing = new FrameCipher();
        final FrameCipher opening = new FrameCipher();
        final BellRound round =
                new BellRound(peerMembers.stream().mapToInt(LinkMember::threads).sum());
        for (final LinkMember peer : peerMembers) {
            for (int peerThread = 0; peerThread < peer.threads(); peerThread++) {
                peers.add(peer(peer, peerThread, thread, sealing, opening, round));
            }
        }
        final AeronLinkEndpoint endpoint = new AeronLinkEndpoint(
                self, thread, incarnation, subscriptions, peers, settings, false, bell(thread), round, nowNs);
        endpoints.add(endpoint);
        return endpoint;
    }

    private LinkPeer peer(
            final LinkMember peer,
            final int peerThread,
            final int thread,
            final FrameCipher sealing,
            final FrameCipher opening,
            final BellRound round) {
        final boolean isSealed = !keys.isNone() && !isOnThisHost(peer);
        final String channel = (isOnThisHost(peer) ? ipc() : udp(peer))
                .termLength(settings.termBytes())
                .mtu(isOnThisHost(peer) ? LinkSettings.MTU_BYTES_INSIDE : settings.mtuBytes())
                .build();
        final LinkCounters counters = new LinkCounters();
        final LinkKeys.Stream there = new LinkKeys.Stream(self.number(), thread, peer.number(), peerThread);
        final LinkKeys.Stream back = new LinkKeys.Stream(peer.number(), peerThread, self.number(), thread);
        final AeronLinkPublication publication = new AeronLinkPublication(
                aeron,
                channel,
                stream(aeron, channel, peer.streamId(peerThread), self, settings),
                counters,
                isSealed ? new FrameSealer(keys.sealing(), there, incarnation, sealing, 0) : null,
                isOnThisHost(peer) ? wire(peer.streamId(peerThread)) : null,
                round);
        return new LinkPeer(
                peer,
                peerThread,
                publication,
                counters,
                isSealed ? new FrameOpener(keys, back, incarnation, opening) : null);
    }

    /**
     * Opens a stream of a member's, whose memory the driver takes at once.
     *
     * @throws LinkUnavailableException if there is none
     */
    static ExclusivePublication stream(
            final Aeron aeron,
            final String channel,
            final int streamId,
            final LinkMember self,
            final LinkSettings settings) {
        try {
            return aeron.addExclusivePublication(channel, streamId);
        } catch (RegistrationException e) {
            if (e.errorCode() != ErrorCode.STORAGE_SPACE) {
                throw e;
            }
            throw new LinkUnavailableException(
                    "no room for the streams of " + self.name() + " in " + settings.directory() + " (expected: "
                            + STREAM_TERMS * settings.termBytes() / BYTES_PER_KIB
                            + " KiB for each thread of each peer). Maybe make its file system larger",
                    e);
        }
    }

    private @Nullable Bell bell(final int thread) {
        final BellWire wire = wire(self.streamId(thread));
        return wire == null
                ? null
                : new Bell(wire, members.peersOf(self).stream().allMatch(this::isOnThisHost));
    }

    /** The bell of a thread on this host; without it that thread looks now and then, as one of another host does. */
    private @Nullable BellWire wire(final int streamId) {
        try {
            BellWire wire = wires.get(streamId);
            if (wire == null) {
                wire = BellWire.open(settings.directory(), streamId);
                wires.put(streamId, wire);
            }
            return wire;
        } catch (IOException e) {
            LOGGER.log(
                    System.Logger.Level.INFO,
                    () -> "link of " + self.name() + ": nobody rings for stream " + streamId + ": " + e.getMessage());
            return null;
        }
    }

    /** Random number of this process's start. */
    public long incarnation() {
        return incarnation;
    }

    /** What was counted so far. May be called by any thread. */
    public List<LinkPeerStatus> status() {
        final List<LinkPeerStatus> status = new ArrayList<>();
        for (final AeronLinkEndpoint endpoint : endpoints) {
            for (final LinkPeer peer : endpoint.peers()) {
                final Map<LinkCounter, Long> counts = new EnumMap<>(LinkCounter.class);
                for (final LinkCounter counter : LinkCounter.values()) {
                    counts.put(counter, peer.counters().get(counter));
                }
                status.add(new LinkPeerStatus(
                        endpoint.thread(),
                        peer.member().name(),
                        peer.thread(),
                        peer.publication().isConnected(),
                        Collections.unmodifiableMap(counts)));
            }
        }
        return status;
    }

    /** True if all our threads hear all threads of that member and are heard by them, or the two never talk. May be called by any thread. */
    public boolean isReachable(final int member) {
        for (final AeronLinkEndpoint endpoint : endpoints) {
            if (!endpoint.reachesAllOf(member)) {
                return false;
            }
        }
        return true;
    }

    /** True if that process of a member, and none that came after it, is reached now. May be called by any thread. */
    public boolean isReachable(final int member, final long itsIncarnation) {
        return isReachable(member) && endpoints.stream().anyMatch(each -> each.hasHeard(member, itsIncarnation));
    }

    /** Frames dropped because they were no frames of ours, or of nobody we know. May be called by any thread. */
    public long invalidFrames() {
        return endpoints.stream().mapToLong(AeronLinkEndpoint::invalidFrames).sum();
    }

    @Override
    public void close() {
        closing = true;
        aeron.close();
        wires.values().forEach(BellWire::close);
        wires.clear();
    }

    private boolean isOnThisHost(final LinkMember peer) {
        return peer.host().equals(self.host());
    }

    static ChannelUriStringBuilder ipc() {
        return new ChannelUriStringBuilder().media("ipc");
    }

    private static ChannelUriStringBuilder udp(final LinkMember receiver) {
        return new ChannelUriStringBuilder().media("udp").endpoint(receiver.endpoint());
    }

    static long newIncarnation() {
        // Not to be guessed: what is sealed for this start is for no other.
        final SecureRandom secure = new SecureRandom();
        long random = LinkBeats.NO_INCARNATION;
        while (random == LinkBeats.NO_INCARNATION) {
            random = secure.nextLong();
        }
        return random;
    }

    private void onError(final Throwable error) {
        if (error instanceof DriverTimeoutException
                || error instanceof ClientTimeoutException
                || error instanceof ConductorServiceTimeoutException
                || error instanceof AgentTerminationException) {
            // Said once, in onClosed, which follows.
            lastFatal.compareAndSet(null, error);
        } else if (!closing) {
            LOGGER.log(System.Logger.Level.WARNING, () -> "link of " + self.name() + ": " + error);
        }
    }

    /** The client is closed by us, or by itself when the driver is gone or has given us up: then all streams are dead for good. */
    private void onClosed() {
        if (!closing) {
            final Throwable cause = lastFatal.get();
            failureHandler.onLinkFailure(
                    "the corridor of " + self.name() + " is gone: "
                            + (cause == null ? "its client was closed" : cause.getMessage())
                            + " (media driver at " + settings.directory() + ")",
                    cause);
        }
    }
}
