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
import io.dialtone.runtime.engine.SessionWorker;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerContext;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.engine.WorkerGrid;
import io.dialtone.runtime.sip.ServiceChain;
import io.dialtone.runtime.sip.SipContext;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import io.dialtone.runtime.testsupport.AdjustableClock;
import io.dialtone.sip.codec.SipLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes call after call through a worker that proxies them, without making garbage itself: INVITE and 200, ACK, BYE and 200, each passed on. Whoever is called accepts with the words of the
 * request. Each call takes a millisecond of the test's clock.
 */
final class ProxyLoop {
    /** The messages of a call that leave the worker. */
    static final int OUTPUTS = 5;

    private static final int NUMBER_DIGITS = 10;
    private static final String NUMBER = "#".repeat(NUMBER_DIGITS);
    private static final byte[] HOST_PORT = "127.0.0.1:5060".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OK = "SIP/2.0 200 OK".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TO_TAG = ";tag=callee".getBytes(StandardCharsets.US_ASCII);

    private final AdjustableClock clock = new AdjustableClock(1);
    private final CounterSet<SipCounter> counters = new CounterSet<>(SipCounter.class);
    private final ClusterKey key = ClusterKey.parse("a secret for tests, known to all\n");
    private final SlotToken tokens = SlotToken.of(key, 0, 1);
    private final Message invite = new Message("""
        INVITE sip:+361234567@example.com SIP/2.0
        Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bKi-##########
        Max-Forwards: 70
        From: "Caller" <sip:+36301234567@example.com>;tag=f##########
        To: <sip:+361234567@example.com>
        Call-ID: ##########@storm.example.com
        CSeq: 1 INVITE
        Contact: <sip:caller@127.0.0.1:5061>
        Supported: replaces, timer
        Content-Type: application/sdp

        v=0
        o=- 53655765 2353687637 IN IP4 127.0.0.1
        s=-
        c=IN IP4 127.0.0.1
        t=0 0
        m=audio 6000 RTP/AVP 0 8 101
        """);
    private final Message ack = new Message(inDialog("ACK", 1));
    private final Message bye = new Message(inDialog("BYE", 2));
    private final Message ok = new Message(" ".repeat(4_096));
    private final Link link = new Link();
    private final SessionWorker worker;
    private long calls;
    private final int services;
    private int outputs;

    /** Calls at one service, or at several that follow one another. */
    @SafeVarargs
    ProxyLoop(final Supplier<? extends SipHandler<?>>... handlers) {
        services = handlers.length;
        final List<ServiceChain.Service> chain = new ArrayList<>();
        for (final Supplier<? extends SipHandler<?>> each : handlers) {
            final String name = "loop-" + chain.size();
            chain.add(ServiceChain.Service.of(
                    new SipContext(
                            SipSettings.defaults(),
                            SipLimits.defaults(),
                            new ServiceDescriptor(name, "1", name, AffinityRule.CALL_ID),
                            tokens,
                            key.derive("tags"),
                            (member, listener) -> HOST_PORT,
                            counters),
                    each));
        }
        worker = new SessionWorker(
                WorkerConfig.defaults(),
                new WorkerContext(
                        link,
                        WorkerGrid.alone(new SlotTableHolder(SlotTable.roundRobin(1, 1)), 1, key.derive("keys")),
                        clock,
                        clock,
                        key.derive("tables"),
                        new CounterSet<>(WorkerCounter.class)),
                ServiceChain.factory(chain));
    }

    /** Makes calls; each must be passed on and ended. */
    void run(final int count) {
        for (int i = 0; i < count; i++) {
            calls++;
            outputs = 0;
            send(invite);
            accept();
            send(ack);
            send(bye);
            accept();
            if (outputs != OUTPUTS) {
                throw new AssertionError("call " + calls + " had " + outputs + " outputs");
            }
            clock.advanceNs(1_000_000);
            worker.doWork();
        }
    }

    private void send(final Message request) {
        request.number(calls);
        turn(request);
    }

    /** The request that came out last is accepted: a response with all that stands in it, and without its body. */
    private void accept() {
        turn(ok);
    }

    private void turn(final Message message) {
        link.next = message;
        for (int i = 0; i < services; i++) {
            worker.doWork(); // a turn for each service
        }
    }

    private String inDialog(final String method, final int cseq) {
        final UnsafeBuffer token = new UnsafeBuffer(new byte[SlotToken.LENGTH]);
        tokens.write(0, token, 0);
        return """
            %s sip:+361234567@127.0.0.1:5062 SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK%s-##########
            Route: <sip:127.0.0.1:5060;lr;dt=%s>
            Max-Forwards: 70
            From: "Caller" <sip:+36301234567@example.com>;tag=f##########
            To: <sip:+361234567@example.com>;tag=callee
            Call-ID: ##########@storm.example.com
            CSeq: %d %s
            Content-Length: 0

            """.formatted(method, method, token.getStringWithoutLengthAscii(0, SlotToken.LENGTH), cseq, method);
    }

    /** A frame with a message. */
    private static final class Message {
        final UnsafeBuffer frame;
        int length;
        private final int[] numbers;

        Message(final String text) {
            final byte[] message = text.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
            length = LinkFrame.HEADER_BYTES + message.length;
            frame = new UnsafeBuffer(new byte[length]);
            new LinkFrame()
                    .wrapNew(frame, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                    .epoch(1)
                    .remoteLow(0xFFFF_7F00_0001L)
                    .remotePort(5061);
            frame.putBytes(LinkFrame.HEADER_BYTES, message);
            final String all = frame.getStringWithoutLengthAscii(0, frame.capacity());
            numbers = IntStream.range(0, all.length())
                    .filter(at -> all.startsWith(NUMBER, at))
                    .toArray();
        }

        void number(final long number) {
            for (final int place : numbers) {
                frame.putNaturalPaddedIntAscii(place, NUMBER_DIGITS, (int) number);
            }
        }

        /** Becomes the 200 to a request. */
        void accept(final DirectBuffer request, final int offset, final int bytes) {
            int lineEnd = offset;
            while (request.getByte(lineEnd) != '\r') {
                lineEnd++;
            }
            int toEnd = lineEnd;
            while (request.getByte(toEnd) != 'T'
                    || request.getByte(toEnd + 1) != 'o'
                    || request.getByte(toEnd - 1) != '\n') {
                toEnd++;
            }
            while (request.getByte(toEnd) != '\r') {
                toEnd++;
            }
            frame.putBytes(LinkFrame.HEADER_BYTES, OK);
            length = LinkFrame.HEADER_BYTES + OK.length;
            put(request, lineEnd, toEnd);
            if (request.getByte(toEnd - 1) == '>') {
                frame.putBytes(length, TO_TAG);
                length += TO_TAG.length;
            }
            put(request, toEnd, offset + bytes);
        }

        private void put(final DirectBuffer request, final int from, final int end) {
            frame.putBytes(length, request, from, end - from);
            length += end - from;
        }
    }

    /** Gives the worker one message a turn, and keeps what would accept the last request that came out. */
    private final class Link extends LoopLink {
        private @Nullable Message next;

        @Override
        public int poll(final LinkFrameHandler handler, final int framesMax) {
            final Message message = next;
            if (message == null) {
                return 0;
            }
            next = null;
            handler.onFrame(message.frame, 0, message.length);
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
            outputs++;
            if (body.getByte(bodyOffset) != 'S') {
                ok.accept(body, bodyOffset, bodyLength);
            }
            return outputs;
        }
    }
}
