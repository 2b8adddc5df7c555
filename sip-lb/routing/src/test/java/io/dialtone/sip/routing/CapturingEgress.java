package io.dialtone.sip.routing;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Keeps what is sent, as text. Refuses when told to. */
final class CapturingEgress implements SipEgress {
    /** A message that left. */
    record Sent(int listener, InetSocketAddress to, String text) {
        String firstLine() {
            return text.substring(0, text.indexOf("\r\n"));
        }

        /** All values of a header, one for each line, in order. */
        List<String> headers(final String name) {
            final String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return text.lines()
                    .skip(1)
                    .takeWhile(line -> !line.isEmpty())
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip())
                    .toList();
        }

        String header(final String name) {
            final List<String> all = headers(name);
            if (all.isEmpty()) {
                throw new AssertionError("no " + name + " in\n" + text);
            }
            return all.getFirst();
        }

        String branch() {
            final String via = header("Via");
            final int from = via.indexOf("branch=") + "branch=".length();
            final int to = via.indexOf(';', from);
            return to < 0 ? via.substring(from) : via.substring(from, to);
        }

        String body() {
            return text.substring(text.indexOf("\r\n\r\n") + 4);
        }
    }

    private final List<SipListener> listeners = new ArrayList<>();
    private final UnsafeBuffer claimed = new UnsafeBuffer(new byte[CLAIM_BYTES]);
    final List<Sent> sent = new ArrayList<>();
    final List<Integer> reusedPorts = new ArrayList<>();
    boolean capturing = true;
    boolean refusing;
    boolean connected = true;
    long count;
    long bytes;

    CapturingEgress(final SipListener... listeners) {
        this.listeners.addAll(List.of(listeners));
    }

    @Override
    public boolean send(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to) {
        return sendCopy(buffer, offset, length, to);
    }

    @Override
    public boolean sendCopy(final DirectBuffer buffer, final int offset, final int length, final SipFlow to) {
        if (refusing) {
            return false;
        }
        count++;
        bytes += length;
        if (capturing) {
            final byte[] copy = new byte[length];
            buffer.getBytes(offset, copy);
            sent.add(new Sent(to.listener(), to.toSocketAddress(), new String(copy, StandardCharsets.ISO_8859_1)));
        }
        return true;
    }

    @Override
    public boolean isConnected(final SipFlow to) {
        return connected;
    }

    @Override
    public void reuse(final SipFlow from, final int port) {
        reusedPorts.add(port);
    }

    @Override
    public UnsafeBuffer claim() {
        return claimed;
    }

    @Override
    public SipListener listener(final int index) {
        return listeners.get(index);
    }

    @Override
    public int listeners() {
        return listeners.size();
    }

    /** Takes the only message sent since the last look. */
    Sent only() {
        if (sent.size() != 1) {
            throw new AssertionError("sent " + sent.size() + " messages (expected: 1): " + sent);
        }
        return sent.removeFirst();
    }

    void nothing() {
        if (!sent.isEmpty()) {
            throw new AssertionError("sent " + sent);
        }
    }
}
