package io.dialtone.runtime.rehearsal;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotEntry;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The callers of a rehearsal, and the edge that they call through: some calls at a time, each with a request inside, and a new one for each that has ended or is left open. Called only by the rehearsal's thread.
 */
final class RehearsalCaller {
    private static final int OPEN_MAX = 32;

    /** Calls that are never hung up: a node that comes to others learns many sessions before it is asked for any. */
    private static final int HELD_MAX = 2_000;

    private static final int FRAMES_PER_TURN_MAX = 64;
    private static final int PORT = 5060;
    private static final long ADDRESS = 0xFFFF_C000_0201L; // ::ffff:192.0.2.1
    private static final int MESSAGE_BYTES_MAX = 2048;
    private static final int OK = 200;
    private static final String SDP =
            "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";

    /** A call whose slot changed hands may have lost a message, and nobody sends it again. */
    private static final long ANSWER_NS_MAX = TimeUnit.MILLISECONDS.toNanos(200);

    private static final class Call {
        final long number;
        final int slot;
        String toTag = "";
        int cseq;
        long sentNs;

        Call(final long number, final int slot) {
            this.number = number;
            this.slot = slot;
        }
    }

    private final LinkEndpoint link;
    private final SlotAuthority registry;
    private final EpochNanoClock epochClock = SystemEpochNanoClock.INSTANCE;
    private final LinkFrameHandler onFrame = this::onFrame;
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private final UnsafeBuffer text = new UnsafeBuffer(new byte[MESSAGE_BYTES_MAX]);
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final @Nullable Call[] open = new Call[OPEN_MAX];
    private long begun;
    private long ended;
    private int held;
    private long nowNs;

    RehearsalCaller(final LinkEndpoint link, final SlotAuthority registry) {
        this.link = link;
        this.registry = registry;
    }

    /** How many calls have been hung up. */
    long ended() {
        return ended;
    }

    void doWork(final long turnNs) {
        nowNs = turnNs;
        link.doWork(nowNs);
        link.poll(onFrame, FRAMES_PER_TURN_MAX);
        for (int i = 0; i < OPEN_MAX; i++) {
            final Call call = open[i];
            if (call == null || nowNs - call.sentNs > ANSWER_NS_MAX) {
                begin(i);
            }
        }
    }

    private static int placeOf(final long number) {
        return (int) (number % OPEN_MAX);
    }

    private void begin(final int place) {
        final Call call =
                new Call(begun * OPEN_MAX + place, (int) (begun % registry.map().slots()));
        begun++;
        open[place] = call;
        call.cseq++;
        send(call, "INVITE", "Content-Type: application/sdp\r\n", SDP);
    }

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        frame.wrap(buffer, offset, length);
        message.parseDatagram(buffer, offset + frame.headerLength(), frame.payloadLength());
        if (message.isRequest()) {
            return; // a BYE of a session that was given up
        }
        final long number = buffer.parseLongAscii(message.callIdOffset(), message.callIdLength());
        final Call call = open[placeOf(number)];
        if (call != null && call.number == number && call.cseq == message.cseqNumber() && message.statusCode() >= OK) {
            onAnswer(call, message.cseqMethod());
        }
    }

    private void onAnswer(final Call call, final SipMethod method) {
        switch (method) {
            case INVITE -> {
                call.toTag = ";tag="
                        + message.buffer().getStringWithoutLengthAscii(message.toTagOffset(), message.toTagLength());
                send(call, "ACK", "", "");
                call.cseq++;
                send(call, "OPTIONS", "", "");
            }
            case OPTIONS -> {
                if (held < HELD_MAX && call.number % 2 == 0) {
                    held++;
                    begin(placeOf(call.number));
                } else {
                    call.cseq++;
                    send(call, "BYE", "", "");
                }
            }
            default -> {
                ended++;
                begin(placeOf(call.number));
            }
        }
    }

    private void send(final Call call, final String method, final String headers, final String body) {
        final SlotEntry entry = registry.map().entry(call.slot);
        if (entry.owner() == SlotEntry.NONE) {
            return;
        }
        final String request = method
                + " sip:rehearsal@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK-"
                + call.number + "-" + call.cseq + "-" + ("ACK".equals(method) ? 'a' : 'r')
                + "\r\nMax-Forwards: 70\r\nFrom: <sip:caller@192.0.2.1>;tag=" + call.number
                + "\r\nTo: <sip:rehearsal@192.0.2.2>" + call.toTag
                + "\r\nCall-ID: " + call.number
                + "\r\nCSeq: " + call.cseq + " " + method
                + "\r\nContact: <sip:caller@192.0.2.1:5060>\r\nSubject: rehearsal\r\n"
                + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        final int length = text.putStringWithoutLengthAscii(0, request);
        call.sentNs = nowNs;
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                .slot(call.slot)
                .epoch(entry.epoch())
                .incarnation(link.incarnation())
                .member(link.member())
                .thread(link.thread())
                .arrivalNs(epochClock.nanoTime())
                .remoteHigh(0)
                .remoteLow(ADDRESS)
                .remotePort(PORT);
        link.publication(entry.owner(), 0).offer(header, 0, LinkFrame.HEADER_BYTES, text, 0, length);
    }
}
