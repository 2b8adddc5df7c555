package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.SlotRules;
import io.dialtone.state.registry.SessionFigures;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DebutTest {
    private static final int SELF = 2;
    private static final SlotMap WITH_ANOTHER = SlotRules.apply(
            SlotMap.empty(4, 1), new SlotCommand.Join(new GridMember(1, 100, "node-1", "host-1", "zone", false)));
    private static final SessionFigures ANOTHER_SERVES = new SessionFigures(0, Map.of(1, 7L));

    private final CountDownLatch isRehearsed = new CountDownLatch(1);
    private final CountDownLatch isBegun = new CountDownLatch(1);

    @Test
    void shouldNotWaitWhereNobodyServes() {
        final Debut debut = new Debut(SELF, other -> true, this::rehearse);

        assertTrue(debut.isReady(SlotMap.empty(4, 1), SessionFigures.NONE, 0));
        assertTrue(debut.isReady(WITH_ANOTHER, SessionFigures.NONE, 0));
        assertTrue(debut.isReady(WITH_ANOTHER, new SessionFigures(0, Map.of(SELF, 7L)), 0));
        assertTrue(isBegun.getCount() > 0, "there was no need to");
    }

    @Test
    void shouldNotAskBeforeItHasRehearsedWhileOthersServe() {
        final Debut debut = new Debut(SELF, other -> other.incarnation() == 100, this::rehearse);

        assertFalse(debut.isReady(WITH_ANOTHER, ANOTHER_SERVES, 0));
        assertFalse(debut.isReady(WITH_ANOTHER, ANOTHER_SERVES, 10 * Debut.HEARING_NS));

        isRehearsed.countDown();
        awaitReady(debut, 10 * Debut.HEARING_NS);
    }

    @Test
    void shouldBreakOffWhenNobodyThatServedIsHeard() {
        final Debut debut = new Debut(SELF, other -> false, this::rehearse);

        assertFalse(debut.isReady(WITH_ANOTHER, ANOTHER_SERVES, 0));
        assertFalse(debut.isReady(WITH_ANOTHER, ANOTHER_SERVES, Debut.HEARING_NS));

        awaitReady(debut, Debut.HEARING_NS + 1);
    }

    @Test
    void shouldNotRehearseIfItIsNotTo() {
        final Debut debut = new Debut(SELF, other -> true, Debut.ofCalls(0, () -> {
            throw new AssertionError("nothing is opened");
        }));

        assertTrue(debut.isReady(WITH_ANOTHER, ANOTHER_SERVES, 0));
    }

    private static void awaitReady(final Debut debut, final long nowNs) {
        while (!debut.isReady(WITH_ANOTHER, ANOTHER_SERVES, nowNs)) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void rehearse(final BooleanSupplier goesOn) {
        isBegun.countDown();
        while (goesOn.getAsBoolean() && isRehearsed.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
