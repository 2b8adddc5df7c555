package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host says of its nodes' ends. Processes are real, their lines are held by the test. */
class HostWatchTest {
    private static final long LONG_ENOUGH_NS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    Path folder = Path.of("");

    private final List<String> exits = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Throwable> fault = new AtomicReference<>();
    private HostWatch watch;
    private Process process;

    @BeforeEach
    void open() throws IOException, UnavailableException {
        assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "SKIPPED: the system does not tell of its processes");
        watch = HostWatch.open(
                folder.resolve("watch"), (member, incarnation) -> exits.add(member + "/" + incarnation), fault::set);
        process = new ProcessBuilder("sleep", "600").start();
    }

    @AfterEach
    void close() throws InterruptedException {
        watch.close();
        process.destroyForcibly().waitFor();
        assertEquals(null, fault.get());
    }

    @Test
    void shouldTellTheRegistryAndTheOthersWhenANodeHasEnded() throws IOException, InterruptedException {
        try (SocketChannel other = introduced(1, 0xa1, ProcessMark.ofThis())) {
            final SocketChannel line = introduced(2, 0xb2, ProcessMark.of(process.pid()));
            await(() -> watch.watched() == 2);

            process.destroyForcibly().waitFor();
            line.close(); // as the system does

            assertEquals("ENDED 2 b2\n", heard(other));
            assertEquals(List.of("2/" + 0xb2), exits);
            assertEquals(1, watch.exitsSeen());
            assertEquals(1, watch.watched());
        }
    }

    @Test
    void shouldNotTakeANodeForDeadThatLetsGoOfItsLineAndLives() throws IOException {
        try (SocketChannel other = introduced(1, 0xa1, ProcessMark.ofThis())) {
            final SocketChannel line = introduced(2, 0xb2, ProcessMark.of(process.pid()));
            await(() -> watch.watched() == 2);

            line.close();

            assertEquals("LOST 2 b2\n", heard(other));
            assertEquals(List.of(), exits);
        }
    }

    @Test
    void shouldNotTakeForDeadWhatItCannotSee() throws IOException, InterruptedException {
        final ProcessMark elsewhere =
                new ProcessMark(process.pid(), ProcessMark.of(process.pid()).startTicks() + 1);
        try (SocketChannel other = introduced(1, 0xa1, ProcessMark.ofThis())) {
            final SocketChannel line = introduced(2, 0xb2, elsewhere);
            await(() -> watch.watched() == 2);

            process.destroyForcibly().waitFor();
            line.close();

            assertEquals("LOST 2 b2\n", heard(other));
            assertEquals(List.of(), exits);
        }
    }

    @Test
    void shouldPassHintsOnAsLostAndNameWhoHoldsALine() throws IOException {
        try (SocketChannel node = introduced(1, 0xa1, ProcessMark.ofThis())) {
            await(() -> watch.watched() == 1);
            assertEquals(
                    List.of(new HostWatch.Node(1, 0xa1, ProcessHandle.current().pid())), watch.nodes());

            watch.hint(7, 0xc7);

            assertEquals("LOST 7 c7\n", heard(node));
        }
        await(() -> watch.watched() == 0);
        assertEquals(List.of(), watch.nodes());
        assertEquals(List.of(), exits);
    }

    @Test
    void shouldHangUpOnWhoeverDoesNotIntroduceItself() throws IOException {
        for (final String words : new String[] {"GET / HTTP/1.1\r\n", "MEMBER 1 x 2 3\n", "x".repeat(1_000)}) {
            try (SocketChannel stranger = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("watch")))) {
                stranger.write(ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII)));

                assertEquals("", heard(stranger));
            }
        }
        assertEquals(0, watch.watched());
    }

    @Test
    void shouldTakeHoldAgainWhenTheWatchIsThereAgain() throws UnavailableException {
        try (Lifeline line =
                Lifeline.hold(folder.resolve("watch"), 1, 0xa1, new io.dialtone.state.replication.DeathHints())) {
            await(() -> watch.watched() == 1);

            watch.close();
            await(() -> !line.isHeld());
            watch = HostWatch.open(folder.resolve("watch"), (member, incarnation) -> {}, fault::set);

            await(() -> watch.watched() == 1);
            assertTrue(line.isHeld());
        }
    }

    private SocketChannel introduced(final int member, final long incarnation, final ProcessMark mark)
            throws IOException {
        final SocketChannel line = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("watch")));
        final String words = "MEMBER " + member + " " + Long.toHexString(incarnation) + " " + mark.pid() + " "
                + mark.startTicks() + "\n";
        line.write(ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII)));
        return line;
    }

    /** The next words on a line, or none when it has ended. */
    private static String heard(final SocketChannel line) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(HostWatch.LINE_BYTES_MAX);
        try {
            return line.read(bytes) < 0
                    ? ""
                    : new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
        } catch (IOException reset) {
            return ""; // what it had not read when it hung up
        }
    }

    private static void await(final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + LONG_ENOUGH_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "not in time");
            LockSupport.parkNanos(1_000_000L);
        }
    }
}
