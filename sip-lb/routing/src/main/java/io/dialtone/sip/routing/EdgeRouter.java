package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Edge mode: hands each message to the node that owns its slot, and sends out what nodes answer. Called only by its I/O thread, which reads
 * sockets and link in one duty cycle, so that no message is passed between threads.
 *
 * <p>The edge is transparent: it has no Via of its own and keeps no session. It notes in the topmost Via where a request came from, and sends
 * each frame of a node out by the flow the frame names.
 *
 * <pre>
 *   request   parse, slot by token or affinity, owner of slot, received and rport, offer      -> owner
 *             malformed: 400, 505, 513    no owner, silent owner, owner too slow: 503
 *   response  parse, slot by the token in the topmost Via's branch, offer                     -> owner
 *   frame     epoch and owner of its slot, flow                                               -> socket
 * </pre>
 *
 * <p>Who pauses, who resumes: an owner that is slower than we are pushes back, and the edge answers 503 at once; it queues nothing. A transaction
 * that was handed over once is never refused for back pressure later, because its answer may be under way: its retransmission is dropped, and
 * comes again. One that was refused once is refused again, so that its client never gets two final answers.
 */
public final class EdgeRouter implements SipIngress {
    private static final byte[] SERVICE_UNAVAILABLE = "Service Unavailable".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MESSAGE_TOO_LARGE = "Message Too Large".getBytes(StandardCharsets.US_ASCII);

    /** In place of a slot, in the memory of transactions. */
    private static final int REFUSED = -1;

    /** 64 * T1, the life of a transaction (RFC 3261 section 17). */
    private static final long TRANSACTION_NS = 32_000_000_000L;

    private static final long CLOCK_SAMPLE_NS = 1_000_000_000L;

    private final SipEgress egress;
    private final LinkEndpoint link;
    private final SlotTableHolder slots;
    private final SlotFinder finder;
    private final TransactionKey transactionKey;
    private final AffinityMemory memory;
    private final EdgeCounters counters;
    private final LatencyHistogram answers;
    private final Refusals refusals;
    private final EpochNanoClock wallClock;
    private final int retryAfterSeconds;
    private final long deadlineNs;
    private final int framesPerTurn;

    private final SipMessage message;
    private final ViaView via = new ViaView();
    private final WayBack wayBack = new WayBack();
    private final SipEditor editor = new SipEditor();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private final LinkFrame frame = new LinkFrame();
    private final LinkFrame received = new LinkFrame();
    private final LinkFrameHandler onFrame = this::onFrame;
    private final SipFlow flow = new SipFlow();

    private SlotTable table;
    private long turnNs;
    private long wallOffsetNs;
    private long nextClockSampleNs;

    EdgeRouter(
            final EdgeConfig config,
            final EdgeLoop loop,
            final Refusals refusals,
            final EpochNanoClock wallClock,
            final long nowNs) {
        egress = loop.egress();
        link = loop.link();
        slots = loop.slots();
        finder = loop.finder();
        transactionKey = loop.transactionKey();
        memory = loop.memory();
        counters = loop.counters();
        answers = loop.answers();
        this.refusals = refusals;
        this.wallClock = wallClock;
        retryAfterSeconds = config.retryAfterSeconds();
        deadlineNs = config.deadlineMs() * 1_000_000L;
        framesPerTurn = config.framesPerTurn();
        message = new SipMessage(config.sipLimits());
        table = slots.table();
        turnNs = nowNs;
        sampleClock(nowNs);
    }

    @Override
    public void onMessage(
            final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long nowNs) {
        if (message.parseDatagram(buffer, offset, length) != ParseResult.COMPLETE) {
            onMalformed(message.malformation(), from, nowNs);
        } else if (message.isRequest()) {
            onRequest(buffer, from, nowNs);
        } else {
            onResponse(from, nowNs);
        }
    }

    private void onRequest(final UnsafeBuffer buffer, final SipFlow from, final long nowNs) {
        counters.increment(EdgeCounter.REQUESTS_RECEIVED);
        if (!via.wrap(message) || message.callIdLength() == 0) {
            onMalformed(whyUnroutable(), from, nowNs);
            return;
        }
        final long transaction = transactionKey.of(message, via);
        final long memo = recall(transaction, nowNs);
        if (memo != AffinityMemory.NONE && AffinityMemory.backend(memo) == REFUSED) {
            onRefusedBefore(from, nowNs);
            return;
        }
        final int slot = slotOfRequest(memo);
        final SlotTable newest = slots.table();
        final int owner = newest.ownerOf(slot);
        final int thread = threadOf(owner, slot);
        if (thread < 0 || !link.isReachable(owner, thread)) {
            onOwnerAway(owner, transaction, from, nowNs);
            return;
        }
        editor.begin(message);
        wayBack.stamp(editor, message.buffer(), via, from);
        if (editor.apply(buffer, HEADROOM_BYTES + message.leadingBytes(), TAILROOM_BYTES) < 0) {
            refuse(EdgeCounter.REFUSED_TOO_LARGE, 513, MESSAGE_TOO_LARGE, 0, from, nowNs);
            return;
        }
        final long position = offer(
                link.publication(owner, thread),
                newest.epochOf(slot),
                slot,
                from,
                nowNs,
                buffer,
                editor.offset(),
                editor.length());
        if (position > 0) {
            counters.increment(EdgeCounter.REQUESTS_FORWARDED);
            if (memo == AffinityMemory.NONE && message.method() != SipMethod.ACK) {
                memory.put(transaction, slot, nowNs);
            }
        } else {
            onOfferRefused(position, memo, transaction, buffer, from, nowNs);
        }
    }

    /** What is remembered of a live transaction, or {@link AffinityMemory#NONE}. */
    private long recall(final long transaction, final long nowNs) {
        final long memo = memory.find(transaction);
        return memo != AffinityMemory.NONE && AffinityMemory.ageNs(memo, nowNs) < TRANSACTION_NS
                ? memo
                : AffinityMemory.NONE;
    }

    private int slotOfRequest(final long memo) {
        final int slot = finder.byToken(message);
        if (finder.sawForgedToken()) {
            counters.increment(EdgeCounter.TOKENS_FORGED);
        }
        if (slot != SlotFinder.NONE) {
            counters.increment(EdgeCounter.ROUTED_BY_TOKEN);
            return slot;
        }
        if (memo != AffinityMemory.NONE) {
            counters.increment(EdgeCounter.ROUTED_BY_MEMORY);
            return AffinityMemory.backend(memo);
        }
        counters.increment(EdgeCounter.ROUTED_BY_AFFINITY);
        return finder.byAffinity(message);
    }

    /** The owner's thread for a slot, or -1 if there is no owner or we never talk with it. */
    private int threadOf(final int owner, final int slot) {
        if (owner == SlotTable.NO_OWNER) {
            return -1;
        }
        final int threads = link.threadsOf(owner);
        return threads == 0 ? -1 : SlotTable.threadOf(slot, threads);
    }

    private long offer(
            final LinkPublication publication,
            final long epoch,
            final int slot,
            final SipFlow from,
            final long nowNs,
            final DirectBuffer body,
            final int bodyOffset,
            final int bodyLength) {
        final long arrivalNs = nowNs + wallOffsetNs;
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                .slot(slot)
                .epoch(epoch)
                .incarnation(link.incarnation())
                .arrivalNs(arrivalNs)
                .deadlineNs(arrivalNs + deadlineNs)
                .member(link.member())
                .thread(link.thread())
                .transport(from.transport())
                .listener(from.listener())
                .remotePort(from.remotePort())
                .remoteHigh(from.remoteHigh())
                .remoteLow(from.remoteLow());
        return publication.offer(header, 0, LinkFrame.HEADER_BYTES, body, bodyOffset, bodyLength);
    }

    // Refusals

    private Malformation whyUnroutable() {
        if (via.isMalformed()) {
            return Malformation.VIA;
        }
        return via.header() < 0 ? Malformation.MISSING_VIA : Malformation.MISSING_CALL_ID;
    }

    private void onMalformed(final Malformation malformation, final SipFlow from, final long nowNs) {
        if (!message.isRequest() || malformation.status() == Malformation.DISCARD) {
            counters.increment(EdgeCounter.DROPPED_GARBAGE);
        } else {
            counters.increment(EdgeCounter.REFUSED_MALFORMED);
            count(refusals.refuseMalformed(message, malformation, from, nowNs));
        }
    }

    private void onRefusedBefore(final SipFlow from, final long nowNs) {
        if (message.method() == SipMethod.ACK) {
            counters.increment(EdgeCounter.ABSORBED_ACK);
        } else {
            refuse(EdgeCounter.REFUSED_AGAIN, 503, SERVICE_UNAVAILABLE, retryAfterSeconds, from, nowNs);
        }
    }

    private void onOwnerAway(final int owner, final long transaction, final SipFlow from, final long nowNs) {
        if (message.method() == SipMethod.ACK) {
            onAckWithoutOwner();
            return;
        }
        memory.put(transaction, REFUSED, nowNs);
        refuse(
                owner == SlotTable.NO_OWNER ? EdgeCounter.REFUSED_NO_OWNER : EdgeCounter.REFUSED_OWNER_UNREACHABLE,
                503,
                SERVICE_UNAVAILABLE,
                retryAfterSeconds,
                from,
                nowNs);
    }

    private void onOfferRefused(
            final long result,
            final long memo,
            final long transaction,
            final UnsafeBuffer buffer,
            final SipFlow from,
            final long nowNs) {
        // The message was edited: read again where its parts lie now.
        message.parseDatagram(buffer, editor.offset(), editor.length());
        if (message.method() == SipMethod.ACK) {
            onAckWithoutOwner();
        } else if (result == LinkPublication.TOO_LONG) {
            refuse(EdgeCounter.REFUSED_TOO_LARGE, 513, MESSAGE_TOO_LARGE, 0, from, nowNs);
        } else if (result == LinkPublication.BACK_PRESSURED || result == LinkPublication.ADMIN_ACTION) {
            if (memo != AffinityMemory.NONE) {
                counters.increment(EdgeCounter.DROPPED_RETRANSMISSION);
                return;
            }
            memory.put(transaction, REFUSED, nowNs);
            refuse(EdgeCounter.REFUSED_BACK_PRESSURE, 503, SERVICE_UNAVAILABLE, retryAfterSeconds, from, nowNs);
        } else {
            memory.put(transaction, REFUSED, nowNs);
            refuse(EdgeCounter.REFUSED_OWNER_UNREACHABLE, 503, SERVICE_UNAVAILABLE, retryAfterSeconds, from, nowNs);
        }
    }

    private void onAckWithoutOwner() {
        counters.increment(refusals.isAckOfOurs(message) ? EdgeCounter.ABSORBED_ACK : EdgeCounter.DROPPED_ACK);
    }

    private void refuse(
            final EdgeCounter counter,
            final int status,
            final byte[] reason,
            final int retryAfter,
            final SipFlow from,
            final long nowNs) {
        counters.increment(counter);
        count(refusals.refuse(message, from, status, reason, retryAfter, nowNs));
    }

    private void count(final Refusals.Outcome outcome) {
        switch (outcome) {
            case SENT -> {}
            case ACK -> counters.increment(EdgeCounter.DROPPED_ACK);
            case OVER_LIMIT -> counters.increment(EdgeCounter.DROPPED_REFUSAL_LIMIT);
            case NO_WAY_BACK -> counters.increment(EdgeCounter.DROPPED_NO_WAY_BACK);
        }
    }

    // Responses to requests of nodes

    private void onResponse(final SipFlow from, final long nowNs) {
        counters.increment(EdgeCounter.RESPONSES_RECEIVED);
        final int slot = via.wrap(message) ? finder.ofResponse(message, via) : SlotFinder.NONE;
        if (slot == SlotFinder.NONE) {
            counters.increment(EdgeCounter.DROPPED_STRAY_RESPONSE);
            return;
        }
        final SlotTable newest = slots.table();
        final int owner = newest.ownerOf(slot);
        final int thread = threadOf(owner, slot);
        if (thread < 0 || !link.isReachable(owner, thread)) {
            counters.increment(EdgeCounter.DROPPED_RESPONSE);
            return;
        }
        final int start = message.startLineOffset();
        final long position = offer(
                link.publication(owner, thread),
                newest.epochOf(slot),
                slot,
                from,
                nowNs,
                message.buffer(),
                start,
                message.bodyOffset() + message.bodyLength() - start);
        counters.increment(position > 0 ? EdgeCounter.RESPONSES_FORWARDED : EdgeCounter.DROPPED_RESPONSE);
    }

    // Frames of nodes

    @Override
    public int doWork(final long nowNs) {
        turnNs = nowNs;
        table = slots.table();
        if (nowNs - nextClockSampleNs >= 0) {
            sampleClock(nowNs);
        }
        return link.doWork(nowNs) + link.poll(onFrame, framesPerTurn);
    }

    @Override
    public long nextDeadlineNs() {
        return link.nextDeadlineNs();
    }

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        if (!received.wrap(buffer, offset, length)
                || received.type() != LinkFrame.TYPE_SIP_TO_EDGE
                || received.payloadLength() == 0) {
            counters.increment(EdgeCounter.FRAMES_UNKNOWN);
            return;
        }
        if (!isOfOwner() || !hasFlow()) {
            return;
        }
        flow.set(
                received.listener(),
                received.transport(),
                received.remoteHigh(),
                received.remoteLow(),
                received.remotePort());
        if (!egress.sendCopy(buffer, offset + received.headerLength(), received.payloadLength(), flow)) {
            counters.increment(EdgeCounter.DROPPED_BY_EGRESS);
            return;
        }
        counters.increment(EdgeCounter.MESSAGES_SENT);
        if (received.arrivalNs() != 0) {
            answers.record(turnNs + wallOffsetNs - received.arrivalNs());
        }
    }

    /** The fence: who owned a slot once, or never, does not speak for its sessions. An epoch we have not heard of yet is newer than ours. */
    private boolean isOfOwner() {
        final int slot = received.slot();
        if (slot < 0 || slot >= table.slots()) {
            counters.increment(EdgeCounter.FRAMES_BAD_FLOW);
            return false;
        }
        final long epoch = table.epochOf(slot);
        if (received.epoch() < epoch) {
            counters.increment(EdgeCounter.FRAMES_OLD_EPOCH);
            return false;
        }
        if (received.epoch() == epoch && received.member() != table.ownerOf(slot)) {
            counters.increment(EdgeCounter.FRAMES_NOT_OWNER);
            return false;
        }
        return true;
    }

    private boolean hasFlow() {
        final int listener = received.listener();
        if (listener >= egress.listeners() || egress.listener(listener).transport() != received.transport()) {
            counters.increment(EdgeCounter.FRAMES_BAD_FLOW);
            return false;
        }
        return true;
    }

    /** Monotonic time of a turn becomes wall-clock time without another reading of a clock for each message. */
    private void sampleClock(final long nowNs) {
        wallOffsetNs = wallClock.nanoTime() - nowNs;
        nextClockSampleNs = nowNs + CLOCK_SAMPLE_NS;
    }
}
