package io.dialtone.state.replication;

import java.util.SplittableRandom;

/** The one source of chance in a simulated world: the same seed, the same world. Used by the simulator's one thread. */
final class Dice {
    private final SplittableRandom random;

    Dice(final long seed) {
        random = new SplittableRandom(seed);
    }

    boolean chance(final double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** From least to most, both among them. */
    long between(final long least, final long most) {
        return least >= most ? least : least + random.nextLong(most - least + 1);
    }

    int below(final int bound) {
        return random.nextInt(bound);
    }

    /** A number that is not 0. */
    long identity() {
        return random.nextLong() | 1;
    }

    /** Mostly short, now and then up to the most. */
    long skewed(final long least, final long most) {
        final double unit = random.nextDouble();
        return least + (long) ((most - least) * unit * unit * unit);
    }

    int weighted(final int... weights) {
        int sum = 0;
        for (final int weight : weights) {
            sum += weight;
        }
        int left = random.nextInt(sum);
        for (int i = 0; i < weights.length; i++) {
            left -= weights[i];
            if (left < 0) {
                return i;
            }
        }
        throw new AssertionError("weights without weight");
    }
}
