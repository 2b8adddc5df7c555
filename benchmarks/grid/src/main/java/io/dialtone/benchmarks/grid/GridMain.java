package io.dialtone.benchmarks.grid;

import io.dialtone.runtime.link.LinkDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** One process of the comparison, as {@code benchmarks/load/grid/compare.sh} and {@link Measurement} start it. */
public final class GridMain {
    private GridMain() {}

    /**
     * Runs a process until it is killed, or until it has measured.
     *
     * @param args {@code driver DIRECTORY}; {@code worker GRID PLACE IMAGE_BYTES NUMBER}, where a place is a directory or port; or {@code measure GRID PLACE IMAGE_BYTES SECONDS ROUNDS
     *     MODES PIDS}, where a mode is {@code WINDOW/PER_SECOND} and pids are those of other processes that take part
     */
    public static void main(final String[] args) throws IOException {
        switch (args[0]) {
            case "driver" -> driver(Path.of(args[1]));
            case "worker" ->
                new GridWorker(args[1], args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4])).run();
            case "measure" -> {
                new Measurement(args).run();
                Runtime.getRuntime().halt(0);
            }
            default -> throw new IllegalArgumentException(args[0] + " (expected: driver, worker, measure)");
        }
    }

    private static void driver(final Path directory) {
        LinkDriver.start(DialtoneMember.settings(directory), (what, cause) -> {
            System.err.println(what);
            Runtime.getRuntime().halt(1);
        });
        while (true) {
            LockSupport.park();
        }
    }
}
