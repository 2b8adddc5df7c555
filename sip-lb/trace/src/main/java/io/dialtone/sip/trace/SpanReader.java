package io.dialtone.sip.trace;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads what all I/O threads have kept, in order of time, and gives it to a {@link SpanBook}. It stays a little behind the newest, so that what another thread has kept earlier is there. For one thread.
 */
public final class SpanReader {
    /** Longer than any turn of an I/O thread that one would want. */
    static final long HOLD_BACK_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** An answer that one thread has read in a turn comes behind the request that another has sent in its turn: both have the times of when the turns began. */
    static final long ANSWER_BEHIND_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Who is so far ahead of the clock was written before the clock was set back. */
    static final long CLOCK_STEP_NS = TimeUnit.SECONDS.toNanos(10);

    private static final int MESSAGES_PER_TURN_MAX = 512;
    private static final int MESSAGES_AT_CLOSE_MAX = 100_000;

    private final List<Source> sources;
    private final SpanBook book;

    /** The next message of an I/O thread. */
    private static final class Source {
        private final TraceReader reader;
        private boolean hasNext;
        private long placeNs;

        Source(final TraceReader reader) {
            this.reader = reader;
        }

        boolean look() {
            if (!hasNext && reader.next()) {
                hasNext = true;
                placeNs = place(reader.message());
            }
            return hasNext;
        }

        private static long place(final TracedMessage message) {
            final boolean isAnswer = message.length() > 3
                    && message.buffer().getByte(message.offset()) == 'S'
                    && message.buffer().getByte(message.offset() + 1) == 'I'
                    && message.buffer().getByte(message.offset() + 2) == 'P'
                    && message.buffer().getByte(message.offset() + 3) == '/';
            return message.kind() == TraceKind.IN && isAnswer ? message.timeNs() + ANSWER_BEHIND_NS : message.timeNs();
        }
    }

    /** Begins with what comes from now on. */
    public SpanReader(final Tracer tracer, final SpanBook book) {
        this(tracer.readers().stream().map(TraceReader::seekEnd).toList(), book);
    }

    SpanReader(final List<TraceReader> readers, final SpanBook book) {
        sources = readers.stream().map(Source::new).toList();
        this.book = book;
    }

    /** Reads what is old enough, and gives away what is finished. */
    public int doWork(final long nowNs) {
        return read(nowNs) + book.doWork(nowNs);
    }

    /** Reads all there is, and gives away all that is open; nobody will ask again. */
    public void close(final long nowNs) {
        for (int i = 0; i < MESSAGES_AT_CLOSE_MAX && readOne(Long.MAX_VALUE, nowNs); i++) {
            // I/O threads may still write
        }
        book.close();
    }

    private int read(final long nowNs) {
        int read = 0;
        while (read < MESSAGES_PER_TURN_MAX && readOne(nowNs - HOLD_BACK_NS, nowNs)) {
            read++;
        }
        return read;
    }

    private boolean readOne(final long untilNs, final long nowNs) {
        Source first = null;
        for (final Source source : sources) {
            if (source.look() && (first == null || source.placeNs - first.placeNs < 0)) {
                first = source;
            }
        }
        if (first == null || (first.placeNs > untilNs && first.placeNs - nowNs < CLOCK_STEP_NS)) {
            return false;
        }
        first.hasNext = false;
        book.onMessage(first.reader.message());
        return true;
    }

    /** Records that were overwritten before they were read. */
    public long missed() {
        return sources.stream().mapToLong(source -> source.reader.missed()).sum();
    }
}
