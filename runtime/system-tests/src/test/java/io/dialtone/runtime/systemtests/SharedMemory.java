package io.dialtone.runtime.systemtests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code /dev/shm} of a few MiB that a test can fill to its last byte without harm to anybody else: a mount namespace, kept by a process that sleeps. Needs root, {@code unshare} and
 * {@code nsenter}. Used by the thread of one test.
 */
final class SharedMemory {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(20);
    private static final String FILL = "/dev/shm/filled-by-a-test";

    private final Stage stage;
    private final Child keeper;
    private int fills;

    private SharedMemory(final Stage stage, final Child keeper) {
        this.stage = stage;
        this.keeper = keeper;
    }

    static boolean isAvailable() {
        return Network.succeeds(
                "sh", "-c", "[ $(id -u) -eq 0 ] && command -v nsenter && unshare -m mount -t tmpfs tmpfs /dev/shm");
    }

    static SharedMemory of(final Stage stage, final int mebibytes) {
        final Child keeper = stage.start(
                "shared-memory",
                List.of(
                        "unshare",
                        "-m",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o size=" + mebibytes
                                + "m tmpfs /dev/shm && echo mounted && exec sleep 1000000"),
                Dialtone.ENVIRONMENT);
        keeper.awaitOutput("^mounted$", LONG_ENOUGH);
        return new SharedMemory(stage, keeper);
    }

    /** The command, as it is run where this is {@code /dev/shm}. */
    List<String> with(final List<String> command) {
        final List<String> all = new ArrayList<>(List.of("nsenter", "-m", "-t", String.valueOf(keeper.pid())));
        all.addAll(List.of(
                "sh", "-c", "cd \"$0\" && exec \"$@\"", stage.directory().toString()));
        all.addAll(command);
        return all;
    }

    /** Not a page is free then. */
    void fill() {
        run("dd if=/dev/zero bs=4k >>" + FILL + " || [ $(stat -f -c %a /dev/shm) -eq 0 ]");
    }

    /** There is room again. */
    void empty() {
        run("rm " + FILL);
    }

    int freeMebibytes() {
        return Integer.parseInt(
                run("echo $(($(stat -f -c '%a * %S' /dev/shm) >> 20))").strip());
    }

    private String run(final String script) {
        final Child child =
                stage.start("shared-memory-" + ++fills, with(List.of("sh", "-c", script)), Dialtone.ENVIRONMENT);
        if (child.awaitExit(LONG_ENOUGH) != 0) {
            throw new AssertionError(script + ": " + child.output());
        }
        return child.output();
    }
}
