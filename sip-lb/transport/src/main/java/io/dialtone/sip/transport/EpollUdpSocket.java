package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.TransportCounter.DROPPED_BY_KERNEL;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_INVALID;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_TRUNCATED;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_WRONG_FAMILY;
import static io.dialtone.sip.transport.TransportCounter.RECEIVED_BYTES;
import static io.dialtone.sip.transport.TransportCounter.RECEIVED_DATAGRAMS;
import static io.dialtone.sip.transport.TransportCounter.RECEIVED_KEEP_ALIVES;
import static io.dialtone.sip.transport.TransportCounter.RECEIVED_SEGMENTED;
import static io.dialtone.sip.transport.TransportCounter.RECEIVE_CALLS;
import static io.dialtone.sip.transport.TransportCounter.RECEIVE_ERRORS;

import io.dialtone.net.Linux;
import io.dialtone.net.LoopCounters;
import io.dialtone.net.NativeMemory;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import io.dialtone.sip.routing.SipListener;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A datagram socket on Netty's epoll loop that reads by recvmmsg and writes by sendmmsg, without garbage.
 * After it is registered, called only by the loop's thread.
 *
 * <p>Readiness is level-triggered and one batch is read per turn: a socket with more to read is simply ready again in the next turn, after the
 * ingress has had its share and the replies have left. So a receive slot is never read into while the send queues still point at it.
 */
final class EpollUdpSocket implements SipSocket, EpollIoHandle, DatagramPort {
    private static final int CONTROL_BYTES = 64;
    private static final int MEMINFO_INTS = 9;
    private static final int MEMINFO_DROPS = 8;

    private final FileDescriptor fd;
    private final int fdNumber;
    private final SipListener listener;
    private final LoopCounters<TransportCounter> counters;
    private final SocketName name;
    private final MemorySegment errno;
    private final SendQueue queue;
    private final SipFlow from = new SipFlow();

    private final int batch;
    private final boolean gro;
    private final UnsafeBuffer[] slots;
    private final UnsafeBuffer headers;
    private final UnsafeBuffer names;
    private final UnsafeBuffer controls;
    private final UnsafeBuffer pollFd;
    private final UnsafeBuffer meminfo;
    private final CopyMemory segmentMemory;
    private long kernelDrops;
    private long readInTurn;

    private Delivery delivery = NotYetRegistered.INSTANCE;

    EpollUdpSocket(
            final Arena arena,
            final int fd,
            final SipListener listener,
            final LoopCounters<TransportCounter> counters,
            final CopyMemory segmentMemory,
            final DatagramSettings settings) {
        this.fd = new FileDescriptor(fd);
        this.fdNumber = fd;
        this.listener = listener;
        this.counters = counters;
        this.segmentMemory = segmentMemory;
        name = SocketName.of(listener.local());
        errno = Linux.errnoSegment(arena);
        queue = new SendQueue(arena, this, counters, name, settings);
        batch = settings.batch();
        gro = settings.gro();
        slots = ReceiveSlots.allocate(arena, batch, settings.messageBytesMax());
        headers = NativeMemory.allocate(arena, batch * Linux.MMSGHDR_BYTES);
        names = NativeMemory.allocate(arena, batch * Linux.SOCKADDR_SLOT_BYTES);
        controls = NativeMemory.allocate(arena, batch * CONTROL_BYTES);
        final UnsafeBuffer iovecs = NativeMemory.allocate(arena, batch * Linux.IOVEC_BYTES);
        for (int i = 0; i < batch; i++) {
            final int header = i * Linux.MMSGHDR_BYTES;
            final int iovec = i * Linux.IOVEC_BYTES;
            iovecs.putLong(iovec + Linux.IOV_BASE, slots[i].addressOffset() + SipIngress.HEADROOM_BYTES);
            iovecs.putLong(iovec + Linux.IOV_LEN, settings.messageBytesMax());
            headers.putLong(header + Linux.MSG_NAME, names.addressOffset() + (long) i * Linux.SOCKADDR_SLOT_BYTES);
            headers.putInt(header + Linux.MSG_NAMELEN, name.sockaddrBytes());
            headers.putLong(header + Linux.MSG_IOV, iovecs.addressOffset() + iovec);
            headers.putLong(header + Linux.MSG_IOVLEN, 1);
            headers.putLong(header + Linux.MSG_CONTROL, controls.addressOffset() + (long) i * CONTROL_BYTES);
        }
        pollFd = NativeMemory.allocate(arena, 2 * Integer.BYTES);
        pollFd.putInt(0, fd);
        pollFd.putShort(Integer.BYTES, (short) Linux.POLLOUT);
        meminfo = NativeMemory.allocate(arena, (MEMINFO_INTS + 1) * Integer.BYTES);
    }

    @Override
    public SipListener listener() {
        return listener;
    }

    @Override
    public void register(final IoEventLoop netty, final Delivery delivery) throws Exception {
        this.delivery = delivery;
        // On the loop's own thread Netty registers at once; the future only carries the answer.
        netty.register(this).syncUninterruptibly().getNow().submit(EpollIoOps.EPOLLIN);
    }

    // ---- in

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(final IoRegistration registration, final IoEvent event) {
        final long turn = delivery.turn();
        assert turn != readInTurn : "slots read in this turn may still be queued, here or at another socket";
        readInTurn = turn;
        if (gro) {
            headersWantControl();
        }
        final int count = Linux.recvmmsg(errno, fdNumber, headers.addressOffset(), batch);
        if (count > 0) {
            onBatch(count);
        } else if (count != -Linux.EAGAIN && count != -Linux.EINTR) {
            counters.increment(RECEIVE_ERRORS);
        }
    }

    private void onBatch(final int count) {
        delivery.onBatch(count);
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            final int header = i * Linux.MMSGHDR_BYTES;
            final int length = headers.getInt(header + Linux.MSG_LEN);
            bytes += length;
            if ((headers.getInt(header + Linux.MSG_FLAGS) & Linux.MSG_TRUNC) != 0) {
                counters.increment(DROPPED_TRUNCATED);
            } else if (length <= KeepAlive.BYTES_MAX
                    && KeepAlive.matches(slots[i], SipIngress.HEADROOM_BYTES, length)) {
                counters.increment(RECEIVED_KEEP_ALIVES);
            } else if (gro && segmentBytes(i) < length) {
                onSegmentsSlowPath(i, length, segmentBytes(i));
            } else {
                readPeer(i * Linux.SOCKADDR_SLOT_BYTES);
                delivery.onMessage(slots[i], SipIngress.HEADROOM_BYTES, length, from);
            }
        }
        counters.increment(RECEIVE_CALLS);
        counters.add(RECEIVED_DATAGRAMS, count);
        counters.add(RECEIVED_BYTES, bytes);
    }

    private void readPeer(final int at) {
        final int port = names.getShort(at + Linux.SIN_PORT, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        from.listener(listener.index());
        if (name.ipv6()) {
            from.remote(
                    names.getLong(at + Linux.SIN6_ADDR, ByteOrder.BIG_ENDIAN),
                    names.getLong(at + Linux.SIN6_ADDR + Long.BYTES, ByteOrder.BIG_ENDIAN),
                    port);
        } else {
            from.remoteIpv4(names.getInt(at + Linux.SIN_ADDR, ByteOrder.BIG_ENDIAN), port);
        }
    }

    // ---- GRO: datagrams that the kernel has joined

    private void headersWantControl() {
        for (int i = 0; i < batch; i++) {
            headers.putLong(i * Linux.MMSGHDR_BYTES + Linux.MSG_CONTROLLEN, CONTROL_BYTES);
        }
    }

    /** Length of each datagram in a slot; the last may be shorter. A slot with one datagram has no word about it. */
    private int segmentBytes(final int slot) {
        final int control = slot * CONTROL_BYTES;
        final boolean told = headers.getLong(slot * Linux.MMSGHDR_BYTES + Linux.MSG_CONTROLLEN) >= Linux.CMSG_DATA
                && controls.getInt(control + Linux.CMSG_LEVEL) == Linux.SOL_UDP
                && controls.getInt(control + Linux.CMSG_TYPE) == Linux.UDP_GRO;
        final int bytes = told ? controls.getInt(control + Linux.CMSG_DATA) : 0;
        return bytes > 0 ? bytes : Integer.MAX_VALUE;
    }

    /** Neighbours would run into each other when edited, so each is copied to where it has head room and tail room. */
    private void onSegmentsSlowPath(final int slot, final int length, final int segmentBytes) {
        int segments = 0;
        for (int at = 0; at < length; at += segmentBytes) {
            final int bytes = Math.min(segmentBytes, length - at);
            if (!segmentMemory.hasRoom(bytes)) {
                delivery.flushAll();
                segmentMemory.clear();
            }
            final int offset = segmentMemory.copy(slots[slot], SipIngress.HEADROOM_BYTES + at, bytes);
            readPeer(slot * Linux.SOCKADDR_SLOT_BYTES);
            delivery.onMessage(segmentMemory.buffer(), offset, bytes, from);
            segments++;
        }
        counters.add(RECEIVED_DATAGRAMS, segments - 1);
        counters.add(RECEIVED_SEGMENTED, segments);
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
        queue.add(buffer.addressOffset() + offset, length, to);
        return true;
    }

    @Override
    public void flush() {
        queue.flush();
    }

    @Override
    public int sendmmsg(final long headers, final int count) {
        return Linux.sendmmsg(errno, fdNumber, headers, count);
    }

    @Override
    public boolean awaitWritable(final int timeoutMs) {
        return Linux.poll(errno, pollFd.addressOffset(), timeoutMs) > 0;
    }

    // ---- the rest

    @Override
    public void sample() {
        final int lengthAt = MEMINFO_INTS * Integer.BYTES;
        meminfo.putInt(lengthAt, lengthAt);
        final int answer = Linux.getsockopt(
                errno,
                fdNumber,
                Linux.SOL_SOCKET,
                Linux.SO_MEMINFO,
                meminfo.addressOffset(),
                meminfo.addressOffset() + lengthAt);
        if (answer == 0) {
            final long drops = meminfo.getInt(MEMINFO_DROPS * Integer.BYTES) & 0xFFFF_FFFFL;
            // The kernel's counter has 32 bits and wraps.
            counters.add(DROPPED_BY_KERNEL, (drops - kernelDrops) & 0xFFFF_FFFFL);
            kernelDrops = drops;
        }
    }

    @Override
    public void close() {
        try {
            fd.close();
        } catch (IOException e) {
            throw new IllegalStateException("Cannot close " + listener.local(), e);
        }
    }
}
