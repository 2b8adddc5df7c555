package io.dialtone.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;

/**
 * The socket calls of Linux that the JDK and Netty lack or cannot make without garbage, by foreign-function calls.
 * Any thread may call them, each with an {@link #errnoSegment} of its own.
 *
 * <p>Pointers travel as longs: nothing is boxed and no segment is made per call. Every call answers what the kernel answered, or the errno
 * negated. Numbers and layouts are those of 64-bit little-endian Linux, where x86-64 and AArch64 agree.
 */
public final class Linux {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_NONBLOCK = 0x800;
    public static final int SOCK_CLOEXEC = 0x80000;

    public static final int SOL_SOCKET = 1;
    public static final int SO_REUSEADDR = 2;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_REUSEPORT = 15;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int SO_BUSY_POLL = 46;
    public static final int SO_MEMINFO = 55;
    public static final int IPPROTO_IP = 0;
    public static final int IP_TOS = 1;
    public static final int IPPROTO_IPV6 = 41;
    public static final int IPV6_V6ONLY = 26;
    public static final int IPV6_TCLASS = 67;
    public static final int SOL_UDP = 17;
    public static final int UDP_SEGMENT = 103;
    public static final int UDP_GRO = 104;

    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int POLLOUT = 4;
    public static final int PR_SET_TIMERSLACK = 29;

    public static final int EPERM = 1;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EINVAL = 22;
    public static final int EMSGSIZE = 90;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ENOBUFS = 105;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;

    /*
     *  struct mmsghdr                                 struct iovec
     *   0 +-----------------------------------+        0 +------------------+
     *     | msg_name (address of a sockaddr)  |          | iov_base         |
     *   8 +-----------------+-----------------+        8 +------------------+
     *     | msg_namelen     | padding         |          | iov_len          |
     *  16 +-----------------+-----------------+       16 +------------------+
     *     | msg_iov                           |
     *  24 +-----------------------------------+       struct sockaddr_in, sockaddr_in6
     *     | msg_iovlen                        |        0 +--------+---------+
     *  32 +-----------------------------------+          | family | port BE |
     *     | msg_control                       |        4 +--------+---------+
     *  40 +-----------------------------------+          | IPv4 BE / flow   |
     *     | msg_controllen                    |        8 +------------------+
     *  48 +-----------------+-----------------+          | IPv6 (16 bytes)  |
     *     | msg_flags       | padding         |       24 +------------------+
     *  56 +-----------------+-----------------+          | scope            |
     *     | msg_len         | padding         |       28 +------------------+
     *  64 +-----------------+-----------------+
     */
    public static final int MMSGHDR_BYTES = 64;
    public static final int MSG_NAME = 0;
    public static final int MSG_NAMELEN = 8;
    public static final int MSG_IOV = 16;
    public static final int MSG_IOVLEN = 24;
    public static final int MSG_CONTROL = 32;
    public static final int MSG_CONTROLLEN = 40;
    public static final int MSG_FLAGS = 48;
    public static final int MSG_LEN = 56;

    public static final int IOVEC_BYTES = 16;
    public static final int IOV_BASE = 0;
    public static final int IOV_LEN = 8;

    public static final int SOCKADDR_SLOT_BYTES = 32;
    public static final int SOCKADDR_IN_BYTES = 16;
    public static final int SOCKADDR_IN6_BYTES = 28;
    public static final int SIN_FAMILY = 0;
    public static final int SIN_PORT = 2;
    public static final int SIN_ADDR = 4;
    public static final int SIN6_ADDR = 8;
    public static final int SIN6_SCOPE = 24;

    /** struct cmsghdr: length (8), level (4), type (4), then data. */
    public static final int CMSG_LEVEL = 8;

    public static final int CMSG_TYPE = 12;
    public static final int CMSG_DATA = 16;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    private static final MethodHandle RECVMMSG =
            handle("recvmmsg", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle SENDMMSG =
            handle("sendmmsg", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle POLL =
            handle("poll", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SOCKET =
            handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle LISTEN = handle("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle GETSOCKNAME =
            handle("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PRCTL =
            handle("prctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG), Linker.Option.firstVariadicArg(1));

    private static final Map<Integer, String> ERROR_NAMES = Map.of(
            EPERM, "not permitted",
            EACCES, "permission denied; ports below 1024 need CAP_NET_BIND_SERVICE",
            EINVAL, "invalid argument",
            EAFNOSUPPORT, "address family not supported by this machine",
            EADDRINUSE, "address in use",
            EADDRNOTAVAIL, "not an address of this machine");

    private Linux() {}

    /** True where the numbers above hold. */
    public static boolean isHere() {
        final String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return System.getProperty("os.name", "").startsWith("Linux")
                && (architecture.equals("amd64") || architecture.equals("x86_64") || architecture.equals("aarch64"))
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    public static MemorySegment errnoSegment(final Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    public static String describe(final int negatedErrno) {
        final String name = ERROR_NAMES.get(-negatedErrno);
        return name == null ? "errno " + -negatedErrno : name;
    }

    public static int recvmmsg(final MemorySegment errno, final int fd, final long headers, final int count) {
        try {
            return answer(errno, (int) RECVMMSG.invokeExact(errno, fd, headers, count, MSG_DONTWAIT, 0L));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    public static int sendmmsg(final MemorySegment errno, final int fd, final long headers, final int count) {
        try {
            return answer(errno, (int) SENDMMSG.invokeExact(errno, fd, headers, count, MSG_DONTWAIT));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    /** Waits for events on one descriptor; {@code pollFd} is the address of a struct pollfd. */
    public static int poll(final MemorySegment errno, final long pollFd, final int timeoutMs) {
        try {
            return answer(errno, (int) POLL.invokeExact(errno, pollFd, 1L, timeoutMs));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    public static int socket(final MemorySegment errno, final int family, final int type) {
        try {
            return answer(errno, (int) SOCKET.invokeExact(errno, family, type, 0));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    public static int bind(final MemorySegment errno, final int fd, final long sockaddr, final int length) {
        try {
            return answer(errno, (int) BIND.invokeExact(errno, fd, sockaddr, length));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    public static int listen(final MemorySegment errno, final int fd, final int backlog) {
        try {
            return answer(errno, (int) LISTEN.invokeExact(errno, fd, backlog));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    public static int getsockname(final MemorySegment errno, final int fd, final long sockaddr, final long length) {
        try {
            return answer(errno, (int) GETSOCKNAME.invokeExact(errno, fd, sockaddr, length));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    public static int setsockopt(
            final MemorySegment errno,
            final int fd,
            final int level,
            final int option,
            final long value,
            final int length) {
        try {
            return answer(errno, (int) SETSOCKOPT.invokeExact(errno, fd, level, option, value, length));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    public static int getsockopt(
            final MemorySegment errno,
            final int fd,
            final int level,
            final int option,
            final long value,
            final long length) {
        try {
            return answer(errno, (int) GETSOCKOPT.invokeExact(errno, fd, level, option, value, length));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    public static int prctl(final MemorySegment errno, final int option, final long value) {
        try {
            return answer(errno, (int) PRCTL.invokeExact(errno, option, value));
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    private static int answer(final MemorySegment errno, final int result) {
        return result >= 0 ? result : -errno.get(JAVA_INT, 0);
    }

    // A downcall handle throws only for a wrong signature, which is our mistake and shows in the first test.
    private static AssertionError linkageBroken(final Throwable cause) {
        return new AssertionError("Foreign-function call with a wrong signature", cause);
    }

    // Restricted as native code can break the JVM; the distribution's flags allow it, and these signatures are those of
    // the C library.
    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            final String name, final FunctionDescriptor signature, final Linker.Option... more) {
        final Linker.Option[] options = new Linker.Option[more.length + 1];
        options[0] = ERRNO;
        System.arraycopy(more, 0, options, 1, more.length);
        return LINKER.downcallHandle(
                LINKER.defaultLookup()
                        .find(name)
                        .orElseThrow(() -> new UnsatisfiedLinkError("No " + name + " in the C library")),
                signature,
                options);
    }

    static {
        // The offset of errno in the captured state is taken for 0 on the path.
        final MemoryLayout state = Linker.Option.captureStateLayout();
        if (state.byteOffset(MemoryLayout.PathElement.groupElement("errno")) != 0 || ADDRESS.byteSize() != 8) {
            throw new ExceptionInInitializerError("Unknown layout of captured call state: " + state);
        }
    }
}
