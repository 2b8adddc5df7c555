package io.dialtone.runtime.link;

import org.jspecify.annotations.Nullable;

/** Whom a thread has sent something in its turn: each is rung for once, however many frames there were. Called only by that thread. */
final class BellRound {
    private final BellWire[] due;
    private int count;

    BellRound(final int peers) {
        due = new BellWire[peers];
    }

    void add(final @Nullable BellWire wire) {
        if (wire == null) {
            return;
        }
        for (int i = count - 1; i >= 0; i--) {
            if (due[i] == wire) {
                return;
            }
        }
        due[count++] = wire;
    }

    void ring() {
        for (int i = 0; i < count; i++) {
            due[i].ring();
        }
        count = 0;
    }
}
