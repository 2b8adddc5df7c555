package io.dialtone.runtime.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node in a process of its own, killed and started again. */
@Timeout(90)
class LinkProcessesTest {
    private static final int BODY_BYTES = 600;

    @TempDir
    Path directory;

    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private final UnsafeBuffer body = new UnsafeBuffer(new byte[BODY_BYTES]);
    private @Nullable Process node;
    private int echoed;

    @AfterEach
    void killNode() {
        if (node != null) {
            node.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"host-1", "host-2"})
    void shouldLoseAKilledNodeSoonAndTalkWithItsNextStart(final String hostOfNode) throws Exception {
        final int portOfEdge = freePort();
        final int portOfNode = freePort();
        final LinkMembers members = LinkPairs.members(portOfEdge, portOfNode, hostOfNode);
        final LinkSettings settings = LinkSettings.defaults(directory.resolve("driver"));
        final LinkFailureHandler none = (what, cause) -> {
            throw new AssertionError(what, cause);
        };
        try (LinkDriver driver = LinkDriver.start(settings, none);
                Link link = Link.open(members, members.named("edge-1"), settings, LinkPairs.KEYS, 1_000, none)) {
            final LinkEndpoint edge = link.endpoint(0, System.nanoTime());
            final Process killed = startNode(portOfEdge, portOfNode, hostOfNode);
            await(edge, () -> edge.isReachable(1, 0));
            final long first = edge.incarnationOf(1, 0);
            await(edge, () -> offer(edge) > 0);
            await(edge, () -> echoed > 0);

            killed.destroyForcibly();
            assertEquals(128 + 9, killed.waitFor());
            await(edge, () -> !edge.isReachable(1, 0));
            // What piles up before the dead node's end must not stand in the way of its successor.
            while (offer(edge) > 0) {
                assertTrue(driver.silentMs() < settings.driverSilenceMsMax());
            }

            startNode(portOfEdge, portOfNode, hostOfNode);
            await(edge, () -> edge.isReachable(1, 0) && edge.incarnationOf(1, 0) != first);
            echoed = 0;
            await(edge, () -> {
                offer(edge);
                return echoed > 1_000;
            });
        }
    }

    private long offer(final LinkEndpoint edge) {
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                .member(edge.member())
                .thread(edge.thread())
                .incarnation(edge.incarnation());
        return edge.publication(1, 0).offer(header, 0, LinkFrame.HEADER_BYTES, body, 0, BODY_BYTES);
    }

    private Process startNode(final int portOfEdge, final int portOfNode, final String hostOfNode) throws IOException {
        final Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LinkEcho.class.getName(),
                        directory.resolve("driver").toString(),
                        Integer.toString(portOfEdge),
                        Integer.toString(portOfNode),
                        hostOfNode,
                        "1000"))
                .inheritIO()
                .start();
        node = process;
        return process;
    }

    private void await(final LinkEndpoint edge, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "the condition did not come to hold");
            edge.doWork(System.nanoTime());
            edge.poll((buffer, offset, length) -> echoed++, 64);
            Thread.onSpinWait();
        }
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return socket.getLocalPort();
        }
    }
}
