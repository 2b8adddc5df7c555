package io.dialtone.diameter.transport;

import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.Malformation;
import io.dialtone.diameter.codec.ParseResult;
import io.dialtone.diameter.peer.CloseCause;
import io.dialtone.diameter.peer.PeerConnection;
import io.dialtone.net.CertificateIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One connection, by TCP or TLS: what comes is cut into messages where it was read, what is sent gathers until the end of the turn. The last handler of its channel; called only by
 * the loop's thread.
 *
 * <pre>
 *   OPENING ──▶ OPEN ──▶ ENDING ──▶ CLOSED        OPENING   not accepted by the other side yet, or hands are not shaken
 *                │ ▲                              SECURING  hands are shaken after capabilities had agreed on TLS
 *                ▼ │                              ENDING    nothing is taken any more; what was sent still leaves
 *              SECURING                           every state may become CLOSED
 * </pre>
 */
final class TcpConnection extends ChannelInboundHandlerAdapter implements PeerConnection {
    private enum State {
        OPENING,
        OPEN,
        SECURING,
        ENDING,
        CLOSED
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final Connections connections;
    private final Channel channel;
    private final Opening opening;
    private final InetSocketAddress peer;
    private final long id;
    private final boolean isOurs;
    private final String tlsName;

    private State state = State.OPENING;
    private Door.@Nullable Session session;
    private boolean isSessionDone;
    private boolean isTls;
    private boolean isDirty;
    private boolean isFinished;

    /** The place in the table, or -1. */
    private int place = -1;

    /** Half of a message. */
    private ByteBuf kept = Unpooled.EMPTY_BUFFER;

    /** What was sent since the kernel last took all that it was given. */
    private ByteBuf out = Unpooled.EMPTY_BUFFER;

    private int keptCounted;
    private int queuedCounted;

    /** When the state began, or in OPEN the message whose end has not come. */
    private long beganNs;

    /** Since when the other side takes nothing, or NEVER. */
    private long stuckNs = NEVER;

    private long unsentThen;

    /**
     * A connection that is not open yet.
     *
     * @param peer its other end
     * @param isOurs true if we dial, false if the other side did
     * @param isTls whether hands are to be shaken first
     * @param tlsName the name of whom we dial, for TLS
     */
    TcpConnection(
            final Connections connections,
            final Channel channel,
            final Opening opening,
            final InetSocketAddress peer,
            final boolean isOurs,
            final boolean isTls,
            final String tlsName) {
        this.connections = connections;
        this.channel = channel;
        this.opening = opening;
        this.peer = peer;
        this.isOurs = isOurs;
        this.isTls = isTls;
        this.tlsName = tlsName;
        id = connections.nextId();
        beganNs = connections.nowNs();
    }

    boolean isOurs() {
        return isOurs;
    }

    InetSocketAddress peer() {
        return peer;
    }

    int place() {
        return place;
    }

    void place(final int index) {
        place = index;
    }

    // ---- for the session

    @Override
    public long id() {
        return id;
    }

    @Override
    public boolean send(final DirectBuffer buffer, final int offset, final int length) {
        if (state == State.ENDING || state == State.CLOSED) {
            connections.count(IoCounter.SEND_REFUSED_CLOSED);
            return false;
        }
        if (queuedBytes() + length > connections.settings().queuedBytesMax() || !connections.hasRoom(length)) {
            connections.count(IoCounter.SEND_REFUSED_FULL);
            return false;
        }
        makeRoom(length);
        connections.append(buffer, offset, length, out);
        connections.onSent(length);
        recount();
        markDirty();
        return true;
    }

    private void makeRoom(final int length) {
        if (out.writableBytes() >= length) {
            return;
        }
        final ByteBuf larger = connections.take(channel.alloc(), out.readableBytes() + length);
        connections.append(out, larger);
        connections.give(out);
        out = larger;
    }

    @Override
    public int queuedBytes() {
        return (int) Math.min(Integer.MAX_VALUE, out.readableBytes() + unsentByNetty());
    }

    /** What the kernel has not taken of what it was given. */
    private long unsentByNetty() {
        final ChannelOutboundBuffer given = channel.unsafe().outboundBuffer();
        return given == null ? 0 : given.totalPendingWriteBytes() - given.currentProgress();
    }

    @Override
    public void close(final CloseCause cause) {
        isSessionDone = true;
        if (state == State.OPENING) {
            fail(IoCounter.CLOSED_BY_US);
        } else if (state == State.OPEN || state == State.SECURING) {
            end(IoCounter.CLOSED_BY_US);
        }
    }

    @Override
    public String remote() {
        return peer.getAddress().getHostAddress() + ":" + peer.getPort();
    }

    @Override
    public boolean isSecure() {
        return isTls && state != State.SECURING;
    }

    @Override
    public List<String> certificateNames() {
        final SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls == null
                ? List.of()
                : CertificateIdentity.shownNames(tls.engine().getSession());
    }

    @Override
    public boolean startTls(final boolean asServer) {
        if (state != State.OPEN || isTls || !connections.hasTls()) {
            return false;
        }
        // What agreed on TLS leaves without it.
        if (out.isReadable()) {
            writeOut();
        }
        state = State.SECURING;
        isTls = true;
        beganNs = connections.nowNs();
        channel.pipeline().addFirst(connections.tlsHandler(channel, asServer, tlsName(), peer.getPort()));
        return true;
    }

    String tlsName() {
        return tlsName.isEmpty() ? peer.getAddress().getHostAddress() : tlsName;
    }

    // ---- opening

    @Override
    public void channelActive(final ChannelHandlerContext context) {
        if (!isTls) {
            onOpen();
        }
    }

    @Override
    public void userEventTriggered(final ChannelHandlerContext context, final Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls) {
            if (!tls.isSuccess()) {
                fail(IoCounter.HANDSHAKE_FAILURES);
            } else if (state == State.OPENING) {
                onOpen();
            } else if (state == State.SECURING) {
                onSecured();
            }
        }
    }

    private void onOpen() {
        if (state != State.OPENING) {
            return;
        }
        state = State.OPEN;
        try {
            final Door.Session opened = opening.onOpen(this, connections.nowNs());
            session = opened;
        } catch (Exception | AssertionError | LinkageError e) {
            connections.onFailure(e);
            fail(IoCounter.CLOSED_ERROR);
        }
    }

    private void onSecured() {
        state = State.OPEN;
        connections.count(IoCounter.SECURED);
        if (out.isReadable()) {
            markDirty();
        }
        if (session != null) {
            try {
                session.onSecured(connections.nowNs());
            } catch (Exception | AssertionError | LinkageError e) {
                connections.onFailure(e);
            }
        }
    }

    // ---- in

    /** True if what is read is what the peer sent, and may be read into the loop's memory. */
    boolean isPlain() {
        return !isTls;
    }

    /** The loop's memory, to be read into behind what was kept. */
    ByteBuf readBuffer() {
        return kept.isReadable()
                ? connections.memory().begin(kept)
                : connections.memory().begin();
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
            return; // what comes while it ends is thrown away
        }
        final ReadMemory memory = connections.memory();
        if (memory.is(bytes)) {
            connections.onRead(bytes.readableBytes() - kept.readableBytes());
            cut(memory.view(), bytes.writerIndex());
            return;
        }
        connections.onRead(bytes.readableBytes());
        while (bytes.isReadable() && state == State.OPEN) {
            cut(memory.view(), memory.copy(kept, bytes));
        }
    }

    /** Hands on all whole messages between the memory's begin and this place, and keeps the rest. */
    private void cut(final UnsafeBuffer view, final int limit) {
        final DiameterMessage message = connections.message();
        int at = 0;
        while (at < limit && state == State.OPEN) {
            final ParseResult result = message.parse(view, at, limit - at);
            if (result == ParseResult.NEEDS_MORE) {
                break;
            }
            // What the session does may begin another parse.
            final int length = message.messageLength();
            if (result == ParseResult.COMPLETE) {
                onMessage(message);
            } else {
                final Malformation malformation = message.malformation();
                onMalformed(message);
                if (malformation.closes()) {
                    if (state == State.OPEN) {
                        end(
                                malformation == Malformation.MESSAGE_TOO_LONG
                                        ? IoCounter.CLOSED_TOO_LONG
                                        : IoCounter.CLOSED_UNREADABLE);
                    } else {
                        connections.count(
                                malformation == Malformation.MESSAGE_TOO_LONG
                                        ? IoCounter.CLOSED_TOO_LONG
                                        : IoCounter.CLOSED_UNREADABLE);
                    }
                    return;
                }
            }
            at += length;
        }
        if (state == State.OPEN) {
            keep(view, at, limit - at);
        } else if (state == State.SECURING && at < limit) {
            // What came behind the message that agreed on TLS is TLS.
            final byte[] rest = new byte[limit - at];
            view.getBytes(at, rest);
            channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(rest));
        }
    }

    private void onMessage(final DiameterMessage message) {
        connections.count(IoCounter.RECEIVED_MESSAGES);
        if (session != null) {
            try {
                session.onMessage(message, connections.nowNs());
            } catch (Exception | AssertionError | LinkageError e) {
                // No session throws for what came from the wire; if one does, one message is lost and the others go on.
                connections.onFailure(e);
            }
        }
    }

    private void onMalformed(final DiameterMessage message) {
        connections.count(IoCounter.RECEIVED_MALFORMED);
        if (session != null) {
            try {
                session.onMalformed(message, connections.nowNs());
            } catch (Exception | AssertionError | LinkageError e) {
                connections.onFailure(e);
            }
        }
    }

    private void keep(final UnsafeBuffer view, final int from, final int length) {
        final boolean isAnother = from > 0 || !kept.isReadable();
        if (length == 0) {
            dropKept();
            return;
        }
        if (kept.capacity() < length) {
            connections.give(kept);
            kept = connections.take(channel.alloc(), length);
        }
        kept.clear();
        connections.append(view, from, length, kept);
        if (isAnother) {
            beganNs = connections.nowNs();
        }
        final boolean hasRoom = connections.onKept(kept.capacity() - keptCounted);
        keptCounted = kept.capacity();
        if (!hasRoom) {
            fail(IoCounter.CLOSED_HALVES_FULL);
        }
    }

    private void dropKept() {
        if (keptCounted > 0) {
            connections.onKept(-keptCounted);
            keptCounted = 0;
        }
        connections.give(kept);
        kept = Unpooled.EMPTY_BUFFER;
    }

    // ---- out

    private void markDirty() {
        if (!isDirty) {
            isDirty = true;
            connections.onDirty(this);
        }
    }

    /** At the end of the turn: what has gathered leaves with one call, unless the kernel still has not taken what it was given before. */
    void flush() {
        isDirty = false;
        if (state != State.OPEN && state != State.ENDING) {
            return;
        }
        if (out.isReadable() && channel.isWritable()) {
            writeOut();
        }
        if (state == State.ENDING && !out.isReadable() && channel.isWritable()) {
            finish();
        }
        recount();
    }

    private void writeOut() {
        final ByteBuf leaving = out.retain();
        out = Unpooled.EMPTY_BUFFER;
        connections.count(IoCounter.WRITES);
        final ChannelFuture _ = channel.write(leaving, channel.voidPromise());
        channel.flush();
        connections.give(leaving);
    }

    /** It is writable exactly if the kernel has taken all. */
    @Override
    public void channelWritabilityChanged(final ChannelHandlerContext context) {
        if (channel.isWritable() && (out.isReadable() || state == State.ENDING)) {
            markDirty();
        }
        recount();
    }

    private void recount() {
        final int queued = state == State.CLOSED ? 0 : queuedBytes();
        connections.onQueued(queued - queuedCounted);
        queuedCounted = queued;
    }

    // ---- its end

    @Override
    public void channelInactive(final ChannelHandlerContext context) {
        switch (state) {
            case OPENING -> fail(isOurs && !isTls ? IoCounter.DIAL_FAILURES : IoCounter.HANDSHAKE_FAILURES);
            case SECURING -> fail(IoCounter.HANDSHAKE_FAILURES);
            case OPEN -> fail(IoCounter.CLOSED_BY_PEER);
            case ENDING -> closed();
            case CLOSED -> {}
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        switch (state) {
            case OPENING, SECURING -> fail(IoCounter.HANDSHAKE_FAILURES);
            case OPEN -> fail(IoCounter.CLOSED_ERROR);
            case ENDING -> fail(IoCounter.CLOSED_ERROR);
            case CLOSED -> {}
        }
    }

    /** Looks whether it has taken too long over anything. */
    void checkTimes(final long nowNs) {
        final ConnectionSettings settings = connections.settings();
        final long tookNs = nowNs - beganNs;
        switch (state) {
            case OPENING -> {
                if (tookNs > ns(isOurs ? settings.connectMs() : settings.handshakeMs())) {
                    fail(isOurs ? IoCounter.DIAL_FAILURES : IoCounter.CLOSED_SLOW_HANDSHAKE);
                }
            }
            case SECURING -> {
                if (tookNs > ns(settings.handshakeMs())) {
                    fail(IoCounter.CLOSED_SLOW_HANDSHAKE);
                }
            }
            case OPEN -> {
                if (kept.isReadable() && tookNs > ns(settings.messageMs())) {
                    fail(IoCounter.CLOSED_HALF_MESSAGE);
                } else if (isStuck(nowNs)) {
                    fail(IoCounter.CLOSED_SLOW_PEER);
                }
            }
            case ENDING -> {
                if (tookNs > ns(settings.closeMs())) {
                    closed();
                    close(channel);
                }
            }
            case CLOSED -> {}
        }
    }

    /** Whether nothing at all has been taken for the longest time. */
    private boolean isStuck(final long nowNs) {
        final long unsent = unsentByNetty();
        if (unsent == 0) {
            stuckNs = NEVER;
        } else if (stuckNs == NEVER || unsent < unsentThen) {
            stuckNs = nowNs;
        }
        unsentThen = unsent;
        recount();
        return stuckNs != NEVER && nowNs - stuckNs > ns(connections.settings().slowPeerMs());
    }

    private static long ns(final int ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    /** Takes no more; what was sent leaves before it closes. */
    private void end(final IoCounter why) {
        state = State.ENDING;
        beganNs = connections.nowNs();
        connections.count(why);
        dropKept();
        tellSession();
        markDirty();
    }

    /** Says that no more will come; what still comes is read and thrown away until the other side closes, or the kernel would throw away what we sent. */
    private void finish() {
        if (!isFinished) {
            isFinished = true;
            if (channel instanceof DuplexChannel duplex && !isTls) {
                final ChannelFuture _ = duplex.shutdownOutput();
            } else {
                close(channel);
            }
        }
    }

    /** Closes at once. */
    void fail(final IoCounter why) {
        if (state != State.CLOSED) {
            connections.count(why);
            closed();
            close(channel);
        }
    }

    /** Whoever waits for the end hears of it by {@link #channelInactive}. */
    private static void close(final Channel channel) {
        final ChannelFuture _ = channel.close();
    }

    /** Closes without a word to anybody outside. */
    void closeForcibly() {
        closed();
        channel.unsafe().closeForcibly();
    }

    private void closed() {
        if (state == State.CLOSED) {
            return;
        }
        final boolean wasOpening = state == State.OPENING;
        state = State.CLOSED;
        dropKept();
        connections.give(out);
        out = Unpooled.EMPTY_BUFFER;
        recount();
        connections.remove(this);
        if (wasOpening) {
            try {
                opening.onFailed(connections.nowNs());
            } catch (Exception | AssertionError | LinkageError e) {
                connections.onFailure(e);
            }
        } else {
            tellSession();
        }
    }

    private void tellSession() {
        if (!isSessionDone && session != null) {
            isSessionDone = true;
            try {
                session.onClosed(connections.nowNs());
            } catch (Exception | AssertionError | LinkageError e) {
                connections.onFailure(e);
            }
        }
    }
}
