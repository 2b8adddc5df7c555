package io.dialtone.runtime.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.engine.CounterSet;
import org.junit.jupiter.api.Test;

class BytesPoolTest {
    private final CounterSet<SipCounter> counters = new CounterSet<>(SipCounter.class);

    @Test
    void shouldGiveBackWhatWasReleasedForAnyLengthThatFits() {
        final BytesPool pool = new BytesPool(1 << 20, counters);
        final byte[] bytes = pool.acquire(300);
        assertEquals(512, bytes.length);
        pool.release(bytes);

        assertSame(bytes, pool.acquire(512));
        assertEquals(256, pool.acquire(1).length);
        assertEquals(1024, pool.acquire(513).length);
    }

    @Test
    void shouldTakeTheLongestMessageAndItsAnswer() {
        final BytesPool pool = new BytesPool(1 << 20, counters);

        assertTrue(pool.acquire(65_535).length >= 65_535);
        assertTrue(pool.acquire(1 << 17).length >= 1 << 17);
    }

    @Test
    void shouldKeepNoMoreThanItsBound() {
        final BytesPool pool = new BytesPool(1024, counters);
        final byte[] kept = pool.acquire(1024);
        final byte[] dropped = pool.acquire(1024);
        pool.release(kept);
        pool.release(dropped);

        assertSame(kept, pool.acquire(1024));
        assertNotSame(dropped, pool.acquire(1024));
    }

    @Test
    void shouldSayWhatIsTakenAndNotGivenBack() {
        final BytesPool pool = new BytesPool(0, counters);
        final byte[] first = pool.acquire(300);
        final byte[] second = pool.acquire(100);
        assertEquals(512 + 256, counters.get(SipCounter.MESSAGE_BYTES_KEPT));

        pool.release(first);
        pool.release(second);

        assertEquals(0, counters.get(SipCounter.MESSAGE_BYTES_KEPT));
    }
}
