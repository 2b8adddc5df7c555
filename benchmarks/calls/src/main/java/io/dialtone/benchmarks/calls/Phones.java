package io.dialtone.benchmarks.calls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Many phones, each with a connection of its own to one edge: they register, stay, ping, register again and call each other. Used by one thread.
 *
 * <p>What is begun is bounded: so many phones at once connect and register, or call. An order ends when all are through, or when nothing has happened for ten seconds; whoever is not through then has
 * failed.
 */
final class Phones implements AutoCloseable {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long PATIENCE_NS = 10 * SECOND_NS;
    private static final int WINDOW = 128;
    private static final int CALLS_WINDOW = 16;

    /** Ports are named: to find a free one takes the kernel the longer the more there are. */
    private static final int PORT_MIN = 20_000;

    private static final int PHONES_OF_AN_ADDRESS = 20_000;

    private static final int IN_BYTES = 1 << 16;

    private final InetSocketAddress edge;
    private final PhoneWire wire;
    private final Consumer<String> words;
    private final Selector selector = Selector.open();
    private final ByteBuffer in = ByteBuffer.allocate(IN_BYTES);
    private final List<Phone> phones = new ArrayList<>();
    private final List<PhoneCall> calls = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom();
    private final String run = Long.toString(System.nanoTime() & 0xFFFFFFL, 36);
    private final Map<String, Integer> failures = new TreeMap<>();
    private final Histogram registerNs = new Histogram(60 * SECOND_NS, 3);
    private long lastNewsNs;
    private int connected;
    private int underWay;
    private int registrations;
    private int pongs;
    private int callsOpen;
    private int callsEnded;

    Phones(final InetSocketAddress edge, final PhoneWire wire, final Consumer<String> words) throws IOException {
        this.edge = edge;
        this.wire = wire;
        this.words = words;
    }

    // ---- orders

    /** Connects and registers until there are so many. */
    void register(final int count) throws IOException {
        final long beginNs = begin();
        final int before = phones.size();
        work(() -> phones.size() >= count && underWay == 0, () -> {
            while (phones.size() < count && underWay < WINDOW) {
                connect();
            }
        });
        failThoseUnderWay();
        say("register", count - before, beginNs, "connected " + connected + ", registered " + registered());
    }

    /** So many of those registered, chosen by lot, register again by the connection that they have. */
    void registerAgain(final int count) throws IOException {
        final long beginNs = begin();
        final int[] left = {count};
        work(() -> left[0] == 0 && underWay == 0, () -> {
            while (left[0] > 0 && underWay < WINDOW) {
                left[0]--;
                final Phone phone = phones.get(random.nextInt(phones.size()));
                if (phone.state == Phone.State.REGISTERED) {
                    underWay++;
                    sendRegister(phone);
                }
            }
        });
        failThoseUnderWay();
        say("register again", count, beginNs, "answered " + registrations);
    }

    /** All stay for a while, each pings once in that time, and each is answered. */
    void stay(final long ns) throws IOException {
        final long beginNs = begin();
        final int[] pinged = {0};
        final int[] sent = {0};
        work(
                () -> System.nanoTime() - beginNs > ns + SECOND_NS && (pongs == sent[0] || pinged[0] == phones.size()),
                () -> {
                    lastNewsNs = System.nanoTime();
                    final long due = Math.min(phones.size(), phones.size() * (lastNewsNs - beginNs) / ns);
                    while (pinged[0] < due) {
                        final Phone phone = phones.get(pinged[0]++);
                        if (phone.state == Phone.State.REGISTERED) {
                            sent[0]++;
                            write(phone, wire.ping());
                        }
                    }
                });
        if (pongs != sent[0]) {
            failures.merge("pings unanswered", sent[0] - pongs, Integer::sum);
        }
        say("stay", phones.size(), beginNs, "pinged " + sent[0] + ", answered " + pongs);
    }

    /** So many calls of one phone to another, chosen by lot. */
    void call(final int count) throws IOException {
        final long beginNs = begin();
        final int[] left = {count};
        work(() -> left[0] == 0 && callsOpen == 0, () -> {
            while (left[0] > 0 && callsOpen < CALLS_WINDOW) {
                left[0]--;
                final Phone caller = phones.get(random.nextInt(phones.size()));
                final int callee = random.nextInt(phones.size());
                if (caller.state == Phone.State.REGISTERED && caller.number != callee) {
                    final PhoneCall call = new PhoneCall(caller, callee, calls.size() + "-" + run);
                    calls.add(call);
                    callsOpen++;
                    write(caller, wire.wrap(call.invite()));
                }
            }
        });
        for (final PhoneCall call : calls) {
            if (call.state == PhoneCall.State.CALLING || call.state == PhoneCall.State.ENDING) {
                fail(call, "not ended: " + call.state);
            }
        }
        say("call", count, beginNs, "at the right phone and ended " + callsEnded);
        calls.clear();
    }

    private long begin() {
        failures.clear();
        registerNs.reset();
        registrations = 0;
        pongs = 0;
        callsEnded = 0;
        lastNewsNs = System.nanoTime();
        return lastNewsNs;
    }

    private void failThoseUnderWay() {
        for (final Phone phone : phones) {
            if (phone.state != Phone.State.REGISTERED) {
                fail(phone, phone.state + " unanswered");
            }
        }
    }

    private int registered() {
        int count = 0;
        for (final Phone phone : phones) {
            count += phone.state == Phone.State.REGISTERED ? 1 : 0;
        }
        return count;
    }

    private void say(final String order, final int wanted, final long beginNs, final String what) {
        words.accept(String.format(
                Locale.ROOT,
                "%s %d: %s, failed %s, %.1f s; REGISTER ms p50 %.2f p99 %.2f max %.2f",
                order,
                wanted,
                what,
                failures.isEmpty() ? "none" : failures,
                (System.nanoTime() - beginNs) / 1e9,
                registerNs.getValueAtPercentile(50) / 1e6,
                registerNs.getValueAtPercentile(99) / 1e6,
                registerNs.getMaxValue() / 1e6));
    }

    // ---- turns

    /** What is to be done in each turn. */
    @FunctionalInterface
    private interface Step {
        void go() throws IOException;
    }

    private void work(final BooleanSupplier isDone, final Step step) throws IOException {
        while (!isDone.getAsBoolean() && System.nanoTime() - lastNewsNs < PATIENCE_NS) {
            step.go();
            selector.select(this::onReady, 1);
        }
    }

    private void onReady(final SelectionKey key) {
        final Phone phone = (Phone) key.attachment();
        lastNewsNs = System.nanoTime();
        try {
            if (key.isConnectable()) {
                phone.channel.finishConnect();
                key.interestOps(SelectionKey.OP_READ);
                connected++;
                onConnected(phone);
            } else {
                read(phone);
            }
        } catch (IOException e) {
            fail(phone, phone.state + " " + e.getMessage());
        }
    }

    private void connect() throws IOException {
        final int number = phones.size();
        final SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        final InetSocketAddress local = new InetSocketAddress(
                "127.0.0." + (2 + number / PHONES_OF_AN_ADDRESS), PORT_MIN + number % PHONES_OF_AN_ADDRESS);
        channel.bind(local);
        final Phone phone =
                new Phone(number, channel, wire, local.getAddress().getHostAddress() + ":" + local.getPort());
        phones.add(phone);
        underWay++;
        channel.register(selector, SelectionKey.OP_CONNECT, phone);
        if (channel.connect(edge)) {
            channel.keyFor(selector).interestOps(SelectionKey.OP_READ);
            connected++;
            onConnected(phone);
        }
    }

    private void onConnected(final Phone phone) throws IOException {
        final String hello = wire.hello(edge.getHostString() + ":" + edge.getPort());
        if (hello == null) {
            sendRegister(phone);
        } else {
            phone.state = Phone.State.SHAKING_HANDS;
            write(phone, PhoneWire.TCP.wrap(hello));
        }
    }

    private void sendRegister(final Phone phone) throws IOException {
        phone.state = Phone.State.REGISTERING;
        phone.registerNs = System.nanoTime();
        write(phone, wire.wrap(phone.register(run)));
    }

    private static void write(final Phone phone, final ByteBuffer bytes) throws IOException {
        phone.channel.write(bytes);
        if (bytes.hasRemaining()) {
            throw new IOException("the edge reads too slowly");
        }
    }

    // ---- what comes

    private void read(final Phone phone) throws IOException {
        in.clear().put(phone.rest);
        if (phone.channel.read(in) < 0) {
            throw new IOException("closed by the edge");
        }
        in.flip();
        if (phone.state == Phone.State.SHAKING_HANDS && !shakeHands(phone)) {
            keep(phone);
            return;
        }
        while (in.hasRemaining()) {
            final String message = wire.next(in);
            if (message == null) {
                break;
            }
            on(phone, message);
        }
        keep(phone);
    }

    private void keep(final Phone phone) {
        final byte[] rest = new byte[in.remaining()];
        in.get(rest);
        phone.keepRest(rest);
    }

    private boolean shakeHands(final Phone phone) throws IOException {
        final String seen = PhoneWire.seen(in);
        final int end = seen.indexOf(PhoneWire.HEAD_END);
        if (end < 0) {
            return false;
        }
        if (!seen.startsWith("HTTP/1.1 101")) {
            throw new IOException("no WebSocket: " + seen.substring(0, seen.indexOf("\r\n")));
        }
        in.position(in.position() + end + PhoneWire.HEAD_END.length());
        sendRegister(phone);
        return true;
    }

    private void on(final Phone phone, final String message) throws IOException {
        switch (message) {
            case PhoneWire.PONG -> pongs++;
            case PhoneWire.PING -> write(phone, wire.pong());
            case "" -> throw new IOException("closed by the edge");
            default -> {
                final PhoneText text = new PhoneText(message);
                if (text.isRequest()) {
                    onRequest(phone, text);
                } else {
                    onAnswer(phone, text);
                }
            }
        }
    }

    private void onRequest(final Phone phone, final PhoneText request) throws IOException {
        final PhoneCall call = callOf(request);
        final boolean isAtHome = call != null
                && call.calleeNumber == phone.number
                && request.requestUri().startsWith("sip:" + Phone.user(phone.number) + "@");
        if (call == null || !isAtHome) {
            failures.merge(request.method() + " at the wrong phone", 1, Integer::sum);
        } else {
            call.seenByCallee.add(request.method());
        }
        if (!request.method().equals("ACK")) {
            final String status = isAtHome || request.method().equals("OPTIONS") ? "200 OK" : "404 Not Found";
            write(phone, wire.wrap(request.answer(status, phone.number, phone.contact())));
        }
    }

    private void onAnswer(final Phone phone, final PhoneText answer) throws IOException {
        if (answer.status() < 200) {
            return;
        }
        final String cseq = answer.header("CSeq");
        if (cseq != null && cseq.endsWith("REGISTER")) {
            onRegisterAnswer(phone, answer);
            return;
        }
        final PhoneCall call = callOf(answer);
        if (call == null || call.caller != phone) {
            failures.merge("answer at the wrong phone", 1, Integer::sum);
        } else if (answer.status() >= 300) {
            fail(call, call.state + " " + answer.status());
        } else if (call.state == PhoneCall.State.CALLING) {
            call.onAccepted(answer);
            call.state = PhoneCall.State.ENDING;
            write(phone, wire.wrap(call.ack()));
            write(phone, wire.wrap(call.bye()));
        } else if (call.state == PhoneCall.State.ENDING && cseq != null && cseq.endsWith("BYE")) {
            if (call.seenByCallee.contains("INVITE") && call.seenByCallee.contains("BYE")) {
                call.state = PhoneCall.State.ENDED;
                callsOpen--;
                callsEnded++;
            } else {
                fail(call, "seen by its callee: " + call.seenByCallee);
            }
        }
    }

    private void onRegisterAnswer(final Phone phone, final PhoneText answer) throws IOException {
        if (phone.state != Phone.State.REGISTERING) {
            failures.merge("REGISTER answered again", 1, Integer::sum);
        } else if (answer.status() == 401 && phone.onChallenge(answer)) {
            write(phone, wire.wrap(phone.register(run)));
            phone.isAsked = true;
        } else if (answer.status() == 200) {
            phone.state = Phone.State.REGISTERED;
            underWay--;
            registrations++;
            registerNs.recordValue(
                    Math.min(System.nanoTime() - phone.registerNs, registerNs.getHighestTrackableValue()));
        } else {
            fail(phone, "REGISTER " + answer.status());
        }
    }

    /** The Call-ID begins with the call's number. */
    private @Nullable PhoneCall callOf(final PhoneText text) {
        final String id = text.header("Call-ID");
        if (id == null || !id.endsWith("-" + run) || id.startsWith("register")) {
            return null;
        }
        final int number = Integer.parseInt(id.substring(0, id.indexOf('-')));
        return number < calls.size() ? calls.get(number) : null;
    }

    private void fail(final Phone phone, final String why) {
        if (phone.state == Phone.State.FAILED) {
            return;
        }
        if (phone.state != Phone.State.REGISTERED) {
            underWay--;
        }
        phone.state = Phone.State.FAILED;
        failures.merge(why, 1, Integer::sum);
        try {
            phone.channel.close();
        } catch (IOException e) {
            failures.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
        }
    }

    private void fail(final PhoneCall call, final String why) {
        call.state = PhoneCall.State.FAILED;
        callsOpen--;
        failures.merge(why, 1, Integer::sum);
    }

    @Override
    public void close() throws IOException {
        for (final Phone phone : phones) {
            phone.channel.close();
        }
        selector.close();
    }
}
