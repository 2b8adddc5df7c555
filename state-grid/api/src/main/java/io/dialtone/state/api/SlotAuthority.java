package io.dialtone.state.api;

/** The registry as a worker or edge sees it: the newest map, and a way to ask for changes. Any thread may call it. */
public interface SlotAuthority {
    /** The newest map known here. */
    SlotMap map();

    /**
     * Asks for a change. It may be refused, lost, or applied twice, which its comparison makes harmless; the only answer is a newer {@link #map}. Who still wants it
     * after a while asks again.
     */
    void propose(SlotCommand command);

    /**
     * The monotonic time of this process at which the registry, with a majority behind it, was last known to be there. An owner without backups answers only while
     * this is no older than its lease.
     */
    long lastHeardNs();

    /**
     * Asks for a sign of life: if the registry, with a majority, hears us and we hear it, {@link #lastHeardNs} will soon be no older than this call. There is no other answer;
     * who still wants one after a while asks again.
     */
    void ask();
}
