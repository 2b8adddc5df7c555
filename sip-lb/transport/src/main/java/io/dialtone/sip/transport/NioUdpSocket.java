package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.TransportCounter.DROPPED_FORBIDDEN;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_INVALID;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_SEND_BUFFER_FULL;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_TOO_BIG;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_TRUNCATED;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_UNREACHABLE;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_WRONG_FAMILY;
import static io.dialtone.sip.transport.TransportCounter.RECEIVED_BYTES;
import static io.dialtone.sip.transport.TransportCounter.RECEIVED_DATAGRAMS;
import static io.dialtone.sip.transport.TransportCounter.RECEIVED_KEEP_ALIVES;
import static io.dialtone.sip.transport.TransportCounter.RECEIVE_CALLS;
import static io.dialtone.sip.transport.TransportCounter.RECEIVE_ERRORS;
import static io.dialtone.sip.transport.TransportCounter.SEND_CALLS;
import static io.dialtone.sip.transport.TransportCounter.SEND_ERRORS;
import static io.dialtone.sip.transport.TransportCounter.SENT_BYTES;
import static io.dialtone.sip.transport.TransportCounter.SENT_DATAGRAMS;

import io.dialtone.net.LoopCounters;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import io.dialtone.sip.routing.SipListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.ReferenceCountUtil;
import java.lang.foreign.Arena;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.DatagramChannel;
import java.util.Locale;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket by Netty's channel over the JDK's, for any operating system.
 * After it is registered, called only by the loop's thread.
 *
 * <p>It keeps the laws of {@link EpollUdpSocket} but not its thrift: each message costs a system call, some objects, and a copy both ways.
 */
final class NioUdpSocket extends ChannelInboundHandlerAdapter implements SipSocket {
    /** Bytes that may wait for a full send buffer before messages are dropped. */
    private static final int PENDING_BYTES_MAX = 4 * 1024 * 1024;

    private final SipListener listener;
    private final LoopCounters<TransportCounter> counters;
    private final SocketName name;
    private final NioDatagramChannel channel;
    private final UnsafeBuffer slot;
    private final int messageBytesMax;
    private final SipFlow from = new SipFlow();
    private int readInBatch;
    private boolean unflushed;

    private Delivery delivery = NotYetRegistered.INSTANCE;

    NioUdpSocket(
            final Arena arena,
            final DatagramChannel jdkChannel,
            final SipListener listener,
            final LoopCounters<TransportCounter> counters,
            final DatagramSettings settings) {
        this.listener = listener;
        this.counters = counters;
        name = SocketName.of(listener.local());
        messageBytesMax = settings.messageBytesMax();
        slot = ReceiveSlots.allocate(arena, 1, messageBytesMax)[0];
        channel = new NioDatagramChannel(jdkChannel);
        channel.config()
                // One byte more than we take shows that a datagram was longer; the JDK does not say so.
                .setRecvByteBufAllocator(
                        new FixedRecvByteBufAllocator(messageBytesMax + 1).maxMessagesPerRead(settings.batch()));
        channel.config()
                .setOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(PENDING_BYTES_MAX / 2, PENDING_BYTES_MAX));
        channel.pipeline().addLast(this);
    }

    @Override
    public SipListener listener() {
        return listener;
    }

    @Override
    public void register(final IoEventLoop netty, final Delivery delivery) throws Exception {
        this.delivery = delivery;
        final ChannelPromise registered = new DefaultChannelPromise(channel, netty);
        channel.unsafe().register(netty, registered);
        registered.sync();
    }

    // ---- in

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        try {
            onPacket((DatagramPacket) message);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onPacket(final DatagramPacket packet) {
        delivery.onBatch(1);
        readInBatch++;
        final ByteBuf content = packet.content();
        final int length = content.readableBytes();
        counters.increment(RECEIVED_DATAGRAMS);
        counters.add(RECEIVED_BYTES, length);
        if (length > messageBytesMax) {
            counters.increment(DROPPED_TRUNCATED);
            return;
        }
        slot.putBytes(SipIngress.HEADROOM_BYTES, content.nioBuffer(), length);
        if (KeepAlive.matches(slot, SipIngress.HEADROOM_BYTES, length)) {
            counters.increment(RECEIVED_KEEP_ALIVES);
            return;
        }
        from.listener(listener.index()).remote(packet.sender());
        delivery.onMessage(slot, SipIngress.HEADROOM_BYTES, length, from);
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context) {
        if (readInBatch > 0) {
            readInBatch = 0;
            counters.increment(RECEIVE_CALLS);
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        counters.increment(RECEIVE_ERRORS);
    }

    // ---- out

    @Override
    public boolean send(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to) {
        if (!name.reaches(to)) {
            counters.increment(DROPPED_WRONG_FAMILY);
            return false;
        }
        if (to.remotePort() <= 0 || to.remotePort() > 0xFFFF) {
            counters.increment(DROPPED_INVALID);
            return false;
        }
        if (!channel.isWritable()) {
            flush();
            if (!channel.isWritable()) {
                counters.increment(DROPPED_SEND_BUFFER_FULL);
                return false;
            }
        }
        final ByteBuf copy = channel.alloc().directBuffer(length, Math.max(1, length));
        buffer.getBytes(offset, copy.internalNioBuffer(0, length), length);
        copy.writerIndex(length);
        channel.write(new DatagramPacket(copy, to.toSocketAddress()))
                .addListener(future -> onSent(length, future.cause()));
        unflushed = true;
        return true;
    }

    @Override
    public void flush() {
        if (unflushed) {
            unflushed = false;
            channel.flush();
        }
    }

    private void onSent(final int length, final @Nullable Throwable cause) {
        if (cause == null) {
            counters.increment(SENT_DATAGRAMS);
            counters.add(SENT_BYTES, length);
            counters.increment(SEND_CALLS);
        } else {
            counters.increment(kindOf(cause));
        }
    }

    /** The JDK tells the kernel's reason in words only. */
    private static TransportCounter kindOf(final Throwable cause) {
        if (cause instanceof PortUnreachableException || cause instanceof NoRouteToHostException) {
            return DROPPED_UNREACHABLE;
        }
        final String words = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (words.contains("too long") || words.contains("too large")) {
            return DROPPED_TOO_BIG;
        }
        if (words.contains("unreachable") || words.contains("no route") || words.contains("refused")) {
            return DROPPED_UNREACHABLE;
        }
        if (words.contains("not permitted") || words.contains("denied")) {
            return DROPPED_FORBIDDEN;
        }
        if (words.contains("invalid argument")) {
            return DROPPED_INVALID;
        }
        return SEND_ERRORS;
    }

    // ---- the rest

    @Override
    public void sample() {
        // The JDK has no word on what the kernel dropped.
    }

    @Override
    public void close() {
        channel.unsafe().closeForcibly();
    }
}
