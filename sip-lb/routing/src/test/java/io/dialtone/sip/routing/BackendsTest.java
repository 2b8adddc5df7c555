package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Weighted rendezvous hashing: shares, and how few keys move. */
final class BackendsTest {
    private static final int KEYS = 200_000;

    private static Backend backend(final int number, final int weight) {
        try {
            return Backend.resolve(new BackendSpec("10.1.2." + number, 5060, weight), 1, id -> new OpenCount());
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Backends backends(final int... weights) {
        final List<Backend> all = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            all.add(backend(i + 1, weights[i]));
        }
        return new Backends(all);
    }

    private static Map<String, Integer> shares(final Backends backends) {
        final SplittableRandom random = new SplittableRandom(1);
        final Map<String, Integer> shares = new HashMap<>();
        for (int i = 0; i < KEYS; i++) {
            shares.merge(
                    Objects.requireNonNull(backends.pick(random.nextLong())).name(), 1, Integer::sum);
        }
        return shares;
    }

    private static double moved(final Backends before, final Backends after) {
        final SplittableRandom random = new SplittableRandom(2);
        int moved = 0;
        for (int i = 0; i < KEYS; i++) {
            final long key = random.nextLong();
            if (Objects.requireNonNull(before.pick(key)).id()
                    != Objects.requireNonNull(after.pick(key)).id()) {
                moved++;
            }
        }
        return (double) moved / KEYS;
    }

    @Test
    void shouldGiveEqualWeightsEqualShares() {
        shares(backends(1, 1, 1, 1, 1)).forEach((name, share) -> assertEquals(0.2, (double) share / KEYS, 0.005, name));
    }

    @Test
    void shouldGiveEachBackendTheShareOfItsWeight() {
        final Map<String, Integer> shares = shares(backends(1, 2, 3, 4, 10));

        final int[] weights = {1, 2, 3, 4, 10};
        for (int i = 0; i < weights.length; i++) {
            assertEquals(
                    weights[i] / 20.0, (double) shares.getOrDefault("10.1.2." + (i + 1) + ":5060", 0) / KEYS, 0.005);
        }
    }

    @Test
    void shouldKeepSharesExactWithAHundredBackends() {
        final int[] weights = new int[100];
        Arrays.fill(weights, 7);

        shares(backends(weights)).forEach((name, share) -> assertEquals(0.01, (double) share / KEYS, 0.0012, name));
    }

    /**
     * A hundred weights from 1 to 100: what each gets is what its weight says, within what a fair lottery of so many draws scatters. The draws are always the
     * same, so this holds or does not.
     */
    @Test
    void shouldGiveEachOfAHundredBackendsWhatItsWeightSays() {
        final int[] weights = IntStream.rangeClosed(1, 100).toArray();
        final double sum = 5_050;
        final int draws = 2_000_000;
        final Backends backends = backends(weights);
        final SplittableRandom random = new SplittableRandom(11);
        final int[] got = new int[101];
        for (int i = 0; i < draws; i++) {
            final Backend winner = Objects.requireNonNull(backends.pick(random.nextLong()));
            got[winner.spec().weight()]++;
        }

        double chiSquare = 0;
        for (int weight = 1; weight <= 100; weight++) {
            final double share = weight / sum;
            final double expected = draws * share;
            final double deviation = Math.sqrt(expected * (1 - share));
            assertEquals(expected, got[weight], 4 * deviation, "weight " + weight);
            chiSquare += (got[weight] - expected) * (got[weight] - expected) / expected;
        }
        // 99 degrees of freedom: 99 on average, above 149 or below 60 once in a thousand lotteries.
        assertTrue(chiSquare > 60 && chiSquare < 149, "chi-square " + chiSquare);
    }

    @Test
    void shouldNameTheWinnerAndWhoWouldWinWithoutIt() {
        final Backends backends = backends(1, 2, 3, 4, 10);
        final SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < 10_000; i++) {
            final long key = random.nextLong();
            final long two = backends.pickTwo(key);
            final Backend first = backends.eligible(Backends.first(two));

            assertSame(backends.pick(key), first);
            assertSame(backends.without(first).pick(key), backends.eligible(Backends.second(two)));
        }
        assertEquals(-1, Backends.second(backends(1).pickTwo(5)));
        assertEquals(0, Backends.first(backends(1).pickTwo(5)));
        assertEquals(-1, Backends.first(new Backends(List.of()).pickTwo(5)));
    }

    @Test
    void shouldUseEjectedBackendsOnlyWhenNoOtherIsLeft() {
        final Backend ejected = backend(1, 1).withHealth(BackendState.EJECTED, 1);
        final Backend other = backend(2, 1);

        final Backends both = new Backends(List.of(ejected, other));
        final Backends alone = new Backends(List.of(ejected, other.withHealth(BackendState.DOWN, 1)));

        for (int key = 0; key < 100; key++) {
            assertSame(other, both.pick(key));
            assertSame(ejected, alone.pick(key));
        }
        assertFalse(both.isEligible(ejected));
        assertTrue(alone.isEligible(ejected));
        assertNull(new Backends(List.of(ejected.withDraining(true))).pick(1));
    }

    @Test
    void shouldMoveATenthOfTheKeysWhenATenthBackendJoins() {
        final Backends nine = backends(1, 1, 1, 1, 1, 1, 1, 1, 1);
        final Backends ten = nine.with(backend(10, 1));

        assertEquals(0.1, moved(nine, ten), 0.005);
    }

    @Test
    void shouldMoveOnlyTheKeysOfABackendThatLeaves() {
        final Backends ten = backends(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        final Backend gone = Objects.requireNonNull(ten.byName("10.1.2.4:5060"));
        final Backends nine = ten.without(gone);

        final SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < KEYS; i++) {
            final long key = random.nextLong();
            final Backend before = Objects.requireNonNull(ten.pick(key));
            if (before != gone) {
                assertSame(before, nine.pick(key));
            }
        }
    }

    @Test
    void shouldOnlyTakeKeysFromOthersWhenAWeightGrows() {
        final Backends before = backends(2, 2, 2);
        final Backend grown =
                Objects.requireNonNull(before.byName("10.1.2.2:5060")).withSpec(new BackendSpec("10.1.2.2", 5060, 4));
        final Backends after = before.replacing(grown);

        final SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < KEYS; i++) {
            final long key = random.nextLong();
            final Backend was = Objects.requireNonNull(before.pick(key));
            final Backend is = Objects.requireNonNull(after.pick(key));
            assertTrue(was.id() == is.id() || is.id() == grown.id());
        }
        assertEquals(0.5 - 1.0 / 3, moved(before, after), 0.005);
    }

    @Test
    void shouldPickNobodyWhenNobodyIsEligible() {
        assertNull(new Backends(List.of()).pick(1));
        assertNull(new Backends(
                        List.of(backend(1, 1).withDraining(true), backend(2, 1).withHealth(BackendState.DOWN, 1)))
                .pick(1));
    }

    @Test
    void shouldFindBackendsByAddressNumberAndName() {
        final int[] weights = new int[200];
        Arrays.fill(weights, 1);
        final Backends backends = backends(weights);

        for (final Backend backend : backends.all()) {
            assertSame(backend, backends.byAddress(backend.high(), backend.low(), backend.port()));
            assertSame(backend, backends.byId(backend.id()));
            assertSame(backend, backends.byName(backend.name()));
            assertNull(backends.byAddress(backend.high(), backend.low(), backend.port() + 1));
            assertNull(backends.byAddress(backend.high() + 1, backend.low(), backend.port()));
        }
        assertNotNull(backends.pick(0));
        assertNotNull(backends.pick(-1));
    }

    @Test
    void shouldReadTheLogarithmFromItsTable() {
        final SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 100_000; i++) {
            final long draw = random.nextLong();
            final double u = (draw >>> 11) * 0x1p-53;
            if (u > 0) {
                assertEquals(-Math.log(u) / Math.log(2), Backends.minusLog2(draw), 2e-5);
            }
        }
        assertTrue(Backends.minusLog2(-1) >= 0);
        assertTrue(Backends.minusLog2(0) > 60);
        assertTrue(Backends.minusLog2(1) > 60);
    }
}
