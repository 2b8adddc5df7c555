package io.dialtone.benchmarks.calls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The phones as a process that takes orders from standard input, a line each, and says what came of each; started by {@code benchmarks/load/sip/clients.sh}. */
public final class PhonesMain {
    private static final long SECOND_NS = 1_000_000_000L;

    private PhonesMain() {}

    /**
     * Takes orders until {@code quit} or the end of its input.
     *
     * <pre>
     *  register COUNT     until there are so many phones
     *  again COUNT        so many of them register again
     *  stay SECONDS       each pings once in this time
     *  call COUNT         so many calls of one to another
     *  quit
     * </pre>
     *
     * @param args HOST PORT of the edge, tcp or ws
     */
    public static void main(final String[] args) throws IOException {
        final PhoneWire wire = PhoneWire.valueOf(args[2].toUpperCase(Locale.ROOT));
        final InetSocketAddress edge = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        try (Phones phones = new Phones(edge, wire, PhonesMain::say);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
                final String[] order = line.trim().split(" +", -1);
                final int count = Integer.parseInt(order[1]);
                switch (order[0]) {
                    case "register" -> phones.register(count);
                    case "again" -> phones.registerAgain(count);
                    case "stay" -> phones.stay(count * SECOND_NS);
                    case "call" -> phones.call(count);
                    default ->
                        throw new IllegalArgumentException(order[0] + " (expected: register, again, stay, call, quit)");
                }
            }
        }
    }

    private static void say(final String words) {
        System.out.println(words);
    }
}
