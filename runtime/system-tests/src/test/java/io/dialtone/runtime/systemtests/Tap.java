package io.dialtone.runtime.systemtests;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The end of a network cable in this process: frames that the kernel sends through a TAP interface come out here, and those written here come in there. The interface may be moved into
 * a network namespace. Needs root and {@code /dev/net/tun}. Not thread safe.
 */
final class Tap implements AutoCloseable {
    /** A frame of an interface with the usual MTU, and some. */
    static final int FRAME_MAX = 2_048;

    private static final int POLL_ENTRY_BYTES = 8;
    private static final int POLL_EVENTS_OFFSET = 4;
    private static final int POLL_SEEN_OFFSET = 6;
    private static final short POLL_IN = 1;

    private static final int READ_WRITE_AT_ONCE = 0x2 | 0x800;
    private static final long TUN_SET_INTERFACE = 0x400454caL;
    private static final short TAP_WITHOUT_HEADER = 0x2 | 0x1000;
    private static final int NAME_BYTES_MAX = 15;
    private static final int FLAGS_OFFSET = 16;
    private static final int REQUEST_BYTES = 40;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN =
            call("open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle IOCTL = call(
            "ioctl",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle POLL = call(
            "poll",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle READ = call(
            "read",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle WRITE = call(
            "write",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle CLOSE =
            call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final int descriptor;

    private Tap(final int descriptor) {
        this.descriptor = descriptor;
    }

    /** Makes an interface of this name, which goes away with this end of it. */
    static Tap plug(final String name) {
        if (name.length() > NAME_BYTES_MAX) {
            throw new IllegalArgumentException(name + " (expected: at most " + NAME_BYTES_MAX + " characters)");
        }
        try (Arena arena = Arena.ofConfined()) {
            final int descriptor = asInt(OPEN, arena.allocateFrom("/dev/net/tun"), READ_WRITE_AT_ONCE);
            if (descriptor < 0) {
                throw new AssertionError("cannot open /dev/net/tun");
            }
            final MemorySegment request = arena.allocate(REQUEST_BYTES);
            request.setString(0, name);
            request.set(ValueLayout.JAVA_SHORT, FLAGS_OFFSET, TAP_WITHOUT_HEADER);
            if (asInt(IOCTL, descriptor, TUN_SET_INTERFACE, request) < 0) {
                asInt(CLOSE, descriptor);
                throw new AssertionError("the kernel makes no interface " + name);
            }
            return new Tap(descriptor);
        }
    }

    /** Room for {@link #await} to ask about so many. */
    static MemorySegment pollSet(final Arena arena, final int taps) {
        return arena.allocate((long) taps * POLL_ENTRY_BYTES, Integer.BYTES);
    }

    /** To be waited for as number {@code index} of the set. */
    void ask(final MemorySegment pollSet, final int index) {
        pollSet.set(ValueLayout.JAVA_INT, (long) index * POLL_ENTRY_BYTES, descriptor);
        pollSet.set(ValueLayout.JAVA_SHORT, (long) index * POLL_ENTRY_BYTES + POLL_EVENTS_OFFSET, POLL_IN);
    }

    /** Waits until one of the set has a frame, at most so long. */
    static void await(final MemorySegment pollSet, final int timeoutMs) {
        asInt(POLL, pollSet, pollSet.byteSize() / POLL_ENTRY_BYTES, timeoutMs);
    }

    static boolean hasFrame(final MemorySegment pollSet, final int index) {
        return (pollSet.get(ValueLayout.JAVA_SHORT, (long) index * POLL_ENTRY_BYTES + POLL_SEEN_OFFSET) & POLL_IN) != 0;
    }

    /** The next frame's length, or less than 1 if there is none. */
    int read(final MemorySegment frame) {
        return (int) asLong(READ, descriptor, frame, frame.byteSize());
    }

    /** False if the interface does not take it: it is down, or full. */
    boolean write(final MemorySegment frame, final int length) {
        return asLong(WRITE, descriptor, frame, (long) length) == length;
    }

    @Override
    public void close() {
        asInt(CLOSE, descriptor);
    }

    @SuppressWarnings("restricted") // the kernel is what it is for
    private static MethodHandle call(
            final String name, final FunctionDescriptor descriptor, final Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }

    private static int asInt(final MethodHandle handle, final Object... arguments) {
        return ((Number) invoke(handle, arguments)).intValue();
    }

    private static long asLong(final MethodHandle handle, final Object... arguments) {
        return ((Number) invoke(handle, arguments)).longValue();
    }

    private static Object invoke(final MethodHandle handle, final Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError("a call of the kernel failed", e);
        }
    }
}
