package io.dialtone.sip.routing;

import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipWriter;
import io.dialtone.sip.codec.ViaView;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Requests that were forwarded to a connection which then did not come about. Their senders would wait until a timer says so, for on a connection nothing is sent again: so each is answered
 * with 503, by the way of a response, as if the next hop had given it (RFC 3261 section 16.9). One per I/O thread, called only by it.
 *
 * <p>Nothing can be sent when the transport tells of them; the answers wait for the next turn. When there is no room for one it is dropped and counted, and the sender's timer ends the request.
 */
final class UnsentToBackends {
    /** Answers sent in a turn. */
    static final int PER_TURN_MAX = 16;

    private static final int BYTES_MAX = 1 << 17;
    private static final int ANSWER_BYTES_MAX =
            SipEgress.CLAIM_BYTES - SipIngress.HEADROOM_BYTES - SipIngress.TAILROOM_BYTES;
    private static final int TYPE = 1;

    private final ProxyLoop loop;
    private final Answers answers;
    private final OneToOneRingBuffer waiting = new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES_MAX + RingBufferDescriptor.TRAILER_LENGTH)));
    private final UnsafeBuffer written = new UnsafeBuffer(new byte[ANSWER_BYTES_MAX]);
    private final SipWriter writer = new SipWriter();

    /** Its own: a connection may fail while the loop is sending, with another request in hand. */
    private final SipMessage request = new SipMessage(SipLimits.defaults());

    private final ViaView via = new ViaView();
    private final OwnVia ownVia = new OwnVia();
    private final MessageHandler onTaken = this::onTaken;
    private UnsafeBuffer into = written;
    private int intoOffset;
    private int taken;

    UnsentToBackends(final ProxyLoop loop, final Answers answers) {
        this.loop = loop;
        this.answers = answers;
    }

    /** A message as it was sent, a request with our Via on top. Of a probe, of an ACK and of a response nobody waits for an answer. */
    void keep(final DirectBuffer buffer, final int offset, final int length) {
        if (request.parseDatagram(buffer, offset, length) != ParseResult.COMPLETE
                || !request.isRequest()
                || request.method() == SipMethod.ACK
                || !via.wrap(request)
                || ownVia.read(request.buffer(), via) != OwnVia.Kind.FORWARDED) {
            return;
        }
        loop.count(ProxyCounter.FAILED_TRANSPORT);
        final int answerLength = answers.writeUnavailable(request, writer.wrap(written, 0, ANSWER_BYTES_MAX));
        if (answerLength < 0 || !waiting.write(TYPE, written, 0, answerLength)) {
            loop.count(ProxyCounter.DROPPED_UNSENT);
        }
    }

    boolean isEmpty() {
        return waiting.size() == 0;
    }

    /** Puts the answer that has waited longest at a place where it can be edited, and says how long it is. */
    int take(final UnsafeBuffer buffer, final int offset) {
        into = buffer;
        intoOffset = offset;
        taken = 0;
        waiting.read(onTaken, 1);
        return taken;
    }

    private void onTaken(final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        into.putBytes(intoOffset, buffer, index, length);
        taken = length;
    }
}
