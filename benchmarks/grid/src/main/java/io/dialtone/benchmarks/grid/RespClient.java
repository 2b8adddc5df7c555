package io.dialtone.benchmarks.grid;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** As much of Redis's protocol as is compared: commands are gathered until they are flushed, answers read one by one. Used by one thread. */
final class RespClient implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final byte[] GET = ascii("*2\r\n$3\r\nGET\r\n$");
    private static final byte[] SET = ascii("*3\r\n$3\r\nSET\r\n$");
    private static final byte[] WAIT = ascii("*3\r\n$4\r\nWAIT\r\n$1\r\n1\r\n$");
    private static final byte[] DOLLAR = ascii("$");
    private static final byte[] LINE_END = ascii("\r\n");

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RespClient(final int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
        out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    void get(final byte[] key) throws IOException {
        out.write(GET);
        bulk(key, key.length);
    }

    void set(final byte[] key, final byte[] value, final int length) throws IOException {
        out.write(SET);
        bulk(key, key.length);
        out.write(DOLLAR);
        bulk(value, length);
    }

    /** Answered when one replica has all that was written on this connection before. */
    void waitForOne(final int waitMsMax) throws IOException {
        final byte[] ms = ascii(Integer.toString(waitMsMax));
        out.write(WAIT);
        bulk(ms, ms.length);
    }

    private void bulk(final byte[] bytes, final int length) throws IOException {
        number(length);
        out.write(LINE_END);
        out.write(bytes, 0, length);
        out.write(LINE_END);
    }

    private void number(final int value) throws IOException {
        if (value > 9) {
            number(value / 10);
        }
        out.write('0' + value % 10);
    }

    void flush() throws IOException {
        out.flush();
    }

    void readOk() throws IOException {
        expect('+');
        while (in.readByte() != '\n') {
            // OK, and nothing else, stands there.
        }
    }

    long readInteger() throws IOException {
        expect(':');
        return readNumber();
    }

    byte[] readBulk() throws IOException {
        expect('$');
        final int length = (int) readNumber();
        if (length < 0) {
            throw new IOException("a session that Redis does not have");
        }
        final byte[] bytes = new byte[length];
        in.readFully(bytes);
        in.readByte();
        in.readByte();
        return bytes;
    }

    private void expect(final char kind) throws IOException {
        final int first = in.read();
        if (first < 0) {
            throw new EOFException("Redis has gone");
        }
        if (first != kind) {
            final StringBuilder line = new StringBuilder();
            for (int c = first; c >= ' '; c = in.read()) {
                line.append((char) c);
            }
            throw new IOException("Redis says " + line);
        }
    }

    private long readNumber() throws IOException {
        long value = 0;
        boolean isNegative = false;
        for (byte c = in.readByte(); c != '\n'; c = in.readByte()) {
            if (c == '-') {
                isNegative = true;
            } else if (c >= '0') {
                value = value * 10 + c - '0';
            }
        }
        return isNegative ? -value : value;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
