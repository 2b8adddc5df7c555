package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.TransportCounter.DROPPED_FORBIDDEN;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_INVALID;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_SEND_BUFFER_FULL;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_TOO_BIG;
import static io.dialtone.sip.transport.TransportCounter.DROPPED_UNREACHABLE;
import static io.dialtone.sip.transport.TransportCounter.SEND_CALLS;
import static io.dialtone.sip.transport.TransportCounter.SEND_ERRORS;
import static io.dialtone.sip.transport.TransportCounter.SEND_SEGMENTED;
import static io.dialtone.sip.transport.TransportCounter.SEND_WAITS;
import static io.dialtone.sip.transport.TransportCounter.SENT_BYTES;
import static io.dialtone.sip.transport.TransportCounter.SENT_DATAGRAMS;

import io.dialtone.net.Linux;
import io.dialtone.net.LoopCounters;
import io.dialtone.net.NativeMemory;
import io.dialtone.sip.routing.SipFlow;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Datagrams of one socket that wait for the end of the turn, as the array that sendmmsg takes.
 * Called only by the loop's thread.
 *
 * <p>Each datagram has an iovec; each header (struct mmsghdr) has a run of them: one, or with GSO up to {@link #SEGMENTS_MAX} equally long ones to
 * one peer, of which the last may be shorter. Order is kept. When the kernel refuses a header, that one is counted by kind and left out, and the
 * rest goes on; when its buffer is full we wait, {@link #WAITS_MAX} times {@link #SEND_WAIT_MS_MAX} at most, and drop the rest of the batch if that did not help: SIP
 * retransmits, and a loop that waits longer loses more at its receive buffer.
 */
final class SendQueue {
    /** Longest wait for room in a full send buffer. */
    static final int SEND_WAIT_MS_MAX = 10;

    /** Waits of one flush: a peer or device that takes a datagram at a time must not hold the loop for long. */
    static final int WAITS_MAX = 4;

    /** Segments of one send; older kernels allow no more. */
    static final int SEGMENTS_MAX = 64;

    /** Bytes of one send with all its segments: the payload of the longest IPv4 datagram. */
    static final int SEGMENTED_BYTES_MAX = 65_507;

    private static final int CMSG_BYTES = 24;
    private static final int CMSG_USED_BYTES = Linux.CMSG_DATA + Short.BYTES;

    private final DatagramPort port;
    private final LoopCounters<TransportCounter> counters;
    private final boolean ipv6;
    private final int scopeId;
    private final int capacity;
    private final UnsafeBuffer headers;
    private final UnsafeBuffer iovecs;
    private final UnsafeBuffer names;
    private final UnsafeBuffer controls;

    private int headerCount;
    private int datagramCount;
    private long bytes;
    private int waits;

    private final boolean gso;

    /** Longest segment tried. Shrinks when the kernel says that a length exceeds the path's MTU. */
    private int segmentBytesMax = SEGMENTED_BYTES_MAX;

    // The run that the last header holds; only with GSO.
    private int runSegments;
    private int runSegmentBytes;
    private int runBytes;
    private boolean runOpen;

    SendQueue(
            final Arena arena,
            final DatagramPort port,
            final LoopCounters<TransportCounter> counters,
            final SocketName local,
            final DatagramSettings settings) {
        this.port = port;
        this.counters = counters;
        ipv6 = local.ipv6();
        scopeId = local.scopeId();
        capacity = settings.sendQueue();
        gso = settings.gso();
        headers = NativeMemory.allocate(arena, capacity * Linux.MMSGHDR_BYTES);
        iovecs = NativeMemory.allocate(arena, capacity * Linux.IOVEC_BYTES);
        names = NativeMemory.allocate(arena, capacity * Linux.SOCKADDR_SLOT_BYTES);
        controls = NativeMemory.allocate(arena, capacity * CMSG_BYTES);
        for (int i = 0; i < capacity; i++) {
            final int header = i * Linux.MMSGHDR_BYTES;
            final int name = i * Linux.SOCKADDR_SLOT_BYTES;
            final int control = i * CMSG_BYTES;
            names.putShort(name + Linux.SIN_FAMILY, (short) (ipv6 ? Linux.AF_INET6 : Linux.AF_INET));
            headers.putLong(header + Linux.MSG_NAME, names.addressOffset() + name);
            headers.putInt(header + Linux.MSG_NAMELEN, local.sockaddrBytes());
            controls.putLong(control, CMSG_USED_BYTES);
            controls.putInt(control + Linux.CMSG_LEVEL, Linux.SOL_UDP);
            controls.putInt(control + Linux.CMSG_TYPE, Linux.UDP_SEGMENT);
            headers.putLong(header + Linux.MSG_CONTROL, controls.addressOffset() + control);
            headers.putLong(header + Linux.MSG_IOV, iovecs.addressOffset() + (long) i * Linux.IOVEC_BYTES);
            headers.putLong(header + Linux.MSG_IOVLEN, 1);
        }
    }

    boolean isEmpty() {
        return datagramCount == 0;
    }

    /** Takes a datagram at a native address; flushes first when full. The peer's family has been checked. */
    void add(final long address, final int length, final SipFlow to) {
        if (datagramCount == capacity) {
            flush();
        }
        final int iovec = datagramCount * Linux.IOVEC_BYTES;
        iovecs.putLong(iovec + Linux.IOV_BASE, address);
        iovecs.putLong(iovec + Linux.IOV_LEN, length);
        if (gso) {
            addToRun(length, to);
        } else {
            putName(headerCount * Linux.SOCKADDR_SLOT_BYTES, to);
            headerCount++;
        }
        datagramCount++;
        bytes += length;
    }

    void flush() {
        if (headerCount == 0) {
            return;
        }
        int next = 0;
        while (next < headerCount) {
            final int sent =
                    port.sendmmsg(headers.addressOffset() + (long) next * Linux.MMSGHDR_BYTES, headerCount - next);
            counters.increment(SEND_CALLS);
            next += sent > 0 ? sent : onRefusedSlowPath(next, sent);
        }
        counters.add(SENT_DATAGRAMS, datagramCount);
        counters.add(SENT_BYTES, bytes);
        headerCount = 0;
        datagramCount = 0;
        bytes = 0;
        waits = 0;
        runOpen = false;
    }

    private void putName(final int name, final SipFlow to) {
        names.putShort(name + Linux.SIN_PORT, (short) to.remotePort(), ByteOrder.BIG_ENDIAN);
        if (ipv6) {
            names.putLong(name + Linux.SIN6_ADDR, to.remoteHigh(), ByteOrder.BIG_ENDIAN);
            names.putLong(name + Linux.SIN6_ADDR + Long.BYTES, to.remoteLow(), ByteOrder.BIG_ENDIAN);
            names.putInt(name + Linux.SIN6_SCOPE, SocketName.isLinkLocal(to.remoteHigh()) ? scopeId : 0);
        } else {
            names.putInt(name + Linux.SIN_ADDR, to.remoteIpv4(), ByteOrder.BIG_ENDIAN);
        }
    }

    // ---- GSO: runs of equally long datagrams to one peer

    private void addToRun(final int length, final SipFlow to) {
        if (runOpen && length <= runSegmentBytes && runBytes + length <= SEGMENTED_BYTES_MAX && isRunsPeer(to)) {
            final int header = (headerCount - 1) * Linux.MMSGHDR_BYTES;
            runSegments++;
            runBytes += length;
            counters.add(SEND_SEGMENTED, runSegments == 2 ? 2 : 1);
            headers.putLong(header + Linux.MSG_IOVLEN, runSegments);
            headers.putLong(header + Linux.MSG_CONTROLLEN, CMSG_BYTES);
            runOpen = length == runSegmentBytes && runSegments < SEGMENTS_MAX;
            return;
        }
        final int header = headerCount * Linux.MMSGHDR_BYTES;
        putName(headerCount * Linux.SOCKADDR_SLOT_BYTES, to);
        headers.putLong(header + Linux.MSG_IOV, iovecs.addressOffset() + (long) datagramCount * Linux.IOVEC_BYTES);
        headers.putLong(header + Linux.MSG_IOVLEN, 1);
        headers.putLong(header + Linux.MSG_CONTROLLEN, 0);
        controls.putShort(headerCount * CMSG_BYTES + Linux.CMSG_DATA, (short) length);
        headerCount++;
        runSegments = 1;
        runSegmentBytes = length;
        runBytes = length;
        runOpen = length > 0 && length <= segmentBytesMax;
    }

    private boolean isRunsPeer(final SipFlow to) {
        final int name = (headerCount - 1) * Linux.SOCKADDR_SLOT_BYTES;
        if (names.getShort(name + Linux.SIN_PORT, ByteOrder.BIG_ENDIAN) != (short) to.remotePort()) {
            return false;
        }
        return ipv6
                ? names.getLong(name + Linux.SIN6_ADDR, ByteOrder.BIG_ENDIAN) == to.remoteHigh()
                        && names.getLong(name + Linux.SIN6_ADDR + Long.BYTES, ByteOrder.BIG_ENDIAN) == to.remoteLow()
                : names.getInt(name + Linux.SIN_ADDR, ByteOrder.BIG_ENDIAN) == to.remoteIpv4();
    }

    // ---- refusals

    /** Deals with the header that the kernel refused; answers how many headers are done with. */
    private int onRefusedSlowPath(final int header, final int negatedErrno) {
        return switch (-negatedErrno) {
            case Linux.EINTR -> 0;
            case Linux.EAGAIN -> onFull(header);
            case Linux.EIO, Linux.EINVAL, Linux.EMSGSIZE -> {
                if (segments(header) > 1) {
                    sendSegmentsOneByOne(header, -negatedErrno);
                } else {
                    drop(header, kindOf(-negatedErrno));
                }
                yield 1;
            }
            default -> {
                drop(header, kindOf(-negatedErrno));
                yield 1;
            }
        };
    }

    private int onFull(final int header) {
        if (waits < WAITS_MAX) {
            waits++;
            counters.increment(SEND_WAITS);
            if (port.awaitWritable(SEND_WAIT_MS_MAX)) {
                return 0;
            }
        }
        for (int i = header; i < headerCount; i++) {
            drop(i, DROPPED_SEND_BUFFER_FULL);
        }
        return headerCount - header;
    }

    /** EINVAL and EMSGSIZE say that a segment exceeds the path's MTU, EIO that the device cannot do checksums for us. */
    private void sendSegmentsOneByOne(final int header, final int errno) {
        final int place = header * Linux.MMSGHDR_BYTES;
        final int segments = segments(header);
        final long firstIovec = headers.getLong(place + Linux.MSG_IOV);
        final int segmentBytes = controls.getShort(header * CMSG_BYTES + Linux.CMSG_DATA) & 0xFFFF;
        segmentBytesMax = errno == Linux.EIO ? 0 : Math.min(segmentBytesMax, segmentBytes - 1);
        headers.putLong(place + Linux.MSG_IOVLEN, 1);
        headers.putLong(place + Linux.MSG_CONTROLLEN, 0);
        counters.add(SEND_SEGMENTED, -segments);
        for (int i = 0; i < segments; i++) {
            headers.putLong(place + Linux.MSG_IOV, firstIovec + (long) i * Linux.IOVEC_BYTES);
            final int sent = port.sendmmsg(headers.addressOffset() + place, 1);
            counters.increment(SEND_CALLS);
            if (sent < 1) {
                drop(header, kindOf(-sent));
            }
        }
    }

    /** Counts a header's datagrams as dropped, and takes them out of what {@link #flush} will count as sent. */
    private void drop(final int header, final TransportCounter kind) {
        final int segments = segments(header);
        final int firstIovec =
                (int) (headers.getLong(header * Linux.MMSGHDR_BYTES + Linux.MSG_IOV) - iovecs.addressOffset());
        for (int i = 0; i < segments; i++) {
            bytes -= iovecs.getLong(firstIovec + i * Linux.IOVEC_BYTES + Linux.IOV_LEN);
        }
        datagramCount -= segments;
        counters.add(kind, segments);
    }

    private int segments(final int header) {
        return (int) headers.getLong(header * Linux.MMSGHDR_BYTES + Linux.MSG_IOVLEN);
    }

    private static TransportCounter kindOf(final int errno) {
        return switch (errno) {
            case Linux.EMSGSIZE -> DROPPED_TOO_BIG;
            case Linux.EINVAL, Linux.EAFNOSUPPORT, Linux.EADDRNOTAVAIL -> DROPPED_INVALID;
            case Linux.EPERM, Linux.EACCES -> DROPPED_FORBIDDEN;
            case Linux.EAGAIN, Linux.ENOBUFS -> DROPPED_SEND_BUFFER_FULL;
            case Linux.ENETDOWN, Linux.ENETUNREACH, Linux.ECONNREFUSED, Linux.EHOSTDOWN, Linux.EHOSTUNREACH ->
                DROPPED_UNREACHABLE;
            default -> SEND_ERRORS;
        };
    }
}
