package io.dialtone.sip.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dialtone.net.Linux;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A kernel that answers as a test says, then takes everything; it notes what each call handed over. */
final class ScriptedPort implements DatagramPort {
    /** Number of headers to take, or an errno negated; when empty, all are taken. */
    final Deque<Integer> answers = new ArrayDeque<>();

    /** Each datagram taken, as text; datagrams of one header are joined by '+'. */
    final List<String> taken = new ArrayList<>();

    final List<Integer> waits = new ArrayList<>();
    boolean writableAfterWait = true;

    @Override
    public int sendmmsg(final long headers, final int count) {
        final int answer = answers.isEmpty() ? count : answers.remove();
        for (int i = 0; i < answer; i++) {
            taken.add(read(headers + (long) i * Linux.MMSGHDR_BYTES));
        }
        return answer;
    }

    @Override
    public boolean awaitWritable(final int timeoutMs) {
        waits.add(timeoutMs);
        return writableAfterWait;
    }

    private static String read(final long address) {
        final UnsafeBuffer header = new UnsafeBuffer(address, Linux.MMSGHDR_BYTES);
        final int segments = (int) header.getLong(Linux.MSG_IOVLEN);
        final UnsafeBuffer iovecs = new UnsafeBuffer(header.getLong(Linux.MSG_IOV), segments * Linux.IOVEC_BYTES);
        final List<String> texts = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            final int at = i * Linux.IOVEC_BYTES;
            final byte[] bytes = new byte[(int) iovecs.getLong(at + Linux.IOV_LEN)];
            new UnsafeBuffer(iovecs.getLong(at + Linux.IOV_BASE), bytes.length).getBytes(0, bytes);
            texts.add(new String(bytes, US_ASCII));
        }
        return String.join("+", texts);
    }
}
