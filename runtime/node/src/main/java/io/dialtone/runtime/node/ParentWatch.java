package io.dialtone.runtime.node;

import java.io.IOException;
import java.io.InputStream;

/**
 * Ends a process with its parent, however that ends: the parent holds the other end of our standard input, and its end is the end of the stream.
 * For processes that {@link ChildProcesses} started; called once by the main thread.
 */
final class ParentWatch {
    /** Set by a parent for its children; no setting for people. */
    static final String VARIABLE = "DIALTONE_END_WITH_PARENT";

    private ParentWatch() {}

    static void start(final StopSignal stop) {
        if (!"true".equals(System.getenv(VARIABLE))) {
            return;
        }
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> {
            awaitEnd(System.in);
            stop.stop("the end of its parent", ExitCode.OK);
        });
    }

    @SuppressWarnings("EmptyCatch") // a broken pipe is an end, too
    private static void awaitEnd(final InputStream parent) {
        final byte[] ignored = new byte[64];
        try {
            while (parent.read(ignored) >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            // see above
        }
    }
}
