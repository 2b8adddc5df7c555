package io.dialtone.benchmarks.grid;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * One of two worker processes: a node with callers inside. It does on its standard input's word what it is told, and says on its standard output when that is done: {@code run
 * WINDOW PER_SECOND MS}, or a command of the grid's. The thread that runs it is the worker; another reads.
 */
final class GridWorker {
    private static final int SESSIONS = 5_000;
    private static final int WINDOW_MAX = 256;
    private static final int IMAP_PORT = 24_101;
    private static final long SPINS = 10;
    private static final long YIELDS = 0;
    private static final long PARK_MIN_US = 1;
    private static final long PARK_MAX_US = 1_000;

    private final Workload workload;
    private final Grid grid;
    private final IdleStrategy idle = idle();
    private final ConcurrentLinkedQueue<String> commands = new ConcurrentLinkedQueue<>();
    private long beginNs;
    private boolean isRunning;
    private boolean isSettling;

    GridWorker(final String gridName, final String place, final int imageBytes, final int number) throws IOException {
        workload = new Workload(number * SESSIONS, SESSIONS, imageBytes, WINDOW_MAX);
        grid = grid(gridName, place, number);
    }

    private Grid grid(final String name, final String place, final int number) throws IOException {
        return switch (name) {
            case "alone" -> new AloneGrid(workload);
            case "dialtone" -> new DialtoneGrid(workload, number, Path.of(place));
            case "imap" -> new ImapGrid(workload, IMAP_PORT + number, IMAP_PORT + 1 - number);
            case "redis" -> new RedisGrid(workload, Integer.parseInt(place), false);
            case "redis-replica" -> new RedisGrid(workload, Integer.parseInt(place), true);
            case "lettuce" -> new LettuceGrid(workload, Integer.parseInt(place), false);
            case "lettuce-replica" -> new LettuceGrid(workload, Integer.parseInt(place), true);
            case "plain" -> new PlainRedisGrid(workload, Integer.parseInt(place), false);
            case "plain-replica" -> new PlainRedisGrid(workload, Integer.parseInt(place), true);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** A worker without work rests as the product's does. */
    private static IdleStrategy idle() {
        return new BackoffIdleStrategy(
                SPINS,
                YIELDS,
                Long.getLong("park.min.us", PARK_MIN_US) * 1_000,
                Long.getLong("park.max.us", PARK_MAX_US) * 1_000);
    }

    void run() {
        Thread.ofPlatform().name("commands").daemon().start(this::read);
        System.out.println("ready");
        while (true) {
            final long nowNs = System.nanoTime();
            int work = workload.doWork(grid, nowNs) + grid.doWork(nowNs);
            if (isRunning && !workload.isRunning()) {
                isRunning = false;
                System.out.printf(
                        Locale.ROOT,
                        "done %d %.3f %.1f %.1f%n",
                        workload.done(),
                        (System.nanoTime() - beginNs) / 1e9,
                        workload.latencyUs(50),
                        workload.latencyUs(99));
            }
            if (isSettling && grid.isSettled()) {
                isSettling = false;
                System.out.println("settled");
            }
            final String command = commands.poll();
            if (command != null) {
                onCommand(command.split(" ", -1));
                work++;
            }
            idle.idle(work);
        }
    }

    private void onCommand(final String[] words) {
        if ("run".equals(words[0])) {
            beginNs = System.nanoTime();
            isRunning = true;
            workload.start(
                    Integer.parseInt(words[1]),
                    Integer.parseInt(words[2]),
                    beginNs,
                    Long.parseLong(words[3]) * 1_000_000L);
        } else {
            isSettling = true;
            grid.onCommand(words[0]);
        }
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
            }
        } catch (final IOException e) {
            System.err.println("no more commands: " + e);
        }
        // Whoever started it has ended.
        Runtime.getRuntime().halt(0);
    }
}
