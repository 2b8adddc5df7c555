package io.dialtone.runtime.node;

import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.runtime.link.LinkMember;
import io.dialtone.runtime.link.LinkSettings;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a host does for the state grid: it watches its nodes, and tells the registry when one has ended. Built and closed by the main thread; any thread may ask. */
final class HostRoom implements AutoCloseable, HostNodes {
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
     *
     * @param others hears of ends after the registry
     */
    static @Nullable HostRoom open(
            final GridPlan grid,
            final Optional<LinkMember> anyMember,
            final LinkSettings link,
            final HostWatch.ExitListener others,
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
                    registry,
                    HostWatch.open(
                            HostWatch.socketOf(link.directory()),
                            (member, incarnation) -> {
                                registry.reportExit(member, incarnation);
                                others.onExit(member, incarnation);
                            },
                            onFailure));
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

    @Override
    public List<HostWatch.Node> nodes() {
        return watch.nodes();
    }

    @Override
    public long sessionsOf(final int member) {
        return registry.figures().of(member);
    }

    @Override
    public long incarnationOf(final int member) {
        return registry.map().incarnationOf(member);
    }

    @Override
    public void hint(final int member, final long incarnation) {
        watch.hint(member, incarnation);
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
