package io.dialtone.runtime.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real drivers in this process; every wait ends when its condition holds, and fails after a bound. */
@Timeout(60)
class LinkTest {
    private static final LinkFailureHandler NONE = (what, cause) -> {
        throw new AssertionError(what, cause);
    };

    @TempDir
    Path directory;

    private final LinkKeys keys = keys("a secret of this cluster");
    private final List<AutoCloseable> open = new ArrayList<>();
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private int portOfEdge;
    private int portOfNode;

    @BeforeEach
    void findPorts() throws SocketException {
        try (DatagramSocket a = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                DatagramSocket b = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            portOfEdge = a.getLocalPort();
            portOfNode = b.getLocalPort();
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        for (final AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"host-1", "host-2"})
    void shouldCarryFramesOfEverySizeBetweenMembers(final String hostOfNode) {
        final Pair pair = new Pair(hostOfNode);
        pair.awaitReachable();
        final LinkPublication toNode = pair.edge.publication(1, 0);
        assertTrue(toNode.frameBytesMax() >= LinkFrame.HEADER_BYTES + 65_535);

        for (final int size : new int[] {0, 1, 600, 1_300, 1_500, 8_000, 8_200, 20_000, 65_535}) {
            final UnsafeBuffer body = randomBody(size);
            frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                    .slot(size)
                    .epoch(3)
                    .member(0)
                    .thread(0)
                    .incarnation(pair.edge.incarnation());
            await(() -> {
                pair.turn();
                return toNode.offer(header, 0, LinkFrame.HEADER_BYTES, body, 0, size) > 0;
            });
            await(() -> {
                pair.turn();
                return !pair.atNode.isEmpty();
            });
            final byte[] got = pair.atNode.removeFirst();
            assertEquals(LinkFrame.HEADER_BYTES + size, got.length);
            assertTrue(frame.wrap(new UnsafeBuffer(got), 0, got.length));
            assertEquals(size, frame.slot());
            final byte[] payload = new byte[size];
            System.arraycopy(got, LinkFrame.HEADER_BYTES, payload, 0, size);
            assertArrayEquals(body.byteArray(), payload);
        }
    }

    @Test
    void shouldKeepTheOrderOfFramesAndRefuseThoseTooLong() {
        final Pair pair = new Pair("host-1");
        pair.awaitReachable();
        final LinkPublication toEdge = pair.node.publication(0, 0);
        final UnsafeBuffer body = randomBody(700);
        for (int i = 0; i < 20_000; i++) {
            frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE)
                    .slot(i)
                    .member(1)
                    .incarnation(pair.node.incarnation());
            await(() -> {
                final long result = toEdge.offer(header, 0, LinkFrame.HEADER_BYTES, body, 0, 700);
                if (result <= 0) {
                    pair.turn();
                }
                return result > 0;
            });
        }
        await(() -> {
            pair.turn();
            return pair.atEdge.size() == 20_000;
        });
        for (int i = 0; i < 20_000; i++) {
            final byte[] got = pair.atEdge.get(i);
            frame.wrap(new UnsafeBuffer(got), 0, got.length);
            assertEquals(i, frame.slot());
        }

        final UnsafeBuffer tooLong = randomBody(toEdge.frameBytesMax());
        assertEquals(
                LinkPublication.TOO_LONG,
                toEdge.offer(header, 0, LinkFrame.HEADER_BYTES, tooLong, 0, tooLong.capacity()));
    }

    @Test
    void shouldPushBackInsteadOfGrowingWhenThePeerStands() {
        final Pair pair = new Pair("host-1");
        pair.awaitReachable();
        final LinkPublication toNode = pair.edge.publication(1, 0);
        final UnsafeBuffer body = randomBody(8_000);
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER).incarnation(pair.edge.incarnation());
        long result = 1;
        int taken = 0;
        while (result > 0) {
            result = toNode.offer(header, 0, LinkFrame.HEADER_BYTES, body, 0, 8_000);
            taken++;
            assertTrue(taken < 1_000);
        }

        assertEquals(LinkPublication.BACK_PRESSURED, result);
        assertTrue(counted(pair.edgeLink, LinkCounter.REFUSED_BACK_PRESSURED) >= 1);

        await(() -> {
            pair.turn();
            return toNode.offer(header, 0, LinkFrame.HEADER_BYTES, body, 0, 8_000) > 0;
        });
    }

    @Test
    void shouldSayNotConnectedWhileNobodyListens() {
        open.add(LinkDriver.start(settings(), NONE));
        final Link link =
                Link.open(members("host-1"), members("host-1").named("edge-1"), settings(), keys, 1_000, NONE);
        open.add(link);
        final LinkEndpoint edge = link.endpoint(0, System.nanoTime());

        assertEquals(
                LinkPublication.NOT_CONNECTED,
                edge.publication(1, 0).offer(header, 0, LinkFrame.HEADER_BYTES, header, 0, 0));
        assertFalse(edge.isReachable(1, 0));
        assertFalse(edge.isReachable(0, 0));
        assertFalse(edge.isReachable(9, 3));
        assertThrows(IllegalArgumentException.class, () -> edge.publication(0, 0));
        assertThrows(IllegalArgumentException.class, () -> edge.publication(1, 1));
    }

    @Test
    void shouldLoseAMemberThatClosesAndFindItsNextStart() {
        final Pair pair = new Pair("host-1");
        pair.awaitReachable();
        final long firstIncarnation = pair.edge.incarnationOf(1, 0);
        final long lostBefore = counted(pair.edgeLink, LinkCounter.PEER_LOST);

        pair.nodeLink.close();
        await(() -> {
            pair.edgeTurn();
            return !pair.edge.isReachable(1, 0);
        });
        pair.openNode();
        pair.awaitReachable();

        assertTrue(firstIncarnation != pair.edge.incarnationOf(1, 0));
        assertEquals(lostBefore + 1, counted(pair.edgeLink, LinkCounter.PEER_LOST));
        assertEquals(1, counted(pair.edgeLink, LinkCounter.PEER_RESTARTED));
    }

    @Test
    void shouldDropAndCountFramesOfStrangers() {
        final Pair pair = new Pair("host-1");
        pair.awaitReachable();
        final LinkPublication toNode = pair.edge.publication(1, 0);
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER).member(7).incarnation(1);
        assertTrue(toNode.offer(header, 0, LinkFrame.HEADER_BYTES, header, 0, 0) > 0);
        assertTrue(toNode.offer(header, 0, 10, header, 0, 0) > 0);
        header.putByte(0, (byte) 0);
        assertTrue(toNode.offer(header, 0, LinkFrame.HEADER_BYTES, header, 0, 0) > 0);

        await(() -> {
            pair.turn();
            return pair.nodeLink.invalidFrames() == 3;
        });
        assertTrue(pair.atNode.isEmpty());
    }

    @Test
    void shouldFindEachOtherWhileTheSecretIsBeingChanged() {
        final Pair pair = new Pair(
                "host-2",
                keys("old, sixteen bytes", "new, sixteen bytes"),
                keys("new, sixteen bytes", "old, sixteen bytes"));

        pair.awaitReachable();

        assertEquals(0, counted(pair.edgeLink, LinkCounter.SEAL_UNKNOWN_KEYS));
    }

    @Test
    void shouldHearNobodyWhoSealsWithAKeyThatItDoesNotHave() {
        final Pair pair =
                new Pair("host-2", keys("old, sixteen bytes"), keys("new, sixteen bytes", "old, sixteen bytes"));

        await(() -> {
            pair.turn();
            return counted(pair.edgeLink, LinkCounter.SEAL_UNKNOWN_KEYS) > 10;
        });

        assertFalse(pair.edge.isReachable(1, 0));
        assertFalse(pair.node.isReachable(0, 0));
    }

    @Test
    void shouldTakeNothingFromAnotherHostWithoutASeal() {
        final Pair pair = new Pair("host-2", keys, LinkKeys.none());
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE).member(1).incarnation(pair.node.incarnation());

        await(() -> {
            pair.turn();
            pair.node.publication(0, 0).offer(header, 0, LinkFrame.HEADER_BYTES, header, 0, 0);
            return counted(pair.edgeLink, LinkCounter.SEAL_MISSING) > 10;
        });

        assertFalse(pair.edge.isReachable(1, 0));
        assertTrue(pair.atEdge.isEmpty());
    }

    @Test
    void shouldSpeakPlainlyBetweenHostsIfNobodyHasAKey() {
        final Pair pair = new Pair("host-2", LinkKeys.none(), LinkKeys.none());

        pair.awaitReachable();
    }

    @Test
    void shouldTellItsProcessWhenTheDriverIsGone() {
        final LinkDriver driver = LinkDriver.start(settings(), NONE);
        final List<String> failures = new ArrayList<>();
        final Link link = Link.open(
                members("host-1"), members("host-1").named("edge-1"), settings(), keys, 1_000, (what, cause) -> {
                    synchronized (failures) {
                        failures.add(what);
                    }
                });
        open.add(link);
        final LinkEndpoint edge = link.endpoint(0, System.nanoTime());

        driver.close();

        await(() -> {
            synchronized (failures) {
                return !failures.isEmpty();
            }
        });
        assertTrue(failures.getFirst().contains("edge-1"), failures.toString());
        assertEquals(
                LinkPublication.CLOSED, edge.publication(1, 0).offer(header, 0, LinkFrame.HEADER_BYTES, header, 0, 0));
        assertEquals(0, edge.poll((buffer, offset, length) -> {}, 10));
    }

    @Test
    void shouldSayWhenThereIsNoDriver() {
        final LinkUnavailableException e = assertThrows(
                LinkUnavailableException.class,
                () -> Link.open(members("host-1"), members("host-1").named("edge-1"), settings(), keys, 1, NONE));
        assertTrue(String.valueOf(e.getMessage()).contains("dialtone host"), e.getMessage());
    }

    @Test
    void shouldNotTakeTheDirectoryOfALiveDriver() {
        final LinkDriver first = LinkDriver.start(settings(), NONE);
        open.add(first);

        assertThrows(LinkUnavailableException.class, () -> LinkDriver.start(settings(), NONE));
        final long silentMs = first.silentMs();
        assertTrue(silentMs >= 0 && silentMs < 2_000, () -> "the first driver lives on: " + silentMs);
    }

    @Test
    void shouldNotTakeADriverThatHasGoneForALiveOne() {
        final LinkDriver driver = LinkDriver.start(settings(), NONE);

        driver.close();

        assertEquals(Long.MAX_VALUE, driver.silentMs());
    }

    @Test
    void shouldBeDrivenByItsCallerIfWanted() {
        final LinkDriver driver = LinkDriver.startInvoked(settings(), NONE);
        open.add(driver);
        final boolean[] stop = {false};
        final Thread loop = new Thread(() -> {
            while (!stopped(stop)) {
                if (driver.doWork() == 0) {
                    LockSupport.parkNanos(1_000);
                }
            }
        });
        loop.start();
        try (Link link =
                Link.open(members("host-1"), members("host-1").named("edge-1"), settings(), keys, 5_000, NONE)) {
            assertEquals(0, link.endpoint(0, System.nanoTime()).thread());
        } finally {
            synchronized (stop) {
                stop[0] = true;
            }
            joinUninterrupted(loop);
        }
    }

    @Test
    void shouldNotAllocateWhenSendingAndReceiving() {
        final Pair pair = new Pair("host-1");
        pair.awaitReachable();
        final LinkPublication toNode = pair.edge.publication(1, 0);
        final UnsafeBuffer body = randomBody(600);
        final int[] got = {0};
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER).incarnation(pair.edge.incarnation());
        final com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        final LinkFrameHandler count = (buffer, offset, length) -> got[0]++;
        long best = Long.MAX_VALUE;
        for (int window = 0; window < 20; window++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            got[0] = 0;
            for (int i = 0; got[0] < 2_000; i++) {
                assertTrue(i < 100_000_000, "the frames did not come");
                toNode.offer(header, 0, LinkFrame.HEADER_BYTES, body, 0, 600);
                final long nowNs = System.nanoTime();
                pair.node.doWork(nowNs);
                pair.edge.doWork(nowNs);
                pair.node.poll(count, 10);
                pair.edge.poll(count, 10);
            }
            best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, best);
    }

    private static boolean stopped(final boolean[] stop) {
        synchronized (stop) {
            return stop[0];
        }
    }

    private static void joinUninterrupted(final Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private LinkSettings settings() {
        return LinkSettings.defaults(directory.resolve("driver"));
    }

    private LinkMembers members(final String hostOfNode) {
        return LinkPairs.members(portOfEdge, portOfNode, hostOfNode);
    }

    private static long counted(final Link link, final LinkCounter counter) {
        return link.status().stream()
                .mapToLong(status -> status.counters().getOrDefault(counter, 0L))
                .sum();
    }

    private static LinkKeys keys(final String... secrets) {
        return LinkKeys.of(Arrays.stream(secrets)
                .map(secret -> secret.getBytes(StandardCharsets.US_ASCII))
                .toList());
    }

    private static UnsafeBuffer randomBody(final int size) {
        final byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return new UnsafeBuffer(bytes);
    }

    private static void await(final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "the condition did not come to hold");
            Thread.onSpinWait();
        }
    }

    /** An edge and a node in this process, on one driver; between "hosts" they speak UDP all the same. */
    private final class Pair {
        final Link edgeLink;
        final LinkEndpoint edge;
        final List<byte[]> atEdge = new ArrayList<>();
        final List<byte[]> atNode = new ArrayList<>();
        private final LinkMembers members;
        private final LinkKeys keysOfNode;
        Link nodeLink;
        LinkEndpoint node;

        Pair(final String hostOfNode) {
            this(hostOfNode, keys, keys);
        }

        Pair(final String hostOfNode, final LinkKeys keysOfEdge, final LinkKeys keysOfNode) {
            this.keysOfNode = keysOfNode;
            members = members(hostOfNode);
            open.add(LinkDriver.start(settings(), NONE));
            edgeLink = Link.open(members, members.named("edge-1"), settings(), keysOfEdge, 1_000, NONE);
            open.add(edgeLink);
            edge = edgeLink.endpoint(0, System.nanoTime());
            nodeLink = Link.open(members, members.named("node-1"), settings(), keysOfNode, 1_000, NONE);
            node = nodeLink.endpoint(0, System.nanoTime());
            open.add(nodeLink);
        }

        void openNode() {
            nodeLink = Link.open(members, members.named("node-1"), settings(), keysOfNode, 1_000, NONE);
            open.add(nodeLink);
            node = nodeLink.endpoint(0, System.nanoTime());
        }

        void awaitReachable() {
            await(() -> {
                turn();
                return edge.isReachable(1, 0) && node.isReachable(0, 0);
            });
        }

        void turn() {
            edgeTurn();
            node.doWork(System.nanoTime());
            node.poll((buffer, offset, length) -> atNode.add(bytes(buffer, offset, length)), 10);
        }

        void edgeTurn() {
            edge.doWork(System.nanoTime());
            edge.poll((buffer, offset, length) -> atEdge.add(bytes(buffer, offset, length)), 10);
        }

        private static byte[] bytes(final DirectBuffer buffer, final int offset, final int length) {
            final byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);
            return bytes;
        }
    }
}
