package io.dialtone.runtime.node;

import io.dialtone.runtime.link.LinkMember;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How this host looks for the others, if it does. Immutable, for any thread. It knows nothing of the room that does it, so that nothing of that is loaded for a check of settings.
 *
 * @param host the name of this one
 * @param known who there is to be seen
 * @param use how; never {@link DiscoveryUse#OFF}
 * @param at the address of this machine and the port
 * @param seeds where others may be; empty for multicast
 * @param group for multicast
 * @param cluster who has another name is not seen
 * @param silenceMaxSeconds after how long one that does not answer is gone
 */
record MembershipPlan(
        String host,
        KnownProcesses known,
        DiscoveryUse use,
        Endpoint at,
        List<Endpoint> seeds,
        Endpoint group,
        String cluster,
        int silenceMaxSeconds) {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    MembershipPlan {
        seeds = List.copyOf(seeds);
    }

    /** Reads it; empty if it is off. Adds what is wrong to the problems. */
    static Optional<MembershipPlan> of(
            final Settings settings,
            final Optional<ClusterFile> file,
            final GridPlan grid,
            final String host,
            final Problems problems) {
        final DiscoveryUse use = settings.get(DiscoverySettings.USE);
        if (use == DiscoveryUse.OFF) {
            return Optional.empty();
        }
        if (file.isEmpty()) {
            problems.wrongValue(
                    DiscoverySettings.USE.key(),
                    use.name().toLowerCase(Locale.ROOT),
                    "off, as no file is named whose " + ClusterSettings.MEMBERS + " say which hosts there are",
                    null,
                    settings.origin(DiscoverySettings.USE));
            return Optional.empty();
        }
        checkSeeds(settings, use, problems);
        if (file.get().members().members().isEmpty() || host.isEmpty()) {
            return Optional.empty(); // that was said already
        }
        final KnownProcesses known = KnownProcesses.of(file.get(), grid);
        if (!known.hosts().contains(host)) {
            problems.wrongValue(
                    "--name",
                    host,
                    "one of the hosts that the cluster's file names, as " + DiscoverySettings.USE.key()
                            + " is not off: " + String.join(", ", known.hosts()),
                    Problems.nearest(host, known.hosts()),
                    settings.origin(CommonSettings.NAME));
            return Optional.empty();
        }
        return Optional.of(new MembershipPlan(
                host,
                known,
                use,
                new Endpoint(address(settings, file.get(), grid, host, problems), settings.get(DiscoverySettings.PORT)),
                settings.find(DiscoverySettings.SEEDS).orElse(List.of()),
                settings.get(DiscoverySettings.GROUP_ADDRESS),
                settings.get(DiscoverySettings.CLUSTER),
                (int) (settings.get(DiscoverySettings.SILENCE_MAX) / NS_PER_SECOND)));
    }

    private static void checkSeeds(final Settings settings, final DiscoveryUse use, final Problems problems) {
        final Setting<List<Endpoint>> seeds = DiscoverySettings.SEEDS;
        if (use == DiscoveryUse.SEEDS && settings.find(seeds).isEmpty()) {
            problems.add(seeds.key() + " is missing (expected: " + seeds.type().expected() + ", as "
                    + DiscoverySettings.USE.key() + " is seeds). Maybe 192.0.2.1:"
                    + settings.get(DiscoverySettings.PORT) + ".");
        } else if (use == DiscoveryUse.ENVIRONMENT && !settings.origin(seeds).equals(seeds.environmentName())) {
            problems.add(seeds.environmentName() + " is missing (expected: "
                    + seeds.type().expected() + ", as " + DiscoverySettings.USE.key() + " is environment)."
                    + (settings.find(seeds).isEmpty()
                            ? ""
                            : " Maybe seeds, since " + seeds.key() + " is set. [" + settings.origin(seeds) + "]"));
        }
    }

    /** One address, since it is told to the others: that of a member of the link or of the registry here, if nobody says another. */
    private static String address(
            final Settings settings,
            final ClusterFile file,
            final GridPlan grid,
            final String host,
            final Problems problems) {
        final String address = settings.find(DiscoverySettings.ADDRESS)
                .or(() -> file.memberOn(host).map(LinkMember::linkHost))
                .or(() -> grid.places().stream()
                        .filter(place -> place.process().equals(host))
                        .map(place -> place.at().host())
                        .findFirst())
                .orElseThrow();
        if (List.of("0.0.0.0", "::", "*").contains(address)) {
            problems.wrongValue(
                    DiscoverySettings.ADDRESS.key(),
                    address,
                    "one address of this machine, as it is told to the other hosts",
                    null,
                    settings.origin(DiscoverySettings.ADDRESS));
        }
        return address;
    }
}
