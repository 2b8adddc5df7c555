package io.dialtone.diameter.transport;

import static java.lang.System.Logger.Level.ERROR;

import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.net.LoopCounters;
import io.dialtone.net.PeerShares;
import io.dialtone.net.TlsContexts;
import io.dialtone.net.TlsHandlers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** All connections of a loop, whoever made them, and what they share: memory, limits, counters, the time. Called only by the loop's thread. */
final class Connections {
    private static final System.Logger LOG = System.getLogger(Connections.class.getName());

    private static final long SWEEP_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** All connections are looked at once in so many sweeps. */
    private static final int SWEEPS_EACH = 10;

    /** Fewer than these are looked at in each. */
    private static final int SWEPT_MIN = 64;

    private static final int SAID_EACH_TIMES = 10;

    /** What most turns send to one connection, and what most halves of messages need. */
    private static final int SPARE_BYTES = 8 * 1024;

    private static final int SPARES_MAX = 256;

    /** Writable is what the kernel has taken all of. */
    private static final WriteBufferWaterMark NOTHING_WAITS = new WriteBufferWaterMark(1, 1);

    private final ConnectionSettings settings;
    private final LoopCounters<IoCounter> counters;
    private final TurnClock clock;
    private final @Nullable TlsContexts tls;
    private final DiameterMessage message;
    private final ReadMemory memory;
    private final UnsafeBuffer source = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer target = new UnsafeBuffer(0, 0);
    private final PeerShares shares;
    private final List<ByteBuf> spares = new ArrayList<>();
    private final List<TcpConnection> all = new ArrayList<>();
    private final List<TcpConnection> dirty = new ArrayList<>();
    private final List<TcpConnection> looked = new ArrayList<>();

    private long lastId;
    private long halvesBytes;
    private long queuedBytes;
    private int received;
    private int swept;
    private long nextSweepNs;
    private long nextFailureSaid = 1;

    /**
     * No connections yet.
     *
     * @param firstId the first one's id; no other loop's are above it
     */
    Connections(
            final ConnectionSettings settings,
            final DiameterLimits limits,
            final LoopCounters<IoCounter> counters,
            final TurnClock clock,
            final @Nullable TlsContexts tls,
            final long firstId) {
        this.settings = settings;
        this.counters = counters;
        this.clock = clock;
        this.tls = tls;
        message = new DiameterMessage(limits);
        memory = new ReadMemory(limits.messageBytesMax());
        shares = new PeerShares(settings.connectionsOfAnAddressMax());
        lastId = firstId - 1;
        nextSweepNs = clock.nowNs();
    }

    // ---- what they share

    ConnectionSettings settings() {
        return settings;
    }

    DiameterMessage message() {
        return message;
    }

    ReadMemory memory() {
        return memory;
    }

    long nowNs() {
        return clock.nowNs();
    }

    long nextId() {
        lastId++;
        return lastId;
    }

    void count(final IoCounter counter) {
        counters.increment(counter);
    }

    boolean hasTls() {
        return tls != null;
    }

    /** What shakes hands on a channel; only if there {@link #hasTls}. */
    ChannelHandler tlsHandler(final Channel channel, final boolean asServer, final String host, final int port) {
        if (tls == null) {
            throw new IllegalStateException("no certificates were read");
        }
        return asServer ? TlsHandlers.ofServer(tls) : TlsHandlers.ofClient(tls, channel.alloc(), host, port);
    }

    /** Our own mistake: said the first time, then ever more rarely, with the count. */
    void onFailure(final Throwable cause) {
        counters.increment(IoCounter.FAILURES);
        final long count = counters.get(IoCounter.FAILURES);
        if (count == nextFailureSaid) {
            nextFailureSaid *= SAID_EACH_TIMES;
            LOG.log(ERROR, "a peer's machine or the agent threw, failure " + count + " of this loop", cause);
        }
    }

    // ---- coming and going

    int size() {
        return all.size();
    }

    /** Takes a connection that a peer has made and has it served; false if it is one too many, and the caller closes it. */
    boolean accept(final TcpConnection connection, final Channel channel, final boolean isTls, final IoEventLoop loop) {
        if (all.size() >= settings.connectionsMax()) {
            count(IoCounter.REFUSED_LIMIT);
            return false;
        }
        if (!shares.tryAdd(high(connection), low(connection))) {
            count(IoCounter.REFUSED_ADDRESS);
            return false;
        }
        count(IoCounter.ACCEPTED);
        begin(connection, channel, isTls, loop);
        return true;
    }

    /** True if there is room for one that we dial. */
    boolean hasPlace() {
        return all.size() < settings.connectionsMax();
    }

    void begin(final TcpConnection connection, final Channel channel, final boolean isTls, final IoEventLoop loop) {
        connection.place(all.size());
        all.add(connection);
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, NOTHING_WAITS);
        channel.config().setRecvByteBufAllocator(new Reading(connection));
        if (isTls) {
            channel.pipeline()
                    .addLast(tlsHandler(
                            channel,
                            !connection.isOurs(),
                            connection.tlsName(),
                            connection.peer().getPort()));
        }
        channel.pipeline().addLast(connection);
        channel.unsafe().register(loop, new DefaultChannelPromise(channel, loop));
    }

    void remove(final TcpConnection connection) {
        final int place = connection.place();
        if (place < 0) {
            return;
        }
        connection.place(-1);
        final TcpConnection last = all.removeLast();
        if (last != connection) {
            all.set(place, last);
            last.place(place);
        }
        if (!connection.isOurs()) {
            shares.remove(high(connection), low(connection));
        }
        count(IoCounter.CLOSED);
    }

    private static long high(final TcpConnection connection) {
        final byte[] address = connection.peer().getAddress().getAddress();
        return address.length == Integer.BYTES ? 0 : ByteBuffer.wrap(address).getLong();
    }

    private static long low(final TcpConnection connection) {
        final InetAddress address = connection.peer().getAddress();
        final ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == Integer.BYTES
                ? 0xFFFFL << 32 | Integer.toUnsignedLong(bytes.getInt())
                : bytes.getLong(Long.BYTES);
    }

    // ---- memory

    /** An empty buffer for at least so many bytes. */
    ByteBuf take(final ByteBufAllocator allocator, final int bytes) {
        if (bytes > SPARE_BYTES) {
            return allocator.directBuffer(Integer.highestOneBit(bytes - 1) << 1);
        }
        return spares.isEmpty() ? allocator.directBuffer(SPARE_BYTES, SPARE_BYTES) : spares.removeLast();
    }

    /** Gives one back, or what stands for none; it is used again if nobody else holds it. */
    void give(final ByteBuf buffer) {
        if (buffer.capacity() == SPARE_BYTES && buffer.refCnt() == 1 && spares.size() < SPARES_MAX) {
            spares.add(buffer.clear());
        } else {
            buffer.release();
        }
    }

    /** Copies bytes behind those of a buffer that has room for them; by address, as a view that Netty makes would be garbage. */
    void append(final DirectBuffer from, final int offset, final int length, final ByteBuf to) {
        final int at = to.writerIndex();
        if (to.hasMemoryAddress()) {
            target.wrap(to.memoryAddress() + at, length);
            target.putBytes(0, from, offset, length);
        } else {
            from.getBytes(offset, to.internalNioBuffer(at, length), length);
        }
        to.writerIndex(at + length);
    }

    void append(final ByteBuf from, final ByteBuf to) {
        if (!from.isReadable()) {
            return;
        }
        if (from.hasMemoryAddress()) {
            source.wrap(from.memoryAddress() + from.readerIndex(), from.readableBytes());
            append(source, 0, source.capacity(), to);
        } else {
            to.writeBytes(from);
        }
    }

    /** Counts what is kept of messages that are not all there; false if it is too much. */
    boolean onKept(final int more) {
        halvesBytes += more;
        return halvesBytes <= settings.halvesBytesMax();
    }

    /** Whether so much may still be queued, for whomever. */
    boolean hasRoom(final int length) {
        return queuedBytes + length <= settings.queuedBytesOfAllMax();
    }

    void onQueued(final int more) {
        queuedBytes += more;
    }

    long halvesBytes() {
        return halvesBytes;
    }

    long queuedBytes() {
        return queuedBytes;
    }

    // ---- turns

    void onRead(final int bytes) {
        received++;
        counters.increment(IoCounter.READS);
        counters.add(IoCounter.READ_BYTES, bytes);
    }

    void onSent(final int bytes) {
        counters.increment(IoCounter.SENT_MESSAGES);
        counters.add(IoCounter.SENT_BYTES, bytes);
    }

    /** Somebody has knocked, or is there: a turn with this in it is no idle one. */
    void onArrival() {
        received++;
    }

    /** How often something came since this was last asked. */
    int takeReceived() {
        final int count = received;
        received = 0;
        return count;
    }

    void onDirty(final TcpConnection connection) {
        dirty.add(connection);
    }

    /** What gathered in this turn leaves, each connection's with one call. */
    void flushAll() {
        for (int i = 0; i < dirty.size(); i++) {
            dirty.get(i).flush();
        }
        dirty.clear();
    }

    /** Looks now and then who has taken too long; true if it has looked. */
    boolean sweep(final long nowNs) {
        if (nowNs - nextSweepNs < 0) {
            return false;
        }
        nextSweepNs = nowNs + SWEEP_NS;
        final int size = all.size();
        final int from = swept < size ? swept : 0;
        final int to = Math.min(size, from + Math.max(SWEPT_MIN, size / SWEEPS_EACH + 1));
        for (int i = from; i < to; i++) {
            looked.add(all.get(i));
        }
        swept = to;
        // Apart from the walk, as whoever is closed leaves the table.
        for (int i = 0; i < looked.size(); i++) {
            looked.get(i).checkTimes(nowNs);
        }
        looked.clear();
        return true;
    }

    /** When the next sweep is due, if there is somebody to look at. */
    long nextDeadlineNs(final boolean isSweepWanted) {
        return all.isEmpty() && !isSweepWanted ? Long.MAX_VALUE : nextSweepNs;
    }

    void closeAll() {
        while (!all.isEmpty()) {
            all.getLast().closeForcibly();
        }
        spares.forEach(ByteBuf::release);
        spares.clear();
    }
}
