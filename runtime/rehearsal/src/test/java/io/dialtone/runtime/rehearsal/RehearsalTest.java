package io.dialtone.runtime.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.runtime.testsupport.SimulatedLink;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    private static final long LONG_NS = TimeUnit.MINUTES.toNanos(5);

    @Test
    void shouldBringCallsToTheirEndThoughSlotsMove() {
        try (Rehearsal rehearsal = new Rehearsal(endpoints())) {
            final long ended = rehearsal.run(LONG_NS, () -> rehearsal.calls() < 2_000);
            rehearsal.move();

            assertTrue(ended >= 2_000, ended + " calls ended");
            assertTrue(rehearsal.run(LONG_NS, () -> rehearsal.calls() < 4_000) >= 4_000);
        }
    }

    @Test
    void shouldEndWithItsTimeOrWhenItIsTold() {
        try (Rehearsal rehearsal = new Rehearsal(endpoints())) {
            assertEquals(0, rehearsal.run(0, () -> true));
            assertEquals(0, rehearsal.run(LONG_NS, () -> false));
        }
    }

    private static List<LinkEndpoint> endpoints() {
        final SimulatedLink link = new SimulatedLink();
        return IntStream.range(0, Rehearsal.MEMBERS)
                .mapToObj(member -> link.endpoint(member, 0))
                .toList();
    }
}
