package io.dialtone.sip.transport;

import java.lang.foreign.Arena;

/** What the parts of one loop share: its memory outside the heap, and its counters. */
record LoopMemory(Arena arena, LoopCounters counters, SegmentMemory segments) {
    static LoopMemory create(final DatagramSettings settings) {
        final Arena arena = Arena.ofShared();
        return new LoopMemory(arena, new LoopCounters(), new SegmentMemory(arena, settings.gro()));
    }
}
