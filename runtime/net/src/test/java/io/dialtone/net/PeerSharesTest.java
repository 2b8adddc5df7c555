package io.dialtone.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Shares of sources: who is one source, and that what is counted is what is there. */
class PeerSharesTest {
    private static final long NETWORK = 0x2001_0db8_0005_0001L;

    private static long ipv4(final int address) {
        return 0xFFFFL << 32 | address;
    }

    @Test
    void shouldTakeANetworkOf64BitsForOneSource() {
        final PeerShares shares = new PeerShares(2);

        assertTrue(shares.tryAdd(NETWORK, 1));
        assertTrue(shares.tryAdd(NETWORK, -1));
        assertFalse(shares.tryAdd(NETWORK, 77));
        assertTrue(shares.tryAdd(NETWORK + 1, 77));
        assertEquals(2, shares.sources());
    }

    @Test
    void shouldTakeAnAddressOfIpv4ForOneSource() {
        final PeerShares shares = new PeerShares(1);

        assertTrue(shares.tryAdd(0, ipv4(1)));
        assertFalse(shares.tryAdd(0, ipv4(1)));
        assertTrue(shares.tryAdd(0, ipv4(2)));
        assertTrue(shares.tryAdd(0, 1), "::1 is none of them");
    }

    @Test
    void shouldForgetSourcesThatHaveNoConnection() {
        final PeerShares shares = new PeerShares(3);
        final Map<Integer, Integer> expected = new HashMap<>();
        final SplittableRandom random = new SplittableRandom(7);

        for (int i = 0; i < 200_000; i++) {
            final int source = random.nextInt(2_000);
            final int has = expected.getOrDefault(source, 0);
            if (random.nextBoolean()) {
                assertEquals(has < 3, shares.tryAdd(0, ipv4(source)));
                expected.put(source, Math.min(3, has + 1));
            } else if (has > 0) {
                shares.remove(0, ipv4(source));
                expected.put(source, has - 1);
            }
        }
        expected.forEach((source, has) -> {
            for (int i = 0; i < has; i++) {
                shares.remove(0, ipv4(source));
            }
        });

        assertEquals(0, shares.sources());
    }
}
