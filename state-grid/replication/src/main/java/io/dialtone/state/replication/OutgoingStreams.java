package io.dialtone.state.replication;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The streams from one worker to those of other nodes, by the newest map, and what is known by all of them together: whether a slot's backups have a record. Called only
 * by the owning worker.
 */
final class OutgoingStreams {
    private final ReplicatorConfig config;
    private final LinkEndpoint link;
    private final SlotAuthority authority;
    private final ReplicationCounters counters;
    private final SlotStates slots;
    private final List<OutgoingStream> all = new ArrayList<>();
    private SlotMap map;
    private long nowNs;

    OutgoingStreams(final ReplicatorConfig config, final ReplicatorContext context, final SlotStates slots) {
        this.config = config;
        link = context.link();
        authority = context.authority();
        counters = context.counters();
        this.slots = slots;
        map = authority.map();
        nowNs = context.nowNs();
    }

    /** A turn begins; after a pause of this process, what it did not hear then is nobody's silence. */
    void onTurn(final long now, final long pausedNs) {
        nowNs = now;
        if (pausedNs > 0) {
            for (final OutgoingStream stream : all) {
                stream.forgive(pausedNs);
            }
        }
    }

    /** Goes by this map from now on. Streams to processes that are no more begin anew, towards their successors. */
    void onMap(final SlotMap newest) {
        map = newest;
        for (final OutgoingStream stream : all) {
            final long known = newest.incarnationOf(stream.member);
            if (known != 0 && known != stream.incarnation()) {
                stream.reset(known, nowNs);
            }
        }
    }

    /** Looks again at which streams tell slots of ours, and which are waited for; after what we own has changed. */
    void noteUses() {
        for (final OutgoingStream stream : all) {
            boolean isUsed = false;
            boolean isBackup = false;
            for (int slot = 0; slot < slots.slots() && !isBackup; slot++) {
                if (slots.owned[slot] && isTo(stream, slot)) {
                    isBackup = map.entry(slot).isBackup(stream.member);
                    isUsed |= isBackup || map.entry(slot).learner() == stream.member;
                }
            }
            stream.use(isUsed, isBackup, nowNs);
        }
    }

    // ---- which

    List<OutgoingStream> all() {
        return all;
    }

    /** The stream to that member's worker for the slot; null if there is no such member, or it is no node. */
    @Nullable
    OutgoingStream to(final int member, final int slot) {
        final int threads = member == SlotEntry.NONE ? 0 : link.threadsOf(member);
        if (threads == 0) {
            return null;
        }
        final int thread = SlotTable.threadOf(slot, threads);
        final OutgoingStream found = find(member, thread);
        return found != null ? found : openSlowPath(member, thread);
    }

    @Nullable
    OutgoingStream find(final int member, final int thread) {
        for (int i = 0; i < all.size(); i++) {
            final OutgoingStream stream = all.get(i);
            if (stream.member == member && stream.thread == thread) {
                return stream;
            }
        }
        return null;
    }

    private OutgoingStream openSlowPath(final int member, final int thread) {
        final OutgoingStream stream = new OutgoingStream(
                member, thread, slots.slots(), link, config, counters, map.incarnationOf(member), nowNs);
        all.add(stream);
        return stream;
    }

    /** True if the slot's entries go over this stream when its member is to have them. */
    boolean isTo(final OutgoingStream stream, final int slot) {
        return SlotTable.threadOf(slot, Math.max(1, link.threadsOf(stream.member))) == stream.thread;
    }

    // ---- what all backups of a slot are told, and have

    boolean hasRoom() {
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).hasRoom()) {
                return false;
            }
        }
        return true;
    }

    void tellBackups(final SessionRecord record, final long number) {
        final int slot = record.slot();
        final SlotEntry entry = map.entry(slot);
        for (int i = 0; i < entry.backups(); i++) {
            final OutgoingStream stream = to(entry.backup(i), slot);
            if (stream != null) {
                stream.append(record, slots.ownedEpoch[slot], number);
            }
        }
    }

    /** True if each backup has applied the slot's record of this number, and all before it. */
    boolean haveBackupsApplied(final int slot, final long number) {
        final SlotEntry entry = map.entry(slot);
        for (int i = 0; i < entry.backups(); i++) {
            final OutgoingStream stream = to(entry.backup(i), slot);
            if (stream == null || !stream.hasApplied(slot, slots.ownedEpoch[slot], number)) {
                return false;
            }
        }
        return true;
    }

    /** True if nobody could refuse the slot's records, and the registry was not heard for so long that it may belong to another. */
    boolean isAloneWithoutLease(final int slot) {
        return map.entry(slot).backups() == 0 && nowNs - authority.lastHeardNs() > config.leaseNs();
    }
}
