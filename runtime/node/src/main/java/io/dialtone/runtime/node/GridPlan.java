package io.dialtone.runtime.node;

import io.dialtone.api.ServicePolicy;
import io.dialtone.state.registry.RegistryMemberSettings;
import io.dialtone.state.registry.RegistryPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the cluster keeps its sessions, read from the same file by each member. Immutable, for any thread.
 *
 * @param places the processes that keep the registry; empty if slots are dealt for good
 * @param slots how many slots there are
 * @param backups how many backups a slot is to have
 * @param imagesBytes memory of each worker for images
 * @param directory where the registry's log is; a folder for each process is made in it
 * @param registryParkMaxUs longest rest of the registry's threads
 */
record GridPlan(
        List<RegistryPlace> places,
        int slots,
        int backups,
        long imagesBytes,
        Optional<Path> directory,
        int registryParkMaxUs) {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final String DRIVER_PREFIX = "dialtone-registry-";
    /** Where one process is the whole platform, nobody can take over: nothing waits for the registry. */
    private static final int PARK_MAX_US_OF_ONE_PROCESS = 4 * RegistryMemberSettings.PARK_MAX_US_DEFAULT;

    GridPlan {
        places = List.copyOf(places);
    }

    /** Reads it; adds what is wrong to the problems. */
    static GridPlan of(final Settings settings, final Problems problems) {
        return of(settings, settings.find(GridSettings.REGISTRY).orElse(List.of()), problems);
    }

    /** That of a process which is the whole platform, and keeps the registry itself. */
    static GridPlan ofOneProcess(
            final Settings settings, final RegistryPlace self, final Path directory, final Problems problems) {
        final GridPlan plan = of(settings, settings.find(GridSettings.REGISTRY).orElse(List.of(self)), problems);
        return new GridPlan(
                plan.places,
                plan.slots,
                plan.backups,
                plan.imagesBytes,
                Optional.of(plan.directory.orElse(directory)),
                PARK_MAX_US_OF_ONE_PROCESS);
    }

    private static GridPlan of(final Settings settings, final List<RegistryPlace> places, final Problems problems) {
        if (!places.isEmpty() && places.size() % 2 == 0) {
            problems.add(GridSettings.REGISTRY.key() + ": " + places.size()
                    + " processes (expected: an odd number, so that there is a majority). Maybe 1 or 3.");
        }
        if (settings.find(NodeSettings.WHEN_ALONE).equals(Optional.of(ServicePolicy.WhenAlone.ESTABLISHED_ONLY))
                && (places.isEmpty() || settings.get(NodeSettings.BACKUPS) == 0)) {
            problems.add(NodeSettings.WHEN_ALONE.key()
                    + ": established-only (expected: serve, where no slot ever has a backup:" + " there is no "
                    + GridSettings.REGISTRY.key() + ", or " + NodeSettings.BACKUPS.key() + " is 0).");
        }
        final Set<String> names = new HashSet<>();
        for (final RegistryPlace place : places) {
            if (!names.add(place.process())) {
                problems.add(GridSettings.REGISTRY.key() + ": " + place.process() + " is named twice.");
            }
        }
        return new GridPlan(
                problems.isEmpty() ? places : List.of(),
                settings.get(ClusterSettings.SLOTS),
                settings.get(NodeSettings.BACKUPS),
                settings.get(GridSettings.IMAGES_SIZE),
                settings.find(GridSettings.DIRECTORY),
                RegistryMemberSettings.PARK_MAX_US_DEFAULT);
    }

    /** True if sessions are kept on more than one node; otherwise slots are dealt to the nodes for good. */
    boolean hasRegistry() {
        return !places.isEmpty();
    }

    List<RegistryPeer> peers() {
        final List<RegistryPeer> peers = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            final Endpoint at = places.get(i).at();
            peers.add(new RegistryPeer(i, at.host(), at.port()));
        }
        return peers;
    }

    /** What the process of this name has to know to keep the registry; empty if it is not to. */
    Optional<RegistryMemberSettings> seatOf(final String process, final Problems problems) {
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i).process().equals(process)) {
                if (directory.isEmpty()) {
                    problems.add(GridSettings.DIRECTORY.key()
                            + " is missing (expected: a folder on disk for the registry's log," + " because " + process
                            + " keeps the registry). Maybe /var/lib/dialtone.");
                    return Optional.empty();
                }
                return Optional.of(new RegistryMemberSettings(
                        i,
                        peers(),
                        directory.get().resolve(process),
                        memory().resolve(DRIVER_PREFIX + process),
                        slots,
                        backups,
                        registryParkMaxUs));
            }
        }
        return Optional.empty();
    }

    private static Path memory() {
        return Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
    }
}
