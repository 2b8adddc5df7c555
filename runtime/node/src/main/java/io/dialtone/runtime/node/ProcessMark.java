package io.dialtone.runtime.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process as the system knows it: its number, and when it started, since numbers are given again. Immutable, for any thread.
 *
 * @param pid its number, in its own name space
 * @param startTicks when it started, in ticks since the machine did; {@link #UNKNOWN} where the system does not tell
 */
record ProcessMark(long pid, long startTicks) {
    static final long UNKNOWN = -1;

    /** Field 22 of {@code stat} (proc(5)); the third, the state, is the first after the name. */
    private static final int START_AFTER_NAME = 19;

    static ProcessMark ofThis() {
        return of(ProcessHandle.current().pid());
    }

    /** The process that has this number now. */
    static ProcessMark of(final long pid) {
        return new ProcessMark(pid, startTicksOf(stat(pid)));
    }

    /** True if this process can see that one: it runs here, and not in another name space where the same number is somebody else's. */
    boolean isVisible() {
        return startTicks != UNKNOWN && startTicksOf(stat(pid)) == startTicks;
    }

    /** True if it has ended for certain: it is not there, or only waits for its parent to take note. Meaningful only for what was visible. */
    boolean hasEnded() {
        final String[] stat = stat(pid);
        return stat.length == 0 || stat[0].equals("Z") || stat[0].equals("X") || startTicksOf(stat) != startTicks;
    }

    private static long startTicksOf(final String[] stat) {
        return stat.length > START_AFTER_NAME ? Long.parseLong(stat[START_AFTER_NAME]) : UNKNOWN;
    }

    /** What the system says of a process, from its state on; empty if there is none of that number, or no such file system. */
    private static String[] stat(final long pid) {
        try {
            final String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The name may hold anything, brackets and blanks included; nothing after it does.
            return line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
        } catch (IOException gone) {
            return new String[0];
        }
    }
}
