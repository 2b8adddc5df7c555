package io.dialtone.runtime.link;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what came over the corridor and was no frame of a peer. Added to only by one thread; read by any. */
final class LinkInvalidFrames {
    private final AtomicLong count = new AtomicLong();

    void increment() {
        count.setOpaque(count.getPlain() + 1);
    }

    long get() {
        return count.getOpaque();
    }
}
