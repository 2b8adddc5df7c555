package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkBell;
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
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaView;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Edge mode: hands each message to the node that owns its slot, and sends out what nodes answer. Called only by its I/O thread, which reads
 * sockets and link in one duty cycle, so that no message is passed between threads.
 *
 * <p>The edge is transparent: it has no Via of its own and keeps no session. It notes in the topmost Via where a request came from, and sends
 * each frame of a node out by the flow the frame names.
 *
 * <pre>
 *   request   parse, slot by token or affinity, received and rport, owner of slot, keep, offer  -> owner
 *             malformed: 400, 505, 513    owner too slow: 503
 *             no owner, silent owner: wait for one (Redriver), then 503
 *   response  parse, slot by the token in the topmost Via's branch, offer                       -> owner
 *   frame     epoch and owner of its slot, flow; an answer ends the keeping of its request      -> socket
 * </pre>
 *
 * <p>Who pauses, who resumes: an owner that is slower than we are pushes back, and the edge answers 503 at once; only what has no owner that can be
 * reached waits, a bounded time in bounded memory. A transaction that was handed over once is never refused later, because its answer may be under way:
 * its retransmission waits too, or is dropped, and comes again. One that was refused once is refused again, so that its client never gets two final
 * answers.
 */
public final class EdgeRouter implements SipIngress {
    private static final byte[] SERVICE_UNAVAILABLE = "Service Unavailable".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MESSAGE_TOO_LARGE = "Message Too Large".getBytes(StandardCharsets.US_ASCII);

    /** In place of a slot, in the memory of transactions. */
    static final int REFUSED = -1;

    /** 64 * T1, the life of a transaction (RFC 3261 section 17). */
    private static final long TRANSACTION_NS = 32_000_000_000L;

    private static final long CLOCK_SAMPLE_NS = 1_000_000_000L;

    private final SipEgress egress;
    private final RouteTap tap;
    private final LinkEndpoint link;
    private final SlotTableHolder slots;
    private final SlotFinder finder;
    private final EdgeKeys keys;
    private final AffinityMemory memory;
    private final EdgeCounters counters;
    private final LatencyHistogram answers;
    private final Refusals refusals;
    private final EpochNanoClock wallClock;
    private final int retryAfterSeconds;
    private final int framesPerTurn;
    private final Redriver redriver;
    private final SlotWays ways;
    private final OwnerFrames frames;
    private final Unanswered unanswered;
    private final UnsentRequests unsent;
    private final FlowNames names;

    private final SipMessage message;
    private final ViaView via = new ViaView();
    private final WayBack wayBack = new WayBack();
    private final SipEditor editor = new SipEditor();
    private final RequestInHand inHand = new RequestInHand();
    private final LinkFrame received = new LinkFrame();
    private final LinkFrameHandler onFrame = this::onFrame;
    private final SipFlow flow = new SipFlow();

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
        tap = loop.tap();
        link = loop.link();
        slots = loop.slots();
        finder = loop.finder();
        keys = loop.keys();
        names = loop.names();
        memory = loop.memory();
        counters = loop.counters();
        answers = loop.answers();
        this.refusals = refusals;
        this.wallClock = wallClock;
        retryAfterSeconds = config.retryAfterSeconds();
        framesPerTurn = config.framesPerTurn();
        message = new SipMessage(config.sipLimits());
        redriver = new Redriver(config, loop, this::onHeldInVain, nowNs);
        ways = redriver.ways();
        frames = redriver.frames();
        unanswered = redriver.unanswered();
        unsent = new UnsentRequests(config.sipLimits(), loop, redriver);
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

    @Override
    public void onUnreadable(
            final UnsafeBuffer buffer,
            final int offset,
            final int length,
            final Malformation malformation,
            final SipFlow from,
            final long nowNs) {
        message.parseDatagram(buffer, offset, length);
        onMalformed(malformation, from, nowNs);
    }

    @Override
    public void onUnsent(
            final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to, final long nowNs) {
        unsent.tell(buffer, offset, length, to, nowNs + wallOffsetNs);
    }

    @Override
    public void onDisconnected(final SipFlow peer, final long nowNs) {
        names.remove(peer);
    }

    private void onRequest(final UnsafeBuffer buffer, final SipFlow from, final long nowNs) {
        counters.increment(EdgeCounter.REQUESTS_RECEIVED);
        if (!via.wrap(message) || message.callIdLength() == 0) {
            onMalformed(whyUnroutable(), from, nowNs);
            return;
        }
        if (via.isAlias()) {
            egress.reuse(from, from.portOf(via));
        }
        final RequestInHand in = inHand;
        in.transaction = keys.transaction().of(message, via);
        final long memo = recall(in.transaction, nowNs);
        if (memo != AffinityMemory.NONE && AffinityMemory.backend(memo) == REFUSED) {
            onRefusedBefore(from, nowNs);
            return;
        }
        ways.onTable(slots.table());
        in.request = keys.request().ofRequest(message, via);
        in.slot = slotOfRequest(in.transaction, memo);
        in.isAck = message.method() == SipMethod.ACK;
        in.isResponse = false;
        in.wasSeen = memo != AffinityMemory.NONE;
        in.from = from;
        in.arrivalNs = nowNs + wallOffsetNs;
        final int kept = unanswered.find(in.transaction, in.request);
        if (kept != Unanswered.NONE && unanswered.isPending(kept)) {
            counters.increment(EdgeCounter.ABSORBED_RETRANSMISSION);
            return;
        }
        editor.begin(message);
        wayBack.stamp(editor, message.buffer(), via, from);
        if (editor.apply(buffer, HEADROOM_BYTES + message.leadingBytes(), TAILROOM_BYTES) < 0) {
            refuse(EdgeCounter.REFUSED_TOO_LARGE, 513, MESSAGE_TOO_LARGE, 0, from, nowNs);
            return;
        }
        in.bytes(buffer, editor.offset(), editor.length());
        if (!redriver.isOpen(in.slot)) {
            onNoWay(kept, buffer, nowNs);
        } else if (kept == Unanswered.NONE) {
            handOver(buffer, nowNs);
        } else {
            passOn(kept, buffer);
        }
    }

    /** Gives a request to its owner, and remembers it first: its number goes along. */
    private void handOver(final UnsafeBuffer buffer, final long nowNs) {
        final RequestInHand in = inHand;
        final int entry = redriver.remember(in);
        final long number = entry == Unanswered.NONE ? 0 : unanswered.number(entry);
        final long position = frames.begin(in.slot, in.from, in.arrivalNs)
                .request(number, false)
                .offer(buffer, in.offset, in.length);
        if (position > 0) {
            counters.increment(EdgeCounter.REQUESTS_FORWARDED);
            if (entry != Unanswered.NONE) {
                redriver.onHandedOver(entry, in, nowNs);
            }
            if (!in.wasSeen && !in.isAck) {
                memory.put(in.transaction, in.slot, nowNs);
            }
        } else {
            if (entry != Unanswered.NONE) {
                unanswered.remove(entry);
            }
            onOfferRefused(position, buffer, nowNs);
        }
    }

    /** Gives a retransmission to the owner that has the request: it may have an answer to repeat. */
    private void passOn(final int kept, final UnsafeBuffer buffer) {
        final RequestInHand in = inHand;
        final long position = frames.begin(in.slot, in.from, in.arrivalNs)
                .request(unanswered.number(kept), false)
                .offer(buffer, in.offset, in.length);
        counters.increment(position > 0 ? EdgeCounter.REQUESTS_FORWARDED : EdgeCounter.DROPPED_RETRANSMISSION);
    }

    /** What is remembered of a live transaction, or {@link AffinityMemory#NONE}. */
    private long recall(final long transaction, final long nowNs) {
        final long memo = memory.find(transaction);
        return memo != AffinityMemory.NONE && AffinityMemory.ageNs(memo, nowNs) < TRANSACTION_NS
                ? memo
                : AffinityMemory.NONE;
    }

    private int slotOfRequest(final long transaction, final long memo) {
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
        if (message.method() == SipMethod.CANCEL) {
            final int invites = redriver.slotOfInvite(transaction, message, via);
            if (invites != SlotFinder.NONE) {
                counters.increment(EdgeCounter.ROUTED_BY_MEMORY);
                return invites;
            }
        }
        counters.increment(EdgeCounter.ROUTED_BY_AFFINITY);
        return finder.byAffinity(message);
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

    /** Nobody to give the request to, or others wait before it: it waits, or is refused. */
    private void onNoWay(final int kept, final UnsafeBuffer buffer, final long nowNs) {
        // The message was edited: read again where its parts lie now.
        message.parseDatagram(buffer, inHand.offset, inHand.length);
        if (kept != Unanswered.NONE) {
            // It was handed over, and is kept: it will be again when its owner comes, or was a moment ago.
            ways.onUnreachable(inHand.slot);
            counters.increment(EdgeCounter.ABSORBED_RETRANSMISSION);
        } else if (inHand.isAck && refusals.isAckOfOurs(message)) {
            counters.increment(EdgeCounter.ABSORBED_ACK);
        } else if (!redriver.hold(inHand, nowNs)) {
            refuseUnheld(redriver.whyUnheld(inHand.slot), nowNs);
        }
    }

    private void refuseUnheld(final EdgeCounter why, final long nowNs) {
        if (inHand.isAck) {
            counters.increment(EdgeCounter.DROPPED_ACK);
        } else if (inHand.wasSeen) {
            counters.increment(EdgeCounter.DROPPED_RETRANSMISSION);
        } else {
            memory.put(inHand.transaction, REFUSED, nowNs);
            refuse(why, 503, SERVICE_UNAVAILABLE, retryAfterSeconds, inHand.from, nowNs);
        }
    }

    private void onOfferRefused(final long result, final UnsafeBuffer buffer, final long nowNs) {
        message.parseDatagram(buffer, inHand.offset, inHand.length);
        if (result == LinkPublication.TOO_LONG && !inHand.isAck) {
            refuse(EdgeCounter.REFUSED_TOO_LARGE, 513, MESSAGE_TOO_LARGE, 0, inHand.from, nowNs);
        } else if (inHand.isAck && refusals.isAckOfOurs(message)) {
            counters.increment(EdgeCounter.ABSORBED_ACK);
        } else if (result == LinkPublication.BACK_PRESSURED || result == LinkPublication.ADMIN_ACTION) {
            // The corridor to a node that has just died is full before anybody knows: what belongs to a call waits for
            // the
            // next owner. A new call does not, or an owner that is merely slow would get all the more of them.
            if (message.toTagLength() <= 0 || !redriver.holdForLink(inHand, nowNs)) {
                refuseUnheld(EdgeCounter.REFUSED_BACK_PRESSURE, nowNs);
            }
        } else if (!redriver.holdForLink(inHand, nowNs)) {
            refuseUnheld(EdgeCounter.REFUSED_OWNER_UNREACHABLE, nowNs);
        }
    }

    /** The end of a request's wait: what is known of it is read from what was kept. */
    private void onHeldInVain(
            final UnsafeBuffer bytes, final int length, final SipFlow from, final EdgeCounter why, final long nowNs) {
        message.parseDatagram(bytes, HEADROOM_BYTES, length);
        if (why == EdgeCounter.REFUSED_TOO_LARGE) {
            refuse(why, 513, MESSAGE_TOO_LARGE, 0, from, nowNs);
        } else {
            refuse(why, 503, SERVICE_UNAVAILABLE, retryAfterSeconds, from, nowNs);
        }
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
        final int slot = via.wrap(message) ? finder.ofOwnBranch(message, via) : SlotFinder.NONE;
        if (slot == SlotFinder.NONE) {
            counters.increment(EdgeCounter.DROPPED_STRAY_RESPONSE);
            return;
        }
        ways.onTable(slots.table());
        final int start = message.startLineOffset();
        final int length = message.bodyOffset() + message.bodyLength() - start;
        if (!redriver.isOpen(slot)) {
            holdResponse(slot, start, length, from, nowNs);
            return;
        }
        final long position = frames.begin(slot, from, nowNs + wallOffsetNs).offer(message.buffer(), start, length);
        counters.increment(position > 0 ? EdgeCounter.RESPONSES_FORWARDED : EdgeCounter.DROPPED_RESPONSE);
    }

    private void holdResponse(
            final int slot, final int offset, final int length, final SipFlow from, final long nowNs) {
        if (message.callIdLength() == 0) {
            counters.increment(EdgeCounter.DROPPED_RESPONSE);
            return;
        }
        final RequestInHand in = inHand;
        in.transaction = keys.transaction().of(message, via);
        in.request = keys.request().ofResponse(message, via);
        in.slot = slot;
        in.isAck = false;
        in.isResponse = true;
        in.wasSeen = false;
        in.from = from;
        in.arrivalNs = nowNs + wallOffsetNs;
        in.bytes(message.buffer(), offset, length);
        if (unanswered.find(in.transaction, in.request) != Unanswered.NONE) {
            counters.increment(EdgeCounter.ABSORBED_RETRANSMISSION);
        } else if (!redriver.hold(in, nowNs)) {
            counters.increment(EdgeCounter.DROPPED_RESPONSE);
        }
    }

    // Frames of nodes

    @Override
    public int doWork(final long nowNs) {
        turnNs = nowNs;
        if (nowNs - nextClockSampleNs >= 0) {
            sampleClock(nowNs);
        }
        int work = link.doWork(nowNs);
        // The table first: what owners of the past say is dropped. Then answers: what is answered is not handed over
        // again.
        ways.onTable(slots.table());
        work += link.poll(onFrame, framesPerTurn);
        work += redriver.doWork(nowNs);
        redriver.showGauges();
        return work;
    }

    @Override
    public long nextDeadlineNs() {
        final long beatNs = link.nextDeadlineNs();
        final long keptNs = redriver.nextDeadlineNs();
        return keptNs == Long.MAX_VALUE || beatNs - keptNs < 0 ? beatNs : keptNs;
    }

    @Override
    public @Nullable LinkBell bell() {
        return link.bell();
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
        redriver.onMessageOfNode(received, buffer, offset + received.headerLength(), received.payloadLength());
        flow.set(
                received.listener(),
                received.transport(),
                received.remoteHigh(),
                received.remoteLow(),
                received.remotePort());
        if (flow.isStream() && !isAimed(buffer, offset + received.headerLength(), received.payloadLength())) {
            return;
        }
        tap.onMessageOfNode(received);
        if (!egress.sendCopy(buffer, offset + received.headerLength(), received.payloadLength(), flow)) {
            counters.increment(EdgeCounter.DROPPED_BY_EGRESS);
            unsent.tell(
                    buffer, offset + received.headerLength(), received.payloadLength(), flow, turnNs + wallOffsetNs);
            return;
        }
        counters.increment(EdgeCounter.MESSAGES_SENT);
        if (received.arrivalNs() != 0) {
            answers.record(turnNs + wallOffsetNs - received.arrivalNs());
        }
    }

    /** Whoever has registered by another connection gets what is {@code sips} by that only if it is TLS as well. */
    private @Nullable SipFlow goodEnough(
            final @Nullable SipFlow current, final DirectBuffer buffer, final int offset, final int length) {
        return current == null || current.isSecure() || !UriView.isSipsRequest(buffer, offset, length) ? current : null;
    }

    /** Turns the flow to the connection by which the message leaves; false if it does not leave by any. */
    private boolean isAimed(final DirectBuffer buffer, final int offset, final int length) {
        final long name = received.registration();
        if (name == 0) {
            if (!received.isSought() && !egress.isConnected(flow)) {
                aimAtSender(buffer, offset, length);
            }
            return !received.isSought();
        }
        final boolean isConnected = !received.isSought() && egress.isConnected(flow);
        if (received.isNaming() && isConnected) {
            if (!names.put(flow, name)) {
                counters.increment(EdgeCounter.FLOWS_NOT_NAMED);
            }
            return true;
        }
        final SipFlow current = goodEnough(names.find(name), buffer, offset, length);
        if (received.isSought()) {
            if (current == null || FlowNames.isSame(current, flow)) {
                return false;
            }
            counters.increment(EdgeCounter.PEERS_FOUND);
            flow.copyFrom(current);
        } else if (!isConnected || names.isAnothers(flow, name)) {
            if (current != null) {
                counters.increment(EdgeCounter.PEERS_FOUND);
                flow.copyFrom(current);
            } else if (!aimAtSender(buffer, offset, length)) {
                // Nobody else can be met there, and other edges may know where who was has gone.
                unsent.tell(buffer, offset, length, flow, turnNs + wallOffsetNs);
                return false;
            }
        }
        return true;
    }

    /** The connection that a request came by is gone: its answer opens one to where the sender listens (RFC 3261 section 18.2.2). False if it is no answer. */
    private boolean aimAtSender(final DirectBuffer buffer, final int offset, final int length) {
        final boolean isAnswer = message.parseDatagram(buffer, offset, length) == ParseResult.COMPLETE
                && !message.isRequest()
                && via.wrap(message);
        if (isAnswer) {
            flow.remote(flow.remoteHigh(), flow.remoteLow(), flow.portOf(via));
        }
        return isAnswer;
    }

    /** The fence: who owned a slot once, or never, does not speak for its sessions. An epoch we have not heard of yet is newer than ours. */
    private boolean isOfOwner() {
        final SlotTable table = ways.table();
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
        if (received.isSought()) {
            return true; // its own is another edge's
        }
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
