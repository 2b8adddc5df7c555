package io.dialtone.runtime.node;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import io.dialtone.runtime.demo.LoadRunner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Makes the caches from which the JVMs of an installation start: classes as they are in memory, and which methods run hot (JEP 483, 514, 515). Real processes make real calls, a host, two nodes
 * and an edge on loopback, and each kind of process leaves its cache when it ends. Used by the main thread only.
 *
 * <p>A cache is for {@code bin/dialtone}, which names it to the JVM. It comes into being under another name, so that a process that starts meanwhile sees none or the whole.
 */
final class WarmUp {
    /** For each process that learns, the cache it leaves: those of {@code bin/dialtone}, which are named as the JVM's options are. */
    private static final Map<String, String> CACHES = Map.of("host", "host", "node-1", "node", "edge-1", "balancer");

    private static final String SUFFIX = ".aot";
    private static final String JAVA_FILE = "java";
    private static final String HANDLER = "io.dialtone.examples.AnsweringService";
    private static final int NODES = 2;
    private static final int CALLS_PER_SECOND = 150;
    private static final int SECONDS = 10;
    private static final int HOLD_MS = 1_000;

    /** Each process writes its cache when it ends, with a second JVM. */
    private static final long END_MS_MAX = 120_000;

    private final Path home;
    private final Path java;
    private final Path cache;

    /**
     * @param home of the installation
     * @param java home of the Java that runs it
     */
    WarmUp(final Path home, final Path java) {
        this.home = home;
        this.java = java;
        cache = home.resolve("cache");
    }

    /** True if all caches are there and are of these jars and this Java, by the rule of {@code bin/dialtone}. */
    boolean isDone() throws IOException {
        final Path javaFile = cache.resolve(JAVA_FILE);
        if (!Files.exists(javaFile)
                || !Files.isSameFile(Path.of(Files.readString(javaFile).strip()), java)) {
            return false;
        }
        for (final String name : CACHES.values()) {
            final Path file = cache.resolve(name + SUFFIX);
            if (!Files.exists(file) || !isOlder(java.resolve("release"), file, "lastModifiedTime")) {
                return false;
            }
            try (Stream<Path> jars = Files.walk(home.resolve("lib"))) {
                for (final Path jar : jars.toList()) {
                    // When it was written here: dates of jars are the same in all builds of a version.
                    if (!isOlder(jar, file, "unix:ctime")) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean isOlder(final Path file, final Path than, final String time) throws IOException {
        return !Files.exists(file)
                || ((FileTime) Files.getAttribute(file, time)).compareTo(Files.getLastModifiedTime(than)) <= 0;
    }

    /** Makes them. False if another process does that now. */
    boolean run(final PrintWriter out) throws IOException, UnavailableException, InterruptedException {
        try {
            Files.createDirectories(cache);
        } catch (IOException e) {
            throw new UnavailableException(
                    "cannot write to " + cache + " (expected: by the owner of the installation): " + e.getMessage());
        }
        try (FileChannel channel =
                        FileChannel.open(cache.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                out.println("another process warms up " + home + " now");
                return false;
            }
            learn(out);
            return true;
        }
    }

    private void learn(final PrintWriter out) throws IOException, UnavailableException, InterruptedException {
        out.println("warming up: a cluster on loopback makes calls, and leaves what was learnt in " + cache);
        out.flush();
        for (final String name : CACHES.values()) {
            Files.deleteIfExists(fresh(name));
        }
        final LoopbackCluster cluster = LoopbackCluster.start(
                NODES, HANDLER, line -> {}, folder -> new ChildProcesses(folder, this::options, END_MS_MAX));
        try (cluster) {
            final CallReport report = new LoadRunner(
                            CallLoad.to(cluster.edge())
                                    .withRate(CALLS_PER_SECOND)
                                    .withSeconds(SECONDS)
                                    .withHoldMs(HOLD_MS)
                                    .withInDialogEvery(2),
                            line -> {})
                    .run();
            if (report.answered() == 0) {
                throw new UnavailableException("no call was answered: " + report.toText());
            }
        }
        publish();
        out.println("done; processes that start from now on use it");
    }

    private String options(final String process) {
        final String name = CACHES.get(process);
        return name == null ? "" : "-XX:AOTCacheOutput=" + fresh(name);
    }

    private Path fresh(final String name) {
        return cache.resolve(name + ".new");
    }

    /** All or none: the file that says for which Java they are comes last. */
    private void publish() throws IOException, UnavailableException {
        for (final String name : CACHES.values()) {
            if (!Files.exists(fresh(name))) {
                throw new UnavailableException(
                        "this Java left no cache for " + name + " (expected: a JDK 25 or newer)");
            }
        }
        Files.deleteIfExists(cache.resolve(JAVA_FILE));
        for (final String name : CACHES.values()) {
            try (FileChannel channel = FileChannel.open(fresh(name), StandardOpenOption.WRITE)) {
                channel.force(true); // the JVM believes what is there, and a power cut may leave zeros
            }
            Files.move(
                    fresh(name),
                    cache.resolve(name + SUFFIX),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Files.write(cache.resolve(JAVA_FILE), List.of(java.toString()));
    }
}
