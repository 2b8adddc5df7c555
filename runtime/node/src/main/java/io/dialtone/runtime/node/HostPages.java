package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.runtime.link.LinkDriver;
import io.dialtone.runtime.link.LinkSettings;
import org.jspecify.annotations.Nullable;

/** What operators see of a host's media driver. Called by the admin server's threads. */
final class HostPages implements AdminPages {
    private final LinkDriver driver;
    private final LinkSettings settings;
    private final RegistrySeat registry;
    private final @Nullable HostRoom room;
    private final MembershipRoom membership;

    HostPages(
            final LinkDriver driver,
            final LinkSettings settings,
            final RegistrySeat registry,
            final @Nullable HostRoom room,
            final MembershipRoom membership) {
        this.driver = driver;
        this.settings = settings;
        this.registry = registry;
        this.room = room;
        this.membership = membership;
    }

    boolean isAlive() {
        return driver.silentMs() < settings.driverSilenceMsMax();
    }

    @Override
    public void metrics(final MetricsPage page) {
        page.gauge("dialtone_host_driver_silent_seconds", "Time since the media driver last showed a sign of life.")
                .sample(driver.silentMs() / 1_000.0);
        registry.metrics(page);
        if (room != null) {
            page.gauge("dialtone_host_nodes_watched", "Nodes of this host whose end would be seen at once.")
                    .sample(room.watch().watched());
            page.counter("dialtone_host_exits_seen_total", "Nodes of this host that were seen to end.")
                    .sample(room.watch().exitsSeen());
        }
        membership.metrics(page);
    }

    @Override
    public void status(final ObjectNode status) {
        status.put("directory", settings.directory().toString()).put("driverSilentMs", driver.silentMs());
        registry.status(status);
        if (room != null) {
            status.put("nodesWatched", room.watch().watched())
                    .put("exitsSeen", room.watch().exitsSeen());
        }
        membership.status(status);
    }

    @Override
    public String whyNotReady() {
        return isAlive() ? registry.problem() : "the media driver is silent";
    }

    @Override
    public ObjectNode command(final String command, final JsonNode request) throws AdminRefusal {
        throw new AdminRefusal(AdminRefusal.NOT_FOUND, "a host has no command " + command);
    }
}
