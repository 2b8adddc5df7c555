package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.state.api.MemberFigures;
import io.dialtone.state.api.MemberProcess;
import io.dialtone.state.api.Membership;
import io.dialtone.state.api.MembershipListener;
import io.dialtone.state.membership.Discovery;
import io.dialtone.state.membership.HazelcastMembership;
import io.dialtone.state.membership.MembershipSettings;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * This host's part of the membership of hosts, if there is to be one: it says how this machine and its nodes are, and hears the same of the others. Built, started and closed by
 * the main thread; any thread may ask.
 *
 * <p>It decides nothing. What it hears is shown, and a hint that a node of another host may be dead is passed on to the nodes here, who believe it only if they miss that node's beats, too.
 * If it cannot start, or fails, nothing else is worse for it. While it is off nothing of its library is loaded.
 */
final class MembershipRoom implements AutoCloseable {
    /** Begins to look for the others, and returns at once. */
    interface Starter {
        Membership start(MembershipPlan plan, MemberProcess self, MembershipListener listener);
    }

    private final @Nullable MembershipPlan plan;
    private final Starter starter;
    private volatile @Nullable Running running;

    private MembershipRoom(final @Nullable MembershipPlan plan, final Starter starter) {
        this.plan = plan;
        this.starter = starter;
    }

    /** Not yet started; there is nothing to start if there is no plan. */
    static MembershipRoom of(final Optional<MembershipPlan> plan) {
        return of(plan, (itsPlan, self, listener) -> Library.start(itsPlan, self, listener));
    }

    static MembershipRoom of(final Optional<MembershipPlan> plan, final Starter starter) {
        return new MembershipRoom(plan.orElse(null), starter);
    }

    /**
     * Begins to look for the others; returns at once.
     *
     * @param admin where this process's admin server listens
     */
    void start(final String admin, final HostNodes nodes) {
        if (plan != null) {
            running = new Running(plan, admin, nodes, starter);
        }
    }

    /** Tells the other hosts that a node of this one has ended. Called by the watch's thread. */
    void reportExit(final int member, final long incarnation) {
        final Running now = running;
        if (now != null) {
            now.membership.reportExit(member, incarnation);
        }
    }

    void say(final RoleProcess process) {
        if (plan != null) {
            process.say(
                    "hosts",
                    "looked for by " + plan.use().name().toLowerCase(Locale.ROOT) + " from " + plan.at() + ", "
                            + plan.known().hosts().size() + " in the cluster's file");
        }
    }

    void status(final ObjectNode status) {
        final Running now = running;
        if (now != null) {
            now.status(status.putObject("membership"));
        }
    }

    void metrics(final MetricsPage page) {
        final Running now = running;
        if (now != null) {
            now.metrics(page);
        }
    }

    @Override
    public void close() {
        final Running now = running;
        if (now != null) {
            now.membership.close();
        }
    }

    /** A room that was started. */
    private static final class Running {
        private final MembershipPlan plan;
        private final HostNodes nodes;
        private final HostSightings sightings;
        private final MachineLoad load = new MachineLoad();
        private final Membership membership;

        Running(final MembershipPlan plan, final String admin, final HostNodes nodes, final Starter starter) {
            this.plan = plan;
            this.nodes = nodes;
            sightings = new HostSightings(plan.known(), plan.host(), nodes, Clock.systemUTC());
            final MemberProcess self = new MemberProcess(
                    plan.host(),
                    MemberProcess.Role.HOST,
                    plan.known().numberOf(plan.host()),
                    new SecureRandom().nextLong(),
                    plan.host(),
                    plan.host(),
                    "",
                    admin);
            sightings.onSelf(self);
            final Listener listener = new Listener();
            membership = starter.start(plan, self, listener);
            listener.membership = membership;
        }

        void status(final ObjectNode status) {
            status.put("state", lower(membership.state()));
            if (!membership.problem().isEmpty()) {
                status.put("problem", membership.problem());
            }
            status.put("use", lower(plan.use()))
                    .put("address", plan.at().toString())
                    .put("hostsSeen", sightings.there(MemberProcess.Role.HOST))
                    .put("hostsNamed", sightings.named(MemberProcess.Role.HOST))
                    .put("strangers", sightings.strangers());
            final ArrayNode processes = status.putArray("processes");
            for (final HostSightings.Sight sight : sightings.list()) {
                processes
                        .addObject()
                        .put("name", sight.name())
                        .put("role", lower(sight.role()))
                        .put("host", sight.host())
                        .put("state", lower(sight.state()))
                        .put("since", millis(sight.since()))
                        .put("admin", sight.admin())
                        .put("loadPercent", sight.loadPercent())
                        .put("sessions", sight.sessions());
            }
            final ArrayNode events = status.putArray("events");
            for (final GridEvents.Event event : sightings.events()) {
                events.addObject().put("at", millis(event.at())).put("what", event.what());
            }
        }

        void metrics(final MetricsPage page) {
            final Membership.Counts counts = membership.counts();
            page.gauge("dialtone_membership_up", "1 while this host takes part in the membership of hosts.")
                    .sample(membership.state() == Membership.State.RUNNING ? 1 : 0);
            page.gauge("dialtone_membership_hosts_seen", "Hosts that are there, this one included.")
                    .sample(sightings.there(MemberProcess.Role.HOST));
            page.gauge("dialtone_membership_hosts_named", "Hosts in the cluster's file.")
                    .sample(sightings.named(MemberProcess.Role.HOST));
            page.gauge("dialtone_membership_nodes_seen", "Nodes that some host says it watches.")
                    .sample(sightings.there(MemberProcess.Role.NODE));
            page.counter("dialtone_membership_hints_total", "Hints that a host or node may be dead, by their reason.");
            for (final MembershipListener.DeathHint why : MembershipListener.DeathHint.values()) {
                page.sample(sightings.hints(why), "why", lower(why));
            }
            page.counter(
                            "dialtone_membership_hints_passed_total",
                            "Hints that were passed on to this host's nodes, who look for themselves before anything follows.")
                    .sample(sightings.hintsPassed());
            page.counter("dialtone_membership_joined_total", "Times that another host came.")
                    .sample(counts.joined());
            page.counter("dialtone_membership_left_total", "Times that another host went.")
                    .sample(counts.left());
            page.counter(
                            "dialtone_membership_strangers_total",
                            "Times that one came which the cluster's file does not name.")
                    .sample(sightings.strangers());
            page.counter("dialtone_membership_starts_failed_total", "Attempts to take part that failed.")
                    .sample(counts.startsFailed());
            page.counter("dialtone_membership_exits_dropped_total", "Words of an exit dropped as too many waited.")
                    .sample(counts.exitsDropped());
            page.counter("dialtone_membership_messages_invalid_total", "What others sent and nobody understood.")
                    .sample(counts.messagesInvalid());
            page.counter("dialtone_membership_failures_total", "Operations of the membership that failed.")
                    .sample(counts.failures());
        }

        private static String millis(final Instant at) {
            return at.truncatedTo(ChronoUnit.MILLIS).toString();
        }

        private static String lower(final Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }

        /** Says how this host's nodes are, and takes note of what the others say. Called by the membership's thread. */
        private void look(final Membership from) {
            final long nowNs = System.nanoTime();
            final List<MemberFigures> watched = new ArrayList<>();
            final Set<Long> pids = new HashSet<>();
            long sessions = 0;
            for (final HostWatch.Node node : nodes.nodes()) {
                final long itsSessions = nodes.sessionsOf(node.member());
                sessions += itsSessions;
                pids.add(node.pid());
                watched.add(new MemberFigures(
                        node.member(), node.incarnation(), load.percentOf(node.pid(), nowNs), itsSessions));
            }
            load.keepOnly(pids);
            from.say(load.percent(), sessions);
            from.sayWatched(watched);
            sightings.onFigures(from.figures(), from.watched());
        }

        /** What the membership's thread calls, some of it perhaps before {@code start} has returned. */
        private final class Listener implements MembershipListener {
            private volatile @Nullable Membership membership;

            @Override
            public void onJoined(final MemberProcess process) {
                sightings.onJoined(process);
            }

            @Override
            public void onLeft(final MemberProcess process) {
                sightings.onLeft(process);
            }

            @Override
            public void onDeathHint(final int number, final long incarnation, final DeathHint why) {
                sightings.onDeathHint(number, incarnation, why);
            }

            @Override
            public void onTurn() {
                final Membership now = membership;
                if (now != null) {
                    look(now);
                }
            }
        }
    }

    /** All that touches the library, so that it is loaded only with this class. */
    private static final class Library {
        private Library() {}

        static Membership start(
                final MembershipPlan plan, final MemberProcess self, final MembershipListener listener) {
            final Discovery discovery = switch (plan.use()) {
                case MULTICAST ->
                    new Discovery.Multicast(plan.group().host(), plan.group().port());
                case SEEDS, ENVIRONMENT ->
                    new Discovery.Seeds(
                            plan.seeds().stream().map(Endpoint::toString).toList());
                case OFF -> throw new IllegalArgumentException("off is no way to find others");
            };
            return HazelcastMembership.start(
                    new MembershipSettings(
                            plan.cluster(),
                            plan.at().host(),
                            plan.at().port(),
                            discovery,
                            plan.silenceMaxSeconds(),
                            MembershipSettings.RETRY_MS_DEFAULT),
                    self,
                    listener);
        }
    }
}
