package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkPublication;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps the requests of one I/O thread until they are answered, holds those whose slot has no owner that can be reached, and hands both to the
 * owner that comes. Called only by that thread.
 *
 * <pre>
 *   owner there, none of the slot pending    handed over, remembered until its answer, at most unansweredMs; streamUnansweredMs if it came by a connection
 *   no owner, silent owner, or some pending  held behind those that came before it, at most holdMs; then 503
 *   owner does not take it, within a dialog  the same
 *   new epoch, or silent owner heard again   all of the slot pending: handed over in order of arrival, perTurn at most in a turn
 *   no room                                  handed over and not remembered; or, if it would have to wait, refused at once
 * </pre>
 *
 * <p>What was ever given to an owner is never refused: its answer may have been replicated, and the owner that comes may still send it. When its time is
 * over it is forgotten, and its client's retransmission or timer decides. Only what no owner has seen is answered 503.
 *
 * <p>A provisional answer ends the keeping too: no answer leaves a node before its backups hold the transaction, so the next owner knows it.
 *
 * <p>An ACK has no answer. It is kept for T1: until then the new owner would miss it without anybody noticing, later it sends its final answer again and
 * gets another.
 *
 * <p>Who sends over a connection does not repeat it: what came so is kept until its sender gives up, and an ACK for as long as a change of owners may take. A response to a request of a node waits as long when its slot has no owner, and is not kept once it was handed over: it is dropped in the
 * end, for nobody answers a response. ACKs and responses take half of the room at most.
 *
 * <p>An edge may hear of a new owner before the owner itself does, and a node drops what it does not own. So what is still unanswered is handed over again
 * some times after an epoch has changed. Nodes tell transactions apart and answer none twice.
 */
final class Redriver {
    /** Gets what has waited too long. */
    @FunctionalInterface
    interface Refuser {
        /** The message has waited in vain and has to be refused; the buffer is valid until this returns. */
        void onHeldInVain(UnsafeBuffer message, int length, SipFlow from, EdgeCounter why, long nowNs);
    }

    static final long CHECK_INTERVAL_NS = 1_000_000L;
    static final int REPEATS = 3;
    static final long REPEAT_INTERVAL_NS = 100_000_000L;

    private static final int TURN_MS_MAX = 100;
    private static final long NS_PER_MS = 1_000_000L;
    private static final int MESSAGE_BYTES_MAX = 65_535;
    /** "SIP/", with which every response begins and no request does. */
    private static final int SIP_SLASH = 'S' | 'I' << 8 | 'P' << 16 | '/' << 24;

    private final EdgeCounters counters;
    private final AffinityMemory memory;
    private final EdgeKeys keys;
    private final Unanswered unanswered;
    private final SlotWays ways;
    private final OwnerFrames frames;
    private final Refuser refuser;
    private final boolean mayHold;
    /** By the reason why an entry is kept. */
    private final long[] timeNs = new long[Unanswered.AGES];

    private final int briefMax;
    private final int perTurn;

    /** Slots that may have pending requests and an owner to give them to; each at most once. */
    private final int[] due;

    private final boolean[] isDue;
    private int dueFirst;
    private int dueCount;

    private final byte[] repeatsLeft;
    private final boolean[] isRepeat;
    private int repeatingSlots;
    private long nextRepeatNs;
    private long nextCheckNs;

    private final UnsafeBuffer scratch;
    private final SipFlow flow = new SipFlow();
    private final SipMessage answer;
    private final ViaView via = new ViaView();

    Redriver(final EdgeConfig config, final EdgeLoop loop, final Refuser refuser, final long nowNs) {
        final SlotTable table = loop.slots().table();
        counters = loop.counters();
        memory = loop.memory();
        keys = loop.keys();
        this.refuser = refuser;
        final RedriveConfig settings = config.redrive();
        final LinkEndpoint link = loop.link();
        ways = new SlotWays(link, table, this::onSlotChanged);
        frames = new OwnerFrames(link, ways, loop.tap(), loop.names(), config.deadlineMs() * NS_PER_MS);
        unanswered = new Unanswered(settings, table.slots(), link.incarnation());
        mayHold = settings.holdMs() > 0;
        // Where none may wait for an owner, some still wait for their turn behind others.
        timeNs[Unanswered.HELD] = (mayHold ? settings.holdMs() : TURN_MS_MAX) * NS_PER_MS;
        timeNs[Unanswered.HANDED_OVER] = settings.unansweredMs() * NS_PER_MS;
        timeNs[Unanswered.STREAM_HANDED_OVER] = settings.streamUnansweredMs() * NS_PER_MS;
        timeNs[Unanswered.ACK] = settings.ackMs() * NS_PER_MS;
        timeNs[Unanswered.STREAM_ACK] = settings.streamAckMs() * NS_PER_MS;
        timeNs[Unanswered.RESPONSE] = timeNs[Unanswered.ACK];
        briefMax = settings.requestsMax() / 2;
        perTurn = settings.perTurn();
        nextCheckNs = nowNs;
        due = new int[table.slots()];
        isDue = new boolean[table.slots()];
        repeatsLeft = new byte[table.slots()];
        isRepeat = new boolean[table.slots()];
        // A request that is kept was read once, under the same limits; an answer is ours.
        scratch = new UnsafeBuffer(new byte[SipIngress.HEADROOM_BYTES + MESSAGE_BYTES_MAX + SipIngress.TAILROOM_BYTES]);
        answer = new SipMessage(SipLimits.defaults());
    }

    SlotWays ways() {
        return ways;
    }

    OwnerFrames frames() {
        return frames;
    }

    Unanswered unanswered() {
        return unanswered;
    }

    // One request

    /** Whether a request of the slot may go to its owner now: nobody waits before it, and the owner is there. */
    boolean isOpen(final int slot) {
        return unanswered.nextPending(slot) == Unanswered.NONE && ways.isReachable(slot);
    }

    /** Remembers a request that is about to be handed over; its entry, or {@link Unanswered#NONE} if there is no room. */
    int remember(final RequestInHand in) {
        if (!hasRoomFor(in)) {
            counters.increment(EdgeCounter.REQUESTS_NOT_REMEMBERED);
            return Unanswered.NONE;
        }
        return unanswered.add(in);
    }

    /** Notes that an owner has taken a request that was remembered. */
    void onHandedOver(final int entry, final RequestInHand in, final long nowNs) {
        unanswered.passed(entry, ways.table().epochOf(in.slot));
        keep(entry, in.isAck ? ack(entry) : handedOver(entry), nowNs);
    }

    /**
     * Lets a request wait for an owner of its slot, or for its turn.
     *
     * @return false if it cannot wait: there is no room, or none may wait
     */
    boolean hold(final RequestInHand in, final long nowNs) {
        if (ways.isReachable(in.slot)) {
            return hasRoomFor(in) && waitFor(in, nowNs);
        }
        ways.onUnreachable(in.slot);
        return mayHold && hasRoomFor(in) && waitFor(in, nowNs);
    }

    /** Lets a request wait whose owner is heard but not connected with us, or does not take what comes. */
    boolean holdForLink(final RequestInHand in, final long nowNs) {
        return mayHold && hasRoomFor(in) && waitFor(in, nowNs);
    }

    /** Why a request is refused that cannot wait. */
    EdgeCounter whyUnheld(final int slot) {
        return mayHold ? EdgeCounter.REFUSED_NOT_HELD : whyHeld(slot);
    }

    private boolean waitFor(final RequestInHand in, final long nowNs) {
        final int entry = unanswered.add(in);
        keep(entry, ageOfHeld(in, entry), nowNs);
        counters.increment(in.isResponse ? EdgeCounter.RESPONSES_HELD : EdgeCounter.REQUESTS_HELD);
        makeDue(in.slot);
        return true;
    }

    private int ageOfHeld(final RequestInHand in, final int entry) {
        if (in.isResponse) {
            return Unanswered.RESPONSE;
        }
        if (in.isAck) {
            return ack(entry);
        }
        return in.wasSeen ? handedOver(entry) : Unanswered.HELD;
    }

    private int handedOver(final int entry) {
        return unanswered.isStream(entry) ? Unanswered.STREAM_HANDED_OVER : Unanswered.HANDED_OVER;
    }

    private int ack(final int entry) {
        return unanswered.isStream(entry) ? Unanswered.STREAM_ACK : Unanswered.ACK;
    }

    private static boolean isHandedOver(final int age) {
        return age == Unanswered.HANDED_OVER || age == Unanswered.STREAM_HANDED_OVER;
    }

    private static boolean isAck(final int age) {
        return age == Unanswered.ACK || age == Unanswered.STREAM_ACK;
    }

    private void keep(final int entry, final int age, final long nowNs) {
        unanswered.keep(entry, age, nowNs + timeNs[age]);
    }

    private boolean hasRoomFor(final RequestInHand in) {
        if (!unanswered.hasRoomFor(in.length)) {
            return false;
        }
        final boolean isBrief = in.isAck || in.isResponse;
        return !isBrief || briefSize() < briefMax;
    }

    private int briefSize() {
        return unanswered.size(Unanswered.ACK)
                + unanswered.size(Unanswered.STREAM_ACK)
                + unanswered.size(Unanswered.RESPONSE);
    }

    /** Notes a node's message: if it answers a request that is kept, the request is forgotten. */
    void onMessageOfNode(final LinkFrame frame, final DirectBuffer buffer, final int offset, final int length) {
        if (unanswered.isEmpty()
                || length < Integer.BYTES
                || buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN) != SIP_SLASH) {
            return;
        }
        final int entry = unanswered.findNumber(frame.request());
        if (entry != Unanswered.NONE) {
            unanswered.remove(entry);
        } else if (!unanswered.isEmpty(frame.slot())) {
            onUnnumberedAnswerSlowPath(buffer, offset, length);
        }
    }

    /** A node that has taken over may not know the number; and who answers a retransmission may repeat the number of the first. */
    private void onUnnumberedAnswerSlowPath(final DirectBuffer buffer, final int offset, final int length) {
        counters.increment(EdgeCounter.ANSWERS_READ);
        if (answer.parseDatagram(buffer, offset, length) == ParseResult.COMPLETE
                && via.wrap(answer)
                && answer.callIdLength() > 0) {
            final int entry = unanswered.find(
                    keys.transaction().of(answer, via), keys.request().ofRequest(answer, via));
            if (entry != Unanswered.NONE) {
                unanswered.remove(entry);
            }
        }
    }

    // Turns

    /** A turn: notices who fell silent or came back, hands over what is due, gives up what has waited too long. */
    int doWork(final long nowNs) {
        if (nowNs - nextCheckNs >= 0) {
            nextCheckNs = nowNs + CHECK_INTERVAL_NS;
            ways.check();
            if (repeatingSlots > 0 && nowNs - nextRepeatNs >= 0) {
                repeat(nowNs);
            }
        }
        if (unanswered.isEmpty()) {
            return 0;
        }
        int work = dueCount == 0 ? 0 : handOverDue(nowNs);
        for (int age = 0; age < Unanswered.AGES; age++) {
            work += expire(age, nowNs);
        }
        return work;
    }

    /** The next time {@link #doWork} must be called though nothing arrives, or {@code Long.MAX_VALUE}. */
    long nextDeadlineNs() {
        return unanswered.isEmpty() ? Long.MAX_VALUE : nextCheckNs;
    }

    private void onSlotChanged(final int slot, final boolean epochChanged) {
        if (epochChanged) {
            if (repeatingSlots == 0) {
                nextRepeatNs = nextCheckNs + REPEAT_INTERVAL_NS;
            }
            if (repeatsLeft[slot] == 0) {
                repeatingSlots++;
            }
            repeatsLeft[slot] = REPEATS;
        }
        isRepeat[slot] = false;
        startWalk(slot);
    }

    private void repeat(final long nowNs) {
        nextRepeatNs = nowNs + REPEAT_INTERVAL_NS;
        for (int slot = 0; slot < repeatsLeft.length; slot++) {
            if (repeatsLeft[slot] > 0) {
                if (--repeatsLeft[slot] == 0) {
                    repeatingSlots--;
                }
                // Whoever is still in the middle of a walk goes on with it.
                if (unanswered.nextPending(slot) == Unanswered.NONE) {
                    isRepeat[slot] = true;
                    startWalk(slot);
                }
            }
        }
    }

    private void startWalk(final int slot) {
        if (!unanswered.isEmpty(slot)) {
            unanswered.rewind(slot);
            makeDue(slot);
        }
    }

    private void makeDue(final int slot) {
        if (!isDue[slot]) {
            isDue[slot] = true;
            int place = dueFirst + dueCount++;
            if (place >= due.length) {
                place -= due.length;
            }
            due[place] = slot;
        }
    }

    private int nextDue() {
        final int slot = due[dueFirst++];
        if (dueFirst == due.length) {
            dueFirst = 0;
        }
        dueCount--;
        isDue[slot] = false;
        return slot;
    }

    /** Slots take turns: a slot whose owner is slow holds up no other. */
    private int handOverDue(final long nowNs) {
        int left = perTurn;
        for (int slots = dueCount; slots > 0 && left > 0; slots--) {
            final int slot = nextDue();
            // Without owner the slot stays as it is; its owner's coming makes it due again.
            if (ways.isReachable(slot)) {
                left -= walk(slot, left, nowNs);
                if (unanswered.nextPending(slot) != Unanswered.NONE) {
                    makeDue(slot);
                }
            }
        }
        return perTurn - left;
    }

    private int walk(final int slot, final int most, final long nowNs) {
        int done = 0;
        while (done < most) {
            final int entry = unanswered.nextPending(slot);
            if (entry == Unanswered.NONE) {
                isRepeat[slot] = false;
                break;
            }
            if (isTooYoungToRepeat(entry, slot, nowNs)) {
                unanswered.passed(entry, unanswered.epoch(entry));
            } else if (!handOver(entry, slot, nowNs)) {
                break;
            }
            done++;
        }
        return done;
    }

    private boolean isTooYoungToRepeat(final int entry, final int slot, final long nowNs) {
        return isRepeat[slot]
                && isHandedOver(unanswered.age(entry))
                && unanswered.epoch(entry) == ways.table().epochOf(slot)
                && unanswered.deadlineNs(entry) - nowNs > timeNs[unanswered.age(entry)] - REPEAT_INTERVAL_NS / 2;
    }

    /** Gives a pending request to the owner; false if it is not taken now and stays. */
    private boolean handOver(final int entry, final int slot, final long nowNs) {
        final boolean seen = unanswered.epoch(entry) != 0 || isHandedOver(unanswered.age(entry));
        final int length = unanswered.copyTo(entry, scratch, SipIngress.HEADROOM_BYTES);
        final long position = frames.begin(slot, unanswered.flow(entry, flow), unanswered.arrivalNs(entry))
                .request(unanswered.number(entry), seen)
                .offer(scratch, SipIngress.HEADROOM_BYTES, length);
        if (position > 0) {
            if (unanswered.age(entry) == Unanswered.RESPONSE) {
                counters.increment(EdgeCounter.RESPONSES_FORWARDED);
                unanswered.remove(entry);
                return true;
            }
            if (seen) {
                counters.increment(EdgeCounter.REQUESTS_REDRIVEN);
            } else {
                counters.increment(EdgeCounter.REQUESTS_RELEASED);
                counters.increment(EdgeCounter.REQUESTS_FORWARDED);
            }
            unanswered.passed(entry, ways.table().epochOf(slot));
            if (unanswered.age(entry) == Unanswered.HELD) {
                memory.put(unanswered.keyHigh(entry), slot, nowNs);
                keep(entry, handedOver(entry), nowNs);
            }
            return true;
        }
        if (position == LinkPublication.TOO_LONG) {
            giveUp(entry, EdgeCounter.REFUSED_TOO_LARGE, length, nowNs);
            return true;
        }
        return false;
    }

    private int expire(final int age, final long nowNs) {
        int done = 0;
        while (done < perTurn) {
            final int entry = unanswered.oldest(age);
            if (entry == Unanswered.NONE || unanswered.deadlineNs(entry) - nowNs > 0) {
                break;
            }
            if (age == Unanswered.HELD) {
                final int length = unanswered.copyTo(entry, scratch, SipIngress.HEADROOM_BYTES);
                giveUp(entry, whyHeld(unanswered.slot(entry)), length, nowNs);
            } else {
                countForgotten(entry, age);
                unanswered.remove(entry);
            }
            done++;
        }
        return done;
    }

    private EdgeCounter whyHeld(final int slot) {
        if (!ways.hasOwner(slot)) {
            return EdgeCounter.REFUSED_NO_OWNER;
        }
        return ways.isReachable(slot) ? EdgeCounter.REFUSED_BACK_PRESSURE : EdgeCounter.REFUSED_OWNER_UNREACHABLE;
    }

    private void countForgotten(final int entry, final int age) {
        final boolean pending = unanswered.isPending(entry);
        if (isAck(age)) {
            if (pending && unanswered.epoch(entry) == 0) {
                counters.increment(EdgeCounter.DROPPED_ACK);
            }
        } else if (age == Unanswered.RESPONSE) {
            counters.increment(EdgeCounter.DROPPED_RESPONSE);
        } else {
            counters.increment(pending ? EdgeCounter.DROPPED_UNANSWERED : EdgeCounter.FORGOTTEN_UNANSWERED);
        }
    }

    /** The message lies in the scratch buffer. */
    private void giveUp(final int entry, final EdgeCounter why, final int length, final long nowNs) {
        final long transaction = unanswered.keyHigh(entry);
        final int age = unanswered.age(entry);
        unanswered.flow(entry, flow);
        if (age != Unanswered.HELD) {
            countForgotten(entry, age);
            unanswered.remove(entry);
        } else {
            unanswered.remove(entry);
            memory.put(transaction, EdgeRouter.REFUSED, nowNs);
            refuser.onHeldInVain(scratch, length, flow, why, nowNs);
        }
    }

    /** Shows how much is kept; once a turn. */
    void showGauges() {
        counters.set(EdgeGauge.REQUESTS_UNANSWERED, unanswered.size());
        counters.set(EdgeGauge.REQUESTS_WAITING, unanswered.size(Unanswered.HELD));
        counters.set(EdgeGauge.UNANSWERED_BYTES, unanswered.bytes());
    }

    /** The slot of an INVITE that waits here, for its CANCEL and the ACK of its refusal; or {@link SlotFinder#NONE}. */
    int slotOfInvite(final long transaction, final SipMessage request, final ViaView top) {
        final int entry = unanswered.find(transaction, keys.request().ofRequest(SipMethod.INVITE, request, top));
        return entry == Unanswered.NONE ? SlotFinder.NONE : unanswered.slot(entry);
    }
}
