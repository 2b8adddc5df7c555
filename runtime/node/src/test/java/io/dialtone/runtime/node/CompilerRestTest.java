package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CompilerRestTest {
    private long compiledMs = 1_000;

    @Test
    void shouldSayWhenTheyHaveWorkedLittleForAWhile() {
        final CompilerRest rest = new CompilerRest(() -> compiledMs, ms(0));
        assertFalse(rest.isResting(ms(100)), "nothing is known yet");

        compiledMs += 150;
        assertFalse(rest.isResting(ms(200)));

        compiledMs += 5;
        assertFalse(rest.isResting(ms(300)), "not long enough");
        assertTrue(rest.isResting(ms(400)));

        compiledMs += 150;
        assertFalse(rest.isResting(ms(600)));
    }

    private static long ms(final long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }
}
