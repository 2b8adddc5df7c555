package io.dialtone.runtime.node;

import io.dialtone.runtime.sip.CallLog;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Where the nodes of a process leave word of calls that have ended, if they are to. Built and closed by the main thread, before and after the workers. */
final class CdrRoom implements AutoCloseable {
    private static final long PARK_MAX_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final @Nullable CdrWriter writer;
    private final @Nullable AgentThread thread;

    private CdrRoom(final @Nullable CdrWriter writer) {
        this.writer = writer;
        // Calls go on without it; the log says why.
        thread = writer == null ? null : AgentThread.start(writer, PARK_MAX_NS, failure -> {});
    }

    static CdrRoom open(final Settings settings, final String process, final IntFunction<String> nodes)
            throws UnavailableException {
        final Optional<Path> directory = settings.find(CdrSettings.DIRECTORY);
        return new CdrRoom(directory.isEmpty() ? null : CdrWriter.open(directory.get(), process, settings, nodes));
    }

    /** For who has no nodes. */
    static CdrRoom none() {
        return new CdrRoom(null);
    }

    /** What a node's workers tell of one of its services. */
    CallLog log(final int member, final long incarnation, final String service) {
        return writer == null ? CallLog.NONE : writer.log(member, incarnation, service);
    }

    void metrics(final MetricsPage page) {
        CdrWriter.metrics(page, writer);
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.close();
        }
    }
}
