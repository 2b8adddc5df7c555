package io.dialtone.sip.trace;

import static io.dialtone.sip.trace.TraceRing.ORDER;
import static java.util.Objects.requireNonNull;

import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** A record of a trace where a {@link TraceReader} has copied it; valid until it reads the next. */
public final class TracedMessage {
    private final UnsafeBuffer record;
    private final TraceSource source;

    TracedMessage(final UnsafeBuffer record, final TraceSource source) {
        this.record = record;
        this.source = source;
    }

    public TraceKind kind() {
        return TraceKind.of(record.getByte(TraceRing.KIND_OFFSET));
    }

    /** When the turn of the I/O thread began in which it was read or sent, in ns since 1970. */
    public long timeNs() {
        return record.getLong(TraceRing.TIME_OFFSET, ORDER);
    }

    public ViaTransport transport() {
        return requireNonNull(ViaTransport.of(record.getByte(TraceRing.TRANSPORT_OFFSET)));
    }

    /** Who sent it to us, or whom we sent it to. */
    public InetSocketAddress peer() {
        return new SipFlow()
                .set(
                        0,
                        0,
                        record.getLong(TraceRing.REMOTE_HIGH_OFFSET, ORDER),
                        record.getLong(TraceRing.REMOTE_LOW_OFFSET, ORDER),
                        record.getInt(TraceRing.REMOTE_PORT_OFFSET, ORDER))
                .toSocketAddress();
    }

    /** The address of ours that it came to or left from; where we listen on all, the one that peers know. */
    public InetSocketAddress local() {
        final SipListener listener = source.listeners().get(record.getShort(TraceRing.LISTENER_OFFSET, ORDER));
        final InetSocketAddress bound = listener.local();
        if (!bound.getAddress().isAnyLocalAddress()) {
            return bound;
        }
        final byte[] host = listener.advertisedHost().getBytes(StandardCharsets.US_ASCII);
        if (!new IpLiteral().parse(new UnsafeBuffer(host), 0, host.length)) {
            return bound;
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(listener.advertisedHost()), bound.getPort());
        } catch (UnknownHostException e) {
            throw new AssertionError("an address needs no looking up", e);
        }
    }

    /** The slot of its session, or -1 where none is known. */
    public int slot() {
        return record.getInt(TraceRing.SLOT_OFFSET, ORDER);
    }

    public long epoch() {
        return record.getLong(TraceRing.EPOCH_OFFSET, ORDER);
    }

    /** The member that was given it, or that it is of; -1 if no node had to do with it. */
    public int member() {
        return record.getInt(TraceRing.MEMBER_OFFSET, ORDER);
    }

    int number() {
        return record.getInt(TraceRing.NUMBER_OFFSET, ORDER);
    }

    public int length() {
        return record.getInt(TraceRing.MESSAGE_LENGTH_OFFSET, ORDER);
    }

    /** Where its bytes lie, from {@link #offset} on. */
    public UnsafeBuffer buffer() {
        return record;
    }

    public int offset() {
        return TraceRing.HEADER_BYTES;
    }

    /** A copy of its bytes. */
    public byte[] toBytes() {
        final byte[] bytes = new byte[length()];
        record.getBytes(TraceRing.HEADER_BYTES, bytes);
        return bytes;
    }
}
