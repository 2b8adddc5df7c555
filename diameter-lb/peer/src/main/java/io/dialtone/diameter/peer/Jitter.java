package io.dialtone.diameter.peer;

/**
 * Chance from a seed, for waits and identifiers: the same seed gives the same life. Called only by the thread of its {@link PeerDoor}. Steele, Lea, Flood: Fast
 * splittable pseudorandom number generators, 2014.
 */
final class Jitter {
    private static final long STEP = 0x9E37_79B9_7F4A_7C15L;

    private long state;

    Jitter(final long seed) {
        this.state = seed;
    }

    long next() {
        state += STEP;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }

    /** From 0 to {@code most}, both included. */
    long upTo(final long most) {
        return most <= 0 ? 0 : Long.remainderUnsigned(next(), most + 1);
    }
}
