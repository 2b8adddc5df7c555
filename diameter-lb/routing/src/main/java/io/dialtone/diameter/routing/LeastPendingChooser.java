package io.dialtone.diameter.routing;

/** The peer with the fewest unanswered requests for its weight; among equals the key decides where to begin. */
final class LeastPendingChooser implements PeerChooser {
    @Override
    public int choose(final Candidates candidates, final long key) {
        final int count = candidates.count();
        int place = (int) Math.floorMod(Names.mix(key), (long) count);
        int best = place;
        double bestLoad = Double.POSITIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            final double load = (candidates.peer(place).pending() + 1) / candidates.weight(place);
            if (load < bestLoad) {
                bestLoad = load;
                best = place;
            }
            place = place + 1 == count ? 0 : place + 1;
        }
        return best;
    }
}
