package io.dialtone.sip.routing;

import io.dialtone.placement.table.SipHash;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Who has registered by which connection of this I/O thread, as numbers that nodes give: messages of a connection tell its number, and what a node sends to a number finds the connection that
 * has it now. Called only by that thread.
 *
 * <p>A connection by which several have registered is nobody's: its messages tell no number, though each of those is found by it.
 */
final class FlowNames {
    private static final long NONE = 0;
    /** Registrations by one connection that are found by it; more have none. */
    private static final int NAMES_EACH_MAX = 16;

    private static final int FLOW_BYTES = 3 * Long.BYTES;

    /** A connection. */
    private static final class Entry {
        final SipFlow flow = new SipFlow();
        final LongArrayList names = new LongArrayList(1, NONE);
    }

    private final SipHash hash;
    private final int max;
    private final Long2ObjectHashMap<Entry> byFlow = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<Entry> byName = new Long2ObjectHashMap<>();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[FLOW_BYTES]);

    /**
     * @param max how many connections have a name at most; further ones get none
     */
    FlowNames(final SipHash hash, final int max) {
        this.hash = hash;
        this.max = max;
    }

    int size() {
        return byFlow.size();
    }

    /** Who has registered by a connection; 0 is nobody, or several. */
    long of(final SipFlow flow) {
        if (byFlow.isEmpty()) {
            return NONE;
        }
        final Entry entry = byFlow.get(hashOf(flow));
        return entry == null || entry.names.size() > 1 || !isSame(entry.flow, flow) ? NONE : entry.names.getLong(0);
    }

    /** True if somebody else has registered by a connection, and nobody of this name: it has the address of one that has ended. */
    boolean isAnothers(final SipFlow flow, final long name) {
        final long there = of(flow);
        return there != NONE && there != name;
    }

    /** A node says who has registered by a connection that is there; false if there is no room. */
    boolean put(final SipFlow flow, final long name) {
        if (byName.size() >= max && !byName.containsKey(name)) {
            return false;
        }
        final long hashOfFlow = hashOf(flow);
        Entry entry = byFlow.get(hashOfFlow);
        if (entry == null || !isSame(entry.flow, flow)) {
            if (byFlow.size() >= max) {
                return false;
            }
            entry = new Entry();
            entry.flow.copyFrom(flow);
            byFlow.put(hashOfFlow, entry);
        }
        if (!entry.names.containsLong(name)) {
            if (entry.names.size() >= NAMES_EACH_MAX) {
                return false;
            }
            entry.names.addLong(name);
        }
        byName.put(name, entry);
        return true;
    }

    /** The connection of whoever has registered by this name; null if there is none here. */
    @Nullable
    SipFlow find(final long name) {
        final Entry entry = byName.get(name);
        return entry == null ? null : entry.flow;
    }

    /** A connection has ended. */
    void remove(final SipFlow flow) {
        if (byFlow.isEmpty()) {
            return;
        }
        final long hashOfFlow = hashOf(flow);
        final Entry entry = byFlow.get(hashOfFlow);
        if (entry == null || !isSame(entry.flow, flow)) {
            return;
        }
        byFlow.remove(hashOfFlow);
        for (int i = 0; i < entry.names.size(); i++) {
            final long name = entry.names.getLong(i);
            if (byName.get(name) == entry) {
                byName.remove(name);
            }
        }
    }

    private long hashOf(final SipFlow flow) {
        key.putLong(0, flow.remoteHigh());
        key.putLong(Long.BYTES, flow.remoteLow());
        key.putLong(2 * Long.BYTES, (long) flow.listener() << Integer.SIZE | flow.remotePort());
        return hash.hash(key, 0, FLOW_BYTES);
    }

    static boolean isSame(final SipFlow one, final SipFlow other) {
        return one.listener() == other.listener() && one.sameRemote(other);
    }
}
