package io.dialtone.sip.transport;

import io.dialtone.net.LoopCounters;
import java.lang.foreign.Arena;

/**
 * What the parts of one loop share: its memory outside the heap, and its counters.
 *
 * @param segments messages copied out of streams, and datagrams out of joined ones, while the ingress has them
 * @param copies messages copied by sending; apart from the segments, as making room here must not take away the message that is being routed
 */
record LoopMemory(Arena arena, LoopCounters<TransportCounter> counters, CopyMemory segments, CopyMemory copies) {
    static LoopMemory create(final DatagramSettings settings, final boolean hasStreams) {
        final Arena arena = Arena.ofShared();
        return new LoopMemory(
                arena,
                new LoopCounters<>(TransportCounter.class),
                new CopyMemory(arena, settings.gro() || hasStreams),
                new CopyMemory(arena, true));
    }
}
