package io.dialtone.runtime.link;

import io.dialtone.api.link.LinkBell;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** The bell of a thread's endpoint, as its owner has it. Called only by that thread. */
final class Bell implements LinkBell {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final BellWire wire;
    private final boolean isRungByAll;
    private final MemorySegment memory = Arena.ofAuto().allocate(Pipes.WAIT_BYTES, Long.BYTES);
    private final UnsafeBuffer wait = new UnsafeBuffer(memory.address(), Pipes.WAIT_BYTES);

    Bell(final BellWire wire, final boolean isRungByAll) {
        this.wire = wire;
        this.isRungByAll = isRungByAll;
        wait.putInt(Pipes.WAIT_FD, wire.descriptor());
        wait.putShort(Pipes.WAIT_EVENTS, Pipes.POLLIN);
        wire.ignore(); // what was rung for a former process of this name
    }

    @Override
    public int descriptor() {
        return wire.descriptor();
    }

    @Override
    public boolean isRungByAll() {
        return isRungByAll;
    }

    @Override
    public void listen() {
        wire.listen();
    }

    @Override
    public void ignore() {
        wire.ignore();
    }

    @Override
    public boolean await(final long nanoseconds) {
        wait.putLong(Pipes.WAIT_SECONDS, nanoseconds / SECOND_NS);
        wait.putLong(Pipes.WAIT_NANOSECONDS, nanoseconds % SECOND_NS);
        final boolean isRung = Pipes.await(memory.address()) > 0;
        if (isRung) {
            wire.drain();
        }
        return isRung;
    }
}
