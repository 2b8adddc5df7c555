package io.dialtone.state.registry;

import io.dialtone.state.api.SlotEntry;
import java.nio.file.Path;
import java.util.List;

/**
 * What a client of the registry has to know.
 *
 * @param peers the members of the registry
 * @param driverDirectory a media driver of this host: the link's, or the registry's own
 * @param host the address of this host at which the registry's members reach it
 * @param slots how many slots there are
 * @param member the member of the grid that this client speaks for, or {@link SlotEntry#NONE}: when it has had no session with the registry for a while, that
 *     member is dead
 * @param incarnation its incarnation
 */
public record RegistryClientSettings(
        List<RegistryPeer> peers, Path driverDirectory, String host, int slots, int member, long incarnation) {
    public RegistryClientSettings {
        peers = List.copyOf(peers);
        if (peers.isEmpty()) {
            throw new IllegalArgumentException("registry members: none (expected: 1 or 3)");
        }
    }

    /** For one who only looks, and asks on behalf of operators. */
    public static RegistryClientSettings onlooker(
            final List<RegistryPeer> peers, final Path driverDirectory, final String host, final int slots) {
        return new RegistryClientSettings(peers, driverDirectory, host, slots, SlotEntry.NONE, 0);
    }
}
