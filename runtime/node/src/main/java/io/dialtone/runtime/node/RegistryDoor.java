package io.dialtone.runtime.node;

import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.registry.RegistryClient;
import io.dialtone.state.registry.RegistryClientSettings;
import io.dialtone.state.registry.SessionFigures;
import io.dialtone.state.registry.SlotMapListener;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.SystemNanoClock;

/**
 * A process's way to the registry, on a thread of its own: it publishes each newer map as the table of slots, and keeps a node a member. Built and closed by the main
 * thread; {@link #authority} is for any.
 */
final class RegistryDoor implements AutoCloseable {
    private static final long PARK_MAX_NS = 1_000_000L;
    private static final long LOOK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long REACH_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(25);

    private final RegistryClient client;
    private final GridEvents events;
    private final AgentThread thread;

    private RegistryDoor(final RegistryClient client, final GridEvents events, final AgentThread thread) {
        this.client = client;
        this.events = events;
        this.thread = thread;
    }

    /**
     * A node as it asks to be a member.
     *
     * @param self with the schema of its state
     * @param check of that schema against those of others
     * @param sessions how many it has now
     * @param debut when it may ask
     */
    record Candidate(GridMember self, DeployCheck check, LongSupplier sessions, Debut debut) {}

    /** The door of a node, which the registry may give slots. */
    static RegistryDoor ofNode(
            final GridPlan grid,
            final Candidate node,
            final String address,
            final Path driver,
            final SlotTableHolder slots,
            final NodeEnd end) {
        final RegistryClientSettings settings = new RegistryClientSettings(
                grid.peers(),
                driver,
                address,
                grid.slots(),
                node.self().number(),
                node.self().incarnation());
        return open(settings, slots, Optional.of(new Membership(node, end)), Optional.empty(), end::onFault);
    }

    /** The door of an edge, which also says whom it cannot reach. */
    static RegistryDoor ofEdge(
            final GridPlan grid,
            final String address,
            final Path driver,
            final SlotTableHolder slots,
            final OutOfReach reach,
            final Consumer<Throwable> onFailure) {
        return open(
                RegistryClientSettings.onlooker(grid.peers(), driver, address, grid.slots()),
                slots,
                Optional.empty(),
                Optional.of(reach),
                onFailure);
    }

    /** The door of a host or a tool, which only looks and asks. */
    static RegistryDoor ofOnlooker(
            final GridPlan grid,
            final String address,
            final Path driver,
            final SlotTableHolder slots,
            final Consumer<Throwable> onFailure) {
        return open(
                RegistryClientSettings.onlooker(grid.peers(), driver, address, grid.slots()),
                slots,
                Optional.empty(),
                Optional.empty(),
                onFailure);
    }

    private static RegistryDoor open(
            final RegistryClientSettings settings,
            final SlotTableHolder slots,
            final Optional<Membership> membership,
            final Optional<OutOfReach> reach,
            final Consumer<Throwable> onFailure) {
        final GridEvents events = new GridEvents(settings.slots(), Clock.systemUTC());
        final RegistryClient client = new RegistryClient(settings, SystemNanoClock.INSTANCE, new SlotMapListener() {
            @Override
            public void onMap(final SlotMap map, final SessionFigures figures) {
                slots.publish(SlotTables.of(map));
                events.onMap(map, figures.sessionsLost());
            }

            @Override
            public void onSchema(final long identity, final String text) {
                membership.ifPresent(node -> node.onSchema(identity, text));
            }
        });
        final Agent agent = new Doorkeeper(client, events, membership, reach);
        return new RegistryDoor(client, events, AgentThread.start(agent, PARK_MAX_NS, PARK_MAX_NS, onFailure));
    }

    SlotAuthority authority() {
        return client;
    }

    SlotMap map() {
        return client.map();
    }

    SessionFigures figures() {
        return client.figures();
    }

    GridEvents events() {
        return events;
    }

    RegistryClient client() {
        return client;
    }

    /** Tells the registry that a process was seen to end. */
    void reportExit(final int member, final long incarnation) {
        client.propose(new SlotCommand.Dead(member, incarnation));
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

    /** Turns the client, and looks after what follows from its maps a few times a second. Called by the door's thread. */
    private static final class Doorkeeper implements Agent {
        private final RegistryClient client;
        private final GridEvents events;
        private final Optional<Membership> membership;
        private final Optional<OutOfReach> reach;
        private long nextLookNs = System.nanoTime();
        private long nextReachNs = nextLookNs;
        private boolean wasInTouch;

        Doorkeeper(
                final RegistryClient client,
                final GridEvents events,
                final Optional<Membership> membership,
                final Optional<OutOfReach> reach) {
            this.client = client;
            this.events = events;
            this.membership = membership;
            this.reach = reach;
        }

        @Override
        public int doWork() throws Exception {
            final long nowNs = System.nanoTime();
            if (nowNs - nextLookNs >= 0 || isNewlyInTouch()) {
                nextLookNs = nowNs + LOOK_INTERVAL_NS;
                events.tick();
                if (membership.isPresent() && isInTouch()) {
                    membership.get().look(client);
                }
            }
            if (reach.isPresent() && nowNs - nextReachNs >= 0) {
                nextReachNs = nowNs + REACH_INTERVAL_NS;
                client.sayOutOfReach(reach.get().look(client.map(), nowNs));
            }
            return client.doWork();
        }

        /** A node that starts asks at once to be a member. */
        private boolean isNewlyInTouch() {
            final boolean isInTouch = isInTouch();
            final boolean isNew = isInTouch && !wasInTouch;
            wasInTouch = isInTouch;
            return isNew;
        }

        private boolean isInTouch() {
            return client.isConnected() && client.hasHeardOfRegistry();
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

    /** Keeps a node a member as long as it is to be one. Called by the door's thread. */
    private static final class Membership {
        private final GridMember self;
        private final DeployCheck check;
        private final LongSupplier sessions;
        private final Debut debut;
        private final NodeEnd end;
        private boolean hasAskedToLeave;
        private boolean isOver;

        Membership(final Candidate node, final NodeEnd end) {
            self = node.self();
            check = node.check();
            sessions = node.sessions();
            debut = node.debut();
            this.end = end;
        }

        void onSchema(final long identity, final String text) {
            check.onSchema(identity, text);
        }

        void look(final RegistryClient client) {
            if (isOver) {
                return;
            }
            client.say(sessions.getAsLong());
            final SlotMap map = client.map();
            final GridMember known = map.member(self.number());
            if (known != null && known.incarnation() == self.incarnation()) {
                leaveIfAsked(client, map, known);
            } else if (known == null && hasAskedToLeave) {
                isOver = true;
                end.onLeft();
            } else {
                join(client, map);
            }
        }

        /** The registry decides whether it may: it knows who else could keep what is backed up here. */
        private void leaveIfAsked(final RegistryClient client, final SlotMap map, final GridMember known) {
            hasAskedToLeave = known.isLeaving() && GridPages.owned(map, self.number()) == 0;
            if (hasAskedToLeave) {
                client.propose(new SlotCommand.Leave(self.number(), self.incarnation()));
            }
        }

        private void join(final RegistryClient client, final SlotMap map) {
            final OptionalLong unread = check.nextUnread(map, self.number());
            if (unread.isPresent()) {
                client.askForSchema(unread.getAsLong());
            } else if (check.refusals().isEmpty()) {
                if (debut.isReady(map, client.figures(), System.nanoTime())) {
                    client.propose(new SlotCommand.Join(self, check.own().text(), check.read()));
                }
            } else {
                isOver = true;
                end.onRefused(check.refusals());
            }
        }
    }
}
