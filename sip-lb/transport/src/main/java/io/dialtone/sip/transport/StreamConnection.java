package io.dialtone.sip.transport;

import io.dialtone.net.CertificateIdentity;
import io.dialtone.sip.routing.SipFlow;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One connection: what comes is cut into messages, what leaves waits for the end of the turn. The last handler of its channel; called only by the loop's thread.
 */
final class StreamConnection extends ChannelInboundHandlerAdapter implements StreamFramer.Sink {
    /** How far it has come. */
    private enum State {
        /** Nothing may be sent yet: the other end has not accepted, or hands are not shaken. */
        OPENING,
        OPEN,
        /** Of no more use; what was written still leaves. */
        ENDING,
        CLOSED
    }

    /** Whether the peer's address is its own. */
    private enum Proof {
        NOT_ASKED,
        MISSING,
        SHOWN
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final StreamSocket socket;
    private final Channel channel;
    private final SipFlow flow = new SipFlow();
    private final StreamFramer framer;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    /** What is to be sent as soon as it is open. */
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(0);

    private final boolean isOurs;
    private State state = State.OPENING;
    private int waitingBytes;
    private boolean isDirty;
    private boolean isShared;
    private int reusedPort;
    private Proof proof = Proof.NOT_ASKED;
    private long usedNs;

    /** When the message began whose end has not come yet, or the opening. */
    private long beganNs;

    /** Since when the peer takes nothing, or NEVER. */
    private long stuckNs = NEVER;

    /**
     * @param isOurs true if we connect, false if the peer did
     */
    StreamConnection(final StreamSocket socket, final Channel channel, final boolean isOurs, final long nowNs) {
        this.socket = socket;
        this.channel = channel;
        this.isOurs = isOurs;
        framer = new StreamFramer(socket.parser(), this);
        usedNs = nowNs;
        beganNs = nowNs;
    }

    void peer(final InetSocketAddress address) {
        flow.set(socket.listener().index(), socket.listener().transport(), 0, 0, 0)
                .remote(address);
    }

    /** A proxy in front says whose connection this is; false if it is closed, as its peer has too many. */
    boolean onPeerTold(final long high, final long low, final int port) {
        if (!socket.onPeerTold(this, high, low, port)) {
            close(TransportCounter.STREAM_REFUSED_PEER);
            return false;
        }
        return true;
    }

    /** It is one of those that its peer may have, until it ends. */
    void onShared() {
        isShared = true;
    }

    boolean isShared() {
        return isShared;
    }

    void peer(final long high, final long low, final int port) {
        flow.remote(high, low, port);
    }

    long high() {
        return flow.remoteHigh();
    }

    long low() {
        return flow.remoteLow();
    }

    int port() {
        return flow.remotePort();
    }

    /** The port of the peer's at which it takes what is sent by this connection, besides its own; 0 if there is none. */
    int reusedPort() {
        return reusedPort;
    }

    void reusedPort(final int port) {
        reusedPort = port;
    }

    /** True if the peer has shown a certificate for the address that it connected from. */
    boolean isProven() {
        if (proof == Proof.NOT_ASKED) {
            final SslHandler tls = channel.pipeline().get(SslHandler.class);
            proof = tls != null && CertificateIdentity.isShown(tls.engine().getSession(), host())
                    ? Proof.SHOWN
                    : Proof.MISSING;
        }
        return proof == Proof.SHOWN;
    }

    /** The peer's address as text. */
    String host() {
        return flow.toSocketAddress().getAddress().getHostAddress();
    }

    boolean isOurs() {
        return isOurs;
    }

    // ---- in

    /** Messages may be sent from now on: accepted, and hands are shaken. */
    void onOpen() {
        if (state != State.OPENING) {
            return;
        }
        state = State.OPEN;
        usedNs = socket.nowNs();
        for (ByteBuf message = waiting.poll(); message != null; message = waiting.poll()) {
            write(message);
        }
        waitingBytes = 0;
        flush();
    }

    @Override
    public void channelActive(final ChannelHandlerContext context) {
        if (!socket.shakesHands()) {
            onOpen();
        }
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        try {
            if (message instanceof ByteBuf bytes) {
                onBytes(bytes);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onBytes(final ByteBuf bytes) {
        if (state != State.OPEN) {
            return;
        }
        final int length = bytes.readableBytes();
        socket.onRead(length);
        usedNs = socket.nowNs();
        wrap(bytes);
        if (socket.comesWhole()) {
            onWhole(length);
            return;
        }
        final boolean wasWithin = framer.isWithinMessage();
        if (!framer.read(view, 0, length)) {
            socket.onUnreadable(view, 0, length, flow, framer.malformation());
            end(TransportCounter.STREAM_CLOSED_UNREADABLE);
        } else if (!wasWithin && framer.isWithinMessage()) {
            beganNs = usedNs;
        }
    }

    private void onWhole(final int length) {
        if (KeepAlive.matches(view, 0, length)) {
            onPing();
        } else {
            onMessage(view, 0, length);
        }
    }

    private void wrap(final ByteBuf bytes) {
        if (bytes.hasMemoryAddress()) {
            view.wrap(bytes.memoryAddress() + bytes.readerIndex(), bytes.readableBytes());
        } else {
            // A message of several frames lies in several places, and is copied into one.
            final ByteBuffer nio = bytes.nioBuffer();
            view.wrap(nio, nio.position(), nio.remaining());
        }
    }

    @Override
    public void onMessage(final DirectBuffer buffer, final int offset, final int length) {
        if (state == State.OPEN) {
            socket.onMessage(buffer, offset, length, flow);
        }
    }

    @Override
    public void onPing() {
        socket.count(TransportCounter.STREAM_PINGS);
        final ByteBuf pong = channel.alloc().directBuffer(2, 2);
        pong.writeByte('\r').writeByte('\n');
        write(pong);
    }

    @Override
    public void channelWritabilityChanged(final ChannelHandlerContext context) {
        stuckNs = channel.isWritable() ? NEVER : socket.nowNs();
    }

    @Override
    public void channelInactive(final ChannelHandlerContext context) {
        onClosed();
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        if (state != State.OPENING) {
            close(TransportCounter.STREAM_CLOSED_ERROR);
        } else {
            close(isOurs ? TransportCounter.STREAM_CONNECT_FAILURES : TransportCounter.STREAM_HANDSHAKE_FAILURES);
        }
    }

    // ---- out

    /** As {@link SipSocket#send}; the bytes are copied. */
    boolean send(final DirectBuffer buffer, final int offset, final int length) {
        if (state == State.ENDING || state == State.CLOSED) {
            socket.count(TransportCounter.STREAM_DROPPED_CLOSED);
            return false;
        }
        final boolean hasRoom = state == State.OPENING
                ? waitingBytes + length <= socket.settings().pendingBytes()
                : channel.isWritable();
        if (!hasRoom) {
            socket.count(TransportCounter.STREAM_DROPPED_SLOW_PEER);
            return false;
        }
        final ByteBuf copy = channel.alloc().directBuffer(length, Math.max(1, length));
        buffer.getBytes(offset, copy.internalNioBuffer(0, length), length);
        copy.writerIndex(length);
        if (state == State.OPENING) {
            waiting.add(copy);
            waitingBytes += length;
        } else {
            write(copy);
        }
        return true;
    }

    private void write(final ByteBuf message) {
        socket.onWrite(message.readableBytes());
        final ChannelFuture _ = channel.write(socket.wrapped(message), channel.voidPromise());
        if (!isDirty) {
            isDirty = true;
            socket.onDirty(this);
        }
    }

    void flush() {
        isDirty = false;
        usedNs = socket.nowNs();
        channel.flush();
    }

    // ---- its end

    /** Looks whether it has taken too long over anything. */
    void checkTimes(final long nowNs) {
        final StreamSettings settings = socket.settings();
        switch (state) {
            case OPENING -> {
                if (nowNs - beganNs > socket.openingNsMax(isOurs)) {
                    close(isOurs ? TransportCounter.STREAM_CONNECT_FAILURES : TransportCounter.STREAM_CLOSED_SLOW);
                }
            }
            case OPEN -> {
                if (framer.isWithinMessage() && nowNs - beganNs > StreamSocket.ns(settings.messageMs())) {
                    close(TransportCounter.STREAM_CLOSED_SLOW);
                } else if (stuckNs != NEVER && nowNs - stuckNs > StreamSocket.ns(settings.slowPeerMs())) {
                    close(TransportCounter.STREAM_CLOSED_SLOW);
                } else if (nowNs - usedNs > StreamSocket.ns(settings.idleMs())) {
                    close(TransportCounter.STREAM_CLOSED_IDLE);
                }
            }
            case ENDING -> {
                if (nowNs - beganNs > StreamSocket.ns(settings.messageMs())) {
                    close(channel);
                }
            }
            case CLOSED -> {}
        }
    }

    /** Takes no more; what was written, an answer to what could not be read for instance, leaves before it closes. */
    private void end(final TransportCounter why) {
        if (state == State.OPEN) {
            state = State.ENDING;
            beganNs = socket.nowNs();
            socket.count(why);
            socket.onEnding(this);
        }
    }

    /** Says that no more will come, when all that was written has left; what still comes is read and thrown away, or the kernel would throw away what we wrote. */
    void closeAfterFlush() {
        final ChannelFuture _ = channel.writeAndFlush(channel.alloc().buffer(0)).addListener(done -> {
            if (channel instanceof DuplexChannel duplex && !socket.shakesHands()) {
                final ChannelFuture _ = duplex.shutdownOutput();
            } else {
                close(channel);
            }
        });
    }

    void close(final TransportCounter why) {
        if (state != State.CLOSED) {
            socket.count(why);
            onClosed();
            close(channel);
        }
    }

    /** Whoever waits for the end hears of it by {@link #channelInactive}. */
    private static void close(final Channel channel) {
        final ChannelFuture _ = channel.close();
    }

    /** Closes without a word to anybody. */
    void closeForcibly() {
        channel.unsafe().closeForcibly();
        onClosed();
    }

    private void onClosed() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            for (ByteBuf message = waiting.poll(); message != null; message = waiting.poll()) {
                socket.onUnsent(message, flow);
                message.release();
            }
            socket.onClosed(this, flow);
        }
    }
}
