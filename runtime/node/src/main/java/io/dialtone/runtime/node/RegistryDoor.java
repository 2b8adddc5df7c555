package io.dialtone.runtime.node;

import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.registry.RegistryClient;
import io.dialtone.state.registry.RegistryClientSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * A process's way to the registry, on a thread of its own: it publishes each newer map as the table of slots, and keeps a node a member. Built and closed by the main
 * thread; {@link #authority} is for any.
 */
final class RegistryDoor implements AutoCloseable {
    private static final long PARK_MAX_NS = 1_000_000L;
    private static final long JOIN_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final RegistryClient client;
    private final AgentThread thread;

    private RegistryDoor(final RegistryClient client, final AgentThread thread) {
        this.client = client;
        this.thread = thread;
    }

    /** The door of a node, which the registry may give slots. */
    static RegistryDoor ofNode(
            final GridPlan grid,
            final GridMember self,
            final String address,
            final Path driver,
            final SlotTableHolder slots,
            final Consumer<Throwable> onFailure) {
        final RegistryClientSettings settings = new RegistryClientSettings(
                grid.peers(), driver, address, grid.slots(), self.number(), self.incarnation());
        return open(settings, slots, self, onFailure);
    }

    /** The door of an edge or a tool, which only looks and asks. */
    static RegistryDoor ofOnlooker(
            final GridPlan grid,
            final String address,
            final Path driver,
            final SlotTableHolder slots,
            final Consumer<Throwable> onFailure) {
        return open(
                RegistryClientSettings.onlooker(grid.peers(), driver, address, grid.slots()), slots, null, onFailure);
    }

    private static RegistryDoor open(
            final RegistryClientSettings settings,
            final SlotTableHolder slots,
            final @Nullable GridMember self,
            final Consumer<Throwable> onFailure) {
        final RegistryClient client =
                new RegistryClient(settings, SystemNanoClock.INSTANCE, map -> slots.publish(SlotTables.of(map)));
        final Agent agent = self == null ? client : new Membership(client, self);
        return new RegistryDoor(client, AgentThread.start(agent, PARK_MAX_NS, onFailure));
    }

    SlotAuthority authority() {
        return client;
    }

    SlotMap map() {
        return client.map();
    }

    boolean isConnected() {
        return client.isConnected();
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** The member of that name, if the registry knows one. */
    Optional<GridMember> memberNamed(final String name) {
        return map().members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst();
    }

    @Override
    public void close() {
        thread.close();
    }

    /** Asks to be a member whenever the registry does not know this process. Called by the door's thread. */
    private static final class Membership implements Agent {
        private final RegistryClient client;
        private final GridMember self;
        private long nextJoinNs = System.nanoTime();

        Membership(final RegistryClient client, final GridMember self) {
            this.client = client;
            this.self = self;
        }

        @Override
        public int doWork() throws Exception {
            final long nowNs = System.nanoTime();
            if (nowNs - nextJoinNs >= 0
                    && client.isConnected()
                    && client.map().incarnationOf(self.number()) != self.incarnation()) {
                nextJoinNs = nowNs + JOIN_INTERVAL_NS;
                client.propose(new SlotCommand.Join(self));
            }
            return client.doWork();
        }

        @Override
        public void onStart() {
            client.onStart();
        }

        @Override
        public void onClose() {
            client.onClose();
        }

        @Override
        public String roleName() {
            return client.roleName();
        }
    }
}
