package io.dialtone.benchmarks.calls;

import io.dialtone.placement.table.SlotHash;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.BitSet;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Holds calls open, asks within them, ends them, and measures from when each request was due. Used by one thread.
 *
 * <p>The loops are open: what is due is sent, whatever became of the rest. A request is sent again after half a second, one, two ... and is a failure after half a minute
 * (RFC 3261 section 17.1).
 */
final class Caller implements AutoCloseable {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int STAGES = 6;
    private static final int SENDS_PER_TURN_MAX = 64;
    private static final int RECEIVES_PER_TURN_MAX = 64;
    private static final int SOCKET_BYTES = 8 << 20;
    private static final int DATAGRAM_BYTES_MAX = 65_535;
    private static final byte[] REQUESTS_HEADER =
            CallText.ascii(HeldCallService.REQUESTS_HEADER.toLowerCase(Locale.ROOT));

    private final DatagramChannel channel;
    private final SlotHash slots;
    private final Consumer<String> words;
    private final CallBook book = new CallBook();
    private final CallText text;
    private final TimedQueue[] stages = new TimedQueue[STAGES];
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final NameAddrView contact = new NameAddrView();
    private final ByteBuffer inbound = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
    private final UnsafeBuffer inboundView = new UnsafeBuffer(inbound);
    private final SplittableRandom random = new SplittableRandom();

    // What is to be called: a number of calls that stay, or calls without end that are held for a while.
    private double intervalNs;
    private long nextCallNs;
    private int toCall;
    private TimedQueue held = new TimedQueue(0);
    private boolean isTraffic;

    // What is to be asked.
    private int[] sample = new int[0];
    private int asked;
    private int askedOpen;
    private long askBeginNs;
    private double askIntervalNs;
    private final BitSet slotsMissing = new BitSet();
    private int slotsAsked;

    // What came of it, since the last mark.
    private final Histogram setupNs = new Histogram(60 * SECOND_NS, 3);
    private final Histogram askNs = new Histogram(60 * SECOND_NS, 3);
    private final Map<String, Integer> failures = new TreeMap<>();
    private long markNs = System.nanoTime();
    private int answered;
    private int ended;
    private int wrong;
    private int sentAgain;

    Caller(final InetSocketAddress edge, final SlotHash slots, final Consumer<String> words) throws IOException {
        this.slots = slots;
        this.words = words;
        channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BYTES);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BYTES);
        channel.connect(edge);
        channel.configureBlocking(false);
        final InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        text = new CallText(book, name(edge), name(local), Long.toHexString(random.nextInt() & 0xFFFF_FFFFL));
        for (int stage = 0; stage < STAGES; stage++) {
            stages[stage] = new TimedQueue((SECOND_NS / 2) << stage);
        }
    }

    private static String name(final InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    // ---- orders

    /** Sets up so many calls, which stay. */
    void call(final int count, final double perSecond) {
        isTraffic = false;
        toCall = count;
        intervalNs = SECOND_NS / perSecond;
        nextCallNs = System.nanoTime();
    }

    /** Sets up calls and ends each a while after its answer, until told otherwise; at a rate of 0 none. */
    void traffic(final double perSecond, final long holdNs) {
        isTraffic = perSecond > 0;
        toCall = isTraffic ? Integer.MAX_VALUE : 0;
        intervalNs = isTraffic ? SECOND_NS / perSecond : 0;
        nextCallNs = System.nanoTime();
        held = new TimedQueue(holdNs);
    }

    /**
     * Asks within so many calls that are up, taken at random.
     *
     * @param ofSlots calls of other slots are not asked
     */
    void ask(final int count, final long overNs, final BitSet ofSlots, final long beginNs) {
        sample = new int[count];
        asked = 0;
        askedOpen = 0;
        askBeginNs = beginNs;
        askIntervalNs = (double) overNs / count;
        slotsMissing.clear();
        for (int i = 0, tries = 0; i < count; tries++) {
            if (tries > 1_000 * count) {
                throw new IllegalStateException("there are no " + count + " such calls");
            }
            final int call = random.nextInt(book.count());
            final int slot = slotOf(call);
            if (book.state[call] == CallBook.UP && ofSlots.get(slot)) {
                sample[i++] = call;
                slotsMissing.set(slot);
            }
        }
        slotsAsked = slotsMissing.cardinality();
    }

    /** What is about to be asked is due at this time. */
    void askFrom(final long beginNs) {
        askBeginNs = beginNs;
    }

    private int slotOf(final int call) {
        return slots.slotOf(CallText.ascii(text.callId(call)));
    }

    /** Says what was measured since the last mark, and begins anew. */
    void mark(final String name) {
        final long nowNs = System.nanoTime();
        words.accept(String.format(
                Locale.ROOT,
                "%-22s %6.1f s  up %d  answered %d  ended %d  set-up ms p50 %.2f p99 %.2f max %.2f  wrong %d  sent again %d  failed %s",
                name,
                (nowNs - markNs) / 1e9,
                answered - ended,
                answered,
                ended,
                setupNs.getValueAtPercentile(50) / 1e6,
                setupNs.getValueAtPercentile(99) / 1e6,
                setupNs.getMaxValue() / 1e6,
                wrong,
                sentAgain,
                failures.isEmpty() ? "none" : failures));
        setupNs.reset();
        failures.clear();
        markNs = nowNs;
        answered = 0;
        ended = 0;
        wrong = 0;
        sentAgain = 0;
    }

    // ---- turns

    int doWork() throws IOException {
        int work = receive();
        final long nowNs = System.nanoTime();
        work += callThoseDue(nowNs);
        work += askThoseDue(nowNs);
        work += endThoseDue(nowNs);
        for (int stage = 0; stage < STAGES; stage++) {
            work += sendAgain(stage, nowNs);
        }
        return work;
    }

    private int callThoseDue(final long nowNs) throws IOException {
        int sent = 0;
        while (toCall > 0 && nextCallNs <= nowNs && sent < SENDS_PER_TURN_MAX) {
            final int call = book.add();
            book.state[call] = CallBook.CALLING;
            book.cseq[call] = 1;
            book.dueNs[call] = nextCallNs;
            send(call, nowNs);
            toCall -= isTraffic ? 0 : 1;
            nextCallNs += (long) intervalNs;
            sent++;
        }
        return sent;
    }

    private int askThoseDue(final long nowNs) throws IOException {
        int sent = 0;
        while (asked < sample.length && sent < SENDS_PER_TURN_MAX) {
            final long dueNs = askBeginNs + (long) (asked * askIntervalNs);
            if (dueNs > nowNs) {
                break;
            }
            final int call = sample[asked++];
            if (book.state[call] == CallBook.UP) {
                book.state[call] = CallBook.ASKING;
                book.cseq[call]++;
                book.dueNs[call] = dueNs;
                askedOpen++;
                send(call, nowNs);
            }
            sent++;
        }
        return sent;
    }

    private int endThoseDue(final long nowNs) throws IOException {
        int sent = 0;
        while (held.isDue(nowNs) && sent < SENDS_PER_TURN_MAX) {
            final int call = held.call();
            held.drop();
            if (book.state[call] == CallBook.UP) {
                book.state[call] = CallBook.ENDING;
                book.cseq[call]++;
                book.dueNs[call] = nowNs;
                send(call, nowNs);
            }
            sent++;
        }
        return sent;
    }

    private int sendAgain(final int stage, final long nowNs) throws IOException {
        final TimedQueue queue = stages[stage];
        int sent = 0;
        while (queue.isDue(nowNs) && sent < SENDS_PER_TURN_MAX) {
            final int call = queue.call();
            final boolean isOpen = isOpen(call) && book.cseq[call] == queue.mark();
            queue.drop();
            sent++;
            if (!isOpen) {
                continue;
            }
            if (stage == STAGES - 1) {
                fail(call, "unanswered");
                continue;
            }
            if (book.state[call] != CallBook.RINGING) {
                sentAgain++;
                channel.write(textOf(call));
            }
            stages[stage + 1].add(call, book.cseq[call], nowNs);
        }
        return sent;
    }

    private boolean isOpen(final int call) {
        return switch (book.state[call]) {
            case CallBook.CALLING, CallBook.RINGING, CallBook.ASKING, CallBook.ENDING -> true;
            default -> false;
        };
    }

    private void send(final int call, final long nowNs) throws IOException {
        channel.write(textOf(call));
        stages[0].add(call, book.cseq[call], nowNs);
    }

    private ByteBuffer textOf(final int call) {
        return switch (book.state[call]) {
            case CallBook.ASKING -> text.within(call, "OPTIONS", 'o');
            case CallBook.ENDING -> text.within(call, "BYE", 'b');
            default -> text.invite(call);
        };
    }

    private void fail(final int call, final String why) {
        final byte was = book.state[call];
        book.state[call] = CallBook.FAILED;
        failures.merge(
                (was == CallBook.ASKING ? "OPTIONS " : was == CallBook.ENDING ? "BYE " : "INVITE ") + why,
                1,
                Integer::sum);
        if (was == CallBook.ASKING) {
            onAskDone();
        }
    }

    // ---- answers

    private int receive() throws IOException {
        int received = 0;
        while (received < RECEIVES_PER_TURN_MAX) {
            inbound.clear();
            try {
                if (channel.read(inbound) <= 0) {
                    break;
                }
            } catch (PortUnreachableException e) {
                break; // nobody listens: what is open is sent again, and fails in the end
            }
            received++;
            onDatagram(inbound.position(), System.nanoTime());
        }
        return received;
    }

    private void onDatagram(final int length, final long nowNs) throws IOException {
        if (message.parseDatagram(inboundView, 0, length) != ParseResult.COMPLETE || message.isRequest()) {
            wrong++;
            return;
        }
        final int call = callOf();
        if (call < 0) {
            wrong++;
            return;
        }
        final int status = message.statusCode();
        final boolean isLast = message.cseqNumber() == book.cseq[call];
        if (status < 200) {
            if (isLast && book.state[call] == CallBook.CALLING) {
                book.state[call] = CallBook.RINGING;
            }
        } else if (message.cseqMethod() == SipMethod.INVITE) {
            onInviteAnswer(call, status, nowNs);
        } else if (isLast && isOpen(call)) {
            onAnswer(call, status, nowNs);
        }
    }

    /** The Call-ID begins with the call's number. */
    private int callOf() {
        int number = 0;
        int at = message.callIdOffset();
        final int end = at + message.callIdLength();
        while (at < end && message.buffer().getByte(at) != '-') {
            number = number * 10 + message.buffer().getByte(at++) - '0';
        }
        return number >= 0 && number < book.count() ? number : -1;
    }

    private void onInviteAnswer(final int call, final int status, final long nowNs) throws IOException {
        final byte state = book.state[call];
        final boolean isFirst = state == CallBook.CALLING || state == CallBook.RINGING;
        if (status >= 300) {
            if (isFirst) {
                fail(call, String.valueOf(status));
            }
            return;
        }
        if (isFirst) {
            final int header = message.firstHeader(HeaderName.CONTACT);
            if (header < 0 || !contact.wrap(message, header)) {
                fail(call, "without Contact");
                return;
            }
            book.tag(call, message.buffer(), message.toTagOffset(), message.toTagLength());
            book.contact(call, message.buffer(), contact.uriOffset(), contact.uriLength());
            book.state[call] = CallBook.UP;
            answered++;
            countRequest(call);
            setupNs.recordValue(Math.min(nowNs - book.dueNs[call], setupNs.getHighestTrackableValue()));
            if (isTraffic) {
                held.add(call, 0, nowNs);
            }
        }
        channel.write(text.within(call, "ACK", 'a'));
    }

    private void onAnswer(final int call, final int status, final long nowNs) {
        if (status >= 300) {
            fail(call, String.valueOf(status));
            return;
        }
        countRequest(call);
        if (book.state[call] == CallBook.ENDING) {
            book.state[call] = CallBook.OVER;
            ended++;
            return;
        }
        book.state[call] = CallBook.UP;
        final long tookNs = nowNs - book.dueNs[call];
        askNs.recordValue(Math.min(tookNs, askNs.getHighestTrackableValue()));
        slotsMissing.clear(slotOf(call));
        onAskDone();
    }

    /** The called side counts each request of the call once, whoever it is by now. */
    private void countRequest(final int call) {
        final int expected = ++book.requests[call];
        final int header = message.findHeader(REQUESTS_HEADER);
        final int said = header < 0
                ? -1
                : message.buffer()
                        .parseNaturalIntAscii(message.headerValueOffset(header), message.headerValueLength(header));
        if (said != expected) {
            wrong++;
            book.requests[call] = said;
        }
    }

    private void onAskDone() {
        if (--askedOpen == 0 && asked == sample.length) {
            words.accept(String.format(
                    Locale.ROOT,
                    "asked %d calls of %d slots: answered %d, none of %d slots, failed %s; ms p50 %.2f p99 %.2f max %.2f",
                    sample.length,
                    slotsAsked,
                    askNs.getTotalCount(),
                    slotsMissing.cardinality(),
                    failures.isEmpty() ? "none" : failures,
                    askNs.getValueAtPercentile(50) / 1e6,
                    askNs.getValueAtPercentile(99) / 1e6,
                    askNs.getMaxValue() / 1e6));
            askNs.reset();
            sample = new int[0];
            asked = 0;
        }
    }

    /** True when nothing is under way that ends by itself. */
    boolean isDone() {
        if (isTraffic || toCall > 0 || sample.length > 0 || held.size() > 0) {
            return false;
        }
        for (int stage = 0; stage < STAGES; stage++) {
            if (stages[stage].size() > 0) {
                return false;
            }
        }
        return true;
    }

    /** True when all calls that were to be set up are, or have failed, and nothing is being asked. */
    boolean isCalm() {
        return toCall == 0 && sample.length == 0;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
