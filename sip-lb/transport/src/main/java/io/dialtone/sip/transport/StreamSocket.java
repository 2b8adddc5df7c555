package io.dialtone.sip.transport;

import io.dialtone.net.LoopCounters;
import io.dialtone.net.PeerShares;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A listener's connections within one loop: those that peers made, and those that we make to send what has no connection yet. After it is registered, called only by the
 * loop's thread.
 */
final class StreamSocket extends ChannelInboundHandlerAdapter implements SipSocket {
    private static final long SWEEP_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** All connections are looked at once in so many sweeps. */
    private static final int SWEEPS_EACH = 10;

    private final SipListener listener;
    private final ServerChannel server;
    private final Supplier<? extends Channel> connector;
    private final LoopCounters<TransportCounter> counters;
    private final CopyMemory memory;
    private final StreamSettings settings;
    private final StreamGreeting greeting;
    private final SocketName name;
    private final SipMessage parser = new SipMessage(SipLimits.defaults());
    private final ConnectionTable connections = new ConnectionTable(StreamConnection::port);
    /** Those that peers have made, and that also take what is sent to another port of theirs. */
    private final ConnectionTable reused = new ConnectionTable(StreamConnection::reusedPort);

    private final PeerShares shares;
    private final List<StreamConnection> dirty = new ArrayList<>();
    private final List<StreamConnection> ending = new ArrayList<>();
    private final List<StreamConnection> overdue = new ArrayList<>();
    private final UnsafeBuffer unsent = new UnsafeBuffer(0, 0);

    private Delivery delivery = NotYetRegistered.INSTANCE;
    private @Nullable IoEventLoop netty;
    private long nowNs = System.nanoTime();
    private long nextSweepNs = nowNs + SWEEP_NS;
    private int sweptPlaces;
    private boolean isAccepting = true;
    private boolean isServing = true;

    StreamSocket(
            final SipListener listener,
            final ServerChannel server,
            final Supplier<? extends Channel> connector,
            final LoopMemory memory,
            final StreamGreeting greeting,
            final StreamSettings settings) {
        this.listener = listener;
        this.server = server;
        this.connector = connector;
        this.counters = memory.counters();
        this.memory = memory.segments();
        this.greeting = greeting;
        this.settings = settings;
        shares = new PeerShares(settings.connectionsOfAPeerMax());
        name = SocketName.of(listener.local());
        server.pipeline().addLast(this);
    }

    static long ns(final int ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    @Override
    public SipListener listener() {
        return listener;
    }

    @Override
    public void register(final IoEventLoop loop, final Delivery itsDelivery) throws Exception {
        delivery = itsDelivery;
        netty = loop;
        final ChannelPromise registered = new DefaultChannelPromise(server, loop);
        server.unsafe().register(loop, registered);
        registered.sync();
    }

    // ---- those who come

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        final Channel channel = (Channel) message;
        delivery.onBatch(1);
        nowNs = delivery.nowNs();
        if (connections.size() >= settings.connectionsMax()) {
            count(TransportCounter.STREAM_REFUSED_LIMIT);
            channel.unsafe().closeForcibly();
            return;
        }
        if (!(channel.remoteAddress() instanceof InetSocketAddress address)) {
            // Gone before we looked.
            channel.unsafe().closeForcibly();
            return;
        }
        final StreamConnection connection = new StreamConnection(this, channel, false, nowNs);
        connection.peer(address);
        if (!greeting.takes(connection)) {
            count(TransportCounter.STREAM_REFUSED_SOURCE);
            channel.unsafe().closeForcibly();
            return;
        }
        put(connection);
        if (greeting.isPeerKnown() && !share(connection)) {
            connections.remove(connection);
            count(TransportCounter.STREAM_REFUSED_PEER);
            channel.unsafe().closeForcibly();
            return;
        }
        count(TransportCounter.STREAM_ACCEPTED);
        begin(connection, channel);
    }

    /** No descriptors are left, most likely: those who knock wait until the next sweep. */
    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        count(TransportCounter.STREAM_ACCEPT_FAILURES);
        isAccepting = false;
        server.config().setAutoRead(false);
    }

    private void begin(final StreamConnection connection, final Channel channel) {
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config()
                .setOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(settings.pendingBytes() / 2, settings.pendingBytes()));
        greeting.prepare(channel.pipeline(), connection);
        channel.pipeline().addLast(connection);
        channel.unsafe().register(loop(), new DefaultChannelPromise(channel, loop()));
    }

    private void put(final StreamConnection connection) {
        final StreamConnection before = connections.put(connection);
        if (before != null) {
            stopReuse(before);
            // Its peer has begun anew with the same port: the end of the old one has not reached us.
            before.closeForcibly();
        }
    }

    private IoEventLoop loop() {
        if (netty == null) {
            throw new IllegalStateException("used before registration");
        }
        return netty;
    }

    // ---- from the connections

    /** From now on a connection is found as that of this peer; false if the peer has as many as it may. */
    boolean onPeerTold(final StreamConnection connection, final long high, final long low, final int port) {
        connections.remove(connection);
        stopReuse(connection);
        connection.peer(high, low, port);
        put(connection);
        return share(connection);
    }

    /** Counts it as one of its peer's, when one of the same port is no longer; false if the peer has as many as it may. */
    private boolean share(final StreamConnection connection) {
        if (!shares.tryAdd(connection.high(), connection.low())) {
            return false;
        }
        connection.onShared();
        return true;
    }

    SipMessage parser() {
        return parser;
    }

    StreamSettings settings() {
        return settings;
    }

    long nowNs() {
        return nowNs;
    }

    boolean shakesHands() {
        return greeting.shakesHands();
    }

    boolean comesWhole() {
        return greeting.comesWhole();
    }

    Object wrapped(final ByteBuf message) {
        return greeting.wrap(message);
    }

    long openingNsMax(final boolean isOurs) {
        return ns(isOurs ? settings.connectMs() : settings.messageMs());
    }

    void count(final TransportCounter counter) {
        counters.increment(counter);
    }

    void onRead(final int bytes) {
        delivery.onBatch(1);
        nowNs = delivery.nowNs();
        counters.increment(TransportCounter.STREAM_READS);
        counters.add(TransportCounter.STREAM_READ_BYTES, bytes);
    }

    void onWrite(final int bytes) {
        counters.increment(TransportCounter.STREAM_SENT_MESSAGES);
        counters.add(TransportCounter.STREAM_SENT_BYTES, bytes);
    }

    /** The message is copied, because it is edited where it lies, and stays until the turn's end. */
    void onMessage(final DirectBuffer buffer, final int offset, final int length, final SipFlow from) {
        counters.increment(TransportCounter.STREAM_RECEIVED_MESSAGES);
        final int at = copy(buffer, offset, length);
        delivery.onMessage(memory.buffer(), at, length, from);
    }

    void onUnreadable(
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final SipFlow from,
            final Malformation malformation) {
        final int shown = Math.min(length, SipLimits.defaults().messageBytesMax());
        final int at = copy(buffer, offset, shown);
        delivery.onUnreadable(memory.buffer(), at, shown, from, malformation);
    }

    private int copy(final DirectBuffer buffer, final int offset, final int length) {
        if (!memory.hasRoom(length)) {
            delivery.flushAll();
            memory.clear();
        }
        return memory.copy(buffer, offset, length);
    }

    void onDirty(final StreamConnection connection) {
        dirty.add(connection);
    }

    void onEnding(final StreamConnection connection) {
        ending.add(connection);
    }

    /** A message that waited for a connection that has ended before it was open. */
    void onUnsent(final ByteBuf message, final SipFlow to) {
        count(TransportCounter.STREAM_DROPPED_CLOSED);
        if (isServing) {
            unsent.wrap(message.memoryAddress() + message.readerIndex(), message.readableBytes());
            delivery.onUnsent(unsent, 0, unsent.capacity(), to);
        }
    }

    void onClosed(final StreamConnection connection, final SipFlow peer) {
        connections.remove(connection);
        stopReuse(connection);
        if (connection.isShared()) {
            shares.remove(connection.high(), connection.low());
        }
        if (isServing) {
            delivery.onDisconnected(peer);
        }
        count(TransportCounter.STREAM_CLOSED);
    }

    // ---- out

    @Override
    public boolean isConnected(final SipFlow to) {
        return find(to) != null;
    }

    private @Nullable StreamConnection find(final SipFlow to) {
        final StreamConnection own = connections.find(to.remoteHigh(), to.remoteLow(), to.remotePort());
        return own == null && reused.size() > 0 ? reused.find(to.remoteHigh(), to.remoteLow(), to.remotePort()) : own;
    }

    @Override
    public void reuse(final SipFlow from, final int port) {
        final StreamConnection connection = connections.find(from.remoteHigh(), from.remoteLow(), from.remotePort());
        if (connection == null || connection.reusedPort() == port || port <= 0 || port > 0xFFFF) {
            return;
        }
        if (connection.isOurs() || !connection.isProven()) {
            count(TransportCounter.STREAM_REUSE_REFUSED);
            return;
        }
        stopReuse(connection);
        connection.reusedPort(port);
        final StreamConnection former = reused.put(connection);
        if (former != null) {
            former.reusedPort(0);
        }
        count(TransportCounter.STREAM_REUSED);
    }

    private void stopReuse(final StreamConnection connection) {
        if (connection.reusedPort() != 0) {
            reused.remove(connection);
            connection.reusedPort(0);
        }
    }

    @Override
    public boolean send(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to) {
        final StreamConnection known = find(to);
        final StreamConnection connection = known == null ? connect(to) : known;
        return connection != null && connection.send(buffer, offset, length);
    }

    private @Nullable StreamConnection connect(final SipFlow to) {
        if (!greeting.mayConnect()) {
            count(TransportCounter.STREAM_DROPPED_NO_CONNECTION);
            return null;
        }
        if (!name.reaches(to)) {
            count(TransportCounter.DROPPED_WRONG_FAMILY);
            return null;
        }
        if (to.remotePort() <= 0 || to.remotePort() > 0xFFFF) {
            count(TransportCounter.DROPPED_INVALID);
            return null;
        }
        if (connections.size() >= settings.connectionsMax()) {
            count(TransportCounter.STREAM_REFUSED_LIMIT);
            return null;
        }
        nowNs = delivery.nowNs();
        final InetSocketAddress address = to.toSocketAddress();
        final Channel channel = connector.get();
        final StreamConnection connection = new StreamConnection(this, channel, true, nowNs);
        connection.peer(address);
        put(connection);
        count(TransportCounter.STREAM_CONNECTS);
        begin(connection, channel);
        final InetSocketAddress from = listener.local().getAddress().isAnyLocalAddress()
                ? null
                : new InetSocketAddress(listener.local().getAddress(), 0);
        final ChannelFuture _ = channel.connect(address, from).addListener(done -> {
            if (!done.isSuccess()) {
                connection.close(TransportCounter.STREAM_CONNECT_FAILURES);
            }
        });
        return connection;
    }

    @Override
    public void flush() {
        for (int i = 0; i < dirty.size(); i++) {
            dirty.get(i).flush();
        }
        dirty.clear();
        for (int i = 0; i < ending.size(); i++) {
            ending.get(i).closeAfterFlush();
        }
        ending.clear();
    }

    // ---- times

    @Override
    public void onTurn(final long turnNs) {
        nowNs = turnNs;
        if (turnNs - nextSweepNs < 0) {
            return;
        }
        nextSweepNs = turnNs + SWEEP_NS;
        if (!isAccepting) {
            isAccepting = true;
            server.config().setAutoRead(true);
        }
        final int places = connections.places();
        final int from = sweptPlaces < places ? sweptPlaces : 0;
        final int to = Math.min(places, from + places / SWEEPS_EACH + 1);
        for (int i = from; i < to; i++) {
            final StreamConnection connection = connections.at(i);
            if (connection != null) {
                overdue.add(connection);
            }
        }
        sweptPlaces = to;
        // Apart from the walk, as whoever is closed leaves the table.
        for (int i = 0; i < overdue.size(); i++) {
            overdue.get(i).checkTimes(turnNs);
        }
        overdue.clear();
    }

    @Override
    public long nextDeadlineNs() {
        return connections.size() == 0 && isAccepting ? Long.MAX_VALUE : nextSweepNs;
    }

    @Override
    public void sample() {
        // The kernel counts nothing for us here.
    }

    @Override
    public void close() {
        isServing = false;
        for (int i = connections.places() - 1; i >= 0; i--) {
            final StreamConnection connection = connections.at(i);
            if (connection != null) {
                overdue.add(connection);
            }
        }
        overdue.forEach(StreamConnection::closeForcibly);
        overdue.clear();
        if (server.isOpen()) {
            server.unsafe().closeForcibly();
        }
    }
}
