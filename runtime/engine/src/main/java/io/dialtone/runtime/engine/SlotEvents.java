package io.dialtone.runtime.engine;

/** What surrounds each event of a slot. Called only by the owning worker. */
interface SlotEvents {
    /** False while no event may run, because its outputs would find no room. */
    boolean hasRoom();

    /** False while events of this slot may not run here. */
    boolean mayRun(int slot);

    /** An event begins. */
    void beginEvent();

    /** It has ended, and is recorded. */
    void endEvent();
}
