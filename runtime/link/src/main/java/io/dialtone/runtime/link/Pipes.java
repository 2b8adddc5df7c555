package io.dialtone.runtime.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The calls for named pipes that the JDK lacks, by foreign-function calls, on 64-bit Linux. Any thread may call them. Pointers travel as longs: nothing is boxed, and no segment is made per call.
 * Every call answers what the C library answered; why it failed is nobody's concern here, because whoever rings or waits goes on without.
 */
final class Pipes {
    /** struct pollfd (8 bytes), then struct timespec: seconds, nanoseconds. */
    static final int WAIT_BYTES = 24;

    static final int WAIT_FD = 0;
    static final int WAIT_EVENTS = 4;
    static final int WAIT_SECONDS = 8;
    static final int WAIT_NANOSECONDS = 16;
    static final short POLLIN = 1;

    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int OWNER_ONLY = 0600;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle MKFIFO = handle("mkfifo", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle OPEN =
            handle("open", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle READ =
            handle("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITE =
            handle("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PPOLL =
            handle("ppoll", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private Pipes() {}

    static boolean areHere() {
        final String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return System.getProperty("os.name", "").startsWith("Linux")
                && (architecture.equals("amd64") || architecture.equals("x86_64") || architecture.equals("aarch64"));
    }

    /** Opens a pipe for both ways, so that it neither waits for nor ends with anybody; made if it is not there. Answers a descriptor, or less than 0. */
    static int open(final Path path) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment name = arena.allocateFrom(path.toString());
            final int made = (int) MKFIFO.invokeExact(name.address(), OWNER_ONLY); // fails if it is there
            final int fd = (int) OPEN.invokeExact(name.address(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
            return made < 0 && fd < 0 ? made : fd;
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    static void close(final int fd) {
        try {
            final int closed = (int) CLOSE.invokeExact(fd);
            assert closed == 0 : "not a descriptor: " + fd;
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    static long read(final int fd, final long address, final int bytes) {
        try {
            return (long) READ.invokeExact(fd, address, (long) bytes);
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    static long write(final int fd, final long address, final int bytes) {
        try {
            return (long) WRITE.invokeExact(fd, address, (long) bytes);
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    /** Waits for one descriptor; {@code wait} is the address of {@link #WAIT_BYTES}. More than 0 if it is readable. */
    static int await(final long wait) {
        try {
            return (int) PPOLL.invokeExact(wait, 1L, wait + WAIT_SECONDS, 0L);
        } catch (Throwable t) {
            throw linkageBroken(t);
        }
    }

    // A downcall handle throws only for a wrong signature, which is our mistake and shows in the first test.
    private static AssertionError linkageBroken(final Throwable cause) {
        return new AssertionError("Foreign-function call with a wrong signature", cause);
    }

    // Restricted as native code can break the JVM; the distribution's flags allow it, and these signatures are those of
    // the C library.
    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            final String name, final FunctionDescriptor signature, final Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup()
                        .find(name)
                        .orElseThrow(() -> new UnsatisfiedLinkError("No " + name + " in the C library")),
                signature,
                options);
    }
}
