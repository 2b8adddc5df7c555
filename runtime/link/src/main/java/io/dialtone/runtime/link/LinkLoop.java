package io.dialtone.runtime.link;

import io.aeron.Aeron;
import io.dialtone.api.link.LinkEndpoint;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/**
 * A corridor that a process has with itself, through the driver of its host: some members with a thread each, which all talk with each other and are seen by nobody else. For a node that rehearses.
 * Set up and closed by one thread; each endpoint belongs to one thread, which must have stopped before this is closed.
 */
public final class LinkLoop implements AutoCloseable {
    /** No stream of a member of a cluster has such a number. */
    private static final int STREAM_BASE = 1 << 24;

    /** The driver keeps the streams of a process that has ended for a while, and would join them to those of the next with the same numbers. */
    private static final int LOOPS = 1 << 20;

    private static final int MEMBERS_MAX = 4;
    private static final int REST_MS = 1;

    private final LinkMember self;
    private final LinkSettings settings;
    private final Aeron aeron;
    private final long incarnation = Link.newIncarnation();
    private final int firstStreamId = STREAM_BASE + new SecureRandom().nextInt(LOOPS) * MEMBERS_MAX;
    private final List<LinkEndpoint> endpoints = new ArrayList<>();

    private LinkLoop(final LinkMember self, final LinkSettings settings, final int members, final long nowNs) {
        this.self = self;
        this.settings = settings;
        aeron = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(settings.directory().toString())
                .driverTimeoutMs(settings.driverSilenceMsMax())
                .idleStrategy(new SleepingMillisIdleStrategy(REST_MS))
                .awaitingIdleStrategy(new SleepingMillisIdleStrategy(REST_MS)));
        try {
            for (int member = 0; member < members; member++) {
                endpoints.add(endpoint(member, members, nowNs));
            }
        } catch (RuntimeException e) {
            aeron.close();
            throw e;
        }
    }

    /**
     * Opens it.
     *
     * @param self whose loop it is
     * @param members how many, 2 to 4
     * @param nowNs monotonic time
     * @throws LinkUnavailableException if there is no memory for the streams
     */
    public static LinkLoop open(
            final LinkMember self, final LinkSettings settings, final int members, final long nowNs) {
        if (members < 2 || members > MEMBERS_MAX) {
            throw new IllegalArgumentException("members: " + members + " (expected: 2 to " + MEMBERS_MAX + ")");
        }
        return new LinkLoop(self, settings, members, nowNs);
    }

    /** The ends of its members, by their numbers. */
    public List<LinkEndpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    private LinkEndpoint endpoint(final int member, final int members, final long nowNs) {
        final List<LinkPeer> peers = new ArrayList<>();
        final BellRound round = new BellRound(0);
        for (int peer = 0; peer < members; peer++) {
            if (peer != member) {
                final LinkCounters counters = new LinkCounters();
                peers.add(new LinkPeer(
                        pseudonym(peer),
                        0,
                        new AeronLinkPublication(
                                aeron,
                                channel(),
                                Link.stream(aeron, channel(), streamId(peer), self, settings),
                                counters,
                                null,
                                null,
                                round),
                        counters,
                        null));
            }
        }
        return new AeronLinkEndpoint(
                pseudonym(member),
                0,
                incarnation,
                List.of(aeron.addSubscription(channel(), streamId(member))),
                peers,
                settings,
                true,
                null,
                round,
                nowNs);
    }

    private LinkMember pseudonym(final int member) {
        return new LinkMember(
                member, self.name() + "-" + member, LinkRole.NODE, self.linkHost(), self.linkPort(), self.host(), 1);
    }

    private int streamId(final int member) {
        return firstStreamId + member;
    }

    private String channel() {
        return Link.ipc()
                .termLength(settings.termBytes())
                .mtu(LinkSettings.MTU_BYTES_INSIDE)
                .build();
    }

    @Override
    public void close() {
        aeron.close();
    }
}
