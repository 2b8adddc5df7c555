package io.dialtone.diameter.peer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** All peers of a {@link PeerDoor}: those that are configured, and those that were accepted as they came. Called only by the door's thread. */
public final class PeerTable {
    private final PeerDoor door;
    private final PeerConfig config;
    private final Map<String, Peer> byHost = new HashMap<>();
    private final List<Peer> all = new ArrayList<>();
    private final Deque<Integer> freeIndexes = new ArrayDeque<>();
    private int indexLimit;

    PeerTable(final PeerDoor door, final PeerConfig config) {
        this.door = door;
        this.config = config;
    }

    /** Adds a peer and dials it, if it has an address. Says politely what is wrong if there is one of its identity, or one too many. */
    public Peer add(final PeerSpec spec, final long nowNs) {
        final String host = spec.identity().host();
        if (host.equals(config.local().identity().host())) {
            throw new IllegalArgumentException(
                    "peer " + host + ": that is our own identity (expected: another node's Origin-Host)");
        }
        final Peer known = byHost.get(host);
        if (known != null) {
            if (!known.isGuest() || known.isRemoved()) {
                throw new IllegalArgumentException("peer " + host + ": "
                        + (known.isRemoved() ? "is being removed" : "is there already")
                        + " (expected: each identity once)");
            }
            known.adopt(spec);
            known.connect(nowNs);
            return known;
        }
        if (isFull()) {
            throw new IllegalArgumentException(
                    "peer " + host + ": one too many (expected: at most " + config.peersMax() + " peers)");
        }
        final Peer peer = put(spec, false);
        peer.connect(nowNs);
        return peer;
    }

    /** Drains a peer, disconnects and forgets it; the listener hears when. False if there is none of this identity. */
    public boolean remove(final String host, final DisconnectCause cause, final long nowNs) {
        final Optional<Peer> peer = find(host);
        peer.ifPresent(its -> its.remove(cause, nowNs));
        door.onLineClosed(nowNs);
        return peer.isPresent();
    }

    /** By Origin-Host, in any case. */
    public Optional<Peer> find(final String host) {
        return Optional.ofNullable(byHost.get(host.toLowerCase(Locale.ROOT)));
    }

    /** A view of all, in no order that means anything. */
    public List<Peer> all() {
        return Collections.unmodifiableList(all);
    }

    /** Every {@link Peer#index()} so far is below it. */
    public int indexLimit() {
        return indexLimit;
    }

    // For this room

    boolean isFull() {
        return all.size() >= config.peersMax();
    }

    /** One that has come by itself. */
    Peer accept(final PeerIdentity identity) {
        return put(config.accept().spec(identity), true);
    }

    private Peer put(final PeerSpec spec, final boolean guest) {
        final int index = freeIndexes.isEmpty() ? indexLimit++ : freeIndexes.pop();
        final Peer peer = new Peer(door, index, spec, guest);
        byHost.put(spec.identity().host(), peer);
        all.add(peer);
        return peer;
    }

    /** By position, because a listener may add one meanwhile. */
    int onTime(final long nowNs) {
        int done = 0;
        for (int i = 0; i < all.size(); i++) {
            done += all.get(i).onTime(nowNs);
        }
        return done;
    }

    void forgetThoseGone(final long nowNs) {
        for (int i = all.size() - 1; i >= 0; i--) {
            final Peer peer = all.get(i);
            if (peer.isGone()) {
                all.set(i, all.getLast());
                all.removeLast();
                byHost.remove(peer.spec().identity().host());
                freeIndexes.push(peer.index());
                door.listener().onPeerRemoved(peer, nowNs);
            }
        }
    }

    boolean isClosed() {
        for (final Peer peer : all) {
            if (!peer.isClosed()) {
                return false;
            }
        }
        return true;
    }
}
