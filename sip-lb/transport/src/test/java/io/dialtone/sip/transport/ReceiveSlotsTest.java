package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.net.NativeMemory;
import io.dialtone.sip.routing.SipIngress;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiveSlotsTest {
    @ParameterizedTest
    @ValueSource(ints = {512, 1_500, 4_096, 65_535})
    void shouldStartNeighboursInDifferentCacheSets(final int messageBytesMax) {
        // given
        final int count = 32;

        // when
        final Set<Long> sets = new HashSet<>();
        try (Arena arena = Arena.ofConfined()) {
            final UnsafeBuffer[] slots = ReceiveSlots.allocate(arena, count, messageBytesMax);
            for (int i = 0; i < count; i++) {
                sets.add(slots[i].addressOffset() % 4096 / NativeMemory.CACHE_LINE_BYTES);
                assertEquals(
                        SipIngress.HEADROOM_BYTES + messageBytesMax + SipIngress.TAILROOM_BYTES, slots[i].capacity());
                assertTrue(
                        i == 0 || slots[i].addressOffset() >= slots[i - 1].addressOffset() + slots[i - 1].capacity());
            }
        }

        // then
        assertEquals(count, sets.size());
    }

    @Test
    void shouldWasteLessThanAPageBetweenSlots() {
        assertTrue(ReceiveSlots.strideBytes(66_815) - 66_815 < 4_096);
    }
}
