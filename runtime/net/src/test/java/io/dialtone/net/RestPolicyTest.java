package io.dialtone.net;

import static io.dialtone.net.RestPolicy.NO_REST;
import static io.dialtone.net.RestPolicy.PARK_MIN_NS;
import static io.dialtone.net.RestPolicy.UNTIL_READABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RestPolicyTest {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long START_NS = -10_000_000; // a monotonic clock may be negative, and pass zero

    @Test
    void shouldSleepUntilReadableWhenOnlyDatagramsBringWork() {
        // given
        final RestPolicy rest = policy(WaitMode.BLOCK, 0, 1_000);

        // then
        assertEquals(UNTIL_READABLE, rest.afterTurn(START_NS, 0, 0, NEVER));
        assertEquals(UNTIL_READABLE, rest.afterTurn(START_NS, 32, 0, NEVER));
    }

    @Test
    void shouldSleepNoLongerThanTheDeadline() {
        // given
        final RestPolicy rest = policy(WaitMode.BLOCK, 0, 1_000);

        // then
        assertEquals(700, rest.afterTurn(START_NS, 1, 0, START_NS + 700));
        assertEquals(NO_REST, rest.afterTurn(START_NS, 1, 0, START_NS));
        assertEquals(NO_REST, rest.afterTurn(START_NS, 1, 0, START_NS - 1));
    }

    @Test
    void shouldNotRestWhileTheIngressHasWork() {
        // given
        final RestPolicy rest = policy(WaitMode.BLOCK, 0, 1_000);

        // then
        assertEquals(NO_REST, rest.afterTurn(START_NS, 0, 1, NEVER));
    }

    @Test
    void shouldKeepLookingForTheSpinTimeAfterTheLastWork() {
        // given
        final RestPolicy rest = policy(WaitMode.BLOCK, 20, 1_000);

        // then
        assertEquals(NO_REST, rest.afterTurn(START_NS, 1, 0, NEVER));
        assertEquals(NO_REST, rest.afterTurn(START_NS + 19_999, 0, 0, NEVER));
        assertEquals(UNTIL_READABLE, rest.afterTurn(START_NS + 20_000, 0, 0, NEVER));
    }

    @Test
    void shouldRestAQuarterOfTheIdleTimeWithinBoundsWhenPolling() {
        // given
        final RestPolicy rest = policy(WaitMode.POLL, 0, 1_000);

        // then
        assertEquals(NO_REST, rest.afterTurn(START_NS, 1, 0, NEVER));
        assertEquals(PARK_MIN_NS, rest.afterTurn(START_NS + 1_000, 0, 0, NEVER));
        assertEquals(250_000, rest.afterTurn(START_NS + 1_000_000, 0, 0, NEVER));
        assertEquals(1_000_000, rest.afterTurn(START_NS + 9_000_000, 0, 0, NEVER));
        assertEquals(1_000_000, rest.afterTurn(START_NS + 90_000_000, 0, 0, NEVER));
        assertEquals(500, rest.afterTurn(START_NS + 90_000_000, 0, 0, START_NS + 90_000_500));
        assertEquals(NO_REST, rest.afterTurn(START_NS + 91_000_000, 0, 3, NEVER));
        assertEquals(PARK_MIN_NS, rest.afterTurn(START_NS + 91_001_000, 0, 0, NEVER));
    }

    private static RestPolicy policy(final WaitMode mode, final int spinUs, final int parkMaxUs) {
        return new RestPolicy(new WaitSettings(mode, spinUs, parkMaxUs), false, START_NS);
    }
}
