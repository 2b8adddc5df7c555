package io.dialtone.diameter.routing;

/** Weighted rendezvous hashing: each peer draws a number from the key and its own name, and the best for its weight wins. When a peer goes, only its keys move. */
final class RendezvousChooser implements PeerChooser {
    private static final double UNIT = 0x1p-53;

    @Override
    public int choose(final Candidates candidates, final long key) {
        int best = 0;
        double bestScore = Double.POSITIVE_INFINITY;
        for (int i = 0; i < candidates.count(); i++) {
            final long drawn = Names.mix(key ^ candidates.peer(i).hostHash());
            // An exponential variable whose rate is the weight: the smallest is each peer's as often as its weight
            // says.
            final double score = -Math.log(((drawn >>> 11) + 0.5) * UNIT) / candidates.weight(i);
            if (score < bestScore) {
                bestScore = score;
                best = i;
            }
        }
        return best;
    }
}
