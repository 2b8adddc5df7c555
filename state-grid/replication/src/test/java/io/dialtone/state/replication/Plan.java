package io.dialtone.state.replication;

/** What sort of world a seed is: its size, its network, its load, and which faults it has. Each seed leaves most of them out, so that each has worlds of its own. */
record Plan(
        int nodes,
        int threads,
        boolean areThreadsMixed,
        int edges,
        int slots,
        int backupsWanted,
        long storeBytes,
        long idleNs,
        long faultsNs,
        long faultEveryNs,
        int faults,
        long silenceMaxNs,
        long commitMaxNs,
        double registryLoss,
        boolean isEstablishedOnlyWhenAlone,
        SimulatedNetwork.Quality quality,
        SimulatedEdge.Load load,
        ReplicatorConfig replicatorConfig) {
    private static final long MS = Simulator.MS;

    /** How many workers a node has. */
    int threadsOf(final int node) {
        return areThreadsMixed ? 1 + node % 2 : threads;
    }

    static Plan of(final Dice dice) {
        // Some worlds are all about heirs of heirs: several backups, many timers, narrow ways, and owners that die as
        // they begin.
        final boolean isOfHeirs = dice.chance(0.1);
        final int nodes = (isOfHeirs ? 3 : 2) + dice.weighted(30, 45, 18, 7);
        final int slots = 1 + dice.below(4);
        final int ring = 1 << dice.between(12, 15);
        final ReplicatorConfig defaults = ReplicatorConfig.defaults();
        return new Plan(
                nodes,
                1 + dice.weighted(70, 30),
                dice.chance(0.15),
                1 + dice.weighted(70, 30),
                slots,
                isOfHeirs ? 2 : dice.weighted(3, 67, 30),
                dice.chance(0.9) ? 1 << 20 : 4_000,
                dice.between(5, 20) * MS,
                (dice.chance(0.85) ? dice.between(500, 2_000) : dice.between(3_000, 6_000)) * MS,
                dice.between(50, 600) * MS,
                isOfHeirs ? Nemesis.HEIRS : faultsOf(dice),
                dice.between(2_000, 2_500) * MS,
                dice.between(1, 40) * MS,
                dice.chance(0.3) ? 0.2 : 0.01,
                dice.chance(0.2),
                qualityOf(dice, isOfHeirs),
                new SimulatedEdge.Load(
                        dice.between(10, 150) * MS,
                        (int) dice.between(2, 8),
                        dice.between(10, 300) * MS,
                        (int) dice.between(3, 12),
                        isOfHeirs ? 0.9 : dice.chance(0.7) ? 0.3 : 0,
                        dice.chance(0.7) ? 0.2 : 0,
                        dice.chance(0.5) ? 0.2 : 0,
                        dice.between(50, isOfHeirs ? 100 : 800) * MS),
                new ReplicatorConfig(
                        defaults.beatIntervalNs(),
                        defaults.ownerSilenceNsMax(),
                        defaults.backupSilenceNsMax(),
                        defaults.stallNsMax(),
                        defaults.leaseNs(),
                        defaults.proposalIntervalNs(),
                        defaults.resendIntervalNs(),
                        ring,
                        ring / 4,
                        isOfHeirs || dice.chance(0.2) ? 1 : (int) dice.between(400, 4_000),
                        (int) dice.between(100, 4_000),
                        defaults.snapshotBytesPerSecond(),
                        ring / 16,
                        defaults.beatIntervalNs() / 10));
    }

    /** A set of the kinds of faults, most of them not in it. */
    private static int faultsOf(final Dice dice) {
        int faults = 0;
        final double share = dice.chance(0.2) ? 0.7 : 0.25;
        for (int kind = 0; kind < Nemesis.KINDS; kind++) {
            if (dice.chance(share)) {
                faults |= 1 << kind;
            }
        }
        return faults;
    }

    private static SimulatedNetwork.Quality qualityOf(final Dice dice, final boolean isNarrow) {
        final boolean isWild = dice.chance(0.35);
        return new SimulatedNetwork.Quality(
                MS / 50,
                dice.chance(0.8) ? 2 * MS : 30 * MS,
                isWild && dice.chance(0.6) ? 0.05 : 0,
                isWild && dice.chance(0.6) ? 0.05 : 0,
                isWild && dice.chance(0.6) ? 0.05 : 0,
                dice.chance(0.2) ? 0.05 : 0,
                dice.chance(0.2) ? 0.05 : 0,
                0.3,
                (int) (isNarrow || dice.chance(0.2) ? dice.between(1, 4) : dice.between(16, 128)));
    }
}
