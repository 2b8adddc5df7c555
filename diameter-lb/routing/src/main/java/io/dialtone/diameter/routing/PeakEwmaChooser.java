package io.dialtone.diameter.routing;

/**
 * The peer whose answer will be there soonest: its usual time, of which a slow answer counts at once and fast ones by and by, times what it has to answer already, for its weight.
 */
final class PeakEwmaChooser implements PeerChooser {
    /** Below this all are alike: so close, the network's part decides. */
    private static final double FLOOR_NS = 100_000;

    @Override
    public int choose(final Candidates candidates, final long key) {
        final int count = candidates.count();
        int place = (int) Math.floorMod(Names.mix(key), (long) count);
        int best = place;
        double bestCost = Double.POSITIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            final RelayPeer peer = candidates.peer(place);
            final double cost = Math.max(FLOOR_NS, peer.usualNs()) * (peer.pending() + 1) / candidates.weight(place);
            if (cost < bestCost) {
                bestCost = cost;
                best = place;
            }
            place = place + 1 == count ? 0 : place + 1;
        }
        return best;
    }
}
