package io.dialtone.diameter.routing;

import java.util.Collection;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** All peers that are or were connected and are still in the peer table, by name and by serial number. Called only by the relay's thread. */
final class PeerDirectory {
    private final Int2ObjectHashMap<RelayPeer> bySerial = new Int2ObjectHashMap<>();
    private @Nullable RelayPeer[] byHost = new @Nullable RelayPeer[8];

    void add(final RelayPeer peer) {
        bySerial.put(peer.serial(), peer);
        rebuild();
    }

    void remove(final RelayPeer peer) {
        bySerial.remove(peer.serial());
        rebuild();
    }

    Collection<RelayPeer> all() {
        return bySerial.values();
    }

    @Nullable
    RelayPeer bySerial(final int serial) {
        return bySerial.get(serial);
    }

    /** The peer of this name, in any case. */
    @Nullable
    RelayPeer find(final DirectBuffer buffer, final int offset, final int length) {
        final long hash = Names.hash(buffer, offset, length);
        int place = (int) hash & (byHost.length - 1);
        RelayPeer peer = byHost[place];
        while (peer != null) {
            if (peer.hostHash() == hash && Names.equal(peer.host(), buffer, offset, length)) {
                return peer;
            }
            place = (place + 1) & (byHost.length - 1);
            peer = byHost[place];
        }
        return null;
    }

    /** At most half full, so that a search ends soon. */
    private void rebuild() {
        final int size = Integer.highestOneBit(Math.max(4, bySerial.size())) * 4;
        final @Nullable RelayPeer[] table = new @Nullable RelayPeer[size];
        for (final RelayPeer peer : bySerial.values()) {
            int place = (int) peer.hostHash() & (size - 1);
            while (table[place] != null) {
                place = (place + 1) & (size - 1);
            }
            table[place] = peer;
        }
        byHost = table;
    }
}
