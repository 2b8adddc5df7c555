package io.dialtone.runtime.node;

import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.runtime.link.LinkMember;
import io.dialtone.runtime.link.LinkSettings;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a host does for the state grid: it watches its nodes, and tells the registry when one has ended. Built and closed by the main thread. */
final class HostRoom implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(HostRoom.class.getName());

    private final RegistryDoor registry;
    private final HostWatch watch;

    private HostRoom(final RegistryDoor registry, final HostWatch watch) {
        this.registry = registry;
        this.watch = watch;
    }

    /**
     * Opens it; null in a cluster without a registry, where the cluster's list names no member on this host, or where the system does not let us: then deaths are noticed by
     * silence.
     */
    static @Nullable HostRoom open(
            final GridPlan grid,
            final Optional<LinkMember> anyMember,
            final LinkSettings link,
            final Consumer<Throwable> onFailure) {
        if (!grid.hasRegistry() || anyMember.isEmpty()) {
            return null;
        }
        final RegistryDoor registry = RegistryDoor.ofOnlooker(
                grid,
                anyMember.get().linkHost(),
                link.directory(),
                new SlotTableHolder(SlotTables.empty(grid.slots())),
                onFailure);
        try {
            return new HostRoom(
                    registry, HostWatch.open(HostWatch.socketOf(link.directory()), registry::reportExit, onFailure));
        } catch (UnavailableException e) {
            registry.close();
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "{0}; that a node has died will be noticed by its silence only",
                    e.getMessage());
            return null;
        }
    }

    HostWatch watch() {
        return watch;
    }

    boolean isAlive() {
        return registry.isAlive();
    }

    @Override
    public void close() {
        watch.close();
        registry.close();
    }
}
