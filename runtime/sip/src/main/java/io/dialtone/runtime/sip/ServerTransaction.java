package io.dialtone.runtime.sip;

import io.dialtone.api.PendingRequest;
import io.dialtone.api.Proxying;
import io.dialtone.api.SipReply;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.KeyedEntry;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.state.api.SessionRecord;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the server side remembers of one request: by which door its answers leave, the last answer byte for byte, and the request itself while it has no final
 * answer. Pooled; called only by the owning worker.
 */
abstract sealed class ServerTransaction extends KeyedEntry implements PendingRequest
        permits InviteServerTransaction, NonInviteServerTransaction {
    final TransactionLayer layer;
    final ReplyPort port = new ReplyPort();
    final LocalTag localTag = new LocalTag();

    SipMethod method = SipMethod.UNKNOWN;
    int slot;
    long cseq;
    /** Which of the session's calls this INVITE begins; {@link LegNames#NO_CALLER} if none. */
    int callerNumber;
    /** Not 0 while the table of initial requests holds this one. */
    long mergeHash;
    /** Status of the last answer; 0 before the first. */
    int status;
    /** True while an event has written down a final answer that is not committed yet. */
    boolean hasStagedFinal;

    /** What is remembered of it while it is proxied. */
    @Nullable
    ResponseContext context;

    /** What a SUBSCRIBE is for, while it is in hand. */
    @Nullable
    Subscription subscription;

    @Nullable
    SipSession<?> session;

    @Nullable
    Dialog dialog;

    /** The session whose image holds this transaction; null if none does. */
    @Nullable
    SipSession<?> holder;

    /** Where it is listed, and at which place; for {@link TransactionList}. */
    @Nullable
    TransactionList list;

    int place;

    private byte @Nullable [] request;
    private int requestLength;
    private byte @Nullable [] response;
    private int responseLength;

    ServerTransaction(final TransactionLayer layer) {
        this.layer = layer;
    }

    final void open(final SipMessage message, final int requestSlot, final ReplyPort door) {
        method = message.method();
        cseq = message.cseqNumber();
        slot = requestSlot;
        port.copyFrom(door);
    }

    final boolean hasFinal() {
        return status >= 200;
    }

    /** Something of it has changed that the next owner must know. */
    final void touch() {
        if (holder != null) {
            layer.touch(holder);
        }
    }

    // ---- image

    /**
     * Writes what another owner must know to be the same transaction.
     *
     * <pre>
     *  method (8) · state (8) · key: length (32), bytes · door, as ReplyPort writes it · CSeq (32) · last status (16) · our tag: length (32), bytes
     *  hash among the initial requests (64) · end of its longest timer, ns since 1970 (64) · number of the call it begins (16), or 0
     *  the request while it has no final answer: length (32) or -1, bytes · the last answer: length (32) or -1, bytes
     * </pre>
     */
    final void encode(final ImageWriter image) {
        image.putByte(Methods.toCode(method)).putByte(stateCode()).putBytes(keyBytes(), keyLength());
        port.encode(image);
        image.putInt((int) cseq).putShort(status);
        localTag.encode(image);
        image.putLong(mergeHash).putLong(layer.time().toWallNs(timeoutNs())).putShort(callerNumber);
        PooledBytes.encode(request, requestLength, image);
        PooledBytes.encode(response, responseLength, image);
    }

    /** Reads what comes after method, state and key, which {@link TransactionLayer} reads. */
    final void decode(final int code, final int itsSlot, final ImageReader image) {
        slot = itsSlot;
        port.decode(image);
        cseq = image.readInt() & 0xFFFF_FFFFL;
        status = image.readShort();
        localTag.decode(image);
        mergeHash = image.readLong();
        final long timeoutNs = layer.time().toMonotonicNs(image.readLong());
        callerNumber = image.readShort() & 0xFFFF;
        final int requestBytes = image.readLength(PooledBytes.BYTES_MAX);
        if (requestBytes > 0) {
            request = PooledBytes.decode(image, requestBytes, layer.bytes());
            requestLength = requestBytes;
        }
        final int responseBytes = image.readLength(PooledBytes.BYTES_MAX);
        if (responseBytes > 0) {
            response = PooledBytes.decode(image, responseBytes, layer.bytes());
            responseLength = responseBytes;
        }
        if (image.isIntact() && !restore(code, timeoutNs)) {
            image.refuse();
        }
    }

    /** The state as images name it; a number, once given, never means another. */
    abstract int stateCode();

    /** When its longest timer ends, or {@link SessionRecord#NO_DEADLINE}. */
    abstract long timeoutNs();

    /** The next of its timers. */
    abstract long nextDeadlineNs();

    /** Goes into a state and starts its timers: short ones anew, the longest where it was. False if there is no such state. */
    abstract boolean restore(int code, long timeoutNs);

    // ---- what the network says

    /** The request came again. */
    abstract void onRetransmission(long nowNs);

    // ---- what the transaction user says

    /** Sends an answer and keeps it for retransmission. */
    abstract void respond(int answerStatus, DirectBuffer message, int offset, int length, long nowNs);

    /** The handler returned without a final answer. */
    abstract void onLeftPending(long nowNs);

    /** It was passed on, and others will answer. */
    abstract void onProxied(long nowNs);

    // ---- what a handler sees

    @Override
    public final io.dialtone.api.SipMethod method() {
        return Methods.toApi(method);
    }

    @Override
    public final String leg() {
        final Dialog its = dialog;
        return its == null ? LegNames.ofCaller(callerNumber) : its.leg();
    }

    @Override
    public final SipReply reply(final int answerStatus) {
        return layer.core().answers().beginReply(this, answerStatus);
    }

    @Override
    public final Proxying proxy() {
        return layer.core().uac().proxy().orders().begin(this);
    }

    // ---- bytes

    /** Keeps the request, so that it can be answered after its buffer is gone. */
    final void keepRequest(final SipMessage message) {
        if (request == null) {
            final int offset = message.startLineOffset();
            final int length = message.bodyOffset() + message.bodyLength() - offset;
            final byte[] bytes = layer.bytes().acquire(length);
            message.buffer().getBytes(offset, bytes, 0, length);
            request = bytes;
            requestLength = length;
            touch();
        }
    }

    final byte @Nullable [] request() {
        return request;
    }

    final int requestLength() {
        return requestLength;
    }

    final void letGoOfRequest() {
        if (request != null) {
            layer.bytes().release(request);
            request = null;
        }
    }

    final void keepAndSend(final int answerStatus, final DirectBuffer message, final int offset, final int length) {
        byte[] bytes = response;
        if (bytes == null || bytes.length < length) {
            letGoOfResponse();
            bytes = layer.bytes().acquire(length);
            response = bytes;
        }
        message.getBytes(offset, bytes, 0, length);
        responseLength = length;
        status = answerStatus;
        if (answerStatus >= 200) {
            letGoOfRequest();
        }
        touch();
        resend();
    }

    /** Sends the last answer, byte for byte. */
    final void resend() {
        final byte[] bytes = response;
        if (bytes != null) {
            layer.send(this, bytes, responseLength);
        }
    }

    final void letGoOfResponse() {
        if (response != null) {
            layer.bytes().release(response);
            response = null;
        }
    }

    /** Forgets everything before it goes back to its pool. */
    void close() {
        letGoOfRequest();
        letGoOfResponse();
        clearKey();
        localTag.clear();
        mergeHash = 0;
        callerNumber = LegNames.NO_CALLER;
        status = 0;
        hasStagedFinal = false;
        cseq = 0;
        context = null;
        subscription = null;
        session = null;
        dialog = null;
        holder = null;
    }
}
