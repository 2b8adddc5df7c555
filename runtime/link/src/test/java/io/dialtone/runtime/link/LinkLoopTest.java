package io.dialtone.runtime.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LinkLoopTest {
    private static final LinkMember SELF = new LinkMember(3, "node-3", LinkRole.NODE, "127.0.0.1", 20_000, "host", 1);

    private final LinkSettings settings;
    private final LinkDriver driver;

    LinkLoopTest(@TempDir final Path directory) {
        settings = LinkSettings.defaults(directory.resolve("driver"));
        driver = LinkDriver.start(settings, (what, cause) -> {});
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void shouldCarryFramesBetweenEachTwoOfItsMembersAndShowThemTheirBeats() {
        try (LinkLoop loop = LinkLoop.open(SELF, settings, 3, System.nanoTime())) {
            final List<LinkEndpoint> ends = loop.endpoints();
            final List<Integer> heard = new ArrayList<>();
            final List<Integer> sent = new ArrayList<>();

            for (final LinkEndpoint from : ends) {
                for (final LinkEndpoint to : ends) {
                    if (from.member() != to.member()) {
                        await(ends, () -> isOffered(from, to));
                        sent.add(from.member());
                        awaitHeard(ends, to, heard, sent.size());
                        await(ends, () -> {
                            hear(to, heard);
                            return to.isReachable(from.member(), 0);
                        });
                    }
                }
            }
            assertEquals(sent, heard, "beats are no frames");
            assertEquals(ends.getFirst().incarnation(), ends.getLast().incarnationOf(0, 0));
        }
    }

    @Test
    void shouldBeOpenedAgainAfterItWasClosed() {
        for (int i = 0; i < 3; i++) {
            try (LinkLoop loop = LinkLoop.open(SELF, settings, 2, System.nanoTime())) {
                final List<LinkEndpoint> ends = loop.endpoints();
                await(ends, () -> isOffered(ends.get(0), ends.get(1)));
                final List<Integer> heard = new ArrayList<>();
                awaitHeard(ends, ends.get(1), heard, 1);
                assertEquals(List.of(0), heard);
            }
        }
    }

    @Test
    void shouldRefuseToBeOfOneOrOfTooMany() {
        assertThrows(IllegalArgumentException.class, () -> LinkLoop.open(SELF, settings, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> LinkLoop.open(SELF, settings, 5, 0));
    }

    private static boolean isOffered(final LinkEndpoint from, final LinkEndpoint to) {
        final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
        new LinkFrame()
                .wrapNew(header, 0, LinkFrame.TYPE_REPLICATION)
                .member(from.member())
                .incarnation(from.incarnation());
        return from.publication(to.member(), 0).offer(header, 0, LinkFrame.HEADER_BYTES, header, 0, 0) > 0;
    }

    /** What a poll returns counts beats too, so only what was handed out tells that a frame has come. */
    private static void awaitHeard(
            final List<LinkEndpoint> ends, final LinkEndpoint at, final List<Integer> heard, final int frames) {
        await(ends, () -> {
            hear(at, heard);
            return heard.size() >= frames;
        });
    }

    private static void hear(final LinkEndpoint at, final List<Integer> heard) {
        at.poll((buffer, offset, length) -> heard.add(sender(buffer, offset, length)), 10);
    }

    private static int sender(final DirectBuffer buffer, final int offset, final int length) {
        final LinkFrame frame = new LinkFrame();
        frame.wrap(buffer, offset, length);
        return frame.member();
    }

    /** Turns all ends until it is so; beats swallowed on the way are of no account. */
    private static void await(final List<LinkEndpoint> ends, final BooleanSupplier isSo) {
        while (!isSo.getAsBoolean()) {
            for (final LinkEndpoint end : ends) {
                end.doWork(System.nanoTime());
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
