package io.dialtone.benchmarks.grid;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.runtime.link.Link;
import io.dialtone.runtime.link.LinkKeys;
import io.dialtone.runtime.link.LinkMember;
import io.dialtone.runtime.link.LinkMembers;
import io.dialtone.runtime.link.LinkRole;
import io.dialtone.runtime.link.LinkSettings;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotKeeper;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.replication.DeathHints;
import io.dialtone.state.replication.ReplicationCounters;
import io.dialtone.state.replication.Replicator;
import io.dialtone.state.replication.ReplicatorConfig;
import io.dialtone.state.replication.ReplicatorContext;
import io.dialtone.state.store.SlabImages;
import io.dialtone.state.store.SlabSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;

/**
 * One of two nodes with one worker each, wired as in the product but for the registry: each owns every other slot and, when told so, learns those of the other and is made their
 * backup; nobody is ever given up, however long a process waits for a core. Used by one thread.
 */
final class DialtoneMember implements SlotAuthority, SlotKeeper, AutoCloseable {
    static final int SLOTS = 16;

    private static final int MEMBERS = 2;

    private static final int FRAMES_PER_POLL = 64;
    private static final int DRIVER_WAIT_MS = 20_000;
    private static final int SILENCE_MS_MAX = 60_000;
    private static final long STORE_BYTES = 128L << 20;

    private final Link link;
    private final LinkEndpoint endpoint;
    private final SlabImages images = new SlabImages(SlabSettings.of(SLOTS, STORE_BYTES));
    private final Replicator replicator;
    private final LinkFrame frame = new LinkFrame();
    private final int[] entryVersions = new int[SLOTS];
    private final boolean[] isBackedUp = new boolean[SLOTS];
    private final List<GridMember> members = new ArrayList<>();
    private final int number;
    private final int peer;
    private boolean isHolding;
    private boolean isTeaching;
    private SlotMap map;
    private long nowNs = System.nanoTime();

    DialtoneMember(final int number, final Path directory) {
        final LinkMembers linkMembers = new LinkMembers(List.of(member(0), member(1)));
        link = Link.open(
                linkMembers,
                linkMembers.members().get(number),
                settings(directory),
                LinkKeys.none(),
                DRIVER_WAIT_MS,
                (what, cause) -> {
                    System.err.println(what);
                    Runtime.getRuntime().halt(1);
                });
        endpoint = link.endpoint(0, nowNs);
        this.number = number;
        peer = MEMBERS - 1 - number;
        while (endpoint.incarnationOf(peer, 0) == 0) {
            LockSupport.parkNanos(1_000_000L);
            endpoint.doWork(System.nanoTime());
            endpoint.poll((buffer, offset, length) -> {}, FRAMES_PER_POLL);
        }
        for (int i = 0; i < MEMBERS; i++) {
            final long incarnation = i == number ? endpoint.incarnation() : endpoint.incarnationOf(peer, 0);
            members.add(new GridMember(i, incarnation, "node-" + i, "host", "zone", false));
        }
        map = newMap(1);
        nowNs = System.nanoTime();
        replicator = new Replicator(
                ReplicatorConfig.defaults(),
                new ReplicatorContext(
                        endpoint, this, images, this, new DeathHints(), 1, new ReplicationCounters(), nowNs));
    }

    static LinkSettings settings(final Path directory) {
        return new LinkSettings(
                directory,
                LinkSettings.TERM_BYTES_DEFAULT,
                LinkSettings.MTU_BYTES_DEFAULT,
                Integer.getInteger("park.min.us", LinkSettings.PARK_MIN_US_DEFAULT),
                LinkSettings.PARK_MAX_US_DEFAULT,
                SILENCE_MS_MAX,
                SILENCE_MS_MAX,
                LinkSettings.BEAT_INTERVAL_MS_DEFAULT,
                SILENCE_MS_MAX);
    }

    private static LinkMember member(final int number) {
        return new LinkMember(number, "node-" + number, LinkRole.NODE, "127.0.0.1", 24_000 + number, "host", 1);
    }

    private SlotMap newMap(final long version) {
        final List<SlotEntry> entries = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            final int owner = slot % MEMBERS;
            final int other = MEMBERS - 1 - owner;
            final boolean hasOther = owner == number ? isTeaching : isHolding;
            final int[] backups = hasOther && isBackedUp[slot] ? new int[] {other} : new int[0];
            final int learner = hasOther && !isBackedUp[slot] ? other : SlotEntry.NONE;
            entries.add(SlotEntry.of(1 + entryVersions[slot], 1, 1, owner, backups, learner, SlotEntry.NONE));
        }
        return SlotMap.of(version, 1, 0, members, entries);
    }

    Replicator replicator() {
        return replicator;
    }

    /** Whether this member is to keep what the other owns; said to both before one is to teach, and after none is. */
    void hold(final boolean is) {
        isHolding = is;
        changeSlotsOf(peer);
    }

    /** Whether the other is to keep what this one owns: with it, or without any backup as {@code service.backups: 0} does. */
    void teach(final boolean is) {
        isTeaching = is;
        changeSlotsOf(number);
    }

    private void changeSlotsOf(final int owner) {
        for (int slot = owner; slot < SLOTS; slot += MEMBERS) {
            isBackedUp[slot] = false;
            entryVersions[slot]++;
        }
        map = newMap(map.version() + 1);
    }

    /** False while the other does not have all that this one is to teach. */
    boolean isSettled() {
        for (int slot = number; isTeaching && slot < SLOTS; slot += MEMBERS) {
            if (!isBackedUp[slot]) {
                return false;
            }
        }
        return true;
    }

    /** The first half of a worker's turn: what came in. */
    int receive(final long now) {
        nowNs = now;
        return endpoint.doWork(now) + endpoint.poll(this::onFrame, FRAMES_PER_POLL) + replicator.doWork(now);
    }

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        if (frame.wrap(buffer, offset, length)) {
            replicator.onFrame(frame, buffer, offset + frame.headerLength(), frame.payloadLength());
        }
    }

    @Override
    public SlotMap map() {
        return map;
    }

    @Override
    public void propose(final SlotCommand command) {
        if (command instanceof final SlotCommand.Change change && change.kind() == SlotCommand.Kind.PROMOTE) {
            for (final SlotCommand.Claim claim : change.claims()) {
                if (isTeaching && !isBackedUp[claim.slot()]) {
                    isBackedUp[claim.slot()] = true;
                    entryVersions[claim.slot()]++;
                }
            }
            map = newMap(map.version() + 1);
        }
    }

    @Override
    public long lastHeardNs() {
        return nowNs;
    }

    @Override
    public void ask() {
        // Its answer is always there.
    }

    @Override
    public void onOwned(final int slot, final long epoch, final long now) {
        // Its sessions are put by whoever runs the workload.
    }

    @Override
    public void onOpenOutputs(
            final int slot, final long number, final DirectBuffer outputs, final int offset, final int length) {
        throw new IllegalStateException("slot " + slot + " has changed hands");
    }

    @Override
    public void onDisowned(final int slot) {
        throw new IllegalStateException("slot " + slot + " has changed hands");
    }

    @Override
    public void close() {
        link.close();
        images.close();
    }
}
