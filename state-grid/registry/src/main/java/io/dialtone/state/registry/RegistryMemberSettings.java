package io.dialtone.state.registry;

import io.dialtone.state.api.SlotEntry;
import java.nio.file.Path;
import java.util.List;

/**
 * What a member of the registry has to know. Peers, slots and wanted backups are the same for all members and for the registry's life: a member that was told otherwise
 * is refused.
 *
 * @param self its number
 * @param peers all members, itself too: 1 or 3 (or any odd number)
 * @param directory where log, archive and snapshots are kept, on disk; never deleted by us
 * @param driverDirectory where its media driver's memory is, {@code /dev/shm} where there is one; deleted at start and end
 * @param slots how many slots there are, a power of two
 * @param backupsWanted how many backups a slot is to have: 0, 1 or 2
 * @param parkMaxUs longest rest of each of its threads: what a commit takes (5 to 8 rests) against what an idle member costs
 */
public record RegistryMemberSettings(
        int self,
        List<RegistryPeer> peers,
        Path directory,
        Path driverDirectory,
        int slots,
        int backupsWanted,
        int parkMaxUs) {
    public static final int SLOTS_MAX = RegistryFrame.SLOTS_MAX;
    public static final int PARK_MAX_US_DEFAULT = 1_000;
    private static final int PARK_MAX_US_MAX = 10_000;

    public RegistryMemberSettings {
        peers = List.copyOf(peers);
        if (peers.size() % 2 == 0) {
            throw wrong("members", peers.size(), "an odd number", peers.size() + 1);
        }
        final int number = self;
        if (peers.stream().filter(peer -> peer.number() == number).count() != 1
                || peers.stream().map(RegistryPeer::number).distinct().count() != peers.size()) {
            throw new IllegalArgumentException(
                    "registry members: " + peers + " (expected: each number once, " + self + " among them)");
        }
        if (slots < 1 || slots > SLOTS_MAX || Integer.bitCount(slots) != 1) {
            throw wrong("slots", slots, "a power of two up to " + SLOTS_MAX, 256);
        }
        if (backupsWanted < 0 || backupsWanted >= SlotEntry.BACKUPS_MAX) {
            throw wrong("backups", backupsWanted, "0, 1 or 2", 1);
        }
        if (parkMaxUs < 1 || parkMaxUs > PARK_MAX_US_MAX) {
            throw wrong("park-max-us", parkMaxUs, "1 to " + PARK_MAX_US_MAX, PARK_MAX_US_DEFAULT);
        }
    }

    RegistryPeer peer() {
        for (final RegistryPeer peer : peers) {
            if (peer.number() == self) {
                return peer;
            }
        }
        throw new AssertionError("checked above");
    }

    private static IllegalArgumentException wrong(
            final String name, final int value, final String expected, final int maybe) {
        return new IllegalArgumentException(
                "registry " + name + ": " + value + " (expected: " + expected + "). Maybe " + maybe + ".");
    }
}
