package io.dialtone.benchmarks.calls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Many subscribers who register by UDP from one socket, ask what is known of them, and get messages. Each has a contact of its own, so that it shows when somebody's is another's or has been
 * forgotten. Used by one thread.
 *
 * <p>What is due is sent, unless {@link #OPEN_MAX} are unanswered. A request is sent again after half a second, one, two, four, and every four from then on, and is a failure after half a minute (RFC 3261 section 17.1.2).
 */
final class Subscribers implements AutoCloseable {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long FIRST_WAIT_NS = SECOND_NS / 2;
    private static final int STAGES = 4;
    private static final long TIMEOUT_NS = 32 * SECOND_NS;
    private static final long REST_NS = 50_000L;
    private static final int PER_TURN_MAX = 64;
    private static final int OPEN_MAX = 512;
    private static final int SOCKET_BYTES = 8 << 20;
    private static final int BYTES_MAX = 65_535;

    private final DatagramChannel channel;
    private final Consumer<String> words;
    private final ByteBuffer inbound = ByteBuffer.allocateDirect(BYTES_MAX);
    private final SplittableRandom random = new SplittableRandom();
    private final String run = Long.toString(System.nanoTime() & 0xFFFFFFL, 36);
    private final String sentBy;
    private final Map<Integer, Request> open = new HashMap<>();
    /** Those that are to be sent again, by how long they wait for that; each in the order of its time. */
    private final List<ArrayDeque<Request>> again = new ArrayList<>();

    private final Map<String, Integer> failures = new TreeMap<>();
    private final Histogram tookNs = new Histogram(60 * SECOND_NS, 3);
    /** Last CSeq of each subscriber's registration; 0 if it has none. */
    private int[] cseqs = new int[0];

    private int count;
    private int requests;
    private int answered;
    private int sentAgain;
    private int refused;

    /** What a subscriber waits for an answer to. */
    private static final class Request {
        final int number;
        final int subscriber;
        final Kind kind;
        final byte[] text;
        final long dueNs;
        long sentNs;
        int stage;
        boolean isOver;
        boolean isDelivered;

        Request(final int number, final int subscriber, final Kind kind, final byte[] text, final long dueNs) {
            this.number = number;
            this.subscriber = subscriber;
            this.kind = kind;
            this.text = text;
            this.dueNs = dueNs;
        }
    }

    private enum Kind {
        REGISTER,
        QUERY,
        MESSAGE
    }

    Subscribers(final InetSocketAddress edge, final Consumer<String> words) throws IOException {
        this.words = words;
        channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BYTES);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BYTES);
        channel.connect(edge);
        channel.configureBlocking(false);
        final InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        for (int stage = 0; stage < STAGES; stage++) {
            again.add(new ArrayDeque<>());
        }
        sentBy = local.getAddress().getHostAddress() + ":" + local.getPort();
    }

    // ---- orders

    void register(final int upTo, final int perSecond) throws IOException {
        cseqs = Arrays.copyOf(cseqs, upTo);
        run("register", Kind.REGISTER, upTo - count, perSecond, () -> count++);
    }

    void refresh(final int some, final int perSecond) throws IOException {
        run("refresh", Kind.REGISTER, some, perSecond, this::anyone);
    }

    void query(final int some, final int perSecond) throws IOException {
        run("query", Kind.QUERY, some, perSecond, this::anyone);
    }

    void message(final int some, final int perSecond) throws IOException {
        run("message", Kind.MESSAGE, some, perSecond, this::anyone);
    }

    /** Kills a process, and lets so many ask in that moment. */
    void queryAfterDeathOf(final long process, final int some) throws IOException {
        ProcessHandle.of(process).orElseThrow().destroyForcibly();
        run("killed, query", Kind.QUERY, some, 1_000_000_000, this::anyone);
    }

    private int anyone() {
        return random.nextInt(count);
    }

    private void run(
            final String name, final Kind kind, final int some, final int perSecond, final IntSupplier subscribers)
            throws IOException {
        final long beginNs = System.nanoTime();
        final double intervalNs = (double) SECOND_NS / perSecond;
        failures.clear();
        tookNs.reset();
        answered = 0;
        sentAgain = 0;
        refused = 0;
        int begun = 0;
        while (begun < some || !open.isEmpty()) {
            int work = receive();
            final long nowNs = System.nanoTime();
            for (int sent = 0; sent < PER_TURN_MAX && begun < some && open.size() < OPEN_MAX; sent++) {
                final long dueNs = beginNs + (long) (begun * intervalNs);
                if (dueNs > nowNs) {
                    break;
                }
                begin(kind, subscribers.getAsInt(), dueNs, nowNs);
                begun++;
                work++;
            }
            work += sendAgain(nowNs);
            if (work == 0) {
                LockSupport.parkNanos(REST_NS);
            }
        }
        again.forEach(ArrayDeque::clear);
        words.accept(String.format(
                Locale.ROOT,
                "%s %d: answered %d, failed %s, refused for a second %d, sent again %d, %.1f s; ms p50 %.2f p99 %.2f max %.2f",
                name,
                some,
                answered,
                failures.isEmpty() ? "none" : failures,
                refused,
                sentAgain,
                (System.nanoTime() - beginNs) / 1e9,
                tookNs.getValueAtPercentile(50) / 1e6,
                tookNs.getValueAtPercentile(99) / 1e6,
                tookNs.getMaxValue() / 1e6));
    }

    // ---- what is sent

    private void begin(final Kind kind, final int subscriber, final long dueNs, final long nowNs) throws IOException {
        final int number = ++requests;
        final Request request = new Request(
                number, subscriber, kind, text(number, kind, subscriber).getBytes(StandardCharsets.US_ASCII), dueNs);
        open.put(number, request);
        send(request, nowNs);
    }

    private void send(final Request request, final long nowNs) throws IOException {
        request.sentNs = nowNs;
        channel.write(ByteBuffer.wrap(request.text));
        again.get(request.stage).add(request);
    }

    private int sendAgain(final long nowNs) throws IOException {
        int work = 0;
        for (int stage = 0; stage < STAGES; stage++) {
            final ArrayDeque<Request> waiting = again.get(stage);
            for (Request next = waiting.peek(); next != null && work < PER_TURN_MAX; next = waiting.peek()) {
                if (!next.isOver && nowNs - next.sentNs < FIRST_WAIT_NS << stage) {
                    break;
                }
                waiting.poll();
                work++;
                if (next.isOver) {
                    continue;
                }
                if (nowNs - next.dueNs > TIMEOUT_NS) {
                    end(next, next.kind + " unanswered");
                    continue;
                }
                sentAgain++;
                next.stage = Math.min(stage + 1, STAGES - 1);
                send(next, nowNs);
            }
        }
        return work;
    }

    private String text(final int number, final Kind kind, final int subscriber) {
        final String addressOfRecord = "sip:" + user(subscriber) + "@phones.example";
        final boolean isRegister = kind != Kind.MESSAGE;
        final StringBuilder text = new StringBuilder(512)
                .append(isRegister ? "REGISTER sip:phones.example" : "MESSAGE " + addressOfRecord)
                .append(" SIP/2.0\r\nVia: SIP/2.0/UDP ")
                .append(sentBy)
                .append(";rport;branch=z9hG4bK")
                .append(run)
                .append('-')
                .append(number)
                .append("\r\nMax-Forwards: 70\r\nFrom: <")
                .append(isRegister ? addressOfRecord : "sip:teller@phones.example")
                .append(">;tag=")
                .append(number)
                .append("\r\nTo: <")
                .append(addressOfRecord)
                .append(">\r\nCall-ID: ");
        switch (kind) {
            case REGISTER ->
                text.append("of-")
                        .append(user(subscriber))
                        .append("\r\nCSeq: ")
                        .append(++cseqs[subscriber])
                        .append(" REGISTER\r\nContact: <")
                        .append(contact(subscriber))
                        .append(">\r\nExpires: 3600\r\n");
            case QUERY ->
                text.append("query-").append(number).append('-').append(run).append("\r\nCSeq: 1 REGISTER\r\n");
            case MESSAGE ->
                text.append("message-").append(number).append('-').append(run).append("\r\nCSeq: 1 MESSAGE\r\n");
        }
        return text.append("Content-Length: 0\r\n\r\n").toString();
    }

    private String user(final int subscriber) {
        return "u" + subscriber + "-" + run;
    }

    private String contact(final int subscriber) {
        return "sip:" + user(subscriber) + "@" + sentBy;
    }

    // ---- what comes

    private int receive() throws IOException {
        int received = 0;
        while (received < PER_TURN_MAX) {
            inbound.clear();
            try {
                if (channel.read(inbound) <= 0) {
                    break;
                }
            } catch (PortUnreachableException e) {
                break; // nobody listens: what is open is sent again, and fails in the end
            }
            received++;
            final byte[] bytes = new byte[inbound.flip().remaining()];
            inbound.get(bytes);
            onMessage(new PhoneText(new String(bytes, StandardCharsets.ISO_8859_1)));
        }
        return received;
    }

    private void onMessage(final PhoneText text) throws IOException {
        final Request request = requestOf(text);
        if (text.isRequest()) {
            final boolean isHere = request != null && text.requestUri().equals(contact(request.subscriber));
            if (request != null) {
                request.isDelivered |= isHere;
            }
            final String status = isHere ? "200 OK" : "404 Not Found";
            channel.write(ByteBuffer.wrap(
                    text.answer(status, 0, "<sip:" + sentBy + ">").getBytes(StandardCharsets.ISO_8859_1)));
        } else if (request != null && text.status() == 503) {
            comeAgain(request);
        } else if (request != null && text.status() >= 200) {
            answered += text.status() == 200 ? 1 : 0;
            tookNs.recordValue(Math.min(System.nanoTime() - request.dueNs, tookNs.getHighestTrackableValue()));
            end(request, faultOf(request, text));
        }
    }

    /** The edge or the node has too much to do: another request takes its place, in a second. */
    private void comeAgain(final Request request) {
        refused++;
        request.isOver = true;
        open.remove(request.number);
        final int number = ++requests;
        final Request next =
                new Request(number, request.subscriber, request.kind, textOf(number, request), request.dueNs);
        next.stage = 1;
        next.sentNs = System.nanoTime();
        open.put(number, next);
        again.get(next.stage).add(next);
    }

    private byte[] textOf(final int number, final Request request) {
        return text(number, request.kind, request.subscriber).getBytes(StandardCharsets.US_ASCII);
    }

    /** What is wrong with an answer; null if nothing is. */
    private @Nullable String faultOf(final Request request, final PhoneText answer) {
        if (answer.status() != 200) {
            return request.kind + " " + answer.status();
        }
        if (request.kind == Kind.MESSAGE) {
            return request.isDelivered ? null : "MESSAGE at nobody";
        }
        final String contact = answer.header("Contact");
        if (contact == null) {
            return request.kind + " without binding";
        }
        return contact.startsWith("<" + contact(request.subscriber) + ">")
                        && answer.headers("Contact").size() == 1
                ? null
                : request.kind + " with another's binding";
    }

    private void end(final Request request, final @Nullable String fault) {
        request.isOver = true;
        open.remove(request.number);
        if (fault != null) {
            failures.merge(fault, 1, Integer::sum);
        }
    }

    /** The request that a message is about, if it is still open: From's tag is its number. */
    private @Nullable Request requestOf(final PhoneText text) {
        final String from = text.header("From");
        return from == null ? null : open.get(Integer.parseInt(from.substring(from.lastIndexOf('=') + 1)));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
