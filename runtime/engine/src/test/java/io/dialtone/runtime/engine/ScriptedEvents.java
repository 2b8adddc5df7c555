package io.dialtone.runtime.engine;

import java.util.HashSet;
import java.util.Set;

/** Lets events run, or not, as a test says. */
final class ScriptedEvents implements SlotEvents {
    final Set<Integer> resting = new HashSet<>();
    boolean hasRoom = true;
    int ended;

    @Override
    public boolean hasRoom() {
        return hasRoom;
    }

    @Override
    public boolean mayRun(final int slot) {
        return !resting.contains(slot);
    }

    @Override
    public void beginEvent() {
        // nothing to prepare
    }

    @Override
    public void endEvent() {
        ended++;
    }
}
