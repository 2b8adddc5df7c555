package io.dialtone.benchmarks.stores;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.store.SlabImages;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * Says what operations cost in CPU time of their thread, turn by turn in one run: {@code StoreCpu [SESSIONS...]}. {@link StoreBenchmark} measures time on the wall, which a machine
 * that others use spoils.
 */
public final class StoreCpu {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 9;
    private static final int WARM_UP = 200_000;
    private static final int OPERATIONS = 100_000;
    private static final int STRIDE = 611_953;

    private static volatile long sink;

    private record Work(String name, int sessions, IntConsumer operation, List<Double> nanos) {
        private Work(final String name, final int sessions, final IntConsumer operation) {
            this(name, sessions, operation, new ArrayList<>());
        }
    }

    private StoreCpu() {}

    public static void main(final String[] arguments) {
        final List<Integer> sizes = arguments.length == 0
                ? List.of(1_000, 500_000)
                : Arrays.stream(arguments).map(Integer::valueOf).toList();
        for (final int sessions : sizes) {
            measure(sessions);
        }
    }

    private static void measure(final int sessions) {
        final List<Work> works = new ArrayList<>();
        try (Holder slab = new Holder(StoreKind.SLAB, sessions);
                Holder chronicle = new Holder(StoreKind.CHRONICLE, sessions)) {
            add(works, "slab", slab);
            add(works, "chronicle", chronicle);
            final ChronicleImages alone = (ChronicleImages) chronicle.store;
            works.add(new Work("chronicle alone, put", sessions, i -> alone.putAgain()));
            works.add(new Work("chronicle alone, get", sessions, i -> sink = alone.getAgain() ? 1 : 0));
            for (final Work work : works) {
                run(work, WARM_UP);
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (final Work work : works) {
                    work.nanos().add(run(work, OPERATIONS));
                }
            }
        }
        for (final Work work : works) {
            Collections.sort(work.nanos());
            System.out.printf(
                    Locale.ROOT,
                    "%7d sessions, %-24s %7.0f ns median, %7.0f least%n",
                    sessions,
                    work.name(),
                    work.nanos().get(ROUNDS / 2),
                    work.nanos().getFirst());
        }
    }

    private static void add(final List<Work> works, final String name, final Holder holder) {
        final Load load = holder.load;
        final int sessions = holder.sessions;
        works.add(new Work(name + ", put existing", sessions, i -> sink = load.put(i)));
        works.add(new Work(name + ", find", sessions, i -> sink = load.find(i)));
        works.add(new Work(name + ", remove and put", sessions, i -> sink = load.remove(i) ? load.put(i) : 0));
    }

    private static double run(final Work work, final int operations) {
        final long before = THREADS.getCurrentThreadCpuTime();
        int session = 0;
        for (int i = 0; i < operations; i++) {
            session = (session + STRIDE) % work.sessions();
            work.operation().accept(session);
        }
        return (THREADS.getCurrentThreadCpuTime() - before) / (double) operations;
    }

    /** A store and its load. */
    private static final class Holder implements AutoCloseable {
        private final ImageStore store;
        private final Load load;
        private final int sessions;

        private Holder(final StoreKind kind, final int sessions) {
            store = kind.open(sessions);
            load = new Load(store, sessions);
            this.sessions = sessions;
        }

        @Override
        public void close() {
            switch (store) {
                case SlabImages slab -> slab.close();
                case ChronicleImages chronicle -> chronicle.close();
                default -> throw new IllegalStateException(store.toString());
            }
        }
    }
}
