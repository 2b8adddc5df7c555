package io.dialtone.benchmarks.calls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Subscribers as a process that takes orders from standard input, a line each, and says what came of each; started by {@code benchmarks/load/grid/registrations.sh}. */
public final class SubscribersMain {
    private SubscribersMain() {}

    /**
     * Takes orders until {@code quit} or the end of its input.
     *
     * <pre>
     *  register COUNT PER_SECOND   until there are so many
     *  refresh COUNT PER_SECOND    so many of them, by lot, register again
     *  query COUNT PER_SECOND      so many of them ask which bindings they have
     *  message COUNT PER_SECOND    so many of them get a MESSAGE
     *  kill PID COUNT              kills a process with signal 9, and so many ask at once
     *  quit
     * </pre>
     *
     * @param args HOST PORT of the edge
     */
    public static void main(final String[] args) throws IOException {
        final InetSocketAddress edge = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        try (Subscribers subscribers = new Subscribers(edge, SubscribersMain::say);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
                final String[] order = line.trim().split(" +", -1);
                final int first = Integer.parseInt(order[1]);
                final int second = Integer.parseInt(order[2]);
                switch (order[0]) {
                    case "register" -> subscribers.register(first, second);
                    case "refresh" -> subscribers.refresh(first, second);
                    case "query" -> subscribers.query(first, second);
                    case "message" -> subscribers.message(first, second);
                    case "kill" -> subscribers.queryAfterDeathOf(first, second);
                    default ->
                        throw new IllegalArgumentException(
                                order[0] + " (expected: register, refresh, query, message, kill, quit)");
                }
            }
        }
    }

    private static void say(final String words) {
        System.out.println(words);
    }
}
