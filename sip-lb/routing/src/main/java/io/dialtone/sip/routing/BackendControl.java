package io.dialtone.sip.routing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Changes the backends of a running balancer, for admin commands and file reloads. Called by any thread but the I/O threads: it may look
 * names up. A change takes effect with the next message; no call that runs is touched.
 */
public interface BackendControl {
    /**
     * Adds a backend, which begins with slow start.
     *
     * @throws IllegalArgumentException if its address is already there
     */
    void add(BackendSpec spec) throws UnknownHostException;

    /** Takes a backend out at once; requests of its dialogs go where the affinity rule says. False if there is none of that name. */
    boolean remove(String name);

    /** Changes a backend's share. False if there is none of that name. */
    boolean weight(String name, int weight);

    /** No new calls any more; dialogs and running transactions go on. False if there is none of that name. */
    boolean drain(String name);

    /** Takes a drain back; the share grows by slow start. False if there is none of that name. */
    boolean undrain(String name);

    /**
     * Makes the backends those of a list: adds what is new, removes what is not in it, changes weights; everything else stays as it is. All or
     * nothing: if a name cannot be looked up nothing changes.
     *
     * @return how many backends were added, removed or changed
     */
    int replaceAll(List<BackendSpec> specs) throws UnknownHostException;

    /**
     * A backend's name leads to another address now: new calls go there, with slow start, and those that run keep the old one. False if nothing changes: there is none of that
     * name, it is there already, or another backend is.
     */
    boolean move(String name, InetAddress address);

    /** The backends as they are now, in the order they were added. */
    List<BackendStatus> list();
}
