package io.dialtone.sip.routing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All backends at one moment, arranged for the message path: by address, by number, and by key. Immutable; read by any thread.
 *
 * <p>By key is weighted rendezvous hashing: each eligible backend draws a number for the key, {@code -log2(u) / weight} with {@code u} even
 * in (0, 1), and the smallest wins. A backend's share is its weight's, and a backend that comes, goes or changes weight moves only
 * keys that it wins or loses; all others stay where they are. (Thaler and Ravishankar 1998; the weights as in Schindler and Schomaker 2005.)
 * The logarithm is read from a table with linear interpolation, less than 3e-6 off.
 */
final class Backends {
    private static final int LOG_BITS = 8;
    private static final int FRACTION_BITS = 24;
    private static final float FRACTION_UNIT = 1f / (1 << FRACTION_BITS);
    private static final float[] LOG2 = log2Table();

    private final List<Backend> all;
    private final Backend[] eligible;
    private final long[] seeds;
    private final float[] inverseWeights;
    private final float meanWeight;
    private final boolean lastResort;
    private final @Nullable Backend[] byId;
    private final @Nullable Backend[] byAddress;
    private final int mask;

    Backends(final List<Backend> all) {
        this.all = List.copyOf(all);
        this.eligible = eligibleOf(this.all);
        this.lastResort = eligible.length > 0 && eligible[0].isEjected();
        this.seeds = new long[eligible.length];
        this.inverseWeights = new float[eligible.length];
        double weights = 0;
        for (int i = 0; i < eligible.length; i++) {
            seeds[i] = eligible[i].seed();
            inverseWeights[i] = 1f / eligible[i].effectiveWeight();
            weights += eligible[i].effectiveWeight();
        }
        this.meanWeight = eligible.length == 0 ? 0 : (float) (weights / eligible.length);
        // At most a quarter full, so that a stranger's address meets an empty place at once.
        final int places = Integer.highestOneBit(Math.max(4, this.all.size()) * 4 - 1) * 2;
        this.byId = new Backend[places];
        this.byAddress = new Backend[places];
        this.mask = places - 1;
        for (final Backend backend : this.all) {
            put(byId, mixId(backend.id()), backend);
            put(byAddress, mixAddress(backend.high(), backend.low(), backend.port()), backend);
        }
    }

    /** Those in use; if there are none, those that are ejected: a server that fails now and then is better than none. */
    private static Backend[] eligibleOf(final List<Backend> all) {
        final Backend[] inUse = all.stream().filter(Backend::isEligible).toArray(Backend[]::new);
        return inUse.length > 0
                ? inUse
                : all.stream().filter(b -> b.isEjected() && !b.draining()).toArray(Backend[]::new);
    }

    List<Backend> all() {
        return all;
    }

    boolean hasEligible() {
        return eligible.length > 0;
    }

    /** Whether new calls may go to it now. */
    boolean isEligible(final Backend backend) {
        return backend.isEligible() || (lastResort && backend.isEjected() && !backend.draining());
    }

    /** The backend for the hash of an affinity key, or null if none is in use. */
    @Nullable
    Backend pick(final long keyHash) {
        float best = Float.POSITIVE_INFINITY;
        long bestDraw = 0;
        int winner = -1;
        for (int i = 0; i < seeds.length; i++) {
            final long draw = mix(keyHash ^ seeds[i]);
            final float score = minusLog2(draw) * inverseWeights[i];
            if (score < best || (score == best && Long.compareUnsigned(draw, bestDraw) > 0)) {
                best = score;
                bestDraw = draw;
                winner = i;
            }
        }
        return winner < 0 ? null : eligible[winner];
    }

    /** The key's first and second backend, for {@link #first} and {@link #second}; the second is who would win without the first. */
    long pickTwo(final long keyHash) {
        float best = Float.POSITIVE_INFINITY;
        float nextBest = Float.POSITIVE_INFINITY;
        long bestDraw = 0;
        long nextBestDraw = 0;
        int winner = -1;
        int next = -1;
        for (int i = 0; i < seeds.length; i++) {
            final long draw = mix(keyHash ^ seeds[i]);
            final float score = minusLog2(draw) * inverseWeights[i];
            if (score < best || (score == best && Long.compareUnsigned(draw, bestDraw) > 0)) {
                nextBest = best;
                nextBestDraw = bestDraw;
                next = winner;
                best = score;
                bestDraw = draw;
                winner = i;
            } else if (score < nextBest || (score == nextBest && Long.compareUnsigned(draw, nextBestDraw) > 0)) {
                nextBest = score;
                nextBestDraw = draw;
                next = i;
            }
        }
        return (long) winner << 32 | (next & 0xFFFF_FFFFL);
    }

    /** Index of the first of two, or -1 if none is in use. */
    static int first(final long two) {
        return (int) (two >> 32);
    }

    /** Index of the second of two, or -1 if there is only one. */
    static int second(final long two) {
        return (int) two;
    }

    /** One of those in use, by an index from {@link #pickTwo}. */
    Backend eligible(final int index) {
        return eligible[index];
    }

    /** What a backend's load is to be multiplied by for its weight: 1 for one of mean weight, less for one that bears more. */
    float relief(final int index) {
        return meanWeight * inverseWeights[index];
    }

    /** The backend for the hash of a key, those left out that have as much open as they may; or null. */
    @Nullable
    Backend pickUnlessFull(final long keyHash, final Chooser limits) {
        float best = Float.POSITIVE_INFINITY;
        int winner = -1;
        for (int i = 0; i < seeds.length; i++) {
            final float score = minusLog2(mix(keyHash ^ seeds[i])) * inverseWeights[i];
            if (score < best && !limits.isFull(eligible[i])) {
                best = score;
                winner = i;
            }
        }
        return winner < 0 ? null : eligible[winner];
    }

    /** The backend of a number from a token or from memory, or null. */
    @Nullable
    Backend byId(final int id) {
        for (int i = mixId(id) & mask; ; i = (i + 1) & mask) {
            final Backend backend = byId[i];
            if (backend == null || backend.id() == id) {
                return backend;
            }
        }
    }

    /** The backend at an address, or null. */
    @Nullable
    Backend byAddress(final long high, final long low, final int port) {
        for (int i = mixAddress(high, low, port) & mask; ; i = (i + 1) & mask) {
            final Backend backend = byAddress[i];
            if (backend == null || backend.hasAddress(high, low, port)) {
                return backend;
            }
        }
    }

    @Nullable
    Backend byName(final String name) {
        for (final Backend backend : all) {
            if (backend.name().equals(name)) {
                return backend;
            }
        }
        return null;
    }

    Backends with(final Backend added) {
        final List<Backend> changed = new ArrayList<>(all);
        changed.add(added);
        return new Backends(changed);
    }

    Backends without(final Backend removed) {
        return new Backends(all.stream().filter(b -> b.id() != removed.id()).toList());
    }

    /** With one backend replaced by a newer form of itself; unchanged if it is no longer there. */
    Backends replacing(final Backend newer) {
        return new Backends(
                all.stream().map(b -> b.id() == newer.id() ? newer : b).toList());
    }

    /** {@code -log2(u)}, where u is the draw as a fraction of 2^64; above 0 up to 64. */
    static float minusLog2(final long draw) {
        final int zeros = Long.numberOfLeadingZeros(draw | 1);
        // The bits after the leading one: first the index into the table, then the way to the next entry.
        final long bits = draw << zeros << 1;
        final int index = (int) (bits >>> (Long.SIZE - LOG_BITS));
        final float fraction = (int) (bits << LOG_BITS >>> (Long.SIZE - FRACTION_BITS)) * FRACTION_UNIT;
        final float from = LOG2[index];
        return zeros + 1 - (from + (LOG2[index + 1] - from) * fraction);
    }

    private static float[] log2Table() {
        final int entries = 1 << LOG_BITS;
        final float[] table = new float[entries + 1];
        for (int i = 0; i <= entries; i++) {
            table[i] = (float) (Math.log1p((double) i / entries) / Math.log(2));
        }
        return table;
    }

    /** Murmur's finaliser with Stafford's constants: spreads every bit of its argument over all bits. */
    private static long mix(final long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }

    private static int mixId(final int id) {
        return id ^ id >>> 16;
    }

    private static int mixAddress(final long high, final long low, final int port) {
        return (int) (((high * 31 + low + ((long) port << 32 | port)) * 0x9e37_79b9_7f4a_7c15L) >>> 32);
    }

    private static void put(final @Nullable Backend[] places, final int hash, final Backend backend) {
        int i = hash & (places.length - 1);
        while (places[i] != null) {
            i = (i + 1) & (places.length - 1);
        }
        places[i] = backend;
    }
}
