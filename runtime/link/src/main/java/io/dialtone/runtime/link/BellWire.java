package io.dialtone.runtime.link;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;

/*
 *  A thread's bell is a word in memory that all processes of its host share, and a pipe:
 *
 *   owner                                      word              peer
 *   listens: 1 into the word, full fence       0 is awake        puts a frame into the owner's stream, full fence
 *   looks at its stream once more              1 listens         rings: finds 1 and makes it 0? A byte into the pipe
 *   rests until the pipe is readable
 *
 *  Either the owner's last look finds the frame, or the peer finds the 1. Of all peers only one rings for a rest. A peer that dies between word and byte costs one rest its end: rests are short.
 */
/** Word and pipe of one thread's bell, as its owner and as its peers on the host have it. Opened and closed by {@code main}. */
final class BellWire implements AutoCloseable {
    private static final int AWAKE = 0;
    private static final int LISTENS = 1;
    private static final String FOLDER = "bells";
    /** A cache line, and its neighbour, which is fetched with it. */
    private static final int WORD_BYTES = 128;

    private static final int DRAIN_BYTES = 64;
    /** What is written and what is read is the same to everybody. */
    private static final MemorySegment NOTHING = Arena.global().allocate(DRAIN_BYTES);

    private final UnsafeBuffer word;
    private final int pipe;

    private BellWire(final UnsafeBuffer word, final int pipe) {
        this.word = word;
        this.pipe = pipe;
    }

    /**
     * Opens the bell of whoever receives a stream, and makes it if it is not there.
     *
     * @param directory of the host's driver
     * @throws IOException if it cannot be; then nobody rings
     */
    static BellWire open(final Path directory, final int streamId) throws IOException {
        if (!Pipes.areHere()) {
            throw new IOException("no named pipes on this system");
        }
        final Path folder = Files.createDirectories(directory.resolve(FOLDER));
        final UnsafeBuffer word;
        try (FileChannel file = FileChannel.open(
                folder.resolve(streamId + ".word"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            word = new UnsafeBuffer(file.map(FileChannel.MapMode.READ_WRITE, 0, WORD_BYTES));
        }
        final int pipe = Pipes.open(folder.resolve(streamId + ".pipe"));
        if (pipe < 0) {
            throw new IOException("no named pipe in " + folder);
        }
        return new BellWire(word, pipe);
    }

    /** Called by any thread of a peer that has sent frames. */
    void ring() {
        VarHandle.fullFence(); // the frame first, then this look
        if (word.getInt(0) == LISTENS && word.compareAndSetInt(0, LISTENS, AWAKE)) {
            Pipes.write(pipe, NOTHING.address(), 1); // a full pipe is readable, too
        }
    }

    /** Called by the owner: peers ring from now on. */
    void listen() {
        word.putIntVolatile(0, LISTENS);
        VarHandle.fullFence(); // this first, then the owner's last look
    }

    /** Called by the owner: peers need not ring. */
    void ignore() {
        if (!word.compareAndSetInt(0, LISTENS, AWAKE)) {
            drain();
        }
    }

    /** Called by the owner: takes what was rung. */
    void drain() {
        Pipes.read(pipe, NOTHING.address(), DRAIN_BYTES);
    }

    int descriptor() {
        return pipe;
    }

    @Override
    public void close() {
        Pipes.close(pipe);
    }
}
