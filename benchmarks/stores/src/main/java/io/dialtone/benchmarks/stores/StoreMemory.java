package io.dialtone.benchmarks.stores;

import io.dialtone.state.api.ImageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Says what a million sessions of 1 KiB take of the system's memory, how long the store takes to open, and to fill: {@code StoreMemory SLAB|CHRONICLE [SESSIONS]}. */
public final class StoreMemory {
    private static final double MEBIBYTE = 1 << 20;

    private StoreMemory() {}

    public static void main(final String[] arguments) throws IOException {
        final StoreKind kind = StoreKind.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        final int sessions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
        System.gc();
        final long before = resident();
        final long begin = System.nanoTime();
        final ImageStore store = kind.open(sessions);
        final long opened = System.nanoTime();
        final Load load = new Load(store, sessions);
        final long filled = System.nanoTime();
        System.gc();
        final long grown = resident() - before;
        System.out.printf(
                Locale.ROOT,
                "%s: %d sessions, %.0f MiB resident more (%.0f bytes a session), opened in %.0f ms, filled at %.2f us a session; found %d%n",
                kind,
                store.count(),
                grown / MEBIBYTE,
                (double) grown / sessions,
                (opened - begin) / 1e6,
                (filled - opened) / 1e3 / sessions,
                load.find(sessions / 2));
    }

    private static long resident() throws IOException {
        final List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
        for (final String line : lines) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }
}
