package io.dialtone.state.registry;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.jspecify.annotations.Nullable;

/** A registry of one or three members in this process, and clients that are driven by the test's own hand; a media driver for the clients. */
final class RegistryHouse implements AutoCloseable {
    static final int SLOTS = 16;

    /** Not what is expected, but what no machine needs however busy it is. */
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private static final String HOST = "127.0.0.1";
    private static final int PORTS_FROM = 14_000;
    private static final int PORTS_TO = 30_000;

    /** A quarter of a term: whoever falls behind by more than half a term loses the leader's stream and has to catch up from its archive. */
    private static final int BATCH_BYTES = 256 << 10;

    private static final int BATCH = BATCH_BYTES / RegistryFrame.SCHEMA_BYTES_MAX;

    /** As many proposals as that may be given up for each one that is not. */
    private static final int GIVEN_UP_MAX = 3;

    final List<String> failures = new CopyOnWriteArrayList<>();
    final List<RegistryPeer> peers = new ArrayList<>();

    /** What members find on their disk. */
    final AtomicLong diskFreeBytes = new AtomicLong(Long.MAX_VALUE);

    private final List<RegistryClient> clients = new ArrayList<>();
    private final @Nullable RegistryMember[] members;
    private final @Nullable Process[] processes;
    private final int backupsWanted;
    private long proposed;
    private final Path directory;
    private final MediaDriver driver;

    RegistryHouse(final int size, final int backupsWanted) throws IOException {
        this(size, backupsWanted, false);
        for (int number = 0; number < size; number++) {
            start(number);
        }
    }

    /** With members that are yet to be started. */
    static RegistryHouse ofNobody(final int size, final int backupsWanted) throws IOException {
        return new RegistryHouse(size, backupsWanted, false);
    }

    /** With a process for each member, to be killed. */
    static RegistryHouse ofProcesses(final int size, final int backupsWanted) throws IOException {
        return new RegistryHouse(size, backupsWanted, true);
    }

    private RegistryHouse(final int size, final int backupsWanted, final boolean isOfProcesses) throws IOException {
        this.backupsWanted = backupsWanted;
        Files.createDirectories(Path.of("target"));
        directory = Files.createTempDirectory(Path.of("target"), "registry-").toAbsolutePath();
        final Set<Integer> taken = new HashSet<>();
        for (int number = 0; number < size; number++) {
            final int port = freePorts(taken);
            taken.add(port);
            peers.add(new RegistryPeer(number, HOST, port));
        }
        members = new RegistryMember[size];
        processes = new Process[size];
        driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .aeronDirectoryName(driverDirectory("clients").toString())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .termBufferSparseFile(true)
                .timerIntervalNs(TimeUnit.MILLISECONDS.toNanos(100))
                .imageLivenessTimeoutNs(TimeUnit.SECONDS.toNanos(1))
                .threadingMode(ThreadingMode.SHARED));
        for (int number = 0; isOfProcesses && number < size; number++) {
            startProcess(number);
        }
    }

    /** In shared memory where there is some: on a busy disk a driver stands still for seconds. */
    private Path driverDirectory(final String name) {
        final Path sharedMemory = Path.of("/dev/shm");
        final Path parent = Files.isDirectory(sharedMemory) ? sharedMemory : directory;
        return parent.resolve("dialtone-" + directory.getFileName() + "-" + name);
    }

    /** The first of so many free ports in a row, below those that the system gives to whoever asks for any: a member that starts again must find its own free. */
    private static int freePorts(final Set<Integer> taken) throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            final int first = PORTS_FROM
                    + ThreadLocalRandom.current().nextInt((PORTS_TO - PORTS_FROM) / RegistryPeer.PORTS)
                            * RegistryPeer.PORTS;
            if (!taken.contains(first) && areFree(first)) {
                return first;
            }
        }
        throw new IOException("no free ports");
    }

    private static boolean areFree(final int first) {
        for (int port = first; port < first + RegistryPeer.PORTS; port++) {
            try (DatagramSocket socket =
                    new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                socket.getLocalPort();
            } catch (SocketException | IllegalArgumentException e) {
                return false;
            }
        }
        return true;
    }

    RegistryMemberSettings settings(final int number, final int slots) {
        return new RegistryMemberSettings(
                number,
                peers,
                directory.resolve("member-" + number),
                driverDirectory("member-" + number),
                slots,
                backupsWanted,
                RegistryMemberSettings.PARK_MAX_US_DEFAULT);
    }

    void start(final int number) {
        start(number, SLOTS);
    }

    void start(final int number, final int slots) {
        final RegistryMemberSettings settings = settings(number, slots);
        members[number] = RegistryMember.start(
                settings,
                new RegistryDisk(settings.directory(), diskFreeBytes::get),
                (what, cause) -> failures.add(what));
    }

    /** Starts the member in a process of its own; what it says is in the test's directory until that is deleted. */
    void startProcess(final int number) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"));
        command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "-Xmx128m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), RegistryProcess.class.getName()));
        command.addAll(RegistryProcess.arguments(settings(number, SLOTS)));
        processes[number] = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("process-" + number + ".log").toFile()))
                .start();
    }

    /** As kill -9 does: nothing is closed, nobody is told. */
    void kill(final int number) throws InterruptedException {
        final Process process = processes[number];
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        processes[number] = null;
    }

    void stop(final int number) {
        CloseHelper.close(members[number]);
        members[number] = null;
    }

    /** The member's machine was replaced by a new one. */
    void wipe(final int number) {
        IoUtil.delete(directory.resolve("member-" + number).toFile(), false);
    }

    /** As an operator may, while both are stopped. */
    void copyDirectory(final int from, final int to) throws IOException {
        wipe(to);
        final Path source = directory.resolve("member-" + from);
        final Path target = directory.resolve("member-" + to);
        try (Stream<Path> files = Files.walk(source)) {
            for (final Path file : files.toList()) {
                Files.copy(file, target.resolve(source.relativize(file)));
            }
        }
    }

    RegistryMember member(final int number) {
        final RegistryMember member = members[number];
        if (member == null) {
            throw new AssertionError("member " + number + " is down");
        }
        return member;
    }

    int leader() {
        for (int number = 0; number < members.length; number++) {
            final RegistryMember member = members[number];
            if (member != null && member.isLeader()) {
                return number;
            }
        }
        return -1;
    }

    int awaitLeader() {
        await("a leader", () -> leader() >= 0);
        return leader();
    }

    RegistryClient onlooker() {
        return client(SlotEntry.NONE, 0);
    }

    RegistryClient client(final int member, final long incarnation) {
        final RegistryClient client = new RegistryClient(
                new RegistryClientSettings(peers, driverDirectory("clients"), HOST, SLOTS, member, incarnation),
                System::nanoTime,
                SlotMapListener.NONE);
        clients.add(client);
        return client;
    }

    /** A client that has joined as a member of the grid. */
    RegistryClient joined(final int number) {
        final RegistryClient client = client(number, 100 + number);
        ask(
                client,
                new SlotCommand.Join(
                        new GridMember(number, 100 + number, "node-" + number, "host-" + number, "zone", false)),
                "member " + number + " to join",
                map -> map.member(number) != null);
        return client;
    }

    /** The process of this client is stopped: nobody calls it any more. */
    void freeze(final RegistryClient client) {
        clients.remove(client);
    }

    void thaw(final RegistryClient client) {
        clients.add(client);
    }

    /** Proposes, and proposes again when that was given up, as everybody does who still wants something. */
    void ask(final RegistryClient client, final SlotCommand command, final String what, final Predicate<SlotMap> isSo) {
        final long[] givenUp = {-1};
        await(what, () -> {
            if (isSo.test(client.map())) {
                return true;
            }
            final long givenUpByNow = client.count(RegistryCounter.PROPOSALS_GIVEN_UP);
            if (givenUp[0] != givenUpByNow) {
                givenUp[0] = givenUpByNow;
                propose(client, command);
            }
            return false;
        });
    }

    void propose(final RegistryClient client, final SlotCommand command) {
        client.propose(command);
        proposed++;
    }

    /** Until each proposal was answered or given up. */
    void awaitAnswers() {
        await("answers", () -> {
            long answered = 0;
            for (final RegistryClient client : clients) {
                answered += client.count(RegistryCounter.PROPOSALS_ANSWERED)
                        + client.count(RegistryCounter.PROPOSALS_GIVEN_UP);
            }
            return answered == proposed;
        });
    }

    /**
     * Lets the log grow by that many bytes at least, with commands that are refused. Not faster than these members follow: others would purge what a slower one still
     * needs, and it would end. They are in step afterwards.
     */
    void grow(final RegistryClient client, final List<Integer> following, final long bytes) {
        final SlotCommand refused = new SlotCommand.Join(
                new GridMember(0, 100, "node-0", "host-0", "zone", false),
                "x".repeat(RegistryFrame.SCHEMA_BYTES_MAX),
                List.of());
        final long end = decided(following) + bytes;
        final long batchesMax = (1 + GIVEN_UP_MAX) * (bytes / BATCH_BYTES + 1);
        for (long batches = 0; decided(following) < end; batches++) {
            if (batches >= batchesMax) {
                throw new AssertionError("the log was to grow to " + end + " but did not with " + batches
                        + " batches of " + BATCH_BYTES + " bytes, " + describe());
            }
            for (int i = 0; i < BATCH; i++) {
                propose(client, refused);
            }
            awaitAnswers();
            final long decided = decided(following);
            await(
                    following + " to follow to " + decided,
                    () -> following.stream().allMatch(each -> member(each).commitPosition() >= decided));
        }
    }

    private long decided(final List<Integer> following) {
        return following.stream()
                .mapToLong(each -> member(each).commitPosition())
                .max()
                .orElseThrow();
    }

    /** Until all of these have taken one more. */
    void snapshot(final List<Integer> takers) {
        final Map<Integer, Long> before = new HashMap<>();
        takers.forEach(each -> before.put(each, member(each).count(RegistryCounter.SNAPSHOTS)));
        await("a snapshot of " + takers, () -> {
            final int leader = leader();
            if (leader >= 0 && !hasMoreSnapshots(leader, before)) {
                member(leader).requestSnapshot();
            }
            return takers.stream().allMatch(each -> hasMoreSnapshots(each, before));
        });
    }

    private boolean hasMoreSnapshots(final int number, final Map<Integer, Long> before) {
        return member(number).count(RegistryCounter.SNAPSHOTS) > before.getOrDefault(number, 0L);
    }

    void awaitPurged(final List<Integer> purging) {
        await(
                "the log of " + purging + " to be purged",
                () -> purging.stream().allMatch(each -> member(each).count(RegistryCounter.LOG_BYTES_PURGED) > 0));
    }

    void awaitMap(final RegistryClient client, final String what, final Predicate<SlotMap> isSo) {
        await(what, () -> isSo.test(client.map()));
    }

    void await(final String what, final BooleanSupplier isSo) {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!isSo.getAsBoolean()) {
            int work = 0;
            for (final RegistryClient client : clients) {
                work += client.doWork();
            }
            if (work == 0) {
                LockSupport.parkNanos(100_000);
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError("waited in vain for " + what + ", " + describe());
            }
        }
    }

    private String describe() {
        final StringBuilder text = new StringBuilder("leader " + leader() + ", failures " + failures);
        for (int number = 0; number < members.length; number++) {
            final RegistryMember member = members[number];
            text.append("\nmember ").append(number);
            if (member == null) {
                text.append(" is down");
                continue;
            }
            text.append(member.isTakingPart() ? " takes part" : " does not take part")
                    .append(", decided to ")
                    .append(member.commitPosition());
            appendCounters(text, member::count);
        }
        for (final RegistryClient client : clients) {
            text.append('\n').append(client.isConnected()).append(' ').append(client.map());
            appendCounters(text, client::count);
        }
        return text.toString();
    }

    private static void appendCounters(final StringBuilder text, final ToLongFunction<RegistryCounter> counters) {
        for (final RegistryCounter counter : RegistryCounter.values()) {
            final long count = counters.applyAsLong(counter);
            text.append(count == 0 ? "" : ", " + counter + " " + count);
        }
    }

    @Override
    public void close() {
        for (final RegistryClient client : clients) {
            client.onClose();
        }
        for (final RegistryMember member : members) {
            CloseHelper.close(member);
        }
        for (final Process process : processes) {
            if (process != null) {
                process.destroyForcibly().onExit().join();
            }
        }
        for (final RegistryPeer peer : peers) {
            // A killed driver leaves its memory behind.
            IoUtil.delete(driverDirectory("member-" + peer.number()).toFile(), true);
        }
        driver.close();
        IoUtil.delete(directory.toFile(), true);
    }
}
