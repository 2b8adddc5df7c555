package io.dialtone.runtime.link;

import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.dialtone.api.link.LinkBell;
import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** One thread's end of the corridor on Aeron. Made by {@link Link}; called only by the thread it was made for, counters excepted. */
final class AeronLinkEndpoint implements LinkEndpoint {
    private static final System.Logger LOGGER = System.getLogger(AeronLinkEndpoint.class.getName());
    private static final LinkFrameHandler NOBODY = (buffer, offset, length) -> {};
    private static final int ASSEMBLY_BYTES_INITIAL = 4096;
    private static final int NO_PEER = -1;

    private final LinkMember self;
    private final int thread;
    private final long incarnation;
    private final Subscription[] subscriptions;
    private final LinkPeer[] peers;

    /** Place in {@link #peers} for member * {@link LinkMember#THREADS_MAX} + thread. */
    private final int[] peerIndex;

    /** Number of receiving threads for each member; 0 for those we never talk with. */
    private final int[] threadsOfMember;

    private final LinkBeats beats;
    private final LinkCounters[] counters;
    private final FragmentHandler fragments;
    private final SealedFrame sealed = new SealedFrame();
    private final LinkFrame received = new LinkFrame();
    private final LinkFrame beat = new LinkFrame();
    private final UnsafeBuffer beatBuffer = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private final LinkInvalidFrames invalidFrames = new LinkInvalidFrames();
    private LinkFrameHandler handler = NOBODY;
    private final boolean isOfLoop;
    private final @Nullable LinkBell bell;
    private final BellRound round;
    private long nowNs;
    private int firstSubscription;

    AeronLinkEndpoint(
            final LinkMember self,
            final int thread,
            final long incarnation,
            final List<Subscription> subscriptions,
            final List<LinkPeer> peers,
            final LinkSettings settings,
            final boolean isOfLoop,
            final @Nullable LinkBell bell,
            final BellRound round,
            final long nowNs) {
        this.self = self;
        this.isOfLoop = isOfLoop;
        this.bell = bell;
        this.round = round;
        this.thread = thread;
        this.incarnation = incarnation;
        this.subscriptions = subscriptions.toArray(new Subscription[0]);
        this.peers = peers.toArray(new LinkPeer[0]);
        this.nowNs = nowNs;
        counters = peers.stream().map(LinkPeer::counters).toArray(LinkCounters[]::new);
        peerIndex = new int[1 + peers.stream().mapToInt(LinkPeer::key).max().orElse(NO_PEER)];
        Arrays.fill(peerIndex, NO_PEER);
        for (int i = 0; i < this.peers.length; i++) {
            peerIndex[this.peers[i].key()] = i;
        }
        threadsOfMember = new int[peerIndex.length / LinkMember.THREADS_MAX + 1];
        for (final LinkPeer peer : peers) {
            threadsOfMember[peer.member().number()] = peer.member().threads();
        }
        beats = new LinkBeats(
                this.peers.length,
                settings.beatIntervalMs() * 1_000_000L,
                settings.peerSilenceMsMax() * 1_000_000L,
                new Events(),
                nowNs);
        fragments = new FragmentAssembler(this::onFragment, ASSEMBLY_BYTES_INITIAL, true);
    }

    @Override
    public int member() {
        return self.number();
    }

    @Override
    public int thread() {
        return thread;
    }

    @Override
    public long incarnation() {
        return incarnation;
    }

    @Override
    public LinkPublication publication(final int member, final int peerThread) {
        final int peer = indexOf(member, peerThread);
        if (peer == NO_PEER) {
            throw new IllegalArgumentException(
                    "no corridor from " + self.name() + " to member " + member + " thread " + peerThread);
        }
        return peers[peer].publication();
    }

    @Override
    public int threadsOf(final int member) {
        return member >= 0 && member < threadsOfMember.length ? threadsOfMember[member] : 0;
    }

    @Override
    public boolean isReachable(final int member, final int peerThread) {
        final int peer = indexOf(member, peerThread);
        return peer != NO_PEER && beats.isReachable(peer);
    }

    @Override
    public long deafForNs(final int member, final int peerThread, final long atNs) {
        final int peer = indexOf(member, peerThread);
        return peer == NO_PEER ? 0 : beats.deafForNs(peer, atNs);
    }

    @Override
    public long incarnationOf(final int member, final int peerThread) {
        final int peer = indexOf(member, peerThread);
        return peer == NO_PEER ? LinkBeats.NO_INCARNATION : beats.incarnationOf(peer);
    }

    @Override
    public int doWork(final long turnNs) {
        nowNs = turnNs;
        round.ring();
        if (!beats.onTurn(turnNs)) {
            return 0;
        }
        int work = 0;
        for (final LinkPeer peer : peers) {
            work += peer.publication().doWork();
            sendBeat(peer);
        }
        return work;
    }

    private void sendBeat(final LinkPeer peer) {
        final int index = peerIndex[peer.key()];
        beat.wrapNew(beatBuffer, 0, LinkFrame.TYPE_BEAT)
                .member(self.number())
                .thread(thread)
                .incarnation(incarnation)
                .deaf(!beats.hears(index, nowNs));
        if (peer.opener() != null && !beats.isReachable(index)) {
            peer.publication().greet(beatBuffer, 0, LinkFrame.HEADER_BYTES);
        }
        final long result = peer.publication()
                .offerUncounted(beatBuffer, 0, LinkFrame.HEADER_BYTES, beatBuffer, LinkFrame.HEADER_BYTES, 0);
        peer.counters().increment(result > 0 ? LinkCounter.BEATS_SENT : LinkCounter.BEATS_REFUSED);
    }

    @Override
    public long nextDeadlineNs() {
        return beats.nextDeadlineNs();
    }

    @Override
    public @Nullable LinkBell bell() {
        return bell;
    }

    @Override
    public int poll(final LinkFrameHandler frameHandler, final int framesMax) {
        handler = frameHandler;
        int frames = 0;
        final int count = subscriptions.length;
        for (int i = 0; i < count && frames < framesMax; i++) {
            frames += subscriptions[(firstSubscription + i) % count].poll(fragments, framesMax - frames);
        }
        // The other way in, shared memory or UDP, goes first next time: a flood of one does not starve the other.
        firstSubscription = (firstSubscription + 1) % count;
        handler = NOBODY;
        return frames;
    }

    private void onFragment(final DirectBuffer buffer, final int offset, final int length, final Header header) {
        if (sealed.wrap(buffer, offset, length)) {
            onSealedFrame(buffer, offset, length);
            return;
        }
        final int peer =
                received.wrap(buffer, offset, length) ? indexOf(received.member(), received.thread()) : NO_PEER;
        if (peer == NO_PEER) {
            invalidFrames.increment();
        } else if (peers[peer].opener() != null) {
            counters[peer].increment(LinkCounter.SEAL_MISSING);
        } else {
            onFrame(peer, buffer, offset, length);
        }
    }

    private void onSealedFrame(final DirectBuffer buffer, final int offset, final int length) {
        final int peer = indexOf(sealed.member(), sealed.thread());
        final FrameOpener opener = peer == NO_PEER ? null : peers[peer].opener();
        if (opener == null) {
            invalidFrames.increment();
            return;
        }
        final int opened = opener.open(sealed, buffer, offset, length);
        if (opened < 0) {
            countRefusal(peer, opened);
            return;
        }
        final boolean isGreeting = FrameOpener.isGreeting(sealed);
        // A greeting may be an old one, said again by a stranger: it does not part us from a peer that we hear.
        if (!isGreeting || !beats.hears(peer, nowNs)) {
            peers[peer].publication().bindTo(sealed.incarnation());
        }
        if (isGreeting) {
            return;
        }
        if (received.wrap(opener.plain(), 0, opened)
                && received.incarnation() == sealed.incarnation()
                && indexOf(received.member(), received.thread()) == peer) {
            onFrame(peer, opener.plain(), 0, opened);
        } else {
            invalidFrames.increment();
        }
    }

    private void countRefusal(final int peer, final int result) {
        switch (result) {
            case FrameOpener.UNKNOWN_KEY -> onUnknownKey(peer);
            case FrameOpener.FORGED -> counters[peer].increment(LinkCounter.SEAL_FORGERIES);
            case FrameOpener.REPLAYED -> counters[peer].increment(LinkCounter.SEAL_REPLAYS);
            case FrameOpener.STRAY -> counters[peer].increment(LinkCounter.SEAL_STRAYS);
            default -> throw new IllegalStateException("no such refusal: " + result);
        }
    }

    /** Said once for each peer: it comes with every beat until an operator has given both the same key. */
    private void onUnknownKey(final int peer) {
        if (counters[peer].get(LinkCounter.SEAL_UNKNOWN_KEYS) == 0) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "{0}/{1}: {2} seals with key {3}, which is none of ours (expected: the same cluster key for all)",
                    self.name(),
                    thread,
                    peers[peer],
                    LinkKeys.text(sealed.key()));
        }
        counters[peer].increment(LinkCounter.SEAL_UNKNOWN_KEYS);
    }

    private void onFrame(final int peer, final DirectBuffer buffer, final int offset, final int length) {
        if (received.type() == LinkFrame.TYPE_BEAT) {
            beats.onBeat(peer, received.incarnation(), !received.isDeaf(), nowNs);
            counters[peer].increment(LinkCounter.BEATS_RECEIVED);
            return;
        }
        beats.onFrame(peer, received.incarnation(), nowNs);
        counters[peer].increment(LinkCounter.RECEIVED_FRAMES);
        counters[peer].add(LinkCounter.RECEIVED_BYTES, length);
        handler.onFrame(buffer, offset, length);
    }

    private int indexOf(final int member, final int peerThread) {
        if (peerThread < 0 || peerThread >= LinkMember.THREADS_MAX) {
            return NO_PEER;
        }
        final int key = member * LinkMember.THREADS_MAX + peerThread;
        return key >= 0 && key < peerIndex.length ? peerIndex[key] : NO_PEER;
    }

    /** Peers with their counters; any thread may read those. */
    LinkPeer[] peers() {
        return peers.clone();
    }

    /** What this thread has found of each thread of a member. Read by any thread. */
    boolean reachesAllOf(final int member) {
        for (final LinkPeer peer : peers) {
            if (peer.member().number() == member
                    && peer.counters().get(LinkCounter.PEER_FOUND)
                            <= peer.counters().get(LinkCounter.PEER_LOST)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a thread of that member was heard with this incarnation last. Asked by any thread. */
    boolean hasHeard(final int member, final long ofIncarnation) {
        for (int peer = 0; peer < peers.length; peer++) {
            if (peers[peer].member().number() == member && beats.incarnationOf(peer) == ofIncarnation) {
                return true;
            }
        }
        return false;
    }

    /** Frames dropped because they are no frames of ours or of nobody we know. Read by any thread. */
    long invalidFrames() {
        return invalidFrames.get();
    }

    private final class Events implements LinkBeats.PeerEvents {
        @Override
        public void onPeerReachable(final int peer) {
            counters[peer].increment(LinkCounter.PEER_FOUND);
            LOGGER.log(level(System.Logger.Level.INFO), "{0}/{1}: {2} is reachable", self.name(), thread, peers[peer]);
        }

        @Override
        public void onPeerLost(final int peer) {
            counters[peer].increment(LinkCounter.PEER_LOST);
            LOGGER.log(
                    level(System.Logger.Level.WARNING),
                    "{0}/{1}: {2} fell silent, or does not hear us",
                    self.name(),
                    thread,
                    peers[peer]);
        }

        @Override
        public void onPeerRestarted(final int peer) {
            counters[peer].increment(LinkCounter.PEER_RESTARTED);
            LOGGER.log(
                    level(System.Logger.Level.WARNING), "{0}/{1}: {2} was restarted", self.name(), thread, peers[peer]);
        }

        /** What a process has with itself is no operator's affair. */
        private System.Logger.Level level(final System.Logger.Level usual) {
            return isOfLoop ? System.Logger.Level.DEBUG : usual;
        }
    }
}
