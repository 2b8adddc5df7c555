package io.dialtone.state.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotMap;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A registry whose members are processes, and are killed. */
class RegistryKillTest {
    private static final System.Logger LOGGER = System.getLogger(RegistryKillTest.class.getName());
    private static final int KILLS = 3;

    @Test
    void shouldGoOnWhenTheProcessOfItsLeaderIsKilledAndTakeItBack() throws IOException, InterruptedException {
        try (RegistryHouse house = RegistryHouse.ofProcesses(3, 1)) {
            final RegistryClient node = house.joined(0);

            for (int kill = 0; kill < KILLS; kill++) {
                house.await("a leader", () -> node.leader() >= 0);
                final int leader = node.leader();
                final boolean isDraining = kill % 2 == 0;
                final long beginningNs = System.nanoTime();
                house.kill(leader);
                house.ask(
                        node,
                        new SlotCommand.Drain(0, isDraining),
                        "a commit without the killed leader",
                        map -> isDraining(map) == isDraining);
                LOGGER.log(
                        System.Logger.Level.INFO,
                        "kill of the leader to next commit: {0} ms",
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginningNs));
                // The next kill leaves a majority only if this one has come back.
                house.startProcess(leader);
            }
            house.kill(node.leader());
            house.ask(
                    node,
                    new SlotCommand.Join(new GridMember(9, 1, "late", "host", "zone", false)),
                    "a commit by those that were killed before",
                    map -> map.member(9) != null);

            assertNotNull(node.map().member(0), "a change of leader is nobody's death");
            assertEquals(0, node.count(RegistryCounter.REGISTRY_REPLACED));
        }
    }

    private static boolean isDraining(final SlotMap map) {
        final GridMember member = map.member(0);
        return member != null && member.isDraining();
    }
}
