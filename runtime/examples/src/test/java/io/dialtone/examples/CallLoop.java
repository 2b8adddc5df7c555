package io.dialtone.examples;

import io.dialtone.api.AffinityRule;
import io.dialtone.api.ServiceDescriptor;
import io.dialtone.api.SipHandler;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.CounterSet;
import io.dialtone.runtime.engine.SessionProtocol;
import io.dialtone.runtime.engine.SessionWorker;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerContext;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.engine.WorkerGrid;
import io.dialtone.runtime.sip.SipContext;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipProtocol;
import io.dialtone.runtime.sip.SipSettings;
import io.dialtone.runtime.testsupport.AdjustableClock;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.SessionReplicator;
import io.dialtone.state.api.StateCodec;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes call after call at one worker without making garbage itself, so that what the worker costs can be measured: INVITE, 180, 200, ACK, BYE, 200. Each call takes a
 * millisecond of the test's clock.
 */
final class CallLoop {
    private static final int NUMBER_DIGITS = 10;
    private static final int TAG_BYTES = 29;
    private static final String NUMBER = "#".repeat(NUMBER_DIGITS);
    private static final String TAG = "@".repeat(TAG_BYTES);
    private static final byte[] HOST_PORT = "127.0.0.1:5060".getBytes(StandardCharsets.US_ASCII);

    private final AdjustableClock clock = new AdjustableClock(1);
    private final CounterSet<SipCounter> counters = new CounterSet<>(SipCounter.class);
    private final Request invite = new Request("""
            INVITE sip:+361234567@127.0.0.1:5060 SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bKi-##########
            Max-Forwards: 70
            From: "Caller" <sip:+36301234567@example.com>;tag=f##########
            To: <sip:+361234567@example.com>
            Call-ID: ##########@storm.example.com
            CSeq: 1 INVITE
            Contact: <sip:caller@127.0.0.1:5061>
            Allow: INVITE, ACK, CANCEL, OPTIONS, BYE
            Supported: replaces, timer
            User-Agent: loop
            Content-Type: application/sdp

            v=0
            o=- 53655765 2353687637 IN IP4 127.0.0.1
            s=-
            c=IN IP4 127.0.0.1
            t=0 0
            m=audio 6000 RTP/AVP 0 8 101
            a=rtpmap:0 PCMU/8000
            a=sendrecv
            """);
    private final Request ack = new Request(inDialog("ACK", 1));
    private final Request bye = new Request(inDialog("BYE", 2));
    private final Link link = new Link();
    private final SessionWorker worker;
    private long calls;
    private int answers;

    /** Calls at a worker whose sessions nobody keeps. */
    CallLoop(final Supplier<? extends SipHandler<?>> handlers) {
        this(
                key -> WorkerGrid.alone(new SlotTableHolder(SlotTable.roundRobin(1, 1)), 1, key.derive("keys")),
                sip -> SipProtocol.factory(sip, handlers));
    }

    /** Calls at a worker that writes each event down for a replicator. */
    <S extends Record> CallLoop(
            final Supplier<? extends SipHandler<S>> handlers,
            final Supplier<? extends StateCodec<S>> codecs,
            final SessionReplicator replicator,
            final ImageStore images) {
        this(
                key -> new WorkerGrid(1, key.derive("keys"), images, (endpoint, keeper, store) -> replicator),
                sip -> SipProtocol.factory(sip, handlers, codecs));
    }

    private CallLoop(
            final Function<ClusterKey, WorkerGrid> grids,
            final Function<SipContext, SessionProtocol.Factory> protocols) {
        final ClusterKey key = ClusterKey.parse("a secret for tests, known to all\n");
        final SipContext sip = new SipContext(
                SipSettings.defaults(),
                SipLimits.defaults(),
                new ServiceDescriptor("loop", "1", "loop", AffinityRule.CALL_ID),
                SlotToken.of(key, 0, 1),
                key.derive("tags"),
                (member, listener) -> HOST_PORT,
                counters);
        worker = new SessionWorker(
                WorkerConfig.defaults(),
                new WorkerContext(
                        link,
                        grids.apply(key),
                        clock,
                        clock,
                        key.derive("tables"),
                        new CounterSet<>(WorkerCounter.class)),
                protocols.apply(sip));
    }

    /** Makes calls; each must be answered and ended. */
    void run(final int count) {
        for (int i = 0; i < count; i++) {
            calls++;
            answers = 0;
            invite.number(calls);
            turn(invite);
            ack.number(calls);
            turn(ack);
            bye.number(calls);
            turn(bye);
            if (answers != 3) {
                throw new AssertionError("call " + calls + " had " + answers + " answers");
            }
            clock.advanceNs(1_000_000);
            worker.doWork();
        }
    }

    long liveTransactions() {
        return counters.get(SipCounter.TRANSACTIONS);
    }

    private void turn(final Request request) {
        link.next = request;
        worker.doWork();
    }

    private static String inDialog(final String method, final int cseq) {
        return """
                %s sip:127.0.0.1:5060 SIP/2.0
                Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK%s-##########
                Max-Forwards: 70
                From: "Caller" <sip:+36301234567@example.com>;tag=f##########
                To: <sip:+361234567@example.com>;tag=@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
                Call-ID: ##########@storm.example.com
                CSeq: %d %s
                Content-Length: 0

                """.formatted(method, method, cseq, method);
    }

    /** A frame with a request whose numbers and tag are filled in for each call. */
    private static final class Request {
        final UnsafeBuffer frame;
        private final int[] numbers;
        private final int[] tags;

        Request(final String text) {
            final byte[] message = text.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
            frame = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES + message.length]);
            new LinkFrame()
                    .wrapNew(frame, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                    .epoch(1)
                    .remoteLow(0xFFFF_7F00_0001L)
                    .remotePort(5061);
            frame.putBytes(LinkFrame.HEADER_BYTES, message);
            numbers = placesOf(NUMBER);
            tags = placesOf(TAG);
        }

        void number(final long number) {
            for (final int place : numbers) {
                frame.putNaturalPaddedIntAscii(place, NUMBER_DIGITS, (int) number);
            }
        }

        void tag(final DirectBuffer from, final int offset) {
            for (final int place : tags) {
                frame.putBytes(place, from, offset, TAG_BYTES);
            }
        }

        private int[] placesOf(final String pattern) {
            final String text = frame.getStringWithoutLengthAscii(0, frame.capacity());
            return IntStream.range(0, text.length())
                    .filter(at -> text.startsWith(pattern, at))
                    .toArray();
        }
    }

    /** Gives the worker one request a turn, and reads the tag from its answers. */
    private final class Link extends LoopLink {
        private @Nullable Request next;

        @Override
        public int poll(final LinkFrameHandler handler, final int framesMax) {
            final Request request = next;
            if (request == null) {
                return 0;
            }
            next = null;
            handler.onFrame(request.frame, 0, request.frame.capacity());
            return 1;
        }

        @Override
        public long offer(
                final DirectBuffer header,
                final int headerOffset,
                final int headerLength,
                final DirectBuffer body,
                final int bodyOffset,
                final int bodyLength) {
            answers++;
            if (answers == 1) {
                readTag(body, bodyOffset, bodyOffset + bodyLength);
            }
            return answers;
        }

        private void readTag(final DirectBuffer answer, final int from, final int end) {
            int at = from;
            while (at < end
                    && !(answer.getByte(at) == 'T' && answer.getByte(at + 1) == 'o' && answer.getByte(at + 2) == ':')) {
                at++;
            }
            while (at < end && answer.getByte(at) != '=') {
                at++;
            }
            ack.tag(answer, at + 1);
            bye.tag(answer, at + 1);
        }
    }
}
