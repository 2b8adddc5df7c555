package io.dialtone.benchmarks.calls;

import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotHash;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** The caller as a process that takes orders from standard input, a line each, and says what came of them; started by the scripts of {@code benchmarks/load/grid}. */
public final class CallerMain {
    private static final long REST_NS = 100_000L;
    private static final long MS = 1_000_000L;
    private static final String ALL = "-";

    private CallerMain() {}

    /**
     * Takes orders until {@code quit} or the end of its input.
     *
     * <pre>
     *  calls COUNT PER_SECOND         sets up calls that stay
     *  traffic PER_SECOND HOLD_MS     calls that come and go until the next such order
     *  ask COUNT OVER_MS SLOTS        asks within calls of these slots (1,5,7 or -)
     *  kill PID COUNT SLOTS           kills a process with signal 9, and asks all at once
     *  mark NAME                      what was measured since the last mark
     *  await                          says "calm" when no such call and no question is open any more
     *  quit
     * </pre>
     *
     * @param args HOST PORT of the edge, file with the cluster's key, number of slots
     */
    public static void main(final String[] args) throws IOException {
        final int slotCount = Integer.parseInt(args[3]);
        final SlotHash slots =
                SlotHash.of(ClusterKey.parse(Files.readString(Path.of(args[2])).trim()), slotCount);
        final Queue<String> orders = new ConcurrentLinkedQueue<>();
        final Thread reader = new Thread(() -> read(orders), "orders");
        reader.setDaemon(true);
        reader.start();
        try (Caller caller =
                new Caller(new InetSocketAddress(args[0], Integer.parseInt(args[1])), slots, CallerMain::say)) {
            boolean isAwaited = false;
            while (true) {
                final String order = isAwaited ? null : orders.poll();
                if (order != null) {
                    final String[] words = order.trim().split(" +");
                    if (words[0].equals("quit")) {
                        return;
                    }
                    isAwaited = words[0].equals("await");
                    obey(caller, words, slotCount);
                }
                if (isAwaited && caller.isCalm()) {
                    isAwaited = false;
                    say("calm");
                }
                if (caller.doWork() == 0) {
                    LockSupport.parkNanos(REST_NS);
                }
            }
        }
    }

    private static void say(final String words) {
        System.out.println(words);
    }

    private static void obey(final Caller caller, final String[] words, final int slotCount) {
        switch (words[0]) {
            case "calls" -> caller.call(Integer.parseInt(words[1]), Double.parseDouble(words[2]));
            case "traffic" -> caller.traffic(Double.parseDouble(words[1]), Long.parseLong(words[2]) * MS);
            case "ask" ->
                caller.ask(
                        Integer.parseInt(words[1]),
                        Long.parseLong(words[2]) * MS,
                        slots(words[3], slotCount),
                        System.nanoTime());
            case "kill" -> {
                caller.ask(Integer.parseInt(words[2]), 0, slots(words[3], slotCount), System.nanoTime());
                final ProcessHandle process =
                        ProcessHandle.of(Long.parseLong(words[1])).orElseThrow();
                final long killedNs = System.nanoTime();
                process.destroyForcibly();
                caller.askFrom(killedNs);
            }
            case "mark" -> caller.mark(words[1]);
            case "await" -> {}
            default ->
                throw new IllegalArgumentException(
                        words[0] + " (expected: calls, traffic, ask, kill, mark, await, quit)");
        }
    }

    private static BitSet slots(final String list, final int slotCount) {
        final BitSet slots = new BitSet();
        if (list.equals(ALL)) {
            slots.set(0, slotCount);
        } else {
            for (final String slot : list.split(",", -1)) {
                slots.set(Integer.parseInt(slot));
            }
        }
        return slots;
    }

    private static void read(final Queue<String> orders) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                orders.add(line);
            }
        } catch (IOException e) {
            System.err.println(e);
        }
        orders.add("quit");
    }
}
