package io.dialtone.runtime.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file of lines that is put aside when it is long, and of which so many are kept. For one thread. */
final class CdrFile implements AutoCloseable {
    private final Path path;
    private final long bytesMax;
    private final int filesMax;
    private FileChannel channel;
    private long bytes;

    private CdrFile(final Path path, final long bytesMax, final int filesMax, final FileChannel channel)
            throws IOException {
        this.path = path;
        this.bytesMax = bytesMax;
        this.filesMax = filesMax;
        this.channel = channel;
        bytes = channel.size();
    }

    /** Goes on behind what is there. A line that a process has not ended, because it was killed, is ended. */
    static CdrFile open(final Path path, final long bytesMax, final int filesMax) throws IOException {
        final CdrFile file = new CdrFile(path, bytesMax, filesMax, append(path));
        if (!endsALine(path)) {
            file.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
        return file;
    }

    private static FileChannel append(final Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    private static boolean endsALine(final Path path) throws IOException {
        try (FileChannel there = FileChannel.open(path, StandardOpenOption.READ)) {
            final ByteBuffer last = ByteBuffer.allocate(1);
            return there.size() == 0 || (there.read(last, there.size() - 1) == 1 && last.get(0) == '\n');
        }
    }

    /** Writes whole lines. */
    void write(final ByteBuffer lines) throws IOException {
        if (bytes > 0 && bytes + lines.remaining() > bytesMax) {
            putAside();
        }
        while (lines.hasRemaining()) {
            bytes += channel.write(lines);
        }
    }

    private void putAside() throws IOException {
        channel.close();
        if (filesMax == 1) {
            Files.deleteIfExists(path);
        }
        Files.deleteIfExists(numbered(filesMax - 1));
        for (int number = filesMax - 2; number >= 0; number--) {
            if (Files.exists(numbered(number))) {
                Files.move(numbered(number), numbered(number + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        channel = append(path);
        bytes = channel.size();
    }

    private Path numbered(final int number) {
        return number == 0 ? path : path.resolveSibling(path.getFileName() + "." + number);
    }

    long bytes() {
        return bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
