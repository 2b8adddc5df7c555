package io.dialtone.runtime.demo;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The other side of a caller under test: keeps what the caller sends, and answers only what the test asks it to. It moves the clock, too.
 */
final class ScriptedUas {
    static final InetSocketAddress TARGET = at("192.0.2.10", 5060);
    static final InetSocketAddress LOCAL = at("192.0.2.1", 5070);
    static final long MS = 1_000_000L;

    /** A message and where the caller sent it. */
    record Sent(String text, InetSocketAddress to) {
        String method() {
            return text.substring(0, text.indexOf(' '));
        }

        String requestUri() {
            return text.split(" ", 3)[1];
        }

        String header(final String name) {
            return headers(name).isEmpty() ? "" : headers(name).getFirst();
        }

        List<String> headers(final String name) {
            return text.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .toList();
        }
    }

    private final Deque<Sent> sent = new ArrayDeque<>();
    private final CallGenerator generator;
    private long nowNs;
    private String contact = "<sip:192.0.2.20:5080>";
    private final List<String> recordRoutes = new ArrayList<>();
    private String tag = "uas1";

    ScriptedUas(final CallLoad load) {
        this(load, CallJournal.NONE);
    }

    ScriptedUas(final CallLoad load, final CallJournal journal) {
        nowNs = 5_000 * MS;
        generator = new CallGenerator(load, LOCAL, 0xabcL, this::onSent, journal, nowNs);
    }

    static CallLoad oneCall() {
        return CallLoad.to(TARGET).withRate(1).withSeconds(1).withHoldMs(1000).withInDialogEvery(0);
    }

    CallGenerator generator() {
        return generator;
    }

    CallTally tally() {
        return generator.tally();
    }

    ScriptedUas contact(final String value) {
        contact = value;
        return this;
    }

    ScriptedUas recordRoute(final String value) {
        recordRoutes.add(value);
        return this;
    }

    ScriptedUas tag(final String value) {
        tag = value;
        return this;
    }

    /** A node is killed that owned these calls. */
    void kill(final Predicate<String> owned) {
        generator.onKill(new NodeKill("node-1", nowNs, owned));
    }

    /** Moves the clock a tick at a time, as a thread would that turns all the while. */
    ScriptedUas pass(final long milliseconds) {
        for (long i = 0; i < milliseconds; i++) {
            nowNs += MS;
            generator.doWork(nowNs);
        }
        return this;
    }

    ScriptedUas turn() {
        generator.doWork(nowNs);
        return this;
    }

    /** Moves the clock at once, as when the caller's thread was not run. */
    ScriptedUas stall(final long milliseconds) {
        nowNs += milliseconds * MS;
        return this;
    }

    Sent receives(final String method) {
        if (sent.isEmpty()) {
            throw new AssertionError("no " + method + " was sent");
        }
        final Sent first = sent.poll();
        if (!first.method().equals(method)) {
            throw new AssertionError("not " + method + " but\n" + first.text());
        }
        return first;
    }

    /** Whatever was sent next. */
    Sent next() {
        if (sent.isEmpty()) {
            throw new AssertionError("nothing was sent");
        }
        return sent.poll();
    }

    /** Two calls' requests that are due at the same moment, in whichever order they came. */
    void answersBoth(final String one, final String other) {
        final boolean inOrder = hasNext(one);
        final Sent first = receives(inOrder ? one : other);
        final Sent second = receives(inOrder ? other : one);
        answers(first, "200 OK");
        answers(second, "200 OK");
    }

    /** Whether the next message is of this method. */
    boolean hasNext(final String method) {
        return !sent.isEmpty() && sent.peek().method().equals(method);
    }

    int waiting() {
        return sent.size();
    }

    void answers(final Sent request, final String statusAndReason) {
        arrives(answer(request, statusAndReason));
    }

    /** The answer as it should be, for a test to deform. */
    String answer(final Sent request, final String statusAndReason) {
        final StringBuilder text = new StringBuilder("SIP/2.0 " + statusAndReason + "\r\n");
        request.headers("Via").forEach(via -> text.append("Via: ").append(via).append("\r\n"));
        recordRoutes.forEach(
                route -> text.append("Record-Route: ").append(route).append("\r\n"));
        text.append("From: ").append(request.header("From")).append("\r\n");
        final String to = request.header("To");
        final boolean bare = to.contains(";tag=") || statusAndReason.startsWith("100");
        text.append("To: ").append(to).append(bare ? "" : ";tag=" + tag).append("\r\n");
        text.append("Call-ID: ").append(request.header("Call-ID")).append("\r\n");
        text.append("CSeq: ").append(request.header("CSeq")).append("\r\n");
        text.append("Contact: ").append(contact).append("\r\nContent-Length: 0\r\n\r\n");
        return text.toString();
    }

    void arrives(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        generator.onDatagram(new UnsafeBuffer(bytes), 0, bytes.length, TARGET, nowNs);
    }

    private void onSent(final UnsafeBuffer buffer, final int length, final InetSocketAddress to) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        sent.add(new Sent(new String(bytes, StandardCharsets.ISO_8859_1), to));
    }

    static InetSocketAddress at(final String literal, final int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(literal), port);
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
