package io.dialtone.benchmarks.grid;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** One message to one session, from its arrival until its answer may leave. Used again and again; of the worker, but for what a grid's own threads leave in {@link #read}. */
final class Event {
    private static final int ROOM = 8_192;

    /** The session's new image. */
    final UnsafeBuffer image = new UnsafeBuffer(new byte[ROOM]);

    int session;
    int imageLength;
    long dueNs;
    boolean isRead;
    byte @Nullable [] read;
}
