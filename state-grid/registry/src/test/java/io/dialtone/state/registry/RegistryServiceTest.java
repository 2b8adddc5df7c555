package io.dialtone.state.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a member has waited for, without a cluster around it. */
class RegistryServiceTest {
    private static final int OWNER = 0;
    private static final int OTHER = 1;
    private static final long OTHERS_SESSION = 7;

    private final RegistryState state = new RegistryState(16, 1);
    private final RegistryCounters counters = new RegistryCounters();
    private final RegistryService service = new RegistryService(state, counters, () -> false);

    /** The owner of all slots is silent, the other is heard. */
    RegistryServiceTest() {
        join(OWNER);
        join(OTHER);
        state.onRegister(OTHERS_SESSION, OTHER, 1);
    }

    private void join(final int number) {
        state.onCommand(
                new SlotCommand.Join(new GridMember(number, 1, "node-" + number, "host-" + number, "zone", false)));
    }

    private static long timer(final int member, final int returns) {
        return (long) returns << 32 | member;
    }

    @Test
    void shouldGiveTheOneWhoHoldsTheLastCopyItsTimeAgainSomeTimesAndNoMore() {
        for (int returns = 0; returns < RegistryService.LAST_COPY_RETURNS; returns++) {
            service.onTimerEvent(timer(OWNER, returns), 0);
            assertNotNull(state.map().member(OWNER), "after " + returns);
        }
        service.onTimerEvent(timer(OWNER, RegistryService.LAST_COPY_RETURNS), 0);

        assertNull(state.map().member(OWNER));
        assertEquals(16, state.map().slotsLost());
        assertEquals(1, counters.get(RegistryCounter.MEMBERS_TIMED_OUT));
    }

    @Test
    void shouldNotWaitForAnOwnerWhoseBackupIsThere() {
        for (int slot = 0; slot < 16; slot++) {
            final SlotCommand.Claim claim =
                    new SlotCommand.Claim(slot, state.map().entry(slot).version());
            state.onCommand(new SlotCommand.Change(SlotCommand.Kind.PROMOTE, OWNER, 1, OTHER, List.of(claim)));
        }
        assertEquals(1, state.map().entry(0).backups());
        service.onTimerEvent(timer(OWNER, 0), 0);

        assertNull(state.map().member(OWNER));
        assertEquals(0, state.map().slotsLost());
    }

    @Test
    void shouldNotWaitForAMemberThatHoldsNothing() {
        join(2);
        service.onTimerEvent(timer(2, 0), 0);

        assertNull(state.map().member(2));
        assertNotNull(state.map().member(OWNER));
    }

    @Test
    void shouldWaitForABackupWhoseOwnerIsSilentToo() {
        final SlotCommand.Claim claim =
                new SlotCommand.Claim(0, state.map().entry(0).version());
        state.onCommand(new SlotCommand.Change(SlotCommand.Kind.PROMOTE, OWNER, 1, OTHER, List.of(claim)));
        join(2);
        state.onRegister(OTHERS_SESSION, 2, 1);

        service.onTimerEvent(timer(OTHER, 0), 0);

        assertNotNull(state.map().member(OTHER));
    }
}
